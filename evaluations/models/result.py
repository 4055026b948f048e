"""The result of a closed window: computed once, kept with the digests of everything it was computed from."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.panel import Seat
from evaluations.models.window import OF_THE_CITY, EvaluationWindow
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet


class ResultQuerySet(FrozenQuerySet):
    """How results are found."""

    def real(self) -> Self:
        """Results of windows in which the city was judged in earnest."""
        return self.filter(window__rehearsal_of=None)

    def visible_to(self, user: User) -> Self:
        """The city's people, and the assessors who handed in. A result exists only after the close."""
        finished = Seat.objects.usable_by(user).filter(handed_in_at__isnull=False).values("window")
        return self.filter(Q(window__city__in=user.cities(*OF_THE_CITY)) | Q(window__in=finished))

    def of_city(self, city_id: int) -> Self:
        return self.filter(window__city=city_id).select_related("window")

    def oldest_first(self) -> Self:
        """By the year that was judged, then by when the window closed."""
        return self.order_by("window__year", "window__closes_at", "pk")

    def of_city_before(self, city_id: int, year: int) -> Self:
        """Results of earlier evaluated years, the newest first."""
        rows = self.filter(window__city=city_id, window__year__lt=year)
        return rows.select_related("window__instrument").order_by("-window__year", "-window__closes_at")


class RealResults(models.Manager.from_queryset(ResultQuerySet)):  # type: ignore[misc]
    """Every result but those of rehearsals: index, trend, forecast and report ask here (docs/adr/0025)."""

    def get_queryset(self) -> ResultQuerySet:
        rows: ResultQuerySet = super().get_queryset()
        return rows.real()


class Result(Frozen):
    """Self-assessed and assessed values of a window, per section, dimension, quick win and question."""

    window = models.OneToOneField(EvaluationWindow, models.PROTECT, related_name="result")
    computed_at = models.DateTimeField(_("computed at"), default=clock.now)
    # for lists; full precision is in the payload. 14 digits, because SQLite keeps 15 of a decimal column
    index = models.DecimalField(_("index"), max_digits=14, decimal_places=13, null=True)
    provisional = models.DecimalField(_("provisional index"), max_digits=14, decimal_places=13, null=True)
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)

    objects = RealResults()  # type: ignore[misc]
    with_rehearsals = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["-computed_at"]

    def __str__(self) -> str:
        return f"{self.window_id}"
