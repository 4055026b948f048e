"""The city's answers, until the opening of the window freezes them."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions.steps import TooLate, audit, keep_late, locked_window, question_of
from evaluations.models import Answer, EvaluationWindow
from evaluations.structure import QuestionFacts
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem


def save_answer(
    *,
    window: EvaluationWindow,
    question_code: str,
    self_score: Decimal | None,
    text: str = "",
    respondents: int | None = None,
    version: int,
    by: User,
    sample: bool = False,
) -> Answer:
    """Save the city's answer to a question; `version` as in save_score. Once frozen: TooLate, words kept."""
    with transaction.atomic():
        window = locked_window(window)
        question = question_of(window, question_code)
        if not rules.may_write_answers(by, window):
            raise PermissionDenied
        facts = {"self_score": self_score, "respondents": respondents, "text": text.strip()}
        if rules.may_answer(by, window):
            return _write_answer(window, question, facts, version, by, sample)
        kept = keep_late(window, question, {"value": self_score, "remark": text}, by, clock.now())
    raise TooLate(window, max(clock.now(), window.opens_at), kept)


def missing_answer(question: QuestionFacts, facts: dict[str, Any]) -> list[Problem]:
    """What an answer still needs: a whole score and what proves it, or the number of respondents."""
    value, problems = facts["self_score"], []
    if value is None:
        return []
    if question.scored:
        if value != int(value) or not 0 <= value <= 4:
            problems.append(Problem(_("A self-score is a whole number from 0 to 4."), "#id_self_score"))
        elif value > 0 and not facts["text"]:
            problems.append(Problem(_("Write what proves a score above 0."), "#id_text"))
    elif not 1 <= value <= 4:
        problems.append(Problem(_("A survey mean lies between 1 and 4."), "#id_self_score"))
    elif not facts["respondents"]:
        problems.append(Problem(_("Write how many people answered the survey."), "#id_respondents"))
    return problems


def _write_answer(
    window: EvaluationWindow,
    question: QuestionFacts,
    facts: dict[str, Any],
    version: int,
    by: User,
    sample: bool,
) -> Answer:
    if problems := missing_answer(question, facts):
        raise NotReady(problems)
    answer = window.answers.filter(question=question.pk).first()
    if answer is None and version == 0:
        answer = Answer(window=window, question_id=question.pk, version=0)
    elif answer is None or answer.version != version:
        if answer is not None and all(getattr(answer, name) == value for name, value in facts.items()):
            return answer
        raise StaleVersion(answer or Answer(window=window, question_id=question.pk, **facts))
    for name, value in facts.items():
        setattr(answer, name, value)
    answer.updated_by, answer.sample = by, sample
    answer.updated_at, answer.version = clock.now(), answer.version + 1
    answer.clean_fields(exclude=["window", "question", "updated_by"])
    answer.save()
    audit(
        window,
        "answer.save",
        by,
        answer,
        after=digest_of({name: str(value) for name, value in facts.items()}),
    )
    return answer
