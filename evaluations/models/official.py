"""What the Ministry's letter says of a year: its own numbers, beside the computed ones, never mixed with them.

The letter is entered by one person and published by another; until then only the city's reviewers and planners
read it. What was published is never rewritten: a correction is a new revision that replaces it, a withdrawal
leaves the numbers where they were, for the record (domain guide, sections 3 and 11, stage RESULT).
"""

from datetime import date
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Instrument
from evaluations.models.window import EvaluationWindow
from opd.models import City, Opd, Role, StoredFile, User
from smartcity.lib import clock, decimals
from smartcity.lib.models import Event, Stamped, Versioned, both_or_neither
from smartcity.lib.text import plain_text

#: The index and every value end here (domain guide, section 2).
TOP = Decimal(4)
#: Who reads a letter before it is published.
AT_WORK = (Role.REVIEWER, Role.PLANNER)


class OfficialStatus(models.TextChoices):
    """Where a revision of a letter stands."""

    DRAFT = "draft", _("Entered, not published")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced by a correction")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class OfficialQuerySet(models.QuerySet["OfficialResult"]):
    """The only place that decides who may read the numbers of a letter."""

    def visible_to(self, user: User) -> Self:
        """All of them for who enters and publishes; what was ever published for the auditor; else what is."""
        agencies = Opd.objects.filter(pk__in=user.opds()).values("city")
        leadership = Q(city__in=user.cities(Role.LEADERSHIP)) | Q(city__in=agencies)
        return self.filter(
            Q(city__in=user.cities(*AT_WORK))
            | Q(city__in=user.cities(Role.AUDITOR), published_at__isnull=False)
            | Q(leadership, status=OfficialStatus.PUBLISHED)
        )

    def published(self) -> Self:
        return self.filter(status=OfficialStatus.PUBLISHED)

    def drafts(self) -> Self:
        return self.filter(status=OfficialStatus.DRAFT)

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def of_window(self, window: EvaluationWindow) -> Self:
        return self.filter(window=window)

    def same_round(self, row: "OfficialResult") -> Self:
        """Every revision of the same year and stage."""
        return self.filter(city=row.city_id, year=row.year, stage__iexact=row.stage)

    def before(self, year: int) -> Self:
        return self.filter(year__lt=year)

    def newest_first(self) -> Self:
        """By evaluated year, then by letter: of two rounds of a year the later letter speaks for the year."""
        return self.order_by("-year", "-letter_date", "-pk")

    def for_page(self) -> Self:
        return self.select_related("city", "window", "instrument__dimension_set", "scan", "replaces")


class OfficialResult(Stamped, Versioned):
    """One revision of a result letter. Values are decimal text by code; a value the letter does not give is absent."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    window = models.ForeignKey(
        EvaluationWindow, models.PROTECT, null=True, blank=True, related_name="officials",
        verbose_name=_("review window"),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("evaluated year"))
    stage = models.CharField(_("stage"), max_length=20, validators=[plain_text])
    # whose sections and dimensions the values are named by
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", verbose_name=_("instrument"))
    letter_number = models.CharField(_("letter number"), max_length=100, validators=[plain_text])
    letter_date = models.DateField(_("letter date"))
    index = models.DecimalField(_("index"), max_digits=5, decimal_places=4)
    values = models.JSONField(_("values"), default=dict, blank=True)
    dimension_values = models.JSONField(_("values per dimension"), default=dict, blank=True)
    rank_national = models.PositiveSmallIntegerField(_("national rank"), null=True, blank=True)
    rank_province = models.PositiveSmallIntegerField(_("rank in the province"), null=True, blank=True)
    cohort = models.CharField(_("cohort"), max_length=100, blank=True, validators=[plain_text])
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )
    scan_name = models.CharField(_("file name"), max_length=255, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=OfficialStatus, default=OfficialStatus.DRAFT, editable=False
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", editable=False
    )
    reason = models.TextField(_("reason of the correction"), max_length=1000, blank=True, editable=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    sample = models.BooleanField(_("example"), default=False, help_text=_("Its numbers are invented."))
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = OfficialQuerySet.as_manager()

    class Meta:
        verbose_name = _("official result")
        verbose_name_plural = _("official results")
        ordering = ["-year", "-letter_date", "-revision"]
        indexes = [models.Index(fields=["city", "status", "-year"])]
        constraints = [
            *(
                models.UniqueConstraint(
                    "city", "year", Lower("stage"), condition=Q(status=status), name=f"official_{status}_once"
                )
                for status in ("draft", "published")
            ),
            both_or_neither("official_published_has_person", "published_at", "published_by"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(published_at__isnull=False),
                name="official_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("entered_by")),
                name="official_two_persons",
            ),
            models.CheckConstraint(condition=Q(index__gte=0, index__lte=4), name="official_index_in_scale"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="official_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Stage and year, once each: a stage may be called "Evaluasi 2022"."""
        return self.stage if str(self.year) in self.stage else f"{self.stage} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:official", args=[self.pk])

    def value_of(self, code: str) -> Decimal | None:
        """The letter's value of a section, as typed; None when it gives none."""
        return _number(self.values.get(code))

    def dimension_value_of(self, code: str) -> Decimal | None:
        """The letter's value of a smart city dimension; None when it gives none."""
        return _number(self.dimension_values.get(code))

    def was_written_by(self, user: User) -> bool:
        """Whether a person entered or changed it: they do not publish it."""
        return self.entered_by_id == user.pk or self.events.filter(actor=user, move__in=WRITING).exists()

    def previous(self) -> "OfficialResult | None":
        """The published letter of the previous evaluated year; None when there is none."""
        return (
            OfficialResult.objects.of_city(self.city_id).published().before(self.year).newest_first().first()
        )

    def facts(self) -> dict[str, Any]:
        """What the letter says, as plain JSON, for digests in the audit trail."""
        return {
            "year": self.year,
            "stage": self.stage,
            "instrument": [self.instrument.code, self.instrument.version],
            "letter": [self.letter_number, self.letter_date.isoformat()],
            "index": str(self.index),
            "values": self.values,
            "dimensions": self.dimension_values,
            "ranks": [self.rank_national, self.rank_province, self.cohort],
            "scan": self.scan_id or "",
            "revision": self.revision,
        }

    def clean(self) -> None:
        """Numbers within the scale, a letter of a day that was; errors by the name of the field."""
        errors: dict[str, str] = {}
        scale = _t("Values lie between 0 and %(top)s.") % {"top": decimals.display(TOP)}
        if self.index is not None and not 0 <= self.index <= TOP:
            errors["index"] = scale
        for prefix, held in (("value", self.values), ("dimension", self.dimension_values)):
            for code, text in held.items():
                if not 0 <= Decimal(text) <= TOP:
                    errors[f"{prefix}_{code}"] = scale
        for name in ("rank_national", "rank_province"):
            if getattr(self, name) == 0:
                errors[name] = _t("A rank begins at 1.")
        if self.letter_date and self.letter_date > localdate(clock.now(), ZoneInfo(self.city.timezone)):
            errors["letter_date"] = _t("This day is still to come.")
        elif self.letter_date and self.year and self.letter_date < date(self.year, 1, 1):
            errors["letter_date"] = _t("The letter would be older than the evaluated year.")
        if errors:
            raise ValidationError(errors)


#: Events whose actor has written numbers.
WRITING = ("enter", "edit", "scan", "correct")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class OfficialEvent(Event):
    """One line of a letter's history."""

    official = models.ForeignKey(OfficialResult, models.CASCADE, related_name="events")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["official", "-at"])]
