"""What a cell holds, as plain values; the few things a plain value cannot say have a class of their own."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal

from smartcity.lib import decimals


class Percent(Decimal):
    """A number cell with a percent format, already multiplied: 60.3 where the cell holds 0.603."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that shows an error such as #DIV/0! instead of a value."""

    text: str


type Plain = str | Decimal | date | bool | Fault


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with the result Excel stored beside it: "" for an empty text, None when there is none."""

    text: str
    result: Plain | None


type Value = Plain | Formula

LONGEST_TEXT = 32_767  # characters in one cell; Excel's own limit

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_AS_SHOWN = Context(
    prec=15
)  # what Excel shows of a number; behind it stands only the noise of binary fractions
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (a cell has no zone)


def letter(index: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = _LETTERS[rest] + letters
    return letters


def index_of(letters: str) -> int:
    """Return the number of a column by its letters; 0 for what is no column."""
    index = 0
    for character in letters:
        if not "A" <= character <= "Z" or index > 20_000:
            return 0
        index = index * 26 + ord(character) - 64
    return index


def number(text: str) -> Decimal | None:
    """Return the number a cell stores, as Excel shows it: 60.299999999999997 is 60.3. None for no number."""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return Decimal(text)
    try:
        value = float(text)
    except ValueError:
        return None
    return _AS_SHOWN.create_decimal(repr(value)) if math.isfinite(value) else None


def moment(serial: Decimal, *, from_1904: bool) -> date | None:
    """Return the day, or day and time, of a date cell's number; None outside the calendar."""
    try:
        whole = (_EPOCH_1904 if from_1904 else _EPOCH_1900) + timedelta(days=float(serial))
    except OverflowError:
        return None
    return whole.date() if serial == serial.to_integral_value() else whole


def without_literals(code: str) -> str:
    """Return a number format without what it only prints: text in quotes, colours, escaped characters."""
    return _LITERAL.sub("", code)


def unescaped(text: str) -> str:
    """Undo how OOXML writes characters XML cannot hold: _x000D_ is a carriage return."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def escaped(text: str) -> str:
    """Write text so that `unescaped`, and Excel, read the same characters again."""
    return _LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


def shown(value: Value | None) -> str:
    """Return a cell's content as a person sees it in the sheet, with Indonesian numbers and dates."""
    if isinstance(value, Formula):
        return f"={value.text}" if value.result is None else shown(value.result)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return _plain_number(value) + ("%" if isinstance(value, Percent) else "")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Fault):
        return value.text
    return value or ""


def _plain_number(value: Decimal) -> str:
    # Without dots between groups: 2022 in a column of text is a year or part of a code.
    try:
        return decimals.exact(value).replace(".", "")
    except ValueError:
        return str(value)
