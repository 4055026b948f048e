"""The years one below another: how many stand where in each, and how many of the measured reached their target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from smartcity.lib.charts.bars import Part
from smartcity.lib.charts.svg import frame, look, number, tone, words_of

type Box = tuple[float, float, float, float]  # x, y, width, height

DARK = frozenset({"h3", "h4", *(f"d{hue}" for hue in range(1, 9))})
"""Tones that carry light words; see --heat-ink-hi and --on-dim in tokens.css."""

_DIGIT = 8.5  # the width of a figure in a bar, with room to breathe
_GAP = 1.5


@dataclass(frozen=True)
class Year:
    """One row: its bar in parts, and below it how many of the measured reached what was aimed at.

    `note` and `aim` are the same in words, ready to print.
    """

    label: str
    parts: Sequence[Part]
    measured: int
    reached: int
    note: str
    aim: str


@dataclass(frozen=True)
class _Layout:
    """Where things stand within a row; all positions from its upper left corner."""

    width: float
    height: float
    bar: Box
    aim: Box
    note: tuple[float, float, str]  # x, y, anchor
    below: tuple[float, float, str]


# On the screen words stand above and below their bar, so that they stay readable at 360 px; on paper beside it.
_SCREEN = _Layout(320, 88, (0, 22, 320, 20), (0, 46, 320, 8), (320, 15, "end"), (0, 70, "start"))
_PAPER = _Layout(660, 40, (52, 2, 438, 18), (52, 23, 438, 7), (502, 15, "start"), (502, 30, "start"))


def years(
    rows: Sequence[Year],
    *,
    title: str,
    description: str,
    key: str = "years",
    for_print: bool = False,
    width_mm: float = 170,
) -> SafeString:
    """Draw each year as a bar of its parts and a thin bar of what was reached, all on one scale.

    A part says its number where it has room; `hollow` and `lines` are tones besides those of `Part`, so that
    neighbours differ in more than colour. Raises ValueError without rows, for a negative number, for more
    reached than measured, or an unknown tone.
    """
    if not rows:
        raise ValueError("a trend needs at least one year")
    for row in rows:
        if any(part.value < 0 for part in row.parts) or not 0 <= row.reached <= row.measured:
            raise ValueError(f"{row.label}: numbers are not negative, and no more is reached than measured")
    layout, paint = (_PAPER if for_print else _SCREEN), look(for_print)
    longest = max(1, *(max(sum(int(part.value) for part in row.parts), row.measured) for row in rows))
    body = [_row(row, place * layout.height, longest, layout, paint) for place, row in enumerate(rows)]
    return frame(
        body,
        view=(0, 0, layout.width, len(rows) * layout.height),
        key=key,
        title=title,
        description=description,
        css="chart chart--years",
        width_mm=width_mm if for_print else 0,
    )


def _row(row: Year, top: float, longest: int, layout: _Layout, paint: Mapping[str, str]) -> str:
    drawn = [_words(row.label, (0, 15, "start"), top, paint["strong"])]
    x, y, width, height = layout.bar
    scale = width / longest
    for part in (part for part in row.parts if part.value):
        length = float(part.value) * scale
        box = (x, top + y, max(length - _GAP, 1.0), height)
        drawn.append(segment(part.tone, box, paint))
        if length > _DIGIT * (len(str(part.value)) + 1):
            role = "on" if part.tone in DARK else "strong"
            place = (x + (length - _GAP) / 2, y + height / 2 + 4.5, "middle")
            drawn.append(_words(str(part.value), place, top, paint[role]))
        x += length
    x, y, width, height = layout.aim
    if row.measured:
        drawn.append(segment("track", (x, top + y, row.measured * scale, height), paint))
    if row.reached:
        drawn.append(segment("h4", (x, top + y, row.reached * scale, height), paint))
    drawn.append(_words(row.note, layout.note, top, paint["text"]))
    drawn.append(_words(row.aim, layout.below, top, paint["text"]))
    return "".join(drawn)


def _words(text: str, place: tuple[float, float, str], top: float, paint: str) -> str:
    x, y, anchor = place
    return (
        f'<text {paint} x="{number(x)}" y="{number(top + y)}" text-anchor="{anchor}">{words_of(text)}</text>'
    )


def segment(name: str, box: Box, paint: Mapping[str, str]) -> str:
    """A block in a tone of `Part`, or `hollow` (an outline) or `lines` (an outline with upright lines)."""
    x, y, width, height = box
    if name not in ("hollow", "lines"):
        return (
            f'<rect {paint[tone(name)]} x="{number(x)}" y="{number(y)}" width="{width:.1f}" '
            f'height="{number(height)}" rx="2"/>'
        )
    outline = paint["ring-outer"]
    drawn = (
        f'<rect {outline} x="{number(x + 0.5)}" y="{number(y + 0.5)}" width="{max(width - 1, 0.5):.1f}" '
        f'height="{number(height - 1)}" rx="2"/>'
    )
    if name == "hollow":
        return drawn
    uprights = "".join(
        f"M{number(x + step)} {number(y + 1)}v{number(height - 2)}"
        for step in range(4, max(int(width), 4), 4)
    )
    return f'{drawn}<path {outline} d="{uprights}"/>' if uprights else drawn
