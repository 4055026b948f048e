"""The same list in many layouts: other wordings, orders, header rows, merges, blanks. The same rows come out."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opd.imports import Kind, open_workbook, propose, read_rows, tables_in
from tests.opd.imports.worlds import reference

D = Decimal
ROWS: list[dict[str, Any]] = [
    {
        "dimension": "GOV", "sub_dimension": "GOV-SRV", "code": f"GOV-SRV-0{number}", "name": f"Layanan {number}",
        "lead_opd": "DISKOMINFO", "indicator": "Jumlah layanan", "unit": "layanan", "target_2022": D(1250 * number),
        "actual_2022": D("7236.5"), "budget_2022": D("18755371000.5"), "status": "RUNNING",
        "updated_on": date(2022, 8, number),
    }
    for number in range(1, 5)
]  # fmt: skip
HEADINGS = {
    "dimension": ["Dimensi", "DIMENSI\nSMART CITY", "Pilar"],
    "sub_dimension": ["Subdimensi", "Sub Dimensi", "Sub-Dimensi "],
    "code": ["Kode Program", "Kode", "KODE  PROGRAM*"],
    "name": ["Program Kerja", "Nama Program", "Rencana Aksi"],
    "lead_opd": ["OPD Penanggung Jawab", "Perangkat Daerah", "SKPD", "OPD\nPengampu"],
    "indicator": ["Indikator", "Indikator Kinerja"],
    "unit": ["Satuan", "satuan"],
    "target_2022": ["Target 2022", "Target Tahun 2022", "TARGET (2022)", "Target"],
    "actual_2022": ["Realisasi 2022", "Realisasi\n2022"],
    "budget_2022": ["Pagu 2022 (Rp)", "Anggaran Tahun 2022", "Pagu Anggaran TA 2022 (Rp.)", "Pagu"],
    "status": ["Status Pelaksanaan", "Status"],
    "updated_on": ["Tanggal Pembaruan", "Tgl Update"],
}
WORDS = {
    "GOV": ["GOV", "Smart Governance", "governance", "Tata Kelola Birokrasi"],
    "GOV-SRV": ["GOV-SRV", "Pelayanan publik", " pelayanan\u00a0PUBLIK "],
    "DISKOMINFO": ["DISKOMINFO", "diskominfo", "Dinas Komunikasi\ndan Informatika"],
    "RUNNING": ["Sudah berjalan", "SUDAH BERJALAN", "running"],
}
MONTHS = {8: ["Agustus", "Agu", "Agt"]}


def cell_of(draw: st.DrawFn, name: str, value: Any) -> Any:
    """One of the ways an office writes a value."""
    if isinstance(value, Decimal):
        whole, _, cents = f"{value}".partition(".")
        grouped = f"{int(whole):,}".replace(",", ".") + (f",{cents}" if cents else "")
        typed = [grouped, f" {grouped} ", f"Rp{grouped}", float(value)]
        return draw(st.sampled_from(typed))
    if isinstance(value, date):
        month = draw(st.sampled_from(MONTHS[value.month]))
        forms = [
            value,
            f"{value.day} {month} {value.year}",
            f"{value:%d/%m/%Y}",
            f"{value:%d-%m-%Y}",
            value.isoformat(),
        ]
        return draw(st.sampled_from(forms))
    return draw(st.sampled_from(WORDS.get(value, [value, f" {value} "])))


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    if draw(st.booleans()):
        page.append(["Petunjuk: isi Dimensi, Program dan OPD"])
        page = book.create_sheet("Isian")
    names = draw(st.permutations(list(HEADINGS)))
    heads = {name: draw(st.sampled_from(HEADINGS[name])) for name in names}
    top = draw(st.integers(1, 12))
    if top > 2:
        page.cell(1, 1, "RENCANA AKSI SMART CITY TAHUN 2022")
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(names))
    two = draw(st.booleans())
    page.cell(top, 1, "No")
    for column, name in enumerate(names, 2):
        page.cell(top, column, heads[name])
        if two:
            page.merge_cells(start_row=top, start_column=column, end_row=top + 1, end_column=column)
    if two:
        page.merge_cells(start_row=top, start_column=1, end_row=top + 1, end_column=1)
        extra = len(names) + 2
        page.cell(top, extra, "Target")
        page.merge_cells(start_row=top, start_column=extra, end_row=top, end_column=extra + 1)
        page.cell(top + 1, extra, "2023")
        page.cell(top + 1, extra + 1, 2024)
    line = top + two
    if draw(st.booleans()):
        line += 1
        for column in range(1, len(names) + 2):
            page.cell(line, column, draw(st.just(f"({column})")))
    merged = draw(st.booleans())
    first = line + 1
    for number, values in enumerate(ROWS):
        line += 1 + (0 if merged else draw(st.integers(0, 3)))
        page.cell(line, 1, number + 1)
        for column, name in enumerate(names, 2):
            if not (merged and name == "dimension" and number):
                page.cell(line, column, cell_of(draw, name, values[name]))
    if merged:
        place = names.index("dimension") + 2
        page.merge_cells(start_row=first, start_column=place, end_row=line, end_column=place)
    page.cell(line + 1, 1, "JUMLAH")
    page.cell(line + 1, names.index("budget_2022") + 2, "=SUM(A1:A2)")
    page.cell(line + 4, 5, "Tanjungpinang, 16 September 2022")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@settings(max_examples=60)
@given(workbooks())
def test_the_same_rows_come_out_of_every_layout(content):
    table = tables_in(open_workbook(io.BytesIO(content), "a.xlsx"), Kind.ACTION_PLAN, 2022)[0]
    proposal = propose(table, Kind.ACTION_PLAN, 2022)
    assert proposal.answers == ()
    answers = list(read_rows(table, proposal, reference()))
    assert [answer.errors + answer.warnings for answer in answers] == [()] * len(ROWS)
    assert [answer.values for answer in answers] == ROWS


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        (["Target", "2023"], "target_2023"),
        (["2021", "Realisasi"], "actual_2021"),
        (["Kinerja", "Satuan"], "unit"),
        (["Pagu (juta Rp)"], None),
        (["Keuangan", "Realisasi"], None),
        (["Target", "TW I"], None),
        (["Realisasi Anggaran 2022"], None),
        (["OPD (Pendukung)"], "supporting_opds"),
        (["Capaian (%)"], "achievement_2022"),
        (["Pagu 2022 (juta)"], None),
    ],
)
def test_headings_are_known_or_not_guessed(parts, field):
    from opd.imports.headings import resolve

    assert resolve(parts, Kind.ACTION_PLAN, 2022) == field
