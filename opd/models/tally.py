"""The dashboard's summary: one row per agency, dimension and year, kept in the writing transaction."""

from typing import TYPE_CHECKING, Self

from django.db import models

from opd.models.places import City, Opd
from opd.models.quick_win import EDITABLE, approved_by, verified_by

if TYPE_CHECKING:
    from opd.models.people import User

COUNTED = ("draft", "proposed", "submitted", "returned", "verified")


class TallyQuerySet(models.QuerySet["Tally"]):
    """How totals are found: always by city and year, so the cost does not grow with the records."""

    def visible_to(self, user: "User") -> Self:
        from opd.models.people import OF_THE_CITY

        return self.filter(models.Q(city__in=user.cities(*OF_THE_CITY)) | models.Q(opd__in=user.opds()))

    def of_year(self, city_id: int, year: int) -> Self:
        return self.filter(city=city_id, year=year)

    def with_person(self, user: "User", year: int) -> int:
        """How many quick wins of a year are in a person's hands: the length of `QuickWinQuerySet.with_person`."""
        own = self.filter(year=year, opd__in=user.opds())
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


class Tally(models.Model):
    """How many quick wins of an agency stand where in one dimension and year, and how complete they are."""

    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    opd = models.ForeignKey(Opd, models.CASCADE, related_name="+")
    dimension = models.ForeignKey("dimensions.SmartDimension", models.CASCADE, related_name="+")
    draft = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    submitted = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "opd", "dimension"], name="tally_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.opd_id} {self.dimension_id}: {self.filled}/{self.total}"

    @property
    def quick_wins(self) -> int:
        return sum(getattr(self, name) for name in COUNTED)
