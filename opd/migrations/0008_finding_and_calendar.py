"""Search, and personal calendar feeds. After it, `manage.py rebuild_search` makes what is there already findable."""

import django.db.models.deletion
import smartcity.lib.clock
import smartcity.lib.search
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opd", "0007_meetings")]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=smartcity.lib.clock.now)),
                ("hour", models.DateTimeField(null=True)),
                ("reads", models.PositiveSmallIntegerField(default=0)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("program", "Programmes"),
                            ("quick_win", "Quick wins"),
                            ("evidence", "Supporting evidence"),
                            ("note", "Notes"),
                        ],
                        max_length=12,
                    ),
                ),
                ("audience", models.CharField(choices=[("own", "the agency"), ("sent", "others")], max_length=4)),
                ("source", models.CharField(max_length=32)),
                ("field_note", models.BooleanField(default=False)),
                ("place", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=300)),
                ("text", models.TextField(blank=True)),
                ("terms", smartcity.lib.search.TermsField()),
                *(
                    (
                        name,
                        models.ForeignKey(
                            null=null,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to=f"opd.{model}",
                        ),
                    )
                    for name, model, null in (
                        ("city", "city", False),
                        ("opd", "opd", False),
                        ("program", "program", True),
                        ("quick_win", "quickwin", True),
                        ("progress", "progress", True),
                        ("evidence", "evidence", True),
                    )
                ),
            ],
            options={
                "ordering": ["place", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q((f"{name}__isnull", False)),
                        fields=(name, "audience", "source"),
                        name=f"finding_of_{name}_once",
                    )
                    for name in ("program", "quick_win", "progress")
                ],
            },
        ),
        smartcity.lib.search.fulltext_index("opd_finding"),
    ]
