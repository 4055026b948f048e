"""What a check over the whole city is made of: its places, their exact cost, and the ground all checks stand on.

Costs are exact: the share of a question in the index (`forecast.shares`) times what it would be worth. Where a
value is claimed that is what may be lost; where none is, the question is worth up to the top of the scale, since
assessors treat as zero what is not delivered (domain guide, section 4).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.urls import reverse

from evaluations.forecast import HIGHEST, Position
from evaluations.models import Answer, EvaluationWindow
from evaluations.scoring import as_decimal
from evaluations.structure import QuestionFacts, Structure
from opd.models import User

STOP, WARN = "stop", "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place to mend. `costs`: question code -> what the index may lose there; empty where nobody can say."""

    label: str
    url: str
    text: str = ""
    who: str = ""
    costs: dict[str, Fraction] = field(default_factory=dict)

    @property
    def cost(self) -> Fraction:
        return sum(self.costs.values(), Fraction(0))


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the whole city, with every place where the answer is no."""

    code: str
    severity: str
    title: str
    help: str
    who: str
    url: str
    findings: list[Finding]
    #: whether the cost is the most that can be lost, because no value is claimed yet
    at_most: bool = False

    @property
    def count(self) -> int:
        return len(self.findings)

    @property
    def costs(self) -> dict[str, Fraction]:
        """Question code -> cost; a question counts once, however many findings name it."""
        return united(finding.costs for finding in self.findings)

    @property
    def cost(self) -> Fraction:
        return sum(self.costs.values(), Fraction(0))

    @property
    def stops(self) -> bool:
        return self.severity == STOP and bool(self.findings)

    def facts(self) -> dict[str, Any]:
        """The check as a receipt keeps it: plain JSON, the cost as decimal text."""
        cost = format(as_decimal(self.cost).normalize(), "f")
        return {
            "code": self.code,
            "title": self.title,
            "severity": self.severity,
            "count": self.count,
            "cost": cost,
            "at_most": self.at_most,
        }


@dataclass(frozen=True, slots=True)
class Looked:
    """All checks of one window, and the sections that would have no value at all."""

    checks: list[Check]
    empty_sections: list[str]

    @property
    def cost(self) -> Fraction:
        """Everything together; a question that several checks name is counted once, at its highest cost."""
        return sum(united(check.costs for check in self.checks).values(), Fraction(0))

    @property
    def stopping(self) -> list[Check]:
        return [check for check in self.checks if check.stops]


type Source = Callable[["Ground"], Iterable[Check]]
#: Checks of the apps above this one.
sources: list[Source] = []


def register(source: Source) -> Source:
    """Add the checks of an app above this one, once."""
    if source not in sources:
        sources.append(source)
    return source


@dataclass(frozen=True)
class Ground:
    """What every check stands on: the question list, the answers, and what each question is worth."""

    window: EvaluationWindow
    user: User
    structure: Structure
    shares: dict[str, Fraction]
    positions: dict[str, Position]
    answers: dict[int, Answer]

    def worth(self, code: str) -> dict[str, Fraction]:
        """What the index may lose at a question: its share times the value claimed, or times the top of the scale."""
        place = self.positions.get(code)
        value = HIGHEST if place is None or place.value is None else place.value
        return {code: self.shares[code] * Fraction(value)}

    def answer_of(self, question: QuestionFacts) -> Answer | None:
        return self.answers.get(question.pk)

    def place(self, question: QuestionFacts, text: str = "", who: str = "") -> Finding:
        """A question to go to, with what it may cost."""
        url = reverse("evaluations:answer", args=[self.window.pk, question.code])
        return Finding(question.code, url, text or str(question.text), who, self.worth(question.code))


def united(costs: Iterable[dict[str, Fraction]]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for row in costs:
        for code, cost in row.items():
            found[code] = max(cost, found.get(code, Fraction(0)))
    return found


def agencies(findings: Iterable[Finding]) -> str:
    """Who has how much of it, the most first: "DLH 5, DISBUDPAR 3"."""
    counted = Counter(finding.who for finding in findings if finding.who)
    return ", ".join(f"{who} {count}" for who, count in counted.most_common())
