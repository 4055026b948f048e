"""The first page of an agency: what is in whose hands, the most urgent first."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opd import rules
from opd.models import Membership, QuickWin, Tally, User
from tests import scenarios
from tests.scenarios import BY_STATUS, House, fresh

As = Callable[..., Client]


def tasks(client: Client) -> list[str]:
    return [task["title"] for task in client.get("/workspace/").context["tasks"]]


@pytest.fixture
def everything(house: House) -> dict[str, QuickWin]:
    """One quick win in every status, called after it."""
    return {status.value: BY_STATUS[status](house, **_called(status.value)) for status in scenarios.Status}


def _called(status: str) -> dict[str, Any]:
    return {"name": status} if status == "recorded" else {"acronym": status}


def test_returned_comes_first_and_what_others_have_stands_apart(
    everything: dict[str, QuickWin], house: House, as_: As
) -> None:
    page = as_(house.operator).get("/workspace/")
    assert [task["title"] for task in page.context["tasks"]] == ["returned", "draft"]
    assert {row["title"] for row in page.context["others"]} == {
        "proposed",
        "submitted",
        "verified",
        "recorded",
    }


def test_the_head_finds_what_was_sent_for_approval(
    everything: dict[str, QuickWin], house: House, as_: As
) -> None:
    assert tasks(as_(house.submitter)) == ["returned", "proposed", "draft"]


def test_when_the_head_has_left_the_desk_is_the_operators_again(houses: dict[str, House], as_: As) -> None:
    """Otherwise nobody is told of a record that only the operator can send on."""
    house = houses["LABKES"]
    quick_win = scenarios.proposed(house)
    (task,) = as_(house.operator).get("/workspace/").context["tasks"]
    assert task["url"] == f"/quick-wins/{quick_win.pk}/"
    page = as_(house.operator).get(task["url"])
    assert {offer.move.name for offer in page.context["offers"]} == {"submit", "recall"}


def test_what_is_in_whose_hands_is_what_the_rules_allow(
    everything: dict[str, QuickWin], houses: dict[str, House], cast: dict[str, User]
) -> None:
    """The filter and the rules are written twice; they must never part."""
    scenarios.proposed(houses["LABKES"])
    scenarios.draft(houses["DISKOMINFO"])
    for name, user in cast.items():
        person = fresh(user)
        by_rule = {
            row.pk
            for row in QuickWin.objects.for_detail()
            if rules.may_edit(person, row) or (row.status == "proposed" and rules.may_submit(person, row))
        }
        assert {row.pk for row in QuickWin.objects.with_person(person)} == by_rule, name
        assert Tally.objects.with_person(person, scenarios.YEAR) == len(by_rule), name


def test_the_number_in_the_bar_is_the_number_of_tasks(
    everything: dict[str, QuickWin], house: House, as_: As
) -> None:
    for user in (house.operator, house.submitter):
        context = as_(user).get("/workspace/").context
        assert [item["count"] for item in context["nav"] if item["url"] == "/workspace/"] == [
            len(context["tasks"])
        ]


def test_a_task_says_what_was_asked_and_leads_to_the_field(house: House, as_: As) -> None:
    quick_win = scenarios.returned(house, notes={"target": "Per tahun?"}, note="Mohon dilengkapi.")
    (task,) = as_(house.operator).get("/workspace/").context["tasks"]
    assert task["returned_note"] == "Mohon dilengkapi."
    assert [(ask["text"], ask["url"]) for ask in task["asks"]] == [
        ("Per tahun?", f"/quick-wins/{quick_win.pk}/edit/#f-target")
    ]


def test_a_draft_says_what_is_missing(draft: QuickWin, house: House, as_: As) -> None:
    (task,) = as_(house.operator).get("/workspace/").context["tasks"]
    assert (len(task["missing"]), task["more_missing"]) == (4, draft.total - draft.filled - 4)


def test_another_year_is_not_todays_work(draft: QuickWin, house: House, as_: As) -> None:
    QuickWin.objects.filter(pk=draft.pk).update(year=2021)
    assert tasks(as_(house.operator)) == []


def test_an_agency_is_named_once(houses: dict[str, House], as_: As) -> None:
    """Its only person is operator and head."""
    page = as_(houses["DISKOMINFO"].operator).get("/workspace/")
    assert [opd.short for opd in page.context["agencies"]] == ["DISKOMINFO"]


def test_the_latest_receipt_is_at_hand(house: House, as_: As) -> None:
    quick_win = scenarios.submitted(house)
    assert scenarios.receipt_of(quick_win).number in as_(house.operator).get("/workspace/").text


def test_others_than_the_agencies_are_led_to_their_own_first_page(cast: dict[str, User], as_: As) -> None:
    for name in ("reviewer", "leader", "assessor", "administrator"):
        answer = as_(cast[name]).get("/workspace/")
        assert (answer.status_code, answer["Location"]) == (302, "/"), name


def test_a_role_that_ended_shows_nothing(draft: QuickWin, house: House, as_: As) -> None:
    client = as_(house.operator)
    Membership.objects.filter(user=house.operator).delete()
    assert client.get("/workspace/").status_code == 403
    assert client.get(f"/quick-wins/{draft.pk}/").status_code == 404
