"""The board of completeness, its reasons, and the texts of the next step."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from opd import owing, rules
from opd.access import city_of, person
from opd.actions import ladder
from opd.models import City, Opd, ReportingPeriod
from opd.views.board_page import badge, board_page, month_page, reason, statuses
from smartcity.lib import clock, dates


def year_of(request: HttpRequest, city: City) -> int:
    """The year asked for, else the one now worked on."""
    wanted = request.GET.get("year", "")
    known = wanted.isdecimal() and len(wanted) == 4 and 2017 <= int(wanted) <= 2100
    return int(wanted) if known else city.evaluation_year


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Agency by quarter: who needs help, and why. `?by=month` counts what came in each month."""
    user, city = person(request), city_of(request)
    if not rules.may_see_board(user):
        raise PermissionDenied
    if request.GET.get("by") == "month":
        return render(request, "opd/board_months.html", month_page(user, city, year_of(request, city)))
    return render(request, "opd/board.html", board_page(user, city, year_of(request, city)))


def _opd(request: HttpRequest, pk: int) -> Opd:
    """An agency whose row of the board the person sees: 404 for another's."""
    user, city = person(request), city_of(request)
    if not rules.may_see_board(user):
        raise PermissionDenied
    rows = Opd.objects.of_city(city)
    if not rules.may_write_reminders(user, city.pk):
        rows = rows.filter(pk__in=user.opds())
    return get_object_or_404(rows, pk=pk)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One agency: each quarter with its programmes and why they are or are not in."""
    opd, city = _opd(request, pk), city_of(request)
    year = year_of(request, city)
    standings, periods = owing.reports_of(city.pk, year), owing.periods_of(city, year)
    quick_wins = owing.quick_wins_of(city.pk, year).get(opd.pk, owing.Standing())
    wanted = request.GET.get("quarter", "")
    context = {
        "opd": opd,
        "year": str(year),
        "quarters": [
            _quarter(opd, period, standings.get((opd.pk, period.quarter), owing.Standing()), wanted)
            for period in periods
        ],
        "wins": badge(quick_wins.state(opened=True, overdue=False)),
        "wins_reason": reason(quick_wins) if quick_wins.expected else "",
        "may_remind": rules.may_write_reminders(person(request), city.pk),
    }
    return render(request, "opd/board_detail.html", context)


def _quarter(opd: Opd, period: ReportingPeriod, standing: owing.Standing, wanted: str) -> dict[str, Any]:
    today = clock.now()
    state = standing.state(
        opened=period.opens_on <= ladder.local_day(opd.city, today), overdue=period.due_at <= today
    )
    return {
        "quarter": str(period.quarter),
        "due": dates.wib(period.due_at, opd.city.timezone),
        "badge": badge(state),
        "reason": reason(standing),
        "rows": statuses(owing.programs_of(opd, period.year, period.quarter)),
        "owing": standing.owing,
        "open": wanted == str(period.quarter) if wanted else state == owing.LATE,
        "text_url": f"{reverse('opd:reminder_text', args=[opd.pk])}?year={period.year}&quarter={period.quarter}",
    }


@require_GET
def reminder_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter and the chat message of the next step, to copy or print."""
    opd, city = _opd(request, pk), city_of(request)
    if not rules.may_write_reminders(person(request), city.pk):
        raise PermissionDenied
    year = year_of(request, city)
    wanted = request.GET.get("quarter", "")
    quarter = int(wanted) if wanted in ("1", "2", "3", "4") else 1
    period = owing.periods_of(city, year)[quarter - 1]
    standing = owing.reports_of(city.pk, year).get((opd.pk, quarter), owing.Standing())
    owed = [row for row in statuses(owing.programs_of(opd, year, quarter)) if not row["done"]]
    link = request.build_absolute_uri(
        f"{reverse('opd:board_detail', args=[opd.pk])}?year={year}&quarter={quarter}"
    )
    facts = {
        "opd": opd.official_name,
        "short": opd.short,
        "city": city.name,
        "quarter": str(quarter),
        "year": str(year),
        "owing": standing.owing,
        "expected": standing.expected,
        "due": dates.wib(period.due_at, city.timezone),
        "today": dates.long_date(clock.now(), city.timezone),
        "link": link,
        "list": "\n".join(f"{n}. {row['name']} ({row['text']})" for n, row in enumerate(owed, start=1)),
    }
    context = {
        "opd": opd,
        "year": str(year),
        "quarter": str(quarter),
        "owing": standing.owing,
        "letter": _letter(facts),
        "chat": _chat(facts),
        "back": f"{reverse('opd:board')}?year={year}",
    }
    return render(request, "opd/reminder_text.html", context)


def _letter(facts: dict[str, Any]) -> str:
    """An official letter; number, place and signature are the office's."""
    return (
        _(
            "Number    :\n"
            "Enclosure : -\n"
            "Subject   : Progress reports of quarter %(quarter)s of %(year)s\n\n"
            "%(today)s\n\n"
            "To\nHead of %(opd)s\n%(city)s\n\n"
            "With respect,\n\n"
            "In the Smart City masterplan, %(opd)s reports on %(expected)s work programmes for quarter %(quarter)s of "
            "%(year)s. The reports are due on %(due)s. Until today %(owing)s reports are not in:\n\n"
            "%(list)s\n\n"
            "We kindly ask that they be completed in the portal: %(link)s\n\n"
            "Thank you for your attention and cooperation.\n"
        )
        % facts
    )


def _chat(facts: dict[str, Any]) -> str:
    return (
        _(
            "Good day. %(owing)s of %(expected)s progress reports of %(short)s for quarter %(quarter)s of %(year)s are "
            "not in the portal yet (due %(due)s). May we ask for your help to complete them? List: %(link)s Thank you."
        )
        % facts
    )
