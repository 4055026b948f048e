"""Documents of the bank are shown for a record: one stored file, one more use, and "still valid?" answered with it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evaluations.actions import clarifications, recommendations
from evaluations.actions.exhibits import add_exhibit
from evaluations.actions.steps import locked_window
from evaluations.choosing import Choice, Owner, Place, offered, shown_already
from evaluations.models import Answer, Clarification, Exhibit, Recommendation
from opd import actions as agency
from opd import documents
from opd.actions import documents as keeping
from opd.actions import records
from opd.models import Document, Evidence, User
from smartcity.lib.models import StaleVersion


@dataclass(frozen=True)
class Shown:
    """What became of the choices: how many are shown now, and how many were said to hold no longer."""

    added: int = 0
    ended: int = 0


@transaction.atomic
def show_documents(*, place: Place, choices: Collection[Choice], by: User) -> Shown:
    """Show every chosen document for the place, or none of them; one that holds no longer is only told so.

    What the place shows already is left alone, so the same form twice is one. Raises StaleVersion for a document that
    changed since it was seen, PermissionDenied, files.Refused, and what adding evidence to the place raises.
    """
    _lock(place.owner)
    rows = Document.objects.select_for_update(of=("self",)).select_related("stored_file")
    found = {row.pk: row for row in rows.filter(pk__in=[row.document for row in choices]).order_by("pk")}
    allowed = set(offered(by, place).filter(pk__in=found).values_list("pk", flat=True))
    there, added, ended = shown_already(place), 0, 0
    for choice in sorted(choices, key=lambda choice: choice.document):
        document = found[choice.document]
        if document.key in there or (choice.holds is False and document.ended):
            continue
        if document.pk not in allowed or document.version != choice.version:
            raise StaleVersion(document)
        if choice.holds is False:
            _say(document, place.year, choice, by)
            ended += 1
            continue
        piece = _add(place.owner, document, choice, by)
        there.add(document.key)
        added += 1
        if choice.holds:
            # of another agency's document the place's own agency has one of its own now
            own = piece.document
            assert own is not None
            own.refresh_from_db()
            _say(own, place.year, choice, by)
    return Shown(added, ended)


def _lock(owner: Owner) -> None:
    """Lock what the documents are shown for before the documents, as everybody who attaches evidence does."""
    if isinstance(owner, Answer):
        locked_window(owner.window)
    elif isinstance(owner, Clarification):
        clarifications.locked_item(owner.pk)
    elif isinstance(owner, Recommendation):
        Recommendation.objects.select_for_update(of=("self",)).get(pk=owner.pk)
    else:
        records.locked(type(owner), owner.pk)


def _say(document: Document, year: int, choice: Choice, by: User) -> None:
    keeping.answer_validity(
        pk=document.pk,
        year=year,
        holds=bool(choice.holds),
        valid_until=choice.valid_until,
        note=choice.reason,
        version=document.version,
        by=by,
    )


def _add(owner: Owner, document: Document, choice: Choice, by: User) -> Evidence | Exhibit:
    values: dict[str, Any] = {
        "kind": document.kind,
        "title": choice.title,
        "original_name": documents.file_name(document, choice.title),
        "url": document.url,
        "document_date": document.document_date,
        "page": choice.page,
        "valid_until": (choice.holds and choice.valid_until) or document.valid_until,
        "sample": document.sample,
    }
    stored = document.stored_file
    if isinstance(owner, Clarification):
        assert stored is not None  # `offered` leaves links out
        return clarifications.add_stored(pk=owner.pk, stored=stored, values=values, by=by)
    if isinstance(owner, Recommendation):
        return recommendations.add_evidence(row=owner, by=by, values=values, stored=stored, key=choice.key)
    if isinstance(owner, Answer):
        return add_exhibit(answer=owner, by=by, values=values, stored=stored, key=choice.key)
    return agency.add_evidence(owner=owner, by=by, values=values, stored=stored, key=choice.key)
