"""The quarterly reports of the workspace: what lies with a person, and what the quarter still lacks."""

from typing import Any

from django.urls import reverse

from opd.models import City, Program, Progress, ProgressEvent, ReportingPeriod, Status, User
from opd.presentation.progress import lateness
from opd.presentation.quick_wins import badge
from smartcity.lib import clock, dates

SHOWN = 12


def progress_tasks(user: User, city: City) -> dict[str, Any]:
    """Return the reports in this person's hands, returned ones first, with the due date of each one's quarter."""
    found = list(Progress.objects.of_city(city.pk).with_person(user).for_list()[: SHOWN + 1])
    now = clock.now()
    years = {row.year for row in found[:SHOWN]} | {city.evaluation_year}
    periods = {
        (row.year, row.quarter): row
        for row in ReportingPeriod.objects.of_city(city.pk).filter(year__in=years)
    }
    reasons = _reasons([row for row in found if row.status == Status.RETURNED])
    return {
        "rows": [
            _row(row, periods.get((row.year, row.quarter)), reasons.get(row.pk, "")) for row in found[:SHOWN]
        ],
        "more": len(found) > SHOWN,
        "owed": _owed(user, city, [row for row in periods.values() if row.is_open(now)]),
    }


def _reasons(returned: list[Progress]) -> dict[int, str]:
    """Why each was returned last: one query."""
    events = ProgressEvent.objects.filter(progress__in=returned, target=Status.RETURNED)
    return dict(events.order_by("at", "pk").values_list("progress", "note"))


def _row(report: Progress, period: ReportingPeriod | None, reason: str) -> dict[str, Any]:
    to_approve = report.status == Status.PROPOSED
    return {
        "title": report.title,
        "quarter": f"TW {report.quarter} {report.year}",
        "status": badge(report.status),
        "reason": reason,
        "due": dates.short_date(period.due_at) if period else "",
        "late": "" if report.submitted_at else lateness(period, None, clock.now()),
        "url": reverse("opd:progress" if to_approve else "opd:progress_edit", args=[report.pk]),
        "primary": to_approve or report.status == Status.RETURNED,
    }


def _owed(user: User, city: City, opened: list[ReportingPeriod]) -> dict[str, Any] | None:
    """How many programmes have no report yet in the quarter opened last, and until when."""
    newest = max(
        (row for row in opened if row.year == city.evaluation_year),
        key=lambda row: row.quarter,
        default=None,
    )
    if newest is None:
        return None
    written = Progress.objects.in_quarter(newest.year, newest.quarter).values("program")
    programs = Program.objects.of_own_opds(user).of_city(city.pk).approved().in_year(newest.year)
    count = programs.exclude(pk__in=written).count()
    return {
        "count": count,
        "quarter": newest.quarter,
        "year": newest.year,
        "due": dates.wib(newest.due_at),
        "late": lateness(newest, None, clock.now()),
    }
