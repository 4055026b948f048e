"""Evidence of an answer or a recommendation: add an upload, a link or what is there already, correct, take off."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaluations import rules
from evaluations.actions.steps import audit, locked_window
from evaluations.models import Answer, Clarification, Exhibit, Recommendation
from opd import audit as trail
from opd import documents, storage
from opd.models import Document, StoredFile, User
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion

#: What is claimed about a document, as it goes from one piece to another.
CLAIMED = ("kind", "title", "original_name", "url", "document_date", "page", "valid_until", "sample")

#: What a piece hangs on.
type Owner = Answer | Recommendation


@transaction.atomic
def add_exhibit(
    *,
    answer: Owner,
    by: User,
    values: Mapping[str, Any],
    accepted: files.Accepted | None = None,
    stored: StoredFile | None = None,
    key: str | None = None,
) -> Exhibit:
    """Attach an accepted upload, a stored file or a link to an answer, or to a recommendation.

    The same idempotency `key` returns the first piece.

    Raises PermissionDenied, and files.Refused when there is no room; the upload is then not stored.
    """
    answer = _writable(answer, by)
    if key and (first := answer.exhibits.filter(idempotency_key=key).first()):
        return first
    storage.room_for(answer.exhibits.count(), _kept_for(answer), accepted or stored)
    if accepted:
        stored = storage.keep(accepted)
    piece: Exhibit = answer.exhibits.create(
        uploaded_by=by,
        stored_file=stored,
        document=document_of_exhibit(answer, stored, values),
        terms=terms_of(values),
        idempotency_key=key,
        created_at=clock.now(),
        **values,
    )
    changed(answer, by, "exhibit.added", piece)
    return piece


@transaction.atomic
def take_closing_evidence(*, answer: Answer, by: User) -> int:
    """Show what closed the recommendations of this evaluation for the answer too; return how many pieces were new.

    Only recommendations the person may read, only closed ones; what the answer shows already is left alone. Raises
    as `add_exhibit` does.
    """
    rows = Recommendation.objects.visible_to(by).of_city(answer.city_id).in_evaluation(answer.window.year)
    pieces = Exhibit.objects.filter(recommendation__in=rows.closed()).select_related("stored_file")
    there = {(piece.stored_file_id, piece.url) for piece in answer.exhibits.all()}
    taken = 0
    for piece in pieces.order_by("recommendation__year", "recommendation__number", "created_at", "pk"):
        if (piece.stored_file_id, piece.url) in there:
            continue
        there.add((piece.stored_file_id, piece.url))
        values = {name: getattr(piece, name) for name in CLAIMED}
        add_exhibit(answer=answer, by=by, values=values, stored=piece.stored_file)
        taken += 1
    return taken


@transaction.atomic
def change_exhibit(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Exhibit:
    """Correct what is claimed about a piece; the bytes never change. Raises PermissionDenied and StaleVersion."""
    answer = _writable(owner_of(Exhibit.objects.get(pk=pk)), by)
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
    changed(answer, by, "exhibit.changed", piece)
    return piece


@transaction.atomic
def remove_exhibit(*, pk: int, by: User) -> None:
    """Take a piece off what is still with its writer. What was handed in keeps naming it."""
    piece = Exhibit.objects.get(pk=pk)
    answer = _writable(owner_of(piece), by)
    changed(answer, by, "exhibit.removed", piece)
    piece.delete()


def document_of_exhibit(
    owner: Owner | Clarification, stored: StoredFile | None, values: Mapping[str, Any]
) -> Document:
    """The document of the bank a piece of an answer, a recommendation or a reply shows."""
    return documents.document_of(city_id=owner.city_id, opd_id=owner.opd_id, stored=stored, values=values)


def terms_of(values: Mapping[str, Any]) -> str:
    """What a piece is found by."""
    return "\n".join(values.get(name, "") for name in ("title", "original_name", "url"))


def owner_of(piece: Exhibit) -> Owner:
    """What a piece hangs on; Exhibit.DoesNotExist for one of the clarification desk, which has its own door."""
    if piece.recommendation_id:
        return Recommendation.objects.select_related("city", "opd").get(pk=piece.recommendation_id)
    if piece.answer_id is None:
        raise Exhibit.DoesNotExist
    return Answer.objects.for_page().get(pk=piece.answer_id)


def _writable(owner: Owner, by: User) -> Any:
    """The owner, locked (an answer with its window), while the person may write it; PermissionDenied otherwise."""
    if isinstance(owner, Recommendation):
        rows = Recommendation.objects.select_for_update(of=("self",)).select_related("city", "opd")
        row = rows.get(pk=owner.pk)
        if not rules.may_work_on(by, row):
            raise PermissionDenied
        return row
    answer = Answer.objects.for_page().get(pk=owner.pk)
    window = locked_window(answer.window)
    answer.refresh_from_db()
    if not rules.may_answer(by, window, answer):
        raise PermissionDenied
    return answer


def _kept_for(owner: Owner) -> Any:
    """Digests of everything the writer's agency has attached."""
    return Exhibit.objects.of_opd(owner.opd_id).filter(stored_file__isnull=False).values("stored_file")


def changed(owner: Owner, by: User, action: str, piece: Exhibit) -> None:
    """Stamp what a piece hangs on, and write the change down in the audit chain."""
    owner.updated_at = clock.now()
    owner.save(update_fields=["updated_at"])
    if isinstance(owner, Answer):
        audit(owner.window, action, by, owner, after=piece.title)
        return
    year = owner.city.evaluation_year
    trail.record(by=by, action=action, obj=owner, city_id=owner.city_id, year=year, after=piece.title)
