"""The yardstick: sets of smart city dimensions, time-bounded, never enums in code."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """A thing with a name in Indonesian and in English."""

    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class DimensionSet(Named):
    """The dimensions of one regulation or guideline, valid for a time."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    mark = models.CharField(_("provenance"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("dimension set")
        verbose_name_plural = _("dimension sets")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="dimension_set_period",
                violation_error_message=_("The end of validity lies before its beginning."),
            )
        ]


class SmartDimensionQuerySet(models.QuerySet["SmartDimension"]):
    """How dimensions are found."""

    def of_set(self, dimension_set: "DimensionSet | int") -> Self:
        return self.filter(dimension_set=dimension_set).order_by("order")

    def of_set_or(self, dimension_set: "DimensionSet | int", others: models.QuerySet[Any, Any]) -> Self:
        """Those of a set first, then others that are still told of: rows of years before the set changed."""
        own = models.Case(models.When(dimension_set=dimension_set, then=0), default=1)
        return self.filter(Q(dimension_set=dimension_set) | Q(pk__in=others)).order_by(
            own, "dimension_set", "order"
        )

    def with_sub_dimensions(self) -> Self:
        return self.prefetch_related("sub_dimensions")


class SmartDimension(Named):
    """One dimension of a set, such as Smart Branding. Its code is unique within the set only."""

    dimension_set = models.ForeignKey(
        DimensionSet, models.CASCADE, related_name="dimensions", verbose_name=_("dimension set")
    )
    code = models.CharField(_("code"), max_length=10)
    order = models.PositiveSmallIntegerField(_("order"))
    hue = models.PositiveSmallIntegerField(
        _("hue"), help_text=_("Number 1 to 8; a dimension keeps it for life.")
    )
    letter = models.CharField(_("letter"), max_length=1)
    gloss = models.CharField(_("gloss"), max_length=200, blank=True)

    objects = SmartDimensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("smart city dimension")
        verbose_name_plural = _("smart city dimensions")
        ordering = ["dimension_set", "order"]
        constraints = [
            models.UniqueConstraint(fields=["dimension_set", "code"], name="dimension_code_once"),
            models.UniqueConstraint(fields=["dimension_set", "order"], name="dimension_order_once"),
            models.UniqueConstraint(fields=["dimension_set", "letter"], name="dimension_letter_once"),
            models.CheckConstraint(condition=Q(hue__gte=1, hue__lte=8), name="dimension_hue_1_to_8"),
        ]

    @property
    def short_name(self) -> str:
        """The name without the word all of them share: "Branding" for "Smart Branding"."""
        return str(self).removeprefix("Smart ")


class SubDimension(Named):
    """A part of a dimension, such as Tourism branding."""

    dimension = models.ForeignKey(
        SmartDimension, models.CASCADE, related_name="sub_dimensions", verbose_name=_("dimension")
    )
    code = models.CharField(_("code"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("sub-dimension")
        verbose_name_plural = _("sub-dimensions")
        ordering = ["dimension", "order"]
        constraints = [models.UniqueConstraint(fields=["dimension", "code"], name="sub_dimension_code_once")]


class Indicator(Named):
    """An example indicator of a sub-dimension, offered to whoever fills in a quick win."""

    class Better(models.TextChoices):
        UP = "up", _("better when higher")
        DOWN = "down", _("better when lower")

    sub_dimension = models.ForeignKey(
        SubDimension, models.CASCADE, related_name="indicators", verbose_name=_("sub-dimension")
    )
    unit = models.CharField(_("unit"), max_length=60)
    value_kind = models.CharField(_("kind of value"), max_length=20)
    better = models.CharField(_("direction"), max_length=4, choices=Better)
    mark = models.CharField(_("provenance"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [models.UniqueConstraint(fields=["sub_dimension", "name"], name="indicator_once")]
