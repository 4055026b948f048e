"""Preparing, opening, extending and closing a window."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import results, rules
from evaluations.actions import answer_lines, submission_lines
from evaluations.actions.steps import TooLate, audit, locked_window
from evaluations.freezing import freeze
from evaluations.models import EvaluationWindow, Result, Snapshot, WindowEvent
from evaluations.rehearsal import ends_in_time, own_questions
from evaluations.workflow import WINDOW
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, Problem, WrongStatus, acting_role


@transaction.atomic
def save_window(*, window: EvaluationWindow, by: User, version: int | None = None) -> EvaluationWindow:
    """Write a prepared window: a new one, or the draft a person had read at `version`."""
    if not rules.may_prepare(by, window):
        raise PermissionDenied
    created = window.pk is None
    if not created:
        current = EvaluationWindow.locked_at_version(window.pk, version or 0)
        if not current.is_prepared():
            raise WrongStatus
        window.version, window.status = current.version + 1, current.status
    window.updated_at = clock.now()
    window.save()
    if created:
        _tell(window, "create", by, "")
    audit(window, "window.create" if created else "window.edit", by, window)
    return window


@transaction.atomic
def open_window(window: EvaluationWindow, *, by: User, note: str = "") -> Snapshot:
    """Open the window: what the planner approved last is judged; without an approval, what stands now is frozen.

    The row's lock makes an approval at the same moment come before, and then it is judged, or find the window open.
    """
    now = clock.now()
    WINDOW.make(window, "open", by=by, note=note, changes={"opened_at": now})
    submission = window.last_submission()
    snapshot = submission.snapshot if submission else freeze(window, by=by)
    if window.is_rehearsal:
        for seat in window.seats.select_related("user"):
            seat.own_questions.set(own_questions(seat.user, window))
    else:
        answer_lines.told_frozen(window)
    if proposal := window.proposal_or_none():
        submission_lines.settle(proposal)
    audit(window, "window.open", by, snapshot, after=snapshot.digest, reason=note)
    return snapshot


@transaction.atomic
def close_window(window: EvaluationWindow, *, by: User | None = None, note: str = "") -> Result:
    """Close the window and write its result. `by` None is the scheduler; nobody closes before closes_at."""
    WINDOW.make(window, "close", by=by, note=note, changes={"closed_at": clock.now()})
    result = results.compute(window)
    audit(window, "window.close", by, result, after=result.digest, reason=note)
    return result


def ensure_closed(window: EvaluationWindow) -> EvaluationWindow:
    """Close the window if its time has come and nobody did; harmless to call at any time, from anywhere."""
    if window.is_due(clock.now()):
        try:
            close_window(window)
        except WrongStatus:
            window.refresh_from_db()
    return window


@transaction.atomic
def extend_window(window: EvaluationWindow, *, until: datetime, reason: str, by: User) -> WindowEvent:
    """Move the closing time of a running window later; the assessors' access moves along by the same span."""
    window = locked_window(window)
    now = clock.now()
    if not rules.may_prepare_in(by, window.city_id):
        raise PermissionDenied
    if not rules.may_extend(by, window, now):
        raise TooLate(window, now, None) if window.is_due(now) or window.is_published() else WrongStatus
    problems = []
    if until <= window.closes_at:
        problems.append(Problem(_("The new time must be later than the closing time of now."), "#id_until"))
    problems += ends_in_time(window, until, "#id_until")
    if not reason.strip():
        problems.append(Problem(_("Write the reason first."), "#id_reason"))
    if problems:
        raise NotReady(problems)
    before, span = window.closes_at, until - window.closes_at
    window.closes_at = until
    window.version += 1
    window.save(update_fields=["closes_at", "version"])
    for seat in window.seats.filter(until__gte=before):
        seat.until += span
        seat.save(update_fields=["until"])
    event = _tell(window, "extend", by, reason, until=until)
    audit(window, "window.extend", by, window, reason=reason)
    return event


def _tell(
    window: EvaluationWindow, move: str, by: User, note: str, *, until: datetime | None = None
) -> WindowEvent:
    return WindowEvent.objects.create(
        window=window,
        move=move,
        source=window.status,
        target=window.status,
        actor=by,
        role=acting_role(by, window),
        note=note,
        until=until,
        at=clock.now(),
    )
