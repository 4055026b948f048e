"""Workbooks as offices send them, and tables the portal hands out (the public names are all here).

book = spreadsheets.open_workbook(file, name)                  # XLSX or CSV; raises NotReadable
table = spreadsheets.find_tables(book, known, example="Dimensi, OPD")[0]
for row in table.rows(): ...

spreadsheets.write_xlsx(out, "Rencana Aksi", columns, rows)    # text stays text, whatever it begins with
response = StreamingHttpResponse(spreadsheets.csv_pieces(columns, rows))
"""

from dataclasses import dataclass
from typing import BinaryIO

from smartcity.lib.spreadsheets import csv_text, sheets, tables, workbook
from smartcity.lib.spreadsheets.cells import Fault, Formula, Percent, Value, shown
from smartcity.lib.spreadsheets.refusals import NotReadable
from smartcity.lib.spreadsheets.sheets import MAX_COLUMNS, MAX_ROWS, Row, Sheet
from smartcity.lib.spreadsheets.tables import Column, Known, Pointed, Table, key_of
from smartcity.lib.spreadsheets.workbook import MAX_BYTES
from smartcity.lib.spreadsheets.writing import OutColumn, OutSheet, csv_pieces, write_book, write_xlsx

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Book",
    "Column",
    "Fault",
    "Formula",
    "Known",
    "NotReadable",
    "OutColumn",
    "OutSheet",
    "Percent",
    "Pointed",
    "Row",
    "Sheet",
    "Table",
    "Value",
    "csv_pieces",
    "find_tables",
    "key_of",
    "open_workbook",
    "shown",
    "table_at",
    "write_book",
    "write_xlsx",
]


@dataclass(frozen=True, slots=True)
class Book:
    """An open workbook: its name as uploaded, its sheets in the order of their tabs."""

    name: str
    sheets: tuple[Sheet, ...]


def open_workbook(file: BinaryIO, name: str) -> Book:
    """Open an XLSX or CSV file, told apart by content. Raises NotReadable; cells are read later, sheet by sheet."""
    content = workbook.read_bounded(file, name)
    if not content.startswith((b"PK", workbook.OLE)):
        held = sheets.of_text(csv_text.rows_of(content, name), name)
        return Book(name, (Sheet(name, hidden=False, _load=lambda: held),))
    package = workbook.open_package(content, name)
    return Book(
        name,
        tuple(
            Sheet(title, hidden, _load=lambda title=title, part=part: sheets.read(package, title, part))  # type: ignore[misc]
            for title, part, hidden in package.sheets
        ),
    )


def find_tables(book: Book, known: Known, *, example: str, pointed: Pointed | None = None) -> list[Table]:
    """Return the table of each sheet that has one, the best first. Raises NotReadable (IMP-TABLE)."""
    return tables.find_tables(book.sheets, book.name, known, example=example, pointed=pointed)


def table_at(book: Book, sheet: str, row: int, height: int | None = None) -> Table:
    """Return the table whose header a person pointed out; without a height, as tall as merged cells make it.

    Raises NotReadable, and ValueError when there is none.
    """
    for candidate in book.sheets:
        if candidate.name == sheet:
            return tables.table_at(candidate, row, height)
    raise ValueError("there is no such sheet")
