"""What a programme promised, reached and spent in one year, and how far it was carried out."""

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opd.models.plan import YEARS, MasterPlan
from opd.models.program import PlanStatus, Program
from opd.models.quick_win import QuickWin
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from opd.models.people import User


class State(models.TextChoices):
    """How far a programme is carried out in a year (domain guide, section 8). Not a step of a procedure."""

    NOT_STARTED = "NOT_STARTED", _("Not started")
    IN_DISCUSSION = "IN_DISCUSSION", _("In discussion")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Finished")
    STOPPED = "STOPPED", _("Stopped")


CARRIED_OUT = [State.RUNNING, State.DONE]
_MEASURED = Q(target__isnull=False, actual__isnull=False)
_UP = Q(program__better=Program.Better.UP)
#: A programme without a source of funds counts as APBD.
_APBD = Q(fund_source__in=["APBD", ""])

FIGURES: dict[str, Q] = {
    "carried_out": Q(state__in=CARRIED_OUT),
    "untold": Q(state=""),
    "with_target": Q(target__isnull=False),
    "measured": _MEASURED,
    "reached": _MEASURED & ((_UP & Q(actual__gte=F("target"))) | (~_UP & Q(actual__lte=F("target")))),
    "budget": Q(budget__gt=0),
    "budget_apbd": Q(budget__gt=0) & _APBD,
    "budget_other": Q(budget__gt=0) & ~_APBD,
    "absorbed": Q(absorbed__gt=0),
}
"""Which years of programmes are behind a figure: the summary counts by it, and the lists show its rows."""


class ProgramYearQuerySet(models.QuerySet["ProgramYear"]):
    """How the years of programmes are found."""

    def behind(self, figure: str, year: int) -> Self:
        """The records of a year a figure counts; see FIGURES."""
        return self.filter(FIGURES[figure], year=year)

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

    def untold_in(self, city_id: int, year: int) -> Self:
        """Approved programmes of a city that are carried out in a year and of which no report was handed in."""
        from opd.models.progress import Progress

        told = Progress.objects.of_city(city_id).filter(year=year, submitted_at__isnull=False)
        rows = self.filter(program__city=city_id, program__status=PlanStatus.APPROVED, year=year)
        rows = rows.exclude(state=State.STOPPED).exclude(program__in=told.values("program"))
        return rows.select_related("program__opd").order_by("program__code")

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
        indexes = [
            models.Index(fields=["year", "program"]),
            models.Index(
                fields=["year", "program"], condition=Q(state=State.STOPPED), name="program_year_stopped"
            ),
        ]
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


class StateChangeQuerySet(FrozenQuerySet):
    """How changes of state are found and written."""

    def note(self, row: ProgramYear, before: str, *, by: "User | None", role: str, at: "datetime") -> None:
        """Write down that the state of a year is another one now; nothing when it is the same."""
        if row.state != before:
            self.create(
                program_id=row.program_id, year=row.year, source=before, target=row.state,
                reason=row.state_reason, actor=by, role=role, at=at,
            )  # fmt: skip


class StateChange(Frozen):
    """One change of how far a programme is carried out in a year: from, to, who said so, when. Written once."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="state_changes")
    year = models.PositiveSmallIntegerField(_("year"))
    source = models.CharField(_("from"), max_length=16, choices=State, blank=True)
    target = models.CharField(_("to"), max_length=16, choices=State, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("actor")
    )
    role = models.CharField(_("role"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)

    objects = StateChangeQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.program_id} {self.year}: {self.source} > {self.target}"


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
