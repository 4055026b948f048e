"""The years side by side: states, targets, money; as a picture and as the table of the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.views.plan_sums import STATES, Sums, carried_out, rows_url
from opd.models import CityBudget, State
from opd.presentation.plan import STATE_TONES, UNTOLD_TONE
from opd.trend import plan_note
from smartcity.lib import charts, decimals


def trend(
    sums: Mapping[int, Sums], budgets: Mapping[int, CityBudget], sets: Mapping[int, Sequence[str]]
) -> dict[str, Any]:
    """Return the chart of the years, its legend and its table; every number leads to its rows.

    `sets` names the dimensions each year was told by: where they changed the reader is told so.
    """
    ordered = {year: sums[year] for year in sorted(sums)}
    return {
        "chart": _chart(ordered) if ordered else "",
        "note": plan_note({year: sets.get(year, ()) for year in ordered}),
        "legend": _legend(ordered),
        "years": [{"year": year, "url": f"?year={year}"} for year in ordered],
        "lines": _lines(ordered, budgets),
    }


def _parts(sums: Sums) -> list[charts.Part]:
    parts = [charts.Part(str(State(state).label), sums[name], STATE_TONES[state]) for name, state in STATES]
    return [*parts, charts.Part(_("No state yet"), sums["unknown"], UNTOLD_TONE)]


def _chart(sums: Mapping[int, Sums]) -> str:
    rows = [
        charts.Year(
            label=str(year),
            parts=_parts(row),
            measured=row["measured"],
            reached=row["reached"],
            note=ngettext("%(count)s programme", "%(count)s programmes", row["programs"])
            % {"count": row["programs"]},
            aim=_aim(row),
        )
        for year, row in sums.items()
    ]
    return charts.years(
        rows,
        title=_("Programmes by state and targets reached, %(first)s to %(last)s")
        % {"first": min(sums), "last": max(sums)},
        description=" ".join(_said(row) for row in rows),
        key="trend",
    )


def _aim(sums: Sums) -> str:
    if not sums["measured"]:
        return _("no target measured yet")
    return _("%(reached)s of %(measured)s targets reached") % {
        "reached": sums["reached"],
        "measured": sums["measured"],
    }


def _said(row: charts.Year) -> str:
    """One year of the description: "2022: 131 programmes; Running 79, Not started 36; 40 of 70 targets reached."."""
    parts = ", ".join(
        _("%(name)s %(value)s") % {"name": part.label, "value": part.value}
        for part in row.parts
        if part.value
    )
    return f"{row.label}: {row.note}; {parts}; {row.aim}."


def _legend(sums: Mapping[int, Sums]) -> list[dict[str, Any]]:
    """The states that occur, in the order of the bars, and what the thin bar is."""
    rows = list(sums.values())
    there = [(name, state) for name, state in STATES if any(row[name] for row in rows)]
    shown = [(STATE_TONES[state], str(State(state).label)) for _name, state in there]
    if any(row["unknown"] for row in rows):
        shown.append((UNTOLD_TONE, _("No state yet")))
    return [{"swatch": charts.swatch(tone), "text": text} for tone, text in shown]


def _lines(sums: Mapping[int, Sums], budgets: Mapping[int, CityBudget]) -> list[dict[str, Any]]:
    """The table: a line for each measure, a cell for each year."""
    lines = [_line(_("Programmes"), [_cell(year, row["programs"]) for year, row in sums.items()])]
    for name, state in STATES:
        cells = [_cell(year, row[name], state=state) for year, row in sums.items()]
        lines.append(_line(str(State(state).label), cells))
    done = [
        _cell(
            year,
            carried_out(row),
            decimals.percent(carried_out(row), row["programs"], 2),
            figure="carried_out",
        )
        for year, row in sums.items()
    ]
    targets = [
        _cell(year, row["reached"], _("of %(total)s") % {"total": row["measured"]}, figure="reached")
        for year, row in sums.items()
    ]
    return [
        *lines,
        _line(_("Running or finished"), done),
        _line(_("Targets reached"), targets),
        _line(_("Budget ceiling"), [_ceiling(year, row) for year, row in sums.items()]),
        _line(_("Share of the APBD"), [_of_apbd(row, budgets.get(year)) for year, row in sums.items()]),
    ]


def _line(label: str, cells: list[dict[str, str]]) -> dict[str, Any]:
    return {"label": label, "cells": cells}


def _cell(year: int, count: int, note: str = "", **filters: Any) -> dict[str, str]:
    return {"text": str(count), "note": note, "url": rows_url(year, **filters) if count else ""}


def _ceiling(year: int, sums: Sums) -> dict[str, str]:
    every = sums["budget_apbd"] + sums["budget_other"]
    url = rows_url(year, figure="budget") if every else ""
    return {"text": decimals.short_money(every) if every else decimals.UNKNOWN, "note": "", "url": url}


def _of_apbd(sums: Sums, budget: CityBudget | None) -> dict[str, str]:
    share = decimals.percent(sums["budget_apbd"], budget.total if budget else None, 2)
    return {"text": share, "note": "", "url": f"{reverse('opd:plan')}#budget" if budget else ""}
