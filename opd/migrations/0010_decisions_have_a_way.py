"""Decisions move by a table and keep their history; changes of state are written down."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import smartcity.lib.clock
from smartcity.lib.triggers import refuse_changes

#: What the audit trail calls it: move, from, to.
KNOWN = {"decision.made": ("create", "", "open"), "decision.done": ("finish", "open", "done")}


def mark_done(apps, schema_editor):
    decisions = apps.get_model("opd", "Decision").objects
    decisions.filter(done_at__isnull=False).update(status="done")


def tell_history(apps, schema_editor):
    """The audit trail knows who decided and who carried out, and when."""
    event = apps.get_model("opd", "DecisionEvent")
    known = set(apps.get_model("opd", "Decision").objects.values_list("pk", flat=True))
    told = apps.get_model("opd", "AuditEvent").objects.filter(object_type="opd.decision", action__in=KNOWN)
    rows = []
    for said in told.order_by("at", "sequence").iterator():
        move, source, target = KNOWN[said.action]
        if int(said.object_id) in known:
            rows.append(
                event(
                    decision_id=int(said.object_id), move=move, source=source, target=target,
                    actor_id=said.actor_id, role=said.role, note=said.reason, at=said.at,
                )
            )  # fmt: skip
    event.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("opd", "0009_handover"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("move", models.CharField(max_length=20, verbose_name="move")),
                ("source", models.CharField(blank=True, max_length=12, verbose_name="from")),
                ("target", models.CharField(blank=True, max_length=12, verbose_name="to")),
                ("role", models.CharField(blank=True, max_length=16, verbose_name="role")),
                ("note", models.TextField(blank=True, max_length=4000, verbose_name="note")),
                ("at", models.DateTimeField(default=smartcity.lib.clock.now, verbose_name="at")),
                ("notified_at", models.DateTimeField(editable=False, null=True, verbose_name="notified at")),
                ("changes", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StateChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NOT_STARTED", "Not started"),
                            ("IN_DISCUSSION", "In discussion"),
                            ("RUNNING", "Running"),
                            ("DONE", "Finished"),
                            ("STOPPED", "Stopped"),
                        ],
                        max_length=16,
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NOT_STARTED", "Not started"),
                            ("IN_DISCUSSION", "In discussion"),
                            ("RUNNING", "Running"),
                            ("DONE", "Finished"),
                            ("STOPPED", "Stopped"),
                        ],
                        max_length=16,
                        verbose_name="to",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("role", models.CharField(blank=True, max_length=16, verbose_name="role")),
                ("at", models.DateTimeField(default=smartcity.lib.clock.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "change of state",
                "verbose_name_plural": "changes of state",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="status",
            field=models.CharField(
                choices=[("open", "Open"), ("done", "Carried out"), ("reopened", "Open again")],
                default="open",
                editable=False,
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.RunPython(mark_done, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("status", "done")),
                    models.Q(models.Q(("status", "done"), _negated=True), ("done_at__isnull", True)),
                    _connector="OR",
                ),
                name="decision_done_has_time",
            ),
        ),
        migrations.AddField(
            model_name="decisionevent",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="actor",
            ),
        ),
        migrations.AddField(
            model_name="decisionevent",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="opd.decision"
            ),
        ),
        migrations.AddField(
            model_name="statechange",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="actor",
            ),
        ),
        migrations.AddField(
            model_name="statechange",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="state_changes", to="opd.program"
            ),
        ),
        migrations.AddIndex(
            model_name="decisionevent",
            index=models.Index(fields=["decision", "-at"], name="opd_decisio_decisio_a48501_idx"),
        ),
        migrations.AddIndex(
            model_name="statechange",
            index=models.Index(fields=["at"], name="opd_statech_at_51650c_idx"),
        ),
        refuse_changes("opd_statechange"),
        # Last: on PostgreSQL a table with rows just written cannot be altered.
        migrations.RunPython(tell_history, migrations.RunPython.noop),
    ]
