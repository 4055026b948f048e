"""What a meeting needs on the table: what is open, agency by agency and dimension by dimension."""

from collections import defaultdict
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opd import owing
from opd.models import (
    City,
    Decision,
    Opd,
    ProgramYear,
    Progress,
    QuickWin,
    State,
    Status,
)
from smartcity.lib import clock, dates

#: Agency, sentence, and the address of the rows it speaks of.
type Point = tuple[int, str, str]


def by_opd(city: City) -> list[dict[str, Any]]:
    """Return each agency with something open, what it is, and where its rows are; who has most is first."""
    items: dict[int, list[dict[str, str]]] = defaultdict(list)
    for source in (_late_reports, _returned, _stopped, _decisions):
        for opd_id, sentence, url in source(city):
            items[opd_id].append({"text": sentence, "url": url})
    opds = Opd.objects.in_bulk(items)
    rows = [
        {"short": opds[pk].short, "name": opds[pk].official_name, "points": found}
        for pk, found in items.items()
    ]
    return sorted(rows, key=lambda row: (-len(row["points"]), row["short"]))


def by_dimension(city: City) -> list[dict[str, Any]]:
    """Return the programmes of each dimension that do not move: stopped, or not started, with their agency."""
    stuck = ProgramYear.objects.stuck(city.pk, city.evaluation_year)
    rows: dict[int, dict[str, Any]] = {}
    for year in stuck:
        program = year.program
        row = rows.setdefault(
            program.dimension_id,
            {
                "name": str(program.dimension),
                "hue": program.dimension.hue,
                "letter": program.dimension.letter,
                "programs": [],
            },
        )
        row["programs"].append(
            {
                "name": program.name,
                "code": program.code,
                "url": program.get_absolute_url(),
                "opd": program.opd.short,
                "state": str(State(year.state).label),
                "reason": year.state_reason,
            }
        )
    return list(rows.values())


def _late_reports(city: City) -> list[Point]:
    """Quarters of the year whose reports were due and are not in."""
    now, year = clock.now(), city.evaluation_year
    due = {row.quarter: row.due_at for row in owing.periods_of(city, year) if row.due_at <= now}
    found = []
    for (opd_id, quarter), standing in sorted(owing.reports_of(city.pk, year).items()):
        if quarter in due and standing.owing:
            count = ngettext("%(count)d report", "%(count)d reports", standing.owing) % {
                "count": standing.owing
            }
            text = _("Quarter %(quarter)d: %(reports)s not in, due %(day)s.")
            day = dates.short_date(due[quarter], city.timezone)
            url = f"{reverse('opd:board_detail', args=[opd_id])}?year={year}&quarter={quarter}"
            found.append((opd_id, text % {"quarter": quarter, "reports": count, "day": day}, url))
    return found


def _returned(city: City) -> list[Point]:
    year, found = city.evaluation_year, []
    for table in (Progress, QuickWin):
        rows = table.objects.of_city(city.pk).filter(year=year, status=Status.RETURNED).order_by()
        for opd_id, count in rows.values_list("opd").annotate(count=Count("pk")):
            if table is QuickWin:
                said = ngettext("%(count)d returned quick win.", "%(count)d returned quick wins.", count)
                url = f"{reverse('opd:quick_wins')}?year={year}&status={Status.RETURNED}&opd={opd_id}"
            else:
                said = ngettext("%(count)d returned report.", "%(count)d returned reports.", count)
                url = f"{reverse('opd:board_detail', args=[opd_id])}?year={year}"
            found.append((opd_id, said % {"count": count}, url))
    return sorted(found)


def _stopped(city: City) -> list[Point]:
    rows = ProgramYear.objects.stuck(city.pk, city.evaluation_year)
    said = _("Stopped: %(name)s (%(reason)s).")
    return [
        (
            row.program.opd_id,
            said % {"name": row.program.name, "reason": row.state_reason},
            row.program.get_absolute_url(),
        )
        for row in rows
        if row.state == State.STOPPED
    ]


def _decisions(city: City) -> list[Point]:
    today = clock.now().astimezone(city.zone()).date()
    found = []
    for row in Decision.objects.of_city(city.pk).open().for_list():
        text = _("Decision open: %(text)s (due %(day)s).")
        if row.is_late(today):
            text = _("Decision late: %(text)s (due %(day)s).")
        said = text % {"text": row.text, "day": dates.short_date(row.due_on)}
        found.append((row.opd_id, said, row.get_absolute_url()))
    return found
