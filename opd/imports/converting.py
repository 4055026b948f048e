"""One cell to one value. What is not sure is refused with a code and a reason; nothing is guessed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from opd.imports import lookups
from opd.imports.answers import hint
from opd.imports.fields import CALCULATED, CHOICES, Field, Type
from opd.imports.lookups import Lookups
from smartcity.lib import dates, decimals, text
from smartcity.lib.files import Refused, check_link
from smartcity.lib.spreadsheets import Formula, Value, shown

_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212")
_SPACES = re.compile(r"[^\S\n]+")
_BUDGET_CODE = re.compile(r"[0-9]\.[0-9]{2}\.[0-9]{2}\.[12]\.[0-9]{2}\.(?:[0-9]{2}|[0-9]{4})")
_UNKNOWN = {
    "status": "UNKNOWN_STATUS", "category": "UNKNOWN_CATEGORY", "horizon": "UNKNOWN_HORIZON",
    "fund_source": "UNKNOWN_FUND", "status_kind": "UNKNOWN_KIND",
}  # fmt: skip
_PLACES = {Type.NUMBER: Decimal("0.0001"), Type.PERCENT: Decimal("0.0001"), Type.MONEY: Decimal("0.01")}
_LARGEST = {Type.NUMBER: Decimal(10) ** 14, Type.PERCENT: Decimal(10) ** 5, Type.MONEY: Decimal(10) ** 16}
_YEARS = range(2017, 2101)


class Refusal(Exception):
    """A cell that cannot be read: code, values of its sentence, and what was typed if not the whole cell."""

    def __init__(self, code: str, typed: str = "", **details: object) -> None:
        super().__init__(code)
        self.code, self.typed, self.details = code, typed, details


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with the field it is read for; `typed` is what a person sees in it."""

    name: str
    field: Field
    value: Value
    typed: str


type Values = Mapping[str, object]


def is_empty(value: Value | None) -> bool:
    """Tell whether a cell holds no value: nothing, spaces, a lone dash. A formula is something."""
    return value is None or (isinstance(value, str) and (not (bare := value.strip()) or bare in _DASHES))


def convert(cell: Cell, values: Values, known: Lookups) -> "str | Decimal | date | int | list[str] | None":
    """Return the value of a cell that is not empty; None when its formula came to nothing. Raises Refusal.

    `values` are those of the same row further left: a sub-dimension needs its dimension.
    """
    value = cell.value
    if isinstance(value, Formula):
        if cell.field.type not in CALCULATED or value.result is None:
            raise Refusal("FORMULA", f"={value.text}")
        if is_empty(value.result):
            return None
        value = value.result
    return _CONVERTERS[cell.field.type](Cell(cell.name, cell.field, value, cell.typed), values, known)


# --- figures and days ----------------------------------------------------------------------------


def _number(cell: Cell, values: Values, known: Lookups) -> Decimal:
    kind = cell.field.type
    if isinstance(cell.value, Decimal):
        number = Decimal(cell.value)
    elif isinstance(cell.value, str):
        number = _typed_number(cell.value)
    else:
        raise Refusal("NOT_A_NUMBER", reason=_("Write digits only, for example 1.250,5."))
    if number < 0 and not cell.field.may_be_negative:
        raise Refusal("NEGATIVE")
    if abs(number) >= _LARGEST[kind]:
        raise Refusal("NOT_A_NUMBER", reason=_("This number is too large."))
    if isinstance(cell.value, str) and number != number.quantize(_PLACES[kind], ROUND_HALF_UP):
        raise Refusal(
            "NOT_A_NUMBER",
            reason=_("Write at most %(places)d digits after the comma.")
            % {"places": 2 if kind == Type.MONEY else 4},
        )
    # A calculated cell has more digits than anybody sees: rounded half up, as the portal shows them.
    return number.quantize(_PLACES[kind], ROUND_HALF_UP) if _has_more(number, kind) else number


def _has_more(number: Decimal, kind: Type) -> bool:
    exponent, places = number.as_tuple().exponent, _PLACES[kind].as_tuple().exponent
    return isinstance(exponent, int) and isinstance(places, int) and exponent < places


def _typed_number(typed: str) -> Decimal:
    try:
        return decimals.parse(typed)
    except decimals.NumberNotRead as error:
        raise Refusal("NOT_A_NUMBER", reason=str(error)) from None


def _date(cell: Cell, values: Values, known: Lookups) -> date:
    if isinstance(cell.value, datetime):
        return _in_calendar(cell.value.date())
    if isinstance(cell.value, date):
        return _in_calendar(cell.value)
    if not isinstance(cell.value, str):
        raise Refusal("NOT_A_DATE", reason=_("Write a date like 16/09/2022 or 16 September 2022."))
    try:
        return dates.parse_date(" ".join(cell.value.split()))
    except dates.DateNotRead as error:
        raise Refusal("NOT_A_DATE", reason=str(error)) from None


def _in_calendar(day: date) -> date:
    if not 1900 <= day.year <= 2100:
        raise Refusal("NOT_A_DATE", reason=_("Write a date like 16/09/2022 or 16 September 2022."))
    return day


def _year(cell: Cell, values: Values, known: Lookups) -> int:
    value, year = cell.value, 0
    if isinstance(value, date):
        year = value.year
    elif isinstance(value, str):
        year = int(value) if re.fullmatch(r"\s*[0-9]{4}\s*", value, re.ASCII) else 0
    elif isinstance(value, Decimal) and value == value.to_integral_value() and value < 10_000:
        year = int(value)
    if year not in _YEARS:
        raise Refusal("NOT_A_YEAR", example=known.reference.year)
    return year


# --- words ---------------------------------------------------------------------------------------


def _line(cell: Cell, values: Values, known: Lookups) -> str:
    """Return text on one line: names, codes, labels."""
    return _checked(" ".join(shown(cell.value).split()), cell.field)


def _text(cell: Cell, values: Values, known: Lookups) -> str:
    """Return text with its line breaks; spaces are tidied."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.tidy(shown(cell.value)).split("\n"))
    return _checked("\n".join(lines).strip(), cell.field)


def _checked(words: str, field: Field) -> str:
    if (hidden := text.forbidden_character(words)) is not None:
        raise Refusal("BAD_TEXT", character=f"{ord(hidden):04X}")
    if len(words) > field.longest:
        raise Refusal("TOO_LONG", length=len(words), limit=field.longest)
    return words


def _list(cell: Cell, values: Values, known: Lookups) -> list[str]:
    """Return the parts of a list, OPDs by their short names, the rest as text; each once."""
    words = _checked(text.tidy(shown(cell.value)), cell.field)
    parts = (" ".join(part.split()) for part in re.split(r"[;\n]", words))
    return list(dict.fromkeys(known.opd(part) or part for part in parts if not is_empty(part)))


def _choice(cell: Cell, values: Values, known: Lookups) -> str:
    code = lookups.choice(cell.field.name, shown(cell.value))
    if code is None:
        raise Refusal(_UNKNOWN[cell.field.name], example=lookups.labels(CHOICES[cell.field.name].values()))
    return code


def _budget_code(cell: Cell, values: Values, known: Lookups) -> str:
    code = _line(cell, values, known)
    if not _BUDGET_CODE.fullmatch(code):
        raise Refusal("BAD_CODE")
    return code


def _link(cell: Cell, values: Values, known: Lookups) -> str:
    address = _line(cell, values, known)
    try:
        if urlsplit(address).scheme.lower() not in ("http", "https"):
            raise Refusal("BAD_URL")
        return check_link(address)
    except (Refused, ValueError):
        raise Refusal("BAD_URL") from None


# --- words that are somebody's name ----------------------------------------------------------------


def _dimension(cell: Cell, values: Values, known: Lookups) -> str:
    dimension = known.dimension(shown(cell.value))
    if dimension is None:
        first = known.reference.dimensions[0].names[0] if known.reference.dimensions else ""
        raise Refusal("UNKNOWN_DIMENSION", example=first)
    return dimension.code


def _sub_dimension(cell: Cell, values: Values, known: Lookups) -> str:
    found = known.subs(shown(cell.value))
    wanted = values.get("dimension")
    dimension = next((one for one in known.reference.dimensions if one.code == wanted), None)
    if not found:
        subs = (
            dimension.subs if dimension else [sub for one in known.reference.dimensions for sub in one.subs]
        )
        raise Refusal("UNKNOWN_SUB_DIMENSION", example=subs[0].names[0] if subs else "")
    if dimension is None:
        return found[0][1].code  # its dimension is refused already, or stands further right
    for owner, sub in found:
        if owner.code == wanted:
            return sub.code
    names = ", ".join(sub.names[0] for sub in dimension.subs)
    raise Refusal("SUB_NOT_IN_DIMENSION", dimension=dimension.names[0], example=names)


def _opd(cell: Cell, values: Values, known: Lookups) -> str:
    words = shown(cell.value)
    short = known.opd(words)
    if short is not None:
        return short
    if known.names_several(words):
        raise Refusal("MULTIPLE_OPD")
    first = known.reference.opds[0].short if known.reference.opds else ""
    raise Refusal("UNKNOWN_OPD", hint=hint(known.guess_opd(words)), example=first)


type _Converter = Callable[[Cell, Values, Lookups], "str | Decimal | date | int | list[str]"]
_CONVERTERS: Mapping[Type, _Converter] = {
    Type.LINE: _line, Type.TEXT: _text, Type.DIMENSION: _dimension, Type.SUB_DIMENSION: _sub_dimension,
    Type.OPD: _opd, Type.LIST: _list, Type.NUMBER: _number, Type.PERCENT: _number, Type.MONEY: _number,
    Type.DATE: _date, Type.YEAR: _year, Type.CHOICE: _choice, Type.BUDGET_CODE: _budget_code,
    Type.CODE: _line, Type.LINK: _link,
}  # fmt: skip
