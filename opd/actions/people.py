"""People change: one person's role ends at a moment and another's begins, in one step; nothing is rewritten."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from opd import audit, rules
from opd.models import Membership, User
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, Problem


@transaction.atomic
def hand_over(
    *, pk: int, to: User, at: datetime, until: datetime | None, acting: bool, by: User
) -> Membership:
    """End a role at `at` and give it to `to` from then on; return the new membership.

    Raises PermissionDenied, and NotReady with what does not fit. Sent twice it is done once.
    """
    old = Membership.objects.select_for_update(of=("self",)).select_related("city", "opd", "user").get(pk=pk)
    if not rules.may_hand_over(by, old):
        raise PermissionDenied
    if done := Membership.objects.begun_by_handover(old, to, at):
        return done
    if problems := _problems(old, to, at, until, by):
        raise NotReady(problems)
    old.valid_to = at
    old.save(update_fields=["valid_to"])
    new = Membership.objects.create(
        user=to, role=old.role, city=old.city, opd=old.opd, valid_from=at, valid_to=until, acting=acting,
        granted_by=by,
    )  # fmt: skip
    for action, row in (("membership.ended", old), ("membership.granted", new)):
        audit.record(
            by=by,
            action=action,
            obj=row,
            city_id=old.city_id,
            year=old.city.evaluation_year,
            reason=_told(row),
        )
    return new


def _told(row: Membership) -> str:
    """Role, account and time, for the audit trail: ids, never names."""
    end = row.valid_to.isoformat() if row.valid_to else ""
    acting = " acting" if row.acting else ""
    return f"{row.role}{acting} opd={row.opd_id or ''} user={row.user_id} {row.valid_from.isoformat()}/{end}"


def _problems(old: Membership, to: User, at: datetime, until: datetime | None, by: User) -> list[Problem]:
    found = []
    if at <= old.valid_from or (old.valid_to is not None and at > old.valid_to):
        found.append(Problem(_("On this day the present holder does not hold the role."), "#id_at"))
    if at < clock.now():
        found.append(
            Problem(_("What was done before stays as it was: choose today or a later day."), "#id_at")
        )
    if until is not None and until <= at:
        found.append(Problem(_("The end lies before the beginning."), "#id_until"))
    if not to.is_active or to.pk == old.user_id:
        found.append(Problem(_("Choose another account that can sign in."), "#id_to"))
    if to.pk == by.pk:
        found.append(Problem(_("Nobody gives a role to themselves."), "#id_to"))
    return found
