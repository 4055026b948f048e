"""What other cities published of their own results: facts from public reports, each with its source.

They stand beside the city's numbers for comparison and are mixed into none of them. A value that was not
published is unknown, never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from opd.loading import read_rows

PATH = Path(__file__).parent / "data" / "published_results.csv"
#: The five values, in the order of the formula.
VALUES = ("baseline", "output", "outcome", "impact", "quick_win")
KINDS = {"kota": "Kota", "kabupaten": "Kabupaten"}


@dataclass(frozen=True)
class Published:
    """One published index of one region and evaluated year."""

    region: str
    year: int
    index: Decimal
    values: tuple[Decimal | None, ...]
    rank: int | None
    cohort: str
    cohort_size: int | None
    note: str
    sources: tuple[str, ...]

    @property
    def place(self) -> str:
        """The rank as it was published: "13 of 191"; empty when none was."""
        if self.rank is None:
            return ""
        if self.cohort_size is None:
            return str(self.rank)
        return _("%(rank)s of %(size)s") % {"rank": self.rank, "size": self.cohort_size}


@lru_cache(maxsize=1)
def published_by_others() -> Sequence[Published]:
    """Every row of the file, newest year first, then by index."""
    rows = [_row(row) for row in read_rows(PATH)]
    return tuple(sorted(rows, key=lambda row: (-row.year, -row.index, row.region)))


def _row(row: dict[str, str]) -> Published:
    kind = KINDS.get(row["region_kind"], "")
    return Published(
        region=f"{kind} {row['region']}".strip(),
        year=int(row["year"]),
        index=Decimal(row["index"]),
        values=tuple(Decimal(row[name]) if row[name] else None for name in VALUES),
        rank=int(row["rank_national"]) if row["rank_national"] else None,
        cohort=row["cohort"],
        cohort_size=int(row["cohort_size"]) if row["cohort_size"] else None,
        note=row["note"],
        sources=tuple(row["source"].split(" ; ")),
    )
