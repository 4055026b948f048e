"""Meetings and their decisions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("opd", "0006_reminders")]
    operations: list[object] = []
