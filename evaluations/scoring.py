"""The arithmetic of an evaluation: scores and weights in, index out.

Pure functions on plain values: no database, no clock, no rounding. Sums are kept as exact fractions,
because a mean of thirds cut off after 28 digits can fall on the wrong side of a half; a `Decimal` is made
only when a value leaves this module, and it is rounded only by who displays it.

Three rules hold everywhere:

- A missing value is never zero. A level is computed from what is there and says "n of m".
- No value in one of the sections: no index. `provisional_index` is a second number, to be marked as such.
- How a section is aggregated is said by the instrument (`method`, `levels`), never by the section's code.

The worked example of the guide, Kota Jambi 2024, whose published index is 3,48:

>>> weights = {"BASELINE": 10, "OUTPUT": 20, "OUTCOME": 30, "IMPACT": 20, "QUICK_WIN": 20}
>>> values = {"BASELINE": "3.84", "OUTPUT": "3.18", "OUTCOME": "3.53", "IMPACT": "3.63", "QUICK_WIN": "3.35"}
>>> values = {code: Decimal(text) for code, text in values.items()}
>>> weighted_index(values, weights)
Decimal('3.475')
>>> weighted_index(values | {"IMPACT": None}, weights) is None
True
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = Decimal | Fraction | int

TOTAL_WEIGHT = 100

QUESTION, SUB_DIMENSION, SMART_DIMENSION, QUICK_WIN = (
    "question",
    "sub_dimension",
    "smart_dimension",
    "quick_win",
)

# method of a section -> the levels it climbs when the instrument names none; the section is the mean of
# the last
METHODS: dict[str, tuple[str, ...]] = {
    "mean_of_questions": (QUESTION,),
    "mean_of_smart_dimensions": (QUESTION, SMART_DIMENSION),
    "mean_of_quick_wins": (QUESTION, QUICK_WIN),
}
LEVELS = (QUESTION, SUB_DIMENSION, SMART_DIMENSION, QUICK_WIN)


class BadWeights(ValueError):
    """The weights of an instrument do not total 100, or one of them is not above zero."""

    def __init__(self, total: Decimal) -> None:
        super().__init__(f"weights total {total}, expected {TOTAL_WEIGHT}")
        self.total = total


@dataclass(frozen=True, slots=True)
class Level:
    """One value of a report card, exact (0 to 4, None when nothing was given): n scores of m expected."""

    exact: Fraction | None
    given: int
    expected: int

    @property
    def value(self) -> Decimal | None:
        """The value in full precision; None when nothing was given."""
        return None if self.exact is None else as_decimal(self.exact)

    @property
    def complete(self) -> bool:
        """Whether every score expected below this level was given."""
        return self.given >= self.expected

    @property
    def provisional(self) -> bool:
        """Whether there is a value, but not yet from all scores: shown as "sementara, n dari m"."""
        return self.exact is not None and not self.complete


@dataclass(frozen=True, slots=True)
class Item:
    """A question as arithmetic sees it: its code and the groups it belongs to ("" where there is none)."""

    code: str
    dimension: str = ""
    sub_dimension: str = ""

    def key(self, level: str) -> str:
        """The group of this question on a level. A quick win is the one of its dimension and year."""
        return {
            QUESTION: self.code,
            SUB_DIMENSION: self.sub_dimension,
            SMART_DIMENSION: self.dimension,
            QUICK_WIN: self.dimension,
        }[level]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of an instrument: weight in percent, how its questions are averaged, and the questions."""

    code: str
    weight: Decimal
    method: str
    items: tuple[Item, ...]
    levels: tuple[str, ...] = ()

    def path(self) -> tuple[str, ...]:
        """The levels above the question, lowest first."""
        return tuple(level for level in self.levels or METHODS[self.method] if level != QUESTION)


@dataclass(frozen=True, slots=True)
class Graded:
    """A graded section: its value and the values of every group below it, by level and group."""

    section: Level
    groups: dict[str, dict[str, Level]]


@dataclass(frozen=True, slots=True)
class Card:
    """One series (self-assessed or assessed) worked out: index, sections, groups, questions, dimensions."""

    index: Decimal | None
    provisional: Decimal | None
    sections: dict[str, Graded]
    questions: dict[str, Level]
    dimensions: dict[str, Level]

    @property
    def missing_sections(self) -> list[str]:
        """Codes of the sections that have no value at all: why there is no index."""
        return [code for code, graded in self.sections.items() if graded.section.exact is None]


def grade(parts: Sequence[Part], given: Mapping[str, Sequence[Number]], expected: Mapping[str, int]) -> Card:
    """Work out one series.

    `given`: question code -> the scores it got (0 to 4 each; absent or empty: none). `expected`: question
    code -> how many scores it should get; at least one is always expected. Raises BadWeights; KeyError for
    an unknown method.
    """
    questions: dict[str, Level] = {}
    sections: dict[str, Graded] = {}
    for part in parts:
        for item in part.items:
            scores = given.get(item.code, ())
            # 1. a question: the mean of the scores given
            questions[item.code] = Level(_mean(scores), len(scores), max(1, expected.get(item.code, 1)))
        sections[part.code] = _graded(part, questions)
    values = {code: graded.section.exact for code, graded in sections.items()}
    weights = {part.code: part.weight for part in parts}
    return Card(
        index=weighted_index(values, weights),
        provisional=provisional_index(values, weights),
        sections=sections,
        questions=questions,
        dimensions=_dimensions(parts, sections),
    )


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Scores of one version under another: the card, and how far the questions of the two are the same.

    `shared` questions of the other version were asked in the year as well; `unasked` were not, so they are
    missing, never zero; `dropped` were asked in the year and count nowhere here.
    """

    card: Card
    shared: tuple[str, ...]
    unasked: tuple[str, ...]
    dropped: tuple[str, ...]


def recompute(
    parts: Sequence[Part], given: Mapping[str, Sequence[Number]], expected: Mapping[str, int]
) -> Recomputed:
    """Work out the scores of one year under the weights and levels of another version (`parts`).

    Questions go by their code. `given` and `expected` as for `grade`; `expected` names every question that was
    asked in the year, whether or not it got a score. Raises BadWeights; KeyError for an unknown method.
    """
    codes = [item.code for part in parts for item in part.items]
    wanted = set(codes)
    return Recomputed(
        card=grade(parts, {code: given.get(code, ()) for code in codes if code in expected}, expected),
        shared=tuple(code for code in codes if code in expected),
        unasked=tuple(code for code in codes if code not in expected),
        dropped=tuple(code for code in expected if code not in wanted),
    )


def weighted_index(values: Mapping[str, Number | None], weights: Mapping[str, Number]) -> Decimal | None:
    """Indeks Pencapaian: the sum of value times weight; None when a section has no value.

    Weights are per cent that total 100, or the same as shares that total 1. Raises BadWeights, and KeyError
    for a value of a section that has no weight.
    """
    total = _weighted(values, weights)
    return None if total is None or any(values.get(code) is None for code in weights) else as_decimal(total)


def provisional_index(values: Mapping[str, Number | None], weights: Mapping[str, Number]) -> Decimal | None:
    """The index over the sections that have a value, their weights rescaled to 100; None when none has.

    Equal to the index once every section has a value. Only ever shown as provisional ("sementara").
    """
    total = _weighted(values, weights)
    return None if total is None else as_decimal(total)


def check_weights(weights: Mapping[str, Number]) -> None:
    """Refuse weights that do not total exactly 100, or are not above zero each (domain guide, section 2)."""
    total = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if total != TOTAL_WEIGHT or any(weight <= 0 for weight in weights.values()):
        raise BadWeights(as_decimal(total))


def mean(values: Iterable[Number]) -> Decimal | None:
    """The plain mean in full precision; None of nothing."""
    exact = _mean(values)
    return None if exact is None else as_decimal(exact)


def improvement(current: Decimal | None, previous: Decimal | None) -> Decimal | None:
    """This year's index minus the last evaluated year's; None when one of them is unknown.

    >>> improvement(Decimal("3.10"), Decimal("2.87"))
    Decimal('0.23')
    """
    return None if current is None or previous is None else current - previous


def as_decimal(exact: Fraction) -> Decimal:
    """A fraction as Decimal: exact where it ends, else cut after 28 digits."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _graded(part: Part, questions: Mapping[str, Level]) -> Graded:
    """Climb the levels of a section, from its questions to its value."""
    if part.method not in METHODS:
        raise KeyError(part.method)
    rows = [(item, questions[item.code]) for item in part.items]
    groups: dict[str, dict[str, Level]] = {}
    for level in part.path():
        members: dict[str, list[tuple[Item, Level]]] = {}
        for item, value in rows:
            members.setdefault(item.key(level), []).append((item, value))
        # 2. a group: the plain mean of its members, each of which may be a group itself
        groups[level] = {key: _together([value for _, value in group]) for key, group in members.items()}
        rows = [(group[0][0], groups[level][key]) for key, group in members.items()]
    # 3. the section: the plain mean of what the last level holds
    return Graded(_together([value for _, value in rows]), groups)


def _together(members: Sequence[Level]) -> Level:
    return Level(
        exact=_mean(member.exact for member in members if member.exact is not None),
        given=sum(member.given for member in members),
        expected=sum(member.expected for member in members),
    )


def _dimensions(parts: Sequence[Part], sections: Mapping[str, Graded]) -> dict[str, Level]:
    """The profile of each smart city dimension over the sections that speak of it, weighted as in the index.

    Not part of the index: it answers "how does Smart Living stand" for radar and gap table (inferred).
    """
    found: dict[str, list[tuple[Decimal, Level]]] = {}
    for part in parts:
        for level in (SMART_DIMENSION, QUICK_WIN):
            for key, value in sections[part.code].groups.get(level, {}).items():
                found.setdefault(key, []).append((part.weight, value))
    return {
        key: Level(
            exact=_rescaled([(weight, level.exact) for weight, level in rows]),
            given=sum(level.given for _, level in rows),
            expected=sum(level.expected for _, level in rows),
        )
        for key, rows in found.items()
    }


def _weighted(values: Mapping[str, Number | None], weights: Mapping[str, Number]) -> Fraction | None:
    percents = {code: Fraction(weight) for code, weight in weights.items()}
    if sum(percents.values(), Fraction(0)) == 1:  # shares, as the guide writes the formula
        percents = {code: share * TOTAL_WEIGHT for code, share in percents.items()}
    check_weights(percents)
    return _rescaled([(percents[code], value) for code, value in values.items()])


def _rescaled(rows: Iterable[tuple[Number, Number | None]]) -> Fraction | None:
    there = [(Fraction(weight), Fraction(value)) for weight, value in rows if value is not None]
    total = sum((weight for weight, _ in there), Fraction(0))
    return sum((weight * value for weight, value in there), Fraction(0)) / total if total else None


def _mean(values: Iterable[Number]) -> Fraction | None:
    exact = [Fraction(value) for value in values]
    return sum(exact, Fraction(0)) / len(exact) if exact else None
