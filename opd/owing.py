"""What an agency still owes for a quarter, counted from the summaries: the board and the ladder ask the same.

The cost does not grow with the records: totals come from PlanTally (how many reports are expected) and ProgressTally
(where they stand). Only reports of programmes that were stopped later are looked up, since nobody expects those.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Subquery, Sum
from django.db.models.functions import ExtractMonth

from opd.models import (
    City,
    Opd,
    PlanTally,
    Program,
    ProgramYear,
    Progress,
    ProgressSubmission,
    ProgressTally,
    ReportingPeriod,
    State,
    Tally,
)
from opd.models.tally import COUNTED

NOTHING, INCOMPLETE, COMPLETE = "nothing", "incomplete", "complete"
SUBMITTED, RETURNED, VERIFIED = "submitted", "returned", "verified"
LATE, AHEAD, NONE = "late", "ahead", "none"
#: Who needs help most comes first.
WORST_FIRST = (LATE, NOTHING, RETURNED, INCOMPLETE, COMPLETE, SUBMITTED, VERIFIED, AHEAD, NONE)

DUE_DAY, BEFORE, AFTER = 10, timedelta(days=7), timedelta(days=5)


@dataclass(frozen=True)
class Standing:
    """Where the reports of one agency and quarter (or its quick wins of a year) stand."""

    expected: int = 0
    draft: int = 0
    proposed: int = 0
    submitted: int = 0
    returned: int = 0
    verified: int = 0
    filled: int = 0
    total: int = 0
    late: int = 0

    @property
    def begun(self) -> int:
        return self.draft + self.proposed + self.submitted + self.returned + self.verified

    @property
    def handed_in(self) -> int:
        return self.submitted + self.verified

    @property
    def owing(self) -> int:
        """Expected and not handed in: not begun, not sent, or returned."""
        return max(0, self.expected - self.handed_in)

    @property
    def missing(self) -> int:
        """Expected and not even begun."""
        return max(0, self.expected - self.begun)

    def state(self, *, opened: bool, overdue: bool) -> str:
        """The worst open state; see WORST_FIRST. Handed in is never late any more."""
        if not self.expected:
            return NONE
        if self.owing and overdue:
            return LATE
        if not self.begun:
            return NOTHING if opened else AHEAD
        if self.returned:
            return RETURNED
        if self.owing:
            return COMPLETE if not self.missing and self.filled >= self.total else INCOMPLETE
        return SUBMITTED if self.submitted else VERIFIED


def reports_of(city_id: int, year: int) -> dict[tuple[int, int], Standing]:
    """Return the standing of each agency and quarter of a year, by (opd_id, quarter)."""
    plan = PlanTally.objects.of_year(city_id, year).values("opd_id").order_by()
    expected = dict(plan.annotate(n=Sum("expected")).values_list("opd_id", "n"))
    names = (*COUNTED, "filled", "total", "late")
    rows: Any = ProgressTally.objects.of_year(city_id, year).values("opd_id", "quarter").order_by()
    counts = {
        (row["opd_id"], row["quarter"]): {name: row[f"n_{name}"] for name in names}
        for row in rows.annotate(**{f"n_{name}": Sum(name) for name in names})
    }
    for opd_id, quarter, status, number in _not_expected(city_id, year):
        if (cell := counts.get((opd_id, quarter))) and status in cell:
            cell[status] -= number
    nothing = dict.fromkeys(names, 0)
    keys = {(opd_id, quarter) for opd_id in expected for quarter in (1, 2, 3, 4)} | counts.keys()
    return {
        key: Standing(expected=expected.get(key[0], 0), **counts.get(key, nothing)) for key in sorted(keys)
    }


def _not_expected(city_id: int, year: int) -> Iterable[tuple[int, int, str, int]]:
    """Reports of programmes that are stopped now: they were told, and are not among the expected ones."""
    stopped = ProgramYear.objects.filter(year=year, state=State.STOPPED).values("program")
    rows = Progress.objects.of_city(city_id).filter(year=year, program__in=stopped)
    return rows.order_by().values_list("opd_id", "quarter", "status").annotate(n=Count("pk"))


def quick_wins_of(city_id: int, year: int) -> dict[int, Standing]:
    """Return the standing of each agency's quick wins of a year, by opd_id."""
    names = (*COUNTED, "filled", "total")
    rows: Any = Tally.objects.of_year(city_id, year).values("opd_id").order_by()
    found = {}
    for row in rows.annotate(**{f"n_{name}": Sum(name) for name in names}):
        counts = {name: row[f"n_{name}"] for name in names}
        found[row["opd_id"]] = Standing(expected=sum(counts[name] for name in COUNTED), **counts)
    return found


def programs_of(opd: Opd, year: int, quarter: int) -> list[dict[str, Any]]:
    """Return pk, code, name and report (its status, or None) of the programmes that owe a report of a quarter."""
    asked = ProgramYear.objects.filter(program=OuterRef("pk"), year=year).exclude(state=State.STOPPED)
    reports = Progress.objects.filter(program=OuterRef("pk")).in_quarter(year, quarter)
    rows = Program.objects.filter(Exists(asked), opd=opd).approved().order_by("code")
    told: Any = rows.annotate(report=Subquery(reports.values("status")[:1]))
    return list(told.values("pk", "code", "name", "report"))


def arrivals_of(city: City, year: int) -> dict[tuple[int, int], int]:
    """Return how many reports first came in, by (opd_id, month) of a calendar year in the city's zone."""
    zone = ZoneInfo(city.timezone)
    begins, ends = (datetime(number, 1, 1, tzinfo=zone) for number in (year, year + 1))
    first = ProgressSubmission.objects.filter(
        sequence=1, at__gte=begins, at__lt=ends, progress__city=city, progress__year__in=(year - 1, year)
    )
    month = ExtractMonth("at", tzinfo=zone)
    rows = first.order_by().annotate(month=month).values_list("progress__opd_id", "month")
    return {(opd_id, number): count for opd_id, number, count in rows.annotate(n=Count("pk"))}


def periods_of(city: City, year: int) -> list[ReportingPeriod]:
    """Return the four quarters of a year, those not set yet with the usual dates and not saved."""
    known = {row.quarter: row for row in ReportingPeriod.objects.filter(city=city, year=year)}
    return [known.get(quarter) or usual_period(city, year, quarter) for quarter in (1, 2, 3, 4)]


def usual_period(city: City, year: int, quarter: int) -> ReportingPeriod:
    """The dates most offices use: due on the 10th of the month after, at the end of the day."""
    begins = date(year + quarter // 4, quarter * 3 % 12 + 1, 1)
    due = begins.replace(day=DUE_DAY)
    return ReportingPeriod(
        city=city,
        year=year,
        quarter=quarter,
        opens_on=begins - timedelta(days=6),
        due_at=datetime.combine(due, time(23, 59), ZoneInfo(city.timezone)),
        remind_operator_on=due - BEFORE,
        remind_head_on=due,
        remind_assistant_on=due + AFTER,
    )
