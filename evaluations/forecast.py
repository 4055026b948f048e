"""What the index would be now, and what would raise it most: arithmetic over the answers so far (pure).

Two series: from verified facts only, and from everything that was claimed. The share of a question is how much the
index rises when its value rises by one, all questions counted: shares are exact, and those of an instrument total 1.
An empty question adds nothing, as assessors treat what is not delivered (domain guide, section 4, S18).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaluations.scoring import TOTAL_WEIGHT, Card, Item, Part, grade

HIGHEST = 4
VERIFY, PROVE, ANSWER, RAISE = "verify", "prove", "answer", "raise"


@dataclass(frozen=True, slots=True)
class Position:
    """Where one question stands: the value claimed (0 to 4, None without one), and whether it is verified."""

    value: Decimal | None
    verified: bool
    #: claimed by an agency and waiting to be accepted; else what is missing is evidence
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that raises the index: what to do, the value it leads to, and what the index gains by it."""

    code: str
    kind: str
    now: Decimal | None
    then: Decimal
    share: Fraction

    @property
    def gain(self) -> Fraction:
        """What the verified index gains: share times the value that becomes verified."""
        counted = self.now if self.kind == RAISE and self.now is not None else Decimal(0)
        return self.share * (Fraction(self.then) - Fraction(counted))


@dataclass(frozen=True, slots=True)
class Forecast:
    """The two series of one window."""

    verified: Card
    claimed: Card


def forecast(parts: Sequence[Part], positions: Mapping[str, Position]) -> Forecast:
    """Work out both series; a question without a value is missing in both, never zero."""
    claimed = {code: [row.value] for code, row in positions.items() if row.value is not None}
    verified = {code: values for code, values in claimed.items() if positions[code].verified}
    return Forecast(grade(parts, verified, {}), grade(parts, claimed, {}))


def shares(parts: Sequence[Part]) -> dict[str, Fraction]:
    """Code of a question -> how much the index rises when its value rises by one; together exactly 1."""
    found: dict[str, Fraction] = {}
    for part in parts:
        weight = Fraction(part.weight) / TOTAL_WEIGHT
        found |= {code: weight * share for code, share in _within(part).items()}
    return found


def steps(
    parts: Sequence[Part], positions: Mapping[str, Position], *, levels: Mapping[str, Iterable[int]]
) -> list[Step]:
    """Every next step, the one that gains most first; equal gains in the order of the instrument.

    `levels`: code -> the scores its rubric knows; a question without one (a survey mean) is answered or verified,
    never raised by hand.
    """
    found = []
    for code, share in shares(parts).items():
        here = positions.get(code, Position(None, False))
        if step := _next(code, share, here, sorted(levels.get(code, ()))):
            found.append(step)
    return sorted(found, key=lambda step: -step.gain)


def _next(code: str, share: Fraction, here: Position, scores: list[int]) -> Step | None:
    if here.value is None:
        least = next((score for score in scores if score > 0), 1)
        return Step(code, ANSWER, None, Decimal(least), share)
    if not here.verified:
        kind = VERIFY if here.waits else PROVE
        return (
            Step(code, kind, here.value, here.value, share)
            if here.value > 0
            else _raised(code, share, here, scores)
        )
    return _raised(code, share, here, scores)


def _raised(code: str, share: Fraction, here: Position, scores: list[int]) -> Step | None:
    assert here.value is not None
    higher = next((score for score in scores if score > here.value), None)
    return None if higher is None else Step(code, RAISE, here.value, Decimal(higher), share)


def _within(part: Part) -> dict[str, Fraction]:
    """The share of each question within its section, climbing the levels as `scoring.grade` does."""
    rows: list[tuple[Item, dict[str, Fraction]]] = [(item, {item.code: Fraction(1)}) for item in part.items]
    for level in part.path():
        groups: dict[str, list[tuple[Item, dict[str, Fraction]]]] = {}
        for item, weights in rows:
            groups.setdefault(item.key(level), []).append((item, weights))
        rows = [
            (members[0][0], _mean_of([weights for _item, weights in members])) for members in groups.values()
        ]
    return _mean_of([weights for _item, weights in rows])


def _mean_of(members: Sequence[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    return {code: share / len(members) for weights in members for code, share in weights.items()}
