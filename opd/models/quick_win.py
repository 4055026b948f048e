"""The central thing: a quick win, from draft to verified."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opd.completeness import BY_NAME, SAVE, SUBMIT, WINDOW, Field, counted, missing
from opd.models.desks import approved_by, verified_by
from opd.models.places import City, Opd
from opd.models.record import Record
from smartcity.lib.models import Event
from smartcity.lib.text import plain_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from opd.models.people import User


class Status(models.TextChoices):
    """Where a quick win stands. Meaning is never read from the spelling: see the sets below.

    RECORDED is outside the procedure: a quick win of the years before the portal, known from public sources.
    """

    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("With the OPD head")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    VERIFIED = "verified", _("Verified")
    RECORDED = "recorded", _("From public sources")


EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
WITH_OPD = EDITABLE | {Status.PROPOSED}
WAITING = frozenset({Status.SUBMITTED})

#: Permendagri 90/2019 and updates: urusan.bidang.program.level.kegiatan.sub kegiatan (domain guide, section 15).
SUB_ACTIVITY = RegexValidator(
    r"^\d\.\d{2}\.\d{2}\.[12]\.\d{2}\.(\d{2}|\d{4})$", _("Write the code like 2.16.03.2.02.09. [QW-CODE]")
)


def _last_submitted(name: str) -> Coalesce:
    """A typed value as the last receipt has it; empty when nothing was submitted."""
    from opd.models.review import Submission

    last = Submission.objects.filter(quick_win=OuterRef("pk")).order_by("-sequence")
    said = last.values(said=KeyTextTransform(name, KeyTransform("values", "payload")))[:1]
    return Coalesce(Subquery(said), Value(""), output_field=models.TextField())


class QuickWinQuerySet(models.QuerySet["QuickWin"]):
    """The only place that knows how quick wins are found."""

    def visible_to(self, user: "User") -> Self:
        """Own agency in every status; the city's reviewers once submitted; leadership once verified.

        What is back with another agency carries `told_name` and `told_acronym`, as they were last submitted: the
        words that are being written are the agency's. Both are None where the row itself may be read.
        """
        from opd.models.people import Role

        seen = Q(opd__in=user.opds())
        city = user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)
        seen |= Q(city__in=city) & (Q(submitted_at__isnull=False) | Q(status=Status.RECORDED))
        seen |= Q(city__in=user.cities(Role.LEADERSHIP), status__in=[Status.VERIFIED, Status.RECORDED])
        away = Q(status__in=WITH_OPD) & ~Q(opd__in=user.opds())
        return self.filter(seen).annotate(
            told_name=Case(When(away, then=_last_submitted("name"))),
            told_acronym=Case(When(away, then=_last_submitted("acronym"))),
        )

    def of_own_opds(self, user: "User") -> Self:
        return self.filter(opd__in=user.opds())

    def in_year(self, year: int) -> Self:
        return self.filter(year=year)

    def recorded_by_year(self) -> dict[int, int]:
        """How many of each year are known from public sources only."""
        rows = self.filter(status=Status.RECORDED).order_by("year").values_list("year")
        return dict(rows.annotate(count=models.Count("pk")))

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def near_program(self, program: Any) -> Self:
        """What may carry a programme: quick wins of its lead and supporting agencies, and whatever is linked."""
        opds = [program.opd_id, *program.supporting.values_list("pk", flat=True)]
        near = Q(opd__in=opds) | Q(pk__in=program.quick_wins.values("pk"))
        return self.filter(near, city=program.city_id).order_by("-year", "number")

    def of_program(self, program: Any) -> Self:
        return self.filter(programs=program).select_related("opd").order_by("-year", "number")

    def verified(self) -> Self:
        return self.filter(status=Status.VERIFIED)

    def with_person(self, user: "User") -> Self:
        """In this person's hands: to fill in, to mend, or to approve. Returned ones first.

        What lies on the desk of a head who left is in the operators' hands again: they submit or take it back.
        """
        to_approve = Q(status=Status.PROPOSED) & approved_by(user)
        mine = self.of_own_opds(user).filter(Q(status__in=EDITABLE) | to_approve)
        return mine.order_by("-status", "updated_at")

    def waiting(self) -> Self:
        """Submitted and not yet decided, the longest wait first."""
        return self.filter(status__in=WAITING).order_by("submitted_at", "pk")

    def decided_by(self, user: "User") -> Self:
        """What waits for this person's decision."""
        return self.waiting().filter(verified_by(user))

    def not_yet_submitted(self) -> Self:
        """Still with the agency; the reviewer may know that they exist, not what they say."""
        return self.filter(status__in=[Status.DRAFT, Status.PROPOSED], submitted_at__isnull=True)

    def in_procedure(self) -> Self:
        """What is begun or submitted or verified here, with its evidence; not what public sources tell."""
        from opd.models.evidence import Evidence

        pieces = models.Prefetch("evidence", Evidence.objects.for_list())
        rows = self.exclude(status=Status.RECORDED).select_related("opd", "dimension")
        return rows.prefetch_related(pieces).order_by("number")

    def to_freeze(self) -> Self:
        """The verified ones with their evidence, in their order: what a snapshot holds of them."""
        from opd.models.evidence import Evidence

        pieces = models.Prefetch("evidence", Evidence.objects.for_list())
        rows = self.verified().select_related("opd", "dimension", "sub_dimension")
        return rows.prefetch_related(pieces).order_by("number")

    def line_of(self, quick_win: "QuickWin") -> Self:
        """The quick wins of other years this one goes on from, or that go on from it."""
        return self.filter(Q(pk=quick_win.continues_id) | Q(continues=quick_win.pk)).order_by("year")

    def for_list(self) -> Self:
        return self.select_related("opd", "dimension")

    def narrowed(
        self, *, dimension: str | None, opd: int | None, status: str | None, text: str | None
    ) -> Self:
        """As a list page was narrowed; None narrows nothing. `dimension` is a code, `opd` a number."""
        rows = self.filter(dimension__code=dimension) if dimension else self
        rows = rows.filter(opd=opd) if opd else rows
        rows = rows.filter(status=status) if status else rows
        return rows.matching(text or "")

    def from_import(self, keys: "Collection[str]", pks: "Collection[int]") -> Self:
        """What a list made (by the keys of its rows) and what it changed."""
        return self.filter(Q(idempotency_key__in=keys) | Q(pk__in=pks))

    def for_exchange(self) -> Self:
        """With everything a list says of a quick win."""
        return self.select_related("opd", "dimension", "sub_dimension")

    def lines(self) -> "models.QuerySet[QuickWin, dict[str, Any]]":
        """What a line of the long list says to its reader, as plain values.

        Making objects of it costs three times as much. Only for rows that are `visible_to` somebody.
        """
        return self.values(
            "pk", "number", "name", "acronym", "told_name", "told_acronym", "owner_confirmed", "status", "filled",
            "total", "updated_at", "opd__short", "dimension_id",
        )  # fmt: skip

    def for_queue(self) -> Self:
        """With `again`: submitted before. Asked row by row of the page, where a count would group the whole queue."""
        from opd.models.review import Submission

        earlier = Submission.objects.filter(quick_win=OuterRef("pk"), sequence__gt=1)
        return self.select_related("opd__parent", "dimension").annotate(again=Exists(earlier))

    def for_detail(self) -> Self:
        return self.select_related("opd__parent", "dimension", "sub_dimension", "city").annotate(
            evidence_count=Count("evidence")
        )

    def matching(self, text: str) -> Self:
        """Rows whose name, acronym or agency contains the words typed, as their reader knows them.

        Only for rows that are `visible_to` somebody.
        """
        if not text:
            return self
        here = Q(told_name=None) & (Q(name__icontains=text) | Q(acronym__icontains=text))
        return self.filter(
            here
            | Q(told_name__icontains=text)
            | Q(told_acronym__icontains=text)
            | Q(opd__short__icontains=text)
            | Q(opd__official_name__icontains=text)
        )

    def next_number(self, city_id: int, year: int) -> int:
        """The next running number of a city's year; the unique constraint decides a race."""
        return (self.filter(city=city_id, year=year).aggregate(last=Max("number"))["last"] or 0) + 1


class QuickWin(Record):
    """A result an OPD promises to show within the year, proven by evidence."""

    class Kind(models.TextChoices):
        NEW = "NEW", _("New")
        CONTINUED = "CONTINUED", _("Continued")

    class Fund(models.TextChoices):
        APBD = "APBD", "APBD"
        APBN = "APBN", "APBN"
        DAK = "DAK", "DAK"
        CSR = "CSR", "CSR"
        OTHER = "OTHER", _("Other")

    city = models.ForeignKey(City, models.PROTECT, related_name="quick_wins", verbose_name=_("city"))
    opd = models.ForeignKey(Opd, models.PROTECT, related_name="quick_wins", verbose_name=_("lead agency"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2017), MaxValueValidator(2100)]
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.DRAFT, editable=False
    )
    owner_confirmed = models.BooleanField(_("lead agency confirmed"), default=True)

    # Identity
    dimension = models.ForeignKey(
        "dimensions.SmartDimension", models.PROTECT, related_name="+", verbose_name=_("dimension")
    )
    sub_dimension = models.ForeignKey(
        "dimensions.SubDimension",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sub-dimension"),
    )
    name = models.CharField(_("programme name"), max_length=200, validators=[plain_text])
    acronym = models.CharField(_("acronym"), max_length=60, blank=True, validators=[plain_text])
    status_kind = models.CharField(_("new or continued"), max_length=10, choices=Kind, blank=True)

    # Problem and solution
    problem = models.TextField(_("problem"), blank=True, max_length=4000, validators=[plain_text])
    description = models.TextField(
        _("description of the solution"), blank=True, max_length=4000, validators=[plain_text]
    )
    beneficiaries = models.TextField(_("beneficiaries"), blank=True, max_length=1000, validators=[plain_text])
    partners = models.TextField(_("collaboration"), blank=True, max_length=1000, validators=[plain_text])

    # Target and achievement
    indicator = models.CharField(_("indicator"), max_length=300, blank=True, validators=[plain_text])
    unit = models.CharField(_("unit"), max_length=60, blank=True, validators=[plain_text])
    baseline = models.DecimalField(_("baseline"), max_digits=18, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    realisation = models.DecimalField(
        _("realisation"), max_digits=18, decimal_places=4, null=True, blank=True
    )

    # Time and budget
    schedule = models.TextField(_("schedule"), blank=True, max_length=2000, validators=[plain_text])
    budget = models.DecimalField(_("budget ceiling"), max_digits=18, decimal_places=2, null=True, blank=True)
    fund_source = models.CharField(_("source of funds"), max_length=8, choices=Fund, blank=True)
    sub_activity_code = models.CharField(
        _("sub-activity code"), max_length=24, blank=True, validators=[SUB_ACTIVITY]
    )
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True, validators=[plain_text])
    link = models.URLField(_("link"), max_length=500, blank=True)
    linked_program = models.CharField(
        _("masterplan programme"), max_length=200, blank=True, validators=[plain_text]
    )

    # Continuation
    sustainability = models.TextField(
        _("sustainability plan"), blank=True, max_length=4000, validators=[plain_text]
    )

    #: What an office's list says beside everything else; the form does not ask it.
    note = models.TextField(_("note"), blank=True, max_length=2000, validators=[plain_text])

    #: The quick win of an earlier year that this one goes on from: their histories stay together.
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="continued_by",
        verbose_name=_("continues"),
        editable=False,
    )

    # Kept by the actions, never typed: what could not be read, what is invented, how complete it is
    unreadable = models.JSONField(default=dict, editable=False)
    sample_fields = models.JSONField(default=list, editable=False)
    section_versions = models.JSONField(default=dict, editable=False)
    filled = models.PositiveSmallIntegerField(_("fields filled"), default=0, editable=False)
    total = models.PositiveSmallIntegerField(_("fields asked"), default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    idempotency_key = models.CharField(max_length=64, unique=True, null=True, editable=False)

    objects = QuickWinQuerySet.as_manager()

    class Meta:
        verbose_name = _("quick win")
        verbose_name_plural = _("quick wins")
        ordering = ["-year", "number"]
        indexes = [
            # each in the order in which a list is walked: the queue, an agency's list, the dashboard's question
            models.Index(fields=["city", "year", "status", "submitted_at"]),
            models.Index(fields=["opd", "year", "number"]),
            models.Index(
                fields=["city", "year", "number"],
                condition=Q(owner_confirmed=False),
                name="quick_win_owner_unsure",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "number"], name="quick_win_number_once"),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0),
                name="quick_win_budget_not_negative",
                violation_error_message=_("The budget ceiling is zero or more."),
            ),
            models.CheckConstraint(condition=Q(filled__lte=F("total")), name="quick_win_filled_of_total"),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.SUBMITTED, Status.VERIFIED]) | Q(submitted_at__isnull=False),
                name="quick_win_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.VERIFIED) | Q(verified_at__isnull=False),
                name="quick_win_verified_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("opd:quick_win", args=[self.pk])

    @property
    def title(self) -> str:
        """What people call it: the acronym when there is one; the words last submitted, for who may read no others."""
        name, acronym = self._known_as()
        return acronym or name

    @property
    def subtitle(self) -> str:
        """The whole name, where an acronym stands in its place."""
        name, acronym = self._known_as()
        return name if acronym else ""

    def _known_as(self) -> tuple[str, str]:
        """Name and acronym, as told to the reader of a row that is `visible_to` somebody."""
        row: Any = self
        if getattr(row, "told_name", None) is None:
            return self.name, self.acronym
        return row.told_name, row.told_acronym

    @property
    def code(self) -> str:
        """The number people write in letters, such as QW-2022-0017."""
        return f"QW-{self.year}-{self.number:04d}"

    def section_version(self, section: str) -> int:
        """The version of one section's fields: people may edit different sections side by side."""
        return int(self.section_versions.get(section, 1))

    def lacking(self, by: "Collection[str]" = (SAVE, SUBMIT, WINDOW)) -> list[Field]:
        """The fields needed by the steps `by` that are still empty."""
        return missing(self.filled_values(), by=by)

    def counted(self) -> tuple[int, int]:
        """How many of the fields asked are filled in: (filled, asked)."""
        return counted(self.filled_values())

    @staticmethod
    def asked() -> dict[str, Field]:
        """Every field a note may be about, by name."""
        return BY_NAME

    def achievement(self) -> Any:
        """Realisation over target in per cent (Decimal), or None when either is missing or the target is zero."""
        if self.target and self.realisation is not None:
            return self.realisation / self.target * 100
        return None


class QuickWinEvent(Event):
    """One line of a quick win's history."""

    quick_win = models.ForeignKey(QuickWin, models.CASCADE, related_name="events")

    class Meta(Event.Meta):
        indexes = [
            models.Index(fields=["quick_win", "-at"]),
            models.Index(fields=["at"]),  # what changed since a day
            models.Index(fields=["at"], condition=Q(notified_at__isnull=True), name="quick_win_event_untold"),
        ]
