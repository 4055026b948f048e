"""From columns to fields: what is proposed, what a person chose, and what is still missing."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from opd.imports import headings
from opd.imports.answers import Answer, about_column, hint
from opd.imports.fields import Kind, field_of, fields_of, header_of, label_of
from smartcity.lib import spreadsheets
from smartcity.lib.spreadsheets import Book, Column, Table

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column with the field it is mapped to ("" none), a guess to offer, and the code of what is odd about it."""

    column: Column
    field: str = ""
    guess: str = ""
    code: str = ""
    first: str = ""  # letter of the column that counts instead of a repeated one


@dataclass(frozen=True, slots=True)
class Proposal:
    """How the columns of a table are read. Never changed: `with_choices` gives a new one."""

    kind: Kind
    year: int
    columns: tuple[ProposedColumn, ...]

    @property
    def fields(self) -> dict[int, str]:
        """Column number -> field, for the columns that are read; of two for one field the first."""
        fields: dict[int, str] = {}
        for proposed in self.columns:
            if proposed.field and proposed.field not in fields.values():
                fields[proposed.column.index] = proposed.field
        return fields

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed fields without a column; while there are any, nothing can be read."""
        found = set(self.fields.values())
        return tuple(field.name for field in fields_of(self.kind) if field.needed and field.name not in found)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is to be said about the columns, in their order; missing ones last."""
        missing = (about_column("HEADER_MISSING", field=header_of(self.kind, name)) for name in self.missing)
        return (*(_answer(proposed, self.kind) for proposed in self.columns if proposed.code), *missing)

    def with_choices(self, choices: Mapping[str, str]) -> "Proposal":
        """Return the proposal as a person changed it: letter -> field, "" to leave a column out.

        Raises ValueError for a field that does not exist. Of two columns chosen for one field the first counts.
        """
        for name in filter(None, choices.values()):
            try:
                field_of(self.kind, name)
            except KeyError:
                raise ValueError(f"there is no field {name}") from None
        columns = tuple(
            replace(proposed, field=choices[proposed.column.letter])
            if proposed.column.letter in choices
            else proposed
            for proposed in self.columns
        )
        return replace(self, columns=_with_repeats(columns))

    def to_remember(self) -> dict[str, str]:
        """Return key of a heading -> field or "", for `propose(…, remembered=…)` of the next file."""
        seen = Counter(proposed.column.key for proposed in self.columns)
        return {
            proposed.column.key: proposed.field
            for proposed in self.columns
            if seen[proposed.column.key] == 1 and not headings.is_running_number(proposed.column.parts)
        }


def tables_in(book: Book, kind: Kind, year: int, remembered: Mapping[str, str] | None = None) -> list[Table]:
    """Return the tables of a workbook that look like a list of this kind, the best first. Raises NotReadable.

    A row of headings that was pointed out before (its `layout_of` is in `remembered`) goes before all others.
    """
    kept = remembered or {}

    def known(parts: tuple[str, ...]) -> str | None:
        return kept.get(spreadsheets.key_of(" ".join(parts))) or headings.resolve(parts, kind, year)

    def pointed(headings: Sequence[tuple[str, ...]]) -> bool:
        return layout_of(headings) in kept

    needed = ", ".join(field.header for field in fields_of(kind) if field.needed)
    return spreadsheets.find_tables(book, known, example=needed, pointed=pointed)


def layout_of(headings: Iterable[tuple[str, ...]]) -> str:
    """Return what a whole row of headings is remembered by, whatever year stands in it; no heading has such a key."""
    words = [spreadsheets.key_of(_YEAR.sub("", " ".join(parts))) for parts in headings]
    return f"layout:{hashlib.sha256('|'.join(words).encode()).hexdigest()[:40]}"


def year_of(table: Table, kind: Kind, default: int) -> int:
    """Return the year a file is about: the only one with a budget, else the one in its titles, else `default`."""
    if kind == Kind.ACTION_PLAN:
        names = [headings.resolve(column.parts, kind, 0) or "" for column in table.columns]
        for base in ("budget_", "actual_"):
            years = {int(name[-4:]) for name in names if name.startswith(base) and name[-4:].isdecimal()}
            if len(years) == 1 and years != {0}:
                return years.pop()
    titled = {
        int(found) for title in table.titles for found in _YEAR.findall(re.sub(r"(?i)nomor.*", "", title))
    }
    return titled.pop() if len(titled) == 1 else default


def propose(table: Table, kind: Kind, year: int, remembered: Mapping[str, str] | None = None) -> Proposal:
    """Return the mapping of a table's columns. `remembered` (key of a heading -> field) goes before wordings."""
    kept = remembered or {}
    columns = tuple(_proposed(column, kind, year, kept) for column in table.columns)
    return Proposal(kind, year, _with_repeats(columns))


def _proposed(column: Column, kind: Kind, year: int, remembered: Mapping[str, str]) -> ProposedColumn:
    if headings.is_running_number(column.parts):
        return ProposedColumn(column)
    field = _remembered(column.key, kind, remembered)
    if field is None:
        field = headings.resolve(column.parts, kind, year)
    if column.hidden:
        return ProposedColumn(column, "", field or "", "HIDDEN_COLUMN")
    if field is None:
        return ProposedColumn(column, "", headings.guess(column.parts, kind, year), "HEADER_UNKNOWN")
    return ProposedColumn(column, field)


def _remembered(key: str, kind: Kind, remembered: Mapping[str, str]) -> str | None:
    """Return what was chosen for this heading before; None too when the field is no longer there."""
    name = remembered.get(key)
    if not name:
        return name
    try:
        field_of(kind, name)
    except KeyError:
        return None
    return name


def _with_repeats(columns: tuple[ProposedColumn, ...]) -> tuple[ProposedColumn, ...]:
    """Mark columns for a field that an earlier one holds: the first counts. What a person mapped is no question."""
    first: dict[str, str] = {}
    marked = []
    for proposed in columns:
        code = proposed.code
        if proposed.field and proposed.field in first:
            proposed = replace(proposed, field="", code="HEADER_DUPLICATE", first=first[proposed.field])
        elif proposed.field:
            first[proposed.field] = proposed.column.letter
            proposed = replace(proposed, code="" if code != "HIDDEN_COLUMN" else code)
        marked.append(proposed)
    return tuple(marked)


def _answer(proposed: ProposedColumn, kind: Kind) -> Answer:
    guessed = label_of(kind, proposed.guess) if proposed.guess else ""
    return about_column(
        proposed.code,
        column=proposed.column.letter,
        header=proposed.column.header,
        first=proposed.first,
        hint=hint(guessed),
    )
