"""The interview: its run sheet, when each part ran, and what the panel noted. Shared among the seats, without a score.

A row is made when somebody first plans, starts or notes something; until then the run sheet is the instrument's own
(`evaluations/run_sheet.py`), so looking at a page writes nothing.
"""

from typing import Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.models.instrument import Question
from evaluations.models.panel import Seat
from evaluations.models.window import OF_THE_CITY, EvaluationWindow
from evaluations.models.window import Status as WindowStatus
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import Event, Stamped, Versioned
from smartcity.lib.text import plain_text


class InterviewStatus(models.TextChoices):
    """How far the interview is."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", pgettext_lazy("interview", "Running")
    DONE = "done", _("Held")


class Way(models.TextChoices):
    """How panel and city meet."""

    ONLINE = "online", _("Online")
    ON_SITE = "on_site", _("On site")


class InterviewQuerySet(models.QuerySet["Interview"]):
    """How interviews are found."""

    def of_window(self, window: EvaluationWindow) -> Self:
        return self.filter(window=window)


class Interview(Stamped, Versioned):
    """The talk between panel and city about one window: about 90 minutes, led by one seat."""

    window = models.OneToOneField(
        EvaluationWindow, models.PROTECT, related_name="interview", verbose_name=_("window")
    )
    # named by the reviewer; None: the first seat without a conflict
    lead = models.ForeignKey(
        Seat, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lead of the panel")
    )
    planned_at = models.DateTimeField(_("planned for"), null=True, blank=True)
    way = models.CharField(_("way"), max_length=8, choices=Way, default=Way.ONLINE)
    place = models.CharField(_("place"), max_length=200, blank=True, validators=[plain_text])
    status = models.CharField(
        _("status"), max_length=8, choices=InterviewStatus, default=InterviewStatus.PLANNED, editable=False
    )
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    sample = models.BooleanField(_("example"), default=False, help_text=_("Made up for a demonstration."))

    objects = InterviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering = ["window"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="planned", started_at__isnull=True)
                | (~Q(status="planned") & Q(started_at__isnull=False)),
                name="interview_started_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="done", ended_at__isnull=False)
                | (~Q(status="done") & Q(ended_at__isnull=True)),
                name="interview_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return _("Interview of %(window)s") % {"window": self.window}

    @property
    def city_id(self) -> int:
        """The city that is interviewed, for roles and for the audit trail."""
        return self.window.city_id

    def chair(self) -> Seat | None:
        """The seat that leads; None while nobody without a conflict is seated."""
        return lead_of(self.window)

    def running(self) -> "SlotRun | None":
        """The part that is being talked about."""
        return self.runs.filter(ended_at__isnull=True).select_related("slot").first()


def lead_of(window: EvaluationWindow) -> Seat | None:
    """The seat named by the reviewer, else the first one; a seat with a conflict leads nothing (docs/adr/0019)."""
    named = Interview.objects.of_window(window).filter(lead=models.OuterRef("pk"))
    rows = window.seats.judging().annotate(
        rank=Case(When(models.Exists(named), then=Value(0)), default=Value(1))
    )
    return rows.select_related("user", "window__city").order_by("rank", "pk").first()


class InterviewEvent(Event):
    """One line of an interview's history."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="events")


class Slot(models.Model):
    """A part of the run sheet: the opening, a section, a dimension, the closing; in order, with its minutes."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="slots")
    key = models.SlugField(_("part"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))

    class Meta:
        verbose_name = _("part of the interview")
        verbose_name_plural = _("parts of the interview")
        ordering = ["interview", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "key"], name="slot_once"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="slot_has_a_minute"),
        ]

    def __str__(self) -> str:
        return self.key


class SlotRun(models.Model):
    """When a part was talked about; one that is taken up again has several."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="runs")
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="runs")
    started_at = models.DateTimeField(_("started at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("run of a part")
        verbose_name_plural = _("runs of parts")
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["interview"], condition=Q(ended_at__isnull=True), name="slot_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="slot_run_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.started_at:%H:%M}"


class InterviewNoteQuerySet(models.QuerySet["InterviewNote"]):
    """The only place that decides who may read what the panel noted."""

    def visible_to(self, user: User) -> Self:
        """The seats of the panel, at once: a note is a fact of the talk. The city reads it with the closed minutes."""
        seated = Q(interview__window__in=Seat.objects.usable_by(user).values("window"))
        published = Q(
            interview__window__city__in=user.cities(*OF_THE_CITY),
            interview__window__status=WindowStatus.CLOSED,
            interview__window__reconciliations__status="closed",
        )
        return self.filter(seated | published).distinct()

    def of_window(self, window: EvaluationWindow) -> Self:
        return self.filter(interview__window=window)

    def about(self, code: str) -> Self:
        """The note on one question; on the talk as a whole for "" (there is one each)."""
        return self.filter(question__code=code) if code else self.filter(question__isnull=True)


class InterviewNote(Versioned):
    """What was said about one question, or in general. Written by any seat, one text for the whole panel."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="notes")
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, related_name="+", verbose_name=_("question")
    )
    text = models.TextField(_("note"), max_length=4000, blank=True, validators=[plain_text])
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", verbose_name=_("last written by"))
    updated_at = models.DateTimeField(_("updated at"), default=clock.now, editable=False)

    objects = InterviewNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of the interview")
        verbose_name_plural = _("notes of the interview")
        ordering = ["interview", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "question"], name="interview_note_once"),
            models.UniqueConstraint(
                fields=["interview"], condition=Q(question__isnull=True), name="interview_general_note_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.interview_id}/{self.question_id or '-'}"

    @property
    def city_id(self) -> int:
        """The city that is interviewed, for the audit trail."""
        return self.interview.window.city_id
