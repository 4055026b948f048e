"""The figures of a "data" question: one measure, before and after, with unit, period and source. Pure.

Stored with the answer as plain text values, None when nothing was written (domain guide, section 4: improvement is
backed by data, before and after).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from opd.payload import plain
from smartcity.lib import decimals

TEXTS = ("indicator", "unit", "before_period", "after_period", "source")
NUMBERS = ("before", "after")
NAMES = ("indicator", "unit", "before", "before_period", "after", "after_period", "source")

type Figures = Mapping[str, str]


def stored(cleaned: Mapping[str, Any]) -> dict[str, str] | None:
    """What a form's cleaned values say as plain text, every name of NAMES; None when all of them are empty."""
    kept = {name: str(cleaned.get(name) or "").strip() for name in TEXTS}
    for name in NUMBERS:
        number = cleaned.get(name)
        kept[name] = "" if number is None else plain(number)
    return {name: kept[name] for name in NAMES} if any(kept.values()) else None


def initial(figures: Figures | None) -> dict[str, Any]:
    """The same as a form shows it again: numbers as Decimal."""
    given = dict(figures or {})
    numbers = {name: Decimal(given[name]) for name in NUMBERS if given.get(name)}
    return given | dict.fromkeys(NUMBERS) | numbers


def lacking(figures: Figures | None) -> list[str]:
    """The names that are still empty; the source may stay empty when evidence stands beside the answer."""
    return [name for name in NAMES if name != "source" and not (figures or {}).get(name)]


def sentence(figures: Figures | None) -> str:
    """The figures in one line, such as "Requests, files: before 120 (2021), after 340 (2022) (+220)"; "" for none."""
    if not figures:
        return ""
    values = initial(figures)
    words = {
        name: decimals.exact(values[name]) if values[name] is not None else _("not given") for name in NUMBERS
    }
    line = _("before %(before)s, after %(after)s") % {
        name: _with_period(words[name], figures[f"{name}_period"]) for name in NUMBERS
    }
    if all(values[name] is not None for name in NUMBERS):
        line += f" ({_change(values['after'] - values['before'])})"
    head = ", ".join(filter(None, (figures["indicator"], figures["unit"])))
    told = f"{head}: {line}" if head else line
    return told + (
        " " + _("Source: %(source)s.") % {"source": figures["source"]} if figures["source"] else ""
    )


def _change(number: Decimal) -> str:
    return ("+" if number > 0 else "") + decimals.exact(number)


def _with_period(number: str, period: str) -> str:
    return f"{number} ({period})" if period else number
