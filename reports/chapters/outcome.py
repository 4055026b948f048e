"""The chapter of Outcome: programmes, target and realisation by sub-dimension (domain guide, section 13, item 6)."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chapters import words
from reports.chapters.chapter import Chapter
from reports.chapters.plan import dimensions as told_by
from reports.chapters.plan import label, of
from reports.schema import Dimension, Inputs, Plan, Program
from smartcity.lib import decimals

REACHED = Decimal(100)


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return one table for each dimension, its programmes under their sub-dimensions."""
    plan = of(inputs)
    dimensions = [_dimension(row, plan) for row in told_by(inputs)]
    return Chapter(
        key="outcome",
        number=number,
        title=_("Outcome: target and realisation"),
        template="reports/pdf/outcome.html",
        context={
            "lead": _(
                "Each programme with the target and the verified realisation of %(year)s. Achievement is not capped; "
                "where lower is better it is twice the target less the realisation, over the target."
            )
            % {"year": inputs["year"]},
            "dimensions": dimensions,
            "sample": any(row["sample"] for row in plan["programs"]),
        },
    )


def _dimension(row: Dimension, plan: Plan) -> dict[str, Any]:
    programs = [found for found in plan["programs"] if found["dimension"] == row["code"]]
    names = {sub["code"]: sub["name"] for sub in row["sub_dimensions"]}
    for found in programs:  # of another set of dimensions: by its code, but never left out
        names.setdefault(found["sub_dimension"], found["sub_dimension"])
    return {
        "tile": words.tile(row),
        "anchor": f"plan-outcome-{row['code'].lower()}",
        "lead": _reached(programs),
        "groups": [
            {
                "name": name,
                "rows": [_line(found) for found in programs if found["sub_dimension"] == code],
            }
            for code, name in names.items()
        ],
    }


def _reached(programs: list[Program]) -> str:
    measured = [
        words.exact(row["achievement"]) or Decimal(0) for row in programs if row["achievement"] is not None
    ]
    reached = sum(1 for value in measured if value >= REACHED)
    count = ngettext("%(count)d programme", "%(count)d programmes", len(programs)) % {"count": len(programs)}
    return _("%(programs)s; %(reached)d of %(measured)d measured reached the target of the year.") % {
        "programs": count,
        "reached": reached,
        "measured": len(measured),
    }


def _line(row: Program) -> dict[str, str]:
    achievement = words.exact(row["achievement"])
    return {
        "code": row["code"],
        "name": row["name"],
        "opd": row["opd"]["short"],
        "indicator": " ".join(filter(None, [row["indicator"], f"({row['unit']})" if row["unit"] else ""])),
        "target": words.quantity(row["target"]),
        "actual": words.quantity(row["actual"]),
        "achieved": decimals.UNKNOWN if achievement is None else f"{decimals.display(achievement, 1)}%",
        "state": label(row["state"]),
    }
