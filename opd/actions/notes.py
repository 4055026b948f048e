"""The talk about single fields: what a reviewer asks, and what the agency answers in words."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from opd import rules
from opd.actions import records
from opd.models import NO_NOTE, Note, ProgressNote, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, Problem


@transaction.atomic
def write_note(
    *, owner: records.Record, field: str, text: str, by: User, seen: str | None = None
) -> Note | ProgressNote | None:
    """Keep one unsent note per field; an empty text removes it. The agency sees it when the item is returned.

    `seen` is the version of the note the person had read, NO_NOTE where there was none. Raises StaleVersion,
    with the note kept now, when a colleague was first. What is kept already is no conflict.
    """
    row: Any = records.locked(type(owner), owner.pk)
    if not rules.may_note(by, row):
        raise PermissionDenied
    words, kept = text.strip(), row.notes.unsent().filter(field=field).first()
    if (kept.text if kept else "") == words:
        return kept
    if seen is not None and seen != (kept.version if kept else NO_NOTE):
        raise StaleVersion(kept)
    if not words:
        row.notes.unsent().filter(field=field).delete()
        records.noted(row, by, "note.removed")
        return None
    note, _created = row.notes.update_or_create(
        field=field, sent_at=None, defaults={"text": words, "author": by, "created_at": clock.now()}
    )
    records.noted(row, by, "note.written", reason=words)
    return note


@transaction.atomic
def reply_to_note(*, note: Note | ProgressNote, reply: str, by: User) -> Note | ProgressNote:
    """Answer a note in words, without changing the field. What a colleague replied before stays."""
    owner: records.Record = note.quick_win if isinstance(note, Note) else note.progress
    row, words = records.locked(type(owner), owner.pk), reply.strip()
    if not rules.may_reply(by, row):
        raise PermissionDenied
    note.refresh_from_db()
    if words and note.reply == words:
        return note  # sent twice
    if not words:
        raise NotReady([Problem(_("Write the reply first."), f"#note-{note.pk}")])
    if note.reply:
        stays = _("This note already has a reply, which stays. Change the field instead.")
        raise NotReady([Problem(stays, f"#note-{note.pk}")])
    note.reply = words
    if note.answered_at is None:
        note.answered_at, note.answered_by = clock.now(), by
    note.save(update_fields=["reply", "answered_at", "answered_by"])
    records.noted(row, by, "note.answered", reason=words)
    return note
