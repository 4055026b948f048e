"""Notifications and the ladder of reminders."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import smartcity.lib.clock
from smartcity.lib.triggers import refuse_changes


class Migration(migrations.Migration):
    dependencies = [
        ("opd", "0005_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
            ],
            options={
                "verbose_name": "digest",
                "verbose_name_plural": "digests",
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reminder", "Reminder"),
                            ("returned", "Returned to you"),
                            ("decision", "Waits for your decision"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("about", models.CharField(max_length=12)),
                ("about_id", models.PositiveBigIntegerField()),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="text")),
                ("url", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=smartcity.lib.clock.now, verbose_name="at")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read at")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled at")),
                ("mailed_at", models.DateTimeField(null=True, verbose_name="mailed at")),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rung",
                    models.CharField(
                        choices=[
                            ("operator", "OPD operator"),
                            ("head", "OPD head"),
                            ("assistant", "Assistant to the secretary"),
                        ],
                        max_length=10,
                        verbose_name="rung",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("owing", models.PositiveIntegerField(verbose_name="reports not handed in")),
                ("expected", models.PositiveIntegerField(verbose_name="reports expected")),
                ("told", models.PositiveIntegerField(default=0, verbose_name="people told")),
                ("at", models.DateTimeField(default=smartcity.lib.clock.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="programevent",
            index=models.Index(
                condition=models.Q(("notified_at__isnull", True)), fields=["at"], name="program_event_untold"
            ),
        ),
        migrations.AddIndex(
            model_name="progressevent",
            index=models.Index(
                condition=models.Q(("notified_at__isnull", True)), fields=["at"], name="progress_event_untold"
            ),
        ),
        migrations.AddIndex(
            model_name="quickwinevent",
            index=models.Index(
                condition=models.Q(("notified_at__isnull", True)),
                fields=["at"],
                name="quick_win_event_untold",
            ),
        ),
        migrations.AddField(
            model_name="digest",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="city",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="opd.city"
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notifications",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="opd",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="opd.opd",
                verbose_name="agency",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="opd.reportingperiod",
            ),
        ),
        migrations.AddConstraint(
            model_name="digest",
            constraint=models.UniqueConstraint(fields=("user", "day"), name="digest_once_a_day"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["user", "created_at"], name="opd_notific_user_id_31cbf4_idx"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True), ("settled_at__isnull", True)),
                fields=["user"],
                name="notification_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True), ("settled_at__isnull", True)),
                fields=["about", "about_id"],
                name="notification_open_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "about", "about_id", "day"), name="notification_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(fields=("period", "opd", "rung"), name="reminder_rung_once"),
        ),
        refuse_changes("opd_reminder"),
    ]
