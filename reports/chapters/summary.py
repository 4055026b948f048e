"""Chapter 1: the index, where it comes from, and how the dimensions stand."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chapters import words
from reports.chapters.chapter import Chapter
from reports.schema import COUNTED, Card, Inputs, Section
from smartcity.lib import charts, decimals


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return the summary: own and assessed index side by side, each section with weight and contribution."""
    return Chapter(
        key="summary",
        number=number,
        title=_("Summary"),
        template="reports/pdf/summary.html",
        context={
            "lead": _lead(inputs),
            "figures": [
                _own_index(inputs),
                _assessed_index(inputs),
                _completeness(inputs),
                _verified(inputs),
            ],
            "sections": [_section(row, inputs) for row in inputs["sections"]],
            "total": _total(inputs),
            "assessed": inputs["assessed"] is not None,
            "instrument": inputs["instrument"],
            "sample": any(card and card["sample"] for card in (inputs["self_assessed"], inputs["assessed"])),
            "dimensions": [_dimension(row, inputs) for row in inputs["dimensions"]],
            "radar": _radar(inputs),
            "solid": charts.line_swatch("now", for_print=True),
            "dashed": charts.line_swatch("before", for_print=True),
        },
    )


def filled(inputs: Inputs) -> tuple[int, int]:
    """Return how many fields of all quick wins are filled, and how many are asked."""
    return sum(row["filled"] for row in inputs["tally"]), sum(row["total"] for row in inputs["tally"])


def _lead(inputs: Inputs) -> str:
    """Tell the finding in a few whole sentences."""
    done, asked = filled(inputs)
    said = []
    share = {"share": decimals.percent(done, asked)}
    if asked and words.is_frozen(inputs):
        said.append(_("The frozen quick wins are %(share)s complete.") % share)
    elif asked:
        said.append(_("Quick win fields are %(share)s complete.") % share)
    else:
        said.append(_("No quick win has been entered yet."))
    if weakest := _weakest(inputs):
        said.append(_("%(dimension)s is furthest behind.") % {"dimension": weakest})
    # Only agencies that own a quick win: the portal does not know who else should have one.
    behind = len({row["opd"]["short"] for row in inputs["tally"] if row["draft"] or row["proposed"]})
    if behind:
        said.append(
            ngettext(
                "%(count)d agency has not submitted yet.",
                "%(count)d agencies have not submitted yet.",
                behind,
            )
            % {"count": behind}
        )
    return " ".join(said)


def _weakest(inputs: Inputs) -> str:
    """The dimension with the lowest value of the main series; none when values are missing or equal."""
    card = inputs["assessed"] or inputs["self_assessed"]
    if card is None:
        return ""
    levels = [(card["dimensions"].get(row["code"]), row["name"]) for row in inputs["dimensions"]]
    known = sorted(
        (words.exact(level["value"]) or 0, name) for level, name in levels if level and level["value"]
    )
    if len(known) < len(levels) or len(known) < 2 or known[0][0] == known[1][0]:
        return ""
    return known[0][1]


def _own_index(inputs: Inputs) -> dict[str, Any]:
    return _index(_("Self-assessed index"), inputs["self_assessed"], inputs, _("no answers yet"))


def _assessed_index(inputs: Inputs) -> dict[str, Any]:
    window = inputs["window"]
    waiting = _("no result yet") if window and window["status"] == "closed" else _("after the window closes")
    return _index(_("Assessed index"), inputs["assessed"], inputs, waiting)


def _index(label: str, card: Card | None, inputs: Inputs, without: str) -> dict[str, Any]:
    if card is None:
        return {"label": label, "value": decimals.UNKNOWN, "note": without, "sample": False}
    state, note = words.index_state(card), _("of 4.00")
    if state:
        label = _("%(label)s, %(state)s") % {"label": label, "state": state.partition(",")[0]}
        note = words.of(card["given"], card["expected"])
    if card["index"] is None and card["provisional"] is not None:
        missing = ", ".join(
            row["name"] for row in inputs["sections"] if card["sections"][row["code"]]["value"] is None
        )
        note = _("provisional %(value)s without %(missing)s") % {
            "value": words.score(card["provisional"]),
            "missing": missing,
        }
    return {
        "label": label,
        "value": words.score(card["index"]),
        "note": note,
        "sample": card["sample"] and card["given"] > 0,
    }


def _completeness(inputs: Inputs) -> dict[str, Any]:
    done, asked = filled(inputs)
    note = _("%(count)s fields") % {"count": words.of(done, asked)} if asked else _("no quick win yet")
    return {"label": _("Completeness"), "value": decimals.percent(done, asked), "note": note, "sample": False}


def _verified(inputs: Inputs) -> dict[str, Any]:
    verified = sum(row["verified"] for row in inputs["tally"])
    if words.is_frozen(inputs):
        note = _("verified when the window opened")
        return {"label": _("Quick wins frozen"), "value": str(verified), "note": note, "sample": False}
    everything = sum(row[status] for row in inputs["tally"] for status in COUNTED)
    note = ngettext("of %(count)d programme", "of %(count)d programmes", everything) % {"count": everything}
    return {"label": _("Quick wins verified"), "value": str(verified), "note": note, "sample": False}


def _section(row: Section, inputs: Inputs) -> dict[str, Any]:
    """One section: weight, both series with their contribution, the gap, and what was answered."""
    own, assessed = (_cells(card, row) for card in (inputs["self_assessed"], inputs["assessed"]))
    shown = inputs["assessed"] or inputs["self_assessed"]
    level = shown["sections"].get(row["code"]) if shown else None
    given, expected = (level["given"], level["expected"]) if level else (0, 0)
    return {
        "name": row["name"],
        "weight": words.quantity(row["weight"]),
        "own": own,
        "assessed": assessed,
        "gap": words.gap(assessed["raw"], own["raw"]),
        "bar": charts.mini_bar(given, expected, width_mm=14),
        "given": f"{decimals.display(given, 0)}/{decimals.display(expected, 0)}",
    }


def _cells(card: Card | None, row: Section) -> dict[str, Any]:
    level = card["sections"].get(row["code"]) if card else None
    raw = level["value"] if level else None
    value, weight = words.exact(raw), words.exact(row["weight"])
    contribution = None if value is None or weight is None else value * weight / 100
    return {
        "raw": raw,
        "value": decimals.display(value),
        "contribution": decimals.display(contribution, 3),
        "state": words.provisional(level),
    }


def _total(inputs: Inputs) -> dict[str, Any]:
    """The last line of the section table: both indices, never computed from rounded parts."""
    own, assessed = inputs["self_assessed"], inputs["assessed"]
    shown = assessed or own
    return {
        "own": words.score(own["index"] if own else None, 3),
        "assessed": words.score(assessed["index"] if assessed else None, 3),
        "gap": words.gap(assessed["index"] if assessed else None, own["index"] if own else None),
        "given": f"{decimals.display(shown['given'], 0)}/{decimals.display(shown['expected'], 0)}"
        if shown
        else "",
        "state": words.index_state(shown) if shown else "",
    }


def _dimension(row: Any, inputs: Inputs) -> dict[str, Any]:
    own, assessed = (
        card["dimensions"].get(row["code"]) if card else None
        for card in (inputs["self_assessed"], inputs["assessed"])
    )
    return {
        "tile": words.tile(row),
        "own": words.level(own),
        "assessed": words.level(assessed),
        "gap": words.gap(assessed["value"] if assessed else None, own["value"] if own else None),
        # Without a result the last column says how far the answers are; a second line would say it twice.
        "state": words.provisional(assessed) if inputs["assessed"] else "",
        "given": f"{decimals.display(own['given'], 0)}/{decimals.display(own['expected'], 0)}" if own else "",
    }


def _radar(inputs: Inputs) -> str:
    """The dimensions as one shape: assessed (solid) over self-assessed (dashed) once there is a result."""
    own, assessed = inputs["self_assessed"], inputs["assessed"]
    if own is None or len(inputs["dimensions"]) < 3:
        return ""
    values = {
        row["code"]: [
            words.exact(card["dimensions"][row["code"]]["value"])
            if card and row["code"] in card["dimensions"]
            else None
            for card in (assessed or own, own if assessed else None)
        ]
        for row in inputs["dimensions"]
    }
    if not any(value is not None for value, _before in values.values()):
        return ""  # an empty web says nothing
    series = _("Assessed") if assessed else _("Self-assessed")
    return charts.radar(
        [
            charts.Axis(tile["letter"], tile["hue"], tile["short"], *values[tile["code"]])
            for tile in map(words.tile, inputs["dimensions"])
        ],
        title=_("Radar of the smart city dimensions, %(year)s") % {"year": inputs["year"]},
        description=charts.describe(
            series, ((row["name"], values[row["code"]][0]) for row in inputs["dimensions"])
        ),
        for_print=True,
    )
