"""What a meeting needs on the table: what changed since the last one, and what is open, agency by agency."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opd import owing
from opd.models import (
    City,
    Decision,
    Opd,
    ProgramEvent,
    ProgramYear,
    Progress,
    ProgressEvent,
    QuickWin,
    QuickWinEvent,
    State,
    Status,
)
from smartcity.lib import clock, dates


def changes_since(city: City, moment: datetime) -> list[dict[str, Any]]:
    """Return what happened since a moment: a sentence, its number, and where its rows are; nothing is left out."""
    progress = _moves(ProgressEvent, "progress__city", city, moment)
    quick_wins = _moves(QuickWinEvent, "quick_win__city", city, moment)
    programs = _moves(ProgramEvent, "program__city", city, moment)
    done = Decision.objects.of_city(city.pk).filter(done_at__gte=moment).count()
    rows = (
        (_("Quarterly reports verified"), progress.get("verify", 0), reverse("opd:board")),
        (_("Quarterly reports returned"), progress.get("return", 0), reverse("opd:board")),
        (_("Verified figures opened for correction"), progress.get("reopen", 0), reverse("opd:board")),
        (_("Quick wins verified"), quick_wins.get("verify", 0), reverse("opd:quick_wins")),
        (_("Quick wins returned"), quick_wins.get("return", 0), reverse("opd:quick_wins")),
        (_("Programmes approved"), programs.get("approve", 0), reverse("opd:programs")),
        (_("Decisions carried out"), done, reverse("opd:meetings")),
    )
    return [{"label": label, "count": count, "url": url} for label, count, url in rows if count]


def _moves(table: Any, city_of: str, city: City, moment: datetime) -> dict[str, int]:
    """How often each move was made: one query, whatever the number of rows."""
    found = table.objects.filter(**{city_of: city.pk}, at__gte=moment).order_by()
    return dict(found.values_list("move").annotate(count=Count("pk")))


def by_opd(city: City) -> list[dict[str, Any]]:
    """Return each agency with something open and what it is; who has most is first."""
    items: dict[int, list[str]] = defaultdict(list)
    for source in (_late_reports, _returned, _stopped, _decisions):
        for opd_id, sentence in source(city):
            items[opd_id].append(sentence)
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


def _late_reports(city: City) -> list[tuple[int, str]]:
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
            found.append((opd_id, text % {"quarter": quarter, "reports": count, "day": day}))
    return found


def _returned(city: City) -> list[tuple[int, str]]:
    year, counts = city.evaluation_year, defaultdict(int)  # type: ignore[var-annotated]
    for table in (Progress, QuickWin):
        rows = table.objects.of_city(city.pk).filter(year=year, status=Status.RETURNED).order_by()
        for opd_id, count in rows.values_list("opd").annotate(count=Count("pk")):
            counts[opd_id] += count
    return [
        (
            opd_id,
            ngettext("%(count)d returned item to mend.", "%(count)d returned items to mend.", count)
            % {"count": count},
        )
        for opd_id, count in sorted(counts.items())
    ]


def _stopped(city: City) -> list[tuple[int, str]]:
    rows = ProgramYear.objects.stuck(city.pk, city.evaluation_year)
    return [
        (
            row.program.opd_id,
            _("Stopped: %(name)s (%(reason)s).") % {"name": row.program.name, "reason": row.state_reason},
        )
        for row in rows
        if row.state == State.STOPPED
    ]


def _decisions(city: City) -> list[tuple[int, str]]:
    today = clock.now().astimezone(ZoneInfo(city.timezone)).date()
    found = []
    for row in Decision.objects.of_city(city.pk).open().for_list():
        text = _("Decision open: %(text)s (due %(day)s).")
        if row.is_late(today):
            text = _("Decision late: %(text)s (due %(day)s).")
        found.append((row.opd_id, text % {"text": row.text, "day": dates.short_date(row.due_on)}))
    return found
