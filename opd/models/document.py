"""Stored bytes, and the documents agencies prove things with: each once, however often it is used."""

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opd.models.places import City, Opd
from smartcity.lib import clock
from smartcity.lib.models import Frozen, Stamped, Versioned
from smartcity.lib.search import TermsField
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from opd.models.people import User

#: So long before its last day a document is said to expire soon.
SOON = timedelta(days=60)


class EvidenceKind(models.TextChoices):
    REGULATION = "regulation", _("Regulation")
    DECREE = "decree", _("Decree")
    MINUTES = "minutes", _("Minutes")
    AGREEMENT = "agreement", _("Agreement")
    REPORT = "report", _("Report")
    DOCUMENT = "document", _("Other document")
    DATA = "data", _("Data")
    PHOTO = "photo", _("Photo")
    LINK = "link", _("Link")


class StoredFile(models.Model):
    """Bytes kept once under their SHA-256, whatever they are evidence of."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    pages = models.PositiveIntegerField(_("pages"), null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_preview = models.BooleanField(default=False)
    # {"empty": [3], "faint": [2]}: pages that show nothing, or only a coarse scan; null where nobody looked
    doubts = models.JSONField(null=True, editable=False)
    stored_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def tile(self) -> str:
        """The short word shown in place of a picture."""
        return {
            "application/pdf": "PDF",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        }.get(self.media_type, self.media_type.rpartition("/")[2].upper()[:4])


class Validity(models.TextChoices):
    """Whether a document still holds. Derived each time (`Document.validity`), never stored."""

    VALID = "valid", pgettext_lazy("document", "Valid")
    EXPIRING = "expiring", _("Expires soon")
    EXPIRED = "expired", _("Expired")
    ENDED = "ended", _("No longer valid")
    UNCONFIRMED = "unconfirmed", _("Still valid? Not confirmed")
    UNDATED = "undated", _("Without a date")


def key_of(stored_file_id: str | None, url: str) -> str:
    """What makes two documents of an agency one: the digest of the bytes, of a link that of its address."""
    return stored_file_id or hashlib.sha256(url.encode()).hexdigest()


class DocumentQuerySet(models.QuerySet["Document"]):
    """How documents are found. Which uses a person may see is asked in evaluations/bank.py, which knows them all."""

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def of_own_opds(self, user: "User") -> Self:
        return self.filter(opd__in=user.opds())

    def of_opd(self, opd_id: int | None) -> Self:
        return self.filter(opd=opd_id)

    def current(self) -> Self:
        """What one would still show: neither replaced by a newer version nor said to have ended."""
        return self.filter(replaced_by__isnull=True, ended=False)

    def with_files(self) -> Self:
        return self.filter(stored_file__isnull=False)

    def named(self, query: str) -> Self:
        """Documents that went by these words, in any form of them."""
        return self.filter(terms__finds=query)

    def in_state(self, state: str, year: int, today: date) -> Self:
        """Documents whose `validity` is `state`: the same rules as there, asked of the database."""
        return self.filter(_state(state, year, today))

    def chain(self, document: "Document") -> Self:
        """All versions of a document, the newest first."""
        first = document.origin_id or document.pk
        return self.filter(Q(pk=first) | Q(origin=first)).order_by("-created_at", "-pk")

    def for_list(self) -> Self:
        return self.select_related("stored_file", "opd", "replaced_by").defer("terms")


def _state(state: str, year: int, today: date) -> Q:
    lasts = Q(ended=False, valid_until__gte=today)
    open_ended = Q(ended=False, valid_until__isnull=True)
    confirmed = Q(confirmed_for__gte=year)
    asked = open_ended & ~(Q(confirmed_for__isnull=False) & confirmed)
    dated = Q(document_date__gte=date(year, 1, 1))
    return {
        Validity.ENDED: Q(ended=True),
        Validity.EXPIRED: Q(ended=False, valid_until__lt=today),
        Validity.EXPIRING: lasts & Q(valid_until__lte=today + SOON),
        Validity.VALID: (lasts & Q(valid_until__gt=today + SOON))
        | (open_ended & confirmed)
        | (asked & Q(document_date__isnull=False) & dated),
        Validity.UNCONFIRMED: asked & Q(document_date__lt=date(year, 1, 1)),
        Validity.UNDATED: asked & Q(document_date__isnull=True),
    }[Validity(state)]


class Document(Stamped, Versioned):
    """A file or link an agency has: what is true of it whatever it shows, and which version came after it.

    Name and page are said per use (`Claim`) and are seen as the use is; kind, date, period, validity and note are said
    of the document and are seen by whoever sees one of its uses. Without an agency it is the secretariat's own.
    """

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    opd = models.ForeignKey(Opd, models.PROTECT, null=True, related_name="+", verbose_name=_("agency"))
    key = models.CharField(max_length=64, editable=False)
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="documents")
    url = models.URLField(_("link"), max_length=500, blank=True)

    kind = models.CharField(_("kind"), max_length=12, choices=EvidenceKind, default=EvidenceKind.DOCUMENT)
    document_date = models.DateField(_("document date"), null=True, blank=True)
    period_from = models.DateField(_("covers from"), null=True, blank=True)
    period_to = models.DateField(_("covers until"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, validators=[plain_text])
    sample = models.BooleanField(_("example"), default=False, help_text=_("Made up for a demonstration."))

    # the newest answer to "still valid?", yes or no: who gave it, when and why stands in that line of the history
    answer = models.ForeignKey("DocumentEvent", models.PROTECT, null=True, editable=False, related_name="+")
    confirmed_for = models.PositiveSmallIntegerField(_("confirmed for the year"), null=True, editable=False)
    ended = models.BooleanField(_("no longer valid"), default=False, editable=False)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="replaces", verbose_name=_("newer version")
    )  # fmt: skip
    # the first version of its chain; empty for that one itself
    origin = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")

    # every name it was attached under, for the agency's own search
    names = models.TextField(editable=False, blank=True)
    terms = TermsField(editable=False, default="")
    # the beginning of its first name in small letters: a list by name needs something to stand on
    place = models.CharField(max_length=60, editable=False, default="")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [models.Index(fields=["city", "opd"]), models.Index(fields=["city", "place"])]
        constraints = [
            models.UniqueConstraint(
                fields=["opd", "key"], condition=Q(opd__isnull=False), name="document_once_per_opd"
            ),
            models.UniqueConstraint(
                fields=["city", "key"], condition=Q(opd__isnull=True), name="document_once_per_secretariat"
            ),
            models.CheckConstraint(
                condition=Q(stored_file__isnull=False, url="") | (Q(stored_file__isnull=True) & ~Q(url="")),
                name="document_file_or_link",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True)
                | Q(period_to__isnull=True)
                | Q(period_to__gte=models.F("period_from")),
                name="document_period",
                violation_error_message=_("The end of the period lies before its beginning."),
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=models.F("pk")),
                name="document_not_its_own_successor",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluations:document", args=[self.pk])

    @property
    def title(self) -> str:
        """The name it got last; for the agency's own eyes, others read the names of the uses they see."""
        return self.names.rpartition("\n")[2] or self.url[:200] or self.key[:12]

    def called(self, name: str) -> None:
        """Remember one more name; the newest stands last."""
        kept = [line for line in self.names.split("\n") if line and line != name]
        self.names = "\n".join([*kept, name][-20:])
        self.place = self.place or name.lower()[:60]
        self.index()

    def index(self) -> None:
        self.terms = f"{self.names}\n{self.note}"

    def asks_validity(self, year: int, *, answered: bool = True) -> bool:
        """Whether it is from before `year`, and neither a day nor a person says that it still holds.

        Without `answered`, what was confirmed does not count: it was confirmed by another agency.
        """
        day, until = self.document_date, self.valid_until
        if self.ended or day is None or day.year >= year or (until and until >= date(year, 1, 1)):
            return False
        return not (answered and self.confirmed_for and self.confirmed_for >= year)

    def validity(self, year: int, today: date) -> Validity:
        """Whether it holds for `year`, as it is known `today`. `in_state` asks the same of the database."""
        if self.ended:
            return Validity.ENDED
        if self.valid_until:
            if self.valid_until < today:
                return Validity.EXPIRED
            return Validity.EXPIRING if self.valid_until <= today + SOON else Validity.VALID
        if self.confirmed_for and self.confirmed_for >= year:
            return Validity.VALID
        if self.document_date is None:
            return Validity.UNDATED
        return Validity.UNCONFIRMED if self.document_date.year < year else Validity.VALID


class DocumentEvent(Frozen):
    """One line of a document's history: who said what of it, and when. Written once."""

    class Move(models.TextChoices):
        ADDED = "added", _("Added to the bank")
        CHANGED = "changed", _("Particulars corrected")
        CONFIRMED = "confirmed", _("Still valid, confirmed")
        ENDED = "ended", _("No longer valid")
        REPLACED = "replaced", _("Replaced by a newer version")

    document = models.ForeignKey(Document, models.PROTECT, related_name="events")
    move = models.CharField(_("move"), max_length=12, choices=Move)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)
    other = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    # what a replacement moved and what kept the older version: {"moved": [...], "kept": [...]}
    facts = models.JSONField(default=dict)
    note = models.TextField(_("note"), blank=True, max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    role = models.CharField(_("role"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("event of a document")
        verbose_name_plural = _("events of documents")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.document_id} {self.move}"
