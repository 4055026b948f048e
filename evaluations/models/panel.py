"""The panel: who is seated where, what they declared, and the receipt when they hand in."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Area, Question
from evaluations.models.window import OF_THE_CITY, EvaluationWindow, Status
from opd.models import Role, User
from smartcity.lib import clock
from smartcity.lib.models import Frozen, FrozenQuerySet, Stamped
from smartcity.lib.text import plain_text

#: Who may play an assessor in a rehearsal: the city's own staff that works on the self-assessment.
PLAYERS = (Role.REVIEWER, Role.PLANNER, Role.OPD_OPERATOR, Role.OPD_HEAD)


class SeatQuerySet(models.QuerySet["Seat"]):
    """The only place that knows which seat lets whom look at what."""

    def held_by(self, user: User) -> Self:
        """Seats a person holds now: in time, with the role, and never in a city they serve themselves.

        In a rehearsal it is the other way round: the city's own staff sits there, and no assessor of the city.
        """
        serves = user.cities(*(role for role in Role if role != Role.ASSESSOR))
        judges = user.cities(Role.ASSESSOR)
        played = Q(window__rehearsal_of__isnull=False, window__city__in=user.cities(*PLAYERS) - judges)
        meant = Q(window__rehearsal_of=None, window__city__in=judges - serves)
        return self.filter(played | meant, user=user, until__gt=clock.now())

    def real(self) -> Self:
        """Seats of a panel that judges in earnest."""
        return self.filter(window__rehearsal_of=None)

    def rehearsals(self) -> Self:
        """Seats of staff that plays the panel."""
        return self.filter(window__rehearsal_of__isnull=False)

    def usable_by(self, user: User) -> Self:
        """Seats that open the material and the sheet: held, declared, and free of a conflict."""
        return self.held_by(user).filter(declared_at__isnull=False, conflict__isnull=True)

    def judging(self) -> Self:
        """Seats that count as cover of their areas: whoever declared a conflict judges nothing."""
        return self.filter(conflict__isnull=True)

    def covering(self, area: str) -> Self:
        """Annotate whether the seat holds an area (`covers`), without another statement."""
        held = Seat.areas.through.objects.filter(seat=OuterRef("pk"), area__code=area)
        return self.annotate(covers=Exists(held))

    def begun(self) -> Self:
        """Seats from which something was scored."""
        return self.filter(scores__isnull=False)

    def for_list(self) -> Self:
        return self.select_related("user", "hand_in").prefetch_related("areas").order_by("pk")

    def with_progress(self) -> Self:
        """Annotate how many questions are scored or excused (`scored`): a number, never a score."""
        done = Q(scores__value__isnull=False) | Q(scores__reason__gt="")
        return self.annotate(scored=Count("scores", filter=done, distinct=True))


class Seat(Stamped):
    """An assessor's place in the panel of one window: areas, until when, and the declared conflict."""

    window = models.ForeignKey(
        EvaluationWindow, models.CASCADE, related_name="seats", verbose_name=_("window")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats", verbose_name=_("assessor")
    )
    areas = models.ManyToManyField(Area, related_name="+", verbose_name=_("areas"))
    # of a rehearsal, settled by its opening: what the person's own house stands for is scored by somebody else
    own_questions = models.ManyToManyField(Question, related_name="+", verbose_name=_("own questions"))
    until = models.DateTimeField(_("access until"))
    declared_at = models.DateTimeField(_("declared at"), null=True, editable=False)
    # None: no conflict (once declared_at is set); text: the conflict, and the seat is barred
    conflict = models.TextField(
        _("conflict of interest"), null=True, blank=True, max_length=2000, validators=[plain_text]
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)

    #: annotated by with_progress(): questions scored or excused
    scored: int
    #: annotated by covering(): whether the seat holds an area
    covers: bool

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["window", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["window", "user"],
                name="seat_once_per_window",
                violation_error_message=_("This assessor already has a seat in the window."),
            ),
            models.CheckConstraint(
                condition=Q(conflict__isnull=True) | (Q(declared_at__isnull=False) & ~Q(conflict="")),
                name="seat_conflict_is_declared",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=True) | Q(declared_at__isnull=False, conflict__isnull=True),
                name="seat_hand_in_needs_declaration",
            ),
        ]

    def __str__(self) -> str:
        return _("Seat %(number)s") % {"number": self.pk}

    @property
    def city_id(self) -> int:
        """The city judged from this seat, for the audit trail."""
        return self.window.city_id

    def barred(self) -> frozenset[int]:
        """Primary keys of the questions not scored from this seat; outside rehearsals none, without a query."""
        if not self.window.is_rehearsal:
            return frozenset()
        return frozenset(question.pk for question in self.own_questions.all())

    def is_usable(self, now: datetime) -> bool:
        """Whether the declaration and the end date let the assessor look and score."""
        return self.declared_at is not None and self.conflict is None and now < self.until


class HandInQuerySet(FrozenQuerySet):
    """How receipts of a hand-in are found."""

    def visible_to(self, user: User) -> Self:
        """The assessor's own; for the city that it happened, once the window is closed."""
        closed = Q(seat__window__city__in=user.cities(*OF_THE_CITY), seat__window__status=Status.CLOSED)
        return self.filter(Q(seat__in=Seat.objects.held_by(user)) | closed)


class HandIn(Frozen):
    """The receipt of an assessor's scores: number, time, the frozen scores and their digest."""

    seat = models.OneToOneField(Seat, models.PROTECT, related_name="hand_in", verbose_name=_("seat"))
    number = models.CharField(_("number"), max_length=30, unique=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    payload = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True)

    objects = HandInQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("receipt of a hand-in")
        verbose_name_plural = _("receipts of hand-ins")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.number
