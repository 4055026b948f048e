"""An instrument on its way in: what somebody uploaded, copied or mended, before it is loaded."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Instrument
from opd.models import City, User
from smartcity.lib.models import Stamped, Versioned


class Origin(models.TextChoices):
    """Where a draft came from."""

    YAML = "yaml", _("YAML file")
    XLSX = "xlsx", _("Workbook")
    COPY = "copy", _("Copy of a version")


class DraftQuerySet(models.QuerySet["InstrumentDraft"]):
    """How drafts are found."""

    def visible_to(self, user: User) -> Self:
        """One's own: a draft is somebody's desk, not yet an instrument."""
        return self.filter(by=user)

    def waiting(self) -> Self:
        return self.filter(loaded__isnull=True).order_by("-created_at", "-pk")


class InstrumentDraft(Stamped, Versioned):
    """An instrument file as plain data, or the sentences that say why it cannot become one.

    Nothing of it counts before it is loaded; it is loaded once, and afterwards never changes.
    """

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    origin = models.CharField(_("origin"), max_length=4, choices=Origin)
    name = models.CharField(_("file"), max_length=255)
    # the checked plain data (instrument_plain.py); None when the file was refused
    content = models.JSONField(null=True)
    problems = models.JSONField(default=list, blank=True)
    ignored = models.JSONField(default=list, blank=True)
    loaded = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="drafts")
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("instrument draft")
        verbose_name_plural = _("instrument drafts")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded__isnull=True) | Q(content__isnull=False), name="draft_loaded_has_content"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evaluations:instrument_draft", args=[self.pk])
