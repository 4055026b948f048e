"""The means of a closed survey become the city's answers to the questionnaire, until these are frozen."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import actions as evaluation
from evaluations.models import Answer, EvaluationWindow, Question
from opd.models import User
from smartcity.lib.dates import wib
from smartcity.lib.workflow import NotReady, Problem
from surveys import rules, tallies
from surveys.actions.steps import audited, locked_round, tell
from surveys.models import Round, Status

PLACES = 4  # what an answer of the questionnaire holds: a mean of 50 marks exactly


@transaction.atomic
def take_over(*, survey: Round, window: EvaluationWindow, by: User) -> list[Answer]:
    """Write mean and respondents of every sub-dimension that has answers into the questionnaire of a window.

    All of them or none. Words that stand beside an answer stay. Raises NotReady with a sentence when the survey still
    runs, says nothing, or the window has frozen its answers; StaleVersion when somebody wrote an answer meanwhile.
    """
    survey = locked_round(survey.pk)
    if not rules.may_prepare_in(by, survey.city_id) or not rules.fits(survey, window):
        raise PermissionDenied
    if problems := missing(survey, window):
        raise NotReady(problems)
    services = list(survey.services.select_related("sub_dimension"))
    counted = tallies.of_services(services)
    questions, given = questions_of(survey), window.answers.by_question()
    written = []
    for service in services:
        question, tally = questions.get(service.sub_dimension_id), counted[service.pk]
        if question is None or tally.mean is None:
            continue
        before = given.get(question.pk)
        try:
            answer = evaluation.save_answer(
                window=window, question_code=question.code,
                self_score=tallies.rounded(tally.mean, PLACES), respondents=tally.respondents,
                text=before.text if before and before.text else _("Impact survey: %(name)s.") % {"name": service.name},
                version=before.version if before else 0, by=by, sample=survey.sample,
            )  # fmt: skip
        except (
            evaluation.TooLate
        ) as refusal:  # it was opened this very moment; what was written above is undone
            raise NotReady([_frozen(window)]) from refusal
        written.append(answer)
    if not written:
        raise NotReady([Problem(_("Nobody has answered this survey, so there is nothing to take over."))])
    tell(survey, "take_over", by, str(window))
    audited(survey, "survey.taken_over", by, survey)
    return written


def missing(survey: Round, window: EvaluationWindow) -> list[Problem]:
    """What stands in the way of taking the means over into a window."""
    problems = []
    if survey.status != Status.CLOSED:
        problems.append(Problem(_("Close the survey first: figures that still move are no answer.")))
    if not window.accepts_answers():
        problems.append(_frozen(window))
    asked = {question.pk for question in questions_of(survey).values()}
    for answer in window.answers.select_related("question", "opd").filter(
        question__in=asked, opd__isnull=False
    ):
        text = _("%(code)s was asked of %(opd)s. Take the question back first, or let the agency answer it.")
        problems.append(Problem(text % {"code": answer.question.code, "opd": answer.opd}))
    return problems


def questions_of(survey: Round) -> dict[int, Question]:
    """Sub-dimension -> the question of the instrument that asks for its survey mean."""
    rows = survey.instrument.questions.filter(
        kind=Question.Kind.SURVEY_MEAN, sub_dimension__dimension=survey.dimension_id
    )
    return {row.sub_dimension_id: row for row in rows if row.sub_dimension_id}


def _frozen(window: EvaluationWindow) -> Problem:
    text = _("The answers of %(window)s were frozen on %(time)s. The figures stay with the survey.")
    at = wib(window.opened_at, window.city.timezone)
    return Problem(text % {"window": window, "time": at})
