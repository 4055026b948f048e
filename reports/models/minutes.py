"""The minutes of a panel (berita acara): the PDF of one closed consensus. Its life is that of every work (job.py)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import Reconciliation, Seat
from reports.models.job import Job, JobQuerySet
from reports.models.report import Stage

if TYPE_CHECKING:
    from opd.models import User


class MinutesCause(models.TextChoices):
    """Why minutes were not finished, in words for the person who waits for them. The codes are those of `build`."""

    PAGES = "pages", _("The minutes would have more than 300 pages. Tell the administrator. [BA-PAGES]")
    MEMORY = (
        "memory",
        _("The minutes need more memory than they may use. Tell the administrator. [BA-MEMORY]"),
    )
    TIME = "time", _("Building took too long and was stopped. Try again when it is quieter. [BA-TIME]")
    BROKEN = (
        "broken",
        _("The finished file could not be opened, so it was not kept. Build it again. [BA-FILE]"),
    )
    ALTERED = (
        "altered",
        _(
            "The frozen consensus does not agree with its digest, so nothing was made of it. "
            "Tell the administrator. [BA-FROZEN]"
        ),
    )
    SCHEMA = (
        "schema",
        _("The consensus was frozen by a newer version of the portal. Tell the administrator. [BA-SCHEMA]"),
    )
    STORAGE = (
        "storage",
        _(
            "The file could not be stored; the disk may be full. What was frozen is kept. Tell the "
            "administrator, then build the minutes again. [BA-DISK]"
        ),
    )
    RIGHT = (
        "right",
        _("The person who asked may no longer read this consensus. Somebody else may ask again. [BA-RIGHT]"),
    )
    CRASHED = (
        "crashed",
        _("Building stopped unexpectedly. Build it again; what was frozen is kept. [BA-STOP]"),
    )


class MinutesQuerySet(JobQuerySet):
    """The only place that knows how minutes are found."""

    def visible_to(self, user: "User") -> Self:
        """Whoever reads the closed consensus reads its minutes; before the closing there are none."""
        return self.filter(reconciliation__in=Reconciliation.objects.visible_to(user).closed().values("pk"))

    def of_window(self, window_id: int) -> Self:
        return self.filter(reconciliation__window=window_id)

    def for_page(self) -> Self:
        return self.select_related("reconciliation__window__city", "requested_by").defer(
            "reconciliation__payload"
        )

    def for_work(self) -> Self:
        return super().for_work().select_related("reconciliation__window__city")


class Minutes(Job):
    """The document of one closed revision: its version is the revision's, and the same one gives the same bytes."""

    FIRST_STAGE = Stage.CHAPTERS
    LASTING = frozenset({MinutesCause.PAGES, MinutesCause.ALTERED, MinutesCause.SCHEMA, MinutesCause.RIGHT})

    reconciliation = models.OneToOneField(
        Reconciliation, models.PROTECT, related_name="minutes", verbose_name=_("reconciliation")
    )
    stage = models.CharField(_("stage"), max_length=8, choices=Stage, default=Stage.WAITING)
    cause = models.CharField(_("why it was not finished"), max_length=8, choices=MinutesCause, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, editable=False)

    objects = MinutesQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("minutes of a panel")
        verbose_name_plural = _("minutes of panels")
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return gettext("Minutes %(number)s, version %(version)s") % {
            "number": self.reconciliation.number,
            "version": self.version,
        }

    def get_absolute_url(self) -> str:
        return reverse("reports:minutes", args=[self.reconciliation.window_id])

    @property
    def version(self) -> int:
        return int(self.reconciliation.revision)

    @property
    def city_id(self) -> int:
        """The city whose panel agreed, for the audit trail."""
        return int(self.reconciliation.city_id)

    @property
    def file_name(self) -> str:
        """The name a download gets: the number of the consensus, nothing a person typed."""
        return f"BERITA-ACARA-{self.reconciliation.number}.pdf"

    def finish(self, *, sha256: str, size: int, pages: int) -> None:
        """Name the finished file. Raises LeaseLost; then the row is untouched."""
        self._finish(sha256=sha256, size=size, pages=pages)


def panel_seat_of(user: "User", window_id: int) -> bool:
    """Whether a person holds a usable seat of the window that has handed in: such a seat reads the consensus."""
    held = Seat.objects.usable_by(user).filter(window=window_id, handed_in_at__isnull=False)
    return held.exists()
