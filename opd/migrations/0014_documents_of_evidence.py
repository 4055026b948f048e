"""What agencies have attached so far becomes documents of the bank."""

import hashlib

from django.db import migrations


def fill(apps, schema_editor):
    """A document for each file or link an agency has attached; what was said of it last is kept."""
    Document = apps.get_model("opd", "Document")
    Evidence = apps.get_model("opd", "Evidence")
    rows = Evidence.objects.select_related("quick_win", "progress").order_by("created_at", "pk")
    known = {}
    for piece in rows.iterator():
        record = piece.quick_win or piece.progress
        key = piece.stored_file_id or hashlib.sha256(piece.url.encode()).hexdigest()
        document = known.get((record.opd_id, key))
        if document is None:
            document = Document(
                city_id=record.city_id, opd_id=record.opd_id, key=key, stored_file_id=piece.stored_file_id,
                url=piece.url, sample=piece.sample, place=piece.title.lower()[:60], created_at=piece.created_at,
            )  # fmt: skip
            known[record.opd_id, key] = document
        document.kind = piece.kind
        document.document_date = piece.document_date or document.document_date
        document.valid_until = piece.valid_until or document.valid_until
        names = [line for line in document.names.split("\n") if line and line != piece.title]
        document.names = document.terms = "\n".join([*names, piece.title][-20:])
        document.save()
        Evidence.objects.filter(pk=piece.pk).update(document=document)


class Migration(migrations.Migration):
    dependencies = [("opd", "0013_documents")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
