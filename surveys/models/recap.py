"""Recaps: paper forms that an office counted. A correction is a new row; the old figure stays."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet
from smartcity.lib.text import plain_text
from surveys.models.response import HIGHEST, LOWEST
from surveys.models.round import Service

COUNTS = tuple(f"count_{value}" for value in range(LOWEST, HIGHEST + 1))


class RecapQuerySet(FrozenQuerySet):
    """How recaps are found."""

    def of_service(self, service: Service) -> "RecapQuerySet":
        return self.filter(service=service).order_by("-number")

    def in_force(self, services: Any) -> "dict[int, Recap]":
        """Service -> its newest recap, in one query."""
        last = Recap.objects.filter(service=OuterRef("service")).order_by("-number").values("number")[:1]
        rows = self.filter(service__in=services, number=Subquery(last))
        return {row.service_id: row for row in rows}

    def last_number(self, service: Service) -> int:
        """Zero where nothing was counted yet: the version a form carries."""
        last: int | None = self.filter(service=service).aggregate(last=Max("number"))["last"]
        return last or 0


class Recap(Frozen):
    """Paper forms of a service: how often each mark was given, or, where only that is known, number and mean."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="recaps")
    number = models.PositiveSmallIntegerField(_("number"))
    count_1 = models.PositiveIntegerField(_("marks 1"), null=True)
    count_2 = models.PositiveIntegerField(_("marks 2"), null=True)
    count_3 = models.PositiveIntegerField(_("marks 3"), null=True)
    count_4 = models.PositiveIntegerField(_("marks 4"), null=True)
    respondents = models.PositiveIntegerField(_("respondents"))
    # only without counts: with them it is derived
    mean = models.DecimalField(_("mean"), max_digits=5, decimal_places=4, null=True)
    reason = models.CharField(_("source or reason"), max_length=1000, validators=[plain_text])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    sample = models.BooleanField(_("example"), default=False)

    objects = RecapQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("recap")
        verbose_name_plural = _("recaps")
        ordering = ["service", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="survey_recap_number_once"),
            models.CheckConstraint(
                condition=Q(**dict.fromkeys((f"{name}__isnull" for name in COUNTS), True))
                | Q(
                    **dict.fromkeys((f"{name}__isnull" for name in COUNTS), False),
                    mean__isnull=True,
                    respondents=F("count_1") + F("count_2") + F("count_3") + F("count_4"),
                ),
                name="survey_recap_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(mean__isnull=True) | Q(mean__gte=LOWEST, mean__lte=HIGHEST, respondents__gt=0),
                name="survey_recap_mean_1_to_4",
            ),
            models.CheckConstraint(
                condition=Q(count_1__isnull=False) | Q(mean__isnull=False), name="survey_recap_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id}/{self.number}"

    @property
    def city_id(self) -> int:
        """The city of the round, for the audit trail."""
        return self.service.city_id

    def counts(self) -> dict[int, int] | None:
        """Mark -> how often it was given; None when only number and mean are known."""
        if self.count_1 is None:
            return None
        return {value: getattr(self, name) for value, name in enumerate(COUNTS, start=LOWEST)}

    def total(self) -> Fraction:
        """The sum of all marks, exact."""
        counts = self.counts()
        if counts is not None:
            return Fraction(sum(value * count for value, count in counts.items()))
        return Fraction(Decimal(self.mean or 0)) * self.respondents
