"""The masterplan: what the city promised by regulation, programme by programme, with figures for each year."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.models.places import City, Opd
from opd.models.quick_win import SUB_ACTIVITY, QuickWin
from smartcity.lib.models import Event, Stamped, Versioned
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from opd.models.people import User

YEARS = [MinValueValidator(2017), MaxValueValidator(2100)]


class State(models.TextChoices):
    """How far a programme is carried out in a year (domain guide, section 8). Not a step of a procedure."""

    NOT_STARTED = "NOT_STARTED", _("Not started")
    IN_DISCUSSION = "IN_DISCUSSION", _("In discussion")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Finished")
    STOPPED = "STOPPED", _("Stopped")


class PlanStatus(models.TextChoices):
    """Where a programme stands on its way into the masterplan."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


class MasterPlanQuerySet(models.QuerySet["MasterPlan"]):
    """How masterplans are found."""

    def told_in(self, city_id: int, year: int) -> "MasterPlan | None":
        """The plan a city's year is told by: the newest that had begun; None before the first."""
        return self.filter(city=city_id, year_from__lte=year).order_by("-year_from", "-pk").first()

    def shown_in(self, city: City) -> "MasterPlan | None":
        """The plan the pages speak of: of the year now worked on, or the one that has yet to begin."""
        return self.told_in(city.pk, city.evaluation_year) or self.filter(city=city).last()


class MasterPlan(Stamped, Versioned):
    """The masterplan of a city: a mayoral regulation, a period, a vision."""

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


class CityBudget(Versioned):
    """The whole APBD of a city in one year: what shares of it are measured against."""

    city = models.ForeignKey(City, models.CASCADE, related_name="budgets", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    total = models.DecimalField(
        _("total APBD"), max_digits=20, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    source = models.CharField(_("source"), max_length=200, blank=True, validators=[plain_text])
    sample = models.BooleanField(_("example"), default=False)

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
        text: str | None = None,
        **wanted: str | None,
    ) -> Self:
        """As a list page was narrowed; None narrows nothing.

        `wanted` are dimension (a code), opd (a short name), status, category and horizon; `state` is that of `year`.
        """
        columns = {"dimension": "dimension__code", "opd": "opd__short"}
        rows = self.filter(**{columns.get(name, name): value for name, value in wanted.items() if value})
        if year and state:
            rows = rows.filter(years__year=year, years__state=state)
        elif year:
            rows = rows.in_year(year)
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
            models.Index(fields=["at"], condition=Q(notified_at__isnull=True), name="program_event_untold"),
        ]


class ProgramYearQuerySet(models.QuerySet["ProgramYear"]):
    """How the years of programmes are found."""

    def begun_in(self, city_id: int, year: int) -> Self:
        """The year's records of approved programmes of a city."""
        return self.filter(program__city=city_id, program__status=PlanStatus.APPROVED, year=year)

    def ended_in(self, city_id: int, year: int) -> Self:
        return self.begun_in(city_id, year).filter(state__in=[State.DONE, State.STOPPED])

    def carried_into(self, city_id: int, year: int) -> Self:
        """What goes on in `year`: carried out the year before, not at its end, and not entered for `year` yet."""
        there = self.model.objects.filter(year=year).values("program")
        going = self.begun_in(city_id, year - 1).exclude(state__in=[State.DONE, State.STOPPED])
        rows = going.exclude(program__in=there).select_related("program__opd")
        return rows.order_by("program__code")

    def by_state(self) -> "list[tuple[str, int]]":
        """How many are in which state."""
        rows = self.order_by("state").values_list("state").annotate(count=models.Count("pk"))
        return list(rows)

    def waiting_for_word(self, user: "User") -> Self:
        """Carried over, and not confirmed by the agencies of this person."""
        rows = self.filter(carried=True, program__opd__in=user.opds(), program__status=PlanStatus.APPROVED)
        return rows.order_by("year", "program__code")

    def stuck(self, city_id: int, year: int) -> Self:
        """Approved programmes of a year that do not move: stopped or not started."""
        return (
            self.filter(
                program__city=city_id,
                program__status=PlanStatus.APPROVED,
                year=year,
                state__in=[State.STOPPED, State.NOT_STARTED],
            )
            .select_related("program__opd", "program__dimension")
            .order_by("program__dimension__order", "program__code")
        )

    def told_of(self, plan: MasterPlan, year: int) -> Self:
        """The approved programmes of a plan in one year, in the order of their codes: what counts."""
        return (
            self.filter(program__plan=plan, program__status=PlanStatus.APPROVED, year=year)
            .select_related("program__opd", "program__dimension", "program__sub_dimension")
            .order_by("program__dimension__order", "program__code")
        )

    def states(self, programs: "Collection[int]", year: int) -> dict[int, str]:
        """The state of each programme that has the year, by its number."""
        return dict(self.filter(program__in=programs, year=year).values_list("program_id", "state"))


class ProgramYear(models.Model):
    """What a programme promised, reached and spent in one year, and how far it was carried out.

    `actual`, `absorbed` and `state` follow the verified reports of the year once there are any; before, they are
    what the agency typed or imported. `stated` is the percentage an agency wrote itself, kept beside the computed one.
    """

    program = models.ForeignKey(Program, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    actual = models.DecimalField(_("realisation"), max_digits=18, decimal_places=4, null=True, blank=True)
    stated = models.DecimalField(_("achievement (%)"), max_digits=9, decimal_places=4, null=True, blank=True)
    budget = models.DecimalField(_("budget ceiling"), max_digits=18, decimal_places=2, null=True, blank=True)
    absorbed = models.DecimalField(
        _("money absorbed"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    fund_source = models.CharField(_("source of funds"), max_length=8, choices=QuickWin.Fund, blank=True)
    state = models.CharField(_("state of implementation"), max_length=16, choices=State, blank=True)
    state_reason = models.CharField(_("reason"), max_length=500, blank=True, validators=[plain_text])
    carried = models.BooleanField(
        _("carried over"), default=False, help_text=_("Taken over from the year before.")
    )

    objects = ProgramYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("year of a programme")
        verbose_name_plural = _("years of a programme")
        ordering = ["program", "year"]
        indexes = [models.Index(fields=["year", "program"])]
        constraints = [
            models.UniqueConstraint(fields=["program", "year"], name="program_year_once"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}),
                    name=f"program_year_{name}_not_negative",
                    violation_error_message=_("This figure is zero or more."),
                )
                for name in ("target", "actual", "stated", "budget", "absorbed")
            ),
            models.CheckConstraint(
                condition=~Q(state=State.STOPPED) | ~Q(state_reason=""),
                name="program_year_stopped_has_reason",
                violation_error_message=_("Write why the programme was stopped."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program_id} {self.year}"

    def achievement(self) -> Decimal | None:
        """Realisation over target in per cent, or None when either is missing; see `achievement`."""
        return achievement(self.target, self.actual, self.program.better)


def achievement(target: Decimal | None, actual: Decimal | None, better: str) -> Decimal | None:
    """Return the achievement in per cent, not capped, or None when it cannot be told.

    Where lower is better, (2 x target - realisation) / target, as performance reports of agencies do [general
    knowledge]; it may be negative. A target of zero is met (100) where lower is better and the value is zero.
    """
    if target is None or actual is None:
        return None
    if target == 0:
        return Decimal(100) if better == Program.Better.DOWN and actual == 0 else None
    if better == Program.Better.DOWN:
        return (2 * target - actual) / target * 100
    return actual / target * 100
