"""The dashboard's summary: one row per agency, dimension and year, kept in the writing transaction."""

from typing import TYPE_CHECKING, Self

from django.db import models

from opd.models.places import City, Opd

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
