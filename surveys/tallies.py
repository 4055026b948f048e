"""What a survey says: respondents, the quota, exact means. The rule is of the domain guide, section 5.

Mean of a sub-dimension = sum(mark x count) / respondents; of a dimension = plain mean of its sub-dimensions. Exact
fractions, rounded only by who displays them: a mean of means rounded before is another number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from surveys.models import Mark, Recap, Service, Sheet


@dataclass(frozen=True)
class Tally:
    """One service: marks given by form (mark -> count), the recap in force, and the quota."""

    target: int
    marks: Mapping[int, int] = field(default_factory=dict)
    recap: Recap | None = None

    @property
    def by_form(self) -> int:
        """Respondents who filled in the form."""
        return sum(self.marks.values())

    @property
    def respondents(self) -> int:
        """Respondents by form and on paper."""
        return self.by_form + (self.recap.respondents if self.recap else 0)

    @property
    def mean(self) -> Fraction | None:
        """The exact mean, 1 to 4; None without a respondent: missing is never zero."""
        if not self.respondents:
            return None
        total = Fraction(sum(value * count for value, count in self.marks.items()))
        if self.recap:
            total += self.recap.total()
        return total / self.respondents

    @property
    def enough(self) -> bool:
        """Whether the quota is reached; below it a mean is provisional."""
        return self.respondents >= self.target


def of_services(services: Iterable[Service]) -> dict[int, Tally]:
    """Primary key of each service -> its tally; two queries, however many there are. Rounds must be loaded."""
    rows = list(services)
    keys = [row.pk for row in rows]
    marks, recaps = Mark.objects.counted(keys), Recap.objects.in_force(keys)
    return {row.pk: Tally(row.round.target, marks.get(row.pk, {}), recaps.get(row.pk)) for row in rows}


def mean_of(tallies: Iterable[Tally]) -> Fraction | None:
    """The plain mean of the sub-dimensions that have one; None when none has."""
    means = [tally.mean for tally in tallies if tally.mean is not None]
    return sum(means, Fraction(0)) / len(means) if means else None


def is_full(sheet: Sheet) -> bool:
    """Whether everything a form asks about has its quota, so that it takes no more answers."""
    return all(tally.enough for tally in of_services(sheet.services()).values())


def rounded(value: Fraction, places: int) -> Decimal:
    """Return a value from zero up, rounded half up to `places` decimals.

    >>> rounded(Fraction(2345, 1000), 2), rounded(Fraction(8, 3), 4)
    (Decimal('2.35'), Decimal('2.6667'))
    """
    return Decimal((value * 10**places * 2 + 1) // 2).scaleb(-places)
