"""Workbooks that were made to harm, or are none: refused in seconds, in words."""

import io
import time

import openpyxl
import pytest

from smartcity.lib import spreadsheets
from smartcity.lib.spreadsheets import NotReadable, Percent, key_of
from smartcity.lib.spreadsheets.cells import escaped, letter, unescaped
from tests.smartcity import file_makers as make

HEADINGS = ["No", "Dimensi", "Program", "OPD", "Pagu"]
_X = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def known(parts: tuple[str, ...]) -> str | None:
    key = key_of(" ".join(parts))
    return key if key in {"dimensi", "program", "opd", "pagu", "targettwi", "targettwii"} else None


def table_of(content: bytes) -> spreadsheets.Table:
    book = spreadsheets.open_workbook(io.BytesIO(content), "daftar.xlsx")
    return spreadsheets.find_tables(book, known, example="Dimensi, OPD")[0]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet(xml: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    return make.changed(saved(book), {"xl/worksheets/sheet1.xml": xml})


def rows_xml(rows: str) -> str:
    head = "".join(
        f'<c r="{letter(i)}1" t="inlineStr"><is><t>{h}</t></is></c>' for i, h in enumerate(HEADINGS, 1)
    )
    return f'<worksheet {_X}><sheetData><row r="1">{head}</row>{rows}</sheetData></worksheet>'


ENTITIES = f"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet {_X}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""
FILES = {
    "empty": (lambda: b"", "IMP-EMPTY"),
    "too large": (lambda: b"PK" + b"x" * 5 * 1024 * 1024, "IMP-SIZE"),
    "picture": (lambda: make.jpeg(), "IMP-TYPE"),
    "old workbook": (lambda: make.OLE, "IMP-XLS"),
    "letter": (lambda: make.docx(), "IMP-TYPE"),
    "archive": (lambda: make.archive({"a.txt": "a"}), "IMP-TYPE"),
    "half a workbook": (lambda: make.xlsx()[:2000], "IMP-BROKEN"),
    "macros": (lambda: make.changed(make.xlsx(), {"xl/vbaProject.bin": b"x"}), "IMP-MACRO"),
    "entities": (lambda: with_sheet(ENTITIES), "IMP-XML"),
    "zip bomb": (lambda: make.changed(make.xlsx(), {"xl/media/a.bin": b"\0" * 70 * 1024 * 1024}), "IMP-BOMB"),
    "rows without end": (
        lambda: with_sheet(
            rows_xml("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 30_000)))
        ),
        "IMP-ROWS",
    ),
    "merges on merges": (
        lambda: with_sheet(
            rows_xml(
                "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 15_000))
            ).replace(
                "</worksheet>",
                "<mergeCells>" + '<mergeCell ref="A2:GR20000"/>' * 5_000 + "</mergeCells></worksheet>",
            )
        ),
        "IMP-CELLS",
    ),
    "no table": (lambda: make.xlsx(), "IMP-TABLE"),
    "broken sheet": (lambda: with_sheet("<worksheet"), "IMP-BROKEN"),
    "text that is no table": (lambda: b"halo\napa kabar\n", "IMP-TABLE"),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_in_seconds_with_a_sentence(name):
    make_file, code = FILES[name]
    content = make_file()
    started = time.monotonic()
    with pytest.raises(NotReadable) as refusal:
        table_of(content)
    assert time.monotonic() - started < 10
    assert refusal.value.code == code
    assert refusal.value.message.endswith(f"Tidak ada yang disimpan. [{code}]")


def test_a_sheet_that_claims_a_million_rows_costs_what_it_holds():
    xml = rows_xml(
        '<row r="1048576"><c r="B1048576" t="str"><v>akhir</v></c><c r="XFD1048576"><v>1</v></c></row>'
    )
    xml = xml.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>', 1)
    xml = xml.replace("</worksheet>", '<mergeCells><mergeCell ref="C1:C1048576"/></mergeCells></worksheet>')
    started = time.monotonic()
    (row,) = table_of(with_sheet(xml)).rows()
    assert time.monotonic() - started < 1
    assert (row.number, row.cells[2]) == (1048576, "akhir")
    assert len(row.cells) == 1


def test_formulas_percents_merges_and_hidden_columns_are_seen():
    book = openpyxl.Workbook()
    page = book.active
    for line in (
        HEADINGS,
        [1, "GOV", "a", "x", 0.603],
        [2, None, "b", "y", "=1+1"],
        [3, "ECO", "c", None, 3],
    ):
        page.append(line)
    page["E2"].number_format = "0.0%"
    page.merge_cells("B2:B3")
    page.merge_cells("C4:D4")
    page.column_dimensions["D"].hidden = True
    page.row_dimensions[3].hidden = True
    table = table_of(saved(book))
    first, second, third = table.rows()
    assert [column.letter for column in table.columns if column.hidden] == ["D"]
    assert first.cells[5] == Percent("60.3")
    assert isinstance(first.cells[5], Percent)
    assert (second.cells[2], second.filled) == ("GOV", {2})
    assert second.cells[5] == spreadsheets.Formula("1+1", None)
    assert 4 not in third.cells


@pytest.mark.parametrize("text", ["_x0041_", "_x_x0041_", "x_x000D_y", "_x12_", "__x0041__"])
def test_what_looks_like_an_escape_stays_text(text):
    assert unescaped(escaped(text)) == text
