"""Action plans and quick wins as tables that the import reads back without a difference."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from opd.imports.fields import CHOICES, Kind, Type, field_of, fields_of, header_of
from opd.imports.reference import Reference
from smartcity.lib.spreadsheets import OutColumn

_KINDS = {
    Type.NUMBER: "number", Type.MONEY: "money", Type.PERCENT: "percent", Type.DATE: "date", Type.YEAR: "year",
}  # fmt: skip


class Export:
    """The columns of a list for these years, and its rows as cells. Values are those of `RowAnswer.values`."""

    def __init__(self, kind: Kind, years: Sequence[int], reference: Reference) -> None:
        self.kind = kind
        self.names = tuple(
            name for field in fields_of(kind)
            for name in ([f"{field.name}_{year}" for year in years] if field.per_year else [field.name])
        )  # fmt: skip
        self._dimensions = {dimension.code: dimension for dimension in reference.dimensions}
        self._subs = {sub.code: sub.names[0] for dimension in reference.dimensions for sub in dimension.subs}
        self._opds = {opd.short: opd.official_name for opd in reference.opds}
        self._words = [(name, self._names_of(name)) for name in self.names]

    def columns(self) -> list[OutColumn]:
        """Return the columns; those with fixed values offer them."""
        return [self._column(name) for name in self.names]

    def row(self, values: Mapping[str, object]) -> list[str | Decimal | int | date | None]:
        """Return one row of cells: codes as the names people know, lists with semicolons."""
        return [_cell(values.get(name), words) for name, words in self._words]

    def _column(self, name: str) -> OutColumn:
        field, _ = field_of(self.kind, name)
        choices: tuple[str, ...] = ()
        if field.type == Type.CHOICE:
            choices = tuple(CHOICES[field.name].values())
        elif field.type == Type.DIMENSION:
            choices = tuple(dimension.names[0] for dimension in self._dimensions.values())
        elif field.type == Type.OPD:
            choices = tuple(self._opds.values())
        kind = _KINDS.get(field.type, "text")
        return OutColumn(header_of(self.kind, name), kind, choices=choices)  # type: ignore[arg-type]

    def _names_of(self, name: str) -> Mapping[str, str]:
        """Return what stands in a sheet for each code of a column; nothing for columns of plain text."""
        field, _ = field_of(self.kind, name)
        if field.type == Type.CHOICE:
            return CHOICES[field.name]
        if field.type == Type.DIMENSION:
            return {code: dimension.names[0] for code, dimension in self._dimensions.items()}
        return {Type.SUB_DIMENSION: self._subs, Type.OPD: self._opds}.get(field.type, {})


def _cell(value: object, words: Mapping[str, str]) -> str | Decimal | int | date | None:
    if value is None or isinstance(value, Decimal | int | date):
        return value
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    text = str(value)
    return words.get(text, text)
