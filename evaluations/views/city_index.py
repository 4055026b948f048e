"""Where the city's own index stands: its profile by dimension, beside the year before, and how it is composed."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dimensions.models import SmartDimension
from evaluations.models import EvaluationWindow, Result
from evaluations.presentation import short_name
from evaluations.scoring import Card
from evaluations.structure import structure_of
from opd.models import City, User
from smartcity.lib import charts, decimals


def published_results(user: User, city: City) -> list[Result]:
    """Published results, newest year first."""
    rows = Result.objects.visible_to(user).filter(window__city=city).select_related("window")
    return list(rows.order_by("-window__year", "-window__closes_at"))


def year_before(results: list[Result], year: int) -> int | None:
    """The last earlier year with a result."""
    return next((row.window.year for row in results if row.window.year < year), None)


def _self_before(results: list[Result], year: int) -> dict[str, Any]:
    """The city's own profile of the last earlier year with a result."""
    row = next((row for row in results if row.window.year < year), None)
    return row.payload["self"]["dimensions"] if row else {}


def _profile(
    dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int
) -> list[tuple[SmartDimension, Decimal | None, Decimal | None]]:
    before = _self_before(results, year)
    rows = []
    for row in dimensions:
        level = card.dimensions.get(row.code) if card else None
        old = before.get(row.code, {}).get("value")
        rows.append((row, level.value if level else None, Decimal(old) if old else None))
    return rows


def radar(dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int) -> str:
    """The profile as a picture; "" while no dimension has a value."""
    rows = _profile(dimensions, card, results, year)
    if not 3 <= len(rows) <= 8 or all(value is None for _row, value, _old in rows):
        return ""
    axes = [
        charts.Axis(
            letter=row.letter, hue=row.hue, name=short_name({"name": str(row)}), value=value, before=old
        )
        for row, value, old in rows
    ]
    return charts.radar(
        axes,
        title=_("Self-assessed value of each dimension, %(year)s") % {"year": year},
        description=charts.describe(str(year), [(axis.name, axis.value) for axis in axes]),
        key="city",
    )


def radar_rows(
    dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int
) -> list[dict[str, str]]:
    """The rows of the radar as a table."""
    return [
        {"name": str(row), "value": decimals.display(value), "before": decimals.display(old)}
        for row, value, old in _profile(dimensions, card, results, year)
    ]


def composition(window: EvaluationWindow | None, card: Card | None) -> dict[str, Any] | None:
    """Where the city's own index comes from: weight, value and share of each section."""
    if window is None or card is None:
        return None
    rows = []
    for section in structure_of(window.instrument).sections:
        level = card.sections[section.code].section
        share = None if level.value is None else level.value * section.weight / 100
        rows.append(
            {
                "name": str(section.name),
                "weight": decimals.exact(section.weight),
                "value": decimals.display(level.value),
                "share": decimals.display(share),
                "partly": _("%(given)s of %(expected)s") % {"given": level.given, "expected": level.expected}
                if not level.complete
                else "",
            }
        )
    own = card.index if card.index is not None else card.provisional
    return {
        "rows": rows,
        "own": decimals.display(own),
        "provisional": card.index is None,
        "label": str(window.instrument.label),
    }
