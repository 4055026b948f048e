"""What an import is checked against, as plain data: the caller fills it, so that checking needs no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sub:
    """A sub-dimension: its code and the names it goes by."""

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: its code, its names and gloss, its sub-dimensions. The first name is the one written out."""

    code: str
    names: tuple[str, ...]
    subs: tuple[Sub, ...] = ()


@dataclass(frozen=True, slots=True)
class Agency:
    """An OPD as it is found in a sheet and written into one."""

    short: str
    official_name: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything the cells of a file are compared with.

    `codes`: programme code -> name of the programme that has it in the masterplan. A row with the same code and name
    is that programme; with another name it is refused. `quick_wins`: (year, dimension code) -> names there already.
    """

    year: int
    dimensions: tuple[Dimension, ...]
    opds: tuple[Agency, ...]
    codes: Mapping[str, str] = field(default_factory=dict)
    quick_wins: Mapping[tuple[int, str], Collection[str]] = field(default_factory=dict)
