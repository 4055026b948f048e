"""What the board shows: agency by quarter, who needs help first, and the next step of the ladder."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from opd import owing, rules
from opd.actions import ladder
from opd.models import City, Opd, Reminder, ReportingPeriod, Rung, User
from opd.owing import Standing
from smartcity.lib import clock, dates, lines, paging

QUARTERS = (1, 2, 3, 4)
#: State: the colours of the badge, its icon.
BADGES = {
    owing.LATE: ("terlambat", "late"),
    owing.NOTHING: ("draf", "close"),
    owing.RETURNED: ("dikembalikan", "back"),
    owing.INCOMPLETE: ("draf", "pencil"),
    owing.COMPLETE: ("terkunci", "check"),
    owing.SUBMITTED: ("diajukan", "send"),
    owing.VERIFIED: ("terverifikasi", "ok"),
}


def words() -> dict[str, str]:
    """The word for each state."""
    return {
        owing.LATE: _("Late"),
        owing.NOTHING: _("Nothing yet"),
        owing.RETURNED: _("Returned"),
        owing.INCOMPLETE: _("Incomplete"),
        owing.COMPLETE: _("Complete, not sent"),
        owing.SUBMITTED: _("Submitted"),
        owing.VERIFIED: _("Verified"),
        owing.AHEAD: _("not open yet"),
        owing.NONE: _("nothing asked"),
    }


def legend() -> list[dict[str, Any]]:
    """Each state with its badge and what it means."""
    meanings = {
        owing.LATE: _("the due date has passed and reports are not in"),
        owing.NOTHING: _("no report was begun"),
        owing.RETURNED: _("the reviewer asked for something"),
        owing.INCOMPLETE: _("begun, but reports or fields are missing"),
        owing.COMPLETE: _("filled in, still with the agency or its head"),
        owing.SUBMITTED: _("waits for the reviewer"),
        owing.VERIFIED: _("accepted"),
    }
    return [{"badge": badge(state), "text": text} for state, text in meanings.items()]


def badge(state: str) -> SafeString:
    """The badge of a state; those that ask for nothing are grey words."""
    if state not in BADGES:
        return format_html('<span class="muted">{}</span>', words()[state])
    css, icon = BADGES[state]
    status = {"css": css, "icon": icon, "label": words()[state]}
    return render_to_string("components/status_badge.html", {"status": status})


def reason(standing: Standing) -> str:
    """Why a cell looks as it does: "3 dari 5 program belum ada laporan; 1 dikembalikan"."""
    if not standing.expected:
        return _("No programme owes a report.")
    parts = []
    if standing.missing:
        parts.append(
            ngettext(
                "%(count)s of %(expected)s programme has no report",
                "%(count)s of %(expected)s programmes have no report",
                standing.expected,
            )
            % {"count": standing.missing, "expected": standing.expected}
        )
    counts = {name: getattr(standing, name) for name in _REASONS}
    # Translated only where there is something to say: the board has hundreds of cells.
    parts += [str(_REASONS[name]) % {"count": number} for name, number in counts.items() if number]
    return "; ".join(parts)


_REASONS = {
    "returned": gettext_lazy("%(count)s returned"),
    "draft": gettext_lazy("%(count)s being filled in"),
    "proposed": gettext_lazy("%(count)s with the OPD head"),
    "submitted": gettext_lazy("%(count)s submitted"),
    "verified": gettext_lazy("%(count)s verified"),
    "late": gettext_lazy("%(count)s came late"),
}


def board_page(user: User, city: City, year: int) -> dict[str, Any]:
    """Return the context of opd/board.html. The number of queries does not depend on agencies or records."""
    whole = rules.may_write_reminders(user, city.pk)
    periods = owing.periods_of(city, year)
    steps = _Steps(city, periods)
    badges = {state: badge(state) for state in owing.WORST_FIRST}
    rows, idle = [], []
    for opd, standings, results in standings_of(user, city, year):
        if any(row.expected or row.begun for row in (*standings, results)):
            rows.append(_row(opd, periods, standings, results, steps, badges, whole=whole))
        else:
            idle.append(opd.short)
    rows.sort(key=lambda row: row["order"])
    return {
        "year": str(year),
        "before": str(year - 1),
        "after": str(year + 1),
        "columns": [
            {"title": _column(row), "due": dates.short_date(row.due_at, city.timezone)} for row in periods
        ],
        "lines": lines.draw("opd/parts/board_line.html", [row["line"] for row in rows]),
        "late": sum(row["late"] for row in rows),
        "total": len(rows),
        "idle": ", ".join(idle),
        "legend": legend(),
        "whole": whole,
        "may_set": rules.may_set_periods(user, city.pk),
    }


def standings_of(user: User, city: City, year: int) -> list[tuple[Opd, list[Standing], Standing]]:
    """Return each agency this person sees with its four quarters and its quick wins; for the page and its files."""
    whole = rules.may_write_reminders(user, city.pk)
    reports, quick_wins = owing.reports_of(city.pk, year), owing.quick_wins_of(city.pk, year)
    return [
        (
            opd,
            [reports.get((opd.pk, quarter), Standing()) for quarter in QUARTERS],
            quick_wins.get(opd.pk, Standing()),
        )
        for opd in Opd.objects.of_city(city)
        if whole or opd.pk in user.opds()
    ]


def states_of(city: City, periods: list[ReportingPeriod], standings: list[Standing]) -> list[str]:
    """The state of each quarter now; see owing.WORST_FIRST."""
    now, today = clock.now(), ladder.local_day(city, clock.now())
    return [
        row.state(opened=period.opens_on <= today, overdue=period.due_at <= now)
        for period, row in zip(periods, standings, strict=True)
    ]


def month_page(user: User, city: City, year: int) -> dict[str, Any]:
    """Return the context of opd/board_months.html: reports first handed in, by the city's own months."""
    address, shown = paging.addresses("opd:board_detail"), []
    names, found = months_of(user, city, year)
    for opd, counts, expected in found:
        months = [str(number) if number else "·" for number in counts]
        line = {"short": opd.short, "name": opd.official_name, "months": months}
        line |= {"url": f"{address(opd.pk)}?year={year}", "total": f"{sum(counts)}/{expected}"}
        shown.append((sum(counts) / (expected or 1), opd.short, line))
    return {
        "year": str(year),
        "before": str(year - 1),
        "after": str(year + 1),
        "months": names,
        "rows": [row for _share, _short, row in sorted(shown, key=lambda row: row[:2])],
    }


def months_of(user: User, city: City, year: int) -> tuple[list[str], list[tuple[Opd, list[int], int]]]:
    """Return the months' names, and of each agency how many reports first came in each and how many are asked."""
    came, found = owing.arrivals_of(city, year), []
    for opd, standings, _wins in standings_of(user, city, year):
        counts, expected = (
            [came.get((opd.pk, month), 0) for month in range(1, 13)],
            sum(row.expected for row in standings),
        )
        if expected or any(counts):
            found.append((opd, counts, expected))
    return [str(MONTHS_3[month]).capitalize() for month in range(1, 13)], found


def _column(period: ReportingPeriod) -> str:
    return _("Quarter %(quarter)s") % {"quarter": period.quarter}


class _Steps:
    """What the ladder does next, for every agency: two queries for the whole page."""

    def __init__(self, city: City, periods: list[ReportingPeriod]) -> None:
        self.city = city
        self.people = ladder.people_of(city)
        saved = [period for period in periods if period.pk]
        self.told: dict[tuple[int, int], Any] = {}
        self.climbed: dict[tuple[int, int], int] = {}
        rows = Reminder.objects.of_periods(saved).values_list("period_id", "opd_id", "rung", "day")
        for period_id, opd_id, rung, day in rows:
            place = (period_id, opd_id)
            self.climbed[place] = max(ladder.RUNGS.index(Rung(rung)), self.climbed.get(place, -1))
            if rung == Rung.ASSISTANT:
                self.told[place] = day

    def next(self, period: ReportingPeriod, opd_id: int) -> tuple[Rung, Any]:
        """The first rung that was not climbed and has people, with its day."""
        left = ladder.RUNGS[self.climbed.get((period.pk, opd_id), -1) + 1 :]
        rung = next((r for r in left if ladder.reached_by(r, opd_id, self.people)), Rung.ASSISTANT)
        return rung, period.day_of(rung)

    def said(self, period: ReportingPeriod, opd_id: int) -> str:
        if period.pk is None:
            return _("No date is set yet")
        if told := self.told.get((period.pk, opd_id)):
            return _("The assistant was informed on %(day)s") % {"day": dates.short_date(told)}
        rung, day = self.next(period, opd_id)
        text = _("%(who)s, %(day)s")
        who = str(rung.label)
        if not ladder.reached_by(rung, opd_id, self.people):
            who = _("%(who)s (no account)") % {"who": who}
        return text % {"who": who, "day": dates.short_date(day)}


def _row(
    opd: Opd,
    periods: list[ReportingPeriod],
    standings: list[Standing],
    quick_wins: Standing,
    steps: _Steps,
    badges: dict[str, SafeString],
    *,
    whole: bool,
) -> dict[str, Any]:
    address = reverse("opd:board_detail", args=[opd.pk])
    states = states_of(steps.city, periods, standings)
    line = {
        "short": opd.short,
        "name": opd.official_name,
        "url": f"{address}?year={periods[0].year}",
        "next": _next_step(opd, periods, standings, states, steps, whole=whole),
    }
    for period, row, state in zip(periods, standings, states, strict=True):
        line[f"q{'abcd'[period.quarter - 1]}"] = _cell(
            f"{address}?year={period.year}&quarter={period.quarter}", row, state, badges
        )
    results = quick_wins.state(opened=True, overdue=False)
    line["wins"] = _cell(f"{address}?year={periods[0].year}#h-wins", quick_wins, results, badges)
    late = sum(row.owing for row, state in zip(standings, states, strict=True) if state == owing.LATE)
    worst = min(owing.WORST_FIRST.index(state) for state in states)
    return {
        "order": (worst, -late, -sum(row.missing for row in standings), opd.short),
        "line": line,
        "late": worst == 0,
    }


def _cell(url: str, standing: Standing, state: str, badges: dict[str, SafeString]) -> SafeString:
    if state in (owing.AHEAD, owing.NONE):
        return badges[state]
    line = {
        "url": url,
        "reason": reason(standing),
        "badge": badges[state],
        "count": f"{standing.handed_in}/{standing.expected}",
    }
    return lines.draw("opd/parts/board_cell.html", [line])


def _next_step(
    opd: Opd,
    periods: list[ReportingPeriod],
    standings: list[Standing],
    states: list[str],
    steps: _Steps,
    *,
    whole: bool,
) -> SafeString | str:
    """The oldest quarter that is open and owing; nothing when all is in."""
    for period, row, state in zip(periods, standings, states, strict=True):
        if row.owing and state not in (owing.AHEAD, owing.NONE):
            said = steps.said(period, opd.pk)
            if not whole:
                return said
            url = f"{reverse('opd:reminder_text', args=[opd.pk])}?year={period.year}&quarter={period.quarter}"
            return format_html('<span>{}<br><a href="{}">{}</a></span>', said, url, _("Letter and chat text"))
    return "–"


def statuses(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Programmes of one quarter with why each is or is not in; see owing.programs_of."""
    told = {
        None: _("no report yet"),
        "draft": _("being filled in"),
        "proposed": _("with the OPD head"),
        "returned": _("returned, to be mended"),
        "submitted": _("submitted, waits for the reviewer"),
        "verified": _("verified"),
    }
    order = list(told)
    return [
        {
            "name": row["name"],
            "code": row["code"],
            "url": reverse("opd:program", args=[row["pk"]]),
            "text": told.get(row["report"], row["report"]),
            "done": row["report"] in ("submitted", "verified"),
        }
        for row in sorted(rows, key=lambda row: (order.index(row["report"]), row["code"]))
    ]
