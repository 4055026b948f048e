"""The clarification desk: an assessor's doubt, who answers it, until which second, and what came of it.

Twenty-four hours are a span of time, over midnight and over a weekend (domain guide, section 11). Whether an item is
open is asked of the clock (`is_open`), never of the status: a scheduler that died leaves nothing open. What was not
answered in time counts as not submitted; what came afterwards is kept, and counts for nothing.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Question
from evaluations.models.panel import Seat
from evaluations.models.window import OF_THE_CITY, EvaluationWindow
from opd.models import Opd, Role, StoredFile, User
from smartcity.lib import clock
from smartcity.lib.models import Event, Frozen, FrozenQuerySet, Stamped, Versioned
from smartcity.lib.text import plain_text

#: From the moment of asking.
SPAN = timedelta(hours=24)
#: The last alert goes out so long before an item is due.
LAST_CALL = timedelta(hours=2)
LEASE, PAUSE = timedelta(minutes=2), timedelta(minutes=5)
MOST_ATTEMPTS = 20


class ClarificationStatus(models.TextChoices):
    """Where an item stands on paper; `state_at` says where it stands by the clock."""

    ASKED = "asked", _("Waiting for the answer")
    ANSWERED = "answered", _("Answered")
    LATE = "late", _("Answered too late")
    UNANSWERED = "unanswered", _("Not answered")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ClarificationQuerySet(models.QuerySet["Clarification"]):
    """The only place that decides who may see an item."""

    def visible_to(self, user: User) -> Self:
        """The assessor who asked, the agency that answers, the city's people.

        A doubt sways like a score: a colleague sees it only when both have handed in.
        """
        own = Seat.objects.usable_by(user)
        finished = own.filter(handed_in_at__isnull=False).values("window")
        return self.filter(
            Q(seat__in=own)
            | Q(window__in=finished, seat__handed_in_at__isnull=False)
            | Q(opd__in=user.opds())
            | Q(window__city__in=user.cities(*OF_THE_CITY))
        )

    def open(self, now: datetime) -> Self:
        """Items that can be answered at `now`."""
        return self.filter(status=ClarificationStatus.ASKED, due_at__gt=now)

    def lapsed(self, now: datetime) -> Self:
        """Items whose time is over and which nobody has closed yet."""
        return self.filter(status=ClarificationStatus.ASKED, due_at__lte=now)

    def done(self, now: datetime) -> Self:
        """Items that are over by the clock, the latest first."""
        over = ~Q(status=ClarificationStatus.ASKED) | Q(due_at__lte=now)
        return self.filter(over).order_by("-due_at", "-pk")

    def by_time_left(self) -> Self:
        return self.order_by("due_at", "pk")

    def of_own_opds(self, user: User) -> Self:
        return self.filter(opd__in=user.opds())

    def of_city(self, city_id: int) -> Self:
        return self.filter(window__city=city_id)

    def of_seat(self, seat: Seat) -> Self:
        return self.filter(seat=seat)

    def for_page(self) -> Self:
        return self.select_related(
            "window__city", "window__instrument", "seat", "question__area", "opd", "receipt"
        )


class Clarification(Stamped, Versioned):
    """One doubt: the question, the agency that answers, and the answer in the making until it is sent or due."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="clarifications", verbose_name=_("assessor"))
    # the seat's window once more: lists and locks ask for it without the seat
    window = models.ForeignKey(
        EvaluationWindow, models.PROTECT, related_name="clarifications", verbose_name=_("window")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name=_("question"))
    opd = models.ForeignKey(
        Opd, models.PROTECT, related_name="clarifications", verbose_name=_("agency that answers")
    )
    text = models.TextField(_("what is not clear"), max_length=2000, validators=[plain_text])
    asked_at = models.DateTimeField(_("asked at"), default=clock.now, editable=False)
    due_at = models.DateTimeField(_("due"), editable=False)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ClarificationStatus,
        default=ClarificationStatus.ASKED,
        editable=False,
    )
    answer = models.TextField(_("answer"), max_length=4000, blank=True, validators=[plain_text])
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    sample = models.BooleanField(_("example"), default=False, help_text=_("Made up for a demonstration."))
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = ClarificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("clarification")
        verbose_name_plural = _("clarifications")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["status", "due_at"]),
            models.Index(fields=["opd", "status", "due_at"]),
            models.Index(fields=["window", "due_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at")), name="clarification_due_after_asking"
            ),
            models.CheckConstraint(
                condition=Q(status="answered", answered_at__isnull=False)
                | (~Q(status="answered") & Q(answered_at__isnull=True)),
                name="clarification_answered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", closed_at__isnull=True)
                | (~Q(status="asked") & Q(closed_at__isnull=False)),
                name="clarification_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__lt=F("due_at")),
                name="clarification_answered_in_time",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluations:clarification", args=[self.pk])

    @property
    def number(self) -> str:
        """What people call it, "KL-2022-0007"."""
        return f"KL-{self.window.year}-{self.pk or 0:04d}"

    @property
    def city_id(self) -> int:
        """The city that is asked, for roles and for the audit trail."""
        return self.window.city_id

    @property
    def halfway(self) -> datetime:
        """Half of the time has passed."""
        return self.asked_at + (self.due_at - self.asked_at) / 2

    def is_open(self, now: datetime) -> bool:
        """Whether it can be answered at `now`: [asked_at, due_at), whatever the scheduler did."""
        return self.status == ClarificationStatus.ASKED and now < self.due_at

    def state_at(self, now: datetime) -> ClarificationStatus:
        """The status by the clock: due and not answered is not answered, also before anybody wrote it down."""
        if self.status == ClarificationStatus.ASKED and now >= self.due_at:
            return ClarificationStatus.UNANSWERED
        return ClarificationStatus(self.status)

    def has_answer(self) -> bool:
        """Whether anything stands in the answer: words, or a file."""
        return bool(self.answer.strip()) or self.exhibits.exists()


def file_facts(
    stored: StoredFile,
    *,
    title: str,
    name: str,
    sample: bool = False,
    still_valid: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What is said of stored bytes under a name; `still_valid` stands there only once somebody has answered."""
    return ({"still_valid": still_valid} if still_valid else {}) | {
        "title": title,
        "name": name,
        "sha256": stored.sha256,
        "media_type": stored.media_type,
        "size": stored.size,
        "pages": stored.pages,
        "has_preview": stored.has_preview,
        "sample": sample,
    }


class ClarificationEvent(Event):
    """One line of an item's history; an extension says until when, passing on says to whom."""

    clarification = models.ForeignKey(Clarification, models.CASCADE, related_name="events")
    until = models.DateTimeField(_("until"), null=True)
    opd = models.ForeignKey(Opd, models.PROTECT, null=True, related_name="+", verbose_name=_("agency"))

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["clarification", "-at"])]


class ClarificationReceipt(Frozen):
    """The answer as it was sent, in time: number, moment, words and files, and their digest. Assessors read this."""

    clarification = models.OneToOneField(Clarification, models.PROTECT, related_name="receipt")
    number = models.CharField(_("number"), max_length=30, unique=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    role = models.CharField(_("role"), max_length=16, blank=True)
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True)

    class Meta:
        verbose_name = _("receipt of an answer")
        verbose_name_plural = _("receipts of answers")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.number


class KeptReplyQuerySet(FrozenQuerySet):
    """How kept words are found."""

    def visible_to(self, user: User) -> Self:
        """The person who wrote them, and the reviewer of the city."""
        return self.filter(Q(user=user) | Q(clarification__window__city__in=user.cities(Role.REVIEWER)))

    def taken_from(self, user: User) -> Self:
        """What the person wrote about items that went to another agency: their pages are closed to them now."""
        own = self.filter(user=user).exclude(clarification__opd__in=user.opds())
        return own.select_related("clarification__window__city")


class KeptReply(Frozen):
    """Words and files that became no answer: sent too late, or taken off when the item went to another agency."""

    class Why(models.TextChoices):
        LATE = "late", _("Arrived too late")
        PASSED_ON = "passed_on", _("The item went to another agency")

    clarification = models.ForeignKey(Clarification, models.PROTECT, related_name="kept")
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="+", verbose_name=_("agency"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    why = models.CharField(_("why"), max_length=10, choices=Why)
    text = models.TextField(_("answer"), blank=True)
    # title, sha256, name, media_type and size of each file, as in a receipt
    files = models.JSONField(_("files"), default=list)
    at = models.DateTimeField(_("at"), default=clock.now)

    objects = KeptReplyQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("kept reply")
        verbose_name_plural = _("kept replies")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.clarification_id}/{self.pk}"


class Stage(models.TextChoices):
    """How far the time of an item has gone when people are told of it."""

    ASKED = "asked", _("Asked")
    HALF = "half", _("Half of the time is over")
    LAST = "last", _("Two hours left")


STAGES = (Stage.ASKED, Stage.HALF, Stage.LAST)


def stage_at(item: Clarification, now: datetime) -> Stage:
    """The newest stage an open item has reached."""
    if now >= item.due_at - LAST_CALL:
        return Stage.LAST
    return Stage.HALF if now >= item.halfway else Stage.ASKED


class ClarificationAlert(Frozen):
    """That the people of one agency were told of one stage of one due time: once, however often the clock asks."""

    clarification = models.ForeignKey(Clarification, models.PROTECT, related_name="alerts")
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="+", verbose_name=_("agency"))
    stage = models.CharField(_("stage"), max_length=5, choices=Stage)
    due_at = models.DateTimeField(_("due"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("alert of a clarification")
        verbose_name_plural = _("alerts of clarifications")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clarification", "opd", "due_at", "stage"], name="clarification_alert_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clarification_id} {self.stage}"


class AlertMailQuerySet(models.QuerySet["AlertMail"]):
    """How mails are claimed."""

    def waiting(self, now: datetime) -> Self:
        """Mails to send: not sent, not dropped, and in nobody's hands."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        rows = self.filter(free, sent_at__isnull=True, dropped_at__isnull=True, attempts__lt=MOST_ATTEMPTS)
        return rows.order_by("pk")

    def claim(self, pk: int) -> "AlertMail | None":
        """Take one mail by a conditional update; None when it is sent, dropped, or being sent."""
        now, token = clock.now(), secrets.token_hex(16)
        taken = (
            self.waiting(now)
            .filter(pk=pk)
            .order_by()
            .update(lease_until=now + LEASE, lease_token=token, attempts=F("attempts") + 1)
        )
        joins = "alert__clarification__window__city", "alert__clarification__opd", "user"
        return self.select_related(*joins).get(pk=pk) if taken else None

    def drop(self) -> int:
        """Nobody needs these any more: answered, withdrawn, or a newer stage says it better."""
        return self.filter(sent_at__isnull=True, dropped_at__isnull=True).update(dropped_at=clock.now())


class AlertMail(models.Model):
    """The mail of one alert to one person. These do not wait for the digest of the next morning."""

    alert = models.ForeignKey(ClarificationAlert, models.CASCADE, related_name="mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True)

    objects = AlertMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail of an alert")
        verbose_name_plural = _("mails of alerts")
        constraints = [models.UniqueConstraint(fields=["alert", "user"], name="alert_mail_once")]

    def __str__(self) -> str:
        return f"{self.alert_id}/{self.user_id}"

    def settle(self, **facts: Any) -> bool:
        """Write what became of the mail; False when another worker took over meanwhile."""
        mine = AlertMail.objects.filter(pk=self.pk, lease_token=self.lease_token, sent_at__isnull=True)
        return bool(mine.update(**facts))

    def sent(self) -> bool:
        """The mail is out."""
        return self.settle(sent_at=clock.now(), lease_until=None)

    def rest(self) -> None:
        """The mail could not be handed over: not again for a while."""
        self.settle(lease_until=clock.now() + PAUSE)
