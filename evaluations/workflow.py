"""Every status and every move of a review window: the official procedure on one page."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations import rules
from smartcity.lib import clock
from smartcity.lib.dates import wib
from smartcity.lib.workflow import Move, Problem, Workflow

if TYPE_CHECKING:
    from evaluations.models import EvaluationWindow

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
NAMED = 3  # areas are named one by one up to here, counted beyond
IN_PREPARATION, RUNNING = frozenset({DRAFT}), frozenset({OPEN})


def needed_to_open(window: "EvaluationWindow", note: str) -> list[Problem]:
    """Times that make sense, an assessor for every area, quick wins of the instrument's own dimensions."""
    problems = []
    if not window.opens_at < window.closes_at:
        problems.append(Problem(gettext("The window must close after it opens."), "#times"))
    elif window.closes_at <= clock.now():
        problems.append(Problem(gettext("The closing time has already passed."), "#times"))
    if not window.has_questions():
        problems.append(
            Problem(gettext("The instrument has no question that assessors score."), "#instrument")
        )
    if uncovered := window.uncovered_areas():
        text = gettext("No assessor is seated for: %(areas)s.") % {"areas": ", ".join(uncovered[:NAMED])}
        if len(uncovered) > NAMED:
            text = gettext("%(count)s areas have no assessor.") % {"count": len(uncovered)}
        problems.append(Problem(text, "#seats"))
    if foreign := window.quick_wins_of_another_set():
        text = gettext("These quick wins belong to dimensions the instrument does not have: %(codes)s.")
        problems.append(Problem(text % {"codes": ", ".join(foreign)}, "#snapshot"))
    return problems


def needed_to_close(window: "EvaluationWindow", note: str) -> list[Problem]:
    """Nobody closes early: assessors were promised the time until closes_at."""
    if clock.now() >= window.closes_at:
        return []
    text = gettext("The window closes on %(time)s, not earlier.")
    return [Problem(text % {"time": wib(window.closes_at, window.city.timezone)}, "#times")]


# fmt: off
WINDOW = Workflow(
    #    name     from            to      who may          on the button, in the history, what may be missing
    Move("open",  IN_PREPARATION, OPEN,   rules.may_open,  _("Freeze the data and open"),     _("Data frozen, opened"), needed_to_open,  tone="primary"),
    Move("close", RUNNING,        CLOSED, rules.may_close, _("Close and compute the result"), _("Closed"),              needed_to_close, tone="primary"),
)
# fmt: on
#: Events that change no status, for the history.
OTHER_EVENTS = {"extend": _("Extended"), "create": _("Prepared")}
