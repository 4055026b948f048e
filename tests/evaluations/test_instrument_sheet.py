"""The workbook of an instrument: out and in again without a difference, and every problem by sheet and row."""

import copy
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluations
from evaluations.instrument_file import InstrumentRefused, read
from evaluations.instrument_plain import as_yaml, ignored_keys, plain, plain_of
from evaluations.instrument_sheet import read_sheet, write_sheet
from evaluations.loading import load, load_plain
from evaluations.models import Instrument
from tests.evaluations.builders import SMALL, as_file

DATA = Path(evaluations.__file__).parent / "data"
SAMPLES = sorted(DATA.glob("instrument-*.yaml"))


def book_of(data: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    write_sheet(data, out)
    return out.getvalue()


def small_plain() -> dict[str, Any]:
    return plain(read(as_file(SMALL)))


def mended(change: Callable[[openpyxl.Workbook], None], source: bytes) -> bytes:
    """A workbook as a person changes it in a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(source))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_loaded_version_goes_out_and_comes_in_again_without_a_difference(path: Path, db: None) -> None:
    instrument = load(path.read_bytes())
    data = plain_of(instrument)
    assert data == plain(read(path.read_bytes()))
    for again in (plain(read(as_yaml(data))), plain(read_sheet(book_of(data), "x.xlsx"))):
        assert again == data
        assert load_plain(again).loaded_at == instrument.loaded_at
    assert Instrument.objects.count() == 1


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_hold_all_kinds_both_languages_and_what_convinces(path: Path) -> None:
    data = plain(read(path.read_bytes()))
    rows = [row for section in data["sections"] for row in section["questions"]]
    assert {row["kind"] for row in rows} == {"score", "data", "survey_mean"}
    assert sum(row["kind"] == "data" for row in rows) == 6
    assert all(row["text_en"] for row in rows)
    assert all(hint["text_en"] for row in rows for hint in row["evidence"])
    assert {need for row in rows for hint in row["evidence"] for need in hint["needs"]} == {"date", "page"}
    assert ignored_keys(read(path.read_bytes())) == []


HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "#REF!", "  spasi  ", "baris\nkedua", "'kutip", "_x0041_",
    '<b>"tebal"</b>', "0012", "1,5", "ya", "true", "2022-10-03",
)  # fmt: skip


def test_hostile_text_stays_text_and_comes_back_the_same(small: dict[str, Any]) -> None:
    for row, text in zip(small["areas"] * 5, HOSTILE, strict=True):
        row["name_id"] = text
        small["sections"][0]["questions"][0]["text_id"] = text
        data = plain(read(as_file(small)))
        source = book_of(data)
        assert plain(read_sheet(source, "x.xlsx")) == data
        cells = [cell for page in openpyxl.load_workbook(io.BytesIO(source)) for row in page for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        assert plain(read(as_yaml(data))) == data


words = st.text(
    st.characters(exclude_categories=["C"], include_characters="\n"), min_size=1, max_size=40
).filter(lambda text: text.strip() and "\u2028" not in text and "\u2029" not in text)


@given(words, words, st.integers(1, 9999).map(lambda cents: min(cents, 5999)))
@settings(max_examples=25)
def test_any_text_and_weight_survive_both_files(text: str, other: str, cents: int) -> None:
    data = small_plain()
    data["sections"][0]["questions"][1] |= {"text_id": text.strip(), "text_en": other.strip()}
    for section, weight in zip(data["sections"], (cents, 6000 - cents, 4000), strict=True):
        section["weight"] = f"{weight / 100:g}"
    assert plain(read(as_yaml(data))) == data
    assert plain(read_sheet(book_of(data), "x.xlsx")) == data


def cell(sheet: str, place: str, value: Any) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][place] = value

    return change


WRONG: dict[str, tuple[Callable[[openpyxl.Workbook], None], str]] = {
    "weights": (cell("Bagian", "D2", 50), r"110.*INS-WEIGHT"),
    "weight-text": (cell("Bagian", "D2", "banyak"), r"lembar Bagian, baris 2, kolom Bobot: .*“banyak”.*INS-VALUE"),
    "weight-empty": (cell("Bagian", "D2", None), r"lembar Bagian, baris 2, kolom Bobot"),
    "method": (cell("Bagian", "E2", "median"), r"lembar Bagian, baris 2.*“median”"),
    "unknown-section": (cell("Pertanyaan", "A3", "XX"),
        r"lembar Pertanyaan, baris 3, kolom Bagian: .*“XX”.*BASE, IMPACT, QW.*INS-VALUE"),
    "unknown-area": (cell("Pertanyaan", "F3", "laut"), r"lembar Pertanyaan, baris 3, kolom Bidang: .*“laut”"),
    "unknown-kind": (cell("Pertanyaan", "C2", "esai"), r"lembar Pertanyaan, baris 2, kolom Jenis: .*“esai”"),
    "no-text": (cell("Pertanyaan", "D2", None), r"lembar Pertanyaan, baris 2, kolom Pertanyaan \(Indonesia\)"),
    "code-twice": (cell("Pertanyaan", "B3", "B-1"), r"lembar Pertanyaan, baris 2, 3, kolom Kode: “B-1”.*INS-ONCE"),
    "code-with-space": (cell("Pertanyaan", "B3", "B 1"), r"lembar Pertanyaan, baris 3, kolom Kode: .*“B 1”"),
    "required": (cell("Pertanyaan", "J2", "mungkin"), r"lembar Pertanyaan, baris 2, kolom Wajib"),
    "score": (cell("Rubrik", "D2", 7), r"lembar Rubrik, baris 2, kolom Skor: .*“7”"),
    "version": (cell("Instrumen", "B3", "dua"), r"lembar Instrumen, baris 3: .*“dua”"),
    "fact": (cell("Instrumen", "A3", "Versinya"), r"lembar Instrumen, baris 3, kolom Isian: .*“Versinya”"),
    "hint-without-question": (cell("Petunjuk Bukti", "A2", "Z-9"),
        r"lembar Petunjuk Bukti, baris 2, kolom Kode pertanyaan: .*“Z-9”"),
    "hint-type": (cell("Petunjuk Bukti", "B2", "video"),
        r"lembar Petunjuk Bukti, baris 2, kolom Jenis bukti: .*“video”"),
    "hint-needs": (cell("Petunjuk Bukti", "E2", "bisa"), r"lembar Petunjuk Bukti, baris 2, kolom Perlu tanggal"),
    "sub-without-dimension": (cell("Subdimensi", "A2", "MOB"), r"lembar Subdimensi, baris 2, kolom Dimensi: .*“MOB”"),
    "no-sheet": (lambda book: book.remove(book["Bidang"]), r"“Bidang”.*INS-SHEET"),
    "no-column": (cell("Rubrik", "D1", "Poin"), r"“Rubrik”.*Skor.*INS-SHEET"),
    "formula": (cell("Pertanyaan", "F2", "=A1"), r"lembar Pertanyaan, baris 2, kolom Bidang"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_with_its_sheet_row_and_column(case: str) -> None:
    change, sentence = WRONG[case]
    with pytest.raises(InstrumentRefused, match=sentence):
        read_sheet(mended(change, book_of(small_plain())), "x.xlsx")


def test_all_mistakes_of_a_workbook_are_told_at_once() -> None:
    def change(book: openpyxl.Workbook) -> None:
        for name in ("weights", "unknown-area", "hint-type", "version"):
            WRONG[name][0](book)

    with pytest.raises(InstrumentRefused) as refusal:
        read_sheet(mended(change, book_of(small_plain())), "x.xlsx")
    assert len(refusal.value.problems) == 4


def test_titles_above_words_in_capitals_and_a_per_cent_are_understood() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Bagian"].insert_rows(1, 2)
        book["Bagian"]["A1"] = "Bagian dan bobot 2022"
        book["Bagian"]["D4"] = 0.4
        book["Bagian"]["D4"].number_format = "0%"
        book["Pertanyaan"]["C2"] = "SKOR"
        book["Pertanyaan"]["J2"] = "YA"
        book["Pertanyaan"].title = "x"
        book["x"].title = "pertanyaan"

    assert plain(read_sheet(mended(change, book_of(small_plain())), "x.xlsx")) == small_plain()


def test_the_order_of_rows_is_the_order_of_questions() -> None:
    data = small_plain()
    data["sections"][0]["questions"].reverse()
    again = plain(read_sheet(book_of(data), "x.xlsx"))
    assert [(row["code"], row["order"]) for row in again["sections"][0]["questions"]] == [
        ("B-2", 1),
        ("B-1", 2),
    ]


def test_a_bomb_macros_and_what_is_no_workbook_are_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 80_000_000)
    macro = io.BytesIO(book_of(small_plain()))
    with zipfile.ZipFile(macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    for source, code in (
        (bomb.getvalue(), "IMP-"),
        (macro.getvalue(), "IMP-MACRO"),
        (b"PK\x03\x04kosong", "IMP-BROKEN"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "IMP-XLS"),
        (b"PK" + b"0" * (1024 * 1024), "INS-SIZE"),
    ):
        with pytest.raises(InstrumentRefused, match=code):
            read_sheet(source, "x.xlsx")


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in steps:
        found += _paths(part, (*path, key))
    return found


JUNK = [
    None,
    "",
    "x",
    0,
    -1,
    3.5,
    True,
    [],
    {},
    [1],
    {"code": []},
    "a b",
    "\u202e",
    "9" * 300,
    ["\0"],
    {"a": "\ud800"},
]


@given(st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_no_wrong_value_anywhere_breaks_the_check(rng: random.Random) -> None:
    """Whatever stands in whatever place: the data is taken, or sentences a database can keep say why not."""
    data = copy.deepcopy(SMALL)
    for _ in range(rng.randint(1, 3)):
        *way, last = rng.choice(_paths(data))
        owner: Any = data
        for step in way:
            owner = owner[step]
        owner[last] = rng.choice(JUNK)
    problems: list[str] = []
    try:
        taken = plain(read(as_file(data)))
    except InstrumentRefused as refusal:
        problems = refusal.problems
    else:
        assert plain(read(as_yaml(taken))) == taken
    assert all("\0" not in text and text.encode() for text in problems)
