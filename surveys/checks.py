"""What the survey itself adds to the checks over the whole city: forms below their quota, means nobody took over."""

from collections.abc import Iterator
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations.checking import WARN, Check, Finding, Ground, agencies, register
from surveys import tallies
from surveys.models import Round, Service, Status


@register
def survey_rounds(ground: Ground) -> Iterator[Check]:
    """The services of the year's rounds that have too few respondents, or whose result is not in the questionnaire."""
    window = ground.window
    rounds = list(Round.objects.of_city(window.city_id).in_year(window.year).for_page())
    services = [service for row in rounds for service in row.services.all()]
    counted = tallies.of_services(services)
    asked = {
        question.sub_dimension: question
        for question in ground.structure.questions.values()
        if not question.scored
    }
    findings = []
    for service in services:
        question, tally = asked.get(service.sub_dimension.code), counted[service.pk]
        answer = ground.answer_of(question) if question else None
        costs = ground.worth(question.code) if question else {}
        if text := _lacking(service, tally, taken=answer is not None and answer.self_score is not None):
            findings.append(_place(service, text, costs))
    yield Check(
        "survey-rounds",
        WARN,
        _("Surveys below the quota or not taken over"),
        _("Ask more people, or take the result of a closed survey over into the questionnaire."),
        agencies(findings),
        f"{reverse('surveys:rounds')}?year={window.year}",
        findings,
        at_most=True,
    )


def _place(service: Service, text: str, costs: dict[str, Fraction]) -> Finding:
    return Finding(service.name, service.round.get_absolute_url(), text, service.opd.short, costs)


def _lacking(service: Service, tally: tallies.Tally, *, taken: bool) -> str:
    """What is wrong with one service, in words; empty when its result stands in the questionnaire with its quota."""
    if service.round.status == Status.DRAFT:
        return _("The survey is not opened yet.")
    if not tally.enough:
        return _("%(given)s of %(quota)s respondents") % {"given": tally.respondents, "quota": tally.target}
    if service.round.status == Status.CLOSED and not taken:
        return _("Closed with enough respondents, but not taken over.")
    return ""
