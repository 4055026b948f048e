"""Workbooks on their way into the portal: the row is the truth, a message in the queue only rings the bell.

A job is read, mapped by a person, checked, consented to and saved. Whoever works on it holds a lease, so that a
message delivered twice does nothing, and a worker that died is replaced when its lease ends.
"""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.models.places import City, Opd
from opd.models.plan import YEARS
from smartcity.lib import clock

if TYPE_CHECKING:
    from opd.models.people import User

MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=400)  # longer than the tasks' hard time limit: whoever is silent so long is gone
PATIENCE = timedelta(seconds=60)  # how long a job may wait before the bell is rung again
KEPT = timedelta(days=30)  # what nobody consented to is thrown away after this


class LeaseLost(Exception):
    """Another worker has the job now; whatever this one made is rolled back."""


class ImportStatus(models.TextChoices):
    """Where an import stands. It is under way while a machine works, else a person has to do something."""

    READING = "reading", _("Being read")
    READ = "read", _("Columns to be confirmed")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Waits for consent")
    SAVING = "saving", _("Being saved")
    SAVED = "saved", _("Saved")
    REFUSED = "refused", _("Could not be read")
    FAILED = "failed", _("Not finished")


UNDER_WAY = frozenset({ImportStatus.READING, ImportStatus.CHECKING, ImportStatus.SAVING})
OPEN = frozenset({ImportStatus.READ, ImportStatus.CHECKED})


class ImportKind(models.TextChoices):
    """What a list holds; the values of opd.imports.Kind."""

    ACTION_PLAN = "action_plan", _("Action plan (programmes)")
    QUICK_WIN = "quick_win", _("Quick wins")


class Outcome(models.TextChoices):
    """What saving a row would do."""

    CREATE = "create", _("New")
    CHANGE = "change", _("Changed")
    SAME = "same", _("No change")
    REFUSED = "refused", _("Refused")


GOOD = (Outcome.CREATE, Outcome.CHANGE)


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    """The only place that knows how imports are found and claimed."""

    def visible_to(self, user: "User") -> Self:
        """One's own: a list in the making is nobody else's business."""
        return self.filter(by=user)

    def for_list(self) -> Self:
        return self.defer("found", "mapping").select_related("opd").order_by("-pk")

    def narrowed(
        self, *, kind: str | None = None, status: str | None = None, text: str | None = None
    ) -> Self:
        """As a list page was narrowed; None narrows nothing. `status` is one of ImportStatus, or "open"."""
        rows = self.filter(kind=kind) if kind else self
        if status:
            rows = rows.filter(status__in=OPEN if status == "open" else [status])
        return rows.filter(original_name__icontains=text) if text else rows

    def claim(self, pk: int) -> "ImportJob | None":
        """Take a job that waits, or whose worker is gone, by one conditional update; else None."""
        now, token = clock.now(), secrets.token_hex(16)
        free = Q(lease_token="") | Q(lease_until__lt=now)
        taken = self.filter(free, pk=pk, status__in=UNDER_WAY, attempts__lt=MOST_ATTEMPTS).update(
            attempts=F("attempts") + 1, lease_token=token, lease_until=now + LEASE, done=0
        )
        return self.select_related("city", "opd", "by").get(pk=pk) if taken else None

    def to_ring_for(self) -> list[int]:
        """Return jobs nobody works on although somebody should; then leave each alone for a while."""
        now = clock.now()
        lost = self.filter(status__in=UNDER_WAY, lease_until__lt=now, attempts__lt=MOST_ATTEMPTS)
        found = list(lost.order_by("pk").values_list("pk", flat=True))
        # Only waiting rows get a later date: a dead worker's lease must stay ended until it is claimed.
        self.filter(pk__in=found, lease_token="").update(lease_until=now + PATIENCE)
        return found

    def give_up(self) -> int:
        """Fail jobs whose last worker died, too; return how many."""
        now = clock.now()
        spent = self.filter(status__in=UNDER_WAY, lease_until__lt=now, attempts__gte=MOST_ATTEMPTS)
        return spent.update(status=ImportStatus.FAILED, finished_at=now, lease_until=None, lease_token="")

    def forgotten(self) -> Self:
        """Never saved, and older than anybody will remember."""
        return self.filter(created_at__lt=clock.now() - KEPT).exclude(
            status__in=[*UNDER_WAY, ImportStatus.SAVED]
        )


class ImportJob(models.Model):
    """One workbook one person brings in."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    #: Whose columns are remembered; empty for the planner, who brings in the whole city's list.
    opd = models.ForeignKey(
        Opd, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind)
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports", verbose_name=_("by")
    )
    original_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.PositiveIntegerField(_("size"), editable=False)

    #: The tables that were found: sheet, header, columns, the first rows as text, how many rows.
    found = models.JSONField(default=list, editable=False)
    sheet = models.CharField(_("sheet"), max_length=255, blank=True)
    mapping = models.JSONField(default=dict, editable=False)  # letter of a column -> field, "" left out

    status = models.CharField(
        _("status"), max_length=8, choices=ImportStatus, default=ImportStatus.READING, editable=False
    )
    done = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    total = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # Worked on: until when the worker may be silent. Waiting: from when on the bell is rung again.
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    error = models.TextField(_("why it did not go on"), blank=True, editable=False)
    created = models.PositiveIntegerField(_("new rows saved"), default=0, editable=False)
    changed = models.PositiveIntegerField(_("changed rows saved"), default=0, editable=False)
    created_at = models.DateTimeField(_("brought in at"), default=clock.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["by", "-id"]),
            models.Index(fields=["status", "lease_until"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["reading", "checking", "saving"]) | Q(lease_until__isnull=False),
                name="import_under_way_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status="saved") | Q(finished_at__isnull=False), name="import_saved_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        return reverse("opd:import", args=[self.pk])

    @property
    def opd_or_city(self) -> str:
        return str(self.opd or self.city)

    @property
    def is_under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    def wait_for_worker(self, status: str) -> dict[str, Any]:
        """Return the columns of a job that a machine shall take on next."""
        return {
            "status": status,
            "attempts": 0,
            "done": 0,
            "lease_token": "",
            "lease_until": clock.now() + PATIENCE,
            "error": "",
        }

    def progress(self, done: int) -> None:
        """Tell how far the work is, and stay alive. Raises LeaseLost when another worker took over."""
        self.hold(done=done, lease_until=clock.now() + LEASE)

    def rest(self, status: str, **changes: Any) -> None:
        """Finish this worker's step. Raises LeaseLost; then the row is untouched."""
        self.hold(status=status, lease_until=None, lease_token="", **changes)

    def fail(self, error: str) -> None:
        """Have the step tried again in a while, unless this was the last attempt."""
        if self.attempts >= MOST_ATTEMPTS:
            self.rest(ImportStatus.FAILED, error=error, finished_at=clock.now())
        else:
            self.hold(lease_token="", lease_until=clock.now() + PATIENCE)

    def hold(self, **changes: Any) -> None:
        """Write, but only while the lease is this worker's own."""
        mine = ImportJob.objects.filter(pk=self.pk, status=self.status, lease_token=self.lease_token)
        if not self.lease_token or not mine.update(**changes):
            raise LeaseLost(self.pk)
        for name, value in changes.items():
            setattr(self, name, value)

    def counts(self) -> dict[str, int]:
        """How many rows have which outcome, and how many are chosen to be saved."""
        rows = self.rows.order_by()
        found = rows.aggregate(
            **{outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome},
            draft=Count("pk", filter=Q(draft=True)),
            chosen=Count("pk", filter=Q(chosen=True)),
        )
        return {name: int(number) for name, number in found.items()}


class ImportFile(models.Model):
    """The bytes of a workbook; kept out of the job's row, and gone when the import is saved."""

    job = models.OneToOneField(ImportJob, models.CASCADE, related_name="file", primary_key=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of import {self.job_id}"


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    """How checked rows are found."""

    def showing(self, what: str) -> Self:
        """Those with one outcome, the drafts among them, or all."""
        if what == "draft":
            return self.filter(draft=True)
        return self.filter(outcome=what) if what in Outcome.values else self

    def good(self) -> Self:
        return self.filter(outcome__in=GOOD)

    def chosen_to_save(self) -> Self:
        return self.good().filter(chosen=True).order_by("number")

    def refused(self) -> Self:
        return self.filter(outcome=Outcome.REFUSED).order_by("number")

    def saved(self) -> Self:
        return self.filter(saved=True).order_by("number")


class ImportRow(models.Model):
    """One row of a list as it was checked: what it says, what is said about it, what it would change.

    `values` are those of opd.imports as plain JSON; `before` holds the stored value of each field that changes.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    draft = models.BooleanField(default=False)
    chosen = models.BooleanField(default=False)
    values = models.JSONField(default=dict)
    typed = models.JSONField(default=dict)
    answers = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    #: The programme or quick win: the one found when checking, or the one that was made.
    object_id = models.PositiveBigIntegerField(null=True)
    seen_version = models.PositiveIntegerField(null=True)
    saved = models.BooleanField(default=False)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["job", "outcome", "number"])]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number} {self.outcome}"


class ColumnMemory(models.Model):
    """What an agency said a heading means: the next list of this kind is mapped by itself."""

    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    opd = models.ForeignKey(Opd, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=ImportKind)
    key = models.CharField(max_length=200)
    field = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "opd", "kind", "key"],
                condition=Q(opd__isnull=False),
                name="column_once_an_opd",
            ),
            models.UniqueConstraint(
                fields=["city", "kind", "key"], condition=Q(opd__isnull=True), name="column_once_a_city"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.field}"
