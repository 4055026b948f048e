"""Who is furthest and who needs help: fair to small agencies and to ties, silent about who owes nothing."""

from datetime import date

import pytest
from django.test import Client
from django.utils.html import strip_tags

from evaluations.views.city_help import MOST, Record, best_and_worst
from opd.models import City, Opd, Program, ProgramYear, Progress, ReportingPeriod, State, User
from opd.tallies import rebuild
from smartcity.lib import clock
from tests.evaluations.test_city_plan import plan_of


def record(opd_id: int, asked: int, handed_in: int, verified: int = 0) -> Record:
    return Record(opd_id, asked, handed_in, verified, returned=0, late=asked - handed_in)


def names(rows: list[Record]) -> list[int]:
    return [row.opd_id for row in rows]


def test_the_share_decides_not_the_size() -> None:
    best, worst = best_and_worst([record(1, 2, 2), record(2, 40, 38), record(3, 40, 20), record(4, 2, 0)])
    assert (names(best), names(worst)) == ([1, 2], [4, 3])


def test_a_tie_is_never_divided() -> None:
    rows = [record(place, 4, 4) for place in range(5)] + [record(place, 4, 1) for place in range(5, 10)]
    best, worst = best_and_worst(rows)
    assert (sorted(names(best)), sorted(names(worst))) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])


def test_a_second_place_that_does_not_fit_is_left_out() -> None:
    rows = [record(0, 4, 0)] + [record(place, 4, 1) for place in range(1, 9)]
    rows += [record(place, 4, 4) for place in range(9, 20)] + [record(20, 4, 3)]
    best, worst = best_and_worst(rows)
    assert names(worst) == [0]
    assert sorted(names(best)) == list(range(9, 20))
    assert len(best) > MOST


def test_verified_goes_before_submitted() -> None:
    best, worst = best_and_worst([record(1, 4, 4, verified=0), record(2, 4, 4, verified=4)])
    assert (names(best), names(worst)) == ([2, 1], [])


def test_who_is_alone_is_judged_by_what_it_owes() -> None:
    assert best_and_worst([record(1, 4, 4)]) == ([record(1, 4, 4)], [])
    assert best_and_worst([record(1, 4, 3)]) == ([], [record(1, 4, 3)])
    assert best_and_worst([record(1, 4, 0), record(2, 2, 0)])[0] == []
    assert best_and_worst([]) == ([], [])


@pytest.fixture
def reported(city: City, cast: dict[str, User], kominfo: Opd, dinkes: Opd) -> City:
    """Kominfo handed in its one report, Dinkes none of its two; a third agency's only programme was stopped."""
    idle = Opd.objects.create(city=city, short="IDLE", official_name="Dinas Tanpa Kewajiban", kind="dinas")
    plan_of(city, cast["planner"], 4, opds=[kominfo, dinkes, idle, dinkes])
    ProgramYear.objects.filter(program__opd=idle).update(state=State.STOPPED, state_reason="Dibatalkan")
    ReportingPeriod.objects.create(
        city=city, year=2022, quarter=1, opens_on=date(2022, 3, 26), due_at=clock.now(),
        remind_operator_on=date(2022, 4, 3), remind_head_on=date(2022, 4, 10),
        remind_assistant_on=date(2022, 4, 15),
    )  # fmt: skip
    for quarter in (2, 3, 4):
        ReportingPeriod.objects.create(
            city=city, year=2022, quarter=quarter, opens_on=date(2023, 1, quarter), due_at=clock.now(),
            remind_operator_on=date(2023, 4, 3), remind_head_on=date(2023, 4, 10),
            remind_assistant_on=date(2023, 4, 15),
        )  # fmt: skip
    program = Program.objects.get(opd=kominfo)
    Progress.objects.create(
        city=city, program=program, opd=kominfo, dimension=program.dimension, year=2022, quarter=1,
        status="submitted", submitted_at=clock.now(), created_by=cast["planner"],
    )  # fmt: skip
    rebuild(city.pk)
    return city


@pytest.mark.django_db
def test_the_page_names_who_needs_help_and_why(client: Client, reported: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    html = client.get("/city/plan/").content.decode()
    panel = html[html.index('aria-labelledby="h-help"') :]
    panel = panel[: panel.index("</section>")]
    best, worst = panel.split("Paling perlu dibantu")
    assert "Dinas Kominfo" in best
    assert "1 dari 1 laporan sudah masuk" in best
    assert "Dinas Kesehatan" in worst
    assert "0 dari 2 laporan sudah masuk; 2 lewat tenggat" in worst
    assert "Dinas Tanpa Kewajiban" not in panel
    dinkes = Opd.objects.get(short="DINKES")
    assert f'href="/board/{dinkes.pk}/?year=2022"' in worst
    page = " ".join(strip_tags(client.get(f"/board/{dinkes.pk}/?year=2022").content.decode()).split())
    assert page.count("belum ada laporan") >= 2
