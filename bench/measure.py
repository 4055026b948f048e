"""How things are measured: interleaved rounds, a ratio per round, the median judged against a goal.

A single number of one run says little: the machine is shared and its clock moves. So every goal is a ratio of
two things measured one right after the other, several times, and a row keeps every round.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

MET, NEAR, MISSED = "met", "near", "MISSED"


@dataclass(frozen=True)
class Row:
    """One goal and what was measured for it, a value per round; lower is better."""

    id: str
    what: str
    values: Sequence[float]
    goal: float
    unit: str = "x"
    facts: dict[str, Any] = field(
        default_factory=dict
    )  # what stands beside it in the JSON and below the table

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        """Met by the median; near when only the best round meets it, which noise may explain; else missed."""
        if self.median <= self.goal:
            return MET
        return NEAR if min(self.values) <= self.goal else MISSED

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "what": self.what,
            "median": round(self.median, 4),
            "min": round(min(self.values), 4),
            "max": round(max(self.values), 4),
            "n": len(self.values),
            "goal": self.goal,
            "unit": self.unit,
            "verdict": self.verdict,
            "values": [round(value, 4) for value in self.values],
            **self.facts,
        }


type Clock = Callable[[], float]


def per_call(call: Callable[[], object], *, clock: Clock = time.process_time, seconds: float = 0.15) -> float:
    """Return the milliseconds one call takes by `clock`, called until `seconds` of it have passed."""
    count, start = 0, clock()
    while True:
        call()
        count += 1
        spent = clock() - start
        if spent >= seconds:
            return spent / count * 1000


def once(call: Callable[[], object], *, clock: Clock = time.process_time) -> float:
    """Return the milliseconds of a single call."""
    start = clock()
    call()
    return (clock() - start) * 1000


def interleaved(count: int, *samples: Callable[[], float]) -> list[list[float]]:
    """Take each sample `count` times in turn, A B A B, and return a list of values per sample."""
    values: list[list[float]] = [[] for _ in samples]
    for _ in range(count):
        for found, sample in zip(values, samples, strict=True):
            found.append(sample())
    return values


def ratios(over: Iterable[float], under: Iterable[float]) -> list[float]:
    """Divide round by round."""
    return [upper / lower for upper, lower in zip(over, under, strict=True)]


def table(rows: Iterable[Row]) -> str:
    """Return the one table: id, what, median [min-max], goal, verdict, n."""
    lines = [("id", "what", "median [min-max]", "goal", "verdict", "n")]
    lines += [
        (
            row.id,
            row.what,
            f"{_number(row.median)} [{_number(min(row.values))}-{_number(max(row.values))}] {row.unit}",
            f"<= {_number(row.goal)} {row.unit}",
            row.verdict,
            str(len(row.values)),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _number(value: float) -> str:
    """Three figures that count, without a power of ten."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
