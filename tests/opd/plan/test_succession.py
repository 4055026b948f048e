"""An agency is renamed or merged: its past keeps the old name, its successor's people keep the work."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from opd import rules
from opd.models import City, Opd, PlanStatus, Program, QuickWin, Role, Tally, User
from tests import scenarios
from tests.opd.plan.conftest import Make
from tests.scenarios import House, fresh, grant

As = Callable[..., Client]


@pytest.fixture
def successor(city: City, houses: dict[str, House]) -> dict[str, User]:
    """DISBUDPAR became DISPARBUD, which became DISPAR; the operator and head of DISPAR. The old people left."""
    old = houses["DISBUDPAR"].opd
    between, new = (
        Opd.objects.create(city=city, short=short, official_name=name, kind="dinas")
        for short, name in (("DISPARBUD", "Dinas Pariwisata Antara"), ("DISPAR", "Dinas Pariwisata Baru"))
    )
    people = {}
    for role in (Role.OPD_OPERATOR, Role.OPD_HEAD):
        people[role.value] = User.objects.create(username=f"baru-{role.value}")
        grant(people[role.value], role, city, new)
    old.successor, old.valid_to = between, date(2021, 1, 1)
    old.save()
    between.successor, between.valid_to = new, date(2021, 6, 1)
    between.save()
    return people


def test_its_operator_edits_what_the_predecessor_began(
    make: Make, house: House, as_: As, request: pytest.FixtureRequest
) -> None:
    program, quick_win = make(), scenarios.draft(house)
    operator = as_(request.getfixturevalue("successor")["operator"])
    posted = {"partners": "Kampus", "version": program.version}
    assert operator.post(f"/programs/{program.pk}/sections/partners/", posted).status_code == 302
    assert operator.get(f"/quick-wins/{quick_win.pk}/edit/").status_code == 200
    assert scenarios.again(quick_win).opd_id == house.opd.pk, "past records do not change"
    assert Program.objects.get(pk=program.pk).opd_id == house.opd.pk


def test_the_old_name_is_shown_with_who_it_is_now(
    make: Make, house: House, as_: As, request: pytest.FixtureRequest
) -> None:
    program, quick_win = make(), scenarios.draft(house)
    operator = as_(request.getfixturevalue("successor")["operator"])
    for address in (f"/programs/{program.pk}/", f"/quick-wins/{quick_win.pk}/"):
        page = operator.get(address).text
        assert "Dinas Kebudayaan dan Pariwisata (sekarang Dinas Pariwisata Baru)" in page
    assert "sekarang" not in operator.get("/programs/").text


def test_its_head_submits_and_its_operator_does_not(
    make: Make, house: House, as_: As, cast: dict[str, User], request: pytest.FixtureRequest
) -> None:
    program = make()
    people = request.getfixturevalue("successor")
    cast["head"].memberships.all().delete()
    address = f"/programs/{program.pk}/moves/submit/"
    assert Opd.objects.get(pk=house.opd.pk).has_head()
    assert as_(people["operator"]).post(address).status_code == 403
    assert as_(people["head"]).post(address).status_code == 302
    row = Program.objects.get(pk=program.pk)
    assert (row.status, row.events.first().role) == (PlanStatus.SUBMITTED, Role.OPD_HEAD)  # type: ignore[union-attr]


def test_nothing_passes_on_before_its_day(make: Make, house: House, successor: dict[str, User]) -> None:
    program = make()
    Opd.objects.filter(pk=house.opd.pk).update(valid_to=date(2999, 1, 1))
    assert not Program.objects.visible_to(fresh(successor["operator"])).exists()
    assert rules.is_owner(fresh(house.operator), program)


def test_nothing_new_begins_under_the_old_name(
    make: Make, as_: As, successor: dict[str, User], house: House
) -> None:
    make()
    page = as_(successor["operator"]).get("/programs/new/").text
    assert f'value="{house.opd.pk}">DISBUDPAR' not in page
    assert "DISBUDPAR" not in as_(successor["operator"]).get("/quick-wins/new/").text


def test_the_desk_holds_what_the_rules_allow(
    house: House, cast: dict[str, User], request: pytest.FixtureRequest
) -> None:
    """What the head of a successor approves lies on that desk, in the list, in the count, and on no other."""
    waiting = scenarios.proposed(house)
    people = request.getfixturevalue("successor")
    cast["head"].memberships.all().delete()
    for name, expected in (("head", 1), ("operator", 0)):
        user = fresh(people[name])
        assert QuickWin.objects.with_person(user).count() == expected, name
        assert Tally.objects.with_person(fresh(people[name]), waiting.year) == expected, name


def test_nobody_accepts_what_their_house_did_under_another_name(
    make: Make, city: City, cast: dict[str, User], houses: dict[str, House]
) -> None:
    """The planning agency is renamed: its planner still decides nothing of its own, the reviewer does."""
    program = make("BAPPELITBANG", PlanStatus.SUBMITTED)
    old = houses["BAPPELITBANG"].opd
    new = Opd.objects.create(city=city, short="BAPPERIDA", official_name="Badan Baru", kind="badan")
    Opd.objects.filter(pk=old.pk).update(successor=new, valid_to=date(2021, 1, 1))
    cast["planner"].memberships.update(opd=new)
    program = Program.objects.for_detail().get(pk=program.pk)
    assert not rules.may_approve_program(fresh(cast["planner"]), program)
    assert rules.may_approve_program(fresh(cast["reviewer"]), program)
