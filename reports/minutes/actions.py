"""What people do with minutes: ask for them, try again, take them along. One transaction each, audited."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaluations.models import Reconciliation
from opd import audit
from opd.models import User
from reports import rules
from reports.models import Minutes, lease_of_a_new_job, panel_seat_of
from smartcity.lib import clock


@transaction.atomic
def request_minutes(*, by: User, reconciliation: Reconciliation) -> tuple[Minutes, bool]:
    """Return the minutes of a closed consensus, and whether they wait anew; asking twice gives the first ones.

    `reconciliation` is one the person may see. Raises PermissionDenied, also before the closing.
    """
    if reconciliation.payload is None:
        raise PermissionDenied
    _check(by, reconciliation)
    now = clock.now()
    minutes, created = Minutes.objects.get_or_create(
        reconciliation=reconciliation,
        defaults={"requested_by": by, "requested_at": now, "lease_until": lease_of_a_new_job(now)},
    )
    if created:
        _note(minutes, "minutes.requested", by, after=reconciliation.digest)
    return minutes, created


@transaction.atomic
def retry(*, by: User, minutes: Minutes) -> bool:
    """Have failed minutes built again from the same payload. False when somebody was first."""
    _check(by, minutes.reconciliation)
    if not minutes.retry(requested_by=by):
        return False
    _note(minutes, "minutes.retried", by)
    return True


@transaction.atomic
def renew(*, by: User, minutes: Minutes) -> bool:
    """Have minutes whose file is gone or changed built again. False when somebody was first."""
    _check(by, minutes.reconciliation)
    if not minutes.renew(requested_by=by):
        return False
    _note(minutes, "minutes.renewed", by, before=minutes.sha256)
    return True


@transaction.atomic
def note_taken(*, by: User, minutes: Minutes) -> None:
    """Write down who took the file along: it leaves the portal."""
    _note(minutes, "minutes.taken", by, after=minutes.sha256)


def note_built(minutes: Minutes) -> None:
    """Write down what a worker built; inside the transaction that finishes it."""
    _note(minutes, "minutes.built", None, after=minutes.sha256)


def _check(by: User, reconciliation: Reconciliation) -> None:
    seated = panel_seat_of(by, reconciliation.window_id)
    if not rules.may_make_minutes(by, reconciliation.city_id, seated=seated):
        raise PermissionDenied


def _note(minutes: Minutes, action: str, by: User | None, *, before: str = "", after: str = "") -> None:
    audit.record(
        by=by,
        action=action,
        obj=minutes,
        city_id=minutes.city_id,
        year=minutes.reconciliation.window.year,
        before=before,
        after=after,
    )
