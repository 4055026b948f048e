"""What the panel judges: the city's facts as they were when it submitted them, or else when the window opened.

The past cannot change: a row is written once, its digest covers its content, the snapshot's digest covers
all of its items, and the database refuses UPDATE and DELETE by trigger even when code goes round this file.
Live quick wins may be edited afterwards; nobody judges those.
"""

from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.panel import Seat
from evaluations.models.window import OF_THE_CITY, EvaluationWindow, Status
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet


class SnapshotQuerySet(FrozenQuerySet):
    """How snapshots are found."""

    def real(self) -> Self:
        """Snapshots by which the city was judged, or is to be judged, in earnest."""
        return self.filter(window__rehearsal_of=None)

    def visible_to(self, user: User) -> Self:
        """The city's own people; an assessor from a seat of that very window, free of conflict, once it is opened."""
        seated = Seat.objects.usable_by(user).exclude(window__status=Status.DRAFT).values("window")
        return self.filter(Q(window__city__in=user.cities(*OF_THE_CITY)) | Q(window__in=seated))

    def newest_first(self) -> Self:
        return self.order_by("-version")


class Snapshot(Frozen):
    """Verified quick wins, answers and the plan's year of a city at one moment. Corrections are a new version."""

    window = models.ForeignKey(EvaluationWindow, models.PROTECT, related_name="snapshots")
    version = models.PositiveSmallIntegerField(_("version"))
    taken_at = models.DateTimeField(_("taken at"), default=clock.now)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)

    objects = SnapshotQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["window", "version"]
        constraints = [models.UniqueConstraint(fields=["window", "version"], name="snapshot_version_once")]

    def __str__(self) -> str:
        return _("Snapshot %(version)s") % {"version": self.version}

    def evidence(self, sha256: str) -> dict[str, Any] | None:
        """What the snapshot says about the file with this digest; None when it does not hold that file."""
        for payload in self.items.with_evidence().values_list("payload", flat=True):
            for piece in payload.get("evidence", ()):
                if sha256 and piece["sha256"] == sha256:
                    return dict(piece)
        return None


class SnapshotItemQuerySet(FrozenQuerySet):
    """How frozen items are found."""

    def real(self) -> Self:
        """Items of snapshots that no rehearsal was held on."""
        return self.filter(snapshot__window__rehearsal_of=None)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def with_evidence(self) -> Self:
        """What files may hang on: quick wins, answers, and recommendations that were closed."""
        kinds = SnapshotItem.Kind
        return self.filter(kind__in=[kinds.QUICK_WIN, kinds.ANSWER, kinds.RECOMMENDATION])

    def about(self, question_code: str) -> Self:
        """The frozen answer to a question, all frozen quick wins, and what became of the recommendations."""
        kinds = SnapshotItem.Kind
        others = Q(kind__in=[kinds.QUICK_WIN, kinds.RECOMMENDATION])
        return self.filter(Q(kind=kinds.ANSWER, key=question_code) | others).order_by("kind", "key")

    def about_all(self, codes: Iterable[str]) -> Self:
        """The frozen answers to these questions, and all frozen quick wins."""
        kinds = SnapshotItem.Kind
        answers = Q(kind=kinds.ANSWER, key__in=list(codes))
        return self.filter(answers | Q(kind=kinds.QUICK_WIN)).order_by("kind", "key")

    def payloads(self) -> dict[str, dict[str, Any]]:
        """Key of the item -> its frozen content."""
        return dict(self.values_list("key", "payload"))


class SnapshotItem(Frozen):
    """One frozen quick win, programme, recommendation (by code), answer (by its question's), or the masterplan."""

    class Kind(models.TextChoices):
        QUICK_WIN = "quick_win", _("Quick win")
        ANSWER = "answer", _("Answer")
        PLAN = "plan", _("Masterplan")
        PROGRAM = "program", _("Programme")
        RECOMMENDATION = "recommend", _("Recommendation")
        SERVICE = "service", _("Service asked about")

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="items")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    key = models.CharField(_("key"), max_length=30)
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)

    objects = SnapshotItemQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("frozen item")
        verbose_name_plural = _("frozen items")
        ordering = ["snapshot", "kind", "key"]
        constraints = [models.UniqueConstraint(fields=["snapshot", "kind", "key"], name="snapshot_item_once")]

    def __str__(self) -> str:
        return self.key
