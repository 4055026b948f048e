"""Where the city's own index stands: its profile by dimension, beside the year before, and how it is composed."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dimensions.models import SmartDimension
from evaluations.models import EvaluationWindow, OfficialResult, Result
from evaluations.presentation import short_name
from evaluations.scoring import Card
from evaluations.structure import structure_of
from evaluations.views.explained import explained
from evaluations.views.official_page import as_given, gain
from opd.models import City, User
from smartcity.lib import charts, dates, decimals


def published_results(user: User, city: City) -> list[Result]:
    """Published results, newest year first."""
    rows = Result.objects.visible_to(user).filter(window__city=city).select_related("window")
    return list(rows.order_by("-window__year", "-window__closes_at"))


def with_official(
    figures: dict[str, Any], user: User, city: City, results: list[Result], year: int
) -> dict[str, Any]:
    """The figures with the Ministry's index in place of the computed one, labelled, where its letter is as recent."""
    letters = OfficialResult.objects.visible_to(user).of_city(city.pk).published().before(year + 1)
    row = letters.newest_first().first()
    computed = next((one.window.year for one in results if one.window.year <= year), 0)
    if row is None or row.year < computed:
        return figures
    before = gain(row)
    told = explained(
        _("Last official index"),
        _("As the Ministry's letter gives it. What the portal computed for the round stands beside it."),
        entered=_("Letter %(number)s of %(date)s.")
        % {"number": row.letter_number, "date": dates.long_date(row.letter_date)},
    )
    return figures | {
        "official": True,
        "official_sample": row.sample,
        "result": as_given(row.index),
        "result_of": str(row),
        "result_url": row.get_absolute_url(),
        "improvement": before["text"] if before else "",
        "other_version": False,
        "told": figures["told"] | {"result": told},
    }


def compared(results: list[Result], window: EvaluationWindow | None, year: int) -> dict[str, Any]:
    """The earlier year the profile is drawn beside, and whether another instrument asked then."""
    before = _before(results, year)
    return {
        "before_year": str(before.window.year) if before else "",
        "before_other": bool(before and window and before.window.instrument_id != window.instrument_id),
    }


def _before(results: list[Result], year: int) -> Result | None:
    """The last result of an earlier year."""
    return next((row for row in results if row.window.year < year), None)


def _profile(
    dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int
) -> list[tuple[SmartDimension, Decimal | None, Decimal | None]]:
    earlier = _before(results, year)
    before = earlier.payload["self"]["dimensions"] if earlier else {}
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
