"""openpyxl as its documentation shows it: a workbook read row by row, and written cell by cell with number formats."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell

FORMATS = {"number": "#,##0.####", "money": "#,##0.00", "percent": "0.00%", "date": "dd/mm/yyyy", "year": "0"}


def read(content: bytes) -> int:
    """Read every cell of the first sheet; return how many rows it has."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    count = sum(1 for _row in book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return count


def write(titles: Sequence[str], kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Write the rows with the number format of each column; return the size of the file."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Ekspor")
    page.append(titles)
    for row in rows:
        page.append([_cell(page, value, kind) for value, kind in zip(row, kinds, strict=True)])
    out = io.BytesIO()
    book.save(out)
    return out.tell()


def _cell(page: Any, value: Any, kind: str) -> Any:
    if not isinstance(value, Decimal | int | date):
        return value
    cell = WriteOnlyCell(page, value / 100 if kind == "percent" else value)
    cell.number_format = FORMATS[kind]
    return cell
