"""Three workbooks as offices send them: exactly these rows, these mistakes, these warnings."""

import json
from datetime import date
from decimal import Decimal

import pytest

from opd.imports import Kind, Proposal, RowAnswer, open_workbook, propose, read_rows, tables_in, year_of
from smartcity.lib.spreadsheets import Table
from tests.opd.imports.worlds import SAMPLES, reference

CLEAN = ["rencana-aksi-disbudpar-2022", "quick-win-2022-semua-opd"]


def read(name: str, kind: Kind, choices: dict[str, str]) -> tuple[Table, Proposal, list[RowAnswer]]:
    with (SAMPLES / f"{name}.xlsx").open("rb") as file:
        table = tables_in(open_workbook(file, f"{name}.xlsx"), kind, 2026)[0]
    proposal = propose(table, kind, year_of(table, kind, 2026)).with_choices(choices)
    return table, proposal, list(read_rows(table, proposal, reference()))


def comparable(value):
    if isinstance(value, Decimal):
        return value.normalize()
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_workbook_is_read_cell_by_cell(name):
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    kind = Kind(expected["kind"])
    table, proposal, rows = read(name, kind, {})

    assert table.sheet == expected["sheet"]
    assert list(table.header_rows) == expected["header_rows"]
    assert table.number_row == expected.get("column_number_row")
    letters = {proposed.column.letter: proposed.field for proposed in proposal.columns if proposed.field}
    assert letters == expected["columns"]
    assert proposal.answers == ()
    assert proposal.year == expected.get("year", 2022)

    assert [answer.row for answer in rows] == [row["row"] for row in expected["rows"]]
    for answer, row in zip(rows, expected["rows"], strict=True):
        wanted = {
            field: Decimal(value).normalize() if isinstance(answer.values.get(field), Decimal) else value
            for field, value in row["values"].items()
        }
        assert {field: comparable(value) for field, value in answer.values.items()} == wanted
    warnings = [
        {"row": said.row, "field": said.field, "code": said.code}
        for answer in rows
        for said in answer.warnings
    ]
    assert warnings == expected["warnings"]
    assert [said for answer in rows for said in answer.errors] == []


def test_the_budget_adds_up_to_the_total_of_the_sheet():
    _, _, rows = read(CLEAN[0], Kind.ACTION_PLAN, {})
    assert sum(row.values.get("budget_2022", 0) for row in rows) == Decimal("19936145210.00")


BROKEN = "rencana-aksi-rusak"
CHOICES = {"E": "name", "M": "budget_2022"}
ERRORS = [
    (7, "lead_opd", "G7", "UNKNOWN_OPD"),
    (8, "budget_2022", "M8", "NEGATIVE"),
    (9, "target_2022", "J9", "NOT_A_NUMBER"),
    (10, "code", "D10", "DUPLICATE_CODE"),
    (11, "name", "E11", "FORMULA"),
    (12, "sub_dimension", "C12", "SUB_NOT_IN_DIMENSION"),
    (13, "updated_on", "P13", "NOT_A_DATE"),
    (14, "name", "E14", "REQUIRED"),
    (15, "lead_opd", "G15", "UNKNOWN_OPD"),
    (15, "budget_2022", "M15", "NOT_A_NUMBER"),
    (16, "status", "O16", "UNKNOWN_STATUS"),
    (17, "sub_activity_code", "F17", "BAD_CODE"),
    (19, "achievement_2022", "L19", "NOT_A_NUMBER"),
    (20, "budget_2022", "M20", "NEGATIVE"),
]


def broken_table() -> Table:
    with (SAMPLES / f"{BROKEN}.xlsx").open("rb") as file:
        return tables_in(open_workbook(file, BROKEN), Kind.ACTION_PLAN, 2022)[0]


def test_the_columns_of_the_broken_workbook_are_questioned():
    proposal = propose(broken_table(), Kind.ACTION_PLAN, 2022)
    assert [(said.column, said.code) for said in proposal.answers] == [
        ("E", "HEADER_UNKNOWN"),
        ("M", "HEADER_UNKNOWN"),
        ("Q", "HEADER_UNKNOWN"),
        ("S", "HEADER_DUPLICATE"),
        ("", "HEADER_MISSING"),
    ]
    guesses = {proposed.column.letter: proposed.guess for proposed in proposal.columns if proposed.guess}
    assert guesses == {"E": "name", "M": "budget_2022"}
    assert proposal.missing == ("name",)
    with pytest.raises(ValueError, match="name"):
        read_rows(broken_table(), proposal, reference())


def test_every_mistake_of_the_broken_workbook_is_told():
    _, proposal, rows = read(BROKEN, Kind.ACTION_PLAN, CHOICES)
    assert proposal.missing == ()
    assert [(said.column, said.code) for said in proposal.answers] == [
        ("Q", "HEADER_UNKNOWN"),
        ("S", "HEADER_DUPLICATE"),
    ]
    found = [(said.row, said.field, said.cell, said.code) for answer in rows for said in answer.errors]
    assert found == ERRORS
    assert [answer.row for answer in rows if answer.good] == [6, 18, 21, 62]
    assert [said for answer in rows for said in answer.warnings] == []
    assert len(rows) == 17


def test_sentences_say_where_what_and_what_to_do():
    _, _, rows = read(BROKEN, Kind.ACTION_PLAN, CHOICES)
    said = {(error.row, error.field): error for answer in rows for error in answer.errors}
    opd = said[7, "lead_opd"].sentence
    assert opd.startswith(
        "Baris 7, kolom OPD Penanggung Jawab: 'Dinas Perkebunan dan Kehutanan' tidak ada dalam daftar OPD."
    )
    assert opd.endswith("[IMP-OPD]")
    assert "Maksud Anda" in said[15, "lead_opd"].sentence
    assert "baris 6" in said[10, "code"].sentence
    assert said[10, "code"].also_row == 6
    assert "60,3" in said[19, "achievement_2022"].sentence
    assert "HYPERLINK" in said[11, "name"].sentence


def test_row_18_is_cleaned():
    _, _, rows = read(BROKEN, Kind.ACTION_PLAN, CHOICES)
    row = next(answer for answer in rows if answer.row == 18)
    assert row.values == {
        "dimension": "SOC",
        "sub_dimension": "SOC-LRN",
        "code": "SOC-LRN-02",
        "name": "Perpustakaan digital kelurahan",
        "lead_opd": "DISPUSIP",
        "indicator": "Jumlah pengunjung",
        "unit": "orang",
        "target_2022": 12000,
        "actual_2022": 7236,
        "achievement_2022": Decimal("60.3"),
        "budget_2022": 45000000,
        "fund_source": "APBD",
        "status": "RUNNING",
        "updated_on": date(2022, 9, 16),
    }


def test_a_text_that_begins_like_a_formula_is_kept():
    _, _, rows = read(BROKEN, Kind.ACTION_PLAN, CHOICES)
    assert next(row for row in rows if row.row == 21).values["note"] == "@proklim_contoh (akun promosi)"


def test_what_a_person_chose_is_remembered_for_the_next_file():
    _, proposal, _ = read(BROKEN, Kind.ACTION_PLAN, CHOICES)
    remembered = proposal.to_remember()
    again = propose(broken_table(), Kind.ACTION_PLAN, 2022, remembered)
    assert again.missing == ()
    assert again.fields == proposal.fields
    assert [said.code for said in again.answers] == ["HEADER_DUPLICATE"]
