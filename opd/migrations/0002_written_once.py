"""What the database itself refuses to rewrite: receipts, events, reminders, verified figures; and what finds words."""

from django.db import migrations

from smartcity.lib.search import fulltext_index
from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("opd", "0001_the_city_and_its_plan")]
    operations = [
        refuse_changes("opd_submission"),
        refuse_changes("opd_progresssubmission"),
        refuse_changes("opd_auditevent"),
        refuse_changes("opd_statechange"),
        refuse_changes("opd_documentevent"),
        refuse_changes("opd_reminder"),
        # a verified figure changes only through a correction: the report is opened again first, with a reason
        refuse_changes(
            "opd_progress",
            verbs=("UPDATE",),
            when="OLD.status = 'verified' AND NEW.status = 'verified' AND (NEW.value IS DISTINCT FROM OLD.value "
            "OR NEW.absorbed IS DISTINCT FROM OLD.absorbed OR NEW.state IS DISTINCT FROM OLD.state)",
        ),
        fulltext_index("opd_finding"),
        fulltext_index("opd_document"),
    ]
