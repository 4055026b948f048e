"""The owner of a decision is told: events not yet told are found at once, lines have a kind of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opd", "0015_events_are_found_by_time"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="decisionevent",
            index=models.Index(
                condition=models.Q(("notified_at__isnull", True)), fields=["at"], name="decision_event_untold"
            ),
        ),
        # Only the words of the choices: no column is altered.
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reminder", "Reminder"),
                    ("returned", "Returned to you"),
                    ("decision", "Waits for your decision"),
                    ("task", "Task of a meeting"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
