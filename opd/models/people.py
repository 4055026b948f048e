"""People: accounts, and the roles they hold for a time and a scope."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opd.models.places import City, Opd, Succession
from smartcity.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Role(models.TextChoices):
    """What a person may be. Domain guide, section 10: what each sees, does, and never does.

    OPD_OPERATOR  sees own agency; drafts and sends to the head; never another agency's records.
    OPD_HEAD      as the operator; approves and submits for the agency.
    REVIEWER      (Kominfo) sees the city; returns or verifies, opens windows; never an assessor's score.
    PLANNER       (Bappelitbang) sees the city; verifies Kominfo's own records; never an assessor's score.
    ASSESSOR      sees the snapshot of the assigned window; scores own areas; never a draft or a colleague's score.
    AUDITOR       (Inspektorat) sees everything and the audit trail; changes nothing.
    LEADERSHIP    sees dashboards and reports; changes nothing.
    ADMINISTRATOR keeps accounts and reference data; no score, no record of an agency.
    """

    OPD_OPERATOR = "operator", _("OPD operator")
    OPD_HEAD = "head", _("OPD head")
    REVIEWER = "reviewer", _("Reviewer")
    PLANNER = "planner", _("Planner")
    ASSESSOR = "assessor", _("Assessor")
    AUDITOR = "auditor", _("Auditor")
    LEADERSHIP = "leadership", _("Leadership")
    ADMINISTRATOR = "administrator", _("Administrator")


OF_AN_OPD = (Role.OPD_OPERATOR, Role.OPD_HEAD)
OF_THE_CITY = (Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP, Role.ADMINISTRATOR)


class User(AbstractUser):
    """An account. People appear by office and role; no personal name is asked."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    title = models.CharField(_("office title"), max_length=120, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment]
        verbose_name_plural = _("accounts")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.title or self.username

    def memberships_now(self) -> "list[Membership]":
        """The roles this person holds now: one query, kept on the instance, hence per request."""
        if not hasattr(self, "_memberships"):
            rows = (
                Membership.objects.valid_now().filter(user=self).select_related("city", "opd").order_by("pk")
            )
            self._memberships: list[Membership] = list(rows) if self.is_active else []
        return self._memberships

    def has_role(self, *roles: str, city_id: int | None = None, opd_id: int | None = None) -> bool:
        """Whether one of `roles` is held now, in the city or agency when given.

        A role in an agency is held for every agency it has succeeded.
        """
        return any(
            held.role in roles
            and (city_id is None or held.city_id == city_id)
            and (opd_id is None or self._stands_for(held, opd_id))
            for held in self.memberships_now()
        )

    def opds(self) -> set[int]:
        """The agencies this person enters data for (operator or head), and those they have succeeded."""
        own = {held.opd_id for held in self.memberships_now() if held.role in OF_AN_OPD and held.opd_id}
        return own | self.succession().before(own) if own else own

    def headed_opds(self) -> set[int]:
        """The agencies this person heads, and those they have succeeded."""
        own = {held.opd_id for held in self.memberships_now() if held.role == Role.OPD_HEAD and held.opd_id}
        return own | self.succession().before(own) if own else own

    def home_opds(self) -> set[int]:
        """The agencies this person belongs to in any role, and those they are part of: nobody accepts their records.

        Whatever an agency was called before, or is called now, it is the same house.
        """
        return self._houses(self.memberships_now())

    def succession(self) -> "Succession":
        """Which agencies stand for which: one query, kept on the instance, hence per request."""
        if not hasattr(self, "_succession"):
            self._succession: Succession = Opd.objects.succession()
        return self._succession

    def _stands_for(self, held: "Membership", opd_id: int) -> bool:
        if held.opd_id is None or held.opd_id == opd_id:
            return held.opd_id == opd_id
        return held.opd_id in self.succession().heirs(opd_id)

    def _houses(self, memberships: "Iterable[Membership]") -> set[int]:
        """The agencies of some memberships, those of which they are units, and what these were and became."""
        own = _with_parents(memberships)
        return self.succession().line(own) if own else own

    def homes_of_reviewers(self, city_id: int) -> set[int]:
        """The agencies the city's reviewers belong to."""
        return self._homes_of(Role.REVIEWER, city_id)

    def homes_of_planners(self, city_id: int) -> set[int]:
        """The agencies the city's planners belong to."""
        return self._homes_of(Role.PLANNER, city_id)

    def _homes_of(self, role: str, city_id: int) -> set[int]:
        """One query, kept on the instance like the memberships."""
        if not hasattr(self, "_homes"):
            self._homes: dict[tuple[str, int], set[int]] = {}
        if (role, city_id) not in self._homes:
            rows = Membership.objects.valid_now().of_roles([role]).filter(city=city_id)
            self._homes[role, city_id] = self._houses(rows.select_related("opd"))
        return self._homes[role, city_id]

    def cities(self, *roles: str) -> set[int]:
        """The cities in which one of `roles` is held now."""
        return {held.city_id for held in self.memberships_now() if held.role in roles}

    def belongs_to(self, city_id: int) -> bool:
        """Whether this person serves the city, so that they may not judge it."""
        return any(held.city_id == city_id and held.role != Role.ASSESSOR for held in self.memberships_now())

    def city(self) -> City | None:
        """The city whose pages this person sees; the interface hides it while there is one."""
        return next((held.city for held in self.memberships_now()), None)

    def role_for(self, thing: Any) -> str:
        """The role in which this person acts on `thing`, for histories and receipts."""
        owner, city_id = getattr(thing, "opd_id", None), getattr(thing, "city_id", None)
        held = [row for row in self.memberships_now() if city_id is None or row.city_id == city_id]
        of_owner = [
            row.role for row in held if row.role in OF_AN_OPD and owner and self._stands_for(row, owner)
        ]
        if Role.OPD_HEAD in of_owner:
            return Role.OPD_HEAD  # who is both approves as the head
        # Whoever also enters data for another agency does not act for that one here.
        others = sorted((row.role for row in held), key=lambda role: role in OF_AN_OPD)
        return next(iter([*of_owner, *others]), "")


def _with_parents(memberships: "Iterable[Membership]") -> set[int]:
    """The agencies of some memberships, and the agencies of which those are units."""
    opds = [held.opd for held in memberships if held.opd]
    return {opd.pk for opd in opds} | {opd.parent_id for opd in opds if opd.parent_id}


class MembershipQuerySet(models.QuerySet["Membership"]):
    """How memberships are found."""

    def valid_now(self) -> Self:
        now = clock.now()
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now), valid_from__lte=now)

    def heads(self) -> Self:
        """Of accounts that can sign in."""
        return self.filter(role=Role.OPD_HEAD, user__is_active=True)

    def reminded(self, city_id: int) -> Self:
        """Those whom the ladder reaches: operators, heads and leadership whose accounts can sign in."""
        roles = [Role.OPD_OPERATOR, Role.OPD_HEAD, Role.LEADERSHIP]
        rows = self.filter(city=city_id, role__in=roles, user__is_active=True)
        return rows.select_related("user").order_by("user_id", "pk")

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def for_page(self, now: "datetime") -> Self:
        """Who holds an office now, soon, or did until a year ago; agency by agency."""
        rows = self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now - timedelta(days=365)))
        return rows.select_related("user", "opd", "city").order_by(
            F("opd__short").asc(nulls_first=True), "role", "-valid_from", "pk"
        )

    def begun_by_handover(self, old: "Membership", to: User, at: "datetime") -> "Membership | None":
        """The membership an earlier press of the same button made."""
        if old.valid_to is None or old.valid_to != at:
            return None
        return self.filter(user=to, role=old.role, city=old.city_id, opd=old.opd_id, valid_from=at).first()

    def of_roles(self, roles: "Iterable[str]") -> Self:
        return self.filter(role__in=roles)


class Membership(models.Model):
    """A role a person holds in a city or agency between two moments, and who gave it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    opd = models.ForeignKey(
        Opd, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("agency")
    )
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    acting = models.BooleanField(
        _("acting officer"),
        default=False,
        help_text=_("Holds the office for a time, in the place of its holder."),
    )
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("granted by")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        indexes = [models.Index(fields=["user", "valid_from"]), models.Index(fields=["opd", "role"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=[Role.OPD_OPERATOR, Role.OPD_HEAD]) | Q(opd__isnull=False),
                name="membership_of_an_opd",
                violation_error_message=_("An operator or head needs an agency."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="membership_period",
                violation_error_message=_("The end of validity lies before its beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.opd_id or ''}".strip()
