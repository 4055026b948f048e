"""The review window: when a city is judged, by which instrument, and when not a second longer.

A rehearsal (gladi) is a window, too, that points to the one it rehearses. `EvaluationWindow.objects` knows no
rehearsals, so that no page, feed or figure meets one by accident; the few places that mean them ask
`with_rehearsals` (docs/adr/0025).
"""

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Area, Instrument
from opd.models import City, QuickWin, Role, User
from smartcity.lib.models import Event, Stamped, Versioned

if TYPE_CHECKING:
    from evaluations.models.assessment import AnswerQuerySet
    from evaluations.models.snapshot import Snapshot
    from evaluations.models.submission import CitySubmission, SubmissionProposal


class Status(models.TextChoices):
    """Where a window stands. Whether scores are accepted is asked of `accepts_scores(now)`, never of this."""

    DRAFT = "draft", _("In preparation")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


#: The first word of a rehearsal's name, in the data and on every page; no other window is called so.
REHEARSAL = "Gladi"

OF_THE_CITY = (Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP)


class WindowQuerySet(models.QuerySet["EvaluationWindow"]):
    """The only place that knows how windows are found."""

    def real(self) -> Self:
        """Windows in which the city is judged in earnest."""
        return self.filter(rehearsal_of=None)

    def rehearsals(self) -> Self:
        """Windows in which the city's own staff plays the panel."""
        return self.filter(rehearsal_of__isnull=False)

    def rehearsing(self, window: "EvaluationWindow") -> Self:
        """The rehearsals of a window."""
        return self.filter(rehearsal_of=window)

    def running_or_prepared(self) -> Self:
        return self.exclude(status=Status.CLOSED)

    def free_name(self) -> str:
        """What the next rehearsal is called among these windows; the name is kept for rehearsals."""
        taken = set(self.values_list("stage", flat=True))
        return next(name for number in count(1) if (name := f"{REHEARSAL} {number}") not in taken)

    def visible_to(self, user: User) -> Self:
        """Windows of the cities a person serves, and those where a seat is held without a conflict."""
        from evaluations.models.panel import Seat

        seated = Seat.objects.held_by(user).filter(conflict__isnull=True)
        return self.filter(Q(city__in=user.cities(*OF_THE_CITY)) | Q(pk__in=seated.values("window")))

    def due(self, now: datetime) -> Self:
        """Open windows whose closing time has come."""
        return self.filter(status=Status.OPEN, closes_at__lte=now)

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def in_year(self, year: int) -> Self:
        return self.filter(year=year)

    def before(self, year: int) -> Self:
        """Windows of earlier evaluated years."""
        return self.filter(year__lt=year)

    def asked_of(self, user: User) -> Self:
        """Windows in which an agency of the person was asked for an answer."""
        return self.filter(answers__opd__in=user.opds()).distinct()

    def with_key(self, key: str) -> Self:
        """The window an earlier press of the same button made."""
        return self.filter(idempotency_key=key)

    def closed(self) -> Self:
        return self.filter(status=Status.CLOSED)

    def for_page(self) -> Self:
        return self.select_related("city", "instrument__dimension_set", "rehearsal_of")

    def not_closed(self, now: datetime) -> Self:
        """Windows in preparation or running; time decides, not the scheduler."""
        return self.exclude(status=Status.CLOSED).filter(closes_at__gt=now).order_by("opens_at")

    def between(self, begin: datetime, end: datetime) -> Self:
        """Windows with a date in these days, the earliest first."""
        return self.filter(closes_at__gte=begin, inputs_due_at__lte=end).order_by("inputs_due_at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-year", "-opens_at", "-pk")


class RealWindows(models.Manager.from_queryset(WindowQuerySet)):  # type: ignore[misc]
    """Every window but the rehearsals: what "the windows" means wherever nothing else is said."""

    def get_queryset(self) -> WindowQuerySet:
        rows: WindowQuerySet = super().get_queryset()
        return rows.real()


class EvaluationWindow(Stamped, Versioned):
    """One round of evaluation of a city for a year, from the day inputs are due to the second it closes."""

    city = models.ForeignKey(City, models.PROTECT, related_name="windows", verbose_name=_("city"))
    # the evaluated year, never read from a date: the evaluation of 2025 was held in 2026
    year = models.PositiveSmallIntegerField(_("evaluated year"))
    stage = models.CharField(_("stage"), max_length=20, help_text=_("For example Tahap II."))
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="windows", verbose_name=_("instrument")
    )
    inputs_due_at = models.DateTimeField(_("inputs due"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    sample = models.BooleanField(_("example"), default=False, help_text=_("Its numbers are invented."))
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # a rehearsal judges the answers of this window, before it opens; None: the city is judged in earnest
    rehearsal_of = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("rehearsal of")
    )

    objects = RealWindows()
    with_rehearsals = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("review window")
        verbose_name_plural = _("review windows")
        ordering = ["-year", "-opens_at"]
        indexes = [
            models.Index(fields=["status", "closes_at"]),
            models.Index(fields=["city", "-year", "-opens_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year", "stage"],
                name="window_stage_once",
                violation_error_message=_("This stage of the year already has a window."),
            ),
            models.UniqueConstraint(
                fields=["rehearsal_of"],
                condition=~Q(status=Status.CLOSED),
                name="rehearsal_one_at_a_time",
                violation_error_message=_("A rehearsal of this window is not closed yet."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="window_opens_before_it_closes",
                violation_error_message=_("The window must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(inputs_due_at__lte=F("opens_at")),
                name="window_inputs_due_before_it_opens",
                violation_error_message=_(
                    "Inputs are due before the window opens: what comes later is not judged."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT) | Q(opened_at__isnull=False), name="window_opened_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CLOSED) | Q(closed_at__isnull=False), name="window_closed_has_time"
            ),
        ]

    def __str__(self) -> str:
        """Stage and year, once each: a stage may be called "Evaluasi 2022"."""
        return self.stage if str(self.year) in self.stage else f"{self.stage} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse(f"evaluations:{'rehearsal' if self.is_rehearsal else 'window'}", args=[self.pk])

    @property
    def is_rehearsal(self) -> bool:
        """Whether the city's own staff plays the panel: nothing of it counts."""
        return self.rehearsal_of_id is not None

    @property
    def answered_in_id(self) -> int:
        """The window whose answers are judged: a rehearsal has none of its own."""
        return self.rehearsal_of_id or self.pk

    def is_open(self, now: datetime) -> bool:
        """Whether `now` lies in [opens_at, closes_at) of an opened window, whatever the scheduler did."""
        return self.status == Status.OPEN and self.opens_at <= now < self.closes_at

    def accepts_scores(self, now: datetime) -> bool:
        """Whether a score may be written at `now`. Ask it with the row locked, in the write's transaction."""
        return self.is_open(now)

    def is_prepared(self) -> bool:
        """Whether times and seats may still be changed freely: until the opening."""
        return self.status == Status.DRAFT

    def accepts_answers(self) -> bool:
        """Whether the city may still change its answers here: until they are frozen; a rehearsal has none."""
        return self.is_prepared() and not self.is_rehearsal

    def is_due(self, now: datetime) -> bool:
        """Whether the closing time has come and the result still has to be computed."""
        return self.status == Status.OPEN and now >= self.closes_at

    def is_published(self) -> bool:
        """Whether the city may see assessed values: not before the window is closed."""
        return self.status == Status.CLOSED

    def has_questions(self) -> bool:
        """Whether the instrument asks anything that assessors score."""
        return self.instrument.questions.scored().exists()

    def uncovered_areas(self) -> list[str]:
        """Names of the areas with scored questions for which nobody without a conflict is seated."""
        asked = Area.objects.filter(questions__in=self.instrument.questions.scored())
        covered = self.seats.judging().values("areas")
        rows = asked.exclude(pk__in=covered.exclude(areas=None)).order_by("order").distinct()
        return [area.name for area in rows]

    def quick_wins_of_another_set(self) -> list[str]:
        """Codes of verified quick wins whose dimension the instrument lacks: no question asks about them."""
        rows = QuickWin.objects.of_city(self.city_id).in_year(self.year).verified()
        other = rows.exclude(dimension__dimension_set=self.instrument.dimension_set_id)
        return [quick_win.code for quick_win in other.order_by("number")]

    def answers_to_judge(self) -> int:
        """How many answers of agencies wait for the city to accept or return them."""
        return self.answers.to_judge().count()

    def quick_wins_to_judge(self) -> int:
        """How many quick wins of the year wait for the city to verify or return them."""
        return QuickWin.objects.of_city(self.city_id).in_year(self.year).waiting().count()

    def has_content(self) -> bool:
        """Whether there is anything the city stands for: an answer, or a verified quick win."""
        verified = QuickWin.objects.of_city(self.city_id).in_year(self.year).verified()
        return self.judged_answers().counting().given().exists() or verified.exists()

    def judged_answers(self) -> "AnswerQuerySet":
        """The answers of the self-assessment: a rehearsal judges those of the window it rehearses."""
        from evaluations.models.assessment import Answer

        return Answer.objects.in_window(self.answered_in_id)

    def proposal_or_none(self) -> "SubmissionProposal | None":
        """The proposal of its submission, as soon as somebody made one."""
        return getattr(self, "proposal", None)

    def last_submission(self) -> "CitySubmission | None":
        """The newest receipt of an approved submission; None when no planner has approved one."""
        return self.submissions.for_page().newest_first().first()

    def snapshot(self) -> "Snapshot | None":
        """The frozen state that is judged; None before the window was opened, whatever was submitted until then."""
        return None if self.status == Status.DRAFT else self.snapshots.newest_first().first()


class WindowEvent(Event):
    """One line of a window's history; an extension says until when."""

    window = models.ForeignKey(EvaluationWindow, models.CASCADE, related_name="events")
    until = models.DateTimeField(_("until"), null=True)

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["window", "-at"])]
