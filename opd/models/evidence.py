"""Evidence: what is claimed about a document, and the stored bytes it points to."""

import re
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from opd.models.document import Document, EvidenceKind, StoredFile
from opd.models.progress import Progress
from opd.models.quick_win import QuickWin, Status
from smartcity.lib import clock

if TYPE_CHECKING:
    from opd.models.people import User


def pages_of(text: str) -> list[int]:
    """The pages a person named: "3", "3-5", "hal. 3 sampai 5"; empty when there is no number in it.

    >>> pages_of("hal. 3 sampai 5"), pages_of("3, 7"), pages_of("lampiran")
    ([3, 4, 5], [3, 7], [])
    """
    numbers = [int(found) for found in re.findall(r"\d{1,4}", text)]
    between = re.search(r"\d\s*(?:-|–|s\.?/?d\.?|sampai|hingga|to)\s*\d", text)
    if len(numbers) == 2 and between and numbers[0] < numbers[1]:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers


class Claim(models.Model):
    """What is said of a document, photo or link, and what a reader should look at.

    A subclass says what it shows, and has the `stored_file` and the `document` of the bank.
    """

    stored_file: Any
    stored_file_id: str | None
    document: Any
    document_id: int | None

    kind = models.CharField(_("kind"), max_length=12, choices=EvidenceKind)
    title = models.CharField(_("name"), max_length=200)
    original_name = models.CharField(_("file name"), max_length=255, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    document_date = models.DateField(_("document date"), null=True, blank=True)
    page = models.CharField(_("page to look at"), max_length=40, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    sample = models.BooleanField(_("example"), default=False, help_text=_("Made up for a demonstration."))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    created_at = models.DateTimeField(_("added at"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stored_file__isnull=False, url="") | (Q(stored_file__isnull=True) & ~Q(url="")),
                name="%(class)s_file_or_link",
                violation_error_message=_("Evidence is a file or a link, one of the two."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_for(self) -> str:
        """What it is evidence of, as people name it: "QW-2022-004", "OP-3 (2022)". Each subclass says it."""
        raise NotImplementedError

    @property
    def is_photo(self) -> bool:
        return self.kind == EvidenceKind.PHOTO

    def flags(self, year: int) -> list[str]:
        """Sentences that warn the uploader what an assessor will doubt; empty when all is well."""
        found = []
        if not self.is_photo and self.stored_file_id and not (self.document_date and self.page):
            found.append(_t("Document date or page to look at is still empty"))
        if self.asks_validity(year):
            found.append(_t("Older than the evaluated year. Still valid? Write until when."))
        return found + self._doubts() + self._doubts_of_document()

    def asks_validity(self, year: int) -> bool:
        """Whether it was carried over from an earlier year and nobody has said that it still holds."""
        day = self.document_date or (self.document and self.document.document_date)
        old = bool(day and day.year < year)
        return old and not self._still_valid(year) and not (self.document and self.document.ended)

    def _doubts_of_document(self) -> list[str]:
        """What is known in the bank: that it ended, or that a newer version took its place."""
        document = self.document
        if document is None:
            return []
        found = (
            [_t("Said to hold no longer. Take it off, or show what replaced it.")] if document.ended else []
        )
        return found + ([_t("There is a newer version of it.")] if document.replaced_by_id else [])

    def _doubts(self) -> list[str]:
        """What is wrong with the pages to look at, or with all of them where none is named."""
        stored = self.stored_file
        if stored is None or not stored.doubts or not stored.pages:
            return []
        named = [page for page in pages_of(self.page) if page <= stored.pages]
        if not named and pages_of(self.page):
            return [_t("The document has only %(pages)s pages.") % {"pages": stored.pages}]
        looked_at = set(named or range(1, stored.pages + 1))
        found = []
        for kind, one, every in (
            ("empty", _t("Page %(page)s is empty. Name the page that shows it."), _t("Every page is empty.")),
            (
                "faint",
                _t("Page %(page)s is a scan that can hardly be read. Scan it again, at 200 dpi or more."),
                _t("The scan can hardly be read. Scan it again, at 200 dpi or more."),
            ),
        ):
            doubtful = looked_at & set(stored.doubts[kind])
            if named and doubtful:
                found.append(one % {"page": min(doubtful)})
            elif doubtful and doubtful == looked_at:
                found.append(every)
        return found

    def _still_valid(self, year: int) -> bool:
        document = self.document
        if document and document.confirmed_for and document.confirmed_for >= year:
            return True
        until = [day for day in (self.valid_until, document and document.valid_until) if day]
        return bool(until) and max(until) >= date(year, 1, 1)


#: In these the text is what was submitted last, so it is everybody's who may see it.
AS_SUBMITTED = (Status.SUBMITTED, Status.VERIFIED, Status.RECORDED)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """How evidence is found."""

    def visible_to(self, user: "User") -> Self:
        """Evidence of what a person may see; to others than the agency, only what it has submitted."""
        own = user.opds()
        sent = Q(created_at__lte=F("quick_win__submitted_at")) | Q(quick_win__status=Status.RECORDED)
        of_quick_win = (sent | Q(quick_win__opd__in=own)) & Q(quick_win__in=QuickWin.objects.visible_to(user))
        sent = Q(created_at__lte=F("progress__submitted_at"))
        of_progress = (sent | Q(progress__opd__in=own)) & Q(progress__in=Progress.objects.visible_to(user))
        return self.filter(of_quick_win | of_progress).select_related(
            "stored_file", "document", "quick_win__opd", "progress__opd", "progress__program"
        )

    def standing_for(self, user: "User") -> Self:
        """What the bank shows a person: the agency its own, others what stands as it was submitted.

        What is back with the agency may be changed at any moment: others find it again when it is submitted again.
        """
        own, seen = user.opds(), QuickWin.objects.visible_to(user).order_by().values("pk")
        reports = Progress.objects.visible_to(user).order_by().values("pk")
        wins = Q(quick_win__opd__in=own) | Q(quick_win__in=seen, quick_win__status__in=AS_SUBMITTED)
        told = Q(progress__opd__in=own) | Q(progress__in=reports, progress__status__in=AS_SUBMITTED)
        return self.filter(wins | told)

    def without_document(self, city_id: int) -> Self:
        """Evidence of a city that is not in the bank yet, the oldest first."""
        of_city = Q(quick_win__city=city_id) | Q(progress__city=city_id)
        joins = "stored_file", "quick_win", "progress"
        return self.filter(of_city, document__isnull=True).select_related(*joins).order_by("created_at", "pk")

    def for_uses(self) -> Self:
        joins = "stored_file", "document", "quick_win__opd", "progress__opd", "progress__program"
        return self.select_related(*joins).order_by("-pk")

    def of(self, owner: QuickWin | Progress) -> Self:
        """The evidence of one quick win or progress report."""
        return self.filter(progress=owner) if isinstance(owner, Progress) else self.filter(quick_win=owner)

    def of_opd(self, opd_id: int) -> Self:
        """Everything an agency has attached, whatever it shows."""
        return self.filter(Q(quick_win__opd=opd_id) | Q(progress__opd=opd_id))

    def of_own_year(self, user: "User", year: int) -> Self:
        """What the person's agencies attached to the records of a year, by name."""
        own = user.opds()
        of_quick_win = Q(quick_win__opd__in=own, quick_win__year=year)
        return self.filter(of_quick_win | Q(progress__opd__in=own, progress__year=year)).order_by(
            "title", "pk"
        )

    def of_documents(self, documents: Collection[int]) -> Self:
        """Every use of these documents, with what it is evidence of."""
        return self.filter(document__in=documents).select_related("quick_win", "progress__program")

    def for_list(self) -> Self:
        """With everything a payload says of a piece."""
        return self.select_related("stored_file", "document__answer__by").order_by("created_at", "pk")


class Evidence(Claim):
    """A piece of evidence of a quick win or of a progress report."""

    quick_win = models.ForeignKey(
        QuickWin, models.CASCADE, null=True, blank=True, related_name="evidence", verbose_name=_("quick win")
    )
    progress = models.ForeignKey(
        Progress,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("progress report"),
    )
    stored_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, editable=False, related_name="evidence", verbose_name=_("document")
    )  # fmt: skip

    objects = EvidenceQuerySet.as_manager()

    class Meta(Claim.Meta):
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(
                condition=Q(quick_win__isnull=False, progress__isnull=True)
                | Q(quick_win__isnull=True, progress__isnull=False),
                name="evidence_of_one_thing",
            ),
        ]

    @property
    def owner(self) -> QuickWin | Progress:
        """What it is evidence of: a quick win or a progress report."""
        owner = self.quick_win or self.progress
        assert owner is not None  # the constraint evidence_of_one_thing
        return owner

    @property
    def shown_for(self) -> str:
        return self.owner.code
