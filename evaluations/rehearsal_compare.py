"""What a rehearsal found, and how near it came to the panel: frozen payloads in, lines and numbers out; no ORM.

Two results stand beside each other by question code, so that another version of the question list does no harm. A
question the panel has not valued yet is compared with the rehearsal alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: From one whole step of the rubric on, a self-score is called too high: less is within what two readers differ.
STEP = Decimal(1)
SURVEY_MEAN = "survey_mean"

type Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One question: what the city said, what own staff gave, and what the panel gave and agreed on later."""

    row: Payload
    then: Decimal | None
    now: Decimal | None
    tried: Decimal | None
    assessed: Decimal | None = None
    agreed: Decimal | None = None

    @property
    def code(self) -> str:
        return str(self.row["code"])

    @property
    def judged(self) -> Decimal | None:
        """What the panel says in the end: what it agreed on, else its mean."""
        return self.assessed if self.agreed is None else self.agreed

    @property
    def optimism(self) -> Decimal | None:
        """How far the city's own score lies above the panel's, or above the rehearsal's while there is no panel."""
        if self.judged is not None:
            return _minus(self.now, self.judged)
        return self.foreseen

    @property
    def foreseen(self) -> Decimal | None:
        """How far the own score lay above what own staff gave in the rehearsal."""
        return _minus(self.then, self.tried)

    @property
    def missed(self) -> Decimal | None:
        """The rehearsal against the panel: above zero, own staff was milder."""
        return _minus(self.tried, self.judged)

    @property
    def changed(self) -> bool:
        """Whether the city gives itself another score since the rehearsal."""
        return None not in (self.now, self.then) and self.now != self.then

    @property
    def untried(self) -> bool:
        """Whether the rehearsal could say nothing: not answered by then, or scored by nobody."""
        return self.foreseen is None

    @property
    def too_high(self) -> bool:
        return self.optimism is not None and self.optimism >= STEP

    @property
    def was_found(self) -> bool:
        """Whether the rehearsal had said that the own score is too high."""
        return self.foreseen is not None and self.foreseen >= STEP


def lines(
    rehearsed: Payload, real: Payload | None, agreed: Payload | None, now: Mapping[str, Decimal | None]
) -> list[Line]:
    """Every question that is scored by hand, the largest optimism first; what has no number comes last.

    `rehearsed` and `real` are payloads of results, `agreed` the consensus card, `now` the city's score as it stands.
    """
    found = []
    for row in rehearsed["questions"]:
        if row["kind"] == SURVEY_MEAN:
            continue
        code = row["code"]
        then = value_of(rehearsed["self"], "questions", code)
        found.append(
            Line(
                row,
                then=then,
                now=value_of(real["self"], "questions", code) if real else now.get(code, then),
                tried=value_of(rehearsed["assessed"], "questions", code),
                assessed=value_of(real["assessed"], "questions", code) if real else None,
                agreed=value_of(agreed, "questions", code) if agreed else None,
            )
        )
    return sorted(found, key=lambda line: (line.optimism is None, -(line.optimism or 0), line.code))


@dataclass(frozen=True, slots=True)
class Hits:
    """How well the rehearsal foresaw the panel: what was too high, of that foreseen and untried; and false alarms."""

    too_high: int
    foreseen: int
    untried: int
    alarms: int


def hits(table: Sequence[Line]) -> Hits:
    """Count over the questions the panel has valued."""
    judged = [line for line in table if line.judged is not None]
    high = [line for line in judged if line.too_high]
    return Hits(
        too_high=len(high),
        foreseen=sum(line.was_found for line in high),
        untried=sum(line.untried for line in high),
        alarms=sum(line.was_found and not line.too_high and not line.changed for line in judged),
    )


def value_of(card: Payload | None, level: str, code: str) -> Decimal | None:
    """A value of a report card; None when the card lacks it."""
    found = (card or {}).get(level, {}).get(code)
    return None if found is None or found["value"] is None else Decimal(found["value"])


def index_of(card: Payload | None) -> tuple[Decimal | None, bool]:
    """The index of a report card, and whether it is only the provisional one."""
    if not card:
        return None, False
    text = card["index"] or card["provisional"]
    return (None if text is None else Decimal(text)), card["index"] is None


def _minus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other
