"""Search, and personal calendar feeds."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("opd", "0007_meetings")]
    operations: list[object] = []
