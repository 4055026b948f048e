"""The reviewer's desk: the queue by waiting time, and what changed since the last decision."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from opd import actions, changes, rules
from opd.models import QuickWin, Tally, User
from smartcity.lib import clock
from tests import scenarios
from tests.scenarios import House, again, fresh, grant, receipt_of

As = Callable[..., Client]
MONDAY = datetime(2022, 9, 26, 2, 0, tzinfo=UTC)


def at(days: float) -> AbstractContextManager[datetime]:
    return clock.at(MONDAY + timedelta(days=days))


def order(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'href="/quick-wins/(\d+)/review/"', page)]


# --- the queue --------------------------------------------------------------------------------------


def test_the_longest_wait_stands_first(houses: dict[str, House], cast: dict[str, User], as_: As) -> None:
    rows = [scenarios.complete(houses[short]) for short in ("DISBUDPAR", "LABKES", "DISHUB")]
    for row, day in zip(rows, (2, 0, 1), strict=True):
        with at(day):
            scenarios.submit(row, houses[row.opd.short])
    with at(4):
        page = as_(cast["reviewer"]).get("/queue/")
    assert order(page.text) == [rows[1].pk, rows[2].pk, rows[0].pk]
    assert [row["waiting"] for row in page.context["rows"]] == ["4 hari", "3 hari", "2 hari"]
    assert [bool(row["late"]) for row in page.context["rows"]] == [True, True, False]


def test_what_comes_back_waits_anew(houses: dict[str, House], as_: As) -> None:
    """Its turn counts from the day it was sent again, not from the first time."""
    house, other = houses["DISBUDPAR"], houses["DISHUB"]
    first, second = scenarios.complete(house), scenarios.complete(other)
    with at(0):
        scenarios.submit(first, house)
        scenarios.send_back(first, house)
    with at(1):
        scenarios.submit(second, other)
    with at(2):
        scenarios.submit(first, house)
    page = as_(house.decider).get("/queue/")
    assert order(page.text) == [second.pk, first.pk]
    assert [row["first"] for row in page.context["rows"]] == [True, False]


def test_only_what_waits_stands_in_the_queue(house: House, as_: As) -> None:
    rows = {status: scenarios.BY_STATUS[status](house) for status in scenarios.Status}
    page = as_(house.decider).get("/queue/")
    assert order(page.text) == [rows[scenarios.Status.SUBMITTED].pk]
    assert {row["status"]["label"] for row in page.context["not_here"]} == {
        str(scenarios.Status.DRAFT.label), str(scenarios.Status.PROPOSED.label),
    }  # fmt: skip


def test_each_decides_what_is_theirs(houses: dict[str, House], cast: dict[str, User], as_: As) -> None:
    rows = {short: scenarios.submitted(house) for short, house in houses.items()}

    def split(name: str) -> tuple[set[str], set[str]]:
        context = as_(cast[name]).get("/queue/").context
        return {row["opd"] for row in context["rows"]}, {row["opd"] for row in context["others"]}

    kominfo = {"DISKOMINFO", "LPSE"}
    assert split("reviewer") == (set(rows) - kominfo, kominfo)
    assert split("planner") == (kominfo, set(rows) - kominfo)
    assert split("auditor") == (set(), set(rows))


def test_who_may_open_the_queue(cast: dict[str, User], as_: As) -> None:
    codes = {name: as_(user).get("/queue/").status_code for name, user in cast.items() if name != "disabled"}
    assert codes == {name: 200 if name in ("reviewer", "planner", "auditor") else 403 for name in codes}


def test_the_queue_of_another_city_is_empty(submitted: QuickWin, foreign_reviewer: User, as_: As) -> None:
    page = as_(foreign_reviewer).get("/queue/")
    assert (order(page.text), page.context["not_here"]) == ([], [])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=KALA", 1),
        ("q=kala", 1),
        ("q=DISBUDPAR", 1),
        ("q=%25", 0),
        ("q=_", 0),
        ("dimension=GOV", 1),
        ("dimension=LIV", 0),
    ],
)
def test_the_queue_can_be_narrowed(
    query: str, found: int, submitted: QuickWin, house: House, as_: As
) -> None:
    assert len(order(as_(house.decider).get(f"/queue/?{query}").text)) == found


def test_a_long_queue_has_pages(house: House, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opd.views.queue.PAGE", 2)
    rows = [scenarios.submitted(house) for _ in range(3)]
    desk = as_(house.decider)
    first = desk.get("/queue/")
    second = desk.get(f"/queue/?page={first.context['page'].next_page_number}")
    back = desk.get(f"/queue/?page={second.context['page'].previous_page_number}")
    assert [order(page.text) for page in (first, second, back)] == [
        [rows[0].pk, rows[1].pk],
        [rows[2].pk],
        [rows[0].pk, rows[1].pk],
    ]
    assert order(desk.get("/queue/?page=99").text) == [rows[0].pk, rows[1].pk]


def test_a_long_list_has_pages(house: House, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opd.views.quick_wins.PAGE", 2)
    rows = [scenarios.submitted(house) for _ in range(3)]
    desk = as_(house.decider)
    first = desk.get("/quick-wins/")
    assert f"?page={first.context['page'].next_page_number}" in first.text
    second = desk.get(f"/quick-wins/?page={first.context['page'].next_page_number}&status=submitted")
    assert "status=submitted" in second.text
    found = [[row.pk for row in rows if f'/quick-wins/{row.pk}/"' in page.text] for page in (first, second)]
    assert found == [[rows[0].pk, rows[1].pk], [rows[2].pk]]


# --- what changed -----------------------------------------------------------------------------------


@pytest.fixture
def mended(house: House) -> QuickWin:
    """Returned on Monday, changed, and submitted again on Wednesday."""
    with at(0):
        quick_win = scenarios.returned(house, notes={"target": "Per tahun?"})
    for section, values in (("target", {"target": scenarios.Decimal(1300)}), ("problem", {"partners": ""})):
        actions.save_section(
            pk=quick_win.pk, section=section, values=values, unreadable={}, version=1, by=house.operator
        )
    with at(1):
        actions.change_evidence(
            pk=quick_win.evidence.get().pk, values={"page": "3"}, version=1, by=house.operator
        )
        scenarios.add_link(quick_win, by=house.operator, title="Foto kegiatan")
    with at(2):
        return scenarios.submit(quick_win, house)


def test_the_first_time_nothing_has_changed(submitted: QuickWin, house: House, as_: As) -> None:
    context = as_(house.decider).get(f"/quick-wins/{submitted.pk}/review/").context
    assert (context["changes"], context["seen_at"]) == ([], "")
    assert {row["name"] for row in context["rows"]} >= {"problem", "target", "sustainability"}


def test_a_resubmission_shows_what_changed_since_the_decision(
    mended: QuickWin, house: House, as_: As
) -> None:
    desk = as_(house.decider)
    for _reload in range(2):
        page = desk.get(f"/quick-wins/{mended.pk}/review/")
        found = {change["name"]: change for change in page.context["changes"]}
        assert set(found) == {"target", "partners", "evidence"}
        assert (found["target"]["before"], found["target"]["after"]) == ("1.250,5 acara", "1.300 acara")
        assert (found["target"]["answers"], found["partners"]["answers"]) == (True, False)
        assert (found["partners"]["before"], found["partners"]["after"]) == ("PHRI", "")
        assert set(found["evidence"]["added"]) == {"Berita acara", "Foto kegiatan"}
        assert page.context["seen_at"].startswith("Senin, 26 September 2022")
        assert not {"target", "partners"} & {row["name"] for row in page.context["rows"]}, "shown twice"


def test_reading_a_review_changes_nothing(
    mended: QuickWin, house: House, cast: dict[str, User], as_: As
) -> None:
    before = QuickWin.objects.values().get(pk=mended.pk)
    for name in ("auditor", "planner", "reviewer"):
        as_(cast[name]).get(f"/quick-wins/{mended.pk}/review/")
    assert QuickWin.objects.values().get(pk=mended.pk) == before
    assert as_(house.decider).get(f"/quick-wins/{mended.pk}/review/").context["changes"]


def test_a_removed_piece_is_named(house: House, as_: As) -> None:
    quick_win = scenarios.returned(house)
    old = quick_win.evidence.get()
    scenarios.add_link(quick_win, by=house.operator, title="Pengganti")
    actions.remove_evidence(pk=old.pk, by=house.operator)
    scenarios.submit(quick_win, house)
    (change,) = as_(house.decider).get(f"/quick-wins/{quick_win.pk}/review/").context["changes"]
    assert (change["added"], change["removed"]) == (("Pengganti",), ("Berita acara",))


def test_a_resubmission_without_a_change_says_so(house: House, as_: As) -> None:
    quick_win = scenarios.submit(scenarios.returned(house), house)
    context = as_(house.decider).get(f"/quick-wins/{quick_win.pk}/review/").context
    assert context["changes"] == []
    assert context["seen_at"]


def test_every_field_of_the_form_is_compared(house: House) -> None:
    """A field the comparison forgot would be changed unseen."""
    payload = receipt_of(scenarios.submitted(house)).payload
    for name in payload["values"]:
        other = {**payload, "values": payload["values"] | {name: "lain"}}
        assert [change.field for change in changes.between(payload, other)] == [name]


def test_a_change_of_dimension_is_a_change(house: House, as_: As) -> None:
    quick_win = scenarios.returned(house)
    dimension = house.opd.city.dimension_set.dimensions.get(code="LIV")
    values = {"dimension": dimension, "sub_dimension": dimension.sub_dimensions.first()}
    actions.save_section(
        pk=quick_win.pk, section="identity", values=values, unreadable={}, version=1, by=house.operator
    )
    scenarios.submit(quick_win, house)
    found = as_(house.decider).get(f"/quick-wins/{quick_win.pk}/review/").context["changes"]
    assert next((change["name"], change["before"], change["after"]) for change in found) == (
        "dimension", "Smart Governance", "Smart Living",
    )  # fmt: skip


def test_the_decision_leads_back_to_the_queue(submitted: QuickWin, house: House, as_: As) -> None:
    answer = as_(house.decider).post(f"/quick-wins/{submitted.pk}/moves/verify/")
    assert answer["Location"] == "/queue/"
    assert again(submitted).verified_at is not None


def test_what_is_counted_in_the_bar_is_what_the_rule_allows(
    houses: dict[str, House], cast: dict[str, User], as_: As, foreign_reviewer: User
) -> None:
    """The filter and the rule are written twice; they must never part."""
    rows = [scenarios.submitted(house) for house in houses.values()]
    scenarios.returned(houses["DISBUDPAR"])
    both = User.objects.create(username="rangkap")
    grant(both, "reviewer", rows[0].city, houses["LPSE"].opd)
    grant(both, "operator", rows[0].city, houses["LABKES"].opd)
    for name, user in [*cast.items(), ("foreign", foreign_reviewer), ("both", both)]:
        by_rule = {
            row.pk for row in QuickWin.objects.waiting().for_detail() if rules.may_verify(fresh(user), row)
        }
        assert {row.pk for row in QuickWin.objects.decided_by(fresh(user))} == by_rule, name
        assert Tally.objects.waiting_for(fresh(user), rows[0].city_id, scenarios.YEAR) == len(by_rule), name
    page = as_(cast["planner"]).get("/queue/")
    assert len(page.context["rows"]) == 2
    assert [item["count"] for item in page.context["nav"] if item["url"] == "/queue/"] == [2]
