"""Uploaded workbooks, what was found in them, and the columns an agency confirmed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("opd", "0004_plan_and_progress")]
    operations: list[object] = []
