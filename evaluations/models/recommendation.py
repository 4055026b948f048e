"""Recommendations of an evaluation: who follows each up, until when, by which steps, and what closes it.

A recommendation came out of one evaluated year and is shown in the evaluation of another (`for_year`), where it feeds
the Baseline questions. One that is not closed by then is carried on: a new row of the same number, linked to the old
one, which keeps its words (domain guide, sections 11, 12 and 13).
"""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dimensions.models import SmartDimension
from evaluations.models.assessment import Exhibit
from evaluations.models.window import OF_THE_CITY
from opd.models import City, Opd, User
from smartcity.lib.models import Event, Stamped, Versioned, both_or_neither
from smartcity.lib.text import plain_text

#: How long before its day a recommendation is told to be due soon.
SOON = timedelta(days=14)


class RecommendationSource(models.TextChoices):
    """Where a recommendation was read."""

    LETTER = "letter", _("Result letter")
    MINUTES = "minutes", _("Minutes of the panel")
    INTERNAL = "internal", _("The city's own")


class RecommendationStatus(models.TextChoices):
    """Where a recommendation stands; see RECOMMENDATION in evaluations/workflow.py."""

    OPEN = "open", pgettext_lazy("a recommendation", "Not begun")
    RUNNING = "running", pgettext_lazy("a recommendation", "In progress")
    PROPOSED = "proposed", pgettext_lazy("a recommendation", "Proposed as done")
    RETURNED = "returned", pgettext_lazy("a recommendation", "Returned")
    CLOSED = "closed", pgettext_lazy("a recommendation", "Closed")
    DROPPED = "dropped", pgettext_lazy("a recommendation", "Dropped")
    CARRIED = "carried", pgettext_lazy("a recommendation", "Carried to the next year")


#: With its agency: steps and evidence may change.
WITH_OWNER = (RecommendationStatus.OPEN, RecommendationStatus.RUNNING, RecommendationStatus.RETURNED)
#: Still to be closed by somebody.
UNCLOSED = (*WITH_OWNER, RecommendationStatus.PROPOSED)


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """How recommendations are found. An assessor reads the frozen ones in the snapshot, never these."""

    def visible_to(self, user: User) -> Self:
        """The city's people see all; an agency its own, never another's."""
        return self.filter(Q(city__in=user.cities(*OF_THE_CITY)) | Q(opd__in=user.opds()))

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def of_own_opds(self, user: User) -> Self:
        return self.filter(opd__in=user.opds())

    def in_evaluation(self, year: int) -> Self:
        """Those shown in the evaluation of a year."""
        return self.filter(for_year=year)

    def unclosed(self) -> Self:
        return self.filter(status__in=UNCLOSED)

    def with_owner(self) -> Self:
        """What the agency has to work on, the earliest day first."""
        return self.filter(status__in=WITH_OWNER).order_by("due_on", "pk")

    def closed(self) -> Self:
        return self.filter(status=RecommendationStatus.CLOSED)

    def standing(self) -> Self:
        """All but those that went on under another year: each recommendation of a year once."""
        return self.exclude(status=RecommendationStatus.CARRIED)

    def late(self, today: date) -> Self:
        return self.filter(status__in=WITH_OWNER, due_on__lt=today)

    def to_carry(self, year: int) -> Self:
        """What was to be closed before the evaluation of `year` and is not."""
        return self.unclosed().filter(for_year__lt=year)

    def to_tell_soon(self, today: date) -> Self:
        """Due within SOON, and not told of this day yet."""
        rows = self.filter(status__in=WITH_OWNER, due_on__gte=today, due_on__lte=today + SOON)
        return rows.exclude(told_soon=F("due_on"), told_soon__isnull=False)

    def to_tell_late(self, today: date) -> Self:
        return self.late(today).exclude(told_late=F("due_on"), told_late__isnull=False)

    def said_in_minutes(self, year: int) -> Self:
        """Those of the evaluation of a year that were read in the minutes of its panel, each once."""
        return self.filter(year=year, source=RecommendationSource.MINUTES, origin__isnull=True).by_code()

    def by_code(self) -> Self:
        return self.order_by("year", "number", "for_year")

    def for_list(self) -> Self:
        """With what a line says: the agency, the dimension, and how many steps are done."""
        steps = RecommendationStep.objects.filter(recommendation=OuterRef("pk")).order_by()
        pieces = Exhibit.objects.filter(recommendation=OuterRef("pk")).order_by()
        return self.select_related("city", "opd__parent", "dimension").annotate(
            steps_all=_count(steps, "recommendation"),
            steps_done=_count(steps.filter(done_on__isnull=False), "recommendation"),
            pieces=_count(pieces, "recommendation"),
        )

    def to_freeze(self) -> Self:
        """With evidence and the reasons of what was dropped, by number."""
        drops = RecommendationEvent.objects.filter(move="drop").order_by("-at", "-pk")
        return (
            self.for_list()
            .by_code()
            .prefetch_related(
                models.Prefetch("exhibits", Exhibit.objects.for_list()),
                models.Prefetch("events", drops, to_attr="drops"),
            )
        )

    def for_page(self) -> Self:
        return self.for_list().select_related("origin", "carried_to", "closed_by", "proposed_by")

    def made_with(self, key: str | None) -> "Recommendation | None":
        """What an earlier press of the same button wrote down."""
        return self.filter(idempotency_key=key).first() if key else None

    def numbered(self, pk: int) -> "Recommendation | None":
        return self.filter(pk=pk).first()

    def narrowed(
        self, today: date, *, year: int | None = None, status: str | None = None, opd: str | None = None,
        source: str | None = None, dimension: str | None = None, text: str | None = None,
    ) -> Self:  # fmt: skip
        """As a list page was narrowed; None narrows nothing. `status`: one of the statuses, or "late", "left"."""
        rows = self
        if status == "late":
            rows = rows.late(today)
        elif status == "left":
            rows = rows.unclosed()
        elif status:
            rows = rows.filter(status=status)
        wanted = {"for_year": year, "opd__short": opd, "source": source, "dimension__code": dimension}
        rows = rows.filter(**{column: value for column, value in wanted.items() if value})
        if text:
            rows = rows.filter(Q(text__icontains=text) | Q(reference__icontains=text))
        return rows


def _count(rows: Any, group: str) -> Any:
    """How many rows of a child there are: a subquery, so that two children do not multiply each other."""
    counted = rows.values(group).annotate(n=models.Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


class Recommendation(Stamped, Versioned):
    """One recommendation in one year of its way. `number` is that of its origin, whatever year it is carried to."""

    city = models.ForeignKey(City, models.PROTECT, related_name="recommendations", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("from the evaluation of"))
    for_year = models.PositiveSmallIntegerField(_("shown in the evaluation of"))
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    source = models.CharField(_("source"), max_length=10, choices=RecommendationSource)
    reference = models.CharField(
        _("where it is written"), max_length=200, blank=True, validators=[plain_text],
        help_text=_("Number of the letter, or day and page of the minutes."),
    )  # fmt: skip
    text = models.TextField(_("recommendation"), max_length=2000, validators=[plain_text])
    # What it is about, as far as it says so: codes of the instrument of its year, which may be another one next year.
    section = models.CharField(_("section"), max_length=20, blank=True, validators=[plain_text])
    question = models.CharField(_("question"), max_length=20, blank=True, validators=[plain_text])
    dimension = models.ForeignKey(
        SmartDimension, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dimension")
    )
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="recommendations", verbose_name=_("owner"))
    due_on = models.DateField(_("due"))
    status = models.CharField(
        _("status"), max_length=12, choices=RecommendationStatus, default=RecommendationStatus.OPEN,
        editable=False,
    )  # fmt: skip
    # Of the proposal in force; what an earlier one said stands in the history.
    done_note = models.TextField(_("what was done"), blank=True, max_length=2000, validators=[plain_text])
    proposed_at = models.DateTimeField(_("proposed at"), null=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    origin = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="carried_to", editable=False
    )
    # the day each alert was told for: a corrected day is told again, the same one never
    told_soon = models.DateField(null=True, editable=False)
    told_late = models.DateField(null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    sample = models.BooleanField(_("example"), default=False, help_text=_("Made up for a demonstration."))
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["city", "for_year", "status"]),
            models.Index(fields=["opd", "due_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year", "number", "for_year"], name="recommendation_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(for_year__gt=F("year")),
                name="recommendation_for_a_later_year",
                violation_error_message=_("It is followed up for a later evaluation than its own."),
            ),
            both_or_neither("recommendation_proposed_at_by", "proposed_at", "proposed_by"),
            both_or_neither("recommendation_closed_at_by", "closed_at", "closed_by"),
            models.CheckConstraint(
                condition=Q(status=RecommendationStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=RecommendationStatus.CLOSED) & Q(closed_at__isnull=True)),
                name="recommendation_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[RecommendationStatus.PROPOSED, RecommendationStatus.CLOSED])
                | (Q(proposed_at__isnull=False) & ~Q(done_note="")),
                name="recommendation_proposed_has_words",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """How people name it, from year to year: "R-2021-03"."""
        return f"R-{self.year}-{self.number:02d}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:recommendation", args=[self.pk])

    def is_late(self, today: date) -> bool:
        """Whether its agency still has it past its day."""
        return self.status in WITH_OWNER and self.due_on < today

    def has_evidence(self) -> bool:
        return self.exhibits.exists()

    def year_is_worked_on(self) -> bool:
        """Whether the evaluation it is for has not gone by."""
        return self.for_year >= self.city.evaluation_year


class RecommendationStep(Versioned):
    """One dated step of a follow-up, done or not."""

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="steps")
    text = models.CharField(_("step"), max_length=500, validators=[plain_text])
    due_on = models.DateField(_("until"))
    done_on = models.DateField(_("done on"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["due_on", "pk"]
        constraints = [both_or_neither("recommendation_step_done_by", "done_on", "done_by")]

    def __str__(self) -> str:
        return self.text


class RecommendationEvent(Event):
    """One line of a recommendation's history. `changes` of a correction: field -> [before, after] in words."""

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="events")
    changes = models.JSONField(default=dict, editable=False)

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["recommendation", "-at"])]
