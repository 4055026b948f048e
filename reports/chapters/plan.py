"""The chapter of the masterplan: its programmes by state and by dimension (domain guide, section 13, item 4)."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opd.models import State
from reports.chapters import words
from reports.chapters.chapter import Chapter, Entry
from reports.chapters.plan_trend import trend
from reports.schema import Dimension, Inputs, Plan, Program
from smartcity.lib import charts, decimals

#: In the order in which the layout of the city's own reports tells them: running first.
ORDER = (State.RUNNING, State.DONE, State.IN_DISCUSSION, State.NOT_STARTED, State.STOPPED)
UNTOLD = ""
OTHER_HUE = 8


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return counts and shares by state, the same by dimension, and why programmes were stopped."""
    plan = of(inputs)
    shown = [state for state in (*ORDER, UNTOLD) if any(row["state"] == state for row in plan["programs"])]
    stopped = [row for row in plan["programs"] if row["state"] == State.STOPPED]
    years = trend(plan, inputs["year"], *_targets(plan["programs"]))
    return Chapter(
        key="plan",
        number=number,
        title=_("Masterplan and its programmes"),
        template="reports/pdf/plan.html",
        entries=[
            Entry(_("Programmes by dimension"), "plan-dimension"),
            *([Entry(_("The plan over the years"), "plan-trend-head")] if years else []),
        ],
        context={
            "lead": _lead(plan),
            "figures": _figures(plan),
            "states": [label(state) for state in shown],
            "by_state": [_by_state(state, plan) for state in shown],
            "by_dimension": [_by_dimension(words.tile(row), shown, plan) for row in dimensions(inputs)],
            "total": [str(len(of_state(plan["programs"], state))) for state in shown],
            "whole": str(len(plan["programs"])),
            "trend": years,
            "stopped": [
                {
                    "code": row["code"],
                    "name": row["name"],
                    "opd": row["opd"]["short"],
                    "reason": row["state_reason"],
                }
                for row in stopped
            ],
            "year": str(inputs["year"]),
            "sample": any(row["sample"] for row in plan["programs"]),
        },
    )


def of(inputs: Inputs) -> Plan:
    """The plan of a report that has one: chapters about it are written for no other."""
    plan = inputs.get("plan")
    assert plan is not None
    return plan


def dimensions(inputs: Inputs) -> list[Dimension]:
    """Those of the report's set, and by their bare codes those of another set by which a programme is still told."""
    known = {row["code"] for row in inputs["dimensions"]}
    others = dict.fromkeys(
        row["dimension"] for row in of(inputs)["programs"] if row["dimension"] not in known
    )
    return [
        *inputs["dimensions"],
        *(
            Dimension(
                code=code,
                name=_("%(code)s (another set)") % {"code": code},
                gloss="",
                hue=OTHER_HUE,
                letter=code[:1],
                sub_dimensions=[],
            )
            for code in others
        ),
    ]


def label(state: str) -> str:
    """Print a state of implementation; nobody may have told it yet."""
    return str(State(state).label) if state in State.values else _("Not reported yet")


def of_state(programs: Iterable[Program], state: str) -> list[Program]:
    """The programmes in a state."""
    return [row for row in programs if row["state"] == state]


def _lead(plan: Plan) -> str:
    regulation = _("%(title)s, %(regulation)s, %(first)s to %(last)s.") % {
        "title": plan["title"],
        "regulation": plan["regulation"] or _("regulation not entered"),
        "first": plan["year_from"],
        "last": plan["year_to"],
    }
    if not plan["vision"]:
        return regulation
    vision = _("Vision: %(vision)s.") % {"vision": plan["vision"]}
    return f"{regulation} {vision}"


def _figures(plan: Plan) -> list[dict[str, Any]]:
    programs = plan["programs"]
    whole = len(programs)
    carried_out = len(of_state(programs, State.RUNNING)) + len(of_state(programs, State.DONE))
    measured, reached = _targets(programs)
    agencies = len({row["opd"]["short"] for row in programs})
    sample = any(row["sample"] for row in programs)
    return [
        {
            "label": _("Programmes"),
            "value": str(whole),
            "note": ngettext("%(count)d lead agency", "%(count)d lead agencies", agencies)
            % {"count": agencies},
            "sample": False,
        },
        {
            "label": _("Running or finished"),
            "value": decimals.percent(carried_out, whole, 2),
            "note": words.of(carried_out, whole),
            "sample": sample,
        },
        {
            "label": _("Target of the year reached"),
            "value": str(reached) if measured else decimals.UNKNOWN,
            "note": _("of %(count)d measured") % {"count": measured},
            "sample": sample,
        },
        {
            "label": _("Not started"),
            "value": str(len(of_state(programs, State.NOT_STARTED))),
            "note": decimals.percent(len(of_state(programs, State.NOT_STARTED)), whole, 2),
            "sample": sample,
        },
    ]


def _targets(programs: Iterable[Program]) -> tuple[int, int]:
    """How many targets were measured, and how many of them reached."""
    measured = [row for row in programs if row["achievement"] is not None]
    return len(measured), sum(1 for row in measured if (words.exact(row["achievement"]) or 0) >= 100)


def _by_state(state: str, plan: Plan) -> dict[str, Any]:
    count, whole = len(of_state(plan["programs"], state)), len(plan["programs"])
    return {
        "label": label(state),
        "count": str(count),
        "share": decimals.percent(count, whole, 2),
        "bar": charts.mini_bar(count, whole, width_mm=16),
    }


def _by_dimension(tile: dict[str, Any], shown: list[str], plan: Plan) -> dict[str, Any]:
    programs = [row for row in plan["programs"] if row["dimension"] == tile["code"]]
    carried_out = len(of_state(programs, State.RUNNING)) + len(of_state(programs, State.DONE))
    return {
        "tile": tile,
        "counts": [str(len(of_state(programs, state)) or decimals.UNKNOWN) for state in shown],
        "whole": str(len(programs)),
        "share": decimals.percent(carried_out, len(programs), 2),
    }
