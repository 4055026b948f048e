"""What a report says is written once; what is finished keeps its file, and neither changes nor goes."""

from django.db import migrations

from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reports_and_dossiers")]
    operations = [
        refuse_changes(
            "reports_report",
            when="NEW.inputs <> OLD.inputs OR NEW.digest <> OLD.digest OR NEW.version <> OLD.version "
            "OR (OLD.status = 'ready' AND (NEW.status <> 'ready' OR NEW.sha256 <> OLD.sha256))",
            verbs=("UPDATE",),
        ),
        refuse_changes("reports_report", when="OLD.status = 'ready'", verbs=("DELETE",)),
        refuse_changes("reports_dossier", when="NEW.snapshot_id <> OLD.snapshot_id", verbs=("UPDATE",)),
        refuse_changes("reports_dossier", when="OLD.status = 'ready'", verbs=("DELETE",)),
    ]
