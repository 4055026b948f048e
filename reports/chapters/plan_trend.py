"""The plan over the years, in the chapter of the masterplan: one picture, its table, its rule, and what breaks it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opd.models import State
from opd.presentation.plan import STATE_TONES, UNTOLD_TONE
from opd.trend import COUNTS, plan_note
from reports.schema import Plan, PlanYear
from smartcity.lib import charts, decimals

#: Years on paper at most, the last ones.
MOST = 10


def trend(plan: Plan, year: int, measured: int, reached: int) -> dict[str, Any]:
    """Return chart, legend, table and notes; nothing where there is no year before that of the report.

    The year of the report is counted from the programmes printed in this chapter, so that both tables agree.
    """
    told = plan.get("years", [])
    past = [row for row in told if row["year"] < year][1 - MOST :]
    if not past:
        return {}
    sets = next((row["sets"] for row in told if row["year"] == year), [])
    rows = [*past, PlanYear(year=year, counts=_counted(plan, measured, reached), sets=sets)]
    shown = [state for state in STATE_TONES if any(row["counts"][_column(state)] for row in rows)]
    untold = any(row["counts"]["unknown"] for row in rows)
    return {
        "chart": _chart(rows),
        "legend": _legend(shown, untold=untold),
        "states": [str(state.label) for state in shown] + ([_("No state yet")] if untold else []),
        "rows": [_row(row, [_column(state) for state in shown] + ["unknown"] * untold) for row in rows],
        "note": plan_note({row["year"]: row["sets"] for row in rows}),
    }


def _column(state: str) -> str:
    """A state's column in the summary (opd.trend.COUNTS)."""
    return state.lower()


def _counted(plan: Plan, measured: int, reached: int) -> dict[str, int]:
    counts = dict.fromkeys(COUNTS, 0)
    for row in plan["programs"]:
        counts[_column(row["state"]) if row["state"] in State.values else "unknown"] += 1
    return counts | {"programs": len(plan["programs"]), "measured": measured, "reached": reached}


def _chart(rows: Sequence[PlanYear]) -> str:
    drawn = [_drawn(row) for row in rows]
    return charts.years(
        drawn,
        title=_("Programmes by state and targets reached, %(first)s to %(last)s")
        % {"first": rows[0]["year"], "last": rows[-1]["year"]},
        description=" ".join(f"{row.label}: {row.note}; {row.aim}." for row in drawn),
        key="plan-trend",
        for_print=True,
    )


def _drawn(row: PlanYear) -> charts.Year:
    counts = row["counts"]
    parts = [
        charts.Part(str(state.label), counts[_column(state)], tone) for state, tone in STATE_TONES.items()
    ]
    return charts.Year(
        label=str(row["year"]),
        parts=[*parts, charts.Part(_("No state yet"), counts["unknown"], UNTOLD_TONE)],
        measured=counts["measured"],
        reached=counts["reached"],
        note=ngettext("%(count)s programme", "%(count)s programmes", counts["programs"])
        % {"count": counts["programs"]},
        aim=_aim(counts),
    )


def _aim(counts: dict[str, int]) -> str:
    if not counts["measured"]:
        return _("no target measured yet")
    return _("%(reached)s of %(measured)s targets reached") % {
        "reached": counts["reached"],
        "measured": counts["measured"],
    }


def _legend(shown: Sequence[State], *, untold: bool) -> list[dict[str, Any]]:
    rows = [(STATE_TONES[state], str(state.label)) for state in shown]
    if untold:
        rows.append((UNTOLD_TONE, _("No state yet")))
    return [{"swatch": charts.swatch(tone, for_print=True), "text": text} for tone, text in rows]


def _row(row: PlanYear, columns: Sequence[str]) -> dict[str, Any]:
    counts = row["counts"]
    done = counts["running"] + counts["done"]
    return {
        "year": str(row["year"]),
        "counts": [str(counts[name] or decimals.UNKNOWN) for name in columns],
        "whole": str(counts["programs"]),
        "done": decimals.percent(done, counts["programs"], 2),
        "reached": _("%(part)s of %(whole)s") % {"part": counts["reached"], "whole": counts["measured"]}
        if counts["measured"]
        else decimals.UNKNOWN,
    }
