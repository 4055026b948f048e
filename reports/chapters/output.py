"""The chapter of Output: money and what was prepared, as far as the portal knows (domain guide, section 13, item 5).

Policies, decrees and inventories are those of the answers the city stands for; where nothing is held, it says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from opd.models import Program as ProgramRow
from opd.models import State
from reports.chapters import foundation, words
from reports.chapters.chapter import Chapter, Entry
from reports.chapters.plan import label, of, of_state
from reports.schema import Inputs, Plan, Program
from smartcity.lib import decimals

APBD = "APBD"


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return the budget by agency, the budget lines, and the programmes by what they prepare."""
    plan = of(inputs)
    funded = [row for row in plan["programs"] if row["budget"] is not None]
    return Chapter(
        key="output",
        number=number,
        title=_("Output: budget and foundation"),
        template="reports/pdf/output.html",
        entries=[
            Entry(_("Budget by agency"), "output-agency"),
            *([Entry(_("What was prepared"), "output-foundation")] if "foundation" in inputs else []),
            Entry(_("Budget lines"), "output-lines"),
        ],
        context={
            "lead": _(
                "Budget ceilings and money absorbed of the programmes, from the agencies' verified reports."
            ),
            "figures": _figures(plan),
            "agencies": _agencies(funded),
            "total": _money(funded),
            "categories": [_category(code, name, plan) for code, name in ProgramRow.Category.choices],
            "named": _named(funded),
            "lines": [_line(row) for row in funded if row["sub_activity_code"]],
            "sample": any(row["sample"] for row in funded),
            "year": str(inputs["year"]),
            "tells_foundation": "foundation" in inputs,
            "foundation": foundation.rows(inputs),
            "meetings": foundation.meetings(inputs),
        },
    )


def _named(funded: list[Program]) -> str:
    """How many lines can be found again in the budget documents: by their sub-activity code."""
    named = sum(1 for row in funded if row["sub_activity_code"])
    return _("%(named)d of %(all)d programmes with a budget name their sub-activity code.") % {
        "named": named,
        "all": len(funded),
    }


def _sum(rows: Iterable[Program], name: str) -> Decimal:
    return sum((words.exact(row[name]) or Decimal(0) for row in rows), Decimal(0))  # type: ignore[literal-required]


def _from_apbd(row: Program) -> bool:
    """A line without a source is of the city's own budget until somebody says otherwise."""
    return row["fund_source"] in ("", APBD)


def _figures(plan: Plan) -> list[dict[str, Any]]:
    programs = plan["programs"]
    own = _sum((row for row in programs if _from_apbd(row)), "budget")
    whole, spent = _sum(programs, "budget"), _sum(programs, "absorbed")
    apbd = words.exact(plan["apbd"])
    sample = any(row["sample"] for row in programs)
    return [
        {
            "label": _("Budget ceiling"),
            "value": decimals.short_money(whole),
            "note": _("all sources"),
            "sample": sample,
        },
        {
            "label": _("From the APBD"),
            "value": decimals.short_money(own),
            "note": _("others %(amount)s") % {"amount": decimals.short_money(whole - own)},
            "sample": sample,
        },
        {
            "label": _("Absorbed"),
            "value": decimals.percent(spent, whole, 2),
            "note": decimals.short_money(spent),
            "sample": sample,
        },
        {
            "label": _("Share of the APBD"),
            "value": decimals.percent(own, apbd, 2),
            "note": _("of %(amount)s") % {"amount": decimals.short_money(apbd)}
            if apbd
            else _("total not entered"),
            "sample": plan["apbd_sample"],
        },
    ]


def _agencies(funded: list[Program]) -> list[dict[str, str]]:
    rows: dict[str, list[Program]] = defaultdict(list)
    for row in funded:
        rows[row["opd"]["short"]].append(row)
    return [{"name": short, **_money(found)} for short, found in sorted(rows.items())]


def _money(rows: list[Program]) -> dict[str, str]:
    whole, spent = _sum(rows, "budget"), _sum(rows, "absorbed")
    own = _sum((row for row in rows if _from_apbd(row)), "budget")
    return {
        "programs": str(len(rows)),
        "apbd": decimals.money(own).removesuffix(",00"),
        "other": decimals.money(whole - own).removesuffix(",00"),
        "absorbed": decimals.money(spent).removesuffix(",00"),
        "share": decimals.percent(spent, whole, 1),
    }


def _category(code: str, name: Any, plan: Plan) -> dict[str, str]:
    rows = [row for row in plan["programs"] if row["category"] == code]
    return {
        "name": str(name),
        "whole": str(len(rows)),
        "done": str(len(of_state(rows, State.DONE))),
        "running": str(len(of_state(rows, State.RUNNING))),
        "open": str(len(rows) - len(of_state(rows, State.DONE)) - len(of_state(rows, State.RUNNING))),
    }


def _line(row: Program) -> dict[str, str]:
    return {
        "code": row["code"],
        "name": row["name"],
        "opd": row["opd"]["short"],
        "sub_activity": row["sub_activity_code"] or decimals.UNKNOWN,
        "budget": decimals.money(words.exact(row["budget"])).removesuffix(",00"),
        "absorbed": decimals.money(words.exact(row["absorbed"])).removesuffix(",00"),
        "fund": words.fund(row["fund_source"]) or APBD,
        "state": label(row["state"]),
    }
