"""What the panel agrees on after everybody scored alone: a proposal per question, closed by the lead, then frozen.

The mean of the scores stays the computed result (`evaluations/results.py`); the consensus stands beside it with its
reasons (docs/adr/0024). A correction is a new revision; a closed one never changes, in the database neither.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import SCORE_MAX, SCORE_MIN, Question
from evaluations.models.interview import lead_of
from evaluations.models.panel import Seat
from evaluations.models.window import OF_THE_CITY, EvaluationWindow, Status
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import Event, Stamped, Versioned
from smartcity.lib.text import plain_text


class ReconciliationStatus(models.TextChoices):
    """Whether the panel still talks about it."""

    OPEN = "open", _("Being agreed")
    CLOSED = "closed", _("Consensus closed")


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    """The only place that decides who may see what the panel agrees on."""

    def visible_to(self, user: User) -> Self:
        """Seats that handed in; the city's people once it is closed and the window is published, like scores."""
        finished = Seat.objects.usable_by(user).filter(handed_in_at__isnull=False).values("window")
        published = Q(
            window__city__in=user.cities(*OF_THE_CITY),
            window__status=Status.CLOSED,
            status=ReconciliationStatus.CLOSED,
        )
        return self.filter(Q(window__in=finished) | published)

    def of_window(self, window: EvaluationWindow) -> Self:
        """The revisions of a window, the newest first."""
        return self.filter(window=window).order_by("-revision")

    def closed(self) -> Self:
        return self.filter(status=ReconciliationStatus.CLOSED)

    def open(self) -> Self:
        return self.filter(status=ReconciliationStatus.OPEN)


class Reconciliation(Stamped, Versioned):
    """One revision of a window's consensus. `version` grows with every proposal: who closes has read them all."""

    window = models.ForeignKey(
        EvaluationWindow, models.PROTECT, related_name="reconciliations", verbose_name=_("window")
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=ReconciliationStatus,
        default=ReconciliationStatus.OPEN,
        editable=False,
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    reason = models.TextField(_("why it is corrected"), max_length=1000, blank=True, validators=[plain_text])
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    number = models.CharField(_("number"), max_length=30, blank=True, editable=False)
    payload = models.JSONField(null=True, editable=False)
    digest = models.CharField(_("digest"), max_length=64, blank=True, editable=False)
    sample = models.BooleanField(_("example"), default=False, help_text=_("Made up for a demonstration."))

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["window", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["window", "revision"], name="reconciliation_revision_once"),
            models.UniqueConstraint(
                fields=["window"], condition=Q(status="open"), name="reconciliation_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False, payload__isnull=False)
                & ~Q(digest="")
                & ~Q(number="")
                | Q(status="open", closed_at__isnull=True, payload__isnull=True, digest="", number=""),
                name="reconciliation_closed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(reason=""), name="reconciliation_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.window_id}/{self.revision}"

    def lead(self) -> Seat | None:
        """The seat that closes it."""
        return lead_of(self.window)

    @property
    def city_id(self) -> int:
        """The city that is judged, for roles and for the audit trail."""
        return self.window.city_id


class ReconciliationEvent(Event):
    """One line of the history of a consensus."""

    reconciliation = models.ForeignKey(Reconciliation, models.CASCADE, related_name="events")


class Proposal(Versioned):
    """What the lead writes about one question: a value in the place of the mean (None: the mean), and why."""

    reconciliation = models.ForeignKey(Reconciliation, models.CASCADE, related_name="proposals")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name=_("question"))
    value = models.DecimalField(_("consensus"), max_digits=4, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True, validators=[plain_text])
    updated_at = models.DateTimeField(_("updated at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("proposal of the panel")
        verbose_name_plural = _("proposals of the panel")
        ordering = ["reconciliation", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "question"], name="proposal_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=SCORE_MIN, value__lte=SCORE_MAX),
                name="proposal_0_to_4",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reconciliation_id}/{self.question_id}"
