"""The page of one round: what is missing, who takes part, where the forms are, what they say so far."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.models import EvaluationWindow
from opd.models import User
from smartcity.lib import clock, decimals
from smartcity.templatetags.portal import words
from surveys import rules, tallies
from surveys.actions import results
from surveys.models import Round, Service, State, Status
from surveys.presentation import badge, history, mean_text, people, quota, sheet_row, times
from surveys.tallies import Tally
from surveys.workflow import ROUND, needed_to_open


def round_page(user: User, survey: Round) -> dict[str, Any]:
    """Return the context of surveys/round_detail.html."""
    now, zone = clock.now(), survey.city.timezone
    services = {service.sub_dimension_id: service for service in survey.services.all()}
    counted = tallies.of_services(services.values())
    mean = tallies.mean_of(counted.values())
    enough = bool(counted) and all(tally.enough for tally in counted.values())
    hands_out = rules.may_hand_out(user, survey)
    return {
        "survey": survey,
        "status": badge(survey, now),
        "heading": _heading(survey, counted, enough),
        "draft": survey.status == Status.DRAFT,
        "lines": [
            _line(user, survey, sub, services.get(sub.pk), counted)
            for sub in survey.dimension.sub_dimensions.all()
        ],
        "mean": mean_text(mean),
        "provisional": mean is not None and not enough,
        "times": times(survey),
        "sheets": [sheet_row(sheet) for sheet in survey.sheets.select_related("round", "service")]
        if hands_out
        else [],
        "may_help": rules.may_help(user, survey) and survey.state(now) is State.RUNNING,
        "may_edit": rules.may_prepare(user, survey),
        "windows": _windows(user, survey, services, counted),
        "history": history(survey.events.all(), zone),
        "offers": ROUND.offered_to(user, survey),
        "early_close": survey.status == Status.OPEN and now < survey.closes_at,
    }


def _heading(survey: Round, counted: dict[int, Tally], enough: bool) -> str:
    """What waits, in a sentence."""
    if survey.status == Status.DRAFT:
        missing = len(needed_to_open(survey, ""))
        if not missing:
            return _("Ready to open")
        text = ngettext(
            "%(count)s thing is missing before it can open",
            "%(count)s things are missing before it can open",
            missing,
        )
        return text % {"count": words(missing).capitalize()}
    if enough:
        return _("Every service has enough respondents")
    short = sum(not tally.enough for tally in counted.values())
    text = ngettext(
        "%(count)s service does not have enough respondents yet",
        "%(count)s services do not have enough respondents yet",
        short,
    )
    return text % {"count": words(short).capitalize()}


def _line(
    user: User, survey: Round, sub: Any, service: Service | None, counted: dict[int, Tally]
) -> dict[str, Any]:
    """A sub-dimension with its service, what the owner says, its quota and what this person can do."""
    row: dict[str, Any] = {
        "sub": str(sub),
        "code": sub.code,
        "service": service,
        "choose_url": reverse("surveys:service", args=[survey.pk, sub.code])
        if rules.may_prepare(user, survey)
        else "",
    }
    if service is None:
        return row
    return row | {
        "name": service.name,
        "opd": str(service.opd),
        "linked": " · ".join(str(row.code) for row in (service.program, service.quick_win) if row),
        "confirmed": service.confirmed_at is not None,
        "may_confirm": rules.may_confirm(user, service) and service.confirmed_at is None,
        "quota": quota(counted[service.pk]),
        "recap_url": reverse("surveys:recap", args=[service.pk]) if rules.may_recap(user, service) else "",
    }


def _windows(
    user: User, survey: Round, services: dict[int, Service], counted: dict[int, Tally]
) -> list[dict[str, Any]]:
    """The questionnaires these means belong into, with what stands there now."""
    if not rules.may_take_over(user, survey):
        return []
    found = EvaluationWindow.objects.visible_to(user).of_city(survey.city_id).in_year(survey.year)
    return [
        _window(survey, window, services, counted)
        for window in found.for_page().newest_first()
        if rules.fits(survey, window)
    ]


def _window(
    survey: Round, window: EvaluationWindow, services: dict[int, Service], counted: dict[int, Tally]
) -> dict[str, Any]:
    questions, given = results.questions_of(survey), window.answers.by_question()
    rows, differs = [], False
    for key, service in services.items():
        if (question := questions.get(key)) is None:
            continue
        tally, answer = counted[service.pk], given.get(question.pk)
        ours = (
            None if tally.mean is None else (tallies.rounded(tally.mean, results.PLACES), tally.respondents)
        )
        theirs = (answer.self_score, answer.respondents) if answer and answer.self_score is not None else None
        differs = differs or (ours is not None and ours != theirs)
        rows.append(
            {"code": question.code, "ours": _said(ours), "theirs": _said(theirs), "same": ours == theirs}
        )
    return {
        "title": str(window),
        "url": reverse("surveys:take_over", args=[survey.pk, window.pk]),
        "rows": rows,
        "differs": differs,
        "problems": [str(problem.text) for problem in results.missing(survey, window)],
    }


def _said(figures: tuple[Any, int | None] | None) -> str:
    if figures is None:
        return decimals.UNKNOWN
    value, count = figures
    return f"{decimals.exact(value)} ({people(count)})" if count else decimals.exact(value)
