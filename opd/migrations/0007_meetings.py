"""Meetings and their decisions."""

import django.db.models.deletion
import smartcity.lib.clock
import smartcity.lib.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opd", "0006_reminders")]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=smartcity.lib.clock.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=smartcity.lib.clock.now, editable=False, verbose_name="updated at"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "title",
                    models.CharField(
                        max_length=200, validators=[smartcity.lib.text.plain_text], verbose_name="title"
                    ),
                ),
                ("held_at", models.DateTimeField(verbose_name="date and time")),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[smartcity.lib.text.plain_text],
                        verbose_name="place",
                    ),
                ),
                (
                    "agenda",
                    models.TextField(
                        blank=True,
                        max_length=4000,
                        validators=[smartcity.lib.text.plain_text],
                        verbose_name="agenda",
                    ),
                ),
                (
                    "minutes",
                    models.TextField(
                        blank=True,
                        max_length=20000,
                        validators=[smartcity.lib.text.plain_text],
                        verbose_name="minutes",
                    ),
                ),
                ("idempotency_key", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="opd.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
                "ordering": ["-held_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("number", models.PositiveSmallIntegerField(editable=False, verbose_name="number")),
                (
                    "text",
                    models.CharField(
                        max_length=1000, validators=[smartcity.lib.text.plain_text], verbose_name="decision"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due")),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="done at")),
                (
                    "done_note",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[smartcity.lib.text.plain_text],
                        verbose_name="what was done",
                    ),
                ),
                ("idempotency_key", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opd",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="opd.opd",
                        verbose_name="owner",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="opd.program",
                        verbose_name="programme",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="opd.meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
                "ordering": ["meeting", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["city", "-held_at"], name="opd_meeting_city_id_8d204b_idx"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)), fields=["opd", "due_on"], name="decision_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("meeting", "number"), name="decision_number_once"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                    models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                    _connector="OR",
                ),
                name="decision_done_at_by",
            ),
        ),
    ]
