"""The result of a closed window: what the city thought, what the panel found, and the gap."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from evaluations import rules
from evaluations.access import window_or_404
from evaluations.models import EvaluationWindow, HandIn, Result
from evaluations.presentation import badge, deadline, gap, level, receipt, short_digest, short_name
from evaluations.views.consensus_page import index_for_result
from evaluations.views.official_page import of_window
from opd.access import person
from opd.models import User
from smartcity.lib import charts, clock, dates, decimals

Payload = Mapping[str, Any]


@require_GET
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """The result page; before the close it says only when there will be one."""
    window = window_or_404(request, pk)
    user = person(request)
    found = Result.objects.visible_to(user).filter(window=window).first()
    context: dict[str, Any] = {
        "window": window,
        "year": str(window.year),
        "status": badge(window, clock.now()),
        "window_deadline": deadline(window, clock.now()),
        "serves": rules.may_read_answers(user, window),
    }
    if found is None:
        return render(request, "evaluations/result_wait.html", context)
    return render(request, "evaluations/result.html", context | result_page(user, window, found))


def result_page(user: User, window: EvaluationWindow, found: Result) -> dict[str, Any]:
    """Return the context of evaluations/result.html; everything comes from the frozen payload."""
    payload, zone = found.payload, window.city.timezone
    own, assessed = payload["self"], payload["assessed"]
    hand_ins = HandIn.objects.visible_to(user).filter(seat__window=window).order_by("number")
    return {
        "instrument": _("%(title)s, version %(version)s")
        % {"title": named(payload["instrument"], "title"), "version": payload["instrument"]["version"]},
        "official": payload["instrument"]["official"],
        "complete": payload["complete"],
        "missing": ", ".join(_section_name(payload, code) for code in assessed["missing"]),
        "figures": _figures(own, assessed),
        "sections": [_section_row(payload, row) for row in payload["sections"]],
        "total": {
            "own": decimals.display(_decimal(own["index"])),
            "assessed": decimals.display(_decimal(assessed["index"])),
            "gap": _gap_of(own["index"], assessed["index"]),
        },
        "dimensions": [_dimension_row(payload, row) for row in payload["dimensions"]],
        "radar": _radar(payload),
        "quick_wins": _quick_wins(payload),
        "questions": [_question_group(payload, row) for row in payload["sections"]],
        "receipts": [receipt(row, zone) for row in hand_ins],
        "letter": of_window(user, window),
        "agreed": index_for_result(user, window),
        "may_enter_letter": rules.may_enter_official(user, window.city_id),
        "panel": len(payload["panel"]),
        "handed_in": sum(bool(row["number"]) for row in payload["panel"]),
        "computed_at": dates.wib(found.computed_at, zone),
        "digest": short_digest(found.digest),
        "snapshot": payload["inputs"]["snapshot"],
        "snapshot_digest": short_digest(payload["inputs"]["snapshot"]["digest"])
        if payload["inputs"]["snapshot"]
        else "",
    }


def _figures(own: Payload, assessed: Payload) -> dict[str, Any]:
    """The numbers at the top: index, or the provisional one clearly marked."""
    return {
        "index": decimals.display(_decimal(assessed["index"])),
        "provisional": decimals.display(_decimal(assessed["provisional"])),
        "own": decimals.display(_decimal(own["index"] or own["provisional"])),
        "own_provisional": own["index"] is None and own["provisional"] is not None,
        "gap": _gap_of(own["index"], assessed["index"]),
        "given": str(assessed["given"]),
        "expected": str(assessed["expected"]),
        "own_given": str(own["given"]),
        "own_expected": str(own["expected"]),
    }


def _section_row(payload: Payload, row: Payload) -> dict[str, Any]:
    code = row["code"]
    own, assessed = payload["self"]["sections"][code], payload["assessed"]["sections"][code]
    value = _decimal(assessed["value"])
    return {
        "name": named(row),
        "weight": decimals.exact(Decimal(row["weight"])),
        "own": level(own),
        "assessed": level(assessed),
        "gap": gap(own, assessed),
        "share": decimals.display(None if value is None else value * Decimal(row["weight"]) / 100),
    }


def _dimension_row(payload: Payload, row: Payload) -> dict[str, Any]:
    """One smart city dimension: its value in each section that speaks of it, and its profile."""
    code = row["code"]
    own, assessed = payload["self"]["dimensions"].get(code), payload["assessed"]["dimensions"].get(code)
    empty = {"value": None, "given": 0, "expected": 0}
    return {
        "name": named(row),
        "letter": row["letter"],
        "hue": row["hue"],
        "own": level(own or empty),
        "assessed": level(assessed or empty),
        "gap": gap(own or empty, assessed or empty),
        "parts": [
            {"name": name, "value": level(groups[code])["value"]}
            for name, groups in _dimension_groups(payload)
            if code in groups
        ],
    }


def _dimension_groups(payload: Payload) -> list[tuple[str, Payload]]:
    """Sections that have a value per dimension, with those values."""
    found = []
    for row in payload["sections"]:
        groups = payload["assessed"]["groups"][row["code"]]
        for name in ("smart_dimension", "quick_win"):
            if name in groups:
                found.append((named(row), groups[name]))
    return found


def _radar(payload: Payload) -> str:
    """The panel as a solid shape, the city's own view dashed."""
    axes = []
    for row in payload["dimensions"]:
        own, assessed = (
            payload["self"]["dimensions"].get(row["code"]),
            payload["assessed"]["dimensions"].get(row["code"]),
        )
        axes.append(
            charts.Axis(
                letter=row["letter"],
                hue=row["hue"],
                name=short_name({"name": named(row)}),
                value=_decimal(assessed["value"]) if assessed else None,
                before=_decimal(own["value"]) if own else None,
            )
        )
    if not 3 <= len(axes) <= 8:
        return ""
    return charts.radar(
        axes,
        title=_("Assessed and self-assessed value of each dimension"),
        description=charts.describe(_("Assessed"), [(axis.name, axis.value) for axis in axes])
        + " "
        + charts.describe(_("Self-assessed"), [(axis.name, axis.before) for axis in axes]),
        key="result",
    )


def _quick_wins(payload: Payload) -> list[dict[str, Any]]:
    """Every quick win that was judged, with the value of its dimension's questions in both series."""
    dimensions = {row["code"]: row for row in payload["dimensions"]}
    values = {
        series: {
            key: found
            for groups in payload[series]["groups"].values()
            for key, found in groups.get("quick_win", {}).items()
        }
        for series in ("self", "assessed")
    }
    empty = {"value": None, "given": 0, "expected": 0}
    rows = []
    for row in payload["quick_wins"]:
        own, assessed = (values[series].get(row["dimension"], empty) for series in ("self", "assessed"))
        rows.append(
            {
                "code": row["code"],
                "title": row["title"],
                "opd": row["opd"],
                "dimension": dimensions[row["dimension"]],
                "own": level(own)["value"],
                "assessed": level(assessed),
                "gap": gap(own, assessed),
            }
        )
    return rows


def _question_group(payload: Payload, section: Payload) -> dict[str, Any]:
    own, assessed = payload["self"]["questions"], payload["assessed"]["questions"]
    return {
        "name": named(section),
        "rows": [
            {
                "code": row["code"],
                "text": named(row, "text"),
                "own": level(own[row["code"]])["value"],
                "assessed": level(assessed[row["code"]]),
                "gap": gap(own[row["code"]], assessed[row["code"]]),
                "remarks": [
                    {
                        "who": _("Assessor %(number)s") % {"number": score["seat"]},
                        "value": "–" if score["value"] is None else str(score["value"]),
                        "text": score["remark"] or score["reason"],
                    }
                    for score in row["scores"]
                ],
            }
            for row in payload["questions"]
            if row["section"] == section["code"]
        ],
    }


def _section_name(payload: Payload, code: str) -> str:
    return next(named(row) for row in payload["sections"] if row["code"] == code)


def named(row: Payload, key: str = "name") -> str:
    """The text of the page's language; the frozen payload holds both."""
    return str(row[f"{key}_en"] if get_language() == "en" and row.get(f"{key}_en") else row[key])


def _gap_of(own: str | None, assessed: str | None) -> str:
    return gap({"value": own}, {"value": assessed})


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
