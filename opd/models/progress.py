"""Progress of the programmes, quarter by quarter: what an agency reports and the reviewers verify."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.completeness import (
    PROGRESS_BY_NAME,
    SAVE,
    SUBMIT,
    WINDOW,
    Field,
    progress_counted,
    progress_missing,
)
from opd.models.desks import approved_by, verified_by
from opd.models.people import Membership
from opd.models.period import ReportingPeriod
from opd.models.places import City, Opd
from opd.models.plan import YEARS
from opd.models.program import Program
from opd.models.program_year import ProgramYear, State, StateChange
from opd.models.quick_win import EDITABLE, WAITING, Status
from opd.models.record import Record
from opd.models.review import FieldNote, Receipt
from smartcity.lib.models import Event, FrozenQuerySet, both_or_neither
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from opd.models.people import User


class ProgressQuerySet(models.QuerySet["Progress"]):
    """The only place that knows how progress reports are found."""

    def visible_to(self, user: "User") -> Self:
        """Own agency in every status; the city's reviewers once submitted; leadership once verified."""
        from opd.models.people import Role

        seen = Q(opd__in=user.opds())
        city = user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)
        seen |= Q(city__in=city, submitted_at__isnull=False)
        seen |= Q(city__in=user.cities(Role.LEADERSHIP), status=Status.VERIFIED)
        return self.filter(seen)

    def of_own_opds(self, user: "User") -> Self:
        return self.filter(opd__in=user.opds())

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def in_quarter(self, year: int, quarter: int) -> Self:
        return self.filter(year=year, quarter=quarter)

    def of_programs(self, programs: "models.QuerySet[Program]", year: int) -> Self:
        """The reports of a year about some programmes."""
        return self.filter(program__in=programs.order_by().values("pk"), year=year)

    def verified(self) -> Self:
        return self.filter(status=Status.VERIFIED)

    def with_person(self, user: "User") -> Self:
        """In this person's hands: to fill in, to mend, or to approve. Returned ones first."""
        to_approve = Q(status=Status.PROPOSED) & approved_by(user)
        mine = self.of_own_opds(user).filter(Q(status__in=EDITABLE) | to_approve)
        return mine.order_by("-status", "updated_at")

    def waiting(self) -> Self:
        """Submitted and not yet decided, the longest wait first."""
        return self.filter(status__in=WAITING).order_by("submitted_at", "pk")

    def decided_by(self, user: "User") -> Self:
        """What waits for this person's decision."""
        return self.waiting().filter(verified_by(user))

    def to_submit(self, user: "User", year: int, quarter: int) -> Self:
        """What this person may approve at once: with the head; in an agency without one, what is written."""
        headed = Membership.objects.valid_now().heads().values("opd")
        written = Q(status__in=EDITABLE) & ~Q(opd__in=headed)
        mine = self.of_own_opds(user).in_quarter(year, quarter)
        return mine.filter((Q(status=Status.PROPOSED) & approved_by(user)) | written).order_by(
            "program__code", "pk"
        )

    def for_list(self) -> Self:
        return self.select_related("program__dimension", "dimension", "opd__parent")

    def for_queue(self) -> Self:
        """With `again`: submitted before. Asked row by row of the page, as for quick wins."""
        earlier = ProgressSubmission.objects.filter(progress=OuterRef("pk"), sequence__gt=1)
        return self.for_list().annotate(again=Exists(earlier))

    def with_words(self) -> Self:
        """With evidence, notes or reasons: what the search box finds of a report."""
        noted = ProgressEvent.objects.exclude(note="").values("progress")
        notes = ProgressNote.objects.sent().values("progress")
        found = Q(pk__in=noted) | Q(pk__in=notes) | Q(evidence__isnull=False)
        return self.filter(found).distinct()

    def told_in(self, year: int) -> Self:
        """Reports of a year that say something in words, the latest first."""
        rows = self.filter(year=year).exclude(obstacles="", next_step="")
        return rows.order_by("-quarter", "program__code")

    def for_detail(self) -> Self:
        return self.select_related(
            "program__sub_dimension", "program__opd", "program__plan", "dimension", "opd__parent", "city"
        )

    def of_neighbours(self, year: int, quarter: int) -> Self:
        """The earlier quarters of a year and the same quarter of the year before, in the order of time."""
        beside = Q(year=year, quarter__lt=quarter) | Q(year=year - 1, quarter=quarter)
        return self.filter(beside).order_by("year", "quarter")

    def with_evidence_count(self) -> Self:
        return self.annotate(evidence_count=Count("evidence"))

    def matching(self, text: str) -> Self:
        """Rows whose programme or agency contains the words typed."""
        if not text:
            return self
        return self.filter(
            Q(program__name__icontains=text)
            | Q(program__code__icontains=text)
            | Q(opd__short__icontains=text)
            | Q(opd__official_name__icontains=text)
        )


class Progress(Record):
    """What an agency says about one programme at the end of one quarter."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="progress", verbose_name=_("programme"))
    # The agency and dimension at the time: a programme that moves later does not rewrite what was told before.
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="+", verbose_name=_("agency"))
    dimension = models.ForeignKey("dimensions.SmartDimension", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )

    value = models.DecimalField(_("realisation"), max_digits=18, decimal_places=4, null=True, blank=True)
    absorbed = models.DecimalField(
        _("money absorbed"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    state = models.CharField(_("state of implementation"), max_length=16, choices=State, blank=True)
    state_reason = models.CharField(_("reason"), max_length=500, blank=True, validators=[plain_text])
    obstacles = models.TextField(_("obstacles"), blank=True, max_length=4000, validators=[plain_text])
    next_step = models.TextField(_("next step"), blank=True, max_length=4000, validators=[plain_text])

    # Kept by the actions, never typed
    unreadable = models.JSONField(default=dict, editable=False)
    sample_fields = models.JSONField(default=list, editable=False)
    filled = models.PositiveSmallIntegerField(default=0, editable=False)
    total = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    late = models.BooleanField(_("late"), default=False, editable=False)
    corrections = models.PositiveSmallIntegerField(_("corrections"), default=0, editable=False)

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-year", "-quarter", "program"]
        indexes = [
            models.Index(fields=["city", "year", "quarter", "status", "submitted_at"]),
            models.Index(fields=["opd", "year", "quarter", "program"]),
            models.Index(fields=["city", "status", "submitted_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["program", "year", "quarter"], name="progress_once_a_quarter"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0),
                name="progress_value_not_negative",
                violation_error_message=_("The realisation is zero or more."),
            ),
            models.CheckConstraint(
                condition=Q(absorbed__isnull=True) | Q(absorbed__gte=0),
                name="progress_absorbed_not_negative",
                violation_error_message=_("The money absorbed is zero or more."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.SUBMITTED, Status.VERIFIED]) | Q(submitted_at__isnull=False),
                name="progress_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.VERIFIED) | Q(verified_at__isnull=False),
                name="progress_verified_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} TW {self.quarter} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("opd:progress", args=[self.pk])

    @property
    def title(self) -> str:
        return self.program.name

    @property
    def code(self) -> str:
        """The number people write in letters, such as TW3-2022-GOV-SRV-01."""
        return f"TW{self.quarter}-{self.year}-{self.program.code}"

    def lacking(self, by: "Collection[str]" = (SAVE, SUBMIT, WINDOW)) -> list[Field]:
        """The fields needed by the steps `by` that are still empty."""
        return progress_missing(self.filled_values(), by=by)

    def counted(self) -> tuple[int, int]:
        """How many of the fields asked are filled in: (filled, asked)."""
        return progress_counted(self.filled_values())

    @staticmethod
    def asked() -> dict[str, Field]:
        """Every field a note may be about, by name."""
        return PROGRESS_BY_NAME

    def is_overdue(self, now: "datetime") -> bool:
        """Whether the quarter's reports were due before `now`; a quarter without a date is never late."""
        return ReportingPeriod.objects.filter(
            city=self.city_id, year=self.year, quarter=self.quarter, due_at__lte=now
        ).exists()

    def roll_up(self) -> None:
        """Bring the year's figures up to the verified reports; see `rolled_up`.

        The year is locked before its reports are read: of two quarters verified at once, the second sees the first.
        """
        ProgramYear.objects.get_or_create(program=self.program, year=self.year)
        year = ProgramYear.objects.select_for_update().get(program=self.program_id, year=self.year)
        reports = Progress.objects.filter(
            program=self.program_id, year=self.year, verified_at__isnull=False
        ).order_by("quarter")
        told, before = rolled_up(self.program.measure, list(reports)), year.state
        for name, value in told.items():
            setattr(year, name, value)
        year.save(update_fields=[*told])
        if year.state != before and (verified := self.events.first()) is not None:
            StateChange.objects.note(
                year, before, by=verified.actor, role=verified.role, at=self.verified_at or verified.at
            )

    def figures(self) -> dict[str, Any]:
        """What was verified last: while a report is being corrected, the old figures stand."""
        if self.status == Status.VERIFIED:
            return {name: getattr(self, name) for name in FIGURES}
        receipt = self.submissions.filter(at__lte=self.verified_at).order_by("-sequence")[0]
        told = receipt.payload["values"]
        return {name: Decimal(told[name]) if told[name] else None for name in ("value", "absorbed")} | {
            name: told[name] for name in ("state", "state_reason")
        }


FIGURES = ("value", "absorbed", "state", "state_reason")


def rolled_up(measure: str, reports: "list[Progress]") -> dict[str, Any]:
    """Return a year's figures from its reports that were verified, in the order of the quarters, at least one.

    The sum of the quarters, or the last one's value. Money is told up to the end of the quarter, so the last
    report counts, and so does its state.
    """
    told = [row.figures() for row in reports]
    values = [row["value"] for row in told if row["value"] is not None]
    per_period = measure == Program.Measure.PER_PERIOD
    return {
        "actual": (sum(values, Decimal(0)) if per_period else values[-1]) if values else None,
        "absorbed": told[-1]["absorbed"],
        "state": told[-1]["state"],
        "state_reason": told[-1]["state_reason"],
    }


class ProgressEvent(Event):
    """One line of a progress report's history."""

    progress = models.ForeignKey(Progress, models.CASCADE, related_name="events")

    class Meta(Event.Meta):
        indexes = [
            models.Index(fields=["progress", "-at"]),
            models.Index(fields=["at"]),  # what changed since a day
            models.Index(fields=["at"], condition=Q(notified_at__isnull=True), name="progress_event_untold"),
        ]


class ProgressSubmissionQuerySet(FrozenQuerySet):
    """How receipts of progress reports are found."""

    def visible_to(self, user: "User") -> Self:
        return self.filter(progress__in=Progress.objects.visible_to(user))


class ProgressSubmission(Receipt):
    """The receipt of a progress report: number, time, who, and the frozen text with its digest."""

    progress = models.ForeignKey(Progress, models.PROTECT, related_name="submissions")

    objects = ProgressSubmissionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["progress", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["progress", "sequence"], name="progress_submission_sequence_once")
        ]


class ProgressNote(FieldNote):
    """What a reviewer asks about one field of a progress report."""

    progress = models.ForeignKey(Progress, models.CASCADE, related_name="notes")

    class Meta(FieldNote.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["progress", "field"],
                condition=Q(sent_at__isnull=True),
                name="progress_note_one_draft_per_field",
            ),
            both_or_neither("progress_note_answered_at_by", "answered_at", "answered_by"),
        ]
