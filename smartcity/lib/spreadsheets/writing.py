"""Tables as XLSX: text is text whatever it begins with, numbers and days are real, the header stays in sight."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Literal

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from smartcity.lib import decimals
from smartcity.lib.spreadsheets import cells, csv_text
from smartcity.lib.text import forbidden_character

type Out = str | Decimal | int | date | None

_FORMATS = {
    "number": "#,##0.####",
    "money": "#,##0.00",
    "percent": "0.00%",
    "date": "dd/mm/yyyy",
    "year": "0",
}
_WIDTHS = {"text": 32, "number": 14, "money": 20, "percent": 12, "date": 14, "year": 8}
_EXACT_DIGITS = 15  # of a number in a workbook; a longer one is written as text, as Indonesians type it
_LISTS = "Daftar"
_LAST_ROW = 20_000


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column to write. A percentage comes as 60.3 and is stored as the fraction Excel wants."""

    title: str
    kind: Literal["text", "number", "money", "percent", "date", "year"] = "text"
    width: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutSheet:
    """One sheet to write: its name on the tab, its columns, its rows."""

    title: str
    columns: tuple[OutColumn, ...]
    rows: Iterable[Sequence[Out]]


def write_xlsx(
    out: BinaryIO, sheet: str, columns: Sequence[OutColumn], rows: Iterable[Sequence[Out]], *, notes: Sequence[str] = ()
) -> None:  # fmt: skip
    """Write one table, row by row; `notes` become the lines of a second sheet, `choices` drop-down lists.

    No text is ever a formula: not one a person typed, not one that only looks like it.
    """
    write_book(out, [OutSheet(sheet, tuple(columns), rows)], notes=notes)


def write_book(out: BinaryIO, sheets: Sequence[OutSheet], *, notes: Sequence[str] = ()) -> None:
    """Write several tables, one a sheet, with the promises of `write_xlsx`."""
    book = Workbook(write_only=True)
    every: list[OutColumn] = []
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for index, column in enumerate(sheet.columns, 1):
            page.column_dimensions[cells.letter(index)].width = column.width or _WIDTHS[column.kind]
        _offer_choices(page, sheet.columns, sum(bool(column.choices) for column in every))
        every += sheet.columns
        page.append([_heading(page, column.title) for column in sheet.columns])
        writers = [_writer(page, column.kind) for column in sheet.columns]
        for row in sheet.rows:
            page.append([write(value) for write, value in zip(writers, row, strict=True)])
    if notes:
        _write_notes(book.create_sheet(_("Notes")), notes)
    _write_choices(book, every)
    book.save(out)


def csv_pieces(columns: Sequence[OutColumn], rows: Iterable[Sequence[Out]]) -> "Iterable[bytes]":
    """Yield the same table as CSV: numbers and days as Indonesians type them, so that the import reads them back."""

    def lines() -> Iterable[Sequence[str]]:
        yield [csv_text.harmless(column.title) for column in columns]
        for row in rows:
            yield [_typed(value, column.kind) for value, column in zip(row, columns, strict=True)]

    return csv_text.pieces(lines())


# --- cells ---------------------------------------------------------------------------------------


def _writer(page: WriteOnlyWorksheet, kind: str) -> Any:
    """Return the function that makes a column's cells. Each is written at once, so one object serves them all."""
    text = WriteOnlyCell(page)
    text.data_type = "s"
    text.quotePrefix = True
    if kind == "text":
        return lambda value: _text(text, value)
    figure = _Figure(page, row=1, column=1)
    figure.number_format = _FORMATS[kind]

    def write(value: Out) -> Any:
        if value is None or isinstance(value, str):
            return _text(text, value)
        if isinstance(value, date):
            figure._value, figure.data_type = value, "d"
            return figure
        number = Decimal(value)
        if len(number.normalize().as_tuple().digits) > _EXACT_DIGITS:
            return _text(text, decimals.exact(number))
        figure._value, figure.data_type = number / 100 if kind == "percent" else number, "n"
        return figure

    return write


class _Figure(Cell):  # type: ignore[misc]
    """A cell whose name costs nothing: openpyxl writes it into an exception for every styled cell it is given."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "figure"


def _text(cell: Any, value: Out) -> Any:
    """Return plain text as it is, and text a program could take for a formula or an error as a cell of kind text."""
    if value is None or value == "":
        return None
    words = printable(value if isinstance(value, str) else _typed(value, "text"))
    if words[:1] in "=+-@#\t":
        cell._value = words
        return cell
    return words


def printable(words: str) -> str:
    """Return text without what XML cannot hold; what Excel would read as an escape is escaped."""
    if not words.isprintable():
        words = "".join(one for one in words if one in "\n\t" or forbidden_character(one) is None)
    return cells.escaped(words[: cells.LONGEST_TEXT])


def _typed(value: Out, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_text.harmless(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    written = decimals.exact(Decimal(value))
    return written.replace(".", "") + ("%" if kind == "percent" else "")


# --- around the table ----------------------------------------------------------------------------


def _heading(page: WriteOnlyWorksheet, title: str) -> Any:
    cell = WriteOnlyCell(page, printable(title))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E5E9F0")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _write_notes(page: WriteOnlyWorksheet, notes: Sequence[str]) -> None:
    page.column_dimensions["A"].width = 110
    text = WriteOnlyCell(page)
    text.data_type = "s"
    for note in notes:
        page.append([_text(text, note)])


def _offer_choices(page: WriteOnlyWorksheet, columns: Sequence[OutColumn], place: int) -> None:
    """Attach the drop-down lists behind the first `place` ones.

    They lie in a hidden sheet, because a list inside a rule ends at 255 characters.
    """
    for index, column in enumerate(columns, 1):
        if column.choices:
            place += 1
            at = cells.letter(place)
            source = f"{quote_sheetname(_LISTS)}!${at}$1:${at}${len(column.choices)}"
            rule = DataValidation("list", formula1=source, allow_blank=True, errorStyle="warning")
            rule.add(f"{cells.letter(index)}2:{cells.letter(index)}{_LAST_ROW}")
            page.data_validations.append(rule)


def _write_choices(book: Workbook, columns: Sequence[OutColumn]) -> None:
    lists = [column.choices for column in columns if column.choices]
    if not lists:
        return
    page = book.create_sheet(_LISTS)
    page.sheet_state = "hidden"
    text = WriteOnlyCell(page)
    text.data_type = "s"
    for number in range(max(map(len, lists))):
        page.append([_text(text, choices[number] if number < len(choices) else None) for choices in lists])
