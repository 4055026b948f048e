"""Small marks: the days of a deadline, the step of a heat map, the swatches of a legend."""

from decimal import Decimal
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from smartcity.lib.charts.svg import LIGHT, drawn, look, tone
from smartcity.lib.charts.years import segment

MOST_DAYS = 60
"""Cells of a days track at most; a longer wait is drawn in proportion, or its cells melt into a line."""


def days_track(
    total: int, left: int, label: str = "", *, for_print: bool = False, width_mm: float = 60
) -> SafeString:
    """Draw a deadline as a row of days, those that remain filled at the right end.

    `left` is held between nothing and the total, so a passed deadline is an empty row. The name is "7 dari
    14 hari tersisa" unless given. Raises ValueError for a total below one.
    """
    if total < 1:
        raise ValueError("a deadline has at least one day")
    left = max(0, min(left, total))
    words = label or ngettext("%(left)d of %(total)d day left", "%(left)d of %(total)d days left", total) % {
        "left": left,
        "total": total,
    }
    cells = min(total, MOST_DAYS)
    # Rounded up: as long as a day remains, one cell shows it.
    filled = -(-left * cells // total)
    pitch = 100 / cells
    gap = min(1.4, pitch * 0.25)
    paint = look(for_print)
    days = "".join(
        f'<rect {paint["day-left" if index >= cells - filled else "day"]} x="{index * pitch:.2f}" '
        f'width="{pitch - gap:.2f}" height="8" rx="1.5"/>'
        for index in range(cells)
    )
    size = f' width="{width_mm:g}mm" height="2mm"' if for_print else ""
    return drawn(
        f'<svg viewBox="0 0 {100 - gap:g} 8"{size} preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{days}</svg>'
    )


def heat_step(percent: Decimal | int | None) -> int | None:
    """Give the step of the heat map's hue: 0-24, 25-49, 50-74, 75-99, and 4 only for what is complete.

    None (not assigned) has no step. 99,5 is not complete. Raises ValueError below zero.
    """
    if percent is None:
        return None
    if percent < 0:
        raise ValueError("a percentage of completeness is not negative")
    return min(int(percent) // 25, 4)


def swatch(name: str, *, late: bool = False, for_print: bool = False) -> SafeString:
    """Draw the small square of a legend in a tone (`h0`-`h4`, `d1`-`d8`, `track`); late has a red corner.

    `hollow` and `lines` are those of `years`.
    """
    if name in ("hollow", "lines"):
        return _sample("chart d-inline", segment(name, (0.5, 0.5, 23, 11), look(for_print)), for_print)
    fill = look(for_print)[tone(name)]
    if for_print:
        fill += f' stroke="{LIGHT["line-strong"]}" stroke-width="1"'
    elif name.startswith("h"):
        fill = f'class="{name} sw"'
    corner = f'<path {look(for_print)["late"]} d="M14 0h8a2 2 0 0 1 2 2v8Z"/>' if late else ""
    shape = f'<rect {fill} x=".5" y=".5" width="23" height="11" rx="2"/>{corner}'
    return _sample("" if name.startswith("h") else "chart d-inline", shape, for_print)


def line_swatch(which: Literal["now", "before"], *, for_print: bool = False) -> SafeString:
    """Draw the small line of a legend: solid for this year, dashed for last year."""
    shape = f'<path {look(for_print)[which]} d="M1 6h22"/>'
    return _sample("chart d-inline", shape, for_print)


def _sample(css: str, shape: str, for_print: bool) -> SafeString:
    where = 'width="7mm" height="3.5mm"' if for_print else f'class="{css}"' if css else ""
    return drawn(f'<svg viewBox="0 0 24 12" {where} aria-hidden="true">{shape}</svg>')
