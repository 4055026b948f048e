"""What is done with meetings and their decisions: write them down, decide, correct, report what was done."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from opd import audit, rules
from opd.actions.records import same
from opd.models import City, Decision, Meeting, User
from opd.workflow import DECIDED, DECISION
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem

MEETING = ("title", "held_at", "place", "agenda", "minutes")
TASK = ("text", "opd_id", "program_id", "due_on", "status", "done_note")
#: What the secretariat may correct.
CORRECTED = ("text", "opd", "due_on", "program")


def create_meeting(*, city: City, values: Mapping[str, Any], by: User, key: str | None) -> Meeting:
    """Write down a meeting and return it; the same idempotency `key` returns the first one."""
    if not rules.may_keep_meetings(by, city.pk):
        raise PermissionDenied
    if first := Meeting.objects.made_with(key, by):
        return first
    try:
        with transaction.atomic():
            meeting = Meeting.objects.create(city=city, created_by=by, idempotency_key=key, **values)
            _audited(meeting, by, "meeting.created")
    except IntegrityError:  # two clicks at once: the other one made the row
        return Meeting.objects.get(idempotency_key=key, created_by=by)
    return meeting


@transaction.atomic
def save_meeting(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Meeting:
    """Change a meeting. Raises StaleVersion, PermissionDenied; what is saved already is no conflict."""
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("city").get(pk=pk)
    if not rules.may_keep_meetings(by, meeting.city_id):
        raise PermissionDenied
    changed = {name: value for name, value in values.items() if not same(getattr(meeting, name), value)}
    if not changed:
        return meeting
    if meeting.version != version:
        raise StaleVersion(meeting)
    before = _digest(meeting)
    for name, value in changed.items():
        setattr(meeting, name, value)
    meeting.version += 1
    meeting.updated_at = clock.now()
    meeting.save()
    _audited(meeting, by, "meeting.saved", before=before)
    return meeting


@transaction.atomic
def decide(*, meeting: Meeting, values: Mapping[str, Any], by: User, key: str | None) -> Decision:
    """Add a decision to a meeting; the same idempotency `key` returns the first one."""
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("city").get(pk=meeting.pk)
    if not rules.may_keep_meetings(by, meeting.city_id):
        raise PermissionDenied
    if key and (first := meeting.decisions.filter(idempotency_key=key).first()):
        return first
    # The row of the meeting is locked: no two decisions get the same number.
    number = (meeting.decisions.aggregate(last=Max("number"))["last"] or 0) + 1
    decision = meeting.decisions.create(number=number, idempotency_key=key, **values)
    decision.events.create(
        move="create", target=DECIDED, actor=by, role=by.role_for(decision), at=clock.now()
    )
    _audited_decision(decision, by, "decision.made")
    return decision


@transaction.atomic
def correct(*, pk: int, values: Mapping[str, Any], reason: str, version: int, by: User) -> Decision:
    """Correct words, owner, day or programme of a decision that is not done, and say why.

    Raises PermissionDenied, StaleVersion, and NotReady without a reason; what is saved already is no conflict.
    Before and after stand in the history, the reason with them.
    """
    decision = _locked(pk)
    if not rules.may_correct_decision(by, decision):
        raise PermissionDenied
    changed = [name for name in CORRECTED if not same(getattr(decision, name), values.get(name))]
    if not changed:
        return decision
    if decision.version != version:
        raise StaleVersion(decision)
    if not reason.strip():
        raise NotReady([Problem(_("Write the reason first."), "#id_reason")])
    before, told = _decision_digest(decision), {}
    for name in changed:
        told[name] = [_said(getattr(decision, name)), _said(values[name])]
        setattr(decision, name, values[name])
    decision.version += 1
    decision.save()
    decision.events.create(
        move="correct", source=decision.status, target=decision.status, actor=by, role=by.role_for(decision),
        note=reason.strip(), changes=told, at=clock.now(),
    )  # fmt: skip
    _audited_decision(decision, by, "decision.corrected", before=before, reason=reason.strip())
    return decision


@transaction.atomic
def move_decision(*, pk: int, name: str, by: User, note: str, version: int | None = None) -> Decision:
    """Report a decision as carried out, or open it again: the moves of DECISION in opd/workflow.py.

    `version` is that of the text the person read; None is for whoever reads it in the same transaction. Raises
    PermissionDenied, WrongStatus, NotReady without words, and StaleVersion when it was corrected meanwhile.
    """
    decision, move, words = _locked(pk), DECISION.moves[name], note.strip()
    last = decision.events.first()
    if last is not None and decision.status == move.target:
        if (last.move, last.actor_id, last.note) == (name, by.pk, words):
            return decision  # pressed twice
    elif version is not None and version != decision.version and move.who(by, decision):
        raise StaleVersion(decision)
    before, now = _decision_digest(decision), clock.now()
    done: dict[str, Any] = {"done_at": None, "done_by": None, "done_note": ""}
    if name == "finish":
        done = {"done_at": now, "done_by": by, "done_note": words}
    DECISION.make(decision, name, by=by, note=words, changes=done)
    _audited_decision(decision, by, f"decision.{name}", before=before, reason=words)
    return decision


def _locked(pk: int) -> Decision:
    rows = Decision.objects.select_for_update(of=("self",))
    return rows.select_related("meeting__city", "opd", "program").get(pk=pk)


def _said(value: Any) -> str:
    """A value in words that stay true when the thing is renamed: an agency's short name, a programme's code, a day."""
    return str(getattr(value, "short", None) or getattr(value, "code", None) or value or "")


def _digest(meeting: Meeting) -> str:
    return digest_of({name: str(getattr(meeting, name)) for name in MEETING})


def _decision_digest(decision: Decision) -> str:
    return digest_of({name: str(getattr(decision, name)) for name in TASK})


def _audited(meeting: Meeting, by: User, action: str, *, before: str = "") -> None:
    audit.record(
        by=by,
        action=action,
        obj=meeting,
        city_id=meeting.city_id,
        year=meeting.city.evaluation_year,
        before=before,
        after=_digest(meeting),
    )


def _audited_decision(
    decision: Decision, by: User, action: str, *, before: str = "", reason: str = ""
) -> None:
    city = decision.meeting.city
    audit.record(
        by=by,
        action=action,
        obj=decision,
        city_id=city.pk,
        year=city.evaluation_year,
        before=before,
        after=_decision_digest(decision),
        reason=reason,
    )
