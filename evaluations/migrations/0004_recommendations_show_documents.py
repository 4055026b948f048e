"""What recommendations were carried over with becomes a use of its document, as everything else is."""

import hashlib

from django.db import migrations

from smartcity.lib.triggers import allow_changes, refuse_changes

OVER = (
    "(SELECT status FROM evaluations_clarification "
    "WHERE evaluations_clarification.id = {row}.clarification_id) <> 'asked'"
)
NOT_WITH_OWNER = (
    "(SELECT status FROM evaluations_recommendation "
    "WHERE evaluations_recommendation.id = {row}.recommendation_id) NOT IN ('open', 'running', 'returned')"
)
SETTLED = f"{OVER} OR {NOT_WITH_OWNER}"


def fill(apps, schema_editor):
    """The document of each piece that has none: the one its agency has already, or a new one."""
    Document = apps.get_model("opd", "Document")
    Exhibit = apps.get_model("evaluations", "Exhibit")
    rows = Exhibit.objects.filter(document=None, recommendation__isnull=False).select_related("recommendation")
    for piece in rows.order_by("created_at", "pk").iterator():
        owner = piece.recommendation
        document, _made = Document.objects.get_or_create(
            city_id=owner.city_id,
            opd_id=owner.opd_id,
            key=piece.stored_file_id or hashlib.sha256(piece.url.encode()).hexdigest(),
            defaults={
                "stored_file_id": piece.stored_file_id, "url": piece.url, "sample": piece.sample, "kind": piece.kind,
                "document_date": piece.document_date, "valid_until": piece.valid_until, "names": piece.title,
                "terms": piece.title, "place": piece.title.lower()[:60], "created_at": piece.created_at,
            },
        )  # fmt: skip
        terms = f"{piece.title}\n{piece.original_name}\n{piece.url}"
        Exhibit.objects.filter(pk=piece.pk).update(document=document, terms=terms)


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0003_rehearsals"),
        ("opd", "0003_documents_name_their_answer"),
    ]

    operations = [
        # what was handed in only learns which document it shows; then the table is closed again
        allow_changes("evaluations_exhibit", verbs=("UPDATE",)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        refuse_changes("evaluations_exhibit", when=SETTLED.format(row="OLD"), verbs=("UPDATE",)),
    ]
