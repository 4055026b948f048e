"""Acting officers and handovers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("opd", "0008_finding_and_calendar")]
    operations: list[object] = []
