"""What is handed out comes back without a difference, and runs nowhere."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from opd.imports import Export, Kind, open_workbook, propose, read_rows, tables_in
from smartcity.lib.spreadsheets import csv_pieces, write_xlsx
from tests.opd.imports.test_samples import BROKEN, CHOICES, CLEAN, read
from tests.opd.imports.worlds import reference

NASTY = [
    "=1+1", "+62 811", "-5 derajat", "@akun", "#N/A", "'=petik", "''",
    "_x0041_", "=cmd|' /C calc'!A0", "a;b\"c", "TRUE", "007", "baris satu\nbaris dua",
]  # fmt: skip


def written(form: str, export: Export, rows: list[dict[str, object]]) -> bytes:
    lines = [export.row(values) for values in rows]
    if form == "csv":
        return b"".join(csv_pieces(export.columns(), lines))
    out = io.BytesIO()
    write_xlsx(out, "Ekspor", export.columns(), lines, notes=["=Catatan", "Isi kolom berwarna."])
    return out.getvalue()


def read_again(content: bytes, kind: Kind):
    table = tables_in(open_workbook(io.BytesIO(content), "ekspor"), kind, 2022)[0]
    proposal = propose(table, kind, 2022)
    assert proposal.answers == ()
    return list(read_rows(table, proposal, reference()))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(("name", "kind", "choices"), [
    (CLEAN[0], Kind.ACTION_PLAN, {}), (CLEAN[1], Kind.QUICK_WIN, {}), (BROKEN, Kind.ACTION_PLAN, CHOICES),
])  # fmt: skip
def test_a_list_comes_back_the_same(name, kind, choices, form):
    good = [answer for answer in read(name, kind, choices)[2] if answer.good]
    again = read_again(
        written(form, Export(kind, [2021, 2022, 2023], reference()), [one.values for one in good]), kind
    )
    assert [answer.errors for answer in again] == [()] * len(good)
    assert [answer.values for answer in again] == [answer.values for answer in good]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("words", NASTY)
def test_text_comes_back_and_is_no_formula(words, form):
    values = {
        "dimension": "GOV", "sub_dimension": "GOV-SRV", "code": "GOV-SRV-09", "name": " ".join(words.split()),
        "lead_opd": "DISHUB",
        "note": words, "budget_2022": Decimal("12345678901234.55"), "target_2022": Decimal("0.1234"),
        "achievement_2022": Decimal("103.4567"), "start_date": date(2022, 1, 31), "baseline_value": Decimal(-3),
    }  # fmt: skip
    content = written(form, Export(Kind.ACTION_PLAN, [2022], reference()), [values])
    assert read_again(content, Kind.ACTION_PLAN)[0].values == values
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n", "d"}
    else:
        cells = content.decode("utf-8-sig").split(";")
        assert not any(cell.lstrip('"').startswith(("=", "+", "@")) for cell in cells)
