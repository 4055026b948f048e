"""What every chart shares: the two looks, the frame with title and description, text that fits.

Coordinates are binary floats on purpose: they are positions on paper, never figures anybody reads.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from smartcity.lib.decimals import display

FONT = "Plus Jakarta Sans"
SPACE = ".1em"

LIGHT: Mapping[str, str] = {
    "surface": "#fff",
    "line": "#dfe4df",
    "line-strong": "#7f8b85",
    "ink": "#15211e",
    "ink-2": "#45524d",
    "ink-3": "#5c6963",
    "primary": "#0b5563",
    "st-terlambat": "#a01d1d",
    "dim-1": "#3a4ea3",
    "dim-2": "#a82e6b",
    "dim-3": "#8a5a00",
    "dim-4": "#00716f",
    "dim-5": "#7a3ea8",
    "dim-6": "#3d7117",
    "dim-7": "#0f6cae",
    "dim-8": "#5a6570",
    "on-dim": "#fff",
    "heat-0": "#f3f5f2",
    "heat-1": "#d6e9e8",
    "heat-2": "#9fcecf",
    "heat-3": "#2f7d85",
    "heat-4": "#0b5563",
}
"""The light palette by the names of tokens.css; a test keeps the two equal."""

HUES = range(1, 9)
STEPS = range(5)

# Role of a shape -> its attributes. The screen names it, paper paints it: the only two places that differ.
SCREEN: Mapping[str, str] = {
    "ring": 'class="ring"',
    "ring-outer": 'class="ring ring--4"',
    "axis": 'class="axis"',
    "now": 'class="now"',
    "before": 'class="before"',
    "point": 'class="pt"',
    "tick": 'class="tick"',
    "text": "",
    "strong": 'class="strong"',
    "on": 'class="on"',
    "track": 'class="track"',
    "day": 'class="day"',
    "day-left": 'class="day day--left"',
    "late": 'class="sudut"',
    **{f"d{hue}": f'class="d{hue}"' for hue in HUES},
    **{f"h{step}": f'class="h{step}"' for step in STEPS},
}
PRINT: Mapping[str, str] = {
    "ring": f'fill="none" stroke="{LIGHT["line"]}"',
    "ring-outer": f'fill="none" stroke="{LIGHT["line-strong"]}"',
    "axis": f'stroke="{LIGHT["line"]}"',
    "now": f'fill="{LIGHT["primary"]}" fill-opacity=".16" stroke="{LIGHT["primary"]}" stroke-width="2"'
    ' stroke-linejoin="round"',
    "before": f'fill="none" stroke="{LIGHT["ink-3"]}" stroke-width="1.4" stroke-dasharray="4 3"',
    "point": f'fill="{LIGHT["primary"]}" stroke="{LIGHT["surface"]}" stroke-width="1.4"',
    "tick": f'font-size="8.5" fill="{LIGHT["ink-3"]}"',
    "text": f'font-size="10" fill="{LIGHT["ink-2"]}"',
    "strong": f'font-size="10" font-weight="700" fill="{LIGHT["ink"]}"',
    "on": f'font-size="10" font-weight="700" fill="{LIGHT["on-dim"]}"',
    "track": f'fill="{LIGHT["line"]}"',
    "day": f'fill="{LIGHT["line"]}"',
    "day-left": f'fill="{LIGHT["primary"]}"',
    "late": f'fill="{LIGHT["st-terlambat"]}"',
    **{f"d{hue}": f'fill="{LIGHT[f"dim-{hue}"]}"' for hue in HUES},
    **{f"h{step}": f'fill="{LIGHT[f"heat-{step}"]}"' for step in STEPS},
}


def look(for_print: bool) -> Mapping[str, str]:
    """Give the attributes by role for paper or for the screen."""
    return PRINT if for_print else SCREEN


def tone(name: str) -> str:
    """Give a tone back when both looks can fill it: `d1`-`d8`, `h0`-`h4`, `track`; else raise ValueError."""
    if not re.fullmatch(r"d[1-8]|h[0-4]|track", name):
        raise ValueError(f"unknown tone {name!r}")
    return name


def frame(
    body: Iterable[str],
    *,
    view: tuple[float, float, float, float],
    key: str,
    title: str,
    description: str,
    css: str = "chart",
    width_mm: float = 0,
    stretch: bool = False,
) -> SafeString:
    """Put shapes into an `<svg>` with its name and description; `width_mm` above zero sizes it for paper.

    `view` is x, y, width, height. `key` makes the two ids, so it must be unique on the page; it is written
    by the program, and what is no plain id raises ValueError.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key):
        raise ValueError(f"{key!r} cannot be an id")
    width, height = view[2], view[3]
    size = (
        f'width="{width_mm:g}mm" height="{width_mm * height / width:.2f}mm" font-family="{FONT}" '
        if width_mm
        else ""
    )
    how = 'preserveAspectRatio="none" ' if stretch else ""
    corners = " ".join(f"{number(edge)}" for edge in view)
    return drawn(
        f'<svg class="{css}" viewBox="{corners}" {size}{how}role="img" aria-labelledby="{key}-t {key}-d">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def drawn(svg: str) -> SafeString:
    """Mark a finished drawing as safe: its numbers are this package's, its texts went through `escape`."""
    return mark_safe(svg)  # noqa: S308 (the one door; tests/smartcity/test_charts.py pushes hostile names through)


def describe(label: str, values: Iterable[tuple[str, Decimal | None]]) -> str:
    """Say a series as one sentence for a description: "2022: Governance 3,10; Society belum lengkap."."""
    said = (_("%(name)s %(value)s") % {"name": name, "value": value_words(value)} for name, value in values)
    return _("%(label)s: %(values)s.") % {"label": label, "values": "; ".join(said)}


def value_words(value: Decimal | None) -> str:
    """Write a value, or say that it is not complete."""
    return _("incomplete") if value is None else display(value)


def number(position: float) -> str:
    """Write a coordinate with one decimal, without "-0.0"."""
    return f"{round(position, 1) + 0:.1f}".removesuffix(".0")


def words_of(text: str) -> str:
    """Escape a label and set its words apart: the typeface's space is narrow, paper has no word-spacing."""
    first, *others = (escape(word) for word in text.split(" "))
    return first + "".join(f' <tspan dx="{SPACE}">{word}</tspan>' for word in others)


def width_of(text: str, font: float) -> float:
    """Estimate a text's width in the portal's typeface from above; wide scripts take a full em."""
    return font * sum(1.0 if character > "\u2e80" else 0.6 for character in text)


def wrap(text: str, longest: int, lines: int) -> list[str]:
    """Cut a label into at most `lines` lines of `longest` characters; what does not fit ends in an ellipsis.

    The full text stays in the chart's description and in the table beside it.
    """
    done: list[str] = []
    current = ""
    for word in text.split():
        joined = f"{current} {word}" if current else word
        if len(joined) <= longest or not current:
            current = joined
        else:
            done.append(current)
            current = word
    done.append(current)
    kept = done[:lines]
    if len(done) > lines:
        kept[-1] += "…"
    return [line if len(line) <= longest + 1 else f"{line[: longest - 1]}…" for line in kept]
