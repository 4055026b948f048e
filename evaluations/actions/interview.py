"""The interview: its run sheet, its clock, and what the panel notes.

Every action locks the window's row first, so that two tabs, the end of the window and the closing of the consensus
wait for each other. A row of the interview is made by the first action that needs one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import rules, run_sheet
from evaluations.actions.steps import audit, locked_seat, locked_window, question_of
from evaluations.models import (
    EvaluationWindow,
    Interview,
    InterviewEvent,
    InterviewNote,
    InterviewStatus,
    Seat,
    Slot,
    SlotRun,
    lead_of,
)
from evaluations.structure import structure_of
from evaluations.workflow import INTERVIEW
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, Problem, WrongStatus, acting_role

# "skor 3", "nilai: 4", "score = 2"; not "nilai 3 miliar", "nilai 3,5 persen" or "nilai 30"
_SCORE = re.compile(
    r"\b(?:skor|nilai|scores?)(?:nya)?\s*(?:saya|kami|=|:|adalah)?\s*[0-4]"
    r"(?!\d|[.,]\d|\s*(?:%|persen|ribu|juta|miliar|triliun|rb|jt|m\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the run sheet's form carries; `lead` is kept as it is when `names_lead` is False."""

    planned_at: datetime | None
    way: str
    place: str
    minutes: Mapping[str, int]
    order: Mapping[str, int]
    lead: Seat | None = None
    names_lead: bool = False


@transaction.atomic
def save_plan(*, window: EvaluationWindow, plan: Plan, version: int, by: User) -> Interview:
    """Arrange time, place, lead and parts of an interview that has not begun; `version` 0 for the first time.

    Raises PermissionDenied, WrongStatus once it runs, StaleVersion, NotReady with the sentence about the minutes.
    """
    window = locked_window(window)
    if not rules.may_plan_interview(by, window, lead_of(window), clock.now()):
        raise PermissionDenied
    interview = Interview.objects.of_window(window).first() or Interview(window=window, version=0)
    if interview.status != InterviewStatus.PLANNED or is_agreed(window):
        raise WrongStatus
    if interview.version != version:
        raise StaleVersion(interview)
    if plan.names_lead:
        _name_lead(interview, plan.lead, by)
    keys = list(run_sheet.parts(structure_of(window.instrument)))
    if sentence := run_sheet.missing(plan.minutes, keys, settings.PORTAL_INTERVIEW_MINUTES):
        raise NotReady([Problem(sentence, "#slots")])
    interview.planned_at, interview.way, interview.place = plan.planned_at, plan.way, plan.place.strip()
    interview.clean_fields(exclude=["window", "lead"])
    interview.version, interview.updated_at = interview.version + 1, clock.now()
    interview.save()
    _write_slots(interview, plan.minutes, plan.order)
    _tell(interview, "plan", by)
    audit(window, "interview.plan", by, interview)
    return interview


@transaction.atomic
def move(*, window: EvaluationWindow, name: str, by: User, note: str = "") -> Interview:
    """Start, end or take up the interview; ending it ends the part that runs."""
    window = locked_window(window)
    if not rules.may_run_interview(by, _known(window)):
        raise PermissionDenied
    interview = _interview_of(window)
    now = clock.now()
    changes: dict[str, dict[str, Any]] = {
        "start": {"started_at": now},
        "finish": {"ended_at": now},
        "resume": {"ended_at": None},
    }
    INTERVIEW.make(interview, name, by=by, note=note, changes=changes[name])
    if name == "finish":
        _stop_running(interview, now)
    audit(window, f"interview.{name}", by, interview, reason=note)
    return interview


@transaction.atomic
def start_slot(*, window: EvaluationWindow, key: str, by: User) -> SlotRun:
    """Begin a part; the one that runs ends in the same moment. The one that runs already goes on (a second press)."""
    window = locked_window(window)
    interview = _running(window, by)
    slot = interview.slots.filter(key=key).first()
    if slot is None:
        raise PermissionDenied
    now = clock.now()
    current = interview.running()
    if current is not None and current.slot_id == slot.pk:
        return current
    _stop_running(interview, now)
    run = SlotRun.objects.create(interview=interview, slot=slot, started_at=now)
    audit(window, "interview.slot", by, interview, reason=slot.key)
    return run


@transaction.atomic
def stop_slot(*, window: EvaluationWindow, by: User) -> None:
    """End the part that runs; when none does, nothing happens."""
    window = locked_window(window)
    interview = _running(window, by)
    if interview.running() is not None:
        _stop_running(interview, clock.now())
        audit(window, "interview.slot", by, interview, reason="")


def save_note(*, seat: Seat, code: str, text: str, version: int, by: User) -> InterviewNote:
    """Write what was said about a question ("" for the talk as a whole) into the panel's one note on it.

    `version` is the one the person had read, 0 for a note nobody began. Raises StaleVersion with the note as it is
    now; NotReady for a score among the words; ValidationError for hidden characters; WrongStatus once it is closed.
    """
    typed = text.strip()
    with transaction.atomic():
        seat = locked_seat(seat)
        now = clock.now()
        question = question_of(seat.window, code) if code else None
        if not rules.may_note(by, seat, now):
            raise PermissionDenied
        if not notes_are_open(seat.window):
            raise WrongStatus
        if problems := score_among(typed):
            raise NotReady(problems)
        interview = _interview_of(seat.window)
        note = interview.notes.about(code).first()
        if note is None and version == 0:
            note = InterviewNote(
                interview=interview, question_id=question.pk if question else None, version=0
            )
        elif note is None or note.version != version:
            if note is not None and note.text == typed:
                return note  # the same words arrived twice
            raise StaleVersion(note or InterviewNote(interview=interview, text="", version=0))
        note.text, note.seat, note.updated_at, note.version = typed, seat, now, note.version + 1
        note.clean_fields(exclude=["interview", "question", "seat"])
        note.save()
        audit(seat.window, "interview.note", by, note)
    return note


def notes_are_open(window: EvaluationWindow) -> bool:
    """Notes are taken from the opening of the window until the consensus is closed: then they are in its minutes."""
    return window.status != "draft" and not is_agreed(window)


def is_agreed(window: EvaluationWindow) -> bool:
    """Whether the consensus was closed: what the talk left behind is frozen with it."""
    return window.reconciliations.closed().exists()


def score_among(text: str) -> list[Problem]:
    """A note holds facts: colleagues read it before they have scored, so a score in it would sway them."""
    found = _SCORE.search(text)
    if found is None:
        return []
    sentence = _(
        "A note holds what was said, not a score, because colleagues read it before they score. "
        'Take "%(words)s" out; your score belongs on the score sheet. [INT-SCORE]'
    )
    return [Problem(sentence % {"words": found[0].strip()}, "#note")]


def _name_lead(interview: Interview, lead: Seat | None, by: User) -> None:
    """Only the reviewer names the lead, and only a seat of the window without a conflict."""
    if not rules.may_prepare(by, interview.window):
        raise PermissionDenied
    if lead is not None and (lead.window_id != interview.window_id or lead.conflict is not None):
        raise ValidationError({"lead": _("Choose a seat of this window without a conflict.")})
    interview.lead = lead


def _interview_of(window: EvaluationWindow) -> Interview:
    """The window's interview with its parts; made now, by the instrument, when nobody arranged it.

    Raises WrongStatus where the consensus was closed without one: then none is held any more.
    """
    interview = Interview.objects.of_window(window).first()
    if interview is None and is_agreed(window):
        raise WrongStatus
    if interview is None:
        interview = Interview.objects.create(window=window)
    if not interview.slots.exists():
        minutes = run_sheet.default_minutes(
            structure_of(window.instrument), settings.PORTAL_INTERVIEW_MINUTES
        )
        _write_slots(interview, minutes, {key: place for place, key in enumerate(minutes)})
    interview.window = window
    return interview


def _known(window: EvaluationWindow) -> Interview:
    """The window's interview, or one that is not written, to ask the rules about."""
    interview = Interview.objects.of_window(window).first() or Interview(window=window)
    interview.window = window
    return interview


def _running(window: EvaluationWindow, by: User) -> Interview:
    """The interview while it runs, for whoever may run it."""
    interview = _known(window)
    if not rules.may_run_interview(by, interview):
        raise PermissionDenied
    if interview.status != InterviewStatus.RUNNING:
        raise WrongStatus
    return interview


def _write_slots(interview: Interview, minutes: Mapping[str, int], order: Mapping[str, int]) -> None:
    for key in minutes:
        facts = {"minutes": minutes[key], "order": order.get(key, 0)}
        Slot.objects.update_or_create(interview=interview, key=key, defaults=facts)


def _stop_running(interview: Interview, now: datetime) -> None:
    interview.runs.filter(ended_at__isnull=True).update(ended_at=now)


def _tell(interview: Interview, name: str, by: User) -> None:
    InterviewEvent.objects.create(
        interview=interview,
        move=name,
        source=interview.status,
        target=interview.status,
        actor=by,
        role=acting_role(by, interview),
        at=clock.now(),
    )
