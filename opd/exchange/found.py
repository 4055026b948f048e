"""The tables found in a workbook as plain JSON, so that the page about columns does not read the file again."""

from collections.abc import Mapping
from typing import Any

from smartcity.lib.spreadsheets import Column, Table, shown

FIRST = 5  # rows shown below the header
LONGEST = 60


def found_of(table: Table) -> dict[str, Any]:
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


def _cut(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
