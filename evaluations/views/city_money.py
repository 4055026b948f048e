"""What the plan costs: ceilings by source, what was absorbed, and the share of the city's whole APBD."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations.views.explained import explained, last_change, money_share
from evaluations.views.plan_sums import Sums, rows_url
from opd import audit
from opd.models import City, CityBudget
from smartcity.lib import decimals


def money(city: City, year: int, whole: Sums, budget: CityBudget | None, change: str) -> dict[str, Any]:
    """Return the lines of the budget panel: each an amount that leads to its rows and says how it is counted."""
    every = whole["budget_apbd"] + whole["budget_other"]
    if not every:
        return {"lines": [], "sample": False}
    entered = _(
        "Ceilings are entered by the agencies in the figures of the year, absorption in their reports."
    )
    ceilings = " + ".join(decimals.money(whole[name]) for name in ("budget_apbd", "budget_other"))
    lines = [
        _line(
            _("Budget ceiling, all sources"), every, rows_url(year, figure="budget"),
            rule=_("Sum of the programmes' ceilings of the year."),
            formula=f"{ceilings} = {decimals.money(every)}",
            entered=entered, change=change,
        ),
        _line(
            _("From the APBD"), whole["budget_apbd"], rows_url(year, figure="budget_apbd"),
            rule=_("Ceilings of programmes whose source is the APBD. A programme without a source counts as APBD."),
            formula=money_share(whole["budget_apbd"], every), entered=entered, change=change,
        ),
        _line(
            _("Other sources"), whole["budget_other"], rows_url(year, figure="budget_other"),
            rule=_("Ceilings of programmes with another source: APBN, DAK, CSR and others."),
            formula=money_share(whole["budget_other"], every), entered=entered, change=change,
        ),
        _line(
            _("Absorbed"), whole["absorbed"], rows_url(year, figure="absorbed"),
            note=f"({decimals.percent(whole['absorbed'], every, 2)})",
            rule=_("Money the programmes have spent, by their last verified report, over all ceilings."),
            formula=money_share(whole["absorbed"], every), entered=entered, change=change,
        ),
    ]  # fmt: skip
    return {
        "lines": [*lines, _of_apbd(city, whole["budget_apbd"], budget)],
        "sample": bool(budget and budget.sample),
    }


def _line(label: str, amount: Any, url: str, *, note: str = "", **told: str) -> dict[str, Any]:
    return {
        "label": label,
        "amount": decimals.short_money(amount),
        "url": url if amount else "",
        "note": note,
        "told": explained(label, told.pop("rule"), **told),
    }


def _of_apbd(city: City, apbd: Any, budget: CityBudget | None) -> dict[str, Any]:
    """The share of the whole APBD; the planner enters the whole, and the page of the plan keeps it."""
    label, url = _("Share of the APBD"), f"{reverse('opd:plan')}#budget"
    rule = _("Ceilings from the APBD over the total APBD of the year.")
    if budget is None:
        missing = _("The total APBD of this year is not entered yet")
        return {"label": label, "amount": missing, "url": url, "note": "", "told": explained(label, rule)}
    entered = _("The total APBD is entered by the planner. Source: %(source)s.") % {
        "source": budget.source or _("not given")
    }
    return {
        "label": label,
        "amount": decimals.percent(apbd, budget.total, 2),
        "url": url,
        "note": _("of %(total)s") % {"total": decimals.short_money(budget.total)},
        "told": explained(
            label,
            rule,
            formula=money_share(apbd, budget.total),
            entered=entered,
            change=last_change(audit.last_to("budget.saved", budget), city),
        ),
    }
