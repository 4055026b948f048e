"""Evidence of an answer: add an upload, a link or what the agency has already, correct what is claimed, take off."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaluations import rules
from evaluations.actions.steps import audit, locked_window
from evaluations.models import Answer, Clarification, Exhibit
from opd import documents, storage
from opd.models import Document, Evidence, StoredFile, User
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion

#: What is claimed about a document, as it goes from one piece to another.
CLAIMED = ("kind", "title", "original_name", "url", "document_date", "page", "valid_until", "sample")


@transaction.atomic
def add_exhibit(
    *,
    answer: Answer,
    by: User,
    values: Mapping[str, Any],
    accepted: files.Accepted | None = None,
    stored: StoredFile | None = None,
    source: Evidence | None = None,
    key: str | None = None,
) -> Exhibit:
    """Attach an accepted upload, a stored file or a link; the same idempotency `key` returns the first piece.

    Raises PermissionDenied, and files.Refused when there is no room; the upload is then not stored.
    """
    answer = _writable(answer.pk, by)
    if key and (first := answer.exhibits.filter(idempotency_key=key).first()):
        return first
    storage.room_for(answer.exhibits.count(), _kept_for(answer), accepted or stored)
    if accepted:
        stored = storage.keep(accepted)
    piece: Exhibit = answer.exhibits.create(
        uploaded_by=by,
        stored_file=stored,
        source=source,
        document=document_of_exhibit(answer, stored, values),
        terms=terms_of(values),
        idempotency_key=key,
        created_at=clock.now(),
        **values,
    )
    _changed(answer, by, "exhibit.added", piece)
    return piece


@transaction.atomic
def reuse_evidence(*, answer: Answer, evidence: Evidence, by: User) -> Exhibit:
    """Show a piece the agency has attached elsewhere for this answer too; the same piece twice is one exhibit."""
    if evidence.owner.opd_id not in by.opds() and not rules.reads_as_written(by, answer):
        raise PermissionDenied
    there = answer.exhibits.filter(source=evidence).first()
    if there:
        return there
    values = {name: getattr(evidence, name) for name in CLAIMED}
    return add_exhibit(answer=answer, by=by, values=values, stored=evidence.stored_file, source=evidence)


@transaction.atomic
def change_exhibit(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Exhibit:
    """Correct what is claimed about a piece; the bytes never change. Raises PermissionDenied and StaleVersion."""
    piece = Exhibit.objects.get(pk=pk)
    answer = _writable(piece.answer_id, by)
    piece = Exhibit.objects.select_for_update(of=("self",)).get(pk=pk)
    if all(getattr(piece, name) == value for name, value in values.items()):
        return piece  # saved already: the answer to the first attempt may have been lost on its way
    if piece.version != version:
        raise StaleVersion(piece)
    for name, value in values.items():
        setattr(piece, name, value)
    piece.version += 1
    piece.terms = terms_of({"title": piece.title, "original_name": piece.original_name, "url": piece.url})
    piece.save()
    documents.told(piece)
    _changed(answer, by, "exhibit.changed", piece)
    return piece


@transaction.atomic
def remove_exhibit(*, pk: int, by: User) -> None:
    """Take a piece off an answer that is still with its writer. What was handed in keeps naming it."""
    piece = Exhibit.objects.get(pk=pk)
    answer = _writable(piece.answer_id, by)
    _changed(answer, by, "exhibit.removed", piece)
    piece.delete()


def document_of_exhibit(
    owner: Answer | Clarification, stored: StoredFile | None, values: Mapping[str, Any]
) -> Document:
    """The document of the bank a piece of an answer or a reply shows."""
    return documents.document_of(city_id=owner.city_id, opd_id=owner.opd_id, stored=stored, values=values)


def terms_of(values: Mapping[str, Any]) -> str:
    """What a piece is found by."""
    return "\n".join(values.get(name, "") for name in ("title", "original_name", "url"))


def _writable(pk: Any, by: User) -> Answer:
    """The answer, its window locked, while the person may write it; PermissionDenied otherwise."""
    answer = Answer.objects.for_page().get(pk=pk)
    window = locked_window(answer.window)
    answer.refresh_from_db()
    if not rules.may_answer(by, window, answer):
        raise PermissionDenied
    return answer


def _kept_for(answer: Answer) -> Any:
    """Digests of everything the writer's agency has attached to answers."""
    return Exhibit.objects.of_opd(answer.opd_id).filter(stored_file__isnull=False).values("stored_file")


def _changed(answer: Answer, by: User, action: str, piece: Exhibit) -> None:
    answer.updated_at = clock.now()
    answer.save(update_fields=["updated_at"])
    audit(answer.window, action, by, answer, after=piece.title)
