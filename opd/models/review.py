"""The talk between agency and reviewer: receipts, and notes per field."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.models.quick_win import QuickWin
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet, both_or_neither, digest_of
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from opd.models.people import User


class SubmissionQuerySet(FrozenQuerySet):
    """How receipts are found."""

    def visible_to(self, user: "User") -> Self:
        return self.filter(quick_win__in=QuickWin.objects.visible_to(user))


class Receipt(Frozen):
    """What a submission leaves behind: number, time, who, and the frozen text with its digest."""

    sequence = models.PositiveSmallIntegerField(_("sequence"))
    number = models.CharField(_("number"), max_length=60, unique=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    role = models.CharField(_("role"), max_length=16)
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("opd:receipt", args=[self.number])


class Submission(Receipt):
    """The receipt of a quick win's submission."""

    quick_win = models.ForeignKey(QuickWin, models.PROTECT, related_name="submissions")

    objects = SubmissionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["quick_win", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["quick_win", "sequence"], name="submission_sequence_once")
        ]


class NoteQuerySet(models.QuerySet[Any]):
    """How notes are found."""

    def unsent(self) -> Self:
        return self.filter(sent_at__isnull=True)

    def open(self) -> Self:
        """Sent to the agency and not yet answered."""
        return self.filter(sent_at__isnull=False, answered_at__isnull=True)

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)


#: What a form carries where no note stood yet.
NO_NOTE = "none"


class FieldNote(models.Model):
    """What a reviewer asks about one field. Nobody at the agency sees it before it is sent."""

    field = models.CharField(_("field"), max_length=30)
    text = models.TextField(_("note"), max_length=2000, validators=[plain_text])
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reply = models.TextField(_("reply"), blank=True, max_length=2000, validators=[plain_text])

    objects = NoteQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.text[:40]}"

    @property
    def version(self) -> str:
        """What a form carries of the note it was drawn with: another draft, or other words, are another version."""
        return digest_of({"id": self.pk, "text": self.text})


class Note(FieldNote):
    """What a reviewer asks about one field of a quick win."""

    quick_win = models.ForeignKey(QuickWin, models.CASCADE, related_name="notes")

    class Meta(FieldNote.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["quick_win", "field"],
                condition=Q(sent_at__isnull=True),
                name="note_one_draft_per_field",
            ),
            both_or_neither("note_answered_at_by", "answered_at", "answered_by"),
        ]
