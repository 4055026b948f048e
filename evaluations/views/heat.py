"""The heat map of a city: agency by dimension, each cell a number on its step of colour that leads to its rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dimensions.models import SmartDimension
from smartcity.lib import charts, lines

SHOWN_OPDS = 12

type Agency = tuple[str, int, str]  # short name, number, official name: in the order of the rows


@dataclass(frozen=True)
class Cell:
    """What one agency has in one dimension.

    `text` stands in the cell, `percent` is its step of colour, `url` leads to its rows ("" where there are none),
    `said` is what the number means and `late` the word for late ("" when it is not), for who cannot see the map.
    """

    text: str
    percent: int
    url: str
    said: str
    late: str = ""


def heat(
    dimensions: Sequence[SmartDimension],
    agencies: Iterable[Agency],
    cell_of: Callable[[int, SmartDimension], Cell | None],
    *,
    nothing: str,
) -> dict[str, Any]:
    """Return the context of city_heat_table.html.

    `cell_of` gives None where an agency has nothing in a dimension, which is said as `nothing`.
    """
    empty = format_html('<span aria-hidden="true">·</span><span class="visually-hidden">{}</span>', nothing)
    rows = []
    for short, opd_id, name in agencies:
        cells = [
            _drawn(cell_of(opd_id, dimension), f"{short}, {dimension}", empty) for dimension in dimensions
        ]
        rows.append(
            {"short": short, "name": name, "cells": lines.draw("evaluations/parts/heat_cell.html", cells)}
        )
    return {
        "columns": [{"letter": row.letter, "hue": str(row.hue), "name": str(row)} for row in dimensions],
        "rows": lines.draw("evaluations/parts/heat_line.html", rows[:SHOWN_OPDS]),
        "more": lines.draw("evaluations/parts/heat_line.html", rows[SHOWN_OPDS:]),
        "more_count": len(rows[SHOWN_OPDS:]),
    }


def _drawn(cell: Cell | None, where: str, empty: SafeString) -> dict[str, str]:
    if cell is None:
        return {"css": "none", "text": empty}
    # The hidden words make the link understood alone, out of its row and column.
    said = ", ".join(part for part in (cell.said, where, cell.late) if part)
    hidden = format_html('{}<span class="visually-hidden"> {}</span>', cell.text, said)
    return {
        "css": f"c{charts.heat_step(cell.percent)}{' late' if cell.late else ''}",
        "text": format_html('<a href="{}">{}</a>', cell.url, hidden) if cell.url else hidden,
    }


def legend() -> list[dict[str, Any]]:
    """The steps of colour in words."""
    steps = (_("0 to 24"), _("25 to 49"), _("50 to 74"), _("75 to 99"), "100")
    return [{"swatch": charts.swatch(f"h{step}"), "text": text} for step, text in enumerate(steps)]
