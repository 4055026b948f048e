"""A person's dates as iCalendar: what is due, when it opens, when one meets.

Each app tells its own dates: it registers a source, called with the person, the city and the days that are asked for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from opd.models import City, Decision, Meeting, ReportingPeriod, Role, User
from smartcity.lib import clock

PAST, AHEAD, MOST = timedelta(days=92), timedelta(days=550), 300
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One date. `uid` stays the same when the date moves, so that calendars move it, too."""

    uid: str
    starts: datetime
    ends: datetime
    summary: str
    address: str
    description: str = ""


type Source = Callable[[User, City, datetime, datetime], Iterable[Entry]]

_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a source of dates, once."""
    if source not in _sources:
        _sources.append(source)
    return source


def until(uid: str, moment: datetime, summary: str, address: str, description: str = "") -> Entry:
    """A deadline: the hour before it."""
    return Entry(uid, moment - HOUR, moment, summary, address, description)


def since(uid: str, moment: datetime, summary: str, address: str, description: str = "") -> Entry:
    """Something that begins: the hour after it."""
    return Entry(uid, moment, moment + HOUR, summary, address, description)


def entries(user: User, city: City) -> list[Entry]:
    """Return the dates that concern a person, the earliest first, from a quarter ago to a year and a half ahead."""
    now = clock.now()
    found = [entry for source in _sources for entry in source(user, city, now - PAST, now + AHEAD)]
    return sorted(found, key=lambda entry: (entry.starts, entry.uid))[:MOST]


def ics(user: User, city: City, absolute: Callable[[str], str]) -> bytes:
    """Return the feed: events in the city's time zone, with its VTIMEZONE."""
    calendar = Calendar()
    calendar.add("prodid", "-//Smart City Monitoring//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Smart City, %(city)s") % {"city": city.name})
    calendar.add("x-wr-timezone", city.timezone)
    calendar.add("refresh-interval;value=duration", "PT6H")
    zone, now = city.zone(), clock.now()
    for entry in entries(user, city):
        event = Event()
        event.add("uid", f"{entry.uid}@{city.code}.smartcity")
        event.add("dtstamp", now)
        event.add("dtstart", entry.starts.astimezone(zone))
        event.add("dtend", entry.ends.astimezone(zone))
        event.add("summary", entry.summary)
        event.add("url", absolute(entry.address))
        if entry.description:
            event.add("description", entry.description)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


@register
def reporting_periods(user: User, city: City, begin: datetime, end: datetime) -> Iterable[Entry]:
    """When the quarters' reports are due: for those who write them, and for those who wait for them."""
    writes = bool(user.opds())
    if not writes and not user.has_role(Role.REVIEWER, Role.PLANNER, city_id=city.pk):
        return
    for period in ReportingPeriod.objects.of_city(city.pk).due_between(begin, end):
        told = {"quarter": period.quarter, "year": period.year}
        yield until(
            f"period-{period.pk}-due",
            period.due_at,
            _("Progress of TW %(quarter)s %(year)s is due") % told,
            "/",
        )


@register
def meetings_and_tasks(user: User, city: City, begin: datetime, end: datetime) -> Iterable[Entry]:
    """Meetings a person may read of, and the days on which tasks of their own agencies are due."""
    for meeting in Meeting.objects.visible_to(user).of_city(city.pk).filter(held_at__range=(begin, end)):
        page = meeting.get_absolute_url()
        yield since(f"meeting-{meeting.pk}", meeting.held_at, meeting.title, page, meeting.place)
    own = Decision.objects.of_own_opds(user).of_city(city.pk).open().select_related("meeting")
    for task in own.filter(due_on__range=(begin.date(), end.date())):
        due = datetime.combine(task.due_on, time(23, 59), city.zone())
        summary = _("Task due: %(task)s") % {"task": task.text[:120]}
        yield until(f"decision-{task.pk}-due", due, summary, task.get_absolute_url(), task.text)
