"""Records in the words of a list (the values of `opd.imports.RowAnswer`), and those values as plain JSON."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from opd.imports import Kind, field_of
from opd.imports.fields import QUARTERS, Type
from opd.models import Program, ProgramYear, QuickWin

type Values = Mapping[str, Any]

#: Column of a programme -> field of a list, where both are written alike and where they are not.
PROGRAM_COLUMNS = {
    name: name
    for name in (
        "code", "name", "strategy", "activity", "sub_activity", "sub_activity_code", "indicator", "unit", "horizon",
        "category", "start_date", "end_date", "updated_on", "note",
    )
} | {"baseline_value": "baseline"}  # fmt: skip
#: Field of a list for each year -> column of the year's record.
YEAR_COLUMNS = {"target": "target", "actual": "actual", "achievement": "stated", "budget": "budget"}
#: Of the one year a file is about.
STATE_COLUMNS = {"status": "state", "fund_source": "fund_source"}
#: What verified reports told; an import leaves it alone.
REPORTED = frozenset({"actual", "state"})

#: Read for a list that goes out: without an object for each row it costs a third.
PROGRAM_READ = (*PROGRAM_COLUMNS.values(), "dimension__code", "sub_dimension__code", "opd__short", "partners")
YEAR_READ = ("year", *YEAR_COLUMNS.values(), *STATE_COLUMNS.values())

QUICK_WIN_COLUMNS = (
    "year", "name", "acronym", "status_kind", "problem", "description", "beneficiaries", "indicator", "unit",
    "baseline", "target", "realisation", "budget", "fund_source", "sub_activity_code", "legal_basis", "link",
    "sustainability", "linked_program", "note",
)  # fmt: skip

_SPLIT = re.compile(r"[;\n]")
_ROMAN = ("I", "II", "III", "IV")
_QUARTER = re.compile(r"^TW (I|II|III|IV): ", re.MULTILINE)
LONGEST_QUARTER = 500


# --- records to values -----------------------------------------------------------------------------


def program_values(program: Program, years: Iterable[ProgramYear], year: int) -> dict[str, Any]:
    """Return what a programme says in a list about `year`; empty fields are left out."""
    row = {column: getattr(program, column) for column in PROGRAM_COLUMNS.values()} | {
        "dimension__code": program.dimension.code,
        "sub_dimension__code": program.sub_dimension.code,
        "opd__short": program.opd.short,
        "partners": program.partners,
    }
    told = ({column: getattr(one, column) for column in YEAR_READ} for one in years)
    return program_row(row, [opd.short for opd in program.supporting.all()], told, year)


def program_row(row: Values, supporting: list[str], years: Iterable[Values], year: int) -> dict[str, Any]:
    """Return the same of plain rows: the columns of PROGRAM_READ, and those of YEAR_READ for each year."""
    values: dict[str, Any] = {
        "dimension": row["dimension__code"],
        "sub_dimension": row["sub_dimension__code"],
        "lead_opd": row["opd__short"],
        "supporting_opds": [*supporting, *parts_of(row["partners"])],
    }
    values |= {field: row[column] for field, column in PROGRAM_COLUMNS.items()}
    for told in years:
        values |= {f"{field}_{told['year']}": told[column] for field, column in YEAR_COLUMNS.items()}
        if told["year"] == year:
            values |= {field: told[column] for field, column in STATE_COLUMNS.items()}
    return _filled(values)


def quick_win_values(quick_win: QuickWin) -> dict[str, Any]:
    """Return what a quick win says in a list; empty fields are left out."""
    values: dict[str, Any] = {name: getattr(quick_win, name) for name in QUICK_WIN_COLUMNS}
    values |= {
        "dimension": quick_win.dimension.code,
        "sub_dimension": quick_win.sub_dimension.code if quick_win.sub_dimension else "",
        "owner_opd": quick_win.opd.short,
        "partners": parts_of(quick_win.partners),
        **schedule_values(quick_win.schedule),
    }
    return _filled(values)


def submitted_values(payload: Values) -> dict[str, Any]:
    """Return the same of a receipt's frozen text: what others than the agency may read."""
    texts = payload["values"]
    values: dict[str, Any] = {
        name: _from_text(name, texts.get(name, "")) for name in QUICK_WIN_COLUMNS if name != "year"
    }
    values |= {
        "year": payload["year"],
        "dimension": payload["dimension"]["code"],
        "sub_dimension": payload["dimension"]["sub_code"],
        "owner_opd": payload["opd"]["short"],
        "partners": parts_of(texts.get("partners", "")),
        **schedule_values(texts.get("schedule", "")),
    }
    return _filled(values)


def _from_text(name: str, text: str) -> Any:
    field, _year = field_of(Kind.QUICK_WIN, name)
    return Decimal(text) if text and field.type in (Type.NUMBER, Type.MONEY) else text


def _filled(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value not in ("", [])}


def parts_of(text: str) -> list[str]:
    """Return the parts of a list as a person wrote it: by semicolon or line break, never by comma."""
    return [part for raw in _SPLIT.split(text) if (part := " ".join(raw.split()))]


# --- the schedule of a quick win: one text here, up to five columns there ----------------------------


def schedule_values(text: str) -> dict[str, str]:
    """Return the columns a schedule came from; text that was not written by quarters stays whole."""
    text = text.replace("\r\n", "\n").strip()
    starts = list(_QUARTER.finditer(text))
    order = [_ROMAN.index(match[1]) for match in starts]
    if not starts or order != sorted(set(order)):
        return {"schedule": text}
    ends = [match.start() for match in starts[1:]] + [len(text)]
    quarters = {
        QUARTERS[place]: text[match.end() : end].strip()
        for place, match, end in zip(order, starts, ends, strict=True)
    }
    if any(not words or len(words) > LONGEST_QUARTER for words in quarters.values()):
        return {"schedule": text}
    return {"schedule": text[: starts[0].start()].strip(), **quarters}


def schedule_text(values: Values) -> str:
    """Return one text of what a row says about time; `schedule_values` takes it apart again."""
    whole = [values["schedule"]] if values.get("schedule") else []
    return "\n".join(
        [*whole, *(f"TW {roman}: {values[name]}" for name, roman in zip(QUARTERS, _ROMAN, strict=True)
                   if values.get(name))]
    )  # fmt: skip


# --- values as JSON --------------------------------------------------------------------------------


def as_json(values: Values) -> dict[str, Any]:
    """Return the values as plain JSON: decimals and days as strings."""
    return {name: plain(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """Return one value as plain JSON."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


_NUMBERS = frozenset({Type.NUMBER, Type.PERCENT, Type.MONEY})


def from_json(kind: Kind, values: Values) -> dict[str, Any]:
    """Return what `as_json` was given."""
    return {name: _restored(kind, name, value) for name, value in values.items()}


def _restored(kind: Kind, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    type_ = field_of(kind, name)[0].type
    if type_ in _NUMBERS:
        return Decimal(value)
    return date.fromisoformat(value) if type_ == Type.DATE else value
