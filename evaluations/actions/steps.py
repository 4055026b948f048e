"""The steps all actions share: locking, finding the question, the late box, the audit trail."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from evaluations.models import EvaluationWindow, LateEntry, Seat
from evaluations.structure import QuestionFacts, structure_of
from opd import audit as trail
from opd.models import User
from smartcity.lib.dates import wib


class TooLate(Exception):
    """The window does not accept this, not yet or no more; `kept`: the late entry with the words, if any."""

    def __init__(self, window: EvaluationWindow, now: datetime, kept: LateEntry | None) -> None:
        self.window, self.kept = window, kept
        zone = window.city.timezone
        if now < window.opens_at and window.status != "closed":
            text = _("Scores are accepted from %(time)s. [WIN-EARLY]")
            text %= {"time": wib(window.opens_at, zone)}
        elif kept is None:
            text = _("The window was closed on %(time)s. [WIN-CLOSED]") % {
                "time": wib(window.closes_at, zone)
            }
        else:
            text = _(
                "The window was closed on %(time)s. What you wrote was kept, it does not count. [WIN-LATE]"
            )
            text %= {"time": wib(window.closes_at, zone)}
        super().__init__(text)


def locked_window(window: EvaluationWindow) -> EvaluationWindow:
    """The window's row as it is now, locked until the transaction ends; extending and closing wait for it."""
    rows = EvaluationWindow.with_rehearsals.select_for_update(of=("self",))
    return rows.select_related("city", "instrument", "rehearsal_of").get(pk=window.pk)


def locked_seat(seat: Seat, *, area: str = "") -> Seat:
    """Seat and window in one locked read: neither the end of the window nor a hand-in can slip in between.

    `covers` on the row says whether its areas contain `area`.
    """
    rows = Seat.objects.select_for_update(of=("self", "window")).covering(area)
    return rows.select_related("window__city", "window__instrument").get(pk=seat.pk)


def question_of(window: EvaluationWindow, code: str) -> QuestionFacts:
    question = structure_of(window.instrument).questions.get(code)
    if question is None:
        raise PermissionDenied
    return question


def keep_late(
    window: EvaluationWindow, question: QuestionFacts, facts: dict[str, Any], by: User, now: datetime
) -> LateEntry:
    late = LateEntry.objects.create(window=window, user=by, question_id=question.pk, at=now, **facts)
    audit(window, "late.keep", by, late)
    return late


def audit(
    window: EvaluationWindow,
    action: str,
    by: User | None,
    obj: Any,
    *,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> None:
    trail.record(
        by=by,
        action=action,
        obj=obj,
        city_id=window.city_id,
        year=window.year,
        before=before,
        after=after,
        reason=reason,
    )
