"""The submission of the city's self-assessment: proposed by Kominfo, approved by Bappelitbang, then never changed.

One proposal a window goes back and forth; each approval leaves a receipt (`CitySubmission`) and a snapshot of its
own version. The newest approved one is what the window is judged by when it opens (domain guide, section 11).
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluations.models.snapshot import Snapshot
from evaluations.models.window import OF_THE_CITY, EvaluationWindow, Status
from opd.models import Role, User
from smartcity.lib import clock
from smartcity.lib.models import Event, Frozen, FrozenQuerySet, Stamped, Versioned, both_or_neither


class ProposalStatus(models.TextChoices):
    """Where the proposal of a submission stands."""

    DRAFT = "draft", _("Not proposed")
    PROPOSED = "proposed", _("Waits for Bappelitbang")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


class ProposalQuerySet(models.QuerySet["SubmissionProposal"]):
    """How proposals are found."""

    def waiting_for(self, user: User) -> Self:
        """The planner decides on what others proposed; the reviewer mends what came back."""
        planned, reviewed = user.cities(Role.PLANNER), user.cities(Role.REVIEWER)
        decide = Q(window__city__in=planned, status=ProposalStatus.PROPOSED) & ~Q(proposed_by=user)
        mend = Q(window__city__in=reviewed, status=ProposalStatus.RETURNED)
        rows = self.filter(decide | mend, window__status=Status.DRAFT, window__closes_at__gt=clock.now())
        return rows.select_related("window__city").order_by("window__opens_at", "pk")


class SubmissionProposal(Stamped, Versioned):
    """That Kominfo holds the self-assessment of a window for ready, and what it said about it."""

    window = models.OneToOneField(EvaluationWindow, models.CASCADE, related_name="proposal")
    status = models.CharField(
        _("status"), max_length=12, choices=ProposalStatus, default=ProposalStatus.DRAFT, editable=False
    )
    note = models.TextField(_("note"), max_length=4000, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"), null=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    proposed_role = models.CharField(_("role"), max_length=16, blank=True, editable=False)
    # kind, key and digest of everything that was proposed: what came later can be told apart
    contents = models.JSONField(default=list, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of a submission")
        verbose_name_plural = _("proposals of submissions")
        constraints = [
            both_or_neither("proposal_proposed_has_person", "proposed_at", "proposed_by"),
            models.CheckConstraint(
                condition=Q(status=ProposalStatus.DRAFT) | Q(proposed_at__isnull=False),
                name="proposal_moved_was_proposed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.window)

    @property
    def city_id(self) -> int:
        """The city that submits, for roles and the audit trail."""
        return self.window.city_id

    def get_absolute_url(self) -> str:
        return reverse("evaluations:submission", args=[self.window_id])


class SubmissionEvent(Event):
    """One line of the history of a submission: proposed, taken back, returned, approved."""

    proposal = models.ForeignKey(SubmissionProposal, models.CASCADE, related_name="events")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["proposal", "-at"])]


class CitySubmissionQuerySet(FrozenQuerySet):
    """How receipts of submissions are found."""

    def visible_to(self, user: User) -> Self:
        """The city's own people."""
        return self.filter(window__city__in=user.cities(*OF_THE_CITY))

    def for_page(self) -> Self:
        return self.select_related("window__city", "window__instrument", "snapshot", "by", "proposed_by")

    def newest_first(self) -> Self:
        return self.order_by("-version")

    def with_key(self, key: str) -> Self:
        """The receipt an earlier press of the same button gave."""
        return self.filter(idempotency_key=key)


class CitySubmission(Frozen):
    """The receipt of an approved submission: number, time, both persons, and the digest of the frozen snapshot."""

    window = models.ForeignKey(EvaluationWindow, models.PROTECT, related_name="submissions")
    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="submission")
    version = models.PositiveSmallIntegerField(_("version"))
    number = models.CharField(_("number"), max_length=30, unique=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True)

    objects = CitySubmissionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("receipt of a submission")
        verbose_name_plural = _("receipts of submissions")
        ordering = ["window", "version"]
        constraints = [
            models.UniqueConstraint(fields=["window", "version"], name="submission_version_once"),
            models.CheckConstraint(condition=~Q(by=F("proposed_by")), name="submission_two_persons"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluations:submission_receipt", args=[self.number])

    @property
    def city_id(self) -> int:
        """The city that submitted, for the audit trail."""
        return self.window.city_id

    def fits(self, window: EvaluationWindow) -> bool:
        """Whether what was frozen answers the question list and year by which the window judges now."""
        frozen: dict[str, Any] = self.snapshot.payload
        same_list = frozen["instrument"]["digest"] == window.instrument.digest
        return same_list and bool(frozen["window"]["year"] == window.year)
