"""Places: the city, its wards, and its agencies, whose names change over time."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class City(models.Model):
    """The city or regency that uses the portal. One row in most installations."""

    code = models.CharField(_("region code"), max_length=5, unique=True, help_text=_("For example 21.72."))
    name = models.CharField(_("name"), max_length=100)
    timezone = models.CharField(_("time zone"), max_length=40, default="Asia/Jakarta")
    evaluation_year = models.PositiveSmallIntegerField(
        _("evaluation year"), help_text=_("The year now worked on.")
    )
    dimension_set = models.ForeignKey(
        "dimensions.DimensionSet", models.PROTECT, related_name="+", verbose_name=_("dimension set")
    )

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")

    def __str__(self) -> str:
        return self.name


class Ward(models.Model):
    """A district (kecamatan) or ward (kelurahan). Names repeat across levels: match by code."""

    class Level(models.TextChoices):
        CITY = "kota", _("city")
        DISTRICT = "kecamatan", _("district")
        WARD = "kelurahan", _("ward")

    city = models.ForeignKey(City, models.CASCADE, related_name="wards", verbose_name=_("city"))
    code = models.CharField(_("region code"), max_length=13, unique=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("part of")
    )

    class Meta:
        verbose_name = _("ward")
        verbose_name_plural = _("wards")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OpdQuerySet(models.QuerySet["Opd"]):
    """How agencies are found."""

    def in_force(self, on: date) -> Self:
        """Agencies that existed on a day."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gt=on))

    def of_city(self, city: City) -> Self:
        return self.filter(city=city)


class Opd(models.Model):
    """An agency of the city under the name it had between two days."""

    city = models.ForeignKey(City, models.PROTECT, related_name="opds", verbose_name=_("city"))
    short = models.CharField(_("short name"), max_length=20)
    official_name = models.CharField(_("official name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20)
    unit_code = models.CharField(_("unit code"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    mark = models.CharField(_("provenance"), max_length=60, blank=True)

    objects = OpdQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["short"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "short"],
                condition=Q(valid_to__isnull=True),
                name="opd_short_once_in_force",
                violation_error_message=_("An agency in force already has this short name."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="opd_period",
                violation_error_message=_("The end of validity lies before its beginning."),
            ),
        ]

    def __str__(self) -> str:
        return self.short

    def has_head(self) -> bool:
        """Whether an account of a head of this agency is valid now; without one the operator submits.

        One query, kept on the instance: every button of a page asks it.
        """
        if not hasattr(self, "_has_head"):
            self._has_head: bool = self.memberships.valid_now().heads().exists()
        return self._has_head
