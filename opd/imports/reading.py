"""Rows of a table to values, with every mistake of a row told at once. Nothing is saved and nothing is looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from opd.imports.answers import Answer, about_cell
from opd.imports.converting import Cell, Refusal, convert, is_empty
from opd.imports.fields import QUARTERS, Kind, field_of, fields_of, header_of, name_in
from opd.imports.lookups import Lookups, folded
from opd.imports.mapping import Proposal
from opd.imports.reference import Reference
from smartcity.lib.dates import short_date
from smartcity.lib.spreadsheets import Formula, Row, Table, shown
from smartcity.lib.spreadsheets.cells import letter

type Converted = str | Decimal | date | int | list[str]
"""Codes for dimensions, OPDs and choices; int for a year. A field without a value is left out."""


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What a row says and what is to be said about it. `existing`: the same programme or quick win is there already."""

    row: int
    values: dict[str, Converted]
    typed: dict[str, str]
    errors: tuple[Answer, ...] = ()
    warnings: tuple[Answer, ...] = ()
    existing: bool = False

    @property
    def good(self) -> bool:
        return not self.errors

    @property
    def draft(self) -> bool:
        """Whether it can be saved, and only as a draft."""
        return self.good and any(warning.code == "INCOMPLETE" for warning in self.warnings)


def read_rows(table: Table, proposal: Proposal, reference: Reference) -> Iterator[RowAnswer]:
    """Yield an answer for each row that holds data. Raises ValueError while a needed field has no column."""
    if proposal.missing:
        raise ValueError(f"no column for {', '.join(proposal.missing)}")
    reader = _Reader(table, proposal, reference)
    return (reader.read(row) for row in table.rows() if reader.is_data(row))


class _Reader:
    """What is known while a file is read from above to below."""

    def __init__(self, table: Table, proposal: Proposal, reference: Reference) -> None:
        self._kind, self._year = proposal.kind, proposal.year
        self._lookups = Lookups(reference)
        self._fields = [
            (index, name, *field_of(proposal.kind, name)) for index, name in sorted(proposal.fields.items())
        ]
        headers = {column.index: column.header for column in table.columns}
        self._places = {name: (letter(index), headers[index]) for index, name, _, _ in self._fields}
        self._needed = [index for index, _, field, _ in self._fields if field.needed]
        self._expected = self._names_expected()
        self._codes: dict[str, int] = {}
        self._quick_wins: dict[tuple[int, str], list[str]] = {
            key: list(names) for key, names in reference.quick_wins.items()
        }

    def _names_expected(self) -> list[str]:
        """Return what a complete row has. Needed fields that may be left out of a draft do not exist."""
        return [name_in(field, self._year) for field in fields_of(self._kind) if field.expected]

    def is_data(self, row: Row) -> bool:
        """Tell data from headings, totals and signatures: two needed columns hold something, one of its own."""
        held = [index for index in self._needed if not is_empty(row.cells.get(index))]
        return len(held) > 1 and any(index not in row.filled for index in held)

    def read(self, row: Row) -> RowAnswer:
        answer = _Draft(row.number, self._places, self._kind)
        for index, name, field, _year in self._fields:
            value = row.cells.get(index)
            if is_empty(value):
                if field.needed:
                    answer.error("REQUIRED", name)
                continue
            assert value is not None
            answer.typed[name] = shown(value)
            self._convert(Cell(name, field, value, answer.typed[name]), answer)
        self._compare(answer)
        return self._finished(answer)

    def _convert(self, cell: Cell, answer: "_Draft") -> None:
        try:
            converted = convert(cell, answer.values, self._lookups)
        except Refusal as refusal:
            answer.error(refusal.code, cell.name, refusal.typed or cell.typed, **refusal.details)
            return
        if isinstance(cell.value, Formula):
            answer.warn("FORMULA_VALUE", cell.name, cell.typed)
        if converted is not None:
            answer.values[cell.name] = converted

    # --- what only shows when cells are compared

    def _compare(self, answer: "_Draft") -> None:
        start, end = answer.values.get("start_date"), answer.values.get("end_date")
        if isinstance(start, date) and isinstance(end, date) and end < start:
            answer.error("DATE_ORDER", "end_date", answer.typed["end_date"], start=short_date(start))
        if self._kind == Kind.ACTION_PLAN:
            self._compare_code(answer)

    def _compare_code(self, answer: "_Draft") -> None:
        code = answer.values.get("code")
        if not isinstance(code, str):
            return
        word = folded(code)
        if word in self._codes:
            answer.error("DUPLICATE_CODE", "code", code, also_row=self._codes[word])
            return
        self._codes[word] = answer.row
        name = self._lookups.codes.get(word)
        if name is None:
            return
        if folded(name) == folded(str(answer.values.get("name", name))):
            answer.existing = True
        else:
            answer.error("DUPLICATE_CODE", "code", code, key="TAKEN_CODE", name=name)

    def _finished(self, answer: "_Draft") -> RowAnswer:
        if not answer.errors:
            if self._kind == Kind.QUICK_WIN:
                self._count_quick_win(answer)
            self._tell_incomplete(answer)
        return RowAnswer(
            answer.row,
            answer.values,
            answer.typed,
            tuple(answer.errors),
            tuple(answer.warnings),
            answer.existing,
        )

    def _count_quick_win(self, answer: "_Draft") -> None:
        year, dimension = answer.values["year"], answer.values["dimension"]
        assert isinstance(year, int)
        assert isinstance(dimension, str)
        name = str(answer.values["name"])
        known = self._quick_wins.setdefault((year, dimension), [])
        answer.existing = folded(name) in map(
            folded, self._lookups.reference.quick_wins.get((year, dimension), ())
        )
        others = [other for other in known if folded(other) != folded(name)]
        if others or (known and not answer.existing):
            answer.warn("SECOND_QUICK_WIN", "name", name, year=year, name=(others or known)[0])
        if not answer.existing:
            known.append(name)

    def _tell_incomplete(self, answer: "_Draft") -> None:
        for name in self._expected:
            if name in answer.values:
                continue
            if name == "schedule" and any(quarter in answer.values for quarter in QUARTERS):
                continue
            answer.warn("INCOMPLETE", name)


class _Draft:
    """The answer about one row while it is made."""

    def __init__(self, row: int, places: dict[str, tuple[str, str]], kind: Kind) -> None:
        self.row = row
        self.values: dict[str, Converted] = {}
        self.typed: dict[str, str] = {}
        self.errors: list[Answer] = []
        self.warnings: list[Answer] = []
        self.existing = False
        self._places, self._kind = places, kind

    def error(self, code: str, field: str, value: str = "", **details: Any) -> None:
        self.errors.append(self._answer(code, field, value, details))

    def warn(self, code: str, field: str, value: str = "", **details: Any) -> None:
        self.warnings.append(self._answer(code, field, value, details))

    def _answer(self, code: str, field: str, value: str, details: dict[str, Any]) -> Answer:
        column, header = self._places.get(field) or ("", header_of(self._kind, field))
        return about_cell(
            code, row=self.row, field=field, column=column, header=header, value=value, **details
        )
