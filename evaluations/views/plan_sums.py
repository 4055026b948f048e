"""Sums of the plan's summary, and the addresses of the rows behind them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from opd.models import State

NUMBERS = (
    "programs", "not_started", "in_discussion", "running", "done", "stopped", "unknown",
    "with_target", "measured", "reached", "budget_apbd", "budget_other", "absorbed",
)  # fmt: skip
#: In the order in which the city itself tells them: the column of the summary, the state.
STATES = (
    ("running", State.RUNNING),
    ("done", State.DONE),
    ("in_discussion", State.IN_DISCUSSION),
    ("not_started", State.NOT_STARTED),
    ("stopped", State.STOPPED),
)

type Sums = Mapping[str, Any]


def added(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The sums over some cells; nothing is zero here, since a cell that is not there holds no programme."""
    total: dict[str, Any] = dict.fromkeys(NUMBERS, 0)
    for row in rows:
        for name in NUMBERS:
            total[name] += row[name]
    return total


def by(key: str, rows: Iterable[Mapping[str, Any]]) -> dict[Any, Sums]:
    """The sums for each value of a key."""
    found: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return {value: added(cells) for value, cells in found.items()}


def carried_out(sums: Sums) -> int:
    """Running or finished."""
    return int(sums["running"] + sums["done"])


def rows_url(year: int, **filters: Any) -> str:
    """The address of the programmes behind a figure; see opd.forms.plan.ProgramFilter."""
    chosen = {"year": year, "status": "approved"} | {name: str(value) for name, value in filters.items()}
    return f"{reverse('opd:programs')}?{urlencode(chosen)}"
