"""From handed-in scores to what the panel agrees on: lines of the table, flags, and the frozen payload (schema 1).

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

from evaluations import run_sheet
from evaluations.models import (
    Clarification,
    EvaluationWindow,
    Interview,
    Proposal,
    Reconciliation,
    Score,
    lead_of,
)
from evaluations.results import card_payload, frozen_answers
from evaluations.scoring import Card, as_decimal, grade
from evaluations.structure import QuestionFacts, Structure, structure_of
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from smartcity.lib.workflow import Problem

SCHEMA = 1
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


def self_index(structure: Structure, answers: Mapping[str, Mapping[str, Any]]) -> Decimal | None:
    """The city's own index, from the frozen answers."""
    given = {
        code: [Decimal(row["self_score"])] for code, row in answers.items() if row["self_score"] is not None
    }
    return grade(structure.parts(), given, {}).index


def payload_of(reconciliation: Reconciliation, number: str) -> dict[str, Any]:
    """Everything the minutes say, frozen when the lead closes: table, reasons, talk, notes and clarifications."""
    window = reconciliation.window
    structure, answers = structure_of(window.instrument), frozen_answers(window)
    table = lines(window, reconciliation)
    places, lead = places_of(window), lead_of(window)
    snapshot = window.snapshot()
    return {
        "schema": SCHEMA,
        "number": number,
        "revision": reconciliation.revision,
        "reason": reconciliation.reason,
        "closed_at": clock.now().isoformat(),
        "sample": reconciliation.sample or window.sample,
        "window": {
            "id": window.pk,
            "city": {"code": window.city.code, "name": window.city.name, "timezone": window.city.timezone},
            "year": window.year,
            "stage": window.stage,
            "name": str(window),
            "opens_at": window.opens_at.isoformat(),
            "closes_at": window.closes_at.isoformat(),
        },
        "instrument": {
            "title": window.instrument.title,
            "version": window.instrument.version,
            "digest": window.instrument.digest,
        },
        "snapshot": snapshot.digest if snapshot else "",
        "lead": places.get(lead.pk) if lead else None,
        "panel": _panel(window, places),
        "thresholds": {"spread": settings.PORTAL_PANEL_SPREAD, "gap": str(settings.PORTAL_PANEL_GAP)},
        "sections": [
            {"code": row.code, "name": row.name.id, "weight": format(row.weight.normalize(), "f")}
            for row in structure.sections
        ],
        "lines": [_line(line) for line in table],
        "consensus": card_payload(card(structure, table, answers)),
        "mean": card_payload(_mean_card(structure, table, answers)),
        "interview": _interview(window, structure),
        "clarifications": [_item(row) for row in _items(window)],
    }


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


def _mean_card(structure: Structure, table: list[Line], answers: Mapping[str, Mapping[str, Any]]) -> Card:
    return card(structure, [Line(row.question, row.own, row.scores, None) for row in table], answers)


def _line(line: Line) -> dict[str, Any]:
    agreed = None if line.agreed is None else as_decimal(line.agreed)
    mean = None if line.mean is None else as_decimal(line.mean)
    return {
        "code": line.question.code,
        "section": line.question.section,
        "dimension": line.question.dimension,
        "text": line.question.text.id,
        "self": text_of(line.own),
        "scores": [{"seat": seat, "value": row["value"]} for seat, row in sorted(line.scores.items())],
        "mean": text_of(mean),
        "spread": line.spread,
        "flags": list(line.flags),
        "value": text_of(agreed),
        "changed": line.changed,
        "reason": line.reason,
    }


def _panel(window: EvaluationWindow, places: Mapping[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "seat": places[seat.pk],
            "areas": [area.name for area in seat.areas.all()],
            "conflict": seat.conflict is not None,
            "number": seat.hand_in.number if seat.handed_in_at else "",
            "at": seat.hand_in.at.isoformat() if seat.handed_in_at else None,
            "digest": seat.hand_in.digest if seat.handed_in_at else "",
        }
        for seat in window.seats.for_list()
    ]


def _interview(window: EvaluationWindow, structure: Structure) -> dict[str, Any] | None:
    """The talk as it was held; None when there was none."""
    interview = Interview.objects.of_window(window).first()
    if interview is None:
        return None
    runs: dict[int, list[dict[str, str | None]]] = {}
    for run in interview.runs.all():
        ended = run.ended_at.isoformat() if run.ended_at else None
        runs.setdefault(run.slot_id, []).append({"from": run.started_at.isoformat(), "to": ended})
    notes = interview.notes.exclude(text="").select_related("question").order_by("pk")
    return {
        "planned_at": interview.planned_at.isoformat() if interview.planned_at else None,
        "started_at": interview.started_at.isoformat() if interview.started_at else None,
        "ended_at": interview.ended_at.isoformat() if interview.ended_at else None,
        "way": interview.way,
        "place": interview.place,
        "parts": [
            {
                "key": slot.key,
                "title": run_sheet.title(structure, slot.key),
                "minutes": slot.minutes,
                "runs": runs.get(slot.pk, []),
            }
            for slot in interview.slots.order_by("order", "pk")
        ],
        "notes": [{"code": row.question.code if row.question else "", "text": row.text} for row in notes],
    }


def _items(window: EvaluationWindow) -> list[Clarification]:
    rows = Clarification.objects.filter(window=window).for_page()
    return list(rows.order_by("asked_at", "pk"))


def _item(item: Clarification) -> dict[str, Any]:
    """A doubt and its outcome; the words of an answer only when it came in time."""
    state = item.state_at(clock.now())
    return {
        "number": item.number,
        "code": item.question.code,
        "opd": item.opd.short,
        "text": item.text,
        "state": str(state),
        "asked_at": item.asked_at.isoformat(),
        "due_at": item.due_at.isoformat(),
        "answered_at": item.answered_at.isoformat() if item.answered_at else None,
        "answer": item.answer if state == "answered" else "",
    }
