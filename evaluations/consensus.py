"""From handed-in scores to what the panel agrees on: lines of the table, flags, and the three report cards.

A question's value in the result is the mean of the scores given (domain guide, section 3); the consensus is a second
series beside it. Where the lead changed nothing it is that mean, exactly. Nothing here writes a row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evaluations.models import (
    EvaluationWindow,
    Interview,
    Proposal,
    Reconciliation,
    Score,
)
from evaluations.results import frozen_answers
from evaluations.scoring import Card, as_decimal, grade
from evaluations.structure import QuestionFacts, Structure, structure_of
from smartcity.lib.models import digest_of
from smartcity.lib.workflow import Problem

SPREAD, GAP = "spread", "gap"
EVEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """One question: self-score, the scores by seat number, and what is proposed."""

    question: QuestionFacts
    own: Decimal | None
    scores: Mapping[int, Mapping[str, Any]]
    proposal: Proposal | None

    @property
    def values(self) -> list[int]:
        """The scores that were given; an excused question has none of that seat."""
        return [row["value"] for row in self.scores.values() if row["value"] is not None]

    @property
    def mean(self) -> Fraction | None:
        values = self.values
        return Fraction(sum(values), len(values)) if values else None

    @property
    def spread(self) -> int | None:
        values = self.values
        return max(values) - min(values) if values else None

    @property
    def gap(self) -> Fraction | None:
        """The panel's mean minus the city's own score."""
        return None if self.mean is None or self.own is None else self.mean - Fraction(self.own)

    @property
    def flags(self) -> tuple[str, ...]:
        """Why the panel should talk about it: assessors far apart, or far from the city."""
        far = self.spread is not None and self.spread >= settings.PORTAL_PANEL_SPREAD
        off = self.gap is not None and abs(self.gap) >= Fraction(settings.PORTAL_PANEL_GAP)
        return (*((SPREAD,) if far else ()), *((GAP,) if off else ()))

    @property
    def agreed(self) -> Fraction | None:
        """The consensus: the lead's value, else the mean; None where nobody gave a score."""
        if self.mean is None:
            return None
        value = self.proposal.value if self.proposal else None
        return self.mean if value is None else Fraction(value)

    @property
    def changed(self) -> bool:
        return self.agreed != self.mean

    @property
    def reason(self) -> str:
        return self.proposal.reason if self.proposal else ""

    @property
    def needs_reason(self) -> bool:
        return self.mean is not None and (self.changed or bool(self.flags))


def lines(window: EvaluationWindow, reconciliation: Reconciliation | None) -> list[Line]:
    """Every question that assessors score, in the order of the instrument. Only handed-in scores (ADR 0011)."""
    structure = structure_of(window.instrument)
    answers = frozen_answers(window)
    places = places_of(window)
    scores: dict[int, dict[int, dict[str, Any]]] = {}
    for score in Score.objects.handed_in(window).order_by("seat", "pk"):
        scores.setdefault(score.question_id, {})[places[score.seat_id]] = score.facts()
    proposals = {row.question_id: row for row in reconciliation.proposals.all()} if reconciliation else {}
    return [
        Line(row, _own(answers.get(row.code)), scores.get(row.pk, {}), proposals.get(row.pk))
        for row in structure.questions.values()
        if row.scored
    ]


def places_of(window: EvaluationWindow) -> dict[int, int]:
    """Seat -> its number on pages and in minutes: a seat is never told by a person's name."""
    return {
        pk: number for number, pk in enumerate(window.seats.order_by("pk").values_list("pk", flat=True), 1)
    }


def to_begin(window: EvaluationWindow) -> list[Problem]:
    """What keeps the panel from comparing: somebody still scores alone, or nobody handed in."""
    judging = list(window.seats.judging().order_by("pk"))
    waiting = [seat for seat in judging if seat.handed_in_at is None]
    over = window.is_published()
    problems = []
    if waiting and not over:
        text = _("%(count)s of %(all)s assessors have not handed in yet.")
        problems.append(Problem(text % {"count": len(waiting), "all": len(judging)}))
    if not any(seat.handed_in_at for seat in judging):
        problems.append(Problem(_("Nobody has handed in scores.")))
    return problems


def to_close(window: EvaluationWindow, reconciliation: Reconciliation) -> list[Problem]:
    """What keeps the lead from closing: scores still missing, or a reason, each with the question it is about."""
    problems = to_begin(window)
    if Interview.objects.of_window(window).filter(status="running").exists():
        problems.append(Problem(_("End the interview first: its times belong to the minutes.")))
    for line in lines(window, reconciliation):
        if line.needs_reason and not line.reason:
            text = _("%(code)s: a value other than the mean needs a reason")
            if not line.changed:
                text = _("%(code)s is flagged: write why the panel agrees on this value")
            problems.append(Problem(text % {"code": line.question.code}, line.question.code))
    return problems


def card(structure: Structure, table: list[Line], answers: Mapping[str, Mapping[str, Any]]) -> Card:
    """The consensus worked out like the other series: survey means belong to it, since nobody scores them."""
    given: dict[str, list[Decimal | Fraction]] = {
        code: [Decimal(answers[code]["self_score"])]
        for code, row in structure.questions.items()
        if not row.scored and code in answers and answers[code]["self_score"] is not None
    }
    for line in table:
        if line.agreed is not None:
            given[line.question.code] = [line.agreed]
    return grade(structure.parts(), given, {})


def mean_card(structure: Structure, table: list[Line], answers: Mapping[str, Mapping[str, Any]]) -> Card:
    """The mean of the scores in the same way, as if nothing had been proposed."""
    bare = [Line(row.question, row.own, row.scores, None) for row in table]
    return card(structure, bare, answers)


def self_card(structure: Structure, answers: Mapping[str, Mapping[str, Any]]) -> Card:
    """The city's own series, from the frozen answers."""
    given = {
        code: [Decimal(row["self_score"])] for code, row in answers.items() if row["self_score"] is not None
    }
    return grade(structure.parts(), given, {})


def contradictions() -> Iterator[str]:
    """Re-derive every closed consensus from what it froze, and its digest, and name what does not fit."""
    rows = Reconciliation.objects.closed().select_related("window__instrument")
    for row in rows:
        payload = row.payload or {}
        if digest_of(payload) != row.digest:
            yield f"consensus {row.number}: content and digest differ"
        for line in payload["lines"]:
            given = [score["value"] for score in line["scores"] if score["value"] is not None]
            mean = as_decimal(Fraction(sum(given), len(given))) if given else None
            if line["mean"] != text_of(mean):
                yield f"consensus {row.number}: {line['code']} has another mean than its scores"


def text_of(value: Decimal | None) -> str | None:
    """A value as plain decimal text, as payloads hold it."""
    return None if value is None else format(value.normalize(), "f")


def _own(answer: Mapping[str, Any] | None) -> Decimal | None:
    return None if answer is None or answer["self_score"] is None else Decimal(answer["self_score"])
