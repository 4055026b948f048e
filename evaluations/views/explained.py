"""How a figure is counted: the rule, the rule with its values put in, and who entered what it counts."""

from typing import Any

from django.utils.translation import gettext as _

from opd.models import City, Role
from opd.models.audit import AuditEvent
from smartcity.lib import dates, decimals
from smartcity.lib.decimals import Number


def explained(
    of: str, rule: str, *, formula: str = "", entered: str = "", change: str = ""
) -> dict[str, str]:
    """Return the context of parts/explained.html.

    `of` names the figure for who hears several summaries in a row; `change` is the sentence of `last_change`.
    """
    return {"of": of, "rule": rule, "formula": formula, "entered": " ".join(filter(None, (entered, change)))}


def share(part: Number, whole: Number, places: int = 2) -> str:
    """Write a share with its values: "79 : 131 x 100% = 60,31%"."""
    return _("%(part)s : %(whole)s × 100%% = %(share)s") % {
        "part": _number(part),
        "whole": _number(whole),
        "share": decimals.percent(part, whole, places),
    }


def money_share(part: Number, whole: Number) -> str:
    """The same for amounts, in full as budget documents write them."""
    return _("%(part)s : %(whole)s × 100%% = %(share)s") % {
        "part": decimals.money(part),
        "whole": decimals.money(whole),
        "share": decimals.percent(part, whole, 2),
    }


def added(parts: list[Number]) -> str:
    """Write a sum with its values: "3 + 2 = 5"."""
    return f"{' + '.join(_number(part) for part in parts)} = {_number(sum(parts))}"


def last_change(event: AuditEvent | None, city: City) -> str:
    """Who changed something last, by the audit trail; people appear by their role."""
    if event is None:
        return _("No change of it is recorded in the portal yet.")
    who: Any = Role(event.role).label if event.role else _("the portal")
    return _("Last change: %(who)s, %(at)s.") % {
        "who": str(who), "at": dates.wib(event.at, city.timezone, weekday=False)
    }  # fmt: skip


def _number(value: Number) -> str:
    return decimals.display(value, 0 if value == int(value) else 2)
