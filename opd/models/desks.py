"""On whose desk a record lies: the rules of `opd.rules` as filters, for lists and for the summary alike."""

from typing import TYPE_CHECKING

from django.db.models import Exists, Q

if TYPE_CHECKING:
    from opd.models.people import User


def approved_by(user: "User") -> Q:
    """Agencies whose records this person approves: as their head, or as operator of one without a head.

    The head of a successor is the head of what it has succeeded, as `Opd.has_head` has it.
    A filter over `opd`, of quick wins and of the summary alike.
    """
    from opd.models.people import Membership

    heads, own = Membership.objects.valid_now().heads(), user.opds()
    headed = Q(opd__in=heads.filter(opd__in=own).values("opd"))
    for old in own:
        if heirs := user.succession().heirs(old):
            headed |= Q(Exists(heads.filter(opd__in=heirs)), opd=old)
    return Q(opd__in=user.headed_opds()) | ~headed


def verified_by(user: "User") -> Q:
    """Agencies whose records this person accepts: `rules.may_verify` as a filter over `city` and `opd`."""
    from opd.models.people import Role

    home = user.home_opds()
    mine = Q(city__in=user.cities(Role.REVIEWER))
    for city in user.cities(Role.PLANNER):
        houses = user.homes_of_reviewers(city)
        mine |= Q(city=city) & (Q(opd__in=houses) | Q(opd__parent__in=houses))
    return mine & ~Q(opd__in=home) & ~Q(opd__parent__isnull=False, opd__parent__in=home)
