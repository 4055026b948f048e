"""Lists of the secretariat on their way out: the queue, the board, decisions of meetings, what changed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from opd import rules
from opd.exchange.listing import BATCH, Listing
from opd.models import City, Decision, Progress, QuickWin, User
from opd.owing import Standing
from opd.presentation.meetings import decision_badge, today_in
from opd.since import KINDS, Line
from smartcity.lib import clock, dates
from smartcity.lib.spreadsheets import OutColumn


def decisions(rows: Any, city: City) -> Listing:
    """Return decisions as tasks, with what was done."""
    columns = [
        OutColumn(_("Meeting"), width=32),
        OutColumn(_("Held on"), "date"),
        OutColumn(_("Number"), "number", 10),
        OutColumn(_("Decision"), width=60),
        OutColumn(_("Owner"), width=16),
        OutColumn(_("Programme code"), width=16),
        OutColumn(_("Work programme")),
        OutColumn(_("Dimension"), width=24),
        OutColumn(_("Due"), "date"),
        OutColumn(_("Status"), width=16),
        OutColumn(_("Carried out"), "date"),
        OutColumn(_("What was done"), width=60),
    ]
    zone, today = city.zone(), today_in(city)

    def lines() -> Iterator[list[Any]]:
        row: Decision
        for row in rows.iterator(chunk_size=BATCH):
            program = row.program
            yield [
                row.meeting.title,
                row.meeting.held_at.astimezone(zone).date(),
                row.number,
                row.text,
                row.opd.short,
                program.code if program else None,
                program.name if program else None,
                str(program.dimension) if program else None,
                row.due_on,
                decision_badge(row, today)["label"],
                row.done_at.astimezone(zone).date() if row.done_at else None,
                row.done_note,
            ]

    return Listing(_("Decisions"), columns, lines())


def queue(rows: Any, by: User, city: City, *, progress: bool) -> Listing:
    """Return what waits for a decision, the longest wait first, and whether `by` decides it."""
    columns = [
        OutColumn(_("Work programme") if progress else _("Quick win")),
        OutColumn(_("Programme code") if progress else _("Acronym"), width=16),
        *([OutColumn(_("Year"), "year"), OutColumn(_("Quarter"), "year")] if progress else []),
        OutColumn(_("Dimension"), width=24),
        OutColumn(_("OPD"), width=16),
        OutColumn(_("Submitted"), "date"),
        OutColumn(_("Days waiting"), "number"),
        OutColumn(_("Since the last review"), width=20),
        OutColumn(_("You decide"), width=12),
    ]
    zone, now, deciding = city.zone(), clock.now(), dict[int, bool]()

    def lines() -> Iterator[list[Any]]:
        row: QuickWin | Progress
        for row in rows.iterator(chunk_size=BATCH):
            if row.opd_id not in deciding:
                deciding[row.opd_id] = rules.may_verify(by, row)
            sent: Any = row.submitted_at  # never empty in the queue
            yield [
                *_waiting(row),
                str(row.dimension),
                row.opd.short,
                sent.astimezone(zone).date(),
                (now - sent).days,
                _("Submitted again") if row.again else _("First time"),  # type: ignore[union-attr]
                _("yes") if deciding[row.opd_id] else _("no"),
            ]

    return Listing(_("Verification queue"), columns, lines())


def _waiting(row: QuickWin | Progress) -> list[Any]:
    if isinstance(row, Progress):
        return [row.program.name, row.program.code, row.year, row.quarter]
    return [row.name, row.acronym]


#: An agency with its names, the state and standing of each quarter, and those of its quick wins.
type BoardRow = tuple[str, str, list[tuple[str, Standing]], tuple[str, Standing]]


def board(rows: Iterable[BoardRow], year: int, words: Callable[[str], str]) -> Listing:
    """Return the board: for each agency and quarter the state in `words` and the counts behind it."""
    columns = [OutColumn(_("OPD"), width=16), OutColumn(_("Name of the OPD"), width=48)]
    counted = (_("Status"), _("expected"), _("handed in"), _("verified"), _("returned"), _("not begun"))
    titles = [_("Quarter %(quarter)s") % {"quarter": number} for number in (1, 2, 3, 4)]
    for title in [*titles, _("Quick wins")]:
        columns += [
            OutColumn(f"{title}: {name}", "number" if place else "text", None if place else 20)
            for place, name in enumerate(counted)
        ]

    def lines() -> Iterator[list[Any]]:
        for short, name, quarters, quick_wins in rows:
            row: list[Any] = [short, name]
            for state, standing in (*quarters, quick_wins):
                counts = (standing.expected, standing.handed_in, standing.verified, standing.returned)
                row += [words(state), *counts, standing.missing]
            yield row

    return Listing(_("Board %(year)s") % {"year": year}, columns, lines())


def months(names: Iterable[str], rows: Iterable[tuple[str, str, list[int], int]], year: int) -> Listing:
    """Return how many reports came in each month, beside what the year expects."""
    columns = [OutColumn(_("OPD"), width=16), OutColumn(_("Name of the OPD"), width=48)]
    columns += [OutColumn(name, "number", 8) for name in names]
    columns += [OutColumn(_("Total"), "number"), OutColumn(_("expected"), "number")]
    lines = ([short, name, *counts, sum(counts), expected] for short, name, counts, expected in rows)
    return Listing(_("Reports by month %(year)s") % {"year": year}, columns, lines)


def changes(found: Iterable[Line], city: City) -> Listing:
    """Return changes since a meeting or a day, kind by kind, each with who made it and when."""
    columns = [
        OutColumn(_("What changed"), width=36),
        OutColumn(_("Dimension"), width=24),
        OutColumn(_("OPD"), width=16),
        OutColumn(_("Name or text"), width=60),
        OutColumn(_("Code"), width=20),
        OutColumn(_("From and to"), width=36),
        OutColumn(_("Note"), width=48),
        OutColumn(_("Who"), width=36),
        OutColumn(_("On"), "date"),
        OutColumn(_("At"), width=12),
    ]
    zone = city.zone()
    lines = (
        [
            str(KINDS[line.kind]),
            str(line.dimension or ""),
            line.opd,
            line.title,
            line.code,
            line.said,
            line.note,
            line.who,
            line.when.astimezone(zone).date() if isinstance(line.when, datetime) else line.when,
            dates.clock_time(line.when, city.timezone) if isinstance(line.when, datetime) else "",
        ]
        for line in found
    )
    return Listing(_("What changed"), columns, lines)
