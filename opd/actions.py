"""What people do with a quick win: each action is one transaction, audited, and keeps the summary exact."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opd import audit, rules, tallies
from opd.completeness import counted
from opd.models import Evidence, Note, Opd, QuickWin, StoredFile, Submission, User
from opd.payload import quick_win_payload
from opd.workflow import QUICK_WIN
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem

#: A note on one of these fields is answered when that field changes.
EVIDENCE = "evidence"


def create_quick_win(*, by: User, opd: Opd, year: int, values: Mapping[str, Any], key: str | None) -> QuickWin:
    """Create a draft for an agency and return it; the same idempotency `key` returns the first one.

    Raises PermissionDenied when the person does not enter data for the agency.
    """
    if opd.pk not in by.opds():
        raise PermissionDenied
    if key and (first := QuickWin.objects.filter(idempotency_key=key, created_by=by).first()):
        return first
    try:
        return _create(by, opd, year, values, key)
    except IntegrityError:
        # Two clicks at once: the other one made the row, or took the running number.
        first = QuickWin.objects.filter(idempotency_key=key, created_by=by).first() if key else None
        return first or _create(by, opd, year, values, key)


@transaction.atomic
def _create(by: User, opd: Opd, year: int, values: Mapping[str, Any], key: str | None) -> QuickWin:
    quick_win = QuickWin(city_id=opd.city_id, opd=opd, year=year, created_by=by, idempotency_key=key, **values)
    quick_win.number = QuickWin.objects.next_number(opd.city_id, year)
    quick_win.filled, quick_win.total = counted(_unsaved_values(quick_win))
    quick_win.save(force_insert=True)
    quick_win.events.create(
        move="create", target=quick_win.status, actor=by, role=by.role_for(quick_win), at=clock.now()
    )
    _settled(quick_win, by, "quick_win.created")
    return quick_win


@transaction.atomic
def save_section(
    *, pk: int, section: str, values: Mapping[str, Any], unreadable: Mapping[str, str], version: int, by: User
) -> QuickWin:
    """Save the fields of one section and return the quick win.

    `values` are cleaned; `unreadable` keeps the text of fields that could not be read, so that nothing
    typed is lost. Raises StaleVersion when the section was saved by someone else since `version`, and
    PermissionDenied when the text is no longer with the person.
    """
    quick_win = _locked(pk)
    if not rules.may_edit(by, quick_win):
        raise PermissionDenied
    if quick_win.section_version(section) != version:
        raise StaleVersion(quick_win)
    before, old_dimension = digest_of(quick_win_payload(quick_win)), quick_win.dimension_id
    changed = [name for name, value in values.items() if getattr(quick_win, name) != value]
    still_unreadable = {name: text for name, text in quick_win.unreadable.items() if name not in values} | dict(unreadable)
    if not changed and still_unreadable == quick_win.unreadable:
        return quick_win
    for name in changed:
        setattr(quick_win, name, values[name])
    quick_win.unreadable = still_unreadable
    quick_win.sample_fields = [name for name in quick_win.sample_fields if name not in changed]
    quick_win.section_versions |= {section: version + 1}
    _touch(quick_win)
    _answer(quick_win, changed, by)
    _settled(quick_win, by, "quick_win.saved", before=before)
    if old_dimension != quick_win.dimension_id:
        _refresh_tally(quick_win, old_dimension)
    return quick_win


def move(*, pk: int, name: str, by: User, note: str = "", key: str | None = None) -> QuickWin:
    """Make a move of the workflow with everything that belongs to it; see opd/workflow.py.

    Raises WrongStatus, NotReady or PermissionDenied; a repeated `key` of a submission changes nothing.
    """
    if name == "submit" and key and Submission.objects.filter(idempotency_key=key, quick_win=pk).exists():
        return QuickWin.objects.for_detail().get(pk=pk)
    with transaction.atomic():
        quick_win = _locked(pk)
        before = digest_of(quick_win_payload(quick_win))
        now = clock.now()
        stamps = {"submit": {"submitted_at": now}, "verify": {"verified_at": now}}.get(name, {})
        event = QUICK_WIN.make(quick_win, name, by=by, note=note, changes=stamps)
        if name == "submit":
            _receipt(quick_win, by, key)
        if name == "return":
            quick_win.notes.unsent().update(sent_at=event.at)
        _settled(quick_win, by, f"quick_win.{name}", before=before, reason=note)
    return quick_win


@transaction.atomic
def add_evidence(
    *, quick_win: QuickWin, by: User, stored: StoredFile | None, values: Mapping[str, Any], key: str | None = None
) -> Evidence:
    """Attach a stored file or a link; the same idempotency `key` returns the first piece."""
    row = _locked(quick_win.pk)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    if key and (first := row.evidence.filter(idempotency_key=key).first()):
        return first
    piece = row.evidence.create(uploaded_by=by, stored_file=stored, idempotency_key=key, created_at=clock.now(), **values)
    _evidence_changed(row, by, "evidence.added", piece)
    return piece


@transaction.atomic
def change_evidence(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Evidence:
    """Correct what is claimed about a piece of evidence; the bytes never change."""
    piece = Evidence.objects.select_for_update().get(pk=pk)
    row = _locked(piece.quick_win_id)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    if piece.version != version:
        raise StaleVersion(piece)
    for name, value in values.items():
        setattr(piece, name, value)
    piece.version += 1
    piece.save()
    _evidence_changed(row, by, "evidence.changed", piece)
    return piece


@transaction.atomic
def remove_evidence(*, pk: int, by: User) -> None:
    """Take a piece of evidence off a text that is still with the agency. Receipts keep what was submitted."""
    piece = Evidence.objects.select_for_update().get(pk=pk)
    row = _locked(piece.quick_win_id)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    _evidence_changed(row, by, "evidence.removed", piece, remove=True)


@transaction.atomic
def write_note(*, quick_win: QuickWin, field: str, text: str, by: User) -> Note | None:
    """Keep one unsent note per field; an empty text removes it. The agency sees it when the item is returned."""
    row = _locked(quick_win.pk)
    if not rules.may_note(by, row):
        raise PermissionDenied
    drafts = row.notes.unsent().filter(field=field)
    if not text.strip():
        drafts.delete()
        return None
    note, _created = Note.objects.update_or_create(
        quick_win=row,
        field=field,
        sent_at=None,
        defaults={"text": text.strip(), "author": by, "created_at": clock.now()},
    )
    return note


@transaction.atomic
def reply_to_note(*, note: Note, reply: str, by: User) -> Note:
    """Answer a note in words, without changing the field."""
    row = _locked(note.quick_win_id)
    if not rules.may_reply(by, row):
        raise PermissionDenied
    if not reply.strip():
        raise NotReady([Problem(_("Write the reply first."), f"#note-{note.pk}")])
    note.reply, note.answered_at, note.answered_by = reply.strip(), clock.now(), by
    note.save(update_fields=["reply", "answered_at", "answered_by"])
    audit.record(by=by, action="note.answered", obj=note, city_id=row.city_id, year=row.year, reason=note.reply)
    return note


def _locked(pk: int) -> QuickWin:
    return QuickWin.objects.select_for_update(of=("self",)).select_related(
        "opd__parent", "dimension", "sub_dimension", "city"
    ).get(pk=pk)


def _unsaved_values(quick_win: QuickWin) -> dict[str, Any]:
    return {field.name: getattr(quick_win, field.attname) for field in quick_win._meta.fields}


def _touch(quick_win: QuickWin) -> None:
    """Stamp the change, recount completeness and save the row."""
    quick_win.filled, quick_win.total = counted(quick_win.filled_values())
    quick_win.updated_at = clock.now()
    quick_win.version += 1
    quick_win.save()


def _answer(quick_win: QuickWin, fields: list[str], by: User) -> None:
    """A field that changed answers the notes that were sent about it."""
    quick_win.notes.open().filter(field__in=fields).update(answered_at=clock.now(), answered_by=by)


def _evidence_changed(quick_win: QuickWin, by: User, action: str, piece: Evidence, *, remove: bool = False) -> None:
    before = digest_of(quick_win_payload(quick_win))
    if remove:
        piece.delete()
    _touch(quick_win)
    _answer(quick_win, [EVIDENCE], by)
    _settled(quick_win, by, action, before=before)


def _receipt(quick_win: QuickWin, by: User, key: str | None) -> Submission:
    sequence = quick_win.submissions.count() + 1
    payload = quick_win_payload(quick_win)
    return Submission.objects.create(
        quick_win=quick_win,
        sequence=sequence,
        number=f"{quick_win.code}-{sequence}",
        at=quick_win.submitted_at,
        by=by,
        role=by.role_for(quick_win),
        payload=payload,
        digest=digest_of(payload),
        idempotency_key=key,
    )


def _settled(quick_win: QuickWin, by: User, action: str, *, before: str = "", reason: str = "") -> None:
    """What every change leaves behind: an exact summary and a link in the audit chain."""
    _refresh_tally(quick_win, quick_win.dimension_id)
    audit.record(
        by=by,
        action=action,
        obj=quick_win,
        city_id=quick_win.city_id,
        year=quick_win.year,
        before=before,
        after=digest_of(quick_win_payload(quick_win)),
        reason=reason,
    )


def _refresh_tally(quick_win: QuickWin, dimension_id: int) -> None:
    tallies.refresh(
        city_id=quick_win.city_id, year=quick_win.year, opd_id=quick_win.opd_id, dimension_id=dimension_id
    )


def is_key(text: str) -> bool:
    """Whether a posted idempotency key has the shape the pages give it."""
    return bool(re.fullmatch(r"[0-9a-f]{32}", text))
