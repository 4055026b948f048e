"""Evidence of a quick win or of a progress report: add, correct what is claimed, take off."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from opd import documents, rules, storage
from opd.actions import records
from opd.models import Evidence, StoredFile, User
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion

#: A note on this field is answered when a piece is added, changed or removed.
FIELD = "evidence"


@transaction.atomic
def add_evidence(
    *,
    owner: records.Record,
    by: User,
    values: Mapping[str, Any],
    accepted: files.Accepted | None = None,
    stored: StoredFile | None = None,
    key: str | None = None,
) -> Evidence:
    """Attach an accepted upload, a stored file or a link; the same idempotency `key` returns the first piece.

    Raises files.Refused when there is no room; the upload is then not stored.
    """
    row = records.locked(type(owner), owner.pk)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    if key and (first := row.evidence.filter(idempotency_key=key).first()):
        return first
    storage.room_for(
        row.evidence.count(),
        Evidence.objects.of_opd(row.opd_id).order_by().values("stored_file"),
        accepted or stored,
    )
    before = records.before(row)
    if accepted:
        stored = storage.keep(accepted)
    piece: Evidence = row.evidence.create(
        uploaded_by=by,
        stored_file=stored,
        document=documents.document_of(city_id=row.city_id, opd_id=row.opd_id, stored=stored, values=values),
        idempotency_key=key,
        created_at=clock.now(),
        **values,
    )
    _changed(row, by, "evidence.added", before)
    return piece


@transaction.atomic
def change_evidence(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Evidence:
    """Correct what is claimed about a piece of evidence; the bytes never change."""
    piece, row = _locked(pk)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    if all(getattr(piece, name) == value for name, value in values.items()):
        return piece  # saved already: the answer to the first attempt may have been lost on its way
    if piece.version != version:
        raise StaleVersion(piece)
    before = records.before(row)
    for name, value in values.items():
        setattr(piece, name, value)
    piece.version += 1
    piece.save()
    documents.told(piece)
    _changed(row, by, "evidence.changed", before)
    return piece


@transaction.atomic
def remove_evidence(*, pk: int, by: User) -> None:
    """Take a piece of evidence off a text that is still with the agency. Receipts keep what was submitted."""
    piece, row = _locked(pk)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    before = records.before(row)
    piece.delete()
    _changed(row, by, "evidence.removed", before)


def _locked(pk: int) -> tuple[Evidence, Any]:
    """A piece and what it is evidence of, both locked."""
    piece = Evidence.objects.select_for_update().get(pk=pk)
    return piece, records.locked(type(piece.owner), piece.owner.pk)


def _changed(row: records.Record, by: User, action: str, before: records.Before) -> None:
    records.touch(row)
    records.answer(row, [FIELD], by)
    records.settled(row, by, action, before=before)
