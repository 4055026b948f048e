"""The calendar feed: a secret address, whose dates are in it, and how it ends."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from opd.models import AuditEvent, CalendarFeed, City, Membership, ReportingPeriod, User
from opd.models.feed import MOST_READS
from smartcity.lib import clock
from tests.scenarios import House, fresh

As = Callable[..., Client]
NOW = datetime(2022, 9, 1, 3, 0, tzinfo=UTC)
DUE = datetime(2022, 10, 10, 16, 59, tzinfo=UTC)


@pytest.fixture
def period(city: City) -> ReportingPeriod:
    day = DUE.date()
    return ReportingPeriod.objects.create(
        city=city, year=2022, quarter=3, opens_on=day, due_at=DUE,
        remind_operator_on=day, remind_head_on=day, remind_assistant_on=day,
    )  # fmt: skip


def renewed(client: Client) -> str:
    page = client.post("/calendar/", {"renew": "1"})
    found = re.search(r'value="http://testserver(/calendar/[\w-]+\.ics)"', page.text)
    assert found
    return found[1]


def events(answer: str) -> dict[str, object]:
    return {str(event["uid"]): event for event in Calendar.from_ical(answer).walk("VEVENT")}


def test_an_operator_subscribes(period: ReportingPeriod, house: House, as_: As) -> None:
    with clock.at(NOW):
        client = as_(house.operator)
        address = renewed(client)
        assert address not in client.get("/calendar/").text
        feed = CalendarFeed.objects.get()
        assert feed.digest not in address
        answer = Client().get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/calendar")
        assert "no-store" in answer["Cache-Control"]
        (event,) = events(answer.text).values()
        assert event["dtend"].dt == DUE  # type: ignore[index]
        assert "TZID=Asia/Jakarta" in answer.text
        assert "BEGIN:VTIMEZONE" in answer.text
        assert "DTSTAMP" in answer.text
        ReportingPeriod.objects.update(due_at=DUE + timedelta(days=3))
        again = events(Client().get(address).text)
        assert set(again) == {str(event["uid"])}  # type: ignore[index]
        assert {str(row["dtend"].dt.date()) for row in again.values()} == {"2022-10-13"}  # type: ignore[index]


def test_the_address_ends(period: ReportingPeriod, house: House, as_: As) -> None:
    client = as_(house.operator)
    first = renewed(client)
    second = renewed(client)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert client.post("/calendar/", {"revoke": "1"}).status_code == 302
    assert client.post("/calendar/", {"revoke": "1"}).status_code == 302
    assert Client().get(second).status_code == 404
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["calendar.renewed", "calendar.renewed", "calendar.revoked"]


def test_a_closed_account_and_an_ended_role(period: ReportingPeriod, house: House, as_: As) -> None:
    address = renewed(as_(house.operator))
    with clock.at(NOW):
        assert len(events(Client().get(address).text)) == 1
        Membership.objects.filter(user=house.operator).update(valid_to=NOW - timedelta(days=1))
        assert Client().get(address).status_code == 404
        Membership.objects.filter(user=house.operator).update(valid_to=None)
    User.objects.filter(pk=house.operator.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_dates_of_a_role(period: ReportingPeriod, cast: dict[str, User], as_: As) -> None:
    with clock.at(NOW):
        for name, count in (("reviewer", 1), ("head", 1), ("leader", 0), ("assessor", 0), ("auditor", 0)):
            assert len(events(Client().get(renewed(as_(cast[name]))).text)) == count, name


def test_readings_of_an_hour_are_counted(house: House, as_: As) -> None:
    with clock.at(NOW):
        address = renewed(as_(house.operator))
        codes = [Client().get(address).status_code for _number in range(MOST_READS + 1)]
    assert codes == [200] * MOST_READS + [429]
    with clock.at(NOW + timedelta(hours=1)):
        assert Client().get(address).status_code == 200


@pytest.mark.parametrize("token", ["x", "%00", "a" * 900, "../../etc/passwd", "ä"])
def test_other_addresses(token: str, db: None) -> None:
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_without_a_role_there_is_no_calendar(cast: dict[str, User], as_: As) -> None:
    assert as_(cast["without_role"]).get("/calendar/").status_code == 403
    assert fresh(cast["operator"]) is not None
