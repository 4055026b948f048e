"""The desk's lists as files: what the page lists under the same address, and no text is ever a formula."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client

from opd.models import Meeting, Opd, User
from smartcity.lib import clock
from tests import scenarios
from tests.opd.meetings.conftest import As, task, words
from tests.opd.progress import reports
from tests.scenarios import House

pytestmark = pytest.mark.django_db
EVIL = "=1+1"


def sheet(client: Client, address: str) -> list[list[Any]]:
    """The cells of the workbook behind an address, those of kind formula refused."""
    answer = client.get(address)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [list(row) for row in book.worksheets[0].iter_rows()]
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in cells]


def table(client: Client, address: str) -> list[list[str]]:
    """The same as CSV."""
    joint = "&" if "?" in address else "?"
    answer = client.get(f"{address}{joint}format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def column(rows: list[list[Any]], title: str) -> list[Any]:
    place = rows[0].index(title)
    return [row[place] for row in rows[1:]]


def test_decisions_go_out_as_the_page_lists_them(
    as_: As, house: House, houses: dict[str, House], meeting: Meeting
) -> None:
    task(meeting, house, text=EVIL, days=-2)
    task(meeting, houses["DISHUB"], text="Rapikan halte")
    desk = as_(house.decider)
    for query, expected in {
        "": [EVIL, "Rapikan halte"],
        "?status=late": [EVIL],
        "?opd=DISHUB": ["Rapikan halte"],
        f"?meeting={meeting.pk}&q=halte": ["Rapikan halte"],
        "?meeting=999": [],
    }.items():
        assert column(sheet(desk, f"/exports/decisions/{query}"), "Keputusan") == expected, query
        typed = [f"'{text}" if text == EVIL else text for text in expected]
        assert column(table(desk, f"/exports/decisions/{query}"), "Keputusan") == typed
        page = words(desk, f"/decisions/{query}")
        assert [text for text in (EVIL, "Rapikan halte") if text in page] == expected
    assert column(sheet(as_(house.operator), "/exports/decisions/"), "Keputusan") == [EVIL]
    assert column(sheet(desk, "/exports/decisions/"), "Status") == ["Terlambat", "Belum selesai"]


def test_the_page_offers_its_own_rows_as_a_file(as_: As, house: House, meeting: Meeting) -> None:
    task(meeting, house)
    page = as_(house.decider).get("/decisions/?status=left&page=1").text
    assert "/exports/decisions/?status=left" in page
    assert "format=csv" in page


def test_the_queue_goes_out_in_both_kinds(as_: As, houses: dict[str, House], house: House) -> None:
    scenarios.submitted(house, name=EVIL)
    scenarios.submitted(houses["DISKOMINFO"], name="Portal data", acronym="PODA", dimension="LIV")
    reports.submitted(house, name=EVIL)
    desk = as_(house.decider)
    rows = sheet(desk, "/exports/queue/")
    assert column(rows, "Quick win") == [EVIL, "Portal data"]
    assert column(rows, "Anda yang memutuskan") == ["ya", "tidak"], "Kominfo's own records are the planner's"
    assert column(table(desk, "/exports/queue/?dimension=GOV"), "Quick win") == [f"'{EVIL}"]
    assert column(sheet(desk, "/exports/queue/?q=portal"), "Quick win") == ["Portal data"]
    reported = sheet(desk, "/exports/queue/?kind=progress")
    assert (column(reported, "Program kerja"), column(reported, "Triwulan")) == ([EVIL], [3])
    assert column(sheet(desk, "/exports/queue/?kind=progress&dimension=LIV"), "Program kerja") == []
    assert as_(house.operator).get("/exports/queue/").status_code == 403


def test_the_board_goes_out_by_quarter_and_by_month(as_: As, house: House) -> None:
    Opd.objects.filter(pk=house.opd.pk).update(official_name=EVIL)
    with clock.at(datetime(2022, 10, 20, tzinfo=UTC)):
        reports.period(house)
        reports.submitted(house)
        reports.begun(house)
        desk = as_(house.decider)
        rows = sheet(desk, "/exports/board/?year=2022")
        assert column(rows, "Nama OPD") == [EVIL]
        third = [column(rows, f"Triwulan 3: {name}")[0] for name in ("Status", "diharapkan", "masuk")]
        assert third == ["Terlambat", 2, 1]
        assert len(sheet(desk, "/exports/board/?year=2019")) == 1, "the year of the address"
        months = table(desk, "/exports/board/?year=2022&by=month")
        assert column(months, "Okt") == ["1"]
        assert column(months, "Jumlah") == ["1"]
        for address in ("/board/?year=2022", "/board/?year=2022&by=month"):
            assert f"/exports/{address[1:].replace('&', '&amp;')}" in desk.get(address).text


def test_an_agency_takes_its_own_row_of_the_board(as_: As, houses: dict[str, House], house: House) -> None:
    reports.begun(house)
    reports.begun(houses["DISHUB"], dimension="LIV")
    assert column(sheet(as_(house.decider), "/exports/board/?year=2022"), "OPD") == ["DISBUDPAR", "DISHUB"]
    assert column(sheet(as_(house.operator), "/exports/board/?year=2022"), "OPD") == ["DISBUDPAR"]


def test_changes_go_out_kind_by_kind(as_: As, house: House, cast: dict[str, User]) -> None:
    reports.verified(house, name=EVIL)
    reports.returned(house, dimension="LIV")
    desk = as_(house.decider)
    address = "/exports/changes/?since=2022-01-01"
    rows = sheet(desk, f"{address}&what=verified")
    assert column(rows, "Nama atau isi") == [EVIL]
    assert column(table(desk, f"{address}&what=verified"), "Nama atau isi") == [f"'{EVIL}"]
    kinds = column(sheet(desk, address), "Apa yang berubah")
    assert {"Laporan triwulan diverifikasi", "Laporan triwulan dikembalikan"} <= set(kinds)
    narrowed = set(column(sheet(desk, f"{address}&dimension=LIV"), "Apa yang berubah"))
    assert "Laporan triwulan diverifikasi" not in narrowed
    assert as_(house.operator).get(address).status_code == 403


def test_reports_go_out_of_the_programmes_the_page_lists(
    as_: As, house: House, houses: dict[str, House]
) -> None:
    """An agency's own list has no other agency to choose, whatever the address says."""
    reports.submitted(house, name=EVIL)
    reports.submitted(houses["DISHUB"], dimension="LIV", name="Halte pintar")
    own, other = house.opd.pk, houses["DISHUB"].opd.pk
    desk, title = as_(house.decider), "Program kerja"
    for address, client, expected in (
        ("?year=2022", desk, [EVIL, "Halte pintar"]),
        (f"?year=2022&opd={other}", desk, ["Halte pintar"]),
        (f"?year=2022&opd={own}&q=halte", desk, []),
        (f"?year=2022&opd={other}", as_(house.operator), [EVIL]),
    ):
        assert column(sheet(client, f"/exports/progress/{address}"), title) == expected, address
        page = words(client, f"/progress/{address}")
        assert [name for name in (EVIL, "Halte pintar") if name in page] == expected, address
