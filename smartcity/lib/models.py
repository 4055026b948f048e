"""Abstract models: stamped, versioned, written once. No tables here."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from smartcity.lib import clock


class Stamped(models.Model):
    """A row that knows when it was made and last changed."""

    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=clock.now, editable=False)

    class Meta:
        abstract = True


class StaleVersion(Exception):
    """Somebody saved this row after the person read it; `current` is the row as it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__("stale version")
        self.current = current


class Versioned(models.Model):
    """A row people edit side by side: every save carries the version the person had read."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def locked_at_version(cls, pk: int, version: int) -> Self:
        """Lock and return the row, or raise StaleVersion. Call it inside a transaction."""
        row = cls._base_manager.select_for_update().get(pk=pk)
        if row.version != version:
            raise StaleVersion(row)
        return row


class Event(models.Model):
    """One line of an aggregate's history. It is also the outbox that the notifier reads."""

    move = models.CharField(_("move"), max_length=20)
    source = models.CharField(_("from"), max_length=12, blank=True)
    target = models.CharField(_("to"), max_length=12, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("actor")
    )
    role = models.CharField(_("role"), max_length=16, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    at = models.DateTimeField(_("at"), default=clock.now)
    notified_at = models.DateTimeField(_("notified at"), null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]


class FrozenQuerySet(models.QuerySet[Any]):
    """Rows that are written once: nothing here updates or deletes."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows are written once")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows are written once")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows are written once")


class Frozen(models.Model):
    """The past: a row that refuses a second write, in code here and by trigger in the database."""

    objects = FrozenQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} rows are written once")


def canonical(payload: Mapping[str, Any]) -> str:
    """Return the one JSON text of a payload: sorted keys, no spaces, UTF-8 letters kept."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(payload: Mapping[str, Any]) -> str:
    """Return the SHA-256 (64 hex digits) of a payload's canonical JSON."""
    return hashlib.sha256(canonical(payload).encode()).hexdigest()


def both_or_neither(name: str, *fields: str) -> models.CheckConstraint:
    """Return a constraint: all of `fields` are set, or none is (a time and the person who did it)."""
    every = Q(**{f"{field}__isnull": False for field in fields})
    none = Q(**{f"{field}__isnull": True for field in fields})
    return models.CheckConstraint(condition=every | none, name=name)
