"""Uploaded workbooks, what was found in them, and the columns an agency confirmed."""

import django.core.validators
import django.db.models.deletion
import smartcity.lib.clock
import smartcity.lib.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opd", "0004_plan_and_progress"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("action_plan", "Action plan (programmes)"), ("quick_win", "Quick wins")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(2017),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="year",
                    ),
                ),
                ("original_name", models.CharField(max_length=255, verbose_name="file name")),
                ("sha256", models.CharField(editable=False, max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(editable=False, verbose_name="size")),
                ("found", models.JSONField(default=list, editable=False)),
                ("sheet", models.CharField(blank=True, max_length=255, verbose_name="sheet")),
                ("mapping", models.JSONField(default=dict, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reading", "Being read"),
                            ("read", "Columns to be confirmed"),
                            ("checking", "Being checked"),
                            ("checked", "Waits for consent"),
                            ("saving", "Being saved"),
                            ("saved", "Saved"),
                            ("refused", "Could not be read"),
                            ("failed", "Not finished"),
                        ],
                        default="reading",
                        editable=False,
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, editable=False, verbose_name="rows done")),
                ("total", models.PositiveIntegerField(default=0, editable=False, verbose_name="rows")),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("lease_token", models.CharField(blank=True, editable=False, max_length=32)),
                ("error", models.TextField(blank=True, editable=False, verbose_name="why it did not go on")),
                (
                    "created",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="new rows saved"),
                ),
                (
                    "changed",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="changed rows saved"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=smartcity.lib.clock.now, editable=False, verbose_name="brought in at"
                    ),
                ),
                ("finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished at")),
                ("idempotency_key", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="opd.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "opd",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="opd.opd",
                        verbose_name="agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="quickwin",
            name="note",
            field=models.TextField(
                blank=True, max_length=2000, validators=[smartcity.lib.text.plain_text], verbose_name="note"
            ),
        ),
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="opd.importjob",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="row")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("create", "New"),
                            ("change", "Changed"),
                            ("same", "No change"),
                            ("refused", "Refused"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("draft", models.BooleanField(default=False)),
                ("chosen", models.BooleanField(default=False)),
                ("values", models.JSONField(default=dict)),
                ("typed", models.JSONField(default=dict)),
                ("answers", models.JSONField(default=list)),
                ("before", models.JSONField(default=dict)),
                ("object_id", models.PositiveBigIntegerField(null=True)),
                ("seen_version", models.PositiveIntegerField(null=True)),
                ("saved", models.BooleanField(default=False)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="opd.importjob"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ColumnMemory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("action_plan", "Action plan (programmes)"), ("quick_win", "Quick wins")],
                        max_length=12,
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("field", models.CharField(blank=True, max_length=40)),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="opd.city"
                    ),
                ),
                (
                    "opd",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="opd.opd",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("opd__isnull", False)),
                        fields=("city", "opd", "kind", "key"),
                        name="column_once_an_opd",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("opd__isnull", True)),
                        fields=("city", "kind", "key"),
                        name="column_once_a_city",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["by", "-id"], name="opd_importj_by_id_777806_idx"),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["status", "lease_until"], name="opd_importj_status_1a06bb_idx"),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["reading", "checking", "saving"]), _negated=True),
                    ("lease_until__isnull", False),
                    _connector="OR",
                ),
                name="import_under_way_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "saved"), _negated=True),
                    ("finished_at__isnull", False),
                    _connector="OR",
                ),
                name="import_saved_has_time",
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["job", "outcome", "number"], name="opd_importr_job_id_a0a84a_idx"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="import_row_once"),
        ),
    ]
