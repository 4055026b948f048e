"""The ladder of reminders: the operator, then the head, then the assistant, until the reports are in.

Safe to climb at any time and many times a day: what is due is read from the dates and the rows, so a scheduler that
was away for ten days climbs one rung when it is back, the highest that is due, and not every one it missed.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from opd import owing
from opd.models import City, Membership, Notification, Opd, Reminder, ReportingPeriod, Role, Rung, User
from smartcity.lib import clock, dates

RUNGS = (Rung.OPERATOR, Rung.HEAD, Rung.ASSISTANT)
#: Quarters whose ladder ended longer ago are history: a portal newly installed reminds nobody of them.
FORGOTTEN = timedelta(days=60)

type People = dict[tuple[str, int | None], list[User]]


def local_day(city: City, now: datetime) -> date:
    """The day it is in the city."""
    return now.astimezone(ZoneInfo(city.timezone)).date()


def climb(city: City) -> int:
    """Write the reminders that are due today and what people are told of them; return how many."""
    today = local_day(city, clock.now())
    periods = list(ReportingPeriod.objects.of_ladder(city.pk, today, today - FORGOTTEN))
    if not periods:
        return 0
    people = people_of(city)
    written = 0
    for year in sorted({period.year for period in periods}):
        standings = owing.reports_of(city.pk, year)
        for period in (row for row in periods if row.year == year):
            owes = {opd: row for (opd, quarter), row in standings.items() if quarter == period.quarter}
            _settle(period, [opd for opd, row in owes.items() if not row.owing])
            written += _climb(period, {opd: row for opd, row in owes.items() if row.owing}, people, today)
    return written


def _climb(period: ReportingPeriod, owes: dict[int, owing.Standing], people: People, today: date) -> int:
    """One quarter. `owes`: the agencies that have not handed in everything."""
    reached: dict[int, int] = {}
    for opd_id, rung in Reminder.objects.of_periods([period]).values_list("opd_id", "rung"):
        reached[opd_id] = max(reached.get(opd_id, -1), RUNGS.index(Rung(rung)))
    opds = Opd.objects.in_bulk(owes)
    written = 0
    for opd_id, standing in owes.items():
        rung = rung_for(period, opd_id, people, today)
        if rung is not None and RUNGS.index(rung) > reached.get(opd_id, -1):
            written += _remind(period, opds[opd_id], rung, standing, people, today)
    return written


def rung_for(period: ReportingPeriod, opd_id: int, people: People, today: date) -> Rung | None:
    """The highest rung whose day has come; one without people is skipped upwards, at last to the assistant."""
    due = [rung for rung in RUNGS if period.day_of(rung) <= today]
    if not due:
        return None
    candidates = RUNGS[RUNGS.index(due[-1]) :]
    return next((rung for rung in candidates if reached_by(rung, opd_id, people)), Rung.ASSISTANT)


def people_of(city: City) -> People:
    """Operators and heads by agency, and the city's leadership, of accounts that can sign in now."""
    found: People = {}
    for held in Membership.objects.valid_now().reminded(city.pk):
        key = (held.role, held.opd_id if held.role != Role.LEADERSHIP else None)
        found.setdefault(key, []).append(held.user)
    return found


def reached_by(rung: Rung, opd_id: int, people: People) -> list[User]:
    """Whom a rung reaches."""
    roles = {Rung.OPERATOR: Role.OPD_OPERATOR, Rung.HEAD: Role.OPD_HEAD}
    key = (roles[rung], opd_id) if rung in roles else (Role.LEADERSHIP, None)
    return people.get(key, [])


@transaction.atomic
def _remind(
    period: ReportingPeriod, opd: Opd, rung: Rung, standing: owing.Standing, people: People, today: date
) -> bool:
    """Write one reminder and its lines; False when another worker was first."""
    told = reached_by(rung, opd.pk, people)
    reminder, created = Reminder.objects.get_or_create(
        period=period,
        opd=opd,
        rung=rung,
        defaults={
            "day": today,
            "owing": standing.owing,
            "expected": standing.expected,
            "told": len(told),
            "at": clock.now(),
        },
    )
    if not created:
        return False
    title = _("%(opd)s: %(owing)s of %(expected)s reports of quarter %(quarter)s/%(year)s are not in yet")
    facts = {
        "opd": opd.short,
        "owing": standing.owing,
        "expected": standing.expected,
        "quarter": period.quarter,
        "year": period.year,
    }
    address = reverse("opd:board_detail", args=[opd.pk])
    Notification.objects.bulk_create(
        Notification(
            user=user,
            city_id=opd.city_id,
            day=today,
            kind=Notification.Kind.REMINDER,
            about="reminder",
            about_id=reminder.pk,
            title=title % facts,
            text=_due(period, opd.city.timezone),
            url=f"{address}?year={period.year}&quarter={period.quarter}",
            created_at=clock.now(),
        )
        for user in told
    )
    return True


def _due(period: ReportingPeriod, zone: str) -> str:
    when = dates.wib(period.due_at, zone)
    if clock.now() < period.due_at:
        return _("They are due on %(when)s.") % {"when": when}
    return _("They were due on %(when)s.") % {"when": when}


def _settle(period: ReportingPeriod, done: list[int]) -> None:
    """The reports are in: nobody is asked for them any more."""
    reminders = Reminder.objects.of_periods([period]).filter(opd__in=done).values_list("pk", flat=True)
    Notification.objects.about_things("reminder", reminders).settle()
