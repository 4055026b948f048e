"""A dossier: everything a snapshot froze, as one archive for assessors who work outside the portal."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import Seat, Snapshot
from reports.models.job import Job, JobQuerySet
from reports.rules import DOSSIER_READERS

if TYPE_CHECKING:
    from opd.models import User


class DossierStage(models.TextChoices):
    """What the worker is doing, in order."""

    WAITING = "waiting", _("Waiting for its turn")
    READ = "read", _("Reading what was frozen")
    COPY = "copy", _("Copying the evidence")
    CHECK = "check", _("Checking the file")


class DossierCause(models.TextChoices):
    """Why a dossier was not finished, in words for the person who waits for it."""

    MISSING = (
        "missing",
        _(
            "A file of the evidence is missing in the store or was changed there. The administrator restores it "
            "from the backup; then build the dossier again. [DOS-FILE]"
        ),
    )
    ALTERED = (
        "altered",
        _(
            "The frozen material does not agree with its digest, so nothing was made of it. "
            "Tell the administrator. [DOS-FROZEN]"
        ),
    )
    SCHEMA = (
        "schema",
        _("The material was frozen by a newer version of the portal. Tell the administrator. [DOS-SCHEMA]"),
    )
    TIME = "time", _("Building took too long and was stopped. Try again when it is quieter. [DOS-TIME]")
    STORAGE = (
        "storage",
        _(
            "The file could not be stored; the disk may be full. What was frozen is kept. Tell the "
            "administrator, then build the dossier again. [DOS-DISK]"
        ),
    )
    RIGHT = (
        "right",
        _("The person who asked may no longer read this material. Somebody else may ask again. [DOS-RIGHT]"),
    )
    CRASHED = (
        "crashed",
        _("Building stopped unexpectedly. Build it again; what was frozen is kept. [DOS-STOP]"),
    )


class DossierQuerySet(JobQuerySet):
    """The only place that knows how dossiers are found."""

    def visible_to(self, user: "User") -> Self:
        """Reviewer, planner and auditor of the city; an assessor with a usable seat in that very window."""
        seated = Seat.objects.usable_by(user).values("window")
        cities = user.cities(*DOSSIER_READERS)
        return self.filter(Q(snapshot__window__city__in=cities) | Q(snapshot__window__in=seated))

    def of_window(self, window_id: int) -> Self:
        return self.filter(snapshot__window=window_id)

    def for_page(self) -> Self:
        return self.select_related("snapshot__window__city", "requested_by").order_by("-snapshot__version")

    def for_work(self) -> Self:
        return super().for_work().select_related("snapshot__window__city", "snapshot__window__instrument")


class Dossier(Job):
    """The archive of one snapshot: its version is the snapshot's, and the same snapshot gives the same bytes."""

    FIRST_STAGE = DossierStage.READ
    LASTING = frozenset({DossierCause.MISSING, DossierCause.ALTERED, DossierCause.SCHEMA, DossierCause.RIGHT})

    snapshot = models.OneToOneField(
        Snapshot, models.PROTECT, related_name="dossier", verbose_name=_("snapshot")
    )
    stage = models.CharField(_("stage"), max_length=8, choices=DossierStage, default=DossierStage.WAITING)
    cause = models.CharField(_("why it was not finished"), max_length=8, choices=DossierCause, blank=True)
    #: which file of which question, for the cause "missing"
    detail = models.CharField(_("where"), max_length=300, blank=True, editable=False)
    entries = models.PositiveIntegerField(_("files inside"), null=True, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return gettext("Dossier, version %(version)s") % {"version": self.version}

    def get_absolute_url(self) -> str:
        return reverse("reports:dossiers", args=[self.snapshot.window_id])

    @property
    def version(self) -> int:
        return int(self.snapshot.version)

    @property
    def city_id(self) -> int:
        """The city whose material it holds, for the audit trail."""
        return int(self.snapshot.window.city_id)

    @property
    def file_name(self) -> str:
        """The name a download gets: year, region and version, nothing a person typed."""
        window = self.snapshot.window
        region = window.city.code.replace(".", "")
        return f"BERKAS-{window.year}-{region}-{window.pk}-V{self.version}.zip"

    def finish(self, *, sha256: str, size: int, entries: int) -> None:
        """Name the finished file. Raises LeaseLost; then the row is untouched."""
        self._finish(sha256=sha256, size=size, entries=entries, detail="")
