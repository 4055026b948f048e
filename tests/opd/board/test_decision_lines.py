"""The owner of a decision hears of it: given, changed, taken away, closed, opened again; one digest a day."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opd import tasks
from opd.actions import meetings
from opd.actions.decision_lines import tell
from opd.models import Decision, Meeting, Notification, Opd
from smartcity.lib import clock
from tests.scenarios import House

DAY = date(2022, 9, 5)


def at(day: int, hour: int = 1) -> Any:
    """A moment of September 2022; 1 is 08.00 WIB, the hour of the digest."""
    return clock.at(datetime(2022, 9, day, hour, tzinfo=UTC))


@pytest.fixture
def house(houses: dict[str, House], addresses: dict[str, str]) -> House:
    return houses["DISBUDPAR"]


@pytest.fixture
def meeting(house: House) -> Meeting:
    with at(5):
        values = {"title": "Rapat Dewan", "held_at": clock.now()}
        return meetings.create_meeting(city=house.opd.city, values=values, by=house.decider, key=None)


def given(meeting: Meeting, house: House, text: str = "Lengkapi bukti", opd: Opd | None = None) -> Decision:
    values = {"text": text, "opd": opd or house.opd, "due_on": date(2022, 9, 30), "program": None}
    return meetings.decide(meeting=meeting, values=values, by=house.decider, key=None)


def corrected(decision: Decision, house: House, **values: Any) -> Decision:
    decision.refresh_from_db()
    known = {name: getattr(decision, name) for name in meetings.CORRECTED}
    return meetings.correct(
        pk=decision.pk,
        values=known | values,
        reason="Salah tulis.",
        version=decision.version,
        by=house.decider,
    )


def lines(who: str = "") -> list[tuple[str, str, bool]]:
    rows = Notification.objects.filter(kind="task").order_by("day", "user__username", "about_id")
    rows = rows.filter(user__username=who) if who else rows
    return [(row.user.username, row.title, row.settled_at is None and row.read_at is None) for row in rows]


def bodies() -> list[str]:
    return [message.body for message in mail.outbox]


def test_who_owns_a_task_is_told_once_in_one_digest(meeting: Meeting, house: House) -> None:
    with at(5, 3):
        for number in range(4):
            given(meeting, house, f"Tugas {number}")
    for day in (6, 7, 8):
        for hour in (1, 2):
            with at(day, hour):
                tasks.remind()
    told = sorted(to.split("@")[0] for message in mail.outbox for to in message.to)
    assert told == ["head", "operator"]
    for body in bodies():
        assert body.count("Tugas baru dari rapat: Tugas") == 4
        assert "tenggat Jumat, 30 September 2022 · Rapat Dewan" in body
    assert {who for who, _title, _open in lines()} == {house.operator.username, house.head.username}


def test_what_happened_between_two_rounds_is_one_line(meeting: Meeting, house: House) -> None:
    with at(5, 3):
        decision = given(meeting, house)
        corrected(decision, house, text="Lengkapi semua bukti")
        corrected(decision, house, due_on=date(2022, 10, 3))
        tasks.remind()
    me = house.operator.username
    assert lines(me) == [(me, "Tugas baru dari rapat: Lengkapi semua bukti", True)]


def test_a_change_is_told_anew_the_same_day_and_stands_in_the_next_digest(
    meeting: Meeting, house: House
) -> None:
    with at(5, 3):
        decision = given(meeting, house)
        tasks.remind()
    with at(5, 6):
        corrected(decision, house, due_on=date(2022, 10, 3))
        tasks.remind()
    me = house.operator.username
    assert lines(me) == [(me, "Tugas diubah: Lengkapi bukti", True)]
    with at(6):
        tasks.remind()
    assert [body.count("Lengkapi bukti") for body in bodies()] == [1, 1, 1, 1], "two people, each day one"
    assert all("Tugas diubah" in body for body in bodies()[2:])


def test_the_owner_before_hears_that_it_is_gone_and_no_new_word(
    meeting: Meeting, house: House, houses: dict[str, House]
) -> None:
    other = houses["DISHUB"]
    with at(5, 3):
        decision = given(meeting, house)
        tasks.remind()
    with at(6, 3):
        corrected(decision, house, opd=other.opd, text="Rahasia halte")
        tasks.remind()
    me, you = house.operator.username, other.operator.username
    assert lines(me) == [
        (me, "Tugas baru dari rapat: Lengkapi bukti", False),
        (me, "Bukan lagi tugas OPD Anda: keputusan nomor 1", True),
    ]
    assert lines(you) == [(you, "Tugas baru dari rapat: Rahasia halte", True)]
    assert not Notification.objects.filter(user=house.operator, title__contains="Rahasia").exists()


def test_closed_and_opened_again(meeting: Meeting, house: House) -> None:
    with at(5, 3):
        decision = given(meeting, house)
        tasks.remind()
    with at(6, 3):
        meetings.move_decision(pk=decision.pk, name="finish", by=house.operator, note="Sudah.")
        tasks.remind()
    head, operator = house.head.username, house.operator.username
    assert lines(head)[-1] == (head, "Dilaporkan selesai: Lengkapi bukti", True)
    assert lines(operator) == [(operator, "Tugas baru dari rapat: Lengkapi bukti", False)], "who did it knows"
    with at(7, 3):
        meetings.move_decision(pk=decision.pk, name="reopen", by=house.decider, note="Belum lengkap.")
        tasks.remind()
    assert lines(operator)[-1] == (operator, "Dibuka lagi: Lengkapi bukti", True)
    assert [row[2] for row in lines(head)] == [False, False, True]


def test_old_decisions_are_history(meeting: Meeting, house: House) -> None:
    with at(5, 3):
        given(meeting, house)
    with clock.at(datetime(2022, 12, 5, 1, tzinfo=UTC)):
        tasks.remind()
        tasks.remind()
    assert lines() == []


def test_many_decisions_cost_as_many_statements_as_one(meeting: Meeting, house: House) -> None:
    costs = []
    for count in (1, 12):
        with at(5, 3), CaptureQueriesContext(connection) as captured:
            made = [given(meeting, house, f"Tugas {number}") for number in range(count)]
            before = len(captured)
            assert tell(house.opd.city, most=200) == 2 * len(made)
            costs.append(len(captured) - before)
    assert costs[0] == costs[1]
