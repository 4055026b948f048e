"""Who was reminded of which quarter, what people are told, and the one mail a day that says it.

The rows are the truth: a reminder is written once for each rung, a person has one digest a day, and a worker
claims a digest for a while (the lease) before it sends it. A message that comes twice finds nothing to do.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opd.models.period import ReportingPeriod
from opd.models.places import City, Opd
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opd.models.people import User

LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=30)  # after a mail that could not be handed over
MOST_ATTEMPTS = 3  # on one day; what was not mailed stands in the next day's digest


class Rung(models.TextChoices):
    """Whom a reminder reaches, the mildest first."""

    OPERATOR = "operator", _("OPD operator")
    HEAD = "head", _("OPD head")
    ASSISTANT = "assistant", _("Assistant to the secretary")


class ReminderQuerySet(FrozenQuerySet):
    """How reminders are found."""

    def of_periods(self, periods: "Iterable[ReportingPeriod]") -> Self:
        return self.filter(period__in=periods)


class Reminder(Frozen):
    """One rung of the ladder for one agency and quarter: that it was climbed, when, and what was owing then."""

    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="reminders")
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="+", verbose_name=_("agency"))
    rung = models.CharField(_("rung"), max_length=10, choices=Rung)
    day = models.DateField(_("day"))
    owing = models.PositiveIntegerField(_("reports not handed in"))
    expected = models.PositiveIntegerField(_("reports expected"))
    told = models.PositiveIntegerField(_("people told"), default=0)
    at = models.DateTimeField(_("at"), default=clock.now)

    objects = ReminderQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["period", "opd", "rung"], name="reminder_rung_once")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.opd_id} {self.rung}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """How a person's lines are found."""

    def of_user(self, user: "User") -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        """What still asks for attention: neither read nor settled meanwhile."""
        return self.filter(read_at__isnull=True, settled_at__isnull=True)

    def to_mail(self) -> Self:
        """What the next digest says. What was read or settled needs no mail any more."""
        return self.unread().filter(mailed_at__isnull=True)

    def about_things(self, about: str, ids: "Iterable[int]") -> Self:
        return self.filter(about=about, about_id__in=ids)

    def settle(self) -> int:
        """The cause is gone: the reports are in, the decision is made."""
        return self.unread().update(settled_at=clock.now())


class Notification(models.Model):
    """One line for one person: the same in the portal and in the day's mail."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder")
        RETURNED = "returned", _("Returned to you")
        DECISION = "decision", _("Waits for your decision")
        TASK = "task", _("Task of a meeting")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # What it is about: reminder, quick_win, progress, program or decision, and the key of the row.
    about = models.CharField(max_length=12)
    about_id = models.PositiveBigIntegerField()
    title = models.CharField(_("title"), max_length=300)
    text = models.CharField(_("text"), max_length=500, blank=True)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("at"), default=clock.now)
    read_at = models.DateTimeField(_("read at"), null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "created_at"]),
            models.Index(
                fields=["user"],
                condition=Q(read_at__isnull=True, settled_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["about", "about_id"],
                condition=Q(read_at__isnull=True, settled_at__isnull=True),
                name="notification_open_about",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "about", "about_id", "day"], name="notification_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.title


class DigestQuerySet(models.QuerySet["Digest"]):
    """How digests are claimed."""

    def claim(self, user_id: int, day: date) -> "Digest | None":
        """Take the person's digest of a day by one conditional update; None when it is sent or being sent."""
        now, token = clock.now(), secrets.token_hex(16)
        row, _created = self.get_or_create(user_id=user_id, day=day)
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        taken = self.filter(free, pk=row.pk, sent_at__isnull=True, attempts__lt=MOST_ATTEMPTS).update(
            lease_until=now + LEASE, lease_token=token, attempts=F("attempts") + 1
        )
        return self.select_related("user").get(pk=row.pk) if taken else None


class Digest(models.Model):
    """The one mail of a person and day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    lines = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"

    def sent(self, at: datetime, lines: int) -> bool:
        """Note that the mail is out; False when another worker took over meanwhile."""
        mine = Digest.objects.filter(pk=self.pk, lease_token=self.lease_token, sent_at__isnull=True)
        return bool(mine.update(sent_at=at, lines=lines, lease_until=None))

    def rest(self) -> None:
        """The mail could not be handed over: not again for a while."""
        mine = Digest.objects.filter(pk=self.pk, lease_token=self.lease_token, sent_at__isnull=True)
        mine.update(lease_until=clock.now() + PAUSE)
