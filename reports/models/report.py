"""A readiness report: its frozen data, and the PDF made of it. Its life is that of every work (job.py)."""

from typing import TYPE_CHECKING, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import EvaluationWindow
from opd.models import City
from reports.models.job import Job, JobQuerySet
from reports.rules import READERS

if TYPE_CHECKING:
    from opd.models import User


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


class ReportQuerySet(JobQuerySet):
    """The only place that knows how reports are found."""

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

    def next_version(self, city_id: int, year: int, kind: str) -> int:
        """The next version of a city's year; the unique constraint decides a race."""
        found = self.filter(city=city_id, year=year, kind=kind).aggregate(last=Max("version"))
        return (found["last"] or 0) + 1

    def for_work(self) -> Self:
        return super().for_work().select_related("city")


class Report(Job):
    """One version of a city's readiness report: its frozen data, and the file made of it."""

    FIRST_STAGE = Stage.CHAPTERS
    LASTING = frozenset({Cause.PAGES, Cause.RIGHT, Cause.SCHEMA})

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
    requested_role = models.CharField(_("in the role"), max_length=16)
    idempotency_key = models.CharField(max_length=64, unique=True, editable=False)

    stage = models.CharField(_("stage"), max_length=8, choices=Stage, default=Stage.WAITING)
    cause = models.CharField(_("why it was not finished"), max_length=8, choices=Cause, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "kind", "version"], name="report_version_once"),
            *Job.Meta.constraints,
        ]

    def __str__(self) -> str:
        return gettext("%(number)s version %(version)s") % {"number": self.number, "version": self.version}

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.pk])

    @property
    def file_name(self) -> str:
        """The name a download gets: number and version, nothing a person typed."""
        return f"{self.number}-V{self.version}.pdf"

    def finish(self, *, sha256: str, size: int, pages: int) -> None:
        """Name the finished file. Raises LeaseLost; then the row is untouched."""
        self._finish(sha256=sha256, size=size, pages=pages)
