"""A report and its life: the row is the truth, a message in the queue only rings the bell.

A worker claims the row for a while (the lease), renews the lease with every step it tells, and finishes only
while the lease is still its own. So a message delivered twice does nothing, a lost one is found by the sweep,
and a worker that died is replaced when its lease ends.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import EvaluationWindow
from opd.models import City
from reports.rules import READERS
from smartcity.lib import clock

if TYPE_CHECKING:
    from opd.models import User

MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=120)
PATIENCE = timedelta(seconds=60)  # how long a report may wait before the bell is rung again


class LeaseLost(Exception):
    """Another worker has the report now; whatever this one made is thrown away."""


class Status(models.TextChoices):
    """Where a report stands."""

    QUEUED = "queued", _("Waiting")
    BUILDING = "building", _("Being built")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Not finished")


UNDER_WAY = frozenset({Status.QUEUED, Status.BUILDING})


class Stage(models.TextChoices):
    """What the worker is doing, in order."""

    WAITING = "waiting", _("Waiting for its turn")
    CHAPTERS = "chapters", _("Writing the chapters")
    LAYOUT = "layout", _("Laying out the pages")
    WRITE = "write", _("Writing the PDF")
    CHECK = "check", _("Checking the file")


class Cause(models.TextChoices):
    """Why a report was not finished, in words for the person who waits for it."""

    PAGES = (
        "pages",
        _("The report would have more than 300 pages. Shorten the longest texts first. [RPT-PAGES]"),
    )
    MEMORY = (
        "memory",
        _("The report needs more memory than it may use. Use fewer photos first. [RPT-MEMORY]"),
    )
    TIME = "time", _("Building took too long and was stopped. Try again when it is quieter. [RPT-TIME]")
    BROKEN = (
        "broken",
        _("The finished file could not be opened, so it was not kept. Build it again. [RPT-FILE]"),
    )
    CRASHED = (
        "crashed",
        _("Building stopped unexpectedly. Build it again; the data of the report is kept. [RPT-STOP]"),
    )
    RIGHT = (
        "right",
        _("The person who asked may no longer ask for reports of this city. Build a new one. [RPT-RIGHT]"),
    )
    SCHEMA = "schema", _("The report's data was written by a newer version of the portal. [RPT-SCHEMA]")
    STORAGE = (
        "storage",
        _("The file could not be stored; the disk may be full. Tell the administrator. [RPT-DISK]"),
    )


# What comes out the same however often it is tried
LASTING = frozenset({Cause.PAGES, Cause.RIGHT, Cause.SCHEMA})


class ReportQuerySet(models.QuerySet["Report"]):
    """The only place that knows how reports are found and claimed."""

    def visible_to(self, user: "User") -> Self:
        """Reports of the cities a person works for; agencies and assessors see none."""
        return self.filter(city__in=user.cities(*READERS))

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def in_year(self, year: int) -> Self:
        return self.filter(year=year)

    def for_list(self) -> Self:
        """Everything but the frozen inputs, which may be large."""
        return self.defer("inputs").select_related("city", "window").order_by("-year", "-version")

    def ready(self) -> Self:
        return self.filter(status=Status.READY)

    def failed(self) -> Self:
        return self.filter(status=Status.FAILED)

    def under_way(self) -> Self:
        return self.filter(status__in=UNDER_WAY)

    def next_version(self, city_id: int, year: int, kind: str) -> int:
        """The next version of a city's year; the unique constraint decides a race."""
        found = self.filter(city=city_id, year=year, kind=kind).aggregate(last=Max("version"))
        return (found["last"] or 0) + 1

    def claim(self, pk: int) -> "Report | None":
        """Take a waiting report, or one whose worker is gone, by one conditional update; else None."""
        now, token = clock.now(), secrets.token_hex(16)
        free = Q(status=Status.QUEUED) | Q(status=Status.BUILDING, lease_until__lt=now)
        taken = self.filter(free, pk=pk, attempts__lt=MOST_ATTEMPTS).update(
            status=Status.BUILDING,
            stage=Stage.CHAPTERS,
            percent=0,
            attempts=F("attempts") + 1,
            started_at=now,
            lease_token=token,
            lease_until=now + LEASE,
        )
        return self.select_related("city", "requested_by").get(pk=pk) if taken else None

    def to_ring_for(self) -> list[int]:
        """Return reports nobody works on although they should be built; then leave each alone for a while."""
        now = clock.now()
        lost = self.under_way().filter(lease_until__lt=now, attempts__lt=MOST_ATTEMPTS)
        found = list(lost.order_by("pk").values_list("pk", flat=True))
        # Only waiting rows get a later date: a dead worker's lease must stay ended until it is claimed.
        self.filter(pk__in=found, status=Status.QUEUED).update(lease_until=now + PATIENCE)
        return found

    def give_up(self) -> int:
        """Fail reports whose last worker died, too; return how many."""
        now = clock.now()
        spent = self.filter(status=Status.BUILDING, lease_until__lt=now, attempts__gte=MOST_ATTEMPTS)
        return spent.update(
            status=Status.FAILED, cause=Cause.CRASHED, finished_at=now, lease_until=None, lease_token=""
        )


class Report(models.Model):
    """One version of a city's readiness report: its frozen data, and the file made of it."""

    class Kind(models.TextChoices):
        READINESS = "readiness", _("Readiness report of the city")

    city = models.ForeignKey(City, models.PROTECT, related_name="reports", verbose_name=_("city"))
    window = models.ForeignKey(
        EvaluationWindow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("window"),
    )
    year = models.PositiveSmallIntegerField(_("evaluated year"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.READINESS)
    number = models.CharField(_("number"), max_length=40)
    version = models.PositiveIntegerField(_("version"))

    # What it says: written once, never changed
    inputs = models.JSONField(_("frozen data"), encoder=DjangoJSONEncoder, editable=False)
    digest = models.CharField(_("fingerprint of the data"), max_length=64, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_role = models.CharField(_("in the role"), max_length=16)
    requested_at = models.DateTimeField(_("requested at"), default=clock.now)
    idempotency_key = models.CharField(max_length=64, unique=True, editable=False)

    # How far it is
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.QUEUED)
    stage = models.CharField(_("stage"), max_length=8, choices=Stage, default=Stage.WAITING)
    percent = models.PositiveSmallIntegerField(_("per cent"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Building: until when the worker may be silent. Waiting: from when on the bell is rung again.
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    cause = models.CharField(_("why it was not finished"), max_length=8, choices=Cause, blank=True)

    # The file, named by its content
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size"), null=True, editable=False)
    pages = models.PositiveIntegerField(_("pages"), null=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-year", "-version"]
        indexes = [models.Index(fields=["status", "lease_until"])]
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "kind", "version"], name="report_version_once"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="report_percent_0_to_100"),
            models.CheckConstraint(
                condition=Q(status=Status.READY) ^ Q(sha256=""), name="report_ready_has_file"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FAILED, cause__gt="") | (~Q(status=Status.FAILED) & Q(cause="")),
                name="report_failed_has_cause",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNDER_WAY) | Q(lease_until__isnull=False),
                name="report_under_way_has_date",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(number)s version %(version)s") % {"number": self.number, "version": self.version}

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        """Whether it is waiting or being built."""
        return self.status in UNDER_WAY

    @property
    def file_name(self) -> str:
        """The name a download gets: number and version, nothing a person typed."""
        return f"{self.number}-V{self.version}.pdf"

    def progress(self, stage: str, percent: int) -> None:
        """Tell how far the work is, and stay alive. Raises LeaseLost when another worker took over."""
        self._hold(stage=stage, percent=percent, lease_until=clock.now() + LEASE)

    def finish(self, *, sha256: str, size: int, pages: int) -> None:
        """Name the finished file. Raises LeaseLost; then the row is untouched."""
        file = {"sha256": sha256, "size": size, "pages": pages}
        self._hold(status=Status.READY, percent=100, **file, **self._done())

    def fail(self, cause: str) -> None:
        """Have it tried again in a while, unless it was the last attempt or the cause is a lasting one."""
        if cause in LASTING or self.attempts >= MOST_ATTEMPTS:
            self._hold(status=Status.FAILED, cause=cause, **self._done())
        else:
            self._hold(
                status=Status.QUEUED, stage=Stage.WAITING, percent=0, lease_until=clock.now() + PATIENCE
            )

    def retry(self) -> bool:
        """Let a failed report wait for a worker again. False when somebody was first."""
        changed = Report.objects.filter(pk=self.pk, status=Status.FAILED).update(
            status=Status.QUEUED,
            stage=Stage.WAITING,
            percent=0,
            attempts=0,
            cause="",
            finished_at=None,
            lease_until=clock.now() + PATIENCE,
        )
        return bool(changed)

    def _done(self) -> dict[str, Any]:
        return {"finished_at": clock.now(), "lease_until": None, "lease_token": ""}

    def _hold(self, **changes: Any) -> None:
        """Write, but only while the lease is this worker's own."""
        mine = Report.objects.filter(pk=self.pk, status=Status.BUILDING, lease_token=self.lease_token)
        if not self.lease_token or not mine.update(**changes):
            raise LeaseLost(self.pk)
        for name, value in changes.items():
            setattr(self, name, value)


def lease_of_a_new_report(now: datetime) -> datetime:
    """From when on the sweep rings for a new report."""
    return now + PATIENCE
