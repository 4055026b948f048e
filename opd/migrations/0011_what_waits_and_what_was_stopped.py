"""Two small indexes of big tables: the cells in which reports wait, and the years in which programmes were stopped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opd", "0010_decisions_have_a_way")]

    operations = [
        migrations.AddIndex(
            "programyear",
            models.Index(
                fields=["year", "program"],
                condition=models.Q(("state", "STOPPED")),
                name="program_year_stopped",
            ),
        ),
        migrations.AddIndex(
            "progresstally",
            models.Index(
                fields=["city"], condition=models.Q(("submitted__gt", 0)), name="progress_tally_waiting"
            ),
        ),
    ]
