"""Days and times as Indonesian offices write them, in the zone of the city they belong to.

Stored times are UTC; a person reads "Kamis, 29 September 2022, 16.00 WIB". Names of days and months come
from the active language through Django, the order from the domain rule "Formats users expect".
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smartcity.lib.decimals import UNKNOWN

type Zone = str | tzinfo | None
"""An IANA name such as a city row holds, a tzinfo, or None for the zone active now."""

# Indonesia's three zones by the places that name them; none has summer time.
_LABELS = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_LONGEST = 40
_YEARS = range(1900, 2101)


class DateNotRead(ValueError):
    """What was typed is not a day the portal can be sure of; `code` names the reason, `str()` says it."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


# --- Showing -------------------------------------------------------------------------------------


def long_date(day: date | None, zone: Zone = None) -> str:
    """Write a day in full, "Jumat, 16 September 2022"; a moment is taken to its zone first. None: a dash."""
    return UNKNOWN if day is None else date_format(_day(day, zone), "l, j F Y")


def short_date(day: date | None, zone: Zone = None) -> str:
    """Write a day for tables, "16/09/2022"; a moment is taken to its zone first. None: a dash."""
    if day is None:
        return UNKNOWN
    local = _day(day, zone)
    # By hand: a long list writes hundreds of these, and figures need no language.
    return f"{local.day:02d}/{local.month:02d}/{local.year:04d}"


def wib(moment: datetime | None, zone: Zone = None, *, weekday: bool = True) -> str:
    """Write a moment with its zone's own label, "Kamis, 29 September 2022, 16.00 WIB". None is a dash.

    Receipts leave the weekday out. Raises ValueError for a naive moment.
    """
    if moment is None:
        return UNKNOWN
    local = _local(moment, zone)
    return f"{date_format(local, 'l, j F Y' if weekday else 'j F Y')}, {clock_time(moment, zone)}"


def clock_time(moment: datetime, zone: Zone = None) -> str:
    """Write the time of a moment, "14.30 WIB"."""
    local = _local(moment, zone)
    return f"{date_format(local, 'H.i')} {zone_label(zone)}"


def zone_label(zone: Zone = None) -> str:
    """Give the office's word for a zone: WIB, WITA or WIT; elsewhere the zone's own abbreviation."""
    info = _zone(zone)
    return _LABELS.get(str(info)) or datetime(2022, 1, 1, tzinfo=UTC).astimezone(info).tzname() or "UTC"


def span(start: date, end: date) -> str:
    """Write two days as one phrase: "3 sampai 8 Oktober 2022". Raises ValueError when they are reversed."""
    if end < start:
        raise ValueError("a span ends on or after the day it starts")
    if start == end:
        return date_format(end, "j F Y")
    if start.year != end.year:
        first = "j F Y"
    elif start.month != end.month:
        first = "j F"
    else:
        first = "j"
    return _("%(start)s to %(end)s") % {"start": date_format(start, first), "end": date_format(end, "j F Y")}


def left(until: datetime, now: datetime) -> str:
    """Say how much time is left, in two units at most: "6 hari", "3 hari 2 jam", "2 jam 5 menit".

    Always rounded down, so that nobody is promised more than there is; "waktu habis" at the moment itself,
    because a window is [opens, closes).
    """
    return duration(until - now) if until > now else _("time is up")


def duration(length: timedelta) -> str:
    """Say a length of time rounded down; from four days on hours no longer matter."""
    minutes = max(length, timedelta(0)) // timedelta(minutes=1)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _two(_days(days), _hours(hours) if hours and days < 4 else "")
    if hours:
        return _two(_hours(hours), _minutes(minutes) if minutes else "")
    return _minutes(minutes) if minutes else _("less than a minute")


def _two(larger: str, smaller: str) -> str:
    return _("%(larger)s %(smaller)s") % {"larger": larger, "smaller": smaller} if smaller else larger


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def _minutes(count: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


# --- Reading -------------------------------------------------------------------------------------

_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_SHORT = re.compile(r"(?P<day>[0-9]{1,2})(?P<mark>[/-])(?P<month>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})")
_LONG = re.compile(
    r"(?:(?P<weekday>[a-z']{4,7})\s*,\s*)?(?P<day>[0-9]{1,2})\s+(?P<month>[a-z]{3,9})\s+(?P<year>[0-9]{4})"
)


def parse_date(text: str) -> date:
    """Read a day as people type it: `Jumat, 16 September 2022`, `16/09/2022`, `2022-09-16`.

    Months may be cut to three letters or more; a weekday that is written must be the right one. Raises
    DateNotRead (a ValueError with `code` and a sentence): `empty`, `too_long`, `unreadable`, `no_such_day`,
    `weekday`.
    """
    if len(text) > _LONGEST:
        raise DateNotRead("too_long", _example())
    typed = text.replace("\u00a0", " ").replace("\u2019", "'").strip().lower()
    if not typed:
        raise DateNotRead("empty", _("Write a date."))
    match = _ISO.fullmatch(typed) or _SHORT.fullmatch(typed) or _LONG.fullmatch(typed)
    if match is None:
        raise DateNotRead("unreadable", _example())
    month = int(match["month"]) if match["month"].isdecimal() else _month(match["month"])
    if month is None or int(match["year"]) not in _YEARS:
        raise DateNotRead("unreadable", _example())
    try:
        day = date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        raise DateNotRead(
            "no_such_day", _("This day is not in the calendar. Check the day and the month.")
        ) from None
    _check_weekday(match.groupdict().get("weekday"), day)
    return day


def _check_weekday(word: str | None, day: date) -> None:
    """Refuse "Sabtu, 16 September 2022": one of the two is a slip, and only the person knows which."""
    if word is None:
        return
    weekday = _indonesian_weekdays().get(word.replace("'", ""))
    if weekday is None:
        raise DateNotRead("unreadable", _example())
    if weekday != day.weekday():
        facts = {"date": date_format(day, "j F Y"), "weekday": date_format(day, "l")}
        raise DateNotRead("weekday", _("%(date)s is a %(weekday)s. Check the day or the date.") % facts)


def _month(word: str) -> int | None:
    """Give the month a word of three letters or more begins; no two Indonesian months share three."""
    if word == "agt":  # what calendars print beside "Agu"
        return 8
    return next((number for name, number in _indonesian_months().items() if name.startswith(word)), None)


# Read in Indonesian whatever the page's language: that is how letters are dated.
@cache
def _indonesian_months() -> dict[str, int]:
    with translation.override("id"):
        return {str(name).lower(): number for number, name in MONTHS.items()}


@cache
def _indonesian_weekdays() -> dict[str, int]:
    with translation.override("id"):
        return {str(name).lower(): number for number, name in WEEKDAYS.items()}


def _example() -> str:
    return _("This date cannot be read. Write it like 16/09/2022 or 16 September 2022.")


# --- Zones ---------------------------------------------------------------------------------------


def _day(day: date, zone: Zone) -> date:
    return _local(day, zone).date() if isinstance(day, datetime) else day


def _local(moment: datetime, zone: Zone) -> datetime:
    if timezone.is_naive(moment):
        raise ValueError("a moment needs its zone; stored times are aware and in UTC")
    return moment.astimezone(_zone(zone))


def _zone(zone: Zone) -> tzinfo:
    if zone is None:
        return timezone.get_current_timezone()
    return ZoneInfo(zone) if isinstance(zone, str) else zone
