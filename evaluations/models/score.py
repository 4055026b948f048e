"""Scores: one per seat and question, blind until handed in, and final from then on."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Question
from evaluations.models.panel import Seat
from evaluations.models.window import OF_THE_CITY, EvaluationWindow, Status
from opd.models import Role, User
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet, Versioned
from smartcity.lib.text import plain_text


class ScoreQuerySet(models.QuerySet["Score"]):
    """The only place that decides who may see a score."""

    def visible_to(self, user: User) -> Self:
        """Own scores; a colleague's only when both have handed in; the city's people only after the close."""
        own = Seat.objects.usable_by(user)
        finished = own.filter(handed_in_at__isnull=False).values("window")
        return self.filter(
            Q(seat__in=own)
            | Q(seat__window__in=finished, seat__handed_in_at__isnull=False)
            | Q(seat__window__city__in=user.cities(*OF_THE_CITY), seat__window__status=Status.CLOSED)
        )

    def of_seat(self, seat: Seat) -> Self:
        """Of one seat; the order of the model would join six tables for it."""
        return self.filter(seat=seat).order_by("pk")

    def handed_in(self, window: EvaluationWindow) -> Self:
        """The scores that count: those their assessor stood for by handing in."""
        return self.filter(seat__window=window, seat__hand_in__isnull=False)


class Score(Versioned):
    """What one assessor thinks of one question. Refuses every change after hand-in, in the database too."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="scores", verbose_name=_("seat"))
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name=_("question"))
    # empty is not zero: nothing decided yet, or `reason` says why it cannot be scored
    value = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    remark = models.TextField(_("remark"), max_length=4000, blank=True, validators=[plain_text])
    reason = models.TextField(_("why it is not scored"), max_length=1000, blank=True, validators=[plain_text])
    updated_at = models.DateTimeField(_("updated at"), default=clock.now, editable=False)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["seat", "question"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "question"], name="score_once_per_seat"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0, value__lte=4),
                name="score_0_to_4",
                violation_error_message=_("A score is a whole number from 0 to 4."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id}/{self.question_id}"

    def facts(self) -> dict[str, str | int | None]:
        """The content in one plain shape, for digests, receipts and comparisons."""
        return {"value": self.value, "remark": self.remark, "reason": self.reason}


class LateEntryQuerySet(FrozenQuerySet):
    """How late entries are found."""

    def visible_to(self, user: User) -> Self:
        """The person who wrote it, and the reviewer of the city."""
        return self.filter(Q(user=user) | Q(window__city__in=user.cities(Role.REVIEWER)))


class LateEntry(Frozen):
    """What arrived too late to be accepted. It counts for nothing; not a character of it is lost."""

    window = models.ForeignKey(EvaluationWindow, models.PROTECT, related_name="late_entries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name=_("question"))
    value = models.DecimalField(_("value"), max_digits=5, decimal_places=4, null=True)
    remark = models.TextField(_("remark"), blank=True)
    reason = models.TextField(_("why it is not scored"), blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)

    objects = LateEntryQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("late entry")
        verbose_name_plural = _("late entries")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.window_id}/{self.question_id}"

    @property
    def city_id(self) -> int:
        return self.window.city_id
