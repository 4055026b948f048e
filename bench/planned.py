"""A city of 60 agencies with its masterplan and as many progress reports as one likes, a statement per table.

The city itself has 131 programmes in five years, 2,620 reports. For other sizes the number of programmes changes, and
for 1k the number of years that are told; the programmes always stand in the same 131 cells (agency by dimension),
so that pages of summaries show the same at every size.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from bench.city import LONG_AGO, Built, Size, build, opened
from bench.content import Words
from bench.many import NAMES, Crowd, insert, pick, quick_wins
from opd import owing, tallies
from opd.models import (
    CityBudget,
    MasterPlan,
    Membership,
    Program,
    ProgramYear,
    Progress,
    ProgressSubmission,
    Reminder,
    ReportingPeriod,
    Role,
    Rung,
    User,
)
from smartcity.lib import clock

OPDS, PROGRAMS, YEARS, QUARTERS = 60, 131, 5, 4
#: Of the year now worked on; earlier years are verified.
STATUSES = (
    "verified", "submitted", "draft", "verified", "returned", "verified", "submitted", "verified", "draft", "proposed",
)  # fmt: skip
#: One in twenty was stopped, one is told of by nobody.
STATES = (
    ("RUNNING",) * 9
    + ("DONE",) * 5
    + ("NOT_STARTED", "NOT_STARTED", "IN_DISCUSSION", "RUNNING", "STOPPED", "")
)


def shape(count: int) -> tuple[int, int]:
    """Return how many programmes there are, and how many years of them are told, for about `count` reports."""
    programs = max(PROGRAMS, count // (YEARS * QUARTERS))
    return programs, min(YEARS, max(1, round(count / (programs * QUARTERS))))


def fill(count: int, folder: Any, code: str = "21.95") -> Crowd:
    """Make the city in the database of the moment."""
    built = build(code, Size(OPDS, 0, 0), folder)
    now = clock.now()
    built.city.evaluation_year = now.year - 1  # the last one whose four quarters are over
    built.city.save()
    window, _seat = opened(built, opens=_yesterday(now), year=built.city.evaluation_year)
    _people(built)
    programs, told = shape(count)
    _programs(built, programs)
    _reports(built, told)
    _ladder(built)
    quick_wins(built, 6 * OPDS, built.city.evaluation_year)
    tallies.rebuild(built.city.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Crowd(built, window, programs * told * QUARTERS)


def _yesterday(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)


def _people(built: Built) -> None:
    """Every agency has an operator and a head, as the cast's own agency has."""
    roles = (Role.OPD_OPERATOR, Role.OPD_HEAD)
    staffed = built.cast["head"].opds()
    offices = [(opd, role) for opd in built.opds if opd.pk not in staffed for role in roles]
    users = User.objects.bulk_create(User(username=f"{role}-{opd.short}") for opd, role in offices)
    Membership.objects.bulk_create(
        Membership(user=user, role=role, city=built.city, opd=opd, valid_from=LONG_AGO)
        for user, (opd, role) in zip(users, offices, strict=True)
    )


def _programs(built: Built, count: int) -> None:
    words, last = Words(), built.city.evaluation_year
    first = last - YEARS + 1
    plan = MasterPlan.objects.create(city=built.city, title="Masterplan", year_from=first, year_to=last)
    CityBudget.objects.bulk_create(
        CityBudget(city=built.city, year=year, total=Decimal(10**12)) for year in range(first, last + 1)
    )
    cell, dimension = (
        f"(n %% {PROGRAMS})",
        f"(n %% {PROGRAMS} + n %% {PROGRAMS} / {OPDS}) %% {len(built.dimensions)}",
    )
    given = {
        "city_id": "%(city)s", "plan_id": "%(plan)s", "created_by_id": "%(by)s", "version": "1", "status": "'approved'",
        "opd_id": f"(%(opds)s)[1 + {cell} %% {OPDS}]", "dimension_id": f"(%(dimensions)s)[1 + {dimension}]",
        "sub_dimension_id": f"(%(subs)s)[1 + {dimension}]", "name": pick("names", range(NAMES)),
        "code": f"(%(codes)s)[1 + {dimension}] || '-' || lpad(n::text, 6, '0')",
        "measure": "CASE WHEN n %% 3 = 0 THEN 'per_period' ELSE 'cumulative' END",
        "better": "CASE WHEN n %% 10 = 0 THEN 'down' ELSE 'up' END", "horizon": "'SHORT'", "category": "'SERVICE'",
        "indicator": "'Layanan'", "unit": "'layanan'", "created_at": "now()",
        "updated_at": "now() - (n %% 40) * interval '1 day'", "submitted_at": "now()", "approved_at": "now()",
    }  # fmt: skip
    values = {
        "city": built.city.pk, "plan": plan.pk, "by": built.cast["planner"].pk, "count": count,
        "opds": [row.pk for row in built.opds], "dimensions": [row.pk for row in built.dimensions],
        "subs": [built.subs[row.pk][0].pk for row in built.dimensions], "codes": [row.code for row in built.dimensions],
        "names": [words.name() for _ in range(NAMES)],
    }  # fmt: skip
    insert(Program, given, "generate_series(1, %(count)s) AS n", values)
    years = {
        "program_id": "p.id", "year": "y", "target": "100", "budget": "1000000 * (1 + p.id %% 90)",
        "actual": "(p.id * 7 + y) %% 150", "absorbed": "900000 * (1 + p.id %% 90)", "state": "s", "carried": "false",
        "fund_source": "CASE WHEN p.id %% 4 = 0 THEN 'DAK' ELSE 'APBD' END",
        "state_reason": "CASE WHEN s = 'STOPPED' THEN 'Digabung' ELSE '' END",
    }  # fmt: skip
    source = (
        "opd_program p, generate_series(%(first)s, %(last)s) AS y, "
        f"LATERAL (SELECT (%(states)s)[1 + (p.id + y) %% {len(STATES)}] AS s) AS state"
    )
    insert(ProgramYear, years, source, {"first": first, "last": last, "states": list(STATES)})


def _reports(built: Built, told: int) -> None:
    """The reports of every programme in the years that are told, and a receipt for each that was submitted."""
    last = built.city.evaluation_year
    status = (
        f"CASE WHEN y < %(last)s THEN 'verified' ELSE (%(statuses)s)[1 + (p.id + q) %% {len(STATUSES)}] END"
    )
    # Reports come in from the 26th of a quarter's last month; one in twelve ten days later than the rest.
    sent = (
        "make_timestamptz(y, q * 3, 26, 1, 0, 0) + (p.id %% 15000) * interval '1 minute'"
        " + CASE WHEN p.id %% 12 = 0 THEN interval '20 days' ELSE interval '0' END"
    )
    given = {
        "city_id": "p.city_id", "program_id": "p.id", "opd_id": "p.opd_id", "dimension_id": "p.dimension_id",
        "year": "y", "quarter": "q", "status": "s", "version": "1", "created_by_id": "%(by)s",
        "value": "(p.id * 7 + q) %% 150", "absorbed": "200000 * q", "filled": "4 + p.id %% 3", "total": "6",
        "state": "'RUNNING'", "next_step": "'Dilanjutkan.'", "created_at": sent, "updated_at": sent,
        "submitted_at": f"CASE WHEN s IN ('draft', 'proposed') THEN NULL ELSE {sent} END",
        "verified_at": f"CASE WHEN s = 'verified' THEN {sent} + interval '2 days' ELSE NULL END",
        "late": "s NOT IN ('draft', 'proposed') AND p.id %% 12 = 0",
        "corrections": "CASE WHEN s = 'verified' AND p.id %% 15 = 0 THEN 1 ELSE 0 END",
    }  # fmt: skip
    source = (
        f"opd_program p, generate_series(%(first)s, %(last)s) AS y, generate_series(1, {QUARTERS}) AS q, "
        f"LATERAL (SELECT {status} AS s) AS status"
    )
    head = built.cast["head"].pk
    values = {"first": last - told + 1, "last": last, "statuses": list(STATUSES), "by": head}
    insert(Progress, given, source, values)
    receipt = {
        "progress_id": "r.id", "sequence": "1", "number": "'TW' || r.id", "at": "r.submitted_at", "by_id": "%(by)s",
        "role": "'head'", "digest": "repeat('0', 64)",
        # What a report says again that is opened for correction and not verified yet.
        "payload": "jsonb_build_object('values', jsonb_build_object('value', r.value::text, 'absorbed',"
        " r.absorbed::text, 'state', r.state, 'state_reason', ''))",
    }  # fmt: skip
    insert(ProgressSubmission, receipt, "opd_progress r", {"by": head}, "r.submitted_at IS NOT NULL")


def _ladder(built: Built) -> None:
    """The dates of every quarter, and who was reminded of those of the year now worked on."""
    last = built.city.evaluation_year
    periods = ReportingPeriod.objects.bulk_create(
        owing.usual_period(built.city, year, quarter)
        for year in range(last - YEARS + 1, last + 1)
        for quarter in range(1, QUARTERS + 1)
    )
    Reminder.objects.bulk_create(
        Reminder(period=period, opd=opd, rung=rung, day=period.day_of(rung), owing=1, expected=2, told=1)
        for period in periods
        if period.year == last
        for place, opd in enumerate(built.opds)
        for step, rung in enumerate((Rung.OPERATOR, Rung.HEAD, Rung.ASSISTANT))
        if place % (step + 1) == 0
    )
