"""Bars: values of several things beside each other, and shares of one whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from smartcity.lib.charts.svg import drawn, frame, look, number, tone, value_words, words_of, wrap
from smartcity.lib.decimals import display

type Box = tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True)
class Bar:
    """One thing with a value, in a tone: `d1`-`d8` for a dimension's hue, `h0`-`h4` for the sea steps."""

    label: str
    value: Decimal | None
    tone: str = "h4"


@dataclass(frozen=True)
class Part:
    """One share of a whole, in a tone: `h0`-`h4`, `d1`-`d8`, or `track` for what has not begun."""

    label: str
    value: Decimal | int
    tone: str


def bars(
    rows: Sequence[Bar],
    *,
    title: str,
    description: str,
    key: str = "bars",
    top: int = 4,
    for_print: bool = False,
    width_mm: float = 170,
) -> SafeString:
    """Draw one horizontal bar a row on a track from 0 to `top`, with its label and its value in words.

    A missing value leaves the track empty and says "belum lengkap". On the screen the label stands above its
    bar, so that it stays readable at 360 px; on paper beside it. Raises ValueError without rows, for an
    unknown tone, or for a value outside the scale.
    """
    if not rows:
        raise ValueError("bars need at least one row")
    for row in rows:
        if row.value is not None and not 0 <= row.value <= top:
            raise ValueError(f"{row.value} is not between 0 and {top}")
    draw, width, height = (_row_on_paper, 660.0, 40.0) if for_print else (_row_on_screen, 320.0, 44.0)
    paint = look(for_print)
    body = [draw(row, index * height, top, paint) for index, row in enumerate(rows)]
    return frame(
        body,
        view=(0, 0, width, len(rows) * height),
        key=key,
        title=title,
        description=description,
        css="chart chart--bars",
        width_mm=width_mm if for_print else 0,
    )


def _row_on_screen(row: Bar, y: float, top: int, paint: Mapping[str, str]) -> str:
    label = wrap(row.label, 30, 1)[0]
    role = "tick" if row.value is None else "strong"
    return (
        f'<text {paint["text"]} x="0" y="{number(y + 16)}">{words_of(label)}</text>'
        f'<text {paint[role]} x="320" y="{number(y + 16)}" text-anchor="end">'
        f"{words_of(value_words(row.value))}</text>" + _bar(row, (0, y + 24, 320, 10), top, paint)
    )


def _row_on_paper(row: Bar, y: float, top: int, paint: Mapping[str, str]) -> str:
    lines = wrap(row.label, 30, 2)
    first = y + 20 + 3.5 - (len(lines) - 1) * 6.5
    label = "".join(
        f'<text {paint["text"]} x="0" y="{number(first + index * 13)}">{words_of(line)}</text>'
        for index, line in enumerate(lines)
    )
    role = "tick" if row.value is None else "strong"
    value = f'<text {paint[role]} x="592" y="{number(y + 23.5)}">{words_of(value_words(row.value))}</text>'
    return label + _bar(row, (180, y + 9, 400, 22), top, paint) + value


def _bar(row: Bar, box: Box, top: int, paint: Mapping[str, str]) -> str:
    x, y, width, height = box
    place = f'x="{number(x)}" y="{number(y)}" height="{height:g}" rx="3"'
    track = f'<rect {paint["track"]} {place} width="{width:g}"/>'
    if not row.value:
        return track
    return f'{track}<rect {paint[tone(row.tone)]} {place} width="{number(width * float(row.value) / top)}"/>'


# --- Shares --------------------------------------------------------------------------------------


def stacked_bar(
    parts: Sequence[Part],
    *,
    title: str,
    description: str = "",
    key: str = "parts",
    for_print: bool = False,
    width_mm: float = 170,
    height_mm: float = 6,
) -> SafeString:
    """Draw the shares of one whole in a row, in the order given; shares of nothing are left out.

    Without a description the parts are read out with their numbers. A whole of nothing is an empty track.
    Raises ValueError for a negative share or an unknown tone.
    """
    if any(part.value < 0 for part in parts):
        raise ValueError("a share is not negative")
    length, height = (width_mm * 10, height_mm * 10) if for_print else (1000.0, 40.0)
    paint = look(for_print)
    shown = [part for part in parts if part.value]
    body = []
    x = 0.0
    for part, width in zip(shown, _widths(shown, length, gap=5.0), strict=True):
        body.append(_block(paint[tone(part.tone)], (x, 0, width, height)))
        x += width + 5.0
    return frame(
        body or [_block(paint["track"], (0, 0, length, height))],
        view=(0, 0, length, height),
        key=key,
        title=title,
        description=description or _read_out(parts),
        width_mm=width_mm if for_print else 0,
        stretch=True,
    )


def _widths(parts: Sequence[Part], length: float, gap: float) -> list[float]:
    """Widths by share; one part in a thousand still gets a sliver, taken from the largest."""
    whole = float(sum(part.value for part in parts))
    room = length - gap * (len(parts) - 1)
    widths = [max(room * float(part.value) / whole, 4.0) for part in parts]
    if widths:
        widths[widths.index(max(widths))] -= sum(widths) - room
    return widths


def _block(paint: str, box: Box) -> str:
    x, y, width, height = (number(length) for length in box)
    return f'<rect {paint} x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'


def _read_out(parts: Sequence[Part]) -> str:
    said = (
        _("%(name)s %(value)s")
        % {"name": part.label, "value": display(part.value, places=_places(part.value))}
        for part in parts
    )
    return f"{', '.join(said)}." if parts else ""


def _places(value: Decimal | int) -> int:
    return 0 if value == int(value) else 2


def mini_bar(
    part: Decimal | int, whole: Decimal | int, *, width_mm: float = 24, name: str = ""
) -> SafeString:
    """Draw a thin bar for a table cell on paper; its name is "3 dari 17" unless given.

    On the screen the same is a `<progress>`. More than the whole is a full bar, nothing of nothing an empty
    track. Raises ValueError for negative numbers.
    """
    if part < 0 or whole < 0:
        raise ValueError("counts are not negative")
    paint = look(for_print=True)
    filled = 24 * min(float(part) / float(whole), 1.0) if whole else 0.0
    words = name or _("%(part)s of %(whole)s") % {
        "part": display(part, places=_places(part)),
        "whole": display(whole, places=_places(whole)),
    }
    bar = f'<rect {paint["h4"]} width="{filled:.2f}" height="3" rx="1"/>' if filled else ""
    return drawn(
        f'<svg class="bar" viewBox="0 0 24 3" width="{width_mm:g}mm" height="{width_mm / 8:g}mm" role="img">'
        f'<title>{escape(words)}</title><rect {paint["track"]} width="24" height="3" rx="1"/>{bar}</svg>'
    )
