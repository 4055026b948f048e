"""Meetings about the programme, and the decisions that become tasks with an owner and a date."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opd.models.places import City, Opd
from opd.models.program import Program
from smartcity.lib.models import Event, Stamped, Versioned, both_or_neither
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from opd.models.people import User


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """How meetings are found."""

    def visible_to(self, user: "User") -> Self:
        """The city's people see every meeting; an agency sees those in which something was decided for it."""
        from opd.models.people import Role

        city = user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP)
        return self.filter(
            Q(city__in=city) | Q(pk__in=Decision.objects.filter(opd__in=user.opds()).values("meeting"))
        )

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def newest_first(self) -> Self:
        return self.order_by("-held_at", "-pk")

    def numbered(self, pk: int) -> "Meeting | None":
        return self.filter(pk=pk).first()

    def before(self, meeting: "Meeting") -> "Meeting | None":
        """The city's meeting before this one, None for the first."""
        return self.of_city(meeting.city_id).filter(held_at__lt=meeting.held_at).newest_first().first()

    def last_held(self, city_id: int, now: datetime) -> "Meeting | None":
        """The city's latest meeting that has begun."""
        return self.of_city(city_id).filter(held_at__lte=now).newest_first().first()

    def made_with(self, key: str | None, user: "User") -> "Meeting | None":
        """What this person wrote down with an idempotency key."""
        return self.filter(idempotency_key=key, created_by=user).first() if key else None


class Meeting(Stamped, Versioned):
    """A meeting of the council or the team: when, where, what it was about, what was said."""

    city = models.ForeignKey(City, models.PROTECT, related_name="meetings", verbose_name=_("city"))
    title = models.CharField(_("title"), max_length=200, validators=[plain_text])
    held_at = models.DateTimeField(_("date and time"))
    place = models.CharField(_("place"), max_length=200, blank=True, validators=[plain_text])
    agenda = models.TextField(_("agenda"), blank=True, max_length=4000, validators=[plain_text])
    minutes = models.TextField(_("minutes"), blank=True, max_length=20000, validators=[plain_text])
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-held_at", "-pk"]
        indexes = [models.Index(fields=["city", "-held_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("opd:meeting", args=[self.pk])


class DecisionStatus(models.TextChoices):
    """Where a task stands; see DECISION in opd/workflow.py."""

    OPEN = "open", pgettext_lazy("a decision", "Open")
    DONE = "done", _("Carried out")
    REOPENED = "reopened", pgettext_lazy("a decision", "Open again")


class DecisionQuerySet(models.QuerySet["Decision"]):
    """How decisions are found."""

    def visible_to(self, user: "User") -> Self:
        """With the meeting for the city's people; an agency sees its own tasks, never another's."""
        from opd.models.people import Role

        city = user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP)
        return self.filter(Q(meeting__city__in=city) | Q(opd__in=user.opds()))

    def of_city(self, city_id: int) -> Self:
        return self.filter(meeting__city=city_id)

    def open(self) -> Self:
        """Not done yet, or not any more; the earliest date first."""
        return self.exclude(status=DecisionStatus.DONE).order_by("due_on", "pk")

    def late(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)

    def of_own_opds(self, user: "User") -> Self:
        return self.filter(opd__in=user.opds())

    def of_meeting(self, meeting: "Meeting") -> Self:
        return self.filter(meeting=meeting).order_by("number")

    def in_order(self) -> Self:
        """The newest meeting first, its decisions by number."""
        return self.order_by("-meeting__held_at", "-meeting", "number")

    def for_list(self) -> Self:
        return self.select_related("meeting__city", "opd", "program__dimension", "done_by")

    def narrowed(
        self, today: date, *, status: str | None = None, opd: str | None = None, meeting: int | None = None,
        dimension: str | None = None, text: str | None = None,
    ) -> Self:  # fmt: skip
        """As a list page was narrowed; None narrows nothing. `status` is one of DecisionStatus, or "late", "left"."""
        rows = self
        if status == "late":
            rows = rows.late(today)
        elif status == "left":
            rows = rows.open()
        elif status:
            rows = rows.filter(status=status)
        wanted = {"opd__short": opd, "meeting": meeting, "program__dimension__code": dimension}
        rows = rows.filter(**{column: value for column, value in wanted.items() if value})
        return rows.filter(Q(text__icontains=text) | Q(program__name__icontains=text)) if text else rows


class Decision(Versioned):
    """What a meeting decided: a task with an owner and a date. It is done when its owner says so and how."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    text = models.CharField(_("decision"), max_length=1000, validators=[plain_text])
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="decisions", verbose_name=_("owner"))
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("programme")
    )
    due_on = models.DateField(_("due"))
    status = models.CharField(
        _("status"), max_length=12, choices=DecisionStatus, default=DecisionStatus.OPEN, editable=False
    )
    # Of the report in force; what an earlier one said stands in the history.
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    done_note = models.TextField(_("what was done"), blank=True, max_length=2000, validators=[plain_text])
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["meeting", "number"]
        indexes = [
            models.Index(fields=["opd", "due_on"], condition=Q(done_at__isnull=True), name="decision_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="decision_number_once"),
            both_or_neither("decision_done_at_by", "done_at", "done_by"),
            models.CheckConstraint(
                condition=Q(status=DecisionStatus.DONE, done_at__isnull=False)
                | (~Q(status=DecisionStatus.DONE) & Q(done_at__isnull=True)),
                name="decision_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def is_late(self, today: date) -> bool:
        """Whether it is open past its day."""
        return self.status != DecisionStatus.DONE and self.due_on < today

    def get_absolute_url(self) -> str:
        return reverse("opd:decision", args=[self.pk])

    @property
    def city_id(self) -> int:
        """The city of the meeting; asked by whoever names the role in which somebody acts."""
        return self.meeting.city_id


class DecisionEvent(Event):
    """One line of a decision's history. `changes` of a correction: name of the field -> [before, after] in words."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="events")
    changes = models.JSONField(default=dict, editable=False)

    class Meta(Event.Meta):
        indexes = [
            models.Index(fields=["decision", "-at"]),
            models.Index(fields=["at"]),  # what changed since a day
        ]
