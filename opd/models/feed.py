"""Personal calendar feeds: a secret address of which only the digest is kept."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from smartcity.lib import clock

if TYPE_CHECKING:
    from opd.models.people import User

#: Calendars ask every few hours; whoever asks more often within an hour waits.
MOST_READS = 60
HOUR = timedelta(hours=1)


class FeedQuerySet(models.QuerySet["CalendarFeed"]):
    """How feeds are found."""

    def of_token(self, token: str) -> "CalendarFeed | None":
        """The feed of a secret, of an account that can sign in; None for anything else."""
        rows = self.filter(digest=digest_of_token(token), user__is_active=True)
        return rows.select_related("user").first()

    def counted(self, feed: "CalendarFeed") -> bool:
        """Count a reading; False when the hour's readings are used up. One statement, so that none slips through."""
        now = clock.now()
        begun = self.filter(pk=feed.pk).filter(Q(hour__isnull=True) | Q(hour__lte=now - HOUR))
        if begun.update(hour=now, reads=1):
            return True
        return bool(self.filter(pk=feed.pk, reads__lt=MOST_READS).update(reads=F("reads") + 1))

    def of_person(self, user: "User") -> Self:
        return self.filter(user=user)


class CalendarFeed(models.Model):
    """The one feed of a person. Who has the address reads the dates, so it can be taken back at any time."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    hour = models.DateTimeField(null=True)
    reads = models.PositiveSmallIntegerField(default=0)

    objects = FeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"feed {self.pk}"


def new_token() -> str:
    """A secret of 256 bits for an address."""
    return secrets.token_urlsafe(32)


def digest_of_token(token: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()
