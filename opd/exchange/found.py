"""What was found in a workbook as plain JSON, so that the pages about it do not read the file again.

A list of entries: the tables ("columns"), the best first; then the top of each visible sheet ("top"), to point out the
headings by hand; and what a person pointed out ("pointed"), until a table was read from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smartcity.lib.spreadsheets import Book, Column, NotReadable, Sheet, Table, shown
from smartcity.lib.spreadsheets.cells import letter

FIRST = 5  # rows shown below the header
LONGEST = 60
TOP_ROWS, TOP_COLUMNS, TOP_SHEETS, TOP_LONGEST = 30, 26, 20, 40

type Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pointer:
    """The row of headings a person pointed out; without a height, as tall as merged cells make it."""

    sheet: str
    row: int
    height: int | None


def tables_of(found: Iterable[Entry]) -> list[Entry]:
    """Return the tables among what was found, the best first."""
    return [entry for entry in found if "columns" in entry]


def tops_of(found: Iterable[Entry]) -> list[Entry]:
    """Return the first rows of each visible sheet, in the order of the tabs."""
    return [entry for entry in found if "top" in entry]


def pointer_of(found: Iterable[Entry]) -> Pointer | None:
    """Return what a person pointed out, and where no table was read yet."""
    return next((Pointer(*entry["pointed"]) for entry in found if "pointed" in entry), None)


def without_pointer(found: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in found if "pointed" not in entry]


def with_pointer(found: Iterable[Entry], pointer: Pointer) -> list[Entry]:
    """Return what was found with a row of headings pointed out, instead of an earlier one."""
    return [*without_pointer(found), {"pointed": [pointer.sheet, pointer.row, pointer.height]}]


def tops(book: Book) -> list[Entry]:
    """Return the first rows of each visible sheet that can be read, cells as text."""
    found: list[Entry] = []
    for sheet in book.sheets:
        if not sheet.hidden and len(found) < TOP_SHEETS and (top := _top(sheet)):
            found.append(top)
    return found


def _top(sheet: Sheet) -> Entry | None:
    try:
        content = sheet.content()
    except NotReadable:  # too heavy to hold a list, and said so where it matters
        return None
    rows = content.rows[:TOP_ROWS]
    columns = sorted({column for row in rows for column in row.cells})[:TOP_COLUMNS]
    if not columns:
        return None
    return {
        "sheet": sheet.name,
        "letters": [[letter(column), column in content.hidden] for column in columns],
        "top": [
            [row.number, [_cut(shown(row.cells.get(column, "")), TOP_LONGEST) for column in columns]]
            for row in rows
        ],
    }  # fmt: skip


def found_of(table: Table) -> Entry:
    """Return what is kept of a table: where it stands, its columns, its first rows as text."""
    letters = {column.index: column.letter for column in table.columns}
    return {
        "sheet": table.sheet,
        "header_rows": list(table.header_rows),
        "number_row": table.number_row,
        "columns": [[column.index, list(column.parts), column.hidden] for column in table.columns],
        "titles": [title[:200] for title in table.titles[:20]],
        "first": [
            [row.number, {letters[index]: _cut(shown(value)) for index, value in row.cells.items() if index in letters}]
            for row in table.below[:FIRST]
        ],
        "rows": len(table.below),
    }  # fmt: skip


def table_of(found: Mapping[str, Any]) -> Table:
    """Return the table again, without its rows."""
    columns = tuple(Column(index, tuple(parts), hidden) for index, parts, hidden in found["columns"])
    return Table(
        found["sheet"], tuple(found["header_rows"]), found["number_row"], columns, tuple(found["titles"]), ()
    )


def _cut(words: str, longest: int = LONGEST) -> str:
    words = " ".join(words.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
