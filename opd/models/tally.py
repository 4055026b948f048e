"""The dashboard's summary: one row per agency, dimension and year, kept in the writing transaction."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from dimensions.models import SmartDimension
from opd.models.desks import approved_by, verified_by
from opd.models.places import City, Opd
from opd.models.program_year import State
from opd.models.quick_win import EDITABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opd.models.people import User

COUNTED = ("draft", "proposed", "submitted", "returned", "verified")


class TallyQuerySet(models.QuerySet[Any]):
    """How totals are found: always by city and year, so the cost does not grow with the records."""

    def visible_to(self, user: "User") -> Self:
        from opd.models.people import OF_THE_CITY

        return self.filter(models.Q(city__in=user.cities(*OF_THE_CITY)) | models.Q(opd__in=user.opds()))

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def of_year(self, city_id: int, year: int) -> Self:
        return self.filter(city=city_id, year=year)

    def dimensions_of(self, city: City) -> list[SmartDimension]:
        """The dimensions a list is narrowed by: the city's, then those by which earlier years are told."""
        there = self.of_city(city.pk).order_by().values("dimension")
        return list(SmartDimension.objects.of_set_or(city.dimension_set_id, there))

    def plans_by_year(self, city_id: int) -> list[dict[str, Any]]:
        """What the plan's cells add up to, year by year."""
        names = (
            "programs",
            *STATES,
            "unknown",
            "with_target",
            "reached",
            "budget_apbd",
            "budget_other",
            "absorbed",
        )
        sums = {f"n_{name}": models.Sum(name, default=0) for name in names}
        rows = self.filter(city=city_id).order_by("year").values("year").annotate(**sums)
        return [{"year": row["year"]} | {name: row[f"n_{name}"] for name in names} for row in rows]

    def quick_wins_by_year(self, city_id: int) -> list[dict[str, Any]]:
        """How many quick wins there are each year, and how many of them are verified."""
        every = sum((models.F(name) for name in COUNTED), models.Value(0))
        sums = {"quick_wins": models.Sum(every, default=0), "n_verified": models.Sum("verified", default=0)}
        rows = self.filter(city=city_id).order_by("year").values("year").annotate(**sums)
        return [dict(row) | {"verified": row["n_verified"]} for row in rows]

    def summed(self, *by: str, names: "Sequence[str]") -> list[dict[str, Any]]:
        """The sums of some columns, one row for each value of `by`: one query, whatever the records."""
        sums = {f"sum_{name}": models.Sum(name) for name in names}
        return [
            {key: row[key] for key in by} | {name: row[f"sum_{name}"] for name in names}
            for row in self.order_by().values(*by).annotate(**sums)
        ]

    def with_person(self, user: "User", year: int) -> int:
        """How many quick wins of a year are in a person's hands: the length of `QuickWinQuerySet.with_person`."""
        return self._in_hands(self.filter(year=year, opd__in=user.opds()), user)

    def _in_hands(self, own: Self, user: "User") -> int:
        written = sum((models.F(status) for status in sorted(EDITABLE)), models.Value(0))
        counted = own.aggregate(
            written=models.Sum(written, default=0),
            proposed=models.Sum("proposed", filter=approved_by(user), default=0),
        )
        return int(counted["written"] + counted["proposed"])

    def waiting_for(self, user: "User", city_id: int, year: int) -> int:
        """How many wait for a person's decision: the length of `QuickWinQuerySet.decided_by`."""
        rows = self.of_year(city_id, year).filter(verified_by(user))
        return int(rows.aggregate(count=models.Sum("submitted", default=0))["count"])


class Cell(models.Model):
    """A place of a summary: one agency in one dimension of a year."""

    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    opd = models.ForeignKey(Opd, models.CASCADE, related_name="+")
    dimension = models.ForeignKey("dimensions.SmartDimension", models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class CountedCell(Cell):
    """How many things of a cell stand where, and how complete they are."""

    draft = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    submitted = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Tally(CountedCell):
    """How many quick wins of an agency stand where in one dimension and year, and how complete they are."""

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "opd", "dimension"], name="tally_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.opd_id} {self.dimension_id}: {self.filled}/{self.total}"


class ProgressTallyQuerySet(TallyQuerySet):
    """The board's summary, found like the dashboard's."""

    def reports_with(self, user: "User") -> int:
        """How many reports are in a person's hands: the length of `ProgressQuerySet.with_person`."""
        return self._in_hands(self.filter(opd__in=user.opds()), user)

    def reports_waiting_for(self, user: "User", city_id: int) -> int:
        """How many reports wait for a person's decision: the length of `ProgressQuerySet.decided_by`."""
        rows = self.filter(verified_by(user), city=city_id, submitted__gt=0)
        return int(rows.aggregate(count=models.Sum("submitted", default=0))["count"])


class ProgressTally(CountedCell):
    """How many progress reports of an agency stand where in one dimension and quarter."""

    quarter = models.PositiveSmallIntegerField()
    late = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)

    objects = ProgressTallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year", "quarter", "opd", "dimension"], name="progress_tally_cell_once"
            )
        ]
        indexes = [
            models.Index(fields=["opd", "year", "quarter"]),
            # Every page of a reviewer asks how many wait, in whatever year: few cells of many have one.
            models.Index(fields=["city"], condition=models.Q(submitted__gt=0), name="progress_tally_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.quarter} {self.opd_id} {self.dimension_id}: {self.verified} verified"


STATES = tuple(state.value.lower() for state in State)


class PlanTally(Cell):
    """What the approved programmes of an agency promise and reach in one dimension and year.

    `expected` is how many owe a report each quarter: those that were not stopped. `unknown` have no state yet.
    """

    programs = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    not_started = models.PositiveIntegerField(default=0)
    in_discussion = models.PositiveIntegerField(default=0)
    running = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    with_target = models.PositiveIntegerField(default=0)
    measured = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    budget_apbd = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    budget_other = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    absorbed = models.DecimalField(max_digits=20, decimal_places=2, default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "opd", "dimension"], name="plan_tally_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.opd_id} {self.dimension_id}: {self.programs} programmes"
