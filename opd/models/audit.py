"""The audit trail: one hash chain per city and year, written in the transaction of the change."""

from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opd.models.places import City
from smartcity.lib import clock
from smartcity.lib.models import Frozen


class AuditChain(models.Model):
    """The last link of a chain; locking this row orders the writers."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "year"], name="audit_chain_once")]

    def __str__(self) -> str:
        return f"{self.city_id}/{self.year}: {self.sequence}"


class AuditEvent(Frozen):
    """Who did what to which thing, when, in which role, and the digest of before and after."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveBigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("actor")
    )
    role = models.CharField(_("role"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    action = models.CharField(_("action"), max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    before = models.CharField(max_length=64, blank=True)
    after = models.CharField(max_length=64, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["city", "year", "sequence"]
        indexes = [models.Index(fields=["object_type", "object_id"])]
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "sequence"], name="audit_sequence_once")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"

    def link(self) -> dict[str, str | int]:
        """The facts that are hashed, in one canonical shape."""
        return {
            "city": self.city_id,
            "year": self.year,
            "sequence": self.sequence,
            "actor": self.actor_id or 0,
            "role": self.role,
            "at": self.at.astimezone(UTC).isoformat(),  # one moment, one text, whatever zone it came in
            "action": self.action,
            "object": f"{self.object_type}:{self.object_id}",
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "request_id": self.request_id,
            "prev_hash": self.prev_hash,
        }
