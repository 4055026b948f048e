"""From one year to the next: what carries over, once; the mark that stays; quick wins that go on."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from opd import actions, audit, tallies
from opd.models import AuditEvent, City, Program, ProgramYear, QuickWin, Status, User
from tests import scenarios
from tests.opd.progress import reports
from tests.scenarios import YEAR, House, fresh

As = Callable[..., Client]
Count = Callable[[Callable[[], object]], int]
NEXT = YEAR + 1


@pytest.fixture
def programs(house: House, houses: dict[str, House]) -> dict[str, Program]:
    return {
        "running": reports.program(house, code="A", years={"state": "RUNNING", "fund_source": "APBD"}),
        "unknown": reports.program(houses["DISHUB"], code="B"),
        "done": reports.program(house, code="C", years={"state": "DONE"}),
        "stopped": reports.program(house, code="D", years={"state": "STOPPED", "state_reason": "Tidak ada dana."}),
    }  # fmt: skip


def start(client: Client, **more: str) -> int:
    return client.post("/years/start/", {"year": str(NEXT), "carry": "1"} | more).status_code


def test_what_goes_on_is_carried_over_once(
    programs: dict[str, Program], cast: dict[str, User], as_: As, city: City
) -> None:
    planner = as_(cast["planner"])
    page = planner.get("/years/start/")
    assert page.context["total"] == 2
    assert page.context["ended"] == 2
    assert not ProgramYear.objects.filter(year=NEXT).exists()
    assert start(planner) == 302
    assert start(planner, targets="same") == 302
    rows = {row.program.code: row for row in ProgramYear.objects.filter(year=NEXT).select_related("program")}
    assert set(rows) == {"A", "B"}
    assert rows["A"].state == "RUNNING"
    assert rows["A"].target is None
    assert all(row.carried for row in rows.values())
    assert AuditEvent.objects.filter(action="year.started").count() == 1
    tallies.rebuild(city.pk)  # what bulk-made rows of this test left uncounted
    assert list(tallies.contradictions()) == []
    assert list(audit.contradictions()) == []


def test_the_summary_is_exact_after_the_start(
    programs: dict[str, Program], cast: dict[str, User], city: City
) -> None:
    tallies.rebuild(city.pk)
    actions.start_year(city_id=city.pk, year=NEXT, same_targets=True, by=cast["planner"])
    assert list(tallies.contradictions()) == []
    row = ProgramYear.objects.get(program=programs["running"], year=NEXT)
    assert (row.target, row.budget, row.fund_source) == (Decimal(100), Decimal(50_000_000), "APBD")
    assert row.actual is None


def test_the_mark_stays_until_the_agency_confirms(
    programs: dict[str, Program], cast: dict[str, User], as_: As, city: City
) -> None:
    actions.start_year(city_id=city.pk, year=NEXT, same_targets=True, by=cast["planner"])
    operator, pk = as_(cast["operator"]), programs["running"].pk
    assert [row["pk"] for row in operator.get("/years/").context["carried"]] == [pk]
    for name, code in (("operator_elsewhere", 404), ("reviewer", 403), ("planner", 403)):
        assert as_(cast[name]).post(f"/programs/{pk}/years/{NEXT}/confirm/").status_code == code, name
    assert ProgramYear.objects.get(program=pk, year=NEXT).carried
    for _press in range(2):
        assert operator.post(f"/programs/{pk}/years/{NEXT}/confirm/").status_code == 302
    assert not ProgramYear.objects.get(program=pk, year=NEXT).carried
    assert AuditEvent.objects.filter(action="program.confirmed").count() == 1


def test_a_changed_figure_is_no_longer_carried(
    programs: dict[str, Program], cast: dict[str, User], city: City
) -> None:
    actions.start_year(city_id=city.pk, year=NEXT, same_targets=True, by=cast["planner"])
    pk = programs["running"].pk
    actions.move_program(pk=pk, name="reopen", by=fresh(cast["planner"]), note="Ubah target.")
    actions.save_program_year(
        pk=pk, year=NEXT, values={"target": Decimal(120)}, by=fresh(cast["operator"]), version=None
    )
    assert not ProgramYear.objects.get(program=pk, year=NEXT).carried


def test_the_city_switches_only_when_told_twice(cast: dict[str, User], as_: As, city: City) -> None:
    planner, data = as_(cast["planner"]), {"year": str(NEXT), "switch": "1"}
    planner.post("/years/start/", data)
    city.refresh_from_db()
    assert city.evaluation_year == YEAR
    for _press in range(2):  # the second comes from a page of the year before
        planner.post("/years/start/", data | {"sure": "yes"})
    city.refresh_from_db()
    assert city.evaluation_year == NEXT
    for name in ("reviewer", "operator", "head", "leader", "auditor"):
        assert as_(cast[name]).post("/years/start/", data | {"sure": "yes"}).status_code == 403, name


def test_a_quick_win_goes_on(house: House, cast: dict[str, User], as_: As) -> None:
    old = scenarios.verified(house)
    client = as_(house.operator)
    answers = [client.post(f"/quick-wins/{old.pk}/continue/") for _press in range(2)]
    assert len({answer["Location"] for answer in answers}) == 1
    new = QuickWin.objects.get(continues=old)
    assert (new.year, new.status, new.status_kind, new.name) == (NEXT, "draft", "CONTINUED", old.name)
    assert (new.baseline, new.target, new.realisation) == (old.realisation, None, None)
    assert new.code in client.get(f"/quick-wins/{old.pk}/").text
    assert old.code in client.get(f"/quick-wins/{new.pk}/").text
    assert new.code not in as_(cast["reviewer"]).get(f"/quick-wins/{old.pk}/").text  # a draft is the agency's
    assert list(tallies.contradictions()) == []


def test_who_may_go_on(house: House, cast: dict[str, User], as_: As) -> None:
    old, draft = scenarios.verified(house), scenarios.draft(house)
    for name, code in (("reviewer", 403), ("leader", 403), ("operator_elsewhere", 404), ("assessor", 404)):
        assert as_(cast[name]).post(f"/quick-wins/{old.pk}/continue/").status_code == code, name
    assert as_(cast["operator"]).post(f"/quick-wins/{draft.pk}/continue/").status_code == 403


def test_years_side_by_side(
    programs: dict[str, Program],
    house: House,
    cast: dict[str, User],
    as_: As,
    city: City,
    count_queries: Count,
) -> None:
    tallies.rebuild(city.pk)
    scenarios.verified(house)
    leader = as_(cast["leader"])
    first = count_queries(lambda: leader.get("/years/"))
    actions.start_year(city_id=city.pk, year=NEXT, same_targets=False, by=fresh(cast["planner"]))
    page = leader.get("/years/")
    assert page.context["years"] == [YEAR, NEXT]
    cells = [row["cells"] for row in page.context["rows"]]
    assert cells[0] == ["4", "2"]
    assert count_queries(lambda: leader.get("/years/")) == first
    assert as_(cast["assessor"]).get("/years/").status_code == 403


def test_quick_wins_of_before_the_portal_are_counted_in_their_year(
    house: House, cast: dict[str, User], as_: As, city: City
) -> None:
    """What is known from public sources only is outside the procedure, and still a quick win of its year."""
    old = scenarios.draft(house)
    QuickWin.objects.filter(pk=old.pk).update(status=Status.RECORDED, year=2019)
    tallies.rebuild(city.pk)
    page = as_(cast["reviewer"]).get("/years/")
    lines = {row["label"]: row["cells"] for row in page.context["rows"]}
    assert lines["Quick win"][page.context["years"].index(2019)] == "1"
    assert lines["Dari sumber publik"][page.context["years"].index(2019)] == "1"
