"""Filters and tags of the pages. They write what a view hands them; none of them asks the database.

Loaded as a builtin, so templates need no `{% load %}`:
    {{ score|number }}  {{ count|number:0 }}  {{ budget|money }}  {{ budget|short_money }}
    {{ filled|percent:total }}  {{ gain|signed }}  {{ waiting|words|capfirst }}
    {{ moment|wib }}  {{ moment|wib:city.timezone }}  {{ until|left_until }}
    {{ day|long_date }}  {{ day|short_date }}
    {% icon "send" %}  {% status_badge status %}  {% sample %}  {% options filters.opds %}
    {% csrf_token %}, Django's, with the mark of whose form it is
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from smartcity import typed
from smartcity.lib import clock, dates, decimals, lines

register = template.Library()

#: Their answers must not be traceable to a person (docs/adr/0014), not even to one who happens to be signed in.
ANONYMOUS = {"surveys:answer"}

type Number = Decimal | int | None


class FormMarks(CsrfTokenNode):
    """Django's token, and under which account the form was opened (smartcity/typed.py)."""

    def render(self, context: Context) -> str:
        marks = super().render(context)
        request = context.get("request")
        match = getattr(request, "resolver_match", None)
        if request is None or (match and match.view_name in ANONYMOUS):
            return marks
        owner = typed.mark_of(request.user)
        if not owner:
            return marks
        return marks + format_html('<input type="hidden" name="{}" value="{}">', typed.OWNER, owner)


@register.tag
def csrf_token(parser: template.base.Parser, token: template.base.Token) -> FormMarks:
    """Take the place of Django's tag of this name, so that no form can forget its mark."""
    return FormMarks()


# --- Numbers -------------------------------------------------------------------------------------


@register.filter
def number(value: Number, places: int = 2) -> str:
    """Write a number half up with a decimal comma; `{{ count|number:0 }}` for whole ones. None is a dash."""
    return decimals.display(value, places)


@register.filter
def signed(value: Number) -> str:
    """Write an improvement with its sign: +0,23, -0,12, 0,00."""
    return decimals.signed(value)


@register.filter
def percent(part: Number, whole: Number) -> str:
    """Write a part as a share of the whole: `{{ filled|percent:total }}`. Nothing of nothing is a dash."""
    return decimals.percent(part, whole)


@register.filter
def money(value: Number) -> str:
    """Write an amount in full: Rp18.755.371.000,00."""
    return decimals.money(value)


@register.filter
def short_money(value: Number) -> str:
    """Write an amount for a figure or a chart: Rp18,8 miliar."""
    return decimals.short_money(value)


_WORDS = (
    pgettext_lazy("count", "zero"),
    pgettext_lazy("count", "one"),
    pgettext_lazy("count", "two"),
    pgettext_lazy("count", "three"),
    pgettext_lazy("count", "four"),
    pgettext_lazy("count", "five"),
    pgettext_lazy("count", "six"),
    pgettext_lazy("count", "seven"),
    pgettext_lazy("count", "eight"),
    pgettext_lazy("count", "nine"),
    pgettext_lazy("count", "ten"),
    pgettext_lazy("count", "eleven"),
    pgettext_lazy("count", "twelve"),
    pgettext_lazy("count", "thirteen"),
    pgettext_lazy("count", "fourteen"),
    pgettext_lazy("count", "fifteen"),
    pgettext_lazy("count", "sixteen"),
    pgettext_lazy("count", "seventeen"),
    pgettext_lazy("count", "eighteen"),
    pgettext_lazy("count", "nineteen"),
    pgettext_lazy("count", "twenty"),
)


@register.filter
def words(count: int) -> str:
    """Write a count for a sentence: words up to twenty, digits above; `|capfirst` begins a heading."""
    return str(_WORDS[count]) if 0 <= count < len(_WORDS) else decimals.display(count, places=0)


# --- Days and times ------------------------------------------------------------------------------


@register.filter
def wib(moment: datetime | None, zone: str | None = None) -> str:
    """Write a moment with weekday and zone: Kamis, 29 September 2022, 16.00 WIB."""
    return dates.wib(moment, zone)


@register.filter
def long_date(day: date | None, zone: str | None = None) -> str:
    """Write a day in full: Jumat, 16 September 2022."""
    return dates.long_date(day, zone)


@register.filter
def short_date(day: date | None, zone: str | None = None) -> str:
    """Write a day for a table: 16/09/2022."""
    return dates.short_date(day, zone)


@register.filter
def left_until(until: datetime, now: datetime | None = None) -> str:
    """Say how much time is left on the server's clock: 6 hari; 2 jam 5 menit."""
    return dates.left(until, now or clock.now())


# --- Pieces --------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one icon of the sprite, beside a word."""
    return _icon(name)


@lru_cache(maxsize=128)
def _icon(name: str) -> SafeString:
    """A page has dozens, of a few kinds: each is drawn once."""
    return render_to_string("components/icon.html", {"name": name})


_SELECTED = {True: SafeString(" selected"), False: SafeString()}


@register.simple_tag
def options(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Draw the choices of a select (`value`, `label`, `selected`): a city has sixty agencies."""
    return lines.draw(
        "components/option.html",
        (
            {
                "value": str(row["value"]),
                "label": str(row["label"]),
                "selected": _SELECTED[bool(row["selected"])],
            }
            for row in rows
        ),
    )


@register.inclusion_tag("components/status_badge.html")
def status_badge(status: Any) -> dict[str, Any]:
    """Show a status (`css`, `icon`, `label`) as word, icon and ground."""
    return {"status": status}


@register.inclusion_tag("components/sample.html")
def sample() -> dict[str, str]:
    """Mark an invented number."""
    return {}
