"""Places: the city, its wards, and its agencies, whose names change over time."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from smartcity.lib import clock


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

    def zone(self) -> ZoneInfo:
        """The time zone in which people of the city read their dates."""
        return ZoneInfo(self.timezone)


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


class Succession:
    """Who stands today for agencies that are no longer in force (domain guide, section 16).

    Renamed, merged or split off: the old row keeps its name and records, its successor's people keep the work.
    """

    def __init__(self, successors: Mapping[int, int]) -> None:
        self._successors = successors

    def heirs(self, opd_id: int) -> list[int]:
        """Who stands for an agency, its own successor first, today's last; nobody while it is in force."""
        found: list[int] = []
        while (next_id := self._successors.get(opd_id)) and next_id not in found:
            found.append(next_id)
            opd_id = next_id
        return found

    def before(self, opd_ids: Iterable[int]) -> set[int]:
        """Every agency that one of `opd_ids` stands for, without these themselves."""
        wanted = set(opd_ids)
        return {old for old in self._successors if wanted & set(self.heirs(old))} - wanted

    def line(self, opd_ids: Iterable[int]) -> set[int]:
        """The agencies with all they stand for and all that stand for them: one house over time."""
        wanted = set(opd_ids)
        return wanted | self.before(wanted) | {heir for pk in wanted for heir in self.heirs(pk)}


class OpdQuerySet(models.QuerySet["Opd"]):
    """How agencies are found."""

    def in_force(self, on: date) -> Self:
        """Agencies that existed on a day."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gt=on))

    def in_force_today(self) -> Self:
        return self.in_force(timezone.localdate(clock.now()))

    def of_city(self, city: City) -> Self:
        return self.filter(city=city)

    def entered_by(self, own: Iterable[int]) -> Self:
        """Of these, the ones that exist today: nothing new is begun under an old name."""
        return self.in_force_today().filter(pk__in=own)

    def offered_beside(self, lead: "Opd", chosen: "models.QuerySet[Opd, Any]") -> Self:
        """Agencies that may support a programme: those in force but its lead, and whoever is chosen already."""
        today = self.in_force_today().filter(city=lead.city_id).exclude(pk=lead.pk).values("pk")
        return self.filter(Q(pk__in=today) | Q(pk__in=chosen))

    def succession(self) -> Succession:
        """What was succeeded until today, in one query."""
        over = self.filter(valid_to__lte=timezone.localdate(clock.now()), successor__isnull=False)
        return Succession(dict(over.order_by().values_list("pk", "successor_id")))


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
        """Whether an account of a head of this agency, or of who stands for it, is valid now.

        Without one the operator submits. Kept on the instance: every button of a page asks it.
        """
        if not hasattr(self, "_has_head"):
            heads = self.memberships.model.objects.valid_now().heads()
            self._has_head: bool = heads.filter(opd__in=[self.pk, *self.heirs()]).exists()
        return self._has_head

    def heirs(self) -> list[int]:
        """Who stands for this agency today, itself excluded; asks the database only about one that has ended."""
        ended = self.valid_to is not None and self.valid_to <= timezone.localdate(clock.now())
        return Opd.objects.succession().heirs(self.pk) if ended and self.successor_id else []

    def now(self) -> "Opd | None":
        """The agency that carries on, where this one is no longer in force."""
        heirs = self.heirs()
        return Opd.objects.get(pk=heirs[-1]) if heirs else None
