"""A newer version takes the place of a document, in the uses that were chosen and are still with their writer."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import bank
from evaluations.actions.exhibits import changed, terms_of
from evaluations.actions.steps import locked_window
from evaluations.bank import Use
from evaluations.models import Answer, Clarification, Recommendation
from opd import documents, rules
from opd.actions import documents as keeping
from opd.actions import records
from opd.models import Document, DocumentEvent, Evidence, User
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem


@transaction.atomic
def replace_document(
    *, pk: int, by_newer: int, chosen: Collection[str], shown: str, version: int, by: User
) -> DocumentEvent:
    """Make one document the newer version of another, and move the `chosen` uses (`Use.token`) to it.

    `shown` is the fingerprint of the uses the person saw before consenting: a use that came, went or moved on since
    raises StaleVersion, as another version of the document does, and nothing is written. What is handed in or frozen
    keeps the older version. Once replaced, places that came back to their writer since may follow in the same way.
    Sent twice it is done once, and the first event is returned.
    Raises PermissionDenied, and NotReady for a document that cannot be the newer version of this one.
    """
    _lock_records(pk, by)
    old, new = _both(pk, by_newer, by)
    uses = bank.uses_of(by, old)
    moved = [use for use in uses if use.editable and use.token in chosen]
    follows = succeeds(new, old)
    if follows and not moved:
        return old.events.filter(move=keeping.Move.REPLACED).latest("at", "pk")
    if old.version != version or fingerprint(uses) != shown:
        raise StaleVersion(old)
    if not follows:
        _ask_for_a_chain(old, new)
    kept = [use for use in uses if use not in moved]
    for use in moved:
        _move(use, new, by)
    before = digest_of(keeping.facts_of(old))
    if not follows:
        old.replaced_by = new
        Document.objects.chain(new).update(origin=old.origin_id or old.pk)
    facts = {"moved": [_told(use) for use in moved], "kept": [_told(use) for use in kept]}
    return keeping.settle(old, keeping.Move.REPLACED, by, before=before, other=new, facts=facts)


def succeeds(new: Document, old: Document) -> bool:
    """Whether one document is the newest version of another already."""
    in_chain = new.origin_id is not None and new.origin_id == (old.origin_id or old.pk)
    return old.replaced_by_id is not None and in_chain and new.replaced_by_id is None


def fingerprint(uses: Collection[Use]) -> str:
    """What a person consents to: every use as it stood when it was shown."""
    rows = sorted([use.token, use.editable, use.piece.version, list(use.frozen)] for use in uses)
    return digest_of({"uses": rows})


def _both(pk: int, by_newer: int, by: User) -> tuple[Document, Document]:
    """Both rows locked in one order, so that two replacements never wait for each other."""
    rows = {key: keeping.locked(key, by) for key in sorted({pk, by_newer})}
    return rows[pk], rows[by_newer]


def _lock_records(pk: int, by: User) -> None:
    """Lock what shows the document, in one order, before the document: whoever attaches evidence does the same.

    So nobody hands in between the look and the move.
    """
    document = Document.objects.get(pk=pk)
    if not rules.may_keep_document(by, document):
        raise PermissionDenied
    uses = [use for use in bank.uses_of(by, document) if use.editable]
    for use in sorted(uses, key=lambda use: use.token):
        if isinstance(use.owner, Answer):
            locked_window(use.owner.window)
        elif isinstance(use.owner, Recommendation):
            Recommendation.objects.select_for_update(of=("self",)).get(pk=use.owner.pk)
        else:
            records.locked(type(use.owner), use.owner.pk)  # type: ignore[arg-type]


def _ask_for_a_chain(old: Document, new: Document) -> None:
    if old.replaced_by_id is not None:
        raise NotReady([Problem(_("This document has a newer version already. Replace that one."))])
    if new.pk == old.pk:
        raise NotReady([Problem(_("This is the same file. Upload the newer version."))])
    if (new.city_id, new.opd_id) != (old.city_id, old.opd_id) or new.replaced_by_id is not None:
        raise NotReady([Problem(_("This file is an older version itself. Upload the newer version."))])


def _move(use: Use, new: Document, by: User) -> None:
    """Show the newer version here: its bytes, and what is said of it; name and page stay as they were written."""
    piece: Any = use.piece
    row: Any = use.owner
    before: records.Before | None = None
    if isinstance(piece, Evidence):
        row = records.locked(type(row), row.pk)
        before = records.before(row)
    piece.stored_file, piece.url, piece.document = new.stored_file, new.url, new
    piece.kind = new.kind
    piece.document_date, piece.valid_until = new.document_date, new.valid_until
    piece.original_name = documents.file_name(new)
    piece.version += 1
    if isinstance(piece, Evidence):
        piece.save()
        records.touch(row)
        records.settled(row, by, "evidence.replaced", before=before)
    else:
        piece.terms = terms_of({"title": piece.title, "original_name": piece.original_name, "url": piece.url})
        piece.save()
        changed(row, by, "exhibit.replaced", piece)
    documents.named(new, piece.title)


def _told(use: Use) -> dict[str, str]:
    """One use for the history: what it is called and in which year."""
    owner: Any = use.owner
    code = owner.question.code if isinstance(owner, Answer | Clarification) else owner.code
    return {"use": use.token, "code": str(code), "year": str(use.year)}
