"""A page costs as many statements in a city of 60 agencies with five years of 131 programmes as in a small one.

Lists show two rows in the small city and twenty in the large one, with more behind them in both, so that what is
asked once per row, agency, programme, quarter or year is seen. Times are measured by bin/bench.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opd import owing, tallies
from opd.models import (
    City,
    Decision,
    MasterPlan,
    Meeting,
    Membership,
    Opd,
    Program,
    ProgramYear,
    Progress,
    ProgressSubmission,
    Reminder,
    ReportingPeriod,
    Role,
    Rung,
    State,
    User,
)
from smartcity.lib import clock
from tests.scenarios import YEAR

As = Callable[..., Client]

OPDS, PROGRAMS, YEARS = 60, 131, 5
PAGES = {
    "/board/": ("reviewer", "leader", "operator"),
    "/board/?by=month": ("reviewer",),
    "/city/plan/": ("leader", "reviewer"),
    "/plan/": ("leader", "planner"),
    "/programs/": ("reviewer", "planner", "operator"),
    "/programs/?status=approved&year=2022&state=RUNNING": ("leader",),
    "/programs/?sort=recent": ("planner",),
    "/progress/?sort=opd": ("reviewer",),
    "/decisions/?sort=opd": ("reviewer",),
    "/meetings/?sort=title": ("reviewer",),
    "/progress/": ("reviewer", "leader", "operator"),
    "/queue/?kind=progress": ("reviewer", "planner", "auditor"),
    "/meetings/agenda/": ("reviewer",),
    "/workspace/": ("operator", "head"),
}
VISITS = [(path, name) for path, names in PAGES.items() for name in names]
LISTS = tuple(f"opd.views.{name}" for name in ("programs", "progress_list", "queue", "decisions", "meetings"))
STATUSES = ("verified", "submitted", "draft", "returned", "verified", "proposed")
STATES = (State.RUNNING, State.DONE, State.NOT_STARTED, State.IN_DISCUSSION, State.STOPPED)


class Town:
    """A city that is filled, and filled further, by a few statements a table; its summaries are rebuilt."""

    def __init__(self, city: City, opds: dict[str, Opd], cast: dict[str, User]) -> None:
        self.city, self.cast, self.opds = city, cast, [opds["DISBUDPAR"], opds["DISHUB"]]
        self.plan = MasterPlan.objects.create(city=city, title="Rencana", year_from=2018, year_to=2022)
        self.dimensions = list(city.dimension_set.dimensions.prefetch_related("sub_dimensions"))
        self.programs: list[Program] = []

    def grow(self, opds: int, programs: int, years: int) -> None:
        """Bring the city to so many agencies and programmes, each with four quarters in so many years."""
        there = ProgramYear.objects.count()
        self._agencies(opds)
        self._programs(programs)
        told = [(program, year) for year in range(YEAR - years + 1, YEAR + 1) for program in self.programs]
        old = set(ProgramYear.objects.values_list("program", "year"))
        self._years([(program, year) for program, year in told if (program.pk, year) not in old])
        self._talk()
        tallies.rebuild(self.city.pk)
        assert ProgramYear.objects.count() == programs * years > there

    def _agencies(self, count: int) -> None:
        fresh = Opd.objects.bulk_create(
            Opd(city=self.city, short=f"OPD{number}", official_name=f"Dinas {number}", kind="dinas")
            for number in range(len(self.opds), count)
        )
        self.opds += fresh
        roles = (Role.OPD_OPERATOR, Role.OPD_HEAD)
        offices = [(opd, role) for opd in fresh for role in roles]
        users = User.objects.bulk_create(User(username=f"{role}-{opd.short}") for opd, role in offices)
        Membership.objects.bulk_create(
            Membership(
                user=user, role=role, city=self.city, opd=opd, valid_from=clock.now() - timedelta(days=9)
            )
            for user, (opd, role) in zip(users, offices, strict=True)
        )

    def _programs(self, count: int) -> None:
        now = clock.now()
        fresh = []
        for number in range(len(self.programs), count):
            dimension = self.dimensions[number % len(self.dimensions)]
            fresh.append(
                Program(
                    city=self.city, plan=self.plan, dimension=dimension, code=f"P-{number:04d}", name=f"Kerja {number}",
                    # Half of them with one agency, so that its own lists are long as well.
                    opd=self.opds[0] if number % 2 else self.opds[number // 2 % len(self.opds)],
                    sub_dimension=dimension.sub_dimensions.all()[0], created_by=self.cast["planner"],
                    status="submitted" if number % 11 == 5 else "approved", submitted_at=now, approved_at=now,
                )
            )  # fmt: skip
        self.programs += Program.objects.bulk_create(fresh)

    def _years(self, told: list[tuple[Program, int]]) -> None:
        now, by = clock.now(), self.cast["head"]
        ProgramYear.objects.bulk_create(
            ProgramYear(
                program=program, year=year, target=100, actual=_number(program), budget=10**6, fund_source="APBD",
                state=STATES[_number(program) % 5], state_reason="Digabung." if _number(program) % 5 == 4 else "",
            )
            for program, year in told
        )  # fmt: skip
        for year in {year for _program, year in told}:
            if not ReportingPeriod.objects.filter(year=year).exists():
                ReportingPeriod.objects.bulk_create(
                    owing.usual_period(self.city, year, quarter) for quarter in range(1, 5)
                )
        rows = []
        for program, year in told:
            number = _number(program)
            for quarter in range(1, 5):
                status = STATUSES[(number + quarter) % len(STATUSES)] if year == YEAR else "verified"
                away = status not in ("draft", "proposed")
                rows.append(
                    Progress(
                        city=self.city, program=program, opd_id=program.opd_id, dimension_id=program.dimension_id,
                        year=year, quarter=quarter, status=status, value=quarter, filled=4, total=6, created_by=by,
                        late=away and number % 2 == 0, corrections=number % 2,
                        submitted_at=now - timedelta(days=number % 30) if away else None,
                        verified_at=now if status == "verified" else None,
                    )
                )  # fmt: skip
        made = Progress.objects.bulk_create(rows)
        ProgressSubmission.objects.bulk_create(
            ProgressSubmission(
                progress=row, sequence=1, number=f"TW{row.pk}", at=row.submitted_at, by=by, role="head",
                digest="0" * 64, payload={"values": {}},
            )
            for row in made
            if row.submitted_at
        )  # fmt: skip

    def _talk(self) -> None:
        """Reminders of the last year, and a decision of a meeting for each agency."""
        meeting, _made = Meeting.objects.get_or_create(
            city=self.city,
            title="Rapat",
            held_at=clock.now() - timedelta(days=30),
            created_by=self.cast["reviewer"],
        )
        done = set(Decision.objects.values_list("opd", flat=True))
        Decision.objects.bulk_create(
            Decision(
                meeting=meeting, opd=opd, number=number, text="Lengkapi.", due_on=date(2022, 9, 1)
            )
            for number, opd in enumerate(self.opds, start=1)
            if opd.pk not in done
        )  # fmt: skip
        Reminder.objects.bulk_create(
            [
                Reminder(period=period, opd=opd, rung=rung, day=date(2022, 9, 1), owing=1, expected=2)
                for period in ReportingPeriod.objects.filter(year=YEAR)
                for opd in self.opds
                for rung in (Rung.OPERATOR, Rung.HEAD)
            ],
            ignore_conflicts=True,
        )


def _number(program: Program) -> int:
    return int(program.code[2:])


@pytest.fixture
def town(city: City, opds: dict[str, Opd], cast: dict[str, User]) -> Town:
    return Town(city, opds, cast)


def statements(client: Client, path: str) -> list[str]:
    """What a page asks the database once it has been seen."""
    assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return [query["sql"] for query in captured]


def asked(town: Town, as_: As) -> dict[tuple[str, str], list[str]]:
    return {(path, name): statements(as_(town.cast[name]), path) for path, name in VISITS}


def test_sixty_agencies_cost_as_many_statements_as_three(
    town: Town, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[Any, list[str]]] = []
    for shown, size in ((2, (3, 24, 1)), (20, (OPDS, PROGRAMS, YEARS))):
        for view in LISTS:
            monkeypatch.setattr(f"{view}.PAGE", shown)
        town.grow(*size)
        seen.append(asked(town, as_))
    small, large = ({visit: len(found) for visit, found in times.items()} for times in seen)
    assert small == large
    assert max(large.values()) <= 30, large
    for visit, found in seen[1].items():
        assert not any("OFFSET" in sql for sql in found), visit
