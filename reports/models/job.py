"""A long work and its life: the row is the truth, a message in the queue only rings the bell.

A worker claims the row for a while (the lease), renews the lease with every step it tells, and finishes only
while the lease is still its own. So a message delivered twice does nothing, a lost one is found by the sweep,
and a worker that died is replaced when its lease ends.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from smartcity.lib import clock

MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=120)
PATIENCE = timedelta(seconds=60)  # how long a work may wait before the bell is rung again
WAITING, CRASHED = "waiting", "crashed"


class LeaseLost(Exception):
    """Another worker has the work now; whatever this one made is thrown away."""


class Status(models.TextChoices):
    """Where a work stands."""

    QUEUED = "queued", _("Waiting")
    BUILDING = "building", _("Being built")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Not finished")


UNDER_WAY = frozenset({Status.QUEUED, Status.BUILDING})


class JobQuerySet(models.QuerySet[Any]):
    """How works are found and claimed."""

    def ready(self) -> Self:
        return self.filter(status=Status.READY)

    def failed(self) -> Self:
        return self.filter(status=Status.FAILED)

    def under_way(self) -> Self:
        return self.filter(status__in=UNDER_WAY)

    def claim(self, pk: int) -> Any:
        """Take a waiting work, or one whose worker is gone, by one conditional update; else None."""
        now, token = clock.now(), secrets.token_hex(16)
        free = Q(status=Status.QUEUED) | Q(status=Status.BUILDING, lease_until__lt=now)
        taken = self.filter(free, pk=pk, attempts__lt=MOST_ATTEMPTS).update(
            status=Status.BUILDING,
            stage=self.model.FIRST_STAGE,
            percent=0,
            attempts=F("attempts") + 1,
            started_at=now,
            lease_token=token,
            lease_until=now + LEASE,
        )
        return self.for_work().get(pk=pk) if taken else None

    def for_work(self) -> Self:
        """With what a worker needs of it."""
        return self.select_related("requested_by")

    def to_ring_for(self) -> list[int]:
        """Return works nobody does although they should be done; then leave each alone for a while."""
        now = clock.now()
        lost = self.under_way().filter(lease_until__lt=now, attempts__lt=MOST_ATTEMPTS)
        found = list(lost.order_by("pk").values_list("pk", flat=True))
        # Only waiting rows get a later date: a dead worker's lease must stay ended until it is claimed.
        self.filter(pk__in=found, status=Status.QUEUED).update(lease_until=now + PATIENCE)
        return found

    def give_up(self) -> int:
        """Fail works whose last worker died, too; return how many."""
        now = clock.now()
        spent = self.filter(status=Status.BUILDING, lease_until__lt=now, attempts__gte=MOST_ATTEMPTS)
        return spent.update(
            status=Status.FAILED, cause=CRASHED, finished_at=now, lease_until=None, lease_token=""
        )


class Job(models.Model):
    """What is asked for, how far it is, and the file made of it. Subclasses add `stage` and `cause`."""

    #: what a worker does first, and the causes that come out the same however often it is tried
    FIRST_STAGE: ClassVar[str]
    LASTING: ClassVar[frozenset[str]]

    stage: Any
    cause: Any

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested at"), default=clock.now)

    # How far it is
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.QUEUED)
    percent = models.PositiveSmallIntegerField(_("per cent"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Building: until when the worker may be silent. Waiting: from when on the bell is rung again.
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    # The file, named by its content
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size"), null=True, editable=False)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["status", "lease_until"])]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="%(class)s_percent_0_to_100"),
            models.CheckConstraint(
                condition=Q(status=Status.READY) ^ Q(sha256=""), name="%(class)s_ready_has_file"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FAILED, cause__gt="") | (~Q(status=Status.FAILED) & Q(cause="")),
                name="%(class)s_failed_has_cause",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNDER_WAY) | Q(lease_until__isnull=False),
                name="%(class)s_under_way_has_date",
            ),
        ]

    @property
    def is_under_way(self) -> bool:
        """Whether it is waiting or being built."""
        return self.status in UNDER_WAY

    def progress(self, stage: str, percent: int) -> None:
        """Tell how far the work is, and stay alive. Raises LeaseLost when another worker took over."""
        self._hold(stage=stage, percent=percent, lease_until=clock.now() + LEASE)

    def fail(self, cause: str, **facts: Any) -> None:
        """Have it tried again in a while, unless it was the last attempt or the cause is a lasting one."""
        if cause in self.LASTING or self.attempts >= MOST_ATTEMPTS:
            self._hold(status=Status.FAILED, cause=cause, **facts, **self._done())
        else:
            self._hold(status=Status.QUEUED, stage=WAITING, percent=0, lease_until=clock.now() + PATIENCE)

    def retry(self, **facts: Any) -> bool:
        """Let a failed work wait for a worker again, with new facts of it. False when somebody was first."""
        changed = type(self)._base_manager.filter(pk=self.pk, status=Status.FAILED)
        return bool(changed.update(**self._anew(), **facts))

    def renew(self, **facts: Any) -> bool:
        """Let a finished work whose file is gone wait again. False when somebody was first."""
        changed = type(self)._base_manager.filter(pk=self.pk, status=Status.READY, sha256=self.sha256)
        return bool(changed.update(**self._anew(), sha256="", size=None, **facts))

    def _anew(self) -> dict[str, Any]:
        return {
            "status": Status.QUEUED,
            "stage": WAITING,
            "percent": 0,
            "attempts": 0,
            "cause": "",
            "finished_at": None,
            "lease_until": clock.now() + PATIENCE,
        }

    def _finish(self, **file: Any) -> None:
        self._hold(status=Status.READY, percent=100, **file, **self._done())

    def _done(self) -> dict[str, Any]:
        return {"finished_at": clock.now(), "lease_until": None, "lease_token": ""}

    def _hold(self, **changes: Any) -> None:
        """Write, but only while the lease is this worker's own."""
        mine = type(self)._base_manager.filter(
            pk=self.pk, status=Status.BUILDING, lease_token=self.lease_token
        )
        if not self.lease_token or not mine.update(**changes):
            raise LeaseLost(self.pk)
        for name, value in changes.items():
            setattr(self, name, value)


def lease_of_a_new_job(now: datetime) -> datetime:
    """From when on the sweep rings for a new work."""
    return now + PATIENCE
