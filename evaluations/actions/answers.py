"""The city's answers, until the opening of the window freezes them: who is asked, what is said, who accepts it."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaluations import rules
from evaluations.actions import answer_lines
from evaluations.actions.steps import TooLate, audit, keep_late, locked_window, question_of
from evaluations.answering import answer_payload
from evaluations.figures import sentence
from evaluations.models import Answer, AnswerEvent, EvaluationWindow
from evaluations.structure import QuestionFacts, structure_of
from evaluations.workflow import ANSWER, missing_answer
from opd.models import Opd, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, WrongStatus, acting_role


def save_answer(
    *,
    window: EvaluationWindow,
    question_code: str,
    self_score: Decimal | None,
    text: str = "",
    respondents: int | None = None,
    figures: dict[str, str] | None = None,
    version: int,
    by: User,
    sample: bool = False,
) -> Answer:
    """Save the answer to a question; `version` as in save_score. Once frozen: TooLate, words kept.

    An agency saves half-finished answers and is asked for proof when it hands in; what the secretariat writes
    itself is never handed in, so it is asked at once (NotReady).
    """
    with transaction.atomic():
        window = locked_window(window)
        question = question_of(window, question_code)
        answer = window.answers.select_related("opd").filter(question=question.pk).first()
        if not rules.may_write_answers(by, window, answer.opd_id if answer else None):
            raise PermissionDenied
        facts = {
            "self_score": self_score,
            "respondents": respondents,
            "figures": figures if question.asks_figures else None,
            "text": text.strip(),
        }
        if rules.may_answer(by, window, answer):
            return _write_answer(window, question, answer, facts, version, by, sample)
        if window.accepts_answers():
            raise WrongStatus  # handed in by a colleague meanwhile
        words = "\n".join(filter(None, (text, sentence(figures))))
        kept = keep_late(window, question, {"value": self_score, "remark": words}, by, clock.now())
    raise TooLate(window, max(clock.now(), window.opens_at), kept)


def _write_answer(
    window: EvaluationWindow,
    question: QuestionFacts,
    answer: Answer | None,
    facts: dict[str, Any],
    version: int,
    by: User,
    sample: bool,
) -> Answer:
    if answer is None and version == 0:
        answer = Answer(window=window, question_id=question.pk, version=0)
    elif answer is None or answer.version != version:
        if answer is not None and all(getattr(answer, name) == value for name, value in facts.items()):
            return answer
        raise StaleVersion(answer or Answer(window=window, question_id=question.pk, **facts))
    for name, value in facts.items():
        setattr(answer, name, value)
    if answer.opd_id is None and (problems := missing_answer(answer)):
        raise NotReady(problems)
    answer.updated_by, answer.sample = by, sample
    answer.updated_at, answer.version = clock.now(), answer.version + 1
    answer.clean_fields(exclude=["window", "question", "opd", "updated_by"])
    answer.save()
    audit(
        window,
        "answer.save",
        by,
        answer,
        after=digest_of({name: str(value) for name, value in facts.items()}),
    )
    return answer


@transaction.atomic
def assign_questions(
    *, window: EvaluationWindow, codes: Collection[str], opd: Opd | None, by: User
) -> tuple[list[str], list[str]]:
    """Ask an agency for the answers to these questions; None takes them back to the secretariat.

    Returns (asked, left alone): a question somebody has answered already stays where its words are. Raises
    PermissionDenied once the answers are frozen, and for an agency of another city.
    """
    window = locked_window(window)
    if not rules.may_assign(by, window) or (opd is not None and opd.city_id != window.city_id):
        raise PermissionDenied
    known, moved, left = structure_of(window.instrument).questions, [], []
    there = {row.question_id: row for row in window.answers.select_for_update()}
    for code in [code for code in known if code in set(codes)]:
        answer = there.get(known[code].pk)
        if answer is not None and answer.opd_id == (opd.pk if opd else None):
            continue
        if answer is not None and (answer.is_given() or answer.exhibits.exists()):
            left.append(code)
            continue
        _hand_over(window, answer, known[code], opd, by)
        moved.append(code)
    if moved and opd is not None:
        answer_lines.told_asked(window, opd, len(moved), by)
    return moved, left


def _hand_over(
    window: EvaluationWindow, answer: Answer | None, question: QuestionFacts, opd: Opd | None, by: User
) -> None:
    if answer is None:
        answer = Answer(window=window, question_id=question.pk, version=0)
    answer.opd, answer.updated_by, answer.updated_at = opd, by, clock.now()
    answer.status, answer.submitted, answer.submitted_at = "draft", None, None
    answer.version += 1
    answer.save()
    move = "assign" if opd else "take_over"
    answer.events.create(move=move, actor=by, role=acting_role(by, window), at=clock.now())
    audit(window, f"answer.{move}", by, answer, after=opd.short if opd else "")


@transaction.atomic
def move_answer(*, pk: int, name: str, by: User, note: str = "") -> AnswerEvent:
    """Hand in, accept, return or reopen an answer: the table is `workflow.ANSWER`.

    Raises PermissionDenied, WrongStatus (somebody was first) and NotReady (what is missing). The same press twice
    is one move: the second finds the answer moved by the same person and returns that event.
    """
    answer = Answer.objects.for_page().get(pk=pk)
    locked_window(answer.window)  # the opening waits for this, or this finds the answers frozen
    answer = Answer.objects.for_page().get(pk=pk)
    last: AnswerEvent | None = answer.events.first()
    if last and (last.move, last.actor_id, last.note) == (name, by.pk, note) and last.target == answer.status:
        return last
    changes = {"submitted": answer_payload(answer), "submitted_at": clock.now()} if name == "submit" else {}
    event: AnswerEvent = ANSWER.make(answer, name, by=by, note=note, changes=changes)
    audit(answer.window, f"answer.{name}", by, answer, after=digest_of(answer_payload(answer)), reason=note)
    answer_lines.told_moved(answer, name, by)
    return event
