"""The plan over the years as plain facts: how many stood where, and by which set of dimensions a year was told.

A city may change its dimensions (mobility in the place of branding). Its totals go on; a number of one dimension does
not, so whatever shows years side by side says which set each was told by.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import gettext as _

from opd.models import PlanTally
from opd.models.tally import STATES

type Sets = Mapping[int, Sequence[str]]

#: The path from a cell of the summary to the name of its set.
SET = "dimension__dimension_set__name"
COUNTS = (*STATES, "unknown", "programs", "measured", "reached")


class Told(NamedTuple):
    """One year of the plan: counts by the columns of the summary, and the names of its sets."""

    year: int
    counts: dict[str, int]
    sets: list[str]


def told(city_id: int, *, until: int | None = None) -> list[Told]:
    """Each year with approved programmes, oldest first: one query of the summary, whatever it sums up."""
    rows = PlanTally.objects.of_city(city_id).filter(programs__gt=0)
    if until is not None:
        rows = rows.filter(year__lte=until)
    cells = rows.summed("year", SET, names=COUNTS)
    years: dict[int, dict[str, int]] = {}
    for row in cells:
        counts = years.setdefault(row["year"], dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            counts[name] += row[name]
    sets = gathered((row["year"], row[SET]) for row in cells)
    return [Told(year, years[year], sorted(sets[year])) for year in sorted(years)]


def gathered(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    """Year -> the names of its sets, each once, from (year, name)."""
    found: dict[int, list[str]] = {}
    for year, name in pairs:
        names = found.setdefault(year, [])
        if name not in names:
            names.append(name)
    return found


def plan_note(sets: Sets) -> str:
    """Say that the years were told by different sets of dimensions; empty where all have the same one."""
    spans = spans_of(sets)
    if not spans:
        return ""
    return _(
        "These years were told by different sets of dimensions: %(spans)s. The totals can be compared; a number of one "
        "dimension only among years of the same set."
    ) % {"spans": spans}


def index_note(sets: Sets) -> str:
    """The same of an index: it is made of dimensions, so under others it measures something else."""
    spans = spans_of(sets)
    if not spans:
        return ""
    return _(
        "These years were judged by different sets of dimensions: %(spans)s. An index of one set is not comparable "
        "with an index of another."
    ) % {"spans": spans}


def spans_of(sets: Sets) -> str:
    """ "2020 to 2022: A; 2026: B", neighbours of one set together; empty where there is one set only."""
    if len({name for names in sets.values() for name in names}) < 2:
        return ""
    parts = []
    for names, group in groupby(sorted(sets), key=lambda year: ", ".join(sorted(sets[year]))):
        years = list(group)
        span = (
            str(years[0])
            if len(years) == 1
            else _("%(first)s to %(last)s") % {"first": years[0], "last": years[-1]}
        )
        parts.append(_("%(label)s: %(values)s") % {"label": span, "values": names})
    return "; ".join(parts)
