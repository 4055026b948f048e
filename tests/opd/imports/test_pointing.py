"""Where the portal finds no table, or the wrong one, a person points out the row of headings; it is remembered."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import escape

from opd.models import AuditEvent, ColumnMemory, ImportJob, ImportStatus, Program, Role, User
from tests.opd.imports.conftest import Desk

type At = Callable[[User], Desk]

ODD = ["Pilar", "Anak pilar", "Nomor urut daerah", "Sebutan", "Kepunyaan", "Kira-kira capaian 2022"]
FIELDS = {
    "A": "dimension", "B": "sub_dimension", "C": "code", "D": "name", "E": "lead_opd", "F": "target_2022",
}  # fmt: skip
DATA = [
    ["GOV", "GOV-SRV", "GOV-SRV-01", "Layanan satu pintu", "DISBUDPAR", 12],
    ["GOV", "GOV-SRV", "GOV-SRV-02", "Antrean daring", "DISBUDPAR", 3],
]


def workbook(*sheets: tuple[str, list[list[Any]]], change: Callable[[Any], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def odd(year: int = 2022, **more: Any) -> bytes:
    """A list whose headings nobody knows, below its titles and behind a sheet of instructions."""
    headings = [words.replace("2022", str(year)) for words in ODD]
    rows = [["Daftar kegiatan <b>kita</b>"], ["Tahun", year], [], headings, *DATA]
    return workbook(("Petunjuk", [["Isi semua kolom"]]), ("Isian", rows), **more)


def point(desk: Desk, job: ImportJob, place: str, height: str = "") -> HttpResponse:
    answer: Any = desk.client.post(
        reverse("opd:import_table", args=[job.pk]), {"place": place, "height": height}
    )
    return answer


def page_of(desk: Desk, job: ImportJob) -> Any:
    """The page a person is sent to from the list of imports."""
    return desk.client.get(job.get_absolute_url(), follow=True)


def headings_of(page: Any) -> list[str]:
    return [column["header"] for column in page.context["columns"]]


def test_a_table_nobody_knows_is_pointed_out_mapped_and_saved(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(odd(), "daftar.xlsx")
    assert job.status == ImportStatus.READ
    page = page_of(desk, job)
    assert page.redirect_chain[-1][0] == reverse("opd:import_table", args=[job.pk])
    assert [sheet["name"] for sheet in page.context["sheets"]] == ["Petunjuk", "Isian"]
    html = page.content.decode()
    assert escape("Daftar kegiatan <b>kita</b>") in html
    assert "<b>kita" not in html
    assert 'type="radio" name="place" value="1-4"' in html
    assert 'value="1-3"' not in html  # an empty row is no choice

    assert point(desk, job, "1-4").status_code == 302
    page = page_of(desk, job)
    assert headings_of(page) == ODD
    assert page.context["sheet"] == "Isian"
    job = desk.save(desk.confirm(job, FIELDS))
    assert (job.status, job.created) == (ImportStatus.SAVED, 2)
    assert Program.objects.get(code="GOV-SRV-01").years.get(year=2022).target == 12
    assert AuditEvent.objects.filter(action="import.pointed", object_id=str(job.pk)).count() == 1


def test_the_layout_is_remembered_for_the_agency_and_for_another_year(
    at_desk: At, operator: User, person: Any
) -> None:
    desk = at_desk(operator)
    job = desk.upload(odd(), "daftar.xlsx")
    point(desk, job, "1-4")  # not even its columns were confirmed
    again = desk.upload(odd(2023), "daftar lagi.xlsx", year=2023)
    page = page_of(desk, again)
    assert headings_of(page)[:5] == ODD[:5]
    assert page.context["header_rows"] == "4"

    other = at_desk(person("dishub", Role.OPD_OPERATOR, "DISHUB"))
    page = page_of(other, other.upload(odd(), "daftar.xlsx"))
    assert page.redirect_chain[-1][0].endswith("/table/")


KNOWN = ["Dimensi", "Subdimensi", "Kode Program", "Program Kerja", "OPD Penanggung Jawab"]


def test_the_wrong_sheet_is_corrected_and_the_correction_stays(at_desk: At, operator: User) -> None:
    """The better known table is an old list; what was pointed out goes before it from then on."""
    content = workbook(("Lama", [KNOWN, *(row[:5] for row in DATA)]), ("Isian", [["Judul"], ODD, *DATA]))
    desk = at_desk(operator)
    job = desk.upload(content, "dua.xlsx")
    assert page_of(desk, job).context["sheet"] == "Lama"
    page = desk.client.get(reverse("opd:import_table", args=[job.pk]))
    rows = {sheet["name"]: sheet["rows"] for sheet in page.context["sheets"]}
    assert [row["number"] for row in rows["Lama"] if row["found"]] == ["1"]
    assert [row["value"] for row in rows["Lama"] if row["checked"]] == ["0-1"]
    point(desk, job, "1-2")
    page = page_of(desk, job)
    assert page.context["sheet"] == "Isian"
    assert {sheet["name"] for sheet in page.context["sheets"]} == {"Lama", "Isian"}
    assert page_of(desk, desk.upload(content, "dua lagi.xlsx")).context["sheet"] == "Isian"


def test_a_second_choice_replaces_the_first(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(odd(), "daftar.xlsx")
    point(desk, job, "1-2")
    assert headings_of(page_of(desk, job)) == ["Tahun", "2022"]
    point(desk, job, "1-4")
    assert headings_of(page_of(desk, job)) == ODD
    assert ColumnMemory.objects.filter(key__startswith="layout:").count() == 1
    assert headings_of(page_of(desk, desk.upload(odd(), "lagi.xlsx"))) == ODD


def merged(book: Any) -> None:
    """Five headings reach over both rows; "Rencana" stands over two columns."""
    sheet = book["Isian"]
    for column in "ABCDE":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells("F2:G2")


TWO_ROWS = [["Judul"], [*ODD[:5], "Rencana"], [None] * 5 + ["Angka", "Uang"], *([*row, 5] for row in DATA)]
BOTH = [*ODD[:5], "Rencana / Angka", "Rencana / Uang"]


@pytest.mark.parametrize(
    ("row", "height", "headings"),
    [
        ("2", "", BOTH),
        ("3", "", BOTH),  # the lower one of the two
        ("2", "2", BOTH),
        ("2", "1", [*ODD[:5], "Rencana"]),
    ],
)
def test_headings_of_two_rows(
    row: str, height: str, headings: list[str], at_desk: At, operator: User
) -> None:
    desk = at_desk(operator)
    job = desk.upload(workbook(("Isian", TWO_ROWS), change=merged), "dua-baris.xlsx")
    point(desk, job, f"0-{row}", height)
    assert headings_of(page_of(desk, job)) == headings
    again = desk.upload(workbook(("Isian", TWO_ROWS), change=merged), "lagi.xlsx")
    assert headings_of(page_of(desk, again)) == headings


def test_two_rows_without_merged_cells_are_told_by_hand(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(workbook(("Isian", TWO_ROWS)), "dua-baris.xlsx")
    point(desk, job, "0-2", "2")
    assert headings_of(page_of(desk, job)) == BOTH


def test_hidden_rows_are_shown_hidden_columns_marked_and_hidden_sheets_left_out(
    at_desk: At, operator: User
) -> None:
    def hide(book: Any) -> None:
        book["Isian"].column_dimensions["F"].hidden = True
        book["Isian"].row_dimensions[6].hidden = True
        book["Petunjuk"].sheet_state = "hidden"

    desk = at_desk(operator)
    job = desk.upload(odd(change=hide), "daftar.xlsx")
    (sheet,) = page_of(desk, job).context["sheets"]
    assert [row["number"] for row in sheet["rows"]] == ["1", "2", "4", "5", "6"]
    assert [one["letter"] for one in sheet["letters"] if one["hidden"]] == ["F"]
    point(desk, job, "0-4")
    columns = {column["letter"]: column for column in page_of(desk, job).context["columns"]}
    assert (columns["F"]["hidden"], columns["F"]["mapped"]) == (True, False)
    assert desk.confirm(job, {letter: FIELDS[letter] for letter in "ABCDE"}).rows.good().count() == 2


@pytest.mark.parametrize(("place", "code"), [("1-1", "IMP-POINT"), ("1-6", "IMP-POINT")])
def test_what_is_no_table_is_said_with_what_to_do(place: str, code: str, at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(odd(), "daftar.xlsx")
    point(desk, job, place)
    page = page_of(desk, job)
    assert page.redirect_chain[-1][0].endswith("/table/")
    assert f"[{code}]" in page.content.decode()
    checked = [row["value"] for sheet in page.context["sheets"] for row in sheet["rows"] if row["checked"]]
    assert checked == [place]
    assert not ColumnMemory.objects.exists()
    point(desk, job, "1-4")
    assert headings_of(page_of(desk, job)) == ODD


@pytest.mark.parametrize("place", ["", "x", "1-", "-4", "9-1", "1-3", "1-999999999999", "0-1\0", "１-４"])
def test_a_row_that_is_none_is_refused(place: str, at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(odd(), "daftar.xlsx")
    answer = point(desk, job, place)
    assert answer.status_code == 422
    assert "[IMP-PICK]" in answer.content.decode()
    job.refresh_from_db()
    assert job.status == ImportStatus.READ


def test_a_checked_list_can_still_be_read_from_another_row(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    rows = [KNOWN, *(row[:5] for row in DATA)]
    job = desk.confirm(desk.upload(workbook(("Isian", rows)), "daftar.xlsx"))
    assert job.status == ImportStatus.CHECKED
    point(desk, job, "0-2")
    job.refresh_from_db()
    assert (job.status, job.mapping) == (ImportStatus.READ, {})
    assert headings_of(page_of(desk, job)) == DATA[0][:5]


def test_only_what_holds_nothing_is_turned_away(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(workbook(("Kosong", [])), "kosong.xlsx")
    assert job.status == ImportStatus.REFUSED
    assert "[IMP-TABLE]" in desk.client.get(job.get_absolute_url()).content.decode()


def test_the_page_shows_thirty_rows_and_short_cells(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    rows = [["kata " * 100, number] for number in range(60)]
    job = desk.upload(workbook(("Panjang", rows)), "panjang.xlsx")
    (sheet,) = page_of(desk, job).context["sheets"]
    assert len(sheet["rows"]) == 30
    assert max(len(cell) for row in sheet["rows"] for cell in row["cells"]) <= 40
