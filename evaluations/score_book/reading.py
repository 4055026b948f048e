"""A filled workbook as rows: what stands in three columns beside a code, and what is wrong with a cell.

Formulas are never believed, not even the result Excel stored beside them: a score is typed.
"""

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from evaluations.models import Seat, Snapshot
from evaluations.score_book import layout
from evaluations.score_book.writing import headings
from smartcity.lib import spreadsheets
from smartcity.lib.spreadsheets import Fault, Formula, NotReadable, Percent, Row, Sheet, shown

MAX_BYTES = 1024 * 1024  # a filled workbook of 84 questions has 60 KB
MAX_ROWS = 1000
_KNOWN = {layout.SHEET, layout.GUIDE, layout.NOTE}


class BookRefused(Exception):
    """The workbook as a whole is turned away, with a sentence for the person; nothing was saved."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was read; `fault` is the sentence about a cell that cannot be taken."""

    number: int
    code: str
    value: int | None
    remark: str
    reason: str
    fault: str = ""


def read(file: BinaryIO, name: str, seat: Seat, snapshot: Snapshot) -> tuple[layout.Note, list[ReadRow]]:
    """Return whose workbook it is and its filled rows. Raises BookRefused."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise BookRefused(
            _("The file is larger than 1 MB; a score workbook has far less. Choose the workbook you downloaded here. "
              "Nothing was saved. [BOOK-SIZE]")
        )  # fmt: skip
    try:
        book = spreadsheets.open_workbook(io.BytesIO(content), name)
        note = _checked_note(book.sheets, seat, snapshot)
        return note, _rows(_the(book.sheets, layout.SHEET))
    except NotReadable as refusal:
        raise BookRefused(refusal.message) from refusal


def _the(sheets: tuple[Sheet, ...], name: str) -> Sheet:
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    raise BookRefused(
        _("The workbook has no sheet '%(sheet)s'. Fill in the workbook you downloaded here, without renaming its "
          "sheets. Nothing was saved. [BOOK-SHEET]") % {"sheet": name}
    )  # fmt: skip


def _checked_note(sheets: tuple[Sheet, ...], seat: Seat, snapshot: Snapshot) -> layout.Note:
    """Read whose workbook it is, and refuse another's: of a window, a seat or a frozen version."""
    for sheet in sheets:
        if sheet.hidden and sheet.name not in _KNOWN:
            raise BookRefused(
                _("The workbook holds a hidden sheet '%(sheet)s' that the portal did not write. Delete it, or download "
                  "the workbook anew. Nothing was saved. [BOOK-HIDDEN]") % {"sheet": sheet.name[:60]}
            )  # fmt: skip
    try:
        cells = [row.cells.get(1) for row in _the(sheets, layout.NOTE).content().rows[:40]]
        note = layout.read_note([cell for cell in cells if isinstance(cell, str)])
    except layout.NotOurs as error:
        raise BookRefused(
            _("The workbook does not say for which seat it was made, or was changed. Download it anew and copy your "
              "entries into it. Nothing was saved. [BOOK-NOTE]")
        ) from error  # fmt: skip
    if note.window != seat.window_id:
        problem = _(
            "The workbook was made for another window. Upload it there. Nothing was saved. [BOOK-WINDOW]"
        )
    elif note.seat != seat.pk:
        problem = _(
            "The workbook was made for another assessor's seat. Download your own. Nothing was saved. [BOOK-SEAT]"
        )
    elif note.snapshot != snapshot.digest:
        problem = _(
            "The workbook was made for another frozen version of the material. Download it anew, look at what changed, "
            "and copy your entries into it. Nothing was saved. [BOOK-FROZEN]"
        )
    else:
        return note
    raise BookRefused(problem)


def _rows(sheet: Sheet) -> list[ReadRow]:
    found = sheet.content().rows
    if len(found) > MAX_ROWS:
        raise BookRefused(
            _("Sheet '%(sheet)s' has %(count)s filled rows; the workbook has one for each question. Download it anew "
              "and copy your entries into it. Nothing was saved. [BOOK-ROWS]")
            % {"sheet": sheet.name, "count": len(found)}
        )  # fmt: skip
    titles = [shown(found[0].cells.get(index)) for index in range(1, layout.REASON + 1)] if found else []
    if titles != headings():
        raise BookRefused(
            _("The first row of sheet '%(sheet)s' is not the one the portal wrote. Do not move or rename columns; "
              "download the workbook anew. Nothing was saved. [BOOK-COLUMNS]") % {"sheet": sheet.name}
        )  # fmt: skip
    rows = [_row(row) for row in found[1:]]
    return [row for row in rows if row.code or row.fault or row.value is not None or row.remark or row.reason]


def _row(row: Row) -> ReadRow:
    texts = {index: _text(row.cells.get(index)) for index in (layout.CODE, layout.REMARK, layout.REASON)}
    value, fault = _value(row.cells.get(layout.VALUE))
    for index, (_words, problem) in texts.items():
        fault = fault or (problem % {"cell": _place(index, row.number)} if problem else "")
    code, remark, reason = (texts[index][0] for index in (layout.CODE, layout.REMARK, layout.REASON))
    return ReadRow(row.number, code[:40], value, remark, reason, fault)


def _value(cell: Any) -> tuple[int | None, str]:
    """The score of a cell, or the sentence about what stands there instead."""
    if cell is None or cell == "":
        return None, ""
    if isinstance(cell, Formula):
        return None, _("The score is a formula. Type the number itself, for example 3. [BOOK-FORMULA]")
    words = shown(cell).strip()
    whole = isinstance(cell, Decimal) and not isinstance(cell, Percent) and cell == cell.to_integral_value()
    typed = isinstance(cell, str) and words.isascii() and words.isdigit() and len(words) < 4
    if not words:
        return None, ""
    if not (whole or typed) or (whole and abs(cell) > 999):
        text = _("Score '%(found)s' is no whole number. Type one of the rubric, for example 3. [BOOK-NUMBER]")
        return None, text % {"found": words[:40]}
    return int(cell), ""


def _text(cell: Any) -> tuple[str, str]:
    """The words of a cell, or the sentence about it with a place for the cell."""
    if isinstance(cell, Formula):
        return "", _(
            "Cell %(cell)s is a formula. Type the words themselves; begin with another character than =. [BOOK-FORMULA]"
        )
    if isinstance(cell, Fault):
        return "", _("Cell %(cell)s shows an error. Type the words anew. [BOOK-CELL]")
    return shown(cell).replace("\r\n", "\n").replace("\r", "\n").strip(), ""


def _place(column: int, row: int) -> str:
    return f"{'ABCDEFGH'[column - 1]}{row}"
