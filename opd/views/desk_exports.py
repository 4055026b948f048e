"""The secretariat's lists as files: each asks what its page asks, and is narrowed as its page is."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from opd import rules, since
from opd.exchange import desk
from opd.exchange.listing import Listing
from opd.models import City, User
from opd.owing import periods_of
from opd.since import KINDS, Line
from opd.views import board, board_page, changes_page, decisions, queue


def queue_listing(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    """What waits for a decision, as opd/views/queue.py narrows it."""
    if not rules.may_review_queue(user):
        raise PermissionDenied
    progress, _filters, rows = queue.listed(request, user, city)
    return city.evaluation_year, desk.queue(rows, user, city, progress=progress)


def board_listing(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    """The board by quarter, or by month as the page shows it."""
    if not rules.may_see_board(user):
        raise PermissionDenied
    year = board.year_of(request, city)
    if request.GET.get("by") == "month":
        names, months = board_page.months_of(user, city, year)
        rows = [(opd.short, opd.official_name, counts, expected) for opd, counts, expected in months]
        return year, desk.months(names, rows, year)
    periods, words = periods_of(city, year), board_page.words()
    found: list[desk.BoardRow] = [
        (
            opd.short,
            opd.official_name,
            [*zip(board_page.states_of(city, periods, standings), standings, strict=True)],
            (wins.state(opened=True, overdue=False), wins),
        )
        for opd, standings, wins in board_page.standings_of(user, city, year)
        if any(row.expected or row.begun for row in (*standings, wins))
    ]
    return year, desk.board(found, year, words.__getitem__)


def decisions_listing(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    """Decisions as tasks, as opd/views/decisions.py narrows them."""
    if not rules.may_see_meetings(user):
        raise PermissionDenied
    _filters, _sorting, rows = decisions.listed(request, user, city)
    return city.evaluation_year, desk.decisions(rows, city)


def changes_listing(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    """What changed, of one kind when the address names it, else of all."""
    if not rules.may_see_agenda(user, city.pk):
        raise PermissionDenied
    filters = changes_page.filters_of(request, city)
    span, _asked = changes_page.span_of(user, city, filters)
    what, narrowed = filters.chosen("what"), {name: filters.chosen(name) for name in ("dimension", "opd")}

    def of(kind: str) -> Iterator[Line]:
        return iter(since.lines(user, span, kind, **narrowed))

    found: Any = chain.from_iterable(map(of, [what] if what else KINDS))
    return city.evaluation_year, desk.changes(found, city)


LISTS = {
    "queue": queue_listing,
    "board": board_listing,
    "decisions": decisions_listing,
    "changes": changes_listing,
}
