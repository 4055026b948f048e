"""The radar: one axis per dimension, this year as a solid shape, last year as a dashed line."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from smartcity.lib.charts.svg import HUES, SPACE, frame, look, number, width_of, words_of, wrap
from smartcity.lib.decimals import UNKNOWN, display


@dataclass(frozen=True)
class Axis:
    """One dimension on the radar: its letter and hue number, its name, and the values of one or two years."""

    letter: str
    hue: int
    name: str
    value: Decimal | None
    before: Decimal | None = None


@dataclass(frozen=True)
class _Size:
    """Lengths in user units; on paper a unit is about a quarter of a millimetre."""

    radius: float
    font: float
    tick: float
    tile: float
    dot: float


_SCREEN = _Size(radius=105, font=13, tick=11, tile=20, dot=4.5)
_PAPER = _Size(radius=98, font=10, tick=8.5, tile=14, dot=3)
_GAP = 6.0  # between the outer ring and a label, and between a tile and its word

_UPRIGHT = 0.05  # a tip this close to the middle is straight up or down

type _Box = tuple[float, float, float, float]  # left, top, right, bottom


def radar(
    axes: Sequence[Axis],
    *,
    title: str,
    description: str,
    key: str = "radar",
    top: int = 4,
    for_print: bool = False,
    width_mm: float = 84,
) -> SafeString:
    """Draw three to eight axes from 0 to `top`, values labelled at the tips, at most two shapes.

    A missing value opens the shape, shows a dash with "belum lengkap" at its tip, and is added to the
    description. `key` must be unique on the page. Raises ValueError for another number of axes, an unknown
    hue, or a value outside the scale.
    """
    _check(axes, top)
    size, paint = (_PAPER if for_print else _SCREEN), look(for_print)
    tips = _tips(len(axes))
    scale = size.radius / top
    now = [_point(tip, axis.value, scale) for tip, axis in zip(tips, axes, strict=True)]
    before = [_point(tip, axis.before, scale) for tip, axis in zip(tips, axes, strict=True)]
    grid, ticks = _grid(len(axes), top, for_print)
    body = [grid, _shape(before, paint["before"]), _shape(now, paint["now"]), ticks]
    body += [f'<circle {paint["point"]} cx="{x}" cy="{y}" r="{size.dot}"/>' for x, y in filter(None, now)]
    boxes: list[_Box] = []
    # The upright labels last: they step outwards where a tall neighbour already stands.
    for axis, tip in sorted(zip(axes, tips, strict=True), key=lambda pair: abs(pair[1][0]) < _UPRIGHT):
        label, box = _label(axis, tip, size, paint, boxes)
        body.append(label)
        boxes.append(box)
    missing = [axis.name for axis in axes if axis.value is None]
    if missing:
        incomplete = _("Incomplete: %(names)s.") % {"names": ", ".join(missing)}
        description = f"{description} {incomplete}".strip()
    return frame(
        body,
        view=_view(boxes, size),
        key=key,
        title=title,
        description=description,
        css="chart chart--radar",
        width_mm=width_mm if for_print else 0,
    )


def _check(axes: Sequence[Axis], top: int) -> None:
    if not 3 <= len(axes) <= 8:
        raise ValueError("a radar has three to eight axes")
    for axis in axes:
        if axis.hue not in HUES:
            raise ValueError(f"unknown hue {axis.hue}")
        for value in (axis.value, axis.before):
            if value is not None and not 0 <= value <= top:
                raise ValueError(f"{value} is not between 0 and {top}")


@lru_cache
def _tips(count: int) -> list[tuple[float, float]]:
    """Unit vectors, the first straight up, clockwise."""
    turns = (2 * math.pi * index / count for index in range(count))
    return [(math.sin(turn), -math.cos(turn)) for turn in turns]


def _point(tip: tuple[float, float], value: Decimal | None, scale: float) -> tuple[str, str] | None:
    if value is None:
        return None
    reach = float(value) * scale
    return number(tip[0] * reach), number(tip[1] * reach)


def _shape(points: Sequence[tuple[str, str] | None], paint: str) -> str:
    """A closed polygon when every value is there; otherwise only the sides between neighbours that are.

    The open sides are separate two-point strokes, which enclose nothing: an open shape must not be filled
    as if the missing corner were zero.
    """
    present = [point for point in points if point]
    if len(present) == len(points):
        return f'<polygon {paint} points="{" ".join(f"{x},{y}" for x, y in present)}"/>'
    ends = zip(points, [*points[1:], points[0]], strict=True)
    sides = " ".join(f"M{a[0]} {a[1]}L{b[0]} {b[1]}" for a, b in ends if a and b)
    return f'<path {paint} d="{sides}"/>' if sides else ""


@lru_cache
def _grid(count: int, top: int, for_print: bool) -> tuple[str, str]:
    """Rings and axes, and the numbers on the upright axis; the same for every radar with as many axes."""
    size, paint, tips = (_PAPER if for_print else _SCREEN), look(for_print), _tips(count)
    rings = []
    for ring in range(1, top + 1):
        reach = size.radius * ring / top
        corners = " ".join(f"{number(x * reach)},{number(y * reach)}" for x, y in tips)
        rings.append(f'<polygon {paint["ring-outer" if ring == top else "ring"]} points="{corners}"/>')
    ends = ((number(x * size.radius), number(y * size.radius)) for x, y in tips)
    axes = (f'<line {paint["axis"]} x1="0" y1="0" x2="{x}" y2="{y}"/>' for x, y in ends)
    ticks = (
        f'<text {paint["tick"]} x="5" y="{number(size.tick - size.radius * ring / top)}">{ring}</text>'
        for ring in range(1, top + 1)
    )
    return "".join([*rings, *axes]), "".join(ticks)


# --- Labels at the tips --------------------------------------------------------------------------


def _label(
    axis: Axis, tip: tuple[float, float], size: _Size, paint: Mapping[str, str], taken: Sequence[_Box]
) -> tuple[str, _Box]:
    if abs(tip[0]) < _UPRIGHT:
        return _label_above_or_below(axis, tip[1], size, paint, taken)
    return _label_beside(axis, tip, size, paint)


def _label_above_or_below(
    axis: Axis, side: float, size: _Size, paint: Mapping[str, str], taken: Sequence[_Box]
) -> tuple[str, _Box]:
    """One centred line: tile, name, value; beyond any label beside it that reaches over it."""
    name = wrap(axis.name, 28, 1)[0]
    value, role = (_("incomplete"), "tick") if axis.value is None else (display(axis.value), "strong")
    words = width_of(f"{name} {value}", size.font)
    left = -(size.tile + _GAP + words) / 2
    reach = max(size.radius, *(_reach(box, side) for box in taken if box[0] < -left and box[2] > left), 0)
    top = side * (reach + _GAP + size.tile / 2) - size.tile / 2
    line = (
        f'<text {paint["text"]} x="{number(left + size.tile + _GAP)}" y="{number(_baseline(top, size))}">'
        f'{words_of(name)} <tspan dx="{SPACE}" {paint[role]}>{words_of(value)}</tspan></text>'
    )
    return _tile(axis, left, top, size, paint) + line, (left, top, -left, top + size.tile)


def _reach(box: _Box, side: float) -> float:
    """How far a label stands out to the top (side -1) or the bottom (side 1)."""
    return box[3] if side > 0 else -box[1]


def _label_beside(
    axis: Axis, tip: tuple[float, float], size: _Size, paint: Mapping[str, str]
) -> tuple[str, _Box]:
    """Tile and value on one line, the name below; mirrored on the left."""
    lines = list(_lines_beside(axis))
    height = size.tile + len(lines) * size.font * 1.25
    right = tip[0] > 0
    x = tip[0] * (size.radius + _GAP)
    top = tip[1] * (size.radius + _GAP + height / 2) - height / 2
    anchor = "start" if right else "end"
    beside = x + (size.tile + _GAP) * (1 if right else -1)
    value = UNKNOWN if axis.value is None else display(axis.value)
    parts = [_tile(axis, x if right else x - size.tile, top, size, paint)]
    parts.append(
        f'<text {paint["strong"]} x="{number(beside)}" y="{number(_baseline(top, size))}" '
        f'text-anchor="{anchor}">{value}</text>'
    )
    for index, (role, line) in enumerate(lines, start=1):
        y = top + size.tile + index * size.font * 1.25 - size.font * 0.1
        place = f'x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"'
        parts.append(f"<text {paint[role]} {place}>{words_of(line)}</text>")
    wide = max(
        size.tile + _GAP + width_of(value, size.font), *(width_of(line, size.font) for _role, line in lines)
    )
    return "".join(parts), (x, top, x + wide, top + height) if right else (x - wide, top, x, top + height)


def _lines_beside(axis: Axis) -> Iterator[tuple[str, str]]:
    for line in wrap(axis.name, 15, 2):
        yield "text", line
    if axis.value is None:
        yield "tick", _("incomplete")


def _tile(axis: Axis, left: float, top: float, size: _Size, paint: Mapping[str, str]) -> str:
    side = f"{size.tile:g}"
    return (
        f'<rect {paint[f"d{axis.hue}"]} x="{number(left)}" y="{number(top)}" width="{side}" height="{side}" '
        f'rx="{size.tile / 5:g}"/><text {paint["on"]} x="{number(left + size.tile / 2)}" '
        f'y="{number(_baseline(top, size))}" text-anchor="middle">{escape(axis.letter[:1])}</text>'
    )


def _baseline(top: float, size: _Size) -> float:
    return top + size.tile / 2 + size.font * 0.35


def _view(boxes: Sequence[_Box], size: _Size) -> tuple[float, float, float, float]:
    """The window that holds every label, with the middle of the radar in the middle of its width."""
    half = max(size.radius, *(max(-left, right) for left, _top, right, _bottom in boxes)) + 2
    upper = min(box[1] for box in boxes) - 2
    lower = max(size.radius, *(box[3] for box in boxes)) + 2
    return -half, upper, 2 * half, lower - upper
