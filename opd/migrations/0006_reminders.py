"""Notifications and the ladder of reminders."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("opd", "0005_imports")]
    operations: list[object] = []
