"""The plan at a glance for leadership: how far, what was reached, what it costs, and how the years compare.

Every figure is read from the summary of the plan, so the page costs the same for five programmes and for
five thousand; every figure leads to its rows and says how it is counted.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dimensions.models import SmartDimension
from evaluations import rules
from evaluations.views import city_help, city_money, city_trend
from evaluations.views.explained import explained, last_change, share
from evaluations.views.heat import Cell, heat, legend
from evaluations.views.plan_sums import NUMBERS, STATES, Sums, added, by, carried_out, rows_url
from opd import audit
from opd import rules as opd_rules
from opd.access import city_of, person
from opd.models import City, CityBudget, MasterPlan, Meeting, PlanTally, State, User
from opd.presentation.meetings import meeting_line
from opd.trend import SET, gathered
from opd.views import changes_page
from smartcity.lib import clock, decimals

#: What the heat map may count, by its name in the address: a column of the summary, and how its rows are found.
SHOWN = {"carried_out": None} | dict(STATES)


@require_GET
def city_plan(request: HttpRequest) -> HttpResponse:
    """The programmes of a year; `?year=` shows another one, `?show=` another state in the heat map."""
    user, city = person(request), city_of(request)
    if not rules.may_see_dashboard(user):
        raise PermissionDenied
    context = _page(city, request.GET.get("year", ""), request.GET.get("show", ""))
    if context["whole"]["all"]:
        context |= _since(user, city)
    return render(request, "evaluations/city_plan.html", context)


def _page(city: City, wanted: str, show: str) -> dict[str, Any]:
    """Return the context: figures, dimensions, heat, targets, money, who needs help, trend, years."""
    by_set = PlanTally.objects.of_city(city.pk).summed("year", SET, names=NUMBERS)
    trend = by("year", by_set)
    years = sorted(trend, reverse=True)
    year = next((row for row in years if str(row) == wanted), city.evaluation_year)
    cells = PlanTally.objects.of_year(city.pk, year).summed(
        "opd", "opd__short", "opd__official_name", "dimension", names=NUMBERS
    )
    by_dimension = by("dimension", cells)
    dimensions = _dimensions(city, by_dimension)
    whole = added(cells)
    budgets = CityBudget.objects.by_year(city.pk)
    change = last_change(audit.last_of(city.pk, year, *FIGURES_CHANGED), city)
    return {
        "year": year,
        "years": [{"year": row, "current": row == year} for row in years],
        "heading": _heading(whole, year),
        "figures": _figures(whole, year, change),
        "whole": _dimension(None, whole, year),
        "untold": {"count": whole["unknown"], "url": rows_url(year, figure="untold")},
        "dimensions": [_dimension(row, by_dimension.get(row.pk, added([])), year) for row in dimensions],
        "columns": [str(State(state).label) for _name, state in STATES],
        "heat": _heat(dimensions, cells, year, show if show in SHOWN else "carried_out"),
        "legend": legend(),
        "targets": _targets(whole, year, change),
        "money": city_money.money(city, year, whole, budgets.get(year), change),
        "help": city_help.help_page(city, year) if whole["programs"] else {},
        "trend": city_trend.trend(
            trend, budgets, gathered((row["year"], row[SET]) for row in by_set if row["programs"])
        ),
        "programs_url": rows_url(year),
        "sample": MasterPlan.objects.has_sample_programs(city.pk),
    }


def _dimensions(city: City, by_dimension: Mapping[int, Sums]) -> list[SmartDimension]:
    """Those of the city, and those of another set by which programmes of the year are told."""
    own = list(SmartDimension.objects.of_set(city.dimension_set_id))
    counted = {pk for pk, sums in by_dimension.items() if sums["programs"]}
    if not (elsewhere := counted - {row.pk for row in own}):
        return own
    others = list(SmartDimension.objects.filter(pk__in=elsewhere).order_by("dimension_set", "order"))
    return [*own, *others] if counted - elsewhere else others


def _since(user: User, city: City) -> dict[str, Any]:
    """What changed since the last meeting, in numbers that lead to their rows."""
    if not opd_rules.may_see_agenda(user, city.pk):
        return {}
    last = Meeting.objects.last_held(city.pk, clock.now())
    return {
        "last": meeting_line(last, city) if last else None,
        "changes": changes_page.summary(user, changes_page.since_meeting(city, last), {}),
    }


#: What changes the figures of a year, as the audit trail calls it.
FIGURES_CHANGED = (
    "progress.verify", "progress.reopen", "program.year_saved", "program.approve", "program.reopen", "import.saved",
)  # fmt: skip


def _heading(whole: Sums, year: int) -> str:
    if not whole["programs"]:
        return _("No programme has figures of %(year)s yet") % {"year": year}
    return _("%(done)d of %(all)d programmes run or are finished") % {
        "done": carried_out(whole),
        "all": whole["programs"],
    }


def _entered() -> str:
    return _(
        "Entered by the agencies, verified quarter by quarter; each programme's page tells by whom and when."
    )


def _figures(whole: Sums, year: int, change: str) -> list[dict[str, Any]]:
    """The figures at the top: how many, and the three states the city tells first."""
    every = whole["programs"]
    states = [(name, state) for name, state in STATES if whole[name]]
    label = _("Programmes")
    rule = _("Programmes of the masterplan that are approved and have figures of the year.")
    figures = [
        {
            "label": label,
            "count": every,
            "url": rows_url(year),
            "note": _("approved in the masterplan"),
            "told": explained(label, rule, formula=_sum_of_states(whole), entered=_entered(), change=change),
        }
    ]
    for name, state in states[:3]:
        label = str(State(state).label)
        rule = _("The state is that of the last verified report; before the first, what the agency entered.")
        formula = share(whole[name], every)
        figures.append(
            {
                "label": label,
                "count": whole[name],
                "url": rows_url(year, state=state),
                "note": _("%(share)s of %(total)s")
                % {"share": decimals.percent(whole[name], every, 2), "total": every},
                "told": explained(label, rule, formula=formula, entered=_entered(), change=change),
            }
        )
    return figures


def _sum_of_states(whole: Sums) -> str:
    """How the programmes add up: 79 running + 16 in discussion + 36 not started = 131."""
    counts = [(whole[name], str(State(state).label).lower()) for name, state in STATES]
    counts.append((whole["unknown"], _("without a state")))
    return f"{' + '.join(f'{count} {words}' for count, words in counts if count)} = {whole['programs']}"


def _dimension(row: SmartDimension | None, sums: Sums, year: int) -> dict[str, Any]:
    """A line of the table by dimension; without one, its last line: the whole plan."""
    at = {"dimension": row.code} if row else {}
    every = sums["programs"]
    return {
        "name": row.short_name if row else "",
        "letter": row.letter if row else "",
        "hue": str(row.hue) if row else "",
        "url": rows_url(year, **at),
        "all": every,
        "counts": [
            {
                "label": str(State(state).label),
                "count": sums[name],
                "share": decimals.percent(sums[name], every, 2),
                "url": rows_url(year, **at, state=state),
            }
            for name, state in STATES
        ],
        "carried_out": carried_out(sums),
        "share": decimals.percent(carried_out(sums), every, 2),
        "carried_out_url": rows_url(year, **at, figure="carried_out"),
        "reached": sums["reached"],
        "reached_url": rows_url(year, **at, figure="reached"),
        "measured": sums["measured"],
        "measured_url": rows_url(year, **at, figure="measured"),
        "reached_share": decimals.percent(sums["reached"], sums["measured"]),
    }


def _heat(
    dimensions: list[SmartDimension], cells: list[dict[str, Any]], year: int, show: str
) -> dict[str, Any]:
    """Agency by dimension: how many of its programmes are in the state shown, on the step of their share."""
    found = {(cell["opd"], cell["dimension"]): cell for cell in cells if cell["programs"]}
    agencies = sorted({(row["opd__short"], row["opd"], row["opd__official_name"]) for row in found.values()})

    def cell_of(opd_id: int, dimension: SmartDimension) -> Cell | None:
        cell = found.get((opd_id, dimension.pk))
        return _cell(cell, rows_url(year, opd=opd_id, dimension=dimension.code), show) if cell else None

    return heat(dimensions, agencies, cell_of, nothing=_("no programme")) | {
        "shows": [
            {"name": name, "label": _shown(name), "current": name == show, "url": f"?year={year}&show={name}#h-heat"}
            for name in SHOWN
        ],
        "shown": _shown(show),
    }  # fmt: skip


def _shown(name: str) -> str:
    state = SHOWN[name]
    return str(State(state).label) if state else _("Running or finished")


def _cell(cell: Sums, url: str, show: str) -> Cell:
    """Two of five: the map of what runs or is finished leads to all five, the map of one state to the two."""
    state, every = SHOWN[show], cell["programs"]
    count = cell[show] if state else carried_out(cell)
    led_to = count if state else every
    words = ngettext("%(count)s programme", "%(count)s programmes", led_to) % {"count": led_to}
    if state:
        url = f"{url}&state={state}" if count else ""
    return Cell(f"{count}/{every}", count * 100 // every, url, f"{_shown(show)}: {words}")


def _targets(whole: Sums, year: int, change: str) -> dict[str, Any]:
    rule = _(
        "A programme is measured when it has a target and a realisation of the year. It reached its target when the "
        "realisation is at least the target, or at most the target where lower is better."
    )
    formula = share(whole["reached"], whole["measured"]) if whole["measured"] else ""
    label = _("Targets and realisation")
    return {
        "with_target": whole["with_target"],
        "with_target_url": rows_url(year, figure="with_target"),
        "told": explained(label, rule, formula=formula, entered=_entered(), change=change),
    }
