"""Keeping the dashboard's summary: one cell is recounted from its rows, in the writing transaction."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum

from opd.models.quick_win import QuickWin
from opd.models.tally import COUNTED, Tally

TOTALS: dict[str, Any] = {name: Count("pk", filter=Q(status=name)) for name in COUNTED} | {
    "filled": Sum("filled", default=0),
    "total": Sum("total", default=0),
}


def refresh(*, city_id: int, year: int, opd_id: int, dimension_id: int) -> None:
    """Recount one cell. A cell holds a handful of quick wins, so the cost does not grow with the city.

    Locked before counting: whoever counted first and waited afterwards would write an old number.
    """
    cell: dict[str, Any] = {"city_id": city_id, "year": year, "opd_id": opd_id, "dimension_id": dimension_id}
    Tally.objects.get_or_create(**cell)
    locked = Tally.objects.select_for_update().get(**cell)
    for name, number in QuickWin.objects.filter(**cell).aggregate(**TOTALS).items():
        setattr(locked, name, number)
    locked.save(update_fields=[*TOTALS])


@transaction.atomic
def rebuild(city_id: int) -> None:
    """Count every cell of a city anew, as check_invariants expects them."""
    Tally.objects.filter(city=city_id).delete()
    cells = ("city_id", "year", "opd_id", "dimension_id")
    rows = (
        QuickWin.objects.filter(city=city_id)
        .order_by()
        .values(*cells)
        .annotate(**{f"n_{k}": v for k, v in TOTALS.items()})
    )
    Tally.objects.bulk_create(
        Tally(**{cell: row[cell] for cell in cells}, **{name: row[f"n_{name}"] for name in TOTALS})
        for row in rows
    )


def contradictions() -> list[str]:
    """Name each cell whose stored numbers differ from the rows."""
    cells = ("city_id", "year", "opd_id", "dimension_id")
    counted = {
        tuple(row[cell] for cell in cells): {name: row[f"n_{name}"] for name in TOTALS}
        for row in QuickWin.objects.order_by()
        .values(*cells)
        .annotate(**{f"n_{k}": v for k, v in TOTALS.items()})
    }
    stored = {
        tuple(getattr(tally, cell) for cell in cells): {name: getattr(tally, name) for name in TOTALS}
        for tally in Tally.objects.all()
    }
    wrong = [
        cell for cell, numbers in stored.items() if counted.get(cell, dict.fromkeys(TOTALS, 0)) != numbers
    ]
    lacking = [cell for cell in counted if cell not in stored]
    return [f"tally {cell}: differs from its rows" for cell in [*wrong, *lacking]]
