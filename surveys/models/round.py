"""A survey round: which services of a dimension the public is asked about, by which forms, and when."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dimensions.models import SmartDimension, SubDimension
from evaluations.models import Instrument
from opd.models import City, Opd, Program, QuickWin, Role, User
from smartcity.lib.models import Event, Stamped, Versioned, both_or_neither
from smartcity.lib.text import plain_text

OF_THE_CITY = (Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP)


class Mode(models.TextChoices):
    """One form for the dimension, or one per sub-dimension with its own quota (domain guide, section 5)."""

    JOINT = "joint", _("Joint: one form for the three services")
    SPLIT = "split", _("Split: one form for each service")


class Status(models.TextChoices):
    """Where a round stands. Whether a form takes answers is asked of `Sheet.state(now)`, never of this."""

    DRAFT = "draft", _("In preparation")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class State(StrEnum):
    """What a form says to whoever opens it; the quota is asked apart (`surveys.tallies.is_full`)."""

    EARLY = "early"
    RUNNING = "running"
    FULL = "full"
    OVER = "over"


class RoundQuerySet(models.QuerySet["Round"]):
    """How rounds are found."""

    def visible_to(self, user: User) -> Self:
        """The city's people see every round; an agency sees those in which a service is its own."""
        own = Service.objects.filter(opd__in=user.opds()).values("round")
        return self.filter(Q(city__in=user.cities(*OF_THE_CITY)) | Q(pk__in=own))

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def in_year(self, year: int) -> Self:
        return self.filter(year=year).order_by("dimension__order", "pk")

    def years(self) -> list[int]:
        """The years with a round, the latest first."""
        return list(self.order_by("-year").values_list("year", flat=True).distinct())

    def for_page(self) -> Self:
        services = Service.objects.select_related("sub_dimension", "opd", "program", "quick_win")
        return self.select_related("city", "instrument", "dimension").prefetch_related(
            models.Prefetch("services", services.order_by("sub_dimension__order")),
            "sheets",
            "dimension__sub_dimensions",
        )

    def made_with(self, key: str | None, user: User) -> "Round | None":
        """What this person prepared with an idempotency key."""
        return self.filter(idempotency_key=key, created_by=user).first() if key else None


class Round(Stamped, Versioned):
    """The impact survey of one dimension in one year: what its form asks and until when."""

    city = models.ForeignKey(City, models.PROTECT, related_name="survey_rounds", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("evaluated year"))
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", verbose_name=_("instrument"))
    dimension = models.ForeignKey(
        SmartDimension, models.PROTECT, related_name="+", verbose_name=_("dimension")
    )
    mode = models.CharField(_("form"), max_length=8, choices=Mode, default=Mode.JOINT)
    # from the instrument when the round is prepared: an instrument in use does not change, but this is what was asked
    target = models.PositiveSmallIntegerField(_("respondents needed"), editable=False)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    sample = models.BooleanField(_("example"), default=False, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey round")
        verbose_name_plural = _("survey rounds")
        ordering = ["-year", "dimension__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year", "instrument", "dimension"],
                name="survey_round_once",
                violation_error_message=_(
                    "This dimension already has a survey in this year. Open it from the list."
                ),
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="survey_opens_before_it_closes",
                violation_error_message=_("The survey must close after it opens."),
            ),
            models.CheckConstraint(condition=Q(target__gt=0), name="survey_target_positive"),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT, opened_at__isnull=True)
                | (~Q(status=Status.DRAFT) & Q(opened_at__isnull=False)),
                name="survey_opened_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | (~Q(status=Status.CLOSED) & Q(closed_at__isnull=True)),
                name="survey_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:round", args=[self.pk])

    def state(self, now: datetime) -> State:
        """What the clock says of an opened round: it takes answers in [opens_at, closes_at) until it is closed."""
        if self.status == Status.CLOSED or now >= self.closes_at:
            return State.OVER
        if self.status == Status.DRAFT or now < self.opens_at:
            return State.EARLY
        return State.RUNNING


class ServiceQuerySet(models.QuerySet["Service"]):
    """How surveyed services are found."""

    def visible_to(self, user: User) -> Self:
        return self.filter(round__in=Round.objects.visible_to(user))

    def for_page(self) -> Self:
        return self.select_related(
            "round__city", "round__dimension", "round__instrument", "sub_dimension", "opd"
        )

    def of_own_opds(self, user: User) -> Self:
        return self.filter(opd__in=user.opds())

    def asked_of(self, user: User) -> tuple[int, int]:
        """How many services are this person's agencies', and how many of these wait for their word; one query."""
        waits = Q(round__status=Status.DRAFT, confirmed_at__isnull=True)
        found = self.of_own_opds(user).aggregate(
            asked=models.Count("pk"), waiting=models.Count("pk", filter=waits)
        )
        return found["asked"], found["waiting"]


class Service(Versioned):
    """The programme or service the public is asked about for one sub-dimension, and the agency that owns it."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="services", verbose_name=_("survey round"))
    sub_dimension = models.ForeignKey(
        SubDimension, models.PROTECT, related_name="+", verbose_name=_("sub-dimension")
    )
    name = models.CharField(_("programme or service"), max_length=200, validators=[plain_text])
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="+", verbose_name=_("owner"))
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("programme")
    )
    quick_win = models.ForeignKey(
        QuickWin, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("quick win")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("surveyed service")
        verbose_name_plural = _("surveyed services")
        ordering = ["round", "sub_dimension__order"]
        constraints = [
            models.UniqueConstraint(fields=["round", "sub_dimension"], name="survey_service_once"),
            both_or_neither("survey_confirmed_at_by", "confirmed_at", "confirmed_by"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def city_id(self) -> int:
        """The city of the round; asked by whoever names the role in which somebody acts."""
        return self.round.city_id


class SheetQuerySet(models.QuerySet["Sheet"]):
    """How public forms are found."""

    def visible_to(self, user: User) -> Self:
        """For staff; the public finds a form by its whole code only."""
        return self.filter(round__in=Round.objects.visible_to(user))

    def with_code(self, code: str) -> Self:
        return self.filter(code=code.lower())

    def for_page(self) -> Self:
        return self.select_related("round__city", "round__dimension", "service")


class Sheet(models.Model):
    """A public form: of all services of a joint round, or of one service of a split one. Made when a round opens."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="sheets")
    service = models.OneToOneField(Service, models.PROTECT, null=True, related_name="sheet")
    # the address; random, so that nobody finds a form by counting
    code = models.CharField(_("code"), max_length=12, unique=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey form")
        verbose_name_plural = _("survey forms")
        ordering = ["round", "service__sub_dimension__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(service__isnull=True), name="survey_one_joint_form"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("surveys:answer", args=[self.code])

    @property
    def city_id(self) -> int:
        """The city of the round, for the audit trail."""
        return self.round.city_id

    def services(self) -> list[Service]:
        """What the form asks about, in the order of the sub-dimensions."""
        rows = self.round.services.select_related("sub_dimension", "opd").order_by("sub_dimension__order")
        return [row for row in rows if self.service_id in (None, row.pk)]


class RoundEvent(Event):
    """One line of a round's history; `service` where it is about one."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="events")
    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="+")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["round", "-at"])]
