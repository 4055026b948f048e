"""Which agencies are furthest with the reports of a year, and which need help most: a short list, and a fair one.

Counted is what was asked until today: the reports of the quarters that have opened. Agencies are compared by the
share they handed in, so a small one is not hidden by a large one; those with the same share share a place, and no
list cuts through them. Who owes nothing is in neither list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.views.explained import explained
from opd import owing
from opd.actions import ladder
from opd.models import City, Opd
from smartcity.lib import clock, decimals

PLACES, MOST = 3, 6
"""Places on a list, and agencies on it at most: a larger crowd on one place is told as a number."""


@dataclass(frozen=True)
class Record:
    """What one agency was asked for until today, and where it stands."""

    opd_id: int
    asked: int
    handed_in: int
    verified: int
    returned: int
    late: int

    @property
    def owing(self) -> int:
        return self.asked - self.handed_in

    @property
    def share(self) -> tuple[int, int]:
        """Whole per mille handed in, then verified: what agencies are compared by."""
        return self.handed_in * 1000 // self.asked, self.verified * 1000 // self.asked


def records(city: City, year: int) -> list[Record]:
    """Return the record of each agency that was asked for something; four queries, whatever the city."""
    now, today = clock.now(), ladder.local_day(city, clock.now())
    opened = {row.quarter: row for row in owing.periods_of(city, year) if row.opens_on <= today}
    found: dict[int, list[tuple[owing.Standing, bool]]] = {}
    for (opd_id, quarter), standing in owing.reports_of(city.pk, year).items():
        if quarter in opened and standing.expected:
            found.setdefault(opd_id, []).append((standing, opened[quarter].due_at <= now))
    return [_record(opd_id, standings) for opd_id, standings in found.items()]


def _record(opd_id: int, standings: Iterable[tuple[owing.Standing, bool]]) -> Record:
    rows = list(standings)
    return Record(
        opd_id=opd_id,
        asked=sum(row.expected for row, _due in rows),
        handed_in=sum(row.expected - row.owing for row, _due in rows),
        verified=sum(min(row.verified, row.expected) for row, _due in rows),
        returned=sum(row.returned for row, _due in rows),
        late=sum(row.owing for row, due in rows if due),
    )


type Group = list[Record]


def best_and_worst(found: Iterable[Record]) -> tuple[Group, Group]:
    """Return who is furthest, and who is furthest behind and still owes something; nobody is in both.

    The upper half of the places, and whoever owes nothing, may be among the best; the others may need help.
    """
    ordered = sorted(found, key=lambda row: row.share, reverse=True)
    groups = [list(rows) for _share, rows in groupby(ordered, key=lambda row: row.share)]
    half = len(groups) // 2
    best = [rows for place, rows in enumerate(groups) if place < half or not rows[0].owing]
    worst = [rows for place, rows in enumerate(groups) if place >= half and rows[0].owing]
    return _fitting(best), _fitting(reversed(worst))


def _fitting(groups: Iterable[Group]) -> Group:
    """The first places that fit on a list, each with everybody on it; the first one in any case."""
    kept: Group = []
    for rows in groups:
        if kept and (len(kept) >= PLACES or len(kept) + len(rows) > MOST):
            break
        kept += rows
    return kept


def help_page(city: City, year: int) -> dict[str, Any]:
    """Return best and worst, ready to print; see templates/evaluations/parts/city_help.html."""
    best, worst = best_and_worst(records(city, year))
    opds = Opd.objects.in_bulk({row.opd_id for row in (*best, *worst)})
    rule = _(
        "Reports handed in (submitted or verified) over the reports asked for in the quarters that have opened. "
        "Agencies with the same share share a place; who owes nothing is not listed."
    )
    return {
        "best": _list(best, opds, year),
        "worst": _list(worst, opds, year),
        "told": explained(_("Quarterly reports by agency"), rule),
    }


def _list(rows: Group, opds: dict[int, Opd], year: int) -> dict[str, Any]:
    lines = sorted((_line(row, opds[row.opd_id], year) for row in rows), key=lambda line: line["short"])
    if len(rows) > MOST:  # a crowd on one place: naming some of it would be unfair to the others
        return {"rows": [], "crowd": lines, "share": lines[0]["share"]}
    return {"rows": [_line(row, opds[row.opd_id], year) for row in rows], "crowd": [], "share": ""}


def _line(row: Record, opd: Opd, year: int) -> dict[str, str]:
    return {
        "name": opd.official_name,
        "short": opd.short,
        "url": f"{reverse('opd:board_detail', args=[opd.pk])}?year={year}",
        "share": decimals.percent(row.handed_in, row.asked),
        "reason": _reason(row),
    }


def _reason(row: Record) -> str:
    text = ngettext(
        "%(handed_in)s of %(asked)s report is in", "%(handed_in)s of %(asked)s reports are in", row.asked
    )
    parts = [text % {"handed_in": row.handed_in, "asked": row.asked}]
    for number, words in (
        (row.verified, _("%(count)s verified")),
        (row.late, _("%(count)s overdue")),
        (row.returned, _("%(count)s returned")),
    ):
        if number:
            parts.append(words % {"count": number})
    return "; ".join(parts)
