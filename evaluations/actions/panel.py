"""The panel: seats, declarations, scores and the hand-in."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations import rules
from evaluations.actions.steps import TooLate, audit, keep_late, locked_seat, locked_window, question_of
from evaluations.freezing import rehearsal_mark
from evaluations.models import Area, EvaluationWindow, HandIn, InterviewNote, Score, Seat
from evaluations.rehearsal import own_questions
from evaluations.structure import QuestionFacts, asked_of, structure_of
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus

#: Why a question of one's own house has no form in a rehearsal.
OWN_HOUSE = gettext_lazy(
    "Your own agency stands for this question, or you wrote its answer: somebody else scores it. [GLADI-OWN]"
)

#: The lowest two and the highest score need a remark: those are the ones a city will ask about.
REMARK_NEEDED = frozenset({0, 1, 4})


@transaction.atomic
def seat_assessor(
    *, window: EvaluationWindow, user: User, areas: Collection[Area], until: datetime, by: User
) -> Seat:
    """Give an assessor a seat, or change the areas and end of one that has not handed in."""
    window = locked_window(window)
    if not rules.may_prepare(by, window):
        raise PermissionDenied
    problems = []
    if not rules.may_be_seated(user, window):
        problems.append(Problem(_not_seated(window), "#id_user"))
    if not areas or any(area.instrument_id != window.instrument_id for area in areas):
        problems.append(Problem(_("Choose at least one area of the instrument."), "#id_areas"))
    if until < window.closes_at:
        problems.append(Problem(_("Access must last until the window closes."), "#id_until"))
    seat = window.seats.filter(user=user).first() or Seat(window=window, user=user)
    if seat.pk and (seat.handed_in_at or seat.conflict is not None):
        raise WrongStatus
    if problems:
        raise NotReady(problems)
    seat.until, seat.updated_at = until, clock.now()
    seat.save()
    seat.areas.set(areas)
    if window.is_rehearsal and not window.is_prepared():  # the opening does it for those seated by then
        seat.own_questions.set(own_questions(user, window))
    audit(window, "seat.save", by, seat)
    return seat


@transaction.atomic
def remove_seat(seat: Seat, *, by: User) -> None:
    """Take a seat away that has neither score, question nor conflict: what was said in it stays."""
    seat = locked_seat(seat)
    if not rules.may_prepare(by, seat.window):
        raise PermissionDenied
    noted = InterviewNote.objects.filter(seat=seat)
    spoken = seat.scores.exists() or seat.clarifications.exists() or noted.exists()
    if seat.handed_in_at or seat.conflict is not None or spoken:
        raise WrongStatus
    audit(seat.window, "seat.remove", by, seat)
    seat.delete()


@transaction.atomic
def declare(seat: Seat, *, conflict: str = "", by: User) -> Seat:
    """Write the declaration that comes before the first page: no conflict (""), or which one.

    A conflict bars the seat. It may be added later, until hand-in; it is never taken back.
    """
    seat = locked_seat(seat)
    if not rules.may_declare(by, seat, clock.now()) or seat.window.is_published():
        raise PermissionDenied
    seat.declared_at = seat.declared_at or clock.now()
    seat.conflict = conflict.strip() or None
    seat.clean_fields(exclude=["window", "user"])
    seat.save(update_fields=["declared_at", "conflict"])
    audit(seat.window, "seat.declare", by, seat, reason=conflict)
    return seat


def save_score(
    *,
    seat: Seat,
    question_code: str,
    value: int | None,
    remark: str = "",
    reason: str = "",
    version: int,
    by: User,
    now: datetime | None = None,
) -> Score:
    """Save one score of a seat; `version` is the one the person had read, 0 for a question not touched yet.

    Raises StaleVersion with the row as it is now (two tabs, two devices); TooLate from closes_at on: then the
    words are in the late box, and only there.
    """
    typed = Score(seat=seat, value=value, remark=remark.strip(), reason=reason.strip())
    with transaction.atomic():
        question = question_of(seat.window, question_code)
        seat = locked_seat(seat, area=question.area)
        now = now or clock.now()
        if not question.scored or not rules.may_score(by, seat, seat.covers, now):
            raise PermissionDenied
        if question.pk in seat.barred():
            raise NotReady([Problem(OWN_HOUSE, question.code)])
        if seat.window.accepts_scores(now):
            if seat.handed_in_at:
                raise WrongStatus
            return _write_score(seat, question, typed, version, by, now)
        kept = None
        over = now >= seat.window.closes_at or seat.window.is_published()
        if over and not seat.handed_in_at:
            kept = keep_late(seat.window, question, typed.facts(), by, now)
    raise TooLate(seat.window, now, kept)


def hand_in(*, seat: Seat, by: User, idempotency_key: str = "") -> HandIn:
    """Hand in all scores of a seat and return the receipt; pressing twice returns the first one."""
    with transaction.atomic():
        seat = locked_seat(seat)
        now = clock.now()
        if not rules.may_hand_in(by, seat, now):
            raise PermissionDenied
        if receipt := HandIn.objects.filter(seat=seat).first():
            return receipt
        if not seat.window.accepts_scores(now):
            raise TooLate(seat.window, now, None)
        if problems := missing_scores(seat):
            raise NotReady(problems)
        payload = _hand_in_payload(seat)
        receipt = HandIn.objects.create(
            seat=seat,
            number=f"{'GLADI' if seat.window.is_rehearsal else 'NA'}-{seat.window.year}-{seat.pk:04d}",
            at=now,
            by=by,
            payload=payload,
            digest=digest_of(payload),
            idempotency_key=idempotency_key or None,
        )
        seat.handed_in_at = now
        seat.save(update_fields=["handed_in_at"])
        audit(seat.window, "seat.hand_in", by, receipt, after=receipt.digest)
    return receipt


def missing_scores(
    seat: Seat,
    *,
    scores: Mapping[int, Score] | None = None,
    questions: Collection[QuestionFacts] | None = None,
) -> list[Problem]:
    """What keeps a seat from handing in: neither score nor reason, or a score without its remark.

    `scores` (by question) and `questions` of the seat are read when a page has not read them already.
    """
    if scores is None:
        scores = {score.question_id: score for score in Score.objects.of_seat(seat)}
    if questions is None:
        areas = set(seat.areas.values_list("code", flat=True))
        questions = asked_of(seat, areas)
    problems = []
    for question in questions:
        score = scores.get(question.pk)
        if score is None or (score.value is None and not score.reason):
            problems.append(Problem(_("%(code)s: not scored yet") % {"code": question.code}, question.code))
        elif score.value in REMARK_NEEDED and not score.remark:
            text = _("%(code)s: a score of %(score)s needs a remark")
            problems.append(Problem(text % {"code": question.code, "score": score.value}, question.code))
    return problems


def _not_seated(window: EvaluationWindow) -> str:
    if window.is_rehearsal:
        return _("This account is not of the city's own staff, or judges the city as an assessor.")
    return _("This account is no assessor, or serves the city itself.")


def _write_score(
    seat: Seat, question: QuestionFacts, typed: Score, version: int, by: User, now: datetime
) -> Score:
    if typed.value is not None and typed.value not in structure_of(seat.window.instrument).allowed_scores(
        question
    ):
        raise ValidationError({"value": _("Choose one of the scores of the rubric.")})
    typed.clean_fields(exclude=["seat", "question"])
    score = Score.objects.of_seat(seat).filter(question=question.pk).first()
    if score is None and version == 0:
        score = Score(seat=seat, question_id=question.pk, version=0)
    elif score is None or score.version != version:
        if score is not None and score.facts() == typed.facts():
            return score  # the same words arrived twice: a lost response, a double click
        raise StaleVersion(score or typed)
    score.value, score.remark, score.reason = typed.value, typed.remark, typed.reason
    score.updated_at, score.version = now, score.version + 1
    score.save()
    # No digest of a single score: of five possible values it would tell the city which one was given.
    audit(seat.window, "score.save", by, score)
    return score


def _hand_in_payload(seat: Seat) -> dict[str, Any]:
    scores = Score.objects.of_seat(seat).select_related("question").order_by("question__code")
    snapshot = seat.window.snapshot()
    return {
        "schema": 1,
        "seat": seat.pk,
        "window": {
            "id": seat.window_id,
            "year": seat.window.year,
            "stage": seat.window.stage,
            **rehearsal_mark(seat.window),
        },
        "snapshot": snapshot.digest if snapshot else "",
        "areas": sorted(seat.areas.values_list("code", flat=True)),
        "scores": {score.question.code: score.facts() for score in scores},
    }
