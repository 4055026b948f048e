"""Every status and every move of a survey round; whether a form accepts answers is asked of the clock, not of this."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from smartcity.lib import clock
from smartcity.lib.workflow import Move, Problem, Workflow
from surveys import rules

if TYPE_CHECKING:
    from surveys.models import Round

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
IN_PREPARATION, RUNNING = frozenset({DRAFT}), frozenset({OPEN})


def needed_to_open(survey: "Round", note: str) -> list[Problem]:
    """A service for every sub-dimension, each confirmed by its owner, and times that are still ahead."""
    problems = []
    if survey.closes_at <= clock.now():
        problems.append(Problem(gettext("The closing time has already passed."), "#times"))
    services = {service.sub_dimension_id: service for service in survey.services.all()}
    for sub in survey.dimension.sub_dimensions.all():
        service = services.get(sub.pk)
        if service is None:
            text = gettext("Choose the service for %(name)s.") % {"name": sub}
            problems.append(Problem(text, f"#service-{sub.code}"))
        elif service.confirmed_at is None:
            text = gettext("%(opd)s has not confirmed yet that it takes part.") % {"opd": service.opd}
            problems.append(Problem(text, f"#service-{sub.code}"))
    return problems


def needed_to_close(survey: "Round", note: str) -> list[Problem]:
    """Respondents were promised the time until closes_at: ending it earlier needs a reason."""
    if clock.now() >= survey.closes_at or note.strip():
        return []
    return [Problem(gettext("Write why the survey ends before its closing time."), "#note")]


# fmt: off
ROUND = Workflow(
    #    name     from            to      who may          on the button, in the history, what may be missing
    Move("open",  IN_PREPARATION, OPEN,   rules.may_open,  _("Open the survey"),  _("Survey opened"), needed_to_open,  tone="primary"),
    Move("close", RUNNING,        CLOSED, rules.may_close, _("Close the survey"), _("Survey closed"), needed_to_close, takes_note=True, tone="primary"),
)
# fmt: on
#: Events that change no status, for the history.
OTHER_EVENTS = {
    "create": _("Survey prepared"),
    "edit": _("Survey changed"),
    "service": _("Service chosen"),
    "confirm": _("Owner confirmed"),
    "recap": _("Recap entered"),
    "take_over": _("Taken over into the questionnaire"),
}
