"""What the pages of changes show: the span that is asked for, the numbers with their addresses, and the rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dimensions.models import SmartDimension
from opd import since
from opd.forms.meetings import ChangesFilter
from opd.models import City, Meeting, Opd, User
from opd.presentation.quick_wins import tile_html
from opd.since import KINDS, NOWHERE, Line, Span
from smartcity.lib import clock, dates

#: Before the first meeting the last month is shown.
NO_MEETING = timedelta(days=30)


def between(meeting: Meeting, before: Meeting) -> Span:
    """From one meeting to the next; what is still to come ends now."""
    return Span(meeting.city, before.held_at, min(meeting.held_at, clock.now()))


def since_meeting(city: City, meeting: Meeting | None) -> Span:
    """From the last meeting until now."""
    now = clock.now()
    return Span(city, meeting.held_at if meeting else now - NO_MEETING, now)


def filters_of(request: HttpRequest, city: City) -> ChangesFilter:
    """The filters of the address."""
    return ChangesFilter(
        request.GET,
        kinds=KINDS,
        opds=Opd.objects.of_city(city).order_by("short"),
        dimensions=SmartDimension.objects.of_set(city.dimension_set_id),
    )


def span_of(user: User, city: City, filters: ChangesFilter) -> tuple[Span, dict[str, str]]:
    """The span the address asks for, and the words that ask for it again: a day, a meeting, else the last one."""
    if day := filters.chosen("since"):
        begin = datetime.combine(day, time.min, city.zone())
        return Span(city, begin, clock.now()), {"since": day.isoformat()}
    if number := filters.chosen("meeting"):
        meeting = Meeting.objects.visible_to(user).of_city(city.pk).numbered(number)
        before = Meeting.objects.before(meeting) if meeting else None
        if meeting and before:
            meeting.city = city
            return between(meeting, before), {"meeting": str(number)}
    return since_meeting(city, Meeting.objects.last_held(city.pk, clock.now())), {}


def summary(user: User, span: Span, asked: Mapping[str, str]) -> dict[str, Any]:
    """Numbers by kind, by dimension and by agency, each with the address of exactly its rows."""
    counts = since.tally(user, span)
    kinds: Counter[str] = Counter()
    places: dict[str, Counter[str]] = {}
    opds: dict[str, Counter[str]] = {}
    for (kind, place, opd), number in counts.items():
        kinds[kind] += number
        places.setdefault(place, Counter())[kind] += number
        opds.setdefault(opd, Counter())[kind] += number
    names = {row.code: row for row in SmartDimension.objects.of_set(span.city.dimension_set_id)}
    order = [*names, *sorted(places.keys() - names.keys())]
    return {
        "total": sum(counts.values()),
        "url": _address(asked, {}),
        "kinds": _numbers(kinds, asked, {}),
        "places": [
            {
                "name": tile_html(names[code]) if code in names else _elsewhere(code),
                "numbers": _numbers(places[code], asked, {"dimension": code}),
            }
            for code in order
            if code in places
        ],
        "opds": [
            {"name": short, "numbers": _numbers(opds[short], asked, {"opd": short})} for short in sorted(opds)
        ],
    }


def _elsewhere(code: str) -> str:
    return _("Without a dimension") if code == NOWHERE else code


def _numbers(
    counts: Mapping[str, int], asked: Mapping[str, str], narrowed: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "label": str(label),
            "count": counts[kind],
            "url": f"{_address(asked, {'what': kind, **narrowed})}#h-rows",
        }
        for kind, label in KINDS.items()
        if counts.get(kind)
    ]


def _address(asked: Mapping[str, str], narrowed: Mapping[str, str]) -> str:
    query = urlencode({**asked, **narrowed})
    return f"{reverse('opd:changes')}?{query}" if query else reverse("opd:changes")


def groups(found: Iterable[Line], zone: str) -> list[dict[str, Any]]:
    """Lines dimension by dimension, agency by agency, as they come."""
    return [
        {
            "name": tile_html(lines[0].dimension) if lines[0].dimension else _("Without a dimension"),
            "opds": [
                {"name": opd, "rows": [_row(line, zone) for line in rows]}
                for opd, rows in groupby(lines, key=lambda line: line.opd)
            ],
        }
        for lines in (
            list(rows)
            for _place, rows in groupby(found, key=lambda line: line.dimension and line.dimension.code)
        )
    ]


def _row(line: Line, zone: str) -> dict[str, str]:
    return {
        "title": line.title,
        "code": line.code,
        "url": line.url,
        "said": line.said,
        "note": line.note,
        "who": line.who,
        "when": when(line, zone),
    }


def when(line: Line, zone: str) -> str:
    """The moment of a change, or the day that passed."""
    if isinstance(line.when, datetime):
        return dates.wib(line.when, zone)
    return dates.long_date(line.when)
