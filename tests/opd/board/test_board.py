"""The board: each state from real reports, who sees which row, and a cost that does not grow."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from opd import owing
from opd.models import AuditEvent, Notification, Opd, ReportingPeriod, User
from opd.owing import Standing
from smartcity.lib import clock
from tests.opd.progress import reports
from tests.opd.test_costs import costs, more_agencies
from tests.scenarios import House

As = Callable[..., Client]
Count = Callable[[Callable[[], object]], int]
OPEN, OVER = datetime(2022, 10, 5, 3, tzinfo=UTC), datetime(2022, 10, 12, 3, tzinfo=UTC)

STATES: list[tuple[dict[str, int], bool, bool, str]] = [
    ({}, True, True, owing.NONE),
    ({"expected": 2}, False, False, owing.AHEAD),
    ({"expected": 2}, True, False, owing.NOTHING),
    ({"expected": 2}, True, True, owing.LATE),
    ({"expected": 2, "draft": 1, "filled": 5, "total": 5}, True, False, owing.INCOMPLETE),
    ({"expected": 2, "draft": 2, "filled": 9, "total": 10}, True, False, owing.INCOMPLETE),
    ({"expected": 2, "draft": 1, "proposed": 1, "filled": 10, "total": 10}, True, False, owing.COMPLETE),
    ({"expected": 2, "verified": 1, "returned": 1, "filled": 10, "total": 10}, True, False, owing.RETURNED),
    ({"expected": 2, "verified": 1, "returned": 1}, True, True, owing.LATE),
    ({"expected": 2, "verified": 1, "submitted": 1}, True, True, owing.SUBMITTED),
    ({"expected": 2, "verified": 2}, True, True, owing.VERIFIED),
]


@pytest.mark.parametrize(("counts", "opened", "overdue", "state"), STATES)
def test_states(counts: dict[str, int], opened: bool, overdue: bool, state: str) -> None:
    assert Standing(**counts).state(opened=opened, overdue=overdue) == state


def third_quarter(client: Client) -> str:
    """The cell of the third quarter of the only agency one sees."""
    page = client.get("/board/?year=2022").text
    line = page[page.index("<tbody") : page.index("</tbody")]
    return line.split('data-label="Triwulan 3"')[1].split("</td>")[0]


@pytest.mark.parametrize("status", list(reports.BY_STATUS))
def test_a_report_in_each_status_on_the_page(
    status: str, house: House, period: ReportingPeriod, as_: As, recount: Callable[[], None]
) -> None:
    words = {
        "draft": "Lengkap, belum dikirim",
        "proposed": "Lengkap, belum dikirim",
        "submitted": "Diajukan",
        "returned": "Dikembalikan",
        "verified": "Terverifikasi",
    }
    with clock.at(OPEN):
        reports.BY_STATUS[status](house)
        recount()
        assert words[status] in third_quarter(as_(house.operator))
    with clock.at(OVER):
        late = "Terlambat" in third_quarter(as_(house.operator))
    assert late == (status not in ("submitted", "verified"))


def test_a_stopped_programme_hides_nobodys_debt(house: House, recount: Callable[[], None]) -> None:
    with clock.at(OPEN):
        told = reports.verified(house)
        told.program.years.update(state="STOPPED", state_reason="Tidak ada anggaran.")
        reports.program(house, code="GOV-99")
        recount()
    standing = owing.reports_of(house.opd.city_id, 2022)[house.opd.pk, 3]
    assert (standing.expected, standing.owing, standing.missing) == (1, 1, 1)


def test_late_ones_first_and_why(
    houses: dict[str, House],
    period: ReportingPeriod,
    as_: As,
    cast: dict[str, User],
    recount: Callable[[], None],
) -> None:
    with clock.at(OPEN):
        reports.verified(houses["DISHUB"])
        reports.program(houses["LABKES"], code="GOV-51")
        for code in ("GOV-61", "GOV-62", "GOV-63"):
            reports.program(houses["DISBUDPAR"], code=code)
        reports.begun(houses["DISBUDPAR"], of=reports.program(houses["DISBUDPAR"], code="GOV-64"))
        recount()
    with clock.at(OVER):
        page = as_(cast["reviewer"]).get("/board/?year=2022").text
        reasons = as_(cast["reviewer"]).get(f"/board/{houses['DISBUDPAR'].opd.pk}/?year=2022&quarter=3").text
        text = (
            as_(cast["reviewer"]).get(f"/board/{houses['DISBUDPAR'].opd.pk}/text/?year=2022&quarter=3").text
        )
    places = [page.index(f">{short}</a>") for short in ("DISBUDPAR", "LABKES", "DISHUB")]
    assert places == sorted(places)
    assert "3 dari 4 program belum ada laporan" in page
    assert "3 dari 4 program belum ada laporan" in reasons
    assert "Program GOV-61" in reasons
    assert "Nomor" in text
    assert "4 dari 4 laporan" in text
    assert "Program GOV-64" in text


def test_what_came_in_by_month(house: House, as_: As, recount: Callable[[], None]) -> None:
    with clock.at(datetime(2022, 9, 30, 18, tzinfo=UTC)):  # 1 October, 01.00 WIB
        reports.submitted(house)
        recount()
    page = as_(house.operator).get("/board/?year=2022&by=month").text
    cells = page[page.index("<tbody") :].split('<td class="r num">')[1:]
    assert [cell.split("<")[0] for cell in cells[:12]] == ["·"] * 9 + ["1", "·", "·"]


def test_who_sees_which_row(houses: dict[str, House], as_: As, cast: dict[str, User], recount: Any) -> None:
    for short in ("DISBUDPAR", "DISHUB"):
        reports.program(houses[short], code=f"KANARI-{short}")
    recount()
    own, other = (houses[short].opd for short in ("DISBUDPAR", "DISHUB"))
    expected = {
        "operator": (200, 200, 404, 403, 404),
        "head": (200, 200, 404, 403, 404),
        "operator_elsewhere": (200, 404, 200, 404, 403),
        **dict.fromkeys(("reviewer", "planner", "auditor", "leader"), (200, 200, 200, 200, 200)),
        **dict.fromkeys(("assessor", "administrator"), (403, 403, 403, 403, 403)),
    }
    addresses = (
        "/board/",
        f"/board/{own.pk}/",
        f"/board/{other.pk}/",
        f"/board/{own.pk}/text/",
        f"/board/{other.pk}/text/",
    )
    for name, codes in expected.items():
        client = as_(cast[name])
        answers = [client.get(f"{address}?year=2022") for address in addresses]
        assert tuple(answer.status_code for answer in answers) == codes, name
        if name in ("operator", "head"):
            assert not any(
                "KANARI-DISHUB" in answer.text or ">DISHUB</a>" in answer.text for answer in answers
            )


def test_the_cost_does_not_grow(
    houses: dict[str, House], as_: As, cast: dict[str, User], count_queries: Count, recount: Any
) -> None:
    client, seen = as_(cast["reviewer"]), []
    for wave in (2, 30):
        for agency in more_agencies(houses["DISHUB"], wave):
            for number in range(2):
                reports.program(agency, code=f"{agency.opd.short}-{number}")
        recount()
        seen.append(costs(client, count_queries, "/board/?year=2022"))
    assert seen[0] == seen[1]
    assert Opd.objects.count() > 30


def dates_of(version: int, **changes: str) -> dict[str, str]:
    data = {"q3-remind_operator_on": "2022-10-05"} | changes
    for quarter, month, year in ((1, 4, 2022), (2, 7, 2022), (3, 10, 2022), (4, 1, 2023)):
        usual = {
            "opens_on": 1,
            "due_on": 10,
            "remind_operator_on": 3,
            "remind_head_on": 10,
            "remind_assistant_on": 15,
        }
        data |= {
            f"q{quarter}-{name}": data.get(f"q{quarter}-{name}", f"{year}-{month:02d}-{day:02d}")
            for name, day in usual.items()
        }
        data[f"q{quarter}-version"] = str(version)
    return data


def test_the_reviewer_sets_the_dates(as_: As, cast: dict[str, User]) -> None:
    client = as_(cast["reviewer"])
    assert "2022-10-03" in client.get("/periods/?year=2022").text
    assert ReportingPeriod.objects.count() == 0
    assert client.post("/periods/?year=2022", dates_of(0)).status_code == 302
    third = ReportingPeriod.objects.get(quarter=3)
    assert (str(third.remind_operator_on), third.due_at) == (
        "2022-10-05",
        datetime(2022, 10, 10, 16, 59, tzinfo=UTC),
    )
    assert AuditEvent.objects.filter(action="period.saved").count() == 4
    stale = client.post("/periods/?year=2022", dates_of(0, **{"q3-remind_head_on": "2022-10-11"}))
    assert stale.status_code == 409
    assert "2022-10-11" in stale.text
    assert "10/10/2022" in stale.text
    wrong = client.post("/periods/?year=2022", dates_of(1, **{"q3-remind_head_on": "2022-10-20"}))
    assert wrong.status_code == 422
    assert client.post("/periods/?year=2022", {"q1-version": "1"}).status_code == 400
    assert as_(cast["planner"]).post("/periods/?year=2022", dates_of(1)).status_code == 403
    assert as_(cast["operator"]).get("/periods/?year=2022").status_code == 200


def test_ones_own_notifications_only(as_: As, cast: dict[str, User], house: House) -> None:
    for name in ("operator", "head"):
        Notification.objects.create(
            user=cast[name], city=house.opd.city, day="2022-10-03", kind="reminder", about="reminder", about_id=1,
            title=f"KANARI-{name}", url="/board/",
        )  # fmt: skip
    client = as_(cast["operator"])
    page = client.get("/notifications/").text
    assert "KANARI-operator" in page
    assert "KANARI-head" not in page
    assert client.post("/notifications/read/").status_code == 302
    assert Notification.objects.filter(read_at__isnull=True).get().user == cast["head"]
