"""Totals of quick wins: of the whole city, of a dimension, of an agency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

COUNTED = ("draft", "proposed", "submitted", "returned", "verified", "filled", "total")


@dataclass
class Sum:
    """Totals of one dimension, one agency or one cell."""

    draft: int = 0
    proposed: int = 0
    submitted: int = 0
    returned: int = 0
    verified: int = 0
    filled: int = 0
    total: int = 0
    quick_wins: int = field(default=0)

    def add(self, row: Mapping[str, int]) -> None:
        # Written out: in a loop over names this is a tenth of what the page of forty agencies costs.
        self.draft += row["draft"]
        self.proposed += row["proposed"]
        self.submitted += row["submitted"]
        self.returned += row["returned"]
        self.verified += row["verified"]
        self.filled += row["filled"]
        self.total += row["total"]
        self.quick_wins += (
            row["draft"] + row["proposed"] + row["submitted"] + row["returned"] + row["verified"]
        )

    @property
    def with_agency(self) -> int:
        """Not submitted yet, or returned: the agency has to act."""
        return self.draft + self.proposed + self.returned

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down: 99,5 is not complete."""
        return self.filled * 100 // self.total if self.total else None


def sums(cells: Iterable[dict[str, Any]]) -> tuple[Sum, dict[str, Sum], dict[str, Sum]]:
    """The whole, by code of the dimension, and by official name of the agency."""
    whole = Sum()
    by_dimension: dict[str, Sum] = {}
    by_opd: dict[str, Sum] = {}
    for cell in cells:
        by_dimension.setdefault(cell["dimension__code"], Sum()).add(cell)
        by_opd.setdefault(cell["opd__official_name"], Sum()).add(cell)
    for total in by_dimension.values():
        whole.add(vars(total))
    return whole, by_dimension, by_opd
