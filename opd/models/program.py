"""Programmes of the masterplan: who leads them, what they measure, where they stand on their way into the plan."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.models.places import City, Opd
from opd.models.plan import MasterPlan
from opd.models.quick_win import SUB_ACTIVITY, QuickWin
from smartcity.lib.models import Event, Stamped, Versioned
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from opd.models.people import User


class PlanStatus(models.TextChoices):
    """Where a programme stands on its way into the masterplan."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


class ProgramQuerySet(models.QuerySet["Program"]):
    """The only place that knows how programmes are found."""

    def visible_to(self, user: "User") -> Self:
        """Own agency in every status, and where it supports once approved; the city's people once submitted."""
        from opd.models.people import Role

        own = user.opds()
        seen = Q(opd__in=own)
        if own:
            supported = Program.supporting.through.objects.filter(opd__in=own).values("program")
            seen |= Q(status=PlanStatus.APPROVED, pk__in=supported)
        seen |= Q(city__in=user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)) & Q(
            submitted_at__isnull=False
        )
        seen |= Q(city__in=user.cities(Role.PLANNER), created_by=user)
        seen |= Q(city__in=user.cities(Role.LEADERSHIP), status=PlanStatus.APPROVED)
        return self.filter(seen)

    def of_own_opds(self, user: "User") -> Self:
        return self.filter(opd__in=user.opds())

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def approved(self) -> Self:
        return self.filter(status=PlanStatus.APPROVED)

    def in_year(self, year: int) -> Self:
        """With a record of the year: planned, carried out or told of in it."""
        return self.filter(years__year=year)

    def owing(self, year: int, quarter: int) -> Self:
        """Approved, carried out in the year, and without a report of the quarter."""
        from opd.models.program_year import ProgramYear, State
        from opd.models.progress import Progress

        carried_out = ProgramYear.objects.filter(year=year).exclude(state=State.STOPPED).values("program")
        told = Progress.objects.in_quarter(year, quarter).values("program")
        return self.approved().filter(pk__in=carried_out).exclude(pk__in=told).order_by("code")

    def for_list(self) -> Self:
        return self.select_related("opd", "dimension", "sub_dimension")

    def for_detail(self) -> Self:
        return self.select_related(
            "opd__parent", "opd__successor", "dimension", "sub_dimension", "plan", "city"
        )

    def narrowed(
        self,
        *,
        year: int | None = None,
        state: str | None = None,
        figure: str | None = None,
        text: str | None = None,
        **wanted: str | int | None,
    ) -> Self:
        """As a list page was narrowed; None narrows nothing.

        `wanted` are dimension (a code), opd (its number), status, category and horizon; `state` and `figure` (a key of
        FIGURES) are those of `year`.
        """
        from opd.models.program_year import ProgramYear

        columns = {"dimension": "dimension__code"}
        rows = self.filter(**{columns.get(name, name): value for name, value in wanted.items() if value})
        if year and state:
            rows = rows.filter(years__year=year, years__state=state)
        elif year:
            rows = rows.in_year(year)
        if year and figure:
            rows = rows.filter(pk__in=ProgramYear.objects.behind(figure, year).values("program"))
        return rows.matching(text or "")

    def waiting(self) -> Self:
        """Submitted and not yet decided, the longest wait first."""
        rows = self.filter(status=PlanStatus.SUBMITTED).select_related("opd__parent", "dimension")
        return rows.order_by("submitted_at", "pk")

    def with_code(self, plan_id: int, code: str) -> Self:
        """Rows of a plan with this code, whatever its capitals."""
        return self.filter(plan=plan_id, code__iexact=code)

    def of_quick_win(self, quick_win: QuickWin) -> Self:
        return self.filter(quick_wins=quick_win).select_related("opd")

    def lines(self) -> "models.QuerySet[Program, dict[str, Any]]":
        """What a line of the long list says, as plain values."""
        return self.values("pk", "code", "name", "status", "opd__short", "dimension_id", "updated_at")

    def from_import(self, keys: "Collection[str]", pks: "Collection[int]") -> Self:
        """What a list made (by the keys of its rows) and what it changed."""
        return self.filter(Q(idempotency_key__in=keys) | Q(pk__in=pks))

    def for_exchange(self) -> Self:
        """With everything a list says of a programme, in a constant number of queries."""
        return self.select_related("opd", "dimension", "sub_dimension").prefetch_related(
            "years", "supporting"
        )

    def matching(self, text: str) -> Self:
        """Rows whose name, code, indicator or agency contains the words typed."""
        if not text:
            return self
        return self.filter(
            Q(name__icontains=text)
            | Q(code__icontains=text)
            | Q(indicator__icontains=text)
            | Q(opd__short__icontains=text)
            | Q(opd__official_name__icontains=text)
        )


class Program(Stamped, Versioned):
    """A work programme of the masterplan, led by exactly one agency."""

    class Horizon(models.TextChoices):
        SHORT = "SHORT", _("Short term")
        MEDIUM = "MEDIUM", _("Medium term")
        LONG = "LONG", _("Long term")

    class Category(models.TextChoices):
        POLICY = "POLICY", _("Policy")
        INSTITUTION = "INSTITUTION", _("Institution")
        INFRASTRUCTURE = "INFRASTRUCTURE", _("Infrastructure")
        APPLICATION = "APPLICATION", _("Application")
        LITERACY = "LITERACY", _("Literacy")
        SERVICE = "SERVICE", _("Service")

    class Measure(models.TextChoices):
        """How the values of the quarters make the value of the year."""

        CUMULATIVE = "cumulative", _("Up to the end of the quarter")
        PER_PERIOD = "per_period", _("Of each quarter, to be added")

    class Better(models.TextChoices):
        UP = "up", _("Higher is better")
        DOWN = "down", _("Lower is better")

    city = models.ForeignKey(City, models.PROTECT, related_name="programs", verbose_name=_("city"))
    plan = models.ForeignKey(
        MasterPlan, models.PROTECT, related_name="programs", verbose_name=_("masterplan")
    )
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="programs", verbose_name=_("lead agency"))
    supporting = models.ManyToManyField(
        Opd, blank=True, related_name="supported_programs", verbose_name=_("supporting agencies")
    )
    partners = models.TextField(_("outside partners"), blank=True, max_length=1000, validators=[plain_text])
    status = models.CharField(
        _("status"), max_length=12, choices=PlanStatus, default=PlanStatus.DRAFT, editable=False
    )

    # Identity
    dimension = models.ForeignKey(
        "dimensions.SmartDimension", models.PROTECT, related_name="+", verbose_name=_("dimension")
    )
    sub_dimension = models.ForeignKey(
        "dimensions.SubDimension", models.PROTECT, related_name="+", verbose_name=_("sub-dimension")
    )
    code = models.CharField(_("programme code"), max_length=30, validators=[plain_text])
    name = models.CharField(_("work programme"), max_length=300, validators=[plain_text])
    strategy = models.CharField(
        _("strategy or objective"), max_length=300, blank=True, validators=[plain_text]
    )
    horizon = models.CharField(_("horizon"), max_length=8, choices=Horizon, blank=True)
    category = models.CharField(_("category"), max_length=16, choices=Category, blank=True)

    # Budget line
    activity = models.CharField(_("activity"), max_length=300, blank=True, validators=[plain_text])
    sub_activity = models.CharField(_("sub-activity"), max_length=300, blank=True, validators=[plain_text])
    sub_activity_code = models.CharField(
        _("sub-activity code"), max_length=24, blank=True, validators=[SUB_ACTIVITY]
    )

    # Measure
    indicator = models.CharField(_("indicator"), max_length=300, blank=True, validators=[plain_text])
    unit = models.CharField(_("unit"), max_length=60, blank=True, validators=[plain_text])
    baseline = models.DecimalField(_("baseline"), max_digits=18, decimal_places=4, null=True, blank=True)
    measure = models.CharField(
        _("value of a quarter"), max_length=12, choices=Measure, default=Measure.CUMULATIVE
    )
    better = models.CharField(_("direction"), max_length=4, choices=Better, default=Better.UP)

    start_date = models.DateField(_("start"), null=True, blank=True)
    end_date = models.DateField(_("end"), null=True, blank=True)
    updated_on = models.DateField(_("updated on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000, validators=[plain_text])

    quick_wins = models.ManyToManyField(
        QuickWin, blank=True, related_name="programs", verbose_name=_("quick wins")
    )

    # Kept by the actions, never typed
    sample_fields = models.JSONField(default=list, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["city", "code"]),
            models.Index(fields=["city", "dimension", "code"]),
            models.Index(fields=["opd", "code"]),
            models.Index(fields=["city", "status", "submitted_at"]),
            # the list by its last change, the quarterly reports by name: at 50,000 programmes ten times as quick
            models.Index(fields=["city", "updated_at"]),
            models.Index(fields=["city", "name"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="program_code_once",
                violation_error_message=_("This code is already used in the masterplan."),
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True)
                | Q(start_date__isnull=True)
                | Q(end_date__gte=F("start_date")),
                name="program_period",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(status=PlanStatus.DRAFT) | Q(submitted_at__isnull=False),
                name="program_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=PlanStatus.APPROVED) | Q(approved_at__isnull=False),
                name="program_approved_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("opd:program", args=[self.pk])

    def has_target(self) -> bool:
        """Whether a year has both its target and its budget."""
        return self.years.filter(target__isnull=False, budget__isnull=False).exists()

    def is_reported(self, year: int) -> bool:
        """Whether a verified report tells this year: its figures are corrected there, never typed over."""
        return self.progress.filter(year=year, verified_at__isnull=False).exists()

    def is_lower_better(self) -> bool:
        return self.better == self.Better.DOWN


class ProgramEvent(Event):
    """One line of a programme's history."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="events")

    class Meta(Event.Meta):
        indexes = [
            models.Index(fields=["program", "-at"]),
            models.Index(fields=["at"]),  # what changed since a day
            models.Index(fields=["at"], condition=Q(notified_at__isnull=True), name="program_event_untold"),
        ]
