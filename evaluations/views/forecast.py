"""The forecast of a window: where the index stands now, and the ten things that raise it most."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from evaluations import rules
from evaluations.access import answering_window_or_404
from evaluations.answering import Asked, positions_of
from evaluations.forecast import ANSWER, PROVE, RAISE, VERIFY, Forecast, Step, forecast, steps
from evaluations.models import AnswerStatus, EvaluationWindow, Result
from evaluations.presentation import badge, deadline
from evaluations.scoring import as_decimal
from evaluations.structure import Structure, structure_of
from opd.access import person
from opd.models import User
from smartcity.lib import clock, decimals

TEN = 10


@require_GET
def forecast_page(request: HttpRequest, pk: int) -> HttpResponse:
    """For the city both series and all questions; for an agency the things it can do itself."""
    window = answering_window_or_404(request, pk)
    user, structure = person(request), structure_of(window.instrument)
    city = rules.may_read_answers(user, window)
    places, asked = positions_of(window, user)
    found = steps(structure.parts(), places, levels=_levels(structure))
    if not city:
        found = [step for step in found if step.code in asked]
    opds = sorted({row.opd for row in asked.values()})
    chosen = request.GET.get("opd", "")
    if city and chosen in opds:
        found = [step for step in found if step.code in asked and asked[step.code].opd == chosen]
    result = forecast(structure.parts(), places)
    context = {
        "window": window,
        "status": badge(window, clock.now()),
        "window_deadline": deadline(window, clock.now()),
        "city": city,
        "opds": [{"short": short, "chosen": short == chosen} for short in opds] if city else [],
        "chosen": chosen if chosen in opds else "",
        "figures": _figures(window, user, result) if city else [],
        "sections": _sections(structure, result) if city else [],
        "steps": [_step(window, structure, step, asked.get(step.code), city) for step in found[:TEN]],
        "together": decimals.signed(as_decimal(sum((step.gain for step in found[:TEN]), Fraction(0)))),
        "more": len(found) - TEN if len(found) > TEN else 0,
    }
    return render(request, "evaluations/forecast.html", context)


def _levels(structure: Structure) -> dict[str, list[int]]:
    return {
        code: sorted(structure.allowed_scores(row)) for code, row in structure.questions.items() if row.scored
    }


def _figures(window: EvaluationWindow, user: User, result: Forecast) -> list[dict[str, Any]]:
    """The two series, and the last result before this year: each says what it is made of."""
    rows = [
        _figure(
            _("From verified facts"),
            result.verified,
            _("Accepted answers, answers with evidence, full surveys."),
        ),
        _figure(
            _("From everything claimed"), result.claimed, _("Also what nobody has accepted or proven yet.")
        ),
    ]
    before = Result.objects.visible_to(user).of_city_before(window.city_id, window.year).first()
    if before is not None and before.index is not None:
        rows.append(
            {
                "label": _("Result of %(year)s") % {"year": before.window.year},
                "value": decimals.display(before.index),
                "partly": "",
                "note": _("Assessed; %(instrument)s.") % {"instrument": before.window.instrument.label},
                "sample": before.window.sample,
            }
        )
    return rows


def _figure(label: str, card: Any, note: str) -> dict[str, Any]:
    levels = [graded.section for graded in card.sections.values()]
    given, expected = sum(row.given for row in levels), sum(row.expected for row in levels)
    partly = _("provisional, %(given)s of %(expected)s questions") % {"given": given, "expected": expected}
    return {
        "label": label,
        "value": decimals.display(card.index if card.index is not None else card.provisional),
        "partly": "" if card.index is not None and given >= expected else partly,
        "note": note,
        "sample": False,
    }


def _sections(structure: Structure, result: Forecast) -> list[dict[str, str]]:
    """The formula with its inputs: weight, both values, and what each adds to the index."""
    rows = []
    for section in structure.sections:
        verified, claimed = (
            card.sections[section.code].section for card in (result.verified, result.claimed)
        )
        rows.append(
            {
                "name": str(section.name),
                "weight": decimals.exact(section.weight),
                "verified": decimals.display(verified.value),
                "verified_of": f"{verified.given}/{verified.expected}",
                "claimed": decimals.display(claimed.value),
                "claimed_of": f"{claimed.given}/{claimed.expected}",
                "adds": decimals.display(
                    None if claimed.value is None else claimed.value * section.weight / 100
                ),
            }
        )
    return rows


def _step(
    window: EvaluationWindow, structure: Structure, step: Step, asked: Asked | None, city: bool
) -> dict[str, str]:
    question = structure.questions[step.code]
    return {
        "code": step.code,
        "text": str(question.text),
        "opd": asked.opd if asked else "",
        "url": reverse("evaluations:answer", args=[window.pk, step.code]),
        "what": _to_verify(step, asked, city) if step.kind == VERIFY else _what(structure, step),
        "gain": decimals.signed(as_decimal(step.gain)),
        "share": decimals.display(as_decimal(step.share * 100)),
    }


def _to_verify(step: Step, asked: Asked | None, city: bool) -> str:
    """Who has the next step with an agency's answer, in the words of the reader."""
    score = {"score": decimals.exact(step.then)}
    if asked is not None and asked.status == AnswerStatus.SUBMITTED:
        if city:
            return _("%(score)s is claimed; accept it or return it.") % score
        return _("%(score)s is claimed; it waits to be accepted.") % score
    if city:
        return _("%(score)s was claimed; the agency is mending its answer.") % score
    return _("%(score)s is claimed; submit the answer when it is complete.") % score


def _what(structure: Structure, step: Step) -> str:
    """What to do, in one sentence."""
    question = structure.questions[step.code]
    now = "" if step.now is None else decimals.exact(step.now)
    if step.kind == PROVE:
        return _("%(score)s is claimed without evidence; add what proves it.") % {"score": now}
    if step.kind == ANSWER:
        if not question.scored:
            return _("No survey result yet; even the lowest mean counts.")
        return _("Not answered yet; already a %(score)s counts.") % {"score": decimals.exact(step.then)}
    meaning = next(
        (str(row.meaning) for row in structure.rubrics[question.rubric] if Decimal(row.score) == step.then),
        "",
    )
    assert step.kind == RAISE
    return _("Now %(now)s. For a %(then)s: %(meaning)s.") % {
        "now": now,
        "then": decimals.exact(step.then),
        "meaning": meaning.rstrip("."),
    }
