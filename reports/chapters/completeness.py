"""Chapter 2: how complete the data is, by agency and by dimension."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chapters import words
from reports.chapters.chapter import Chapter, Entry
from reports.schema import COUNTED, Inputs, QuickWin, Tally
from smartcity.lib import charts, decimals


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return the heat map agency x dimension and the two tables behind it."""
    tiles = [words.tile(row) for row in inputs["dimensions"]]
    offices = sorted({row["opd"]["short"]: row["opd"]["name"] for row in inputs["tally"]}.items())
    silent = [row["short"] for row in inputs["opds"] if row["short"] not in dict(offices)]
    return Chapter(
        key="completeness",
        number=number,
        title=_("Completeness by agency and dimension"),
        template="reports/pdf/completeness.html",
        entries=[
            Entry(_("By dimension"), "completeness-dimension"),
            Entry(_("By agency"), "completeness-agency"),
        ],
        context={
            "tiles": tiles,
            "columns": str(len(tiles)),
            "heat": [_heat(short, tiles, inputs["tally"]) for short, _name in offices],
            "steps": _legend(),
            "by_dimension": [_by_dimension(tile, inputs) for tile in tiles],
            "by_agency": [_by_agency(short, name, inputs) for short, name in offices],
            "silent": silent,
            "silent_sentence": _silent(len(silent), inputs),
            "lead": _lead(inputs),
        },
    )


def _lead(inputs: Inputs) -> str:
    said = _("Share of quick win fields that are filled.")
    dot = _("A dot means that the agency has no quick win in that dimension.")
    if words.is_frozen(inputs):
        dot = _("Only quick wins that were verified when the window opened are frozen; a dot means none.")
    return f"{said} {dot}"


def _heat(short: str, tiles: list[dict[str, Any]], tally: list[Tally]) -> dict[str, Any]:
    """One line of the heat map. No quick win in a dimension is no cell: not assigned is not zero."""
    cells = defaultdict(list)
    for row in tally:
        if row["opd"]["short"] == short:
            cells[row["dimension"]].append(row)
    return {"name": short, "cells": [_cell(cells.get(tile["code"], [])) for tile in tiles]}


def _cell(rows: list[Tally]) -> dict[str, str]:
    done, asked = _filled(rows)
    if not asked:
        return {"text": "·", "css": "none"}
    share = decimals.percent(done, asked)
    return {"text": share.removesuffix("%"), "css": f"c{charts.heat_step(int(share.removesuffix('%')))}"}


def _legend() -> list[dict[str, str]]:
    ranges = [_("%(low)d to %(high)d") % {"low": low, "high": low + 24} for low in (0, 25, 50, 75)]
    return [{"css": f"c{step}", "text": text} for step, text in enumerate([*ranges, "100"])]


def _by_dimension(tile: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    tally = [row for row in inputs["tally"] if row["dimension"] == tile["code"]]
    own = inputs["self_assessed"]
    answered = own["dimensions"].get(tile["code"]) if own else None
    return {
        "tile": tile,
        "answered": words.of(answered["given"], answered["expected"]) if answered else decimals.UNKNOWN,
        **_row(tally, (row for row in inputs["quick_wins"] if row["dimension"] == tile["code"])),
    }


def _by_agency(short: str, name: str, inputs: Inputs) -> dict[str, Any]:
    tally = [row for row in inputs["tally"] if row["opd"]["short"] == short]
    return {
        "short": short,
        "name": name,
        **_row(tally, (row for row in inputs["quick_wins"] if row["opd"]["short"] == short)),
    }


def _row(tally: list[Tally], quick_wins: Iterable[QuickWin]) -> dict[str, Any]:
    done, asked = _filled(tally)
    counts = [(status, sum(row[status] for row in tally)) for status in COUNTED]
    shown = list(quick_wins)
    return {
        "filled": words.of(done, asked) if asked else decimals.UNKNOWN,
        "bar": charts.mini_bar(done, asked, width_mm=12) if asked else "",
        "share": decimals.percent(done, asked),
        "evidence": str(sum(len(row["evidence"]) for row in shown)) if shown else decimals.UNKNOWN,
        "badges": [{**words.status(status), "count": count} for status, count in counts if count],
    }


def _filled(tally: list[Tally]) -> tuple[int, int]:
    return sum(row["filled"] for row in tally), sum(row["total"] for row in tally)


def _silent(count: int, inputs: Inputs) -> str:
    """Name agencies without a quick win. A snapshot holds verified ones only: the others may well exist."""
    if words.is_frozen(inputs):
        text = ngettext(
            "%(count)d agency has no quick win in the frozen data:",
            "%(count)d agencies have no quick win in the frozen data:",
            count,
        )
    else:
        text = ngettext(
            "%(count)d agency has no quick win this year:",
            "%(count)d agencies have no quick win this year:",
            count,
        )
    return text % {"count": count}
