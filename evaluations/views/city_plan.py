"""The plan at a glance for leadership: how far, what was reached, what it costs, and how the years compare.

Every figure is read from the summary of the plan, so the page costs the same for five programmes and for
five thousand; every figure leads to its rows and says how it is counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dimensions.models import SmartDimension
from evaluations import rules
from opd.access import city_of, person
from opd.models import City, CityBudget, PlanTally, State
from smartcity.lib import charts, decimals, lines

SHOWN_OPDS = 12
NUMBERS = (
    "programs", "not_started", "in_discussion", "running", "done", "stopped", "unknown",
    "with_target", "measured", "reached", "budget_apbd", "budget_other", "absorbed",
)  # fmt: skip
#: In the order in which the city itself tells them.
STATES = (
    ("running", State.RUNNING),
    ("done", State.DONE),
    ("in_discussion", State.IN_DISCUSSION),
    ("not_started", State.NOT_STARTED),
    ("stopped", State.STOPPED),
)

type Sums = dict[str, Any]


@require_GET
def city_plan(request: HttpRequest) -> HttpResponse:
    """The programmes of a year; `?year=` shows another one."""
    user, city = person(request), city_of(request)
    if not rules.may_see_dashboard(user):
        raise PermissionDenied
    return render(request, "evaluations/city_plan.html", _page(city, request.GET.get("year", "")))


def _page(city: City, wanted: str) -> dict[str, Any]:
    """Return the context: figures, dimensions, heat, targets, money, trend, years."""
    trend = _by("year", PlanTally.objects.of_city(city.pk).summed("year", names=NUMBERS))
    years = sorted(trend, reverse=True)
    year = next((row for row in years if str(row) == wanted), city.evaluation_year)
    cells = PlanTally.objects.of_year(city.pk, year).summed(
        "opd__short", "opd__official_name", "dimension", names=NUMBERS
    )
    dimensions = list(SmartDimension.objects.of_set(city.dimension_set_id))
    by_dimension = _by("dimension", cells)
    whole = _added(cells)
    budgets = {row.year: row for row in CityBudget.objects.filter(city=city.pk)}
    return {
        "year": year,
        "years": [{"year": row, "current": row == year} for row in years],
        "heading": _heading(whole, year),
        "whole": whole,
        "states": [_state(name, state, whole, year) for name, state in STATES if whole[name]],
        "untold": whole["unknown"],
        "dimensions": [_dimension(row, by_dimension.get(row.pk, _added([])), year) for row in dimensions],
        "columns": [str(State(state).label) for _name, state in STATES],
        "heat": _heat(dimensions, cells, year),
        "money": _money(whole, budgets.get(year)),
        "trend": [_of_year(row, trend[row], budgets.get(row)) for row in sorted(trend)],
        "programs_url": _rows(year),
    }


def _added(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The sums over some cells; nothing is zero here, since a cell that is not there holds no programme."""
    total: Sums = dict.fromkeys(NUMBERS, 0)
    for row in rows:
        for name in NUMBERS:
            total[name] += row[name]
    return total


def _by(key: str, rows: Iterable[Mapping[str, Any]]) -> dict[Any, Sums]:
    found: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return {value: _added(cells) for value, cells in found.items()}


def _rows(year: int, **filters: Any) -> str:
    """The address of the programmes behind a figure."""
    chosen = {"year": year, "status": "approved"} | {name: str(value) for name, value in filters.items()}
    return f"{reverse('opd:programs')}?{urlencode(chosen)}"


def _carried_out(sums: Sums) -> int:
    return int(sums["running"] + sums["done"])


def _heading(whole: Sums, year: int) -> str:
    if not whole["programs"]:
        return _("No programme has figures of %(year)s yet") % {"year": year}
    return _("%(done)d of %(all)d programmes run or are finished") % {
        "done": _carried_out(whole),
        "all": whole["programs"],
    }


def _state(name: str, state: str, whole: Sums, year: int) -> dict[str, Any]:
    return {
        "label": str(State(state).label),
        "count": whole[name],
        "share": decimals.percent(whole[name], whole["programs"], 2),
        "url": _rows(year, state=state),
    }


def _dimension(row: SmartDimension, sums: Sums, year: int) -> dict[str, Any]:
    return {
        "name": row.short_name,
        "letter": row.letter,
        "hue": str(row.hue),
        "url": _rows(year, dimension=row.code),
        "all": sums["programs"],
        "counts": [
            {
                "label": str(State(state).label),
                "count": sums[name],
                "url": _rows(year, dimension=row.code, state=state),
            }
            for name, state in STATES
        ],
        "share": decimals.percent(_carried_out(sums), sums["programs"], 2),
        "reached": sums["reached"],
        "measured": sums["measured"],
        "reached_share": decimals.percent(sums["reached"], sums["measured"]),
    }


def _heat(dimensions: list[SmartDimension], cells: list[dict[str, Any]], year: int) -> dict[str, Any]:
    """Agency by dimension, per cent of its programmes that run or are finished; a dot where it leads none."""
    found = {(cell["opd__short"], cell["dimension"]): cell for cell in cells if cell["programs"]}
    names = sorted({(cell["opd__short"], cell["opd__official_name"]) for cell in cells if cell["programs"]})
    nothing = format_html(
        '<span aria-hidden="true">·</span><span class="visually-hidden">{}</span>', _("no programme")
    )
    rows = []
    for short, name in names:
        told = [_heat_cell(found.get((short, row.pk)), nothing) for row in dimensions]
        rows.append(
            {"short": short, "name": name, "cells": lines.draw("evaluations/parts/heat_cell.html", told)}
        )
    return {
        "columns": [{"letter": row.letter, "hue": str(row.hue), "name": str(row)} for row in dimensions],
        "rows": lines.draw("evaluations/parts/heat_line.html", rows[:SHOWN_OPDS]),
        "more": lines.draw("evaluations/parts/heat_line.html", rows[SHOWN_OPDS:]),
        "more_count": len(rows[SHOWN_OPDS:]),
    }


def _heat_cell(cell: Mapping[str, Any] | None, nothing: str) -> dict[str, str]:
    if cell is None:
        return {"css": "none", "text": nothing, "said": ""}
    share = _carried_out(dict(cell)) * 100 // cell["programs"]
    return {"css": f"c{charts.heat_step(share)}", "text": str(share), "said": ""}


def _money(whole: Sums, budget: CityBudget | None) -> dict[str, Any]:
    """Ceilings by source, what was absorbed, and the share of the city's whole APBD."""
    every = whole["budget_apbd"] + whole["budget_other"]
    return {
        "all": decimals.short_money(every),
        "apbd": decimals.short_money(whole["budget_apbd"]),
        "other": decimals.short_money(whole["budget_other"]),
        "absorbed": decimals.short_money(whole["absorbed"]),
        "absorbed_share": decimals.percent(whole["absorbed"], every, 2),
        "share": decimals.percent(whole["budget_apbd"], budget.total if budget else None, 2),
        "total": decimals.short_money(budget.total) if budget else "",
        "sample": bool(budget and budget.sample),
        "known": bool(every),
    }


def _of_year(year: int, sums: Sums, budget: CityBudget | None) -> dict[str, Any]:
    carried_out = _carried_out(sums)
    every: Decimal = sums["budget_apbd"] + sums["budget_other"]
    return {
        "year": year,
        "url": f"?year={year}",
        "all": sums["programs"],
        "carried_out": carried_out,
        "share": decimals.percent(carried_out, sums["programs"], 2),
        "step": carried_out * 100 // sums["programs"] if sums["programs"] else 0,
        "reached": decimals.percent(sums["reached"], sums["measured"], 1),
        "budget": decimals.short_money(every) if every else decimals.UNKNOWN,
        "of_apbd": decimals.percent(sums["budget_apbd"], budget.total if budget else None, 2),
    }
