"""What a quick win and a progress report share: evidence, notes, receipts, moves, and the totals that follow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from opd import audit, finding, tallies
from opd.models import Progress, ProgressSubmission, QuickWin, Submission, User
from opd.payload import progress_payload, quick_win_payload
from opd.workflow import PROGRESS, QUICK_WIN, WITH_OPD
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from smartcity.lib.workflow import Workflow, WrongStatus

type Record = QuickWin | Progress


@dataclass(frozen=True)
class Before:
    """A locked record as it stood before a change: its digest, and what it counted for."""

    digest: str
    share: tallies.Share


@dataclass(frozen=True)
class Kind:
    """What differs between the two: tables, the text that is frozen, and the totals that follow."""

    name: str
    workflow: Workflow
    payload: Callable[[Any], dict[str, Any]]
    receipts: type[Submission] | type[ProgressSubmission]
    joins: tuple[str, ...]
    stamps: Callable[[Any, str, datetime], dict[str, Any]]
    roll_up: Callable[[Any], None]


def kind_of(record: Record | type[Record]) -> Kind:
    """The kind of a record or of its model."""
    return KINDS[record if isinstance(record, type) else type(record)]


def locked(model: type[Record], pk: int) -> Any:
    """Lock the row and return it with what its page needs. Call it inside a transaction."""
    rows = model._base_manager.select_for_update(of=("self",))
    return rows.select_related(*kind_of(model).joins).get(pk=pk)


def before(record: Record) -> Before:
    """Remember a locked record before it is changed; `settled` compares."""
    return Before(digest(record), tallies.share(record))


def digest(record: Record) -> str:
    """The digest of what would be frozen now."""
    return digest_of(kind_of(record).payload(record))


@transaction.atomic
def move(model: type[Record], *, pk: int, name: str, by: User, note: str, key: str | None) -> Any:
    """Make a move of the workflow with everything that belongs to it; see opd/workflow.py.

    Raises WrongStatus, NotReady or PermissionDenied. What was pressed twice, or sent again with its `key`, is
    made once, and its first result is returned.
    """
    record, kind = locked(model, pk), kind_of(model)
    if _is_submitted(record, name, by, key) or _is_second_press(record, kind, name, by, note):
        return record
    was, now = before(record), clock.now()
    event = kind.workflow.make(record, name, by=by, note=note, changes=kind.stamps(record, name, now))
    if name == "submit":
        _receipt(record, kind, by, key)
    if name == "return":
        record.notes.unsent().update(sent_at=event.at)
    settled(record, by, f"{kind.name}.{name}", before=was, reason=note)
    return record


def touch(record: Record) -> None:
    """Stamp the change, recount completeness and save the row."""
    record.filled, record.total = record.counted()
    record.updated_at = clock.now()
    record.version += 1
    record.save()


def answer(record: Record, fields: Iterable[str], by: User) -> None:
    """A field that changed answers the notes that were sent about it."""
    record.notes.open().filter(field__in=fields).update(answered_at=clock.now(), answered_by=by)


def same(stored: Any, typed: Any) -> bool:
    """Whether a value is as it was: a browser's line ends are not a change."""
    if isinstance(stored, str) and isinstance(typed, str):
        return stored.replace("\r\n", "\n").strip() == typed.replace("\r\n", "\n").strip()
    return bool(stored == typed)


def settled(record: Record, by: User, action: str, *, before: Before | None, reason: str = "") -> None:
    """What every change leaves behind: an exact summary, words that can be found, and a link in the audit chain.

    `before` is the record as it was locked, None when it is new. Locks are taken in one order everywhere, cells by
    dimension and the chain last, so that no two changes wait for each other.
    """
    kind_of(record).roll_up(record)
    tallies.follow(record, before.share if before else None)
    finding.refresh(record, action)
    audit.record(
        by=by,
        action=action,
        obj=record,
        city_id=record.city_id,
        year=record.year,
        before=before.digest if before else "",
        after=digest(record),
        reason=reason,
    )


def noted(record: Record, by: User, action: str, *, reason: str = "") -> None:
    """The talk about a record is found and audited, too; it changes neither the text nor a total."""
    finding.refresh(record, action)
    audit.record(by=by, action=action, obj=record, city_id=record.city_id, year=record.year, reason=reason)


def _is_submitted(record: Any, name: str, by: User, key: str | None) -> bool:
    """The submission with this key is in force. From a page older than a return it is history: WrongStatus."""
    if name != "submit" or key is None:
        return False
    first = record.submissions.filter(idempotency_key=key, by=by).first()
    if first and (record.status in WITH_OPD or first.at != record.submitted_at):
        raise WrongStatus
    return first is not None


def _is_second_press(record: Any, kind: Kind, name: str, by: User, note: str) -> bool:
    """The same person, move and words once more: the first press counts. A submission has its key for that."""
    if name == "submit" or record.status != kind.workflow.moves[name].target:
        return False
    last = record.events.first()
    return last is not None and (last.move, last.actor_id, last.note) == (name, by.pk, note)


def _receipt(record: Any, kind: Kind, by: User, key: str | None) -> None:
    sequence = record.submissions.count() + 1
    payload = kind.payload(record)
    kind.receipts.objects.create(
        **{kind.name: record},
        sequence=sequence,
        number=f"{record.code}-{sequence}",
        at=record.submitted_at or clock.now(),
        by=by,
        role=by.role_for(record),
        payload=payload,
        digest=digest_of(payload),
        idempotency_key=key,
    )


def _quick_win_stamps(quick_win: QuickWin, name: str, now: datetime) -> dict[str, Any]:
    return {"submit": {"submitted_at": now}, "verify": {"verified_at": now}}.get(name, {})


def _progress_stamps(progress: Progress, name: str, now: datetime) -> dict[str, Any]:
    """When, whether the first submission came late, and how often a verified figure was opened again."""
    if name == "submit":
        late = progress.late if progress.submitted_at else progress.is_overdue(now)
        return {"submitted_at": now, "late": late}
    if name == "reopen":
        return {"corrections": progress.corrections + 1}
    return {"verified_at": now} if name == "verify" else {}


def _nothing_above(quick_win: QuickWin) -> None:
    """No figure of anything else follows a quick win."""


def _plan_follows(progress: Progress) -> None:
    """A verified report brings the figures of its programme's year up to date."""
    if progress.status == "verified":
        progress.roll_up()
        tallies.refresh_plan(progress.program, progress.year)


KINDS: dict[type[Any], Kind] = {
    QuickWin: Kind(
        "quick_win",
        QUICK_WIN,
        quick_win_payload,
        Submission,
        ("opd__parent", "dimension", "sub_dimension", "city"),
        _quick_win_stamps,
        _nothing_above,
    ),
    Progress: Kind(
        "progress",
        PROGRESS,
        progress_payload,
        ProgressSubmission,
        ("opd__parent", "dimension", "program__sub_dimension", "program__plan", "city"),
        _progress_stamps,
        _plan_follows,
    ),
}
