"""What people do with dossiers: ask for one, try again, take it along. One transaction each, audited."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaluations.models import Snapshot
from opd import audit
from opd.models import User
from reports import rules
from reports.models import Dossier, lease_of_a_new_job
from smartcity.lib import clock


@transaction.atomic
def request_dossier(*, by: User, snapshot: Snapshot, seated: bool) -> tuple[Dossier, bool]:
    """Return the dossier of a snapshot, and whether it waits anew; asking twice gives the first one.

    `seated`: the person holds a usable seat in the window. Raises PermissionDenied.
    """
    if (
        not rules.may_build_dossier(by, snapshot.window.city_id, seated=seated)
        or snapshot.window.is_rehearsal
    ):
        raise PermissionDenied
    now = clock.now()
    dossier, created = Dossier.objects.get_or_create(
        snapshot=snapshot,
        defaults={"requested_by": by, "requested_at": now, "lease_until": lease_of_a_new_job(now)},
    )
    if created:
        _note(dossier, "dossier.requested", by, after=snapshot.digest)
    return dossier, created


@transaction.atomic
def retry(*, by: User, dossier: Dossier, seated: bool) -> bool:
    """Have a failed dossier built again from the same snapshot. False when somebody was first."""
    if not rules.may_build_dossier(by, dossier.city_id, seated=seated):
        raise PermissionDenied
    if not dossier.retry(requested_by=by):
        return False
    _note(dossier, "dossier.retried", by)
    return True


@transaction.atomic
def renew(*, by: User, dossier: Dossier, seated: bool) -> bool:
    """Have a dossier whose file is gone or changed built again. False when somebody was first."""
    if not rules.may_build_dossier(by, dossier.city_id, seated=seated):
        raise PermissionDenied
    if not dossier.renew(requested_by=by):
        return False
    _note(dossier, "dossier.renewed", by, before=dossier.sha256)
    return True


@transaction.atomic
def note_taken(*, by: User, dossier: Dossier) -> None:
    """Write down who took the file along: it leaves the portal."""
    _note(dossier, "dossier.taken", by, after=dossier.sha256)


def note_built(dossier: Dossier) -> None:
    """Write down what a worker built; inside the transaction that finishes it."""
    _note(dossier, "dossier.built", None, after=dossier.sha256)


def _note(dossier: Dossier, action: str, by: User | None, *, before: str = "", after: str = "") -> None:
    audit.record(
        by=by,
        action=action,
        obj=dossier,
        city_id=dossier.city_id,
        year=dossier.snapshot.window.year,
        before=before,
        after=after,
    )
