"""Reminders over a whole quarter, day by day: exactly who hears what, and that it stops."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from opd import tasks
from opd.models import Digest, Membership, Notification, Reminder, ReportingPeriod, User
from smartcity.lib import clock
from tests.opd.progress import reports
from tests.scenarios import House

#: 08.00 WIB, after the hour from which on people are reminded.
MORNING = 1
Recount = Callable[[], None]


def at(day: date, hour: int = MORNING) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def live_through(first: date, last: date, times: int = 2) -> None:
    """Let the beat ring `times` a day."""
    for day in days(first, last):
        for turn in range(times):
            with clock.at(at(day, MORNING + turn)):
                tasks.remind()


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def mails() -> list[str]:
    """Whom the mails reached, in order."""
    return [to.split("@")[0] for message in mail.outbox for to in message.to]


def climbed() -> list[tuple[str, str, str]]:
    rows = Reminder.objects.order_by("day", "opd__short").values_list("day", "opd__short", "rung")
    return [(str(day), short, rung) for day, short, rung in rows]


@pytest.fixture
def owed(
    houses: dict[str, House], period: ReportingPeriod, addresses: dict[str, str], recount: Recount
) -> None:
    """DISBUDPAR owes two reports; LABKES, without a head, one."""
    with clock.at(at(date(2022, 9, 1))):
        reports.program(houses["DISBUDPAR"], code="GOV-01")
        reports.program(houses["DISBUDPAR"], code="GOV-02")
        reports.program(houses["LABKES"], code="GOV-03")
        recount()


def test_a_whole_quarter_in_silence(owed: None) -> None:
    live_through(date(2022, 9, 1), date(2022, 12, 31))
    assert climbed() == [
        ("2022-10-03", "DISBUDPAR", "operator"),
        ("2022-10-03", "LABKES", "operator"),
        ("2022-10-10", "DISBUDPAR", "head"),
        ("2022-10-10", "LABKES", "assistant"),  # no head: the next rung, on the head's day
        ("2022-10-15", "DISBUDPAR", "assistant"),
    ]
    assert sorted(mails()[:2]) == ["operator", "operator_without_head"]
    assert sorted(mails()[2:4]) == ["head", "leader"]
    assert mails()[4:] == ["leader"]
    assert "2 dari 2" in mail.outbox[-1].body
    assert Notification.objects.count() == 5
    assert Digest.objects.filter(sent_at__isnull=False).count() == 5


def test_it_stops_when_the_reports_are_in(owed: None, houses: dict[str, House], recount: Recount) -> None:
    live_through(date(2022, 9, 1), date(2022, 10, 5))
    with clock.at(at(date(2022, 10, 6))):
        for row in houses["DISBUDPAR"].opd.programs.all():
            reports.submitted(houses["DISBUDPAR"], of=row)
    Notification.objects.exclude(kind="reminder").delete()
    before = len(mail.outbox)
    live_through(date(2022, 10, 6), date(2022, 11, 30))
    assert [row for row in climbed() if row[1] == "DISBUDPAR"] == [("2022-10-03", "DISBUDPAR", "operator")]
    # What was told is settled without anybody reading it; only the reviewer hears of what came in.
    line = Notification.objects.get(kind="reminder", user__username="operator-disbudpar")
    assert line.settled_at is not None
    assert sorted(mails()[before:]) == ["leader", "reviewer"]


def test_a_scheduler_that_was_away_climbs_one_rung(owed: None) -> None:
    live_through(date(2022, 10, 20), date(2022, 10, 25))
    assert climbed() == [("2022-10-20", "DISBUDPAR", "assistant"), ("2022-10-20", "LABKES", "assistant")]
    assert mails() == ["leader"]
    assert mail.outbox[0].body.count("belum masuk") == 2


def test_away_for_ten_days_in_the_middle(owed: None) -> None:
    live_through(date(2022, 9, 30), date(2022, 10, 4))
    live_through(date(2022, 10, 14), date(2022, 10, 14))
    assert [row[2] for row in climbed() if row[1] == "DISBUDPAR"] == ["operator", "head"]


def test_nobody_is_reminded_at_night_or_of_years_ago(owed: None) -> None:
    with clock.at(datetime(2022, 10, 2, 20, tzinfo=UTC)):  # 3 October, 03.00 WIB
        tasks.remind()
    live_through(date(2023, 3, 1), date(2023, 3, 3))
    assert climbed() == []
    assert mails() == []


def test_an_agency_whose_head_has_come_meanwhile(owed: None, houses: dict[str, House], city: object) -> None:
    live_through(date(2022, 10, 3), date(2022, 10, 9))
    head = User.objects.create(username="kepala-labkes", email="kepala_labkes@contoh.invalid")
    opd = houses["LABKES"].opd
    Membership.objects.create(
        user=head, role="head", city=opd.city, opd=opd, valid_from=at(date(2022, 10, 1))
    )
    live_through(date(2022, 10, 10), date(2022, 10, 10))
    assert ("2022-10-10", "LABKES", "head") in climbed()
    assert "kepala_labkes" in mails()


def test_a_returned_report_is_told_once_in_the_digest(owed: None, houses: dict[str, House]) -> None:
    house = houses["DISBUDPAR"]
    with clock.at(at(date(2022, 9, 5), 3)):
        for number, row in enumerate(house.opd.programs.all()):
            reports.returned(house, of=row, notes={"value": f"Mengapa {number}?", "absorbed": "Dari mana?"})
    live_through(date(2022, 9, 6), date(2022, 9, 8))
    assert sorted(mails()) == ["head", "operator"]
    assert {message.body.count("Dikembalikan:") for message in mail.outbox} == {2}


def test_what_waits_is_told_to_who_decides_and_settles(owed: None, houses: dict[str, House]) -> None:
    house = houses["DISBUDPAR"]
    with clock.at(at(date(2022, 9, 5), 3)):
        report = reports.submitted(house, of=house.opd.programs.first())
        tasks.remind()
    line = Notification.objects.get()
    assert (line.user, line.kind) == (house.decider, "decision")
    with clock.at(at(date(2022, 9, 5), 4)):
        reports.move(report, "verify", house.decider)
        tasks.remind()
    line.refresh_from_db()
    assert line.settled_at is not None


def test_a_mail_server_that_refuses_is_tried_again(owed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.mail import EmailMessage

    def refuse(self: EmailMessage, *args: object, **kwargs: object) -> int:
        raise OSError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", refuse)
        with clock.at(at(date(2022, 10, 3), 1)):
            tasks.remind()
    assert mails() == []
    with clock.at(at(date(2022, 10, 3), 2)):
        tasks.remind()
    assert sorted(mails()) == ["operator", "operator_without_head"]
