"""Receipts and audit events refuse updates and deletes in the database itself."""

from django.db import migrations

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("opd", "0001_city_people_and_quick_wins")]
    operations = [refuse_changes("opd_submission"), refuse_changes("opd_auditevent")]
