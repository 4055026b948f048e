"""Meetings: written down once, decisions are their owner's tasks, the agenda is what the rows say."""

from collections.abc import Callable

import pytest
from django.test import Client

from opd.models import AuditEvent, Decision, Meeting, Opd
from tests import scenarios
from tests.opd.meetings.conftest import task, words
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
    address = f"/decisions/{decision.pk}/moves/finish/"
    answer = owner.post(address, {"note": "", "version": "1"}, follow=True)
    assert "satu kalimat" in answer.text
    assert Decision.objects.open().count() == 1, "without words nothing is done"
    assert owner.post(address, {"note": "Sudah dilengkapi."}).status_code == 400, "no version, no guard"
    owner.post(address, {"note": "Sudah dilengkapi.", "version": "1"})
    decision.refresh_from_db()
    assert (decision.done_note, decision.done_by) == ("Sudah dilengkapi.", house.operator)
    assert "Lengkapi bukti" not in words(owner, "/workspace/")
    assert "Sudah dilengkapi." in words(as_(house.decider), f"/meetings/{meeting.pk}/")
    assert AuditEvent.objects.filter(action="decision.finish").count() == 1


def test_what_was_typed_too_late_is_given_back(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    address = f"/decisions/{decision.pk}/moves/finish/"
    as_(house.operator).post(address, {"note": "Yang pertama.", "version": "1"})
    answer = as_(house.head or house.operator).post(
        address, {"note": "Yang kedua.", "version": "1"}, follow=True
    )
    assert "Yang kedua." in answer.content.decode()
    assert "[WF-FIRST]" in answer.content.decode()
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
    assert quick_win.year == house.opd.city.evaluation_year
    assert "1 quick win dikembalikan" in page
    address = f"/quick-wins/?year={quick_win.year}&amp;status=returned&amp;opd={house.opd.pk}"
    assert address in client.get("/meetings/agenda/").content.decode(), "the number leads to its rows"


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
