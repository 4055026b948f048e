"""What people do with a quick win: each action is one transaction, audited, and keeps the summary exact."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opd import audit, rules, storage, tallies
from opd.completeness import counted
from opd.models import City, Evidence, Note, Opd, QuickWin, StoredFile, Submission, User
from opd.payload import quick_win_payload
from opd.workflow import QUICK_WIN, WITH_OPD
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus

#: A note on one of these fields is answered when that field changes.
EVIDENCE = "evidence"


def create_quick_win(
    *, by: User, opd: Opd, year: int, values: Mapping[str, Any], key: str | None
) -> QuickWin:
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
        first = QuickWin.objects.filter(idempotency_key=key, created_by=by).first() if key else None
        if first is None:
            raise
        return first  # two clicks at once: the other one made the row


@transaction.atomic
def _create(by: User, opd: Opd, year: int, values: Mapping[str, Any], key: str | None) -> QuickWin:
    # Numbers are handed out one at a time; who only refers to the city does not wait.
    City.objects.select_for_update(no_key=True).get(pk=opd.city_id)
    quick_win = QuickWin(
        city_id=opd.city_id, opd=opd, year=year, created_by=by, idempotency_key=key, **values
    )
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
    PermissionDenied when the text is no longer with the person. What is saved already is no conflict: the
    answer to the first attempt may have been lost on its way.
    """
    quick_win = _locked(pk)
    if not rules.may_edit(by, quick_win):
        raise PermissionDenied
    before, old_dimension = digest_of(quick_win_payload(quick_win)), quick_win.dimension_id
    changed = [name for name, value in values.items() if not _same(getattr(quick_win, name), value)]
    still_unreadable = {
        name: text for name, text in quick_win.unreadable.items() if name not in values
    } | dict(unreadable)
    if not changed and still_unreadable == quick_win.unreadable:
        return quick_win
    if quick_win.section_version(section) != version:
        raise StaleVersion(quick_win)
    for name in changed:
        setattr(quick_win, name, values[name])
    quick_win.unreadable = still_unreadable
    quick_win.sample_fields = [name for name in quick_win.sample_fields if name not in changed]
    quick_win.section_versions |= {section: version + 1}
    _touch(quick_win)
    _answer(quick_win, changed, by)
    _settled(quick_win, by, "quick_win.saved", before=before, left_dimension=old_dimension)
    return quick_win


def move(*, pk: int, name: str, by: User, note: str = "", key: str | None = None) -> QuickWin:
    """Make a move of the workflow with everything that belongs to it; see opd/workflow.py.

    Raises WrongStatus, NotReady or PermissionDenied. What was pressed twice, or sent again with its `key`, is
    made once, and its first result is returned.
    """
    with transaction.atomic():
        quick_win = _locked(pk)
        if _is_submitted(quick_win, name, by, key) or _is_second_press(quick_win, name, by, note):
            return quick_win
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
    *,
    quick_win: QuickWin,
    by: User,
    values: Mapping[str, Any],
    accepted: files.Accepted | None = None,
    stored: StoredFile | None = None,
    key: str | None = None,
) -> Evidence:
    """Attach an accepted upload, a stored file or a link; the same idempotency `key` returns the first piece.

    Raises files.Refused when there is no room; the upload is then not stored.
    """
    row = _locked(quick_win.pk)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    if key and (first := row.evidence.filter(idempotency_key=key).first()):
        return first
    storage.room_for(row, accepted.size if accepted else stored.size if stored else 0)
    before = digest_of(quick_win_payload(row))
    if accepted:
        stored = storage.keep(accepted)
    piece = row.evidence.create(
        uploaded_by=by, stored_file=stored, idempotency_key=key, created_at=clock.now(), **values
    )
    _evidence_changed(row, by, "evidence.added", before)
    return piece


@transaction.atomic
def change_evidence(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Evidence:
    """Correct what is claimed about a piece of evidence; the bytes never change."""
    piece = Evidence.objects.select_for_update().get(pk=pk)
    row = _locked(piece.quick_win_id)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    if all(getattr(piece, name) == value for name, value in values.items()):
        return piece  # saved already: the answer to the first attempt may have been lost on its way
    if piece.version != version:
        raise StaleVersion(piece)
    before = digest_of(quick_win_payload(row))
    for name, value in values.items():
        setattr(piece, name, value)
    piece.version += 1
    piece.save()
    _evidence_changed(row, by, "evidence.changed", before)
    return piece


@transaction.atomic
def remove_evidence(*, pk: int, by: User) -> None:
    """Take a piece of evidence off a text that is still with the agency. Receipts keep what was submitted."""
    piece = Evidence.objects.select_for_update().get(pk=pk)
    row = _locked(piece.quick_win_id)
    if not rules.may_edit(by, row):
        raise PermissionDenied
    before = digest_of(quick_win_payload(row))
    piece.delete()
    _evidence_changed(row, by, "evidence.removed", before)


@transaction.atomic
def write_note(*, quick_win: QuickWin, field: str, text: str, by: User) -> Note | None:
    """Keep one unsent note per field; an empty text removes it. The agency sees it when the item is returned."""
    row = _locked(quick_win.pk)
    if not rules.may_note(by, row):
        raise PermissionDenied
    words, kept = text.strip(), row.notes.unsent().filter(field=field).first()
    if (kept.text if kept else "") == words:
        return kept
    if not words:
        row.notes.unsent().filter(field=field).delete()
        _noted(row, by, "note.removed")
        return None
    note, _created = Note.objects.update_or_create(
        quick_win=row,
        field=field,
        sent_at=None,
        defaults={"text": words, "author": by, "created_at": clock.now()},
    )
    _noted(row, by, "note.written", reason=words)
    return note


@transaction.atomic
def reply_to_note(*, note: Note, reply: str, by: User) -> Note:
    """Answer a note in words, without changing the field. What a colleague replied before stays."""
    row, words = _locked(note.quick_win_id), reply.strip()
    if not rules.may_reply(by, row):
        raise PermissionDenied
    note.refresh_from_db()
    if words and note.reply == words:
        return note  # sent twice
    if not words:
        raise NotReady([Problem(_("Write the reply first."), f"#note-{note.pk}")])
    if note.reply:
        raise NotReady(
            [
                Problem(
                    _("This note already has a reply, which stays. Change the field instead."),
                    f"#note-{note.pk}",
                )
            ]
        )
    note.reply = words
    if note.answered_at is None:
        note.answered_at, note.answered_by = clock.now(), by
    note.save(update_fields=["reply", "answered_at", "answered_by"])
    _noted(row, by, "note.answered", reason=words)
    return note


def _locked(pk: int) -> QuickWin:
    return (
        QuickWin.objects.select_for_update(of=("self",))
        .select_related("opd__parent", "dimension", "sub_dimension", "city")
        .get(pk=pk)
    )


def _is_submitted(quick_win: QuickWin, name: str, by: User, key: str | None) -> bool:
    """The submission with this key is in force. From a page older than a return it is history: WrongStatus."""
    if name != "submit" or key is None:
        return False
    first = quick_win.submissions.filter(idempotency_key=key, by=by).first()
    if first and (quick_win.status in WITH_OPD or first.at != quick_win.submitted_at):
        raise WrongStatus
    return first is not None


def _is_second_press(quick_win: QuickWin, name: str, by: User, note: str) -> bool:
    """The same person, move and words once more: the first press counts. A submission has its key for that."""
    if name == "submit" or quick_win.status != QUICK_WIN.moves[name].target:
        return False
    last = quick_win.events.first()
    return last is not None and (last.move, last.actor_id, last.note) == (name, by.pk, note)


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


def _same(stored: Any, typed: Any) -> bool:
    """Whether a value is as it was: a browser's line ends are not a change."""
    if isinstance(stored, str) and isinstance(typed, str):
        return stored.replace("\r\n", "\n").strip() == typed.replace("\r\n", "\n").strip()
    return bool(stored == typed)


def _evidence_changed(quick_win: QuickWin, by: User, action: str, before: str) -> None:
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
        at=quick_win.submitted_at or clock.now(),
        by=by,
        role=by.role_for(quick_win),
        payload=payload,
        digest=digest_of(payload),
        idempotency_key=key,
    )


def _settled(
    quick_win: QuickWin,
    by: User,
    action: str,
    *,
    before: str = "",
    reason: str = "",
    left_dimension: int | None = None,
) -> None:
    """What every change leaves behind: an exact summary and a link in the audit chain.

    Locks are taken in one order everywhere, cells by dimension and the chain last, so that no two changes
    wait for each other.
    """
    for dimension_id in sorted({quick_win.dimension_id, left_dimension or quick_win.dimension_id}):
        tallies.refresh(
            city_id=quick_win.city_id, year=quick_win.year, opd_id=quick_win.opd_id, dimension_id=dimension_id
        )
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


def _noted(quick_win: QuickWin, by: User, action: str, *, reason: str = "") -> None:
    """The talk about a quick win is audited, too; it changes neither the text nor a total."""
    audit.record(
        by=by, action=action, obj=quick_win, city_id=quick_win.city_id, year=quick_win.year, reason=reason
    )
