"""Quarters (triwulan) of a city: until when reports are due, and when who is reminded."""

from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opd.models.places import City
from opd.models.plan import YEARS
from smartcity.lib.models import Versioned

if TYPE_CHECKING:
    from datetime import date, datetime


QUARTERS = (1, 2, 3, 4)


class ReportingPeriodQuerySet(models.QuerySet["ReportingPeriod"]):
    """How the quarters of a city are found."""

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def in_year(self, year: int) -> Self:
        return self.filter(year=year)

    def opened(self, now: "datetime") -> Self:
        """The quarters whose reports may be written already, the newest first."""
        return self.filter(opens_on__lte=timezone.localdate(now)).order_by("-year", "-quarter")

    def due_between(self, begin: "datetime", end: "datetime") -> Self:
        return self.filter(due_at__gte=begin, due_at__lte=end).order_by("due_at", "pk")

    def of_ladder(self, city_id: int, today: "date", since: "date") -> Self:
        """Those whose first reminder is due and whose last one was not before `since`."""
        return self.filter(city=city_id, remind_operator_on__lte=today, remind_assistant_on__gte=since)


class ReportingPeriod(Versioned):
    """A quarter (triwulan) of a city: until when its reports are due, and when who is reminded."""

    city = models.ForeignKey(City, models.CASCADE, related_name="periods", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    opens_on = models.DateField(_("open from"))
    due_at = models.DateTimeField(_("due"))
    remind_operator_on = models.DateField(_("remind the operator on"))
    remind_head_on = models.DateField(_("remind the OPD head on"))
    remind_assistant_on = models.DateField(_("inform the assistant on"))
    sample = models.BooleanField(_("example"), default=False)

    objects = ReportingPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        ordering = ["year", "quarter"]
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "quarter"], name="period_once"),
            models.CheckConstraint(
                condition=Q(remind_operator_on__lte=F("remind_head_on"))
                & Q(remind_head_on__lte=F("remind_assistant_on")),
                name="period_ladder_in_order",
                violation_error_message=_(
                    "First the operator, then the head, then the assistant: put the dates in order."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"TW {self.quarter} {self.year}"

    def is_open(self, now: "datetime") -> bool:
        """Whether its reports may be written already."""
        return self.opens_on <= timezone.localdate(now)

    def day_of(self, rung: str) -> "date":
        """The day of a rung of the ladder: operator, head or assistant."""
        day: date = getattr(self, f"remind_{rung}_on")
        return day
