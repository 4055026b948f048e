"""What is done with meetings and their decisions: write them down, decide, report what was done."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from opd import audit, rules
from opd.actions.records import same
from opd.models import City, Decision, Meeting, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus

MEETING = ("title", "held_at", "place", "agenda", "minutes")
DECISION = ("text", "opd_id", "program_id", "due_on", "done_note")


def create_meeting(*, city: City, values: Mapping[str, Any], by: User, key: str | None) -> Meeting:
    """Write down a meeting and return it; the same idempotency `key` returns the first one."""
    if not rules.may_keep_meetings(by, city.pk):
        raise PermissionDenied
    if key and (first := Meeting.objects.filter(idempotency_key=key, created_by=by).first()):
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
    number = (meeting.decisions.aggregate(last=Max("number"))["last"] or 0) + 1
    decision = meeting.decisions.create(number=number, idempotency_key=key, **values)
    _audited_decision(decision, by, "decision.made")
    return decision


@transaction.atomic
def finish(*, pk: int, note: str, by: User) -> Decision:
    """Say that a decision was carried out, and how. Raises NotReady without words, WrongStatus when it is done."""
    decision = (
        Decision.objects.select_for_update(of=("self",)).select_related("meeting__city", "opd").get(pk=pk)
    )
    if not rules.may_finish(by, decision):
        raise PermissionDenied
    words = note.strip()
    if decision.done_at is not None:
        if decision.done_by_id == by.pk and decision.done_note == words:
            return decision  # pressed twice
        raise WrongStatus
    if not words:
        raise NotReady([Problem(_("Write in one sentence what was done."), f"#decision-{decision.pk}")])
    before = _decision_digest(decision)
    decision.done_at, decision.done_by, decision.done_note = clock.now(), by, words
    decision.version += 1
    decision.save()
    _audited_decision(decision, by, "decision.done", before=before, reason=words)
    return decision


def _digest(meeting: Meeting) -> str:
    return digest_of({name: str(getattr(meeting, name)) for name in MEETING})


def _decision_digest(decision: Decision) -> str:
    return digest_of({name: str(getattr(decision, name)) for name in DECISION})


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
