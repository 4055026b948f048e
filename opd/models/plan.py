"""The masterplan of a city: its regulation, period, vision and strategies, and the budgets it is measured against."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.models.places import City
from smartcity.lib.models import Stamped, Versioned
from smartcity.lib.text import plain_text

YEARS = [MinValueValidator(2017), MaxValueValidator(2100)]


class MasterPlanQuerySet(models.QuerySet["MasterPlan"]):
    """How masterplans are found."""

    def told_in(self, city_id: int, year: int) -> "MasterPlan | None":
        """The plan a city's year is told by: the newest that had begun; None before the first."""
        return self.filter(city=city_id, year_from__lte=year).order_by("-year_from", "-pk").first()

    def shown_in(self, city: City) -> "MasterPlan | None":
        """The plan the pages speak of: of the year now worked on, or the one that has yet to begin."""
        return self.told_in(city.pk, city.evaluation_year) or self.filter(city=city).last()

    def has_sample_programs(self, city_id: int) -> bool:
        """Whether the figures of a city's programmes are examples, so that pages which add them up say so."""
        marks = self.filter(city=city_id).values_list("sample_fields", flat=True)
        return any(MasterPlan.PROGRAMS in fields for fields in marks)


class MasterPlan(Stamped, Versioned):
    """The masterplan of a city: a mayoral regulation, a period, a vision."""

    #: In `sample_fields`: the figures of the programmes are examples.
    PROGRAMS = "programs"

    city = models.ForeignKey(City, models.PROTECT, related_name="plans", verbose_name=_("city"))
    title = models.CharField(_("title"), max_length=200, validators=[plain_text])
    regulation = models.CharField(
        _("regulation"),
        max_length=120,
        blank=True,
        validators=[plain_text],
        help_text=_("For example Perwako 84/2020."),
    )
    regulation_date = models.DateField(_("date of the regulation"), null=True, blank=True)
    year_from = models.PositiveSmallIntegerField(_("first year"), validators=YEARS)
    year_to = models.PositiveSmallIntegerField(_("last year"), validators=YEARS)
    vision = models.TextField(_("vision"), blank=True, max_length=2000, validators=[plain_text])
    sample_fields = models.JSONField(default=list, editable=False)

    objects = MasterPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("masterplan")
        verbose_name_plural = _("masterplans")
        ordering = ["-year_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year_to__gte=F("year_from")),
                name="masterplan_period",
                violation_error_message=_("The last year lies before the first year."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("opd:plan")

    def covers(self, year: int) -> bool:
        """Whether the plan is in force in a year; an expired plan is a question assessors ask."""
        return self.year_from <= year <= self.year_to


class Strategy(models.Model):
    """A strategy or objective of the masterplan for one dimension."""

    plan = models.ForeignKey(MasterPlan, models.CASCADE, related_name="strategies")
    dimension = models.ForeignKey("dimensions.SmartDimension", models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    text = models.CharField(_("strategy"), max_length=300, validators=[plain_text])
    sample = models.BooleanField(_("example"), default=False)

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ["dimension__order", "order", "pk"]

    def __str__(self) -> str:
        return self.text


class CityBudgetQuerySet(models.QuerySet["CityBudget"]):
    """How the budgets of a city are found."""

    def of_year(self, city_id: int, year: int) -> "CityBudget | None":
        """The whole APBD of a city's year; None while nobody entered it."""
        return self.filter(city=city_id, year=year).first()

    def by_year(self, city_id: int) -> "dict[int, CityBudget]":
        """Every year's, by year."""
        return {row.year: row for row in self.filter(city=city_id)}


class CityBudget(Versioned):
    """The whole APBD of a city in one year: what shares of it are measured against."""

    city = models.ForeignKey(City, models.CASCADE, related_name="budgets", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    total = models.DecimalField(
        _("total APBD"), max_digits=20, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[plain_text])
    sample = models.BooleanField(_("example"), default=False)

    objects = CityBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget of the city")
        verbose_name_plural = _("budgets of the city")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["city", "year"], name="city_budget_once_a_year"),
            models.CheckConstraint(
                condition=Q(total__gt=0),
                name="city_budget_positive",
                violation_error_message=_("The total APBD is more than zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"APBD {self.year}"
