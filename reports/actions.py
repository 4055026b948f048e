"""What people do with reports: ask for one, try a failed one again. One transaction each, audited."""

import re

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evaluations.models import EvaluationWindow
from opd import audit
from opd.models import City, User
from reports import context, rules
from reports.models import Report, lease_of_a_new_job
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from smartcity.lib.workflow import NotReady, Problem

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")


def request_report(*, by: User, city: City, year: int, window: EvaluationWindow | None, key: str) -> Report:
    """Freeze the data of a year and return the waiting report; the same `key` returns the first one.

    Raises PermissionDenied, NotReady while another version of the year is being built, and ValueError for
    what is no key.
    """
    if not rules.may_ask_in(by, city.pk) or (window is not None and window.is_rehearsal):
        raise PermissionDenied
    if not _KEY.fullmatch(key):
        raise ValueError("not an idempotency key")
    if first := Report.objects.filter(idempotency_key=key, requested_by=by).first():
        return first
    if other := Report.objects.of_city(city.pk).in_year(year).under_way().first():
        wait = _("Wait until version %(version)d is finished.") % {"version": other.version}
        raise NotReady([Problem(wait)])
    try:
        return _create(by, city, year, window, key)
    except IntegrityError:
        # Two clicks at once: the other one made the row, or took the version number.
        first = Report.objects.filter(idempotency_key=key, requested_by=by).first()
        return first or _create(by, city, year, window, key)


@transaction.atomic
def _create(by: User, city: City, year: int, window: EvaluationWindow | None, key: str) -> Report:
    now, kind, role = clock.now(), Report.Kind.READINESS, rules.asking_role(by, city.pk)
    number, version = number_of(city, year), Report.objects.next_version(city.pk, year, kind)
    inputs = context.freeze(
        city=city, year=year, window=window, number=number, version=version, by=by, role=role, at=now
    )
    report = Report.objects.create(
        city=city,
        window=window,
        year=year,
        kind=kind,
        number=number,
        version=version,
        inputs=inputs,
        digest=digest_of(inputs),
        requested_by=by,
        requested_role=role,
        requested_at=now,
        idempotency_key=key,
        lease_until=lease_of_a_new_job(now),
    )
    audit.record(
        by=by, action="report.requested", obj=report, city_id=city.pk, year=year, after=report.digest
    )
    return report


@transaction.atomic
def retry(*, by: User, report: Report) -> bool:
    """Have a failed report built again from the same frozen data. False when somebody was first."""
    if not rules.may_retry(by, report):
        raise PermissionDenied
    if not report.retry():
        return False
    audit.record(by=by, action="report.retried", obj=report, city_id=report.city_id, year=report.year)
    return True


def number_of(city: City, year: int) -> str:
    """The number of a city's report of a year, such as LK-2022-2172; the version tells them apart."""
    return f"LK-{year}-{city.code.replace('.', '')}"
