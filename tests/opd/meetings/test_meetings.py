"""Meetings: written down once, decisions are their owner's tasks, the agenda is what the rows say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from opd.actions import meetings
from opd.models import AuditEvent, Decision, Meeting, Opd
from smartcity.lib import clock
from tests import scenarios
from tests.scenarios import House

As = Callable[..., Client]
pytestmark = pytest.mark.django_db
KEY = "0" * 32
FORM = {
    "title": "Rapat Dewan",
    "day": "2022-09-16",
    "hour": "13:00",
    "place": "Setda",
    "agenda": "",
    "minutes": "Rahasia",
}


@pytest.fixture
def meeting(house: House) -> Meeting:
    values = {"title": "Rapat Dewan", "held_at": clock.now(), "minutes": "Rahasia notulen"}
    return meetings.create_meeting(city=house.opd.city, values=values, by=house.decider, key=None)


def task(
    meeting: Meeting, house: House, text: str = "Lengkapi bukti", days: int = 7, opd: Opd | None = None
) -> Decision:
    values = {"text": text, "opd": opd or house.opd, "due_on": (clock.now() + timedelta(days=days)).date()}
    return meetings.decide(meeting=meeting, values=values, by=house.decider, key=None)


def words(client: Client, address: str) -> str:
    """The page's text; cells of a table stand side by side without a space."""
    return " ".join(strip_tags(client.get(address).content.decode()).split())


def test_pressed_twice_is_written_once(as_: As, house: House) -> None:
    client = as_(house.decider)
    for _press in range(2):
        client.post("/meetings/new/", FORM | {"key": KEY})
    assert Meeting.objects.count() == 1
    pk = Meeting.objects.get().pk
    body = {"text": "Lengkapi bukti", "opd": house.opd.pk, "due_on": "2022-10-01", "key": KEY}
    for _press in range(2):
        assert client.post(f"/meetings/{pk}/decisions/", body).status_code == 302
    assert Decision.objects.count() == 1


def test_a_stale_form_shows_both_texts(as_: As, house: House, meeting: Meeting) -> None:
    client = as_(house.decider)
    first = client.post(
        f"/meetings/{meeting.pk}/edit/", FORM | {"version": "1", "minutes": "Notulen pertama"}
    )
    assert first.status_code == 302
    second = client.post(f"/meetings/{meeting.pk}/edit/", FORM | {"version": "1", "minutes": "Notulen kedua"})
    assert second.status_code == 409
    page = second.content.decode()
    assert "Notulen pertama" in page
    assert "Notulen kedua" in page
    assert client.post(f"/meetings/{meeting.pk}/edit/", FORM).status_code == 400


def test_the_owner_reports_and_everyone_sees_it(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    owner = as_(house.operator)
    assert "Lengkapi bukti" in words(owner, "/workspace/")
    owner.post(f"/decisions/{decision.pk}/done/", {"note": ""})
    assert Decision.objects.open().count() == 1, "without words nothing is done"
    owner.post(f"/decisions/{decision.pk}/done/", {"note": "Sudah dilengkapi."})
    decision.refresh_from_db()
    assert (decision.done_note, decision.done_by) == ("Sudah dilengkapi.", house.operator)
    assert "Lengkapi bukti" not in words(owner, "/workspace/")
    assert "Sudah dilengkapi." in words(as_(house.decider), f"/meetings/{meeting.pk}/")
    assert AuditEvent.objects.filter(action="decision.finish").count() == 1


def test_what_was_typed_too_late_is_given_back(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    as_(house.operator).post(f"/decisions/{decision.pk}/done/", {"note": "Yang pertama."})
    answer = as_(house.head or house.operator).post(
        f"/decisions/{decision.pk}/done/", {"note": "Yang kedua."}, follow=True
    )
    assert "Yang kedua." in answer.content.decode()
    assert Decision.objects.get().done_note == "Yang pertama."


def test_an_agency_reads_its_task_and_neither_minutes_nor_anothers(
    as_: As, house: House, meeting: Meeting
) -> None:
    other = Opd.objects.exclude(pk=house.opd.pk).filter(city=house.opd.city)[0]
    task(meeting, house)
    task(meeting, house, text="Tugas OPD lain", opd=other)
    page = words(as_(house.operator), f"/meetings/{meeting.pk}/")
    assert "Lengkapi bukti" in page
    assert "Tugas OPD lain" not in page
    assert "Rahasia notulen" not in page


def test_a_late_decision_leads_the_agenda(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house, days=-1)
    quick_win = scenarios.returned(house, notes={"target": "Per tahun?"})
    client = as_(house.decider)
    page = words(client, "/meetings/agenda/")
    assert f"Keputusan terlambat: {decision.text}" in page
    assert ("1 isian dikembalikan" in page) == (quick_win.year == house.opd.city.evaluation_year)


def test_what_changed_since_the_meeting_before_is_counted(as_: As, house: House) -> None:
    with clock.at(clock.now() - timedelta(days=30)):
        values = {"title": "Rapat lama", "held_at": clock.now()}
        meetings.create_meeting(city=house.opd.city, values=values, by=house.decider, key=None)
    scenarios.returned(house, notes={"target": "Per tahun?"})
    values = {"title": "Rapat baru", "held_at": clock.now()}
    new = meetings.create_meeting(city=house.opd.city, values=values, by=house.decider, key=None)
    assert "Quick win dikembalikan1" in words(as_(house.decider), f"/meetings/{new.pk}/")


def test_the_list_asks_as_much_for_many(
    as_: As, house: House, meeting: Meeting, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    client = as_(house.decider)
    task(meeting, house)
    task(meeting, house)
    client.get("/meetings/")
    few = count_queries(lambda: client.get("/meetings/"))
    for number in range(20):
        task(meeting, house, text=f"Tugas {number}")
    assert count_queries(lambda: client.get("/meetings/")) == few
