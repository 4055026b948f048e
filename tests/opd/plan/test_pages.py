"""The pages of programmes and of the plan: what is typed is kept, nothing is overwritten, lists cost the same."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from opd import actions
from opd.models import CityBudget, MasterPlan, PlanStatus, Program, Progress, QuickWin, User
from tests import scenarios
from tests.opd.plan.conftest import Make
from tests.scenarios import House

As = Callable[..., Client]
Count = Callable[[Callable[[], object]], int]
AUTOSAVE = {"X-Requested-With": "autosave"}
MEASURE = {"indicator": "Kunjungan", "unit": "orang", "measure": "cumulative", "better": "up"}


def fresh(program: Program) -> Program:
    return Program.objects.get(pk=program.pk)


def ids(program: Program) -> dict[str, Any]:
    return {
        "dimension": program.dimension_id,
        "sub_dimension": program.sub_dimension_id,
        "code": program.code,
        "name": program.name,
    }


# --- entering ---------------------------------------------------------------------------------------


def test_a_double_click_enters_one_programme(
    plan: MasterPlan, cast: dict[str, User], as_: As, make: Make
) -> None:
    like, desk = make(), as_(cast["operator"])
    posted = ids(like) | {"code": "BARU-1", "key": "0123456789abcdef0123456789abcdef"}
    first, second = (desk.post("/programs/new/", posted) for _press in range(2))
    assert (first.status_code, first.url) == (302, second.url)
    made = Program.objects.get(code="BARU-1")
    assert (made.opd.short, made.plan, made.status) == ("DISBUDPAR", plan, PlanStatus.DRAFT)


def test_a_code_is_used_once_whatever_its_capitals(make: Make, cast: dict[str, User], as_: As) -> None:
    like = make(code="GOV-01")
    answer = as_(cast["operator"]).post("/programs/new/", ids(like) | {"code": "gov-01", "name": "Lain lagi"})
    assert answer.status_code == 422
    assert "[PRG-CODE]" in answer.text
    assert "Lain lagi" in answer.text
    assert Program.objects.count() == 1


def test_a_sub_dimension_of_another_dimension_is_refused_and_nothing_is_saved(
    make: Make, cast: dict[str, User], as_: As
) -> None:
    program = make()
    other = program.city.dimension_set.dimensions.get(code="LIV")
    posted = ids(program) | {"dimension": other.pk, "name": "Nama baru", "version": program.version}
    answer = as_(cast["operator"]).post(f"/programs/{program.pk}/sections/identity/", posted)
    assert answer.status_code == 422
    assert "Nama baru" in answer.text, "what was typed is lost"
    assert (fresh(program).name, fresh(program).dimension_id) == (program.name, program.dimension_id)


@pytest.mark.parametrize(
    ("code", "right"),
    [("2.16.03.2.02.09", True), ("2.16.03.2.02.0009", True), ("2.16.03", False), ("2.16.03.3.02.09", False)],
)
def test_the_budget_code_is_validated(
    code: str, right: bool, make: Make, cast: dict[str, User], as_: As
) -> None:
    program = make()
    posted = {"activity": "", "sub_activity": "", "sub_activity_code": code, "version": program.version}
    answer = as_(cast["operator"]).post(f"/programs/{program.pk}/sections/budget/", posted, headers=AUTOSAVE)
    assert (answer.status_code, fresh(program).sub_activity_code) == ((200, code) if right else (422, ""))


def test_partners_and_quick_wins_are_linked_both_ways(
    make: Make, house: House, houses: dict[str, House], cast: dict[str, User], as_: As
) -> None:
    program, quick_win = make(), scenarios.draft(house, acronym="KALA")
    elsewhere = scenarios.draft(houses["DISHUB"])
    posted = {
        "supporting": [houses["DISHUB"].opd.pk],
        "partners": "PHRI",
        "quick_wins": [quick_win.pk],
        "version": program.version,
    }
    desk = as_(cast["operator"])
    assert desk.post(f"/programs/{program.pk}/sections/partners/", posted).status_code == 302
    assert list(program.supporting.values_list("short", flat=True)) == ["DISHUB"]
    assert "KALA" in desk.get(f"/programs/{program.pk}/").text
    assert program.name in desk.get(f"/quick-wins/{quick_win.pk}/").text
    refused = desk.post(
        f"/programs/{program.pk}/sections/partners/",
        posted | {"quick_wins": [elsewhere.pk], "version": fresh(program).version},
    )
    assert refused.status_code == 422
    assert list(program.quick_wins.all()) == [quick_win]


def test_a_link_one_may_not_see_survives_somebody_elses_save(
    make: Make, houses: dict[str, House], cast: dict[str, User], as_: As
) -> None:
    """The planner sees no draft quick win; saving the partners must not cut it loose."""
    program = make(status=PlanStatus.RETURNED)
    hidden = scenarios.draft(houses["DISBUDPAR"])
    program.quick_wins.add(hidden)
    posted = {"partners": "Kampus", "version": program.version}
    answer = as_(cast["planner"]).post(f"/programs/{program.pk}/sections/partners/", posted)
    assert answer.status_code == 302
    assert (fresh(program).partners, list(program.quick_wins.all())) == ("Kampus", [hidden])


def test_the_page_tells_how_the_state_turned_and_why(make: Make, cast: dict[str, User], as_: As) -> None:
    program, desk = make(), as_(cast["operator"])
    by = scenarios.fresh(cast["operator"])
    for state, reason in (("RUNNING", ""), ("STOPPED", "Anggaran dialihkan <br>")):
        actions.save_program_year(
            pk=program.pk, year=2022, values={"state": state, "state_reason": reason}, by=by, version=None
        )
    page = " ".join(desk.get(f"/programs/{program.pk}/").text.split())
    panel = page[page.index('id="h-states"') : page.index('id="h-content"')]
    assert panel.index("Dihentikan") < panel.index("<strong>Sudah berjalan"), "newest first"
    assert "2022, sebelumnya Sudah berjalan, Operator OPD" in panel
    assert "Anggaran dialihkan &lt;br&gt;" in panel
    assert "contoh" not in panel
    Program.objects.filter(pk=program.pk).update(sample_fields=["years"])
    assert desk.get(f"/programs/{program.pk}/").text.count("contoh</span>") == 3


# --- years ------------------------------------------------------------------------------------------


def test_a_year_is_one_record_with_its_figures(make: Make, cast: dict[str, User], as_: As) -> None:
    program, desk = make(), as_(cast["operator"])
    posted = {
        "target": "1.250,5", "actual": "1.500", "budget": "85.000.000", "absorbed": "", "fund_source": "DAK",
        "state": "RUNNING", "state_reason": "", "version": program.version,
    }  # fmt: skip
    assert desk.post(f"/programs/{program.pk}/years/2023/", posted).status_code == 302
    row = program.years.get(year=2023)
    assert (row.target, row.budget, row.fund_source) == (Decimal("1250.5"), Decimal(85_000_000), "DAK")
    page = desk.get(f"/programs/{program.pk}/").text
    assert "1.250,5" in page
    assert "120,0%" in page or "119,9%" in page or "119,95" in page


@pytest.mark.parametrize(
    ("field", "text"),
    [("target", "dua ratus"), ("budget", "5 miliar"), ("target", "-4"), ("state", "STOPPED")],
)
def test_what_cannot_be_read_stays_in_the_form(
    field: str, text: str, make: Make, cast: dict[str, User], as_: As
) -> None:
    program = make()
    answer = as_(cast["operator"]).post(
        f"/programs/{program.pk}/years/2023/", {field: text, "version": program.version}
    )
    assert answer.status_code == 422
    assert text in answer.text
    assert not program.years.filter(year=2023).exists()


def test_what_reports_told_is_not_typed_over(
    make: Make, cast: dict[str, User], as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = make()
    program.years.update(actual=40, state="RUNNING")
    monkeypatch.setattr(Program, "is_reported", lambda self, year: True)
    posted = {"target": "200", "actual": "999", "state": "DONE", "version": program.version}
    assert as_(cast["operator"]).post(f"/programs/{program.pk}/years/2022/", posted).status_code == 302
    row = program.years.get(year=2022)
    assert (row.target, row.actual, row.state) == (200, 40, "RUNNING")
    assert not Progress.objects.exists()


# --- two people -------------------------------------------------------------------------------------


def test_a_stale_section_shows_both_texts_and_saves_nothing(
    make: Make, cast: dict[str, User], as_: As
) -> None:
    program = make()
    address, mine = f"/programs/{program.pk}/sections/measure/", MEASURE | {"version": program.version}
    assert as_(cast["head"]).post(address, mine | {"indicator": "Tulisan kepala"}).status_code == 302
    for headers in (None, AUTOSAVE):
        answer = as_(cast["operator"]).post(
            address, mine | {"indicator": "Tulisan operator"}, headers=headers
        )
        text = answer.json()["conflict_html"] if headers else answer.text
        assert answer.status_code == 409
        assert "Tulisan kepala" in text
        assert "Tulisan operator" in text
    assert fresh(program).indicator == "Tulisan kepala"


def test_a_stale_year_shows_both_figures(make: Make, cast: dict[str, User], as_: As) -> None:
    program = make()
    address, mine = f"/programs/{program.pk}/years/2022/", {"version": program.version, "budget": "5.000.000"}
    as_(cast["head"]).post(address, mine | {"target": "111"})
    answer = as_(cast["operator"]).post(address, mine | {"target": "222"})
    assert (answer.status_code, "111" in answer.text, "222" in answer.text) == (409, True, True)
    assert program.years.get(year=2022).target == 111


def test_a_form_without_its_version_is_refused(make: Make, cast: dict[str, User], as_: As) -> None:
    program, desk = make(), as_(cast["operator"])
    assert desk.post(f"/programs/{program.pk}/sections/measure/", MEASURE).status_code == 400
    assert desk.post(f"/programs/{program.pk}/years/2022/", {"target": "1"}).status_code == 400


# --- the plan ---------------------------------------------------------------------------------------

PLAN = {"title": "Masterplan Kota", "regulation": "Perwako 84/2020", "year_from": "2019", "year_to": "2023"}


def test_the_planner_keeps_plan_and_strategies(plan: MasterPlan, cast: dict[str, User], as_: As) -> None:
    desk = as_(cast["planner"])
    posted = PLAN | {"vision": "Cerdas", "strategies_GOV": "Satu Data\n\nLayanan terpadu", "version": "1"}
    assert desk.post("/plan/edit/", posted).status_code == 302
    assert list(plan.strategies.values_list("text", flat=True)) == ["Satu Data", "Layanan terpadu"]
    stale = desk.post("/plan/edit/", posted | {"vision": "Lain sekali", "version": "1"})
    assert stale.status_code == 409
    assert "Lain sekali" in stale.text
    wrong = desk.post("/plan/edit/", posted | {"year_to": "2001", "version": "2"})
    assert wrong.status_code == 422
    assert MasterPlan.objects.get().vision == "Cerdas"


def test_the_first_plan_is_entered_once(city: Any, cast: dict[str, User], as_: As) -> None:
    desk = as_(cast["planner"])
    assert "Belum ada masterplan" in desk.get("/plan/").text
    for _press in range(2):
        assert desk.post("/plan/edit/", PLAN | {"version": "0"}).status_code in (302, 409)
    assert MasterPlan.objects.count() == 1


def test_the_budget_of_a_year(plan: MasterPlan, cast: dict[str, User], as_: As) -> None:
    desk = as_(cast["planner"])
    posted = {"total": "1.025.000.000.000", "source": "Perda APBD", "version": "0"}
    assert desk.post("/plan/budget/2022/", posted).status_code == 302
    assert CityBudget.objects.get().total == Decimal(1_025_000_000_000)
    assert desk.post("/plan/budget/2022/", posted | {"total": "7"}).status_code == 409
    assert desk.post("/plan/budget/2023/", posted | {"total": "0"}).status_code == 422


def test_the_counts_of_a_year_and_an_expired_plan(
    plan: MasterPlan, make: Make, cast: dict[str, User], as_: As
) -> None:
    for state in ("RUNNING", "RUNNING", "NOT_STARTED"):
        program = make(status=PlanStatus.RETURNED)
        actions.save_program_year(
            pk=program.pk, year=2022, values={"state": state}, by=cast["planner"], version=None
        )
        actions.move_program(pk=program.pk, name="submit", by=cast["head"])
        actions.move_program(pk=program.pk, name="approve", by=cast["planner"])
    page = as_(cast["leader"]).get("/plan/").text
    assert "66,67%" in page
    assert "33,33%" in page
    assert "di luar" not in page
    assert "di luar" in as_(cast["leader"]).get("/plan/?year=2024").text


# --- lists ------------------------------------------------------------------------------------------


def test_filters_narrow_and_stay_in_the_address(make: Make, cast: dict[str, User], as_: As) -> None:
    one = make(status=PlanStatus.APPROVED, name="Perahu listrik", horizon="LONG")
    make(status=PlanStatus.APPROVED, name="Kartu pintar", category="APPLICATION")
    desk = as_(cast["reviewer"])
    for query in (
        "q=perahu", "horizon=LONG", "category=SERVICE", "opd=DISBUDPAR&horizon=LONG", "status=approved&q=listrik"
    ):  # fmt: skip
        page = desk.get(f"/programs/?{query}").text
        assert one.name in page, query
        assert "Kartu pintar" not in page, query
    one.years.update(state="RUNNING")
    assert one.name in desk.get("/programs/?state=RUNNING").text
    assert "Kartu pintar" not in desk.get("/programs/?state=RUNNING").text
    assert "Kartu pintar" in desk.get("/programs/?dimension=TIDAK&year=abc").text, (
        "a wrong value narrows nothing"
    )


@pytest.mark.parametrize(
    "address", ["/programs/", "/programs/?sort=dimension", "/programs/?state=RUNNING", "/plan/"]
)
@pytest.mark.parametrize("name", ["operator", "reviewer", "planner"])
def test_two_rows_cost_as_much_as_twenty(
    address: str, name: str, make: Make, cast: dict[str, User], as_: As, count_queries: Count
) -> None:
    client, seen = as_(cast[name]), []
    for wave in (2, 18):
        for _number in range(wave):
            make(status=PlanStatus.SUBMITTED).years.update(state="RUNNING")
        client.get(address)
        seen.append(count_queries(lambda: client.get(address)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("path", ["", "edit/"])
def test_a_page_costs_the_same_with_many_years_and_links(
    path: str, make: Make, house: House, cast: dict[str, User], as_: As, count_queries: Count
) -> None:
    few, many = make(), make()
    for year in range(2017, 2027):
        values = {"target": Decimal(1), "budget": Decimal(1)}
        actions.save_program_year(pk=many.pk, year=year, values=values, by=cast["head"], version=None)
    few.quick_wins.add(scenarios.draft(house))
    many.quick_wins.add(*(scenarios.draft(house) for _number in range(5)))
    client, seen = as_(cast["operator"]), []
    for program in (few, many):
        client.get(f"/programs/{program.pk}/{path}")
        seen.append(count_queries(lambda p=program: client.get(f"/programs/{p.pk}/{path}")))  # type: ignore[misc]
    assert seen[0] == seen[1]
    assert QuickWin.objects.count() == 6
