"""A document names the newest answer to "still valid?" in its history, so that a snapshot can hold who said it."""

import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    """The newest answer of each document that has one."""
    Document = apps.get_model("opd", "Document")
    Event = apps.get_model("opd", "DocumentEvent")
    answers = Event.objects.filter(document=models.OuterRef("pk"), move__in=["confirmed", "ended"])
    newest = models.Subquery(answers.order_by("-at", "-pk").values("pk")[:1])
    Document.objects.filter(models.Exists(answers)).update(answer=newest)


class Migration(migrations.Migration):
    dependencies = [
        ("opd", "0002_written_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="answer",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="opd.documentevent",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
