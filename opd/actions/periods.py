"""The reviewer sets until when reports are due, and when who is reminded."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from opd import audit, rules
from opd.models import City, ReportingPeriod, User
from smartcity.lib.models import StaleVersion, digest_of

DATES = ("opens_on", "due_at", "remind_operator_on", "remind_head_on", "remind_assistant_on")


@transaction.atomic
def save_periods(
    *, city: City, year: int, values: Iterable[tuple[int, int, Mapping[str, Any]]], by: User
) -> int:
    """Save the quarters of a year: (quarter, version read or 0, dates). Return how many changed.

    Raises StaleVersion with the quarter somebody saved meanwhile, and PermissionDenied; then nothing is saved.
    What is saved already is no conflict. Reminders that were sent stay sent.
    """
    if not rules.may_set_periods(by, city.pk):
        raise PermissionDenied
    City.objects.select_for_update().get(pk=city.pk)  # two who begin the same year wait for each other
    kept = {
        row.quarter: row for row in ReportingPeriod.objects.select_for_update().filter(city=city, year=year)
    }
    changed = 0
    for quarter, version, typed in values:
        period = kept.get(quarter) or ReportingPeriod(city=city, year=year, quarter=quarter, version=0)
        if period.pk and all(getattr(period, name) == typed[name] for name in DATES):
            continue
        if period.version != version:
            raise StaleVersion(period)
        before = _digest(period) if period.pk else ""
        for name in DATES:
            setattr(period, name, typed[name])
        period.version += 1
        period.sample = False
        period.save()
        audit.record(
            by=by,
            action="period.saved",
            obj=period,
            city_id=city.pk,
            year=year,
            before=before,
            after=_digest(period),
        )
        changed += 1
    return changed


def _digest(period: ReportingPeriod) -> str:
    return digest_of({name: getattr(period, name).isoformat() for name in DATES})
