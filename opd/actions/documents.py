"""What an agency says of a document of its bank: its particulars, whether it still holds, a new file without a use."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from opd import audit, documents, rules, storage
from opd.models import Document, DocumentEvent, EvidenceKind, StoredFile, User
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion, digest_of

Move = DocumentEvent.Move
#: What may be corrected of the document itself.
PARTICULARS = ("kind", "document_date", "period_from", "period_to", "valid_until", "note")


@transaction.atomic
def save_document(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Document:
    """Correct the particulars of a document. Raises PermissionDenied and StaleVersion."""
    document = locked(pk, by)
    if all(getattr(document, name) == values[name] for name in PARTICULARS):
        return document  # saved already: the answer to the first attempt may have been lost on its way
    if document.version != version:
        raise StaleVersion(document)
    before = digest_of(facts_of(document))
    for name in PARTICULARS:
        setattr(document, name, values[name])
    document.index()
    settle(document, Move.CHANGED, by, before=before)
    return document


@transaction.atomic
def answer_validity(
    *,
    pk: int,
    year: int,
    holds: bool,
    valid_until: date | None = None,
    note: str = "",
    version: int,
    by: User,
) -> Document:
    """Say that a document still holds for `year`, or that it holds no more and why; once, however often it is pressed.

    Raises PermissionDenied and StaleVersion.
    """
    document = locked(pk, by)
    until = valid_until or document.valid_until
    wanted = (year, False, until) if holds else (document.confirmed_for, True, document.valid_until)
    if (document.confirmed_for, document.ended, document.valid_until) == wanted:
        return document
    if document.version != version:
        raise StaleVersion(document)
    before = digest_of(facts_of(document))
    document.confirmed_for, document.ended, document.valid_until = wanted
    move = Move.CONFIRMED if holds else Move.ENDED
    document.answer = settle(
        document, move, by, before=before, year=year, note=note, valid_until=valid_until if holds else None
    )
    document.save(update_fields=["answer"])
    return document


@transaction.atomic
def keep_file(
    *,
    like: Document,
    accepted: files.Accepted,
    document_date: date | None = None,
    valid_until: date | None = None,
    by: User,
) -> Document:
    """Put an inspected upload into the bank of a document's agency, without a use; the same bytes are one document.

    Raises PermissionDenied, and files.Refused when the agency's space is full.
    """
    if not rules.may_keep_document(by, like):
        raise PermissionDenied
    rows = Document.objects.of_city(like.city_id).of_opd(like.opd_id)
    storage.room_for(0, rows.filter(stored_file__isnull=False).values("stored_file"), accepted)
    stored: StoredFile = storage.keep(accepted)
    if first := rows.filter(stored_file=stored).first():
        return first
    values = {
        "kind": _kind(like, accepted),
        "title": (accepted.name.rpartition(".")[0] or accepted.name)[:200],
        "document_date": document_date,
        "valid_until": valid_until,
        "sample": like.sample,
    }
    document = documents.document_of(city_id=like.city_id, opd_id=like.opd_id, stored=stored, values=values)
    settle(document, Move.ADDED, by)
    return document


def _kind(like: Document, accepted: files.Accepted) -> str:
    """The kind of the older version, where the newer file can be that: only a picture is a photo."""
    if accepted.media_type.startswith("image/"):
        return EvidenceKind.PHOTO
    return EvidenceKind.DOCUMENT if like.kind in (EvidenceKind.PHOTO, EvidenceKind.LINK) else like.kind


def locked(pk: int, by: User) -> Document:
    """The document, locked, when the person keeps it; PermissionDenied otherwise. Call it inside a transaction."""
    rows = Document.objects.select_for_update(of=("self",)).select_related("city", "opd", "stored_file")
    document = rows.get(pk=pk)
    if not rules.may_keep_document(by, document):
        raise PermissionDenied
    return document


def facts_of(document: Document) -> dict[str, Any]:
    """What the audit trail compares: everything that is said of the document, as plain JSON."""
    said = {name: getattr(document, name) for name in (*PARTICULARS, "confirmed_for", "ended", "key")}
    said["replaced_by"] = document.replaced_by_id
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def settle(document: Document, move: Move, by: User, *, before: str = "", **told: Any) -> DocumentEvent:
    """Save the row with its history and a link in the audit chain."""
    document.version += 1
    document.updated_at = clock.now()
    document.save()
    event: DocumentEvent = DocumentEvent.objects.create(
        document=document, move=move, by=by, role=by.role_for(document), at=clock.now(), **told
    )
    audit.record(
        by=by,
        action=f"document.{move}",
        obj=document,
        city_id=document.city_id,
        year=document.city.evaluation_year,
        before=before,
        after=digest_of(facts_of(document)),
        reason=told.get("note", ""),
    )
    return event
