"""What changed since a meeting: every number leads to exactly its rows, and nothing outside the span is counted."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape

import pytest
from django.test import Client

from opd import actions
from opd.actions import meetings
from opd.models import Meeting, Program, StateChange, User
from smartcity.lib import clock
from tests import scenarios
from tests.opd.meetings.conftest import As, task, words
from tests.opd.progress import reports
from tests.scenarios import YEAR, House, fresh

pytestmark = pytest.mark.django_db

BEFORE = datetime(2022, 10, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2022, 10, 20, 2, 0, tzinfo=UTC)
NUMBER = re.compile(
    r'<a href="([^"]+what=[^"]+)">[^<]*</a>(?:</th><td class="r num">|: <strong class="num">)(\d+)<'
)


def held(house: House, title: str, at: datetime) -> Meeting:
    values = {"title": title, "held_at": at}
    return meetings.create_meeting(city=house.opd.city, values=values, by=house.decider, key=None)


@pytest.fixture
def autumn(house: House, houses: dict[str, House]) -> dict[str, Meeting]:
    """A meeting on 1 October, much that happened since, and what was before; the next is on 20 October."""
    with clock.at(BEFORE - timedelta(days=2)):
        scenarios.verified(house)
        reports.period(house)
    with clock.at(BEFORE):
        first = held(house, "Rapat pertama", BEFORE)
        other = houses["DISHUB"]
        overdue = task(first, other, text="Rapikan halte", days=3)
    with clock.at(BEFORE + timedelta(days=5)):
        reports.verified(house)
        reports.verified(other, dimension="LIV")
        reports.returned(house, dimension="BRA")
        reports.begun(other, dimension="LIV")
        scenarios.returned(house, notes={"target": "Per tahun?"})
        done = task(first, house, text="Kirim foto", days=60)
        meetings.move_decision(pk=done.pk, name="finish", by=house.operator, note="Terkirim.")
        meetings.move_decision(pk=done.pk, name="reopen", by=house.decider, note="Fotonya buram.")
    assert overdue.due_on < NOW.date()
    with clock.at(NOW):
        second = held(house, "Rapat kedua", NOW)
    return {"first": first, "second": second}


def numbers(client: Client, address: str) -> dict[str, int]:
    """Every address of the page that stands beside a number."""
    return {unescape(url): int(count) for url, count in NUMBER.findall(client.get(address).text)}


def rows(client: Client, address: str) -> int:
    """How many rows the page of one kind lists, in its heading and in fact."""
    page = client.get(address.partition("#")[0]).text
    listed = page.partition('id="h-rows"')[2].partition("</section>")[0]
    said = re.search(r'<span class="num">(\d+)</span>', listed)
    assert said
    found = len(re.findall(r'<li><a href="', listed))
    assert found == int(said[1])
    return found


EXPECTED = {
    "verified": 2,
    "returned": 1,
    "late": 1,
    "wins-returned": 1,
    "states": 2,
    "due": 1,
    "done": 1,
    "opened-again": 1,
}


def test_every_number_leads_to_exactly_its_rows(as_: As, house: House, autumn: dict[str, Meeting]) -> None:
    desk = as_(house.decider)
    with clock.at(NOW):
        found = numbers(desk, f"/meetings/changes/?meeting={autumn['second'].pk}")
        assert len(found) > 20
        for address, count in found.items():
            assert rows(desk, address) == count, address
    whole = {url: count for url, count in found.items() if "dimension" not in url and "opd" not in url}
    assert {url.partition("what=")[2].partition("#")[0]: count for url, count in whole.items()} == EXPECTED
    for narrowed in ("dimension=", "opd="):
        parts = sum(count for url, count in found.items() if narrowed in url)
        assert parts == sum(EXPECTED.values()), "the parts are the whole"


def test_the_meeting_and_the_agenda_tell_the_same(as_: As, house: House, autumn: dict[str, Meeting]) -> None:
    desk = as_(house.decider)
    with clock.at(NOW - timedelta(minutes=1)):
        agenda = {url.partition("?")[2]: n for url, n in numbers(desk, "/meetings/agenda/").items()}
    with clock.at(NOW + timedelta(days=90)):
        meeting = numbers(desk, f"/meetings/{autumn['second'].pk}/")
        assert {url.partition("what=")[2].partition("#")[0]: n for url, n in meeting.items()} == EXPECTED
        assert not numbers(desk, "/meetings/agenda/").keys() & agenda.keys() - {
            key for key in agenda if "late" in key
        }, "what was before the last meeting is not told again"
    assert agenda["what=verified#h-rows"] == EXPECTED["verified"]


def test_a_day_in_the_address_is_a_beginning(as_: As, house: House, autumn: dict[str, Meeting]) -> None:
    desk = as_(house.decider)
    with clock.at(NOW):
        early = numbers(desk, "/meetings/changes/?since=2022-09-01")
        late = numbers(desk, "/meetings/changes/?since=2022-10-19")
        assert early["/meetings/changes/?since=2022-09-01&what=wins-verified#h-rows"] == 1
        assert not any("verified" in url for url in late)
        assert desk.get("/meetings/changes/?since=kemarin&meeting=x&what=y").status_code == 200


def test_a_change_of_state_says_from_what_to_what_and_who(
    as_: As, house: House, cast: dict[str, User], autumn: dict[str, Meeting]
) -> None:
    program = reports.program(house, code="GOV-77", years={"state": "IN_DISCUSSION"})
    Program.objects.filter(pk=program.pk).update(status="returned")  # open for correction
    program_form = {"state": "STOPPED", "state_reason": "Anggaran dialihkan"}
    with clock.at(NOW + timedelta(days=1)):
        actions.save_program_year(
            pk=program.pk, year=YEAR, values=program_form, by=fresh(cast["planner"]), version=None
        )
        actions.save_program_year(
            pk=program.pk,
            year=YEAR,
            values=program_form | {"budget": 5},
            by=fresh(cast["planner"]),
            version=None,
        )
    assert StateChange.objects.filter(program=program).count() == 1, "another figure is no change of state"
    with clock.at(NOW + timedelta(days=2)):
        page = words(as_(house.decider), "/meetings/changes/?what=states&opd=DISBUDPAR")
    assert "Dalam pembahasan → Dihentikan (2022)" in page
    assert "Anggaran dialihkan" in page
    assert "Pejabat perencana" in page


def test_a_verified_report_that_moves_the_state_is_told_with_its_verifier(house: House) -> None:
    report = reports.verified(house)
    change = StateChange.objects.get(program=report.program)
    assert (change.source, change.target, change.actor) == ("", "RUNNING", house.decider)
    with pytest.raises(TypeError):
        change.save()


def test_leaders_count_what_they_may_see(
    as_: As, house: House, cast: dict[str, User], autumn: dict[str, Meeting]
) -> None:
    leader = as_(cast["leader"])
    with clock.at(NOW):
        found = numbers(leader, f"/meetings/changes/?meeting={autumn['second'].pk}")
        kinds = {url.partition("what=")[2].partition("#")[0].partition("&")[0] for url in found}
        assert "verified" in kinds
        assert not {"returned", "wins-returned"} & kinds
        for address, count in found.items():
            assert rows(leader, address) == count, address


def test_many_changes_cost_as_much_as_few(
    as_: As, house: House, autumn: dict[str, Meeting], count_queries: Callable[[Callable[[], object]], int]
) -> None:
    desk, second = as_(house.decider), autumn["second"].pk
    addresses = (
        "/meetings/agenda/",
        f"/meetings/{second}/",
        f"/meetings/changes/?meeting={second}&what=verified",
        f"/meetings/changes/?meeting={second}&what=late",
        f"/meetings/changes/?meeting={second}&what=done",
        "/decisions/",
    )
    with clock.at(NOW):
        desk.get(addresses[0])
        few = [count_queries(partial(desk.get, address)) for address in addresses]
    with clock.at(BEFORE + timedelta(days=6)):
        for number in range(5):
            reports.verified(house, dimension="LIV")
            reports.begun(house)
            more = task(autumn["first"], house, text=f"Tugas {number}", days=9)
            meetings.move_decision(pk=more.pk, name="finish", by=house.operator, note="Sudah.")
    with clock.at(NOW):
        assert [count_queries(partial(desk.get, address)) for address in addresses] == few
