"""Keeping the summaries exact, in the writing transaction.

A cell holds what one agency has in one dimension and year (or quarter). A quick win or a report that is changed alone
moves what it counts for, in one statement; a plan's cell, and those of a list, are counted anew under their lock.
The two mix: whoever counts holds the cell, and whoever moves a share adds it to what was counted without it.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Count, DecimalField, F, Q, Sum, When

from opd.models import PlanTally, Program, ProgramYear, Progress, ProgressTally, QuickWin, State, Tally
from opd.models.program_year import FIGURES
from opd.models.tally import COUNTED, STATES

CELLS = ("city_id", "year", "opd_id", "dimension_id")
QUARTER_CELLS = ("city_id", "year", "quarter", "opd_id", "dimension_id")
#: A year of a programme is found through its programme.
PLAN_CELLS = {
    "city_id": "program__city_id",
    "year": "year",
    "opd_id": "program__opd_id",
    "dimension_id": "program__dimension_id",
}

_STATUSES: dict[str, Any] = {name: Count("pk", filter=Q(status=name)) for name in COUNTED}
_FILLED = {"filled": Sum("filled", default=0), "total": Sum("total", default=0)}
TOTALS: dict[str, Any] = _STATUSES | _FILLED
PROGRESS_TOTALS: dict[str, Any] = TOTALS | {
    "late": Count("pk", filter=Q(late=True)),
    "corrected": Count("pk", filter=Q(corrections__gt=0)),
}
_MONEY = DecimalField(max_digits=20, decimal_places=2)


def _money(column: str, figure: str) -> Sum:
    return Sum(Case(When(FIGURES[figure], then=F(column))), default=0, output_field=_MONEY)


PLAN_TOTALS: dict[str, Any] = (
    {"programs": Count("pk"), "expected": Count("pk", filter=~Q(state=State.STOPPED))}
    | {"unknown": Count("pk", filter=FIGURES["untold"])}
    | {name: Count("pk", filter=Q(state=name.upper())) for name in STATES}
    | {name: Count("pk", filter=FIGURES[name]) for name in ("with_target", "measured", "reached")}
    | {name: _money("budget", name) for name in ("budget_apbd", "budget_other")}
    | {"absorbed": _money("absorbed", "absorbed")}
)


@dataclass(frozen=True)
class Share:
    """What one row counts for: its cell, and how much it adds to each total there."""

    cell: tuple[int, ...]
    numbers: dict[str, int]


def share(record: QuickWin | Progress) -> Share:
    """What a record counts for as it is now: `TOTALS` and `PROGRESS_TOTALS` are the sums of these."""
    numbers = {name: int(record.status == name) for name in COUNTED}
    numbers |= {"filled": record.filled, "total": record.total}
    if isinstance(record, Progress):
        numbers |= {"late": int(record.late), "corrected": int(record.corrections > 0)}
    return Share(tuple(getattr(record, name) for name in _place(record)), numbers)


def follow(record: QuickWin | Progress, before: Share | None) -> None:
    """Bring the summary from what a row counted for when it was locked (None: it is new) to what it counts for."""
    now = share(record)
    moved = {now.cell: now.numbers}
    if before is not None and before.cell == now.cell:
        moved = {now.cell: {name: number - before.numbers[name] for name, number in now.numbers.items()}}
    elif before is not None:
        moved[before.cell] = {name: -number for name, number in before.numbers.items()}
    table = ProgressTally if isinstance(record, Progress) else Tally
    for cell in sorted(moved):
        _shift(table, dict(zip(_place(record), cell, strict=True)), moved[cell])


def _place(record: QuickWin | Progress) -> tuple[str, ...]:
    return QUARTER_CELLS if isinstance(record, Progress) else CELLS


def _shift(table: type[models.Model], cell: dict[str, int], by: dict[str, int]) -> None:
    """Add to a cell. One that is not there, or holds less than is taken away, is counted anew instead."""
    changed = {name: number for name, number in by.items() if number}
    if not changed:
        return
    with transaction.get_connection().cursor() as cursor:
        # Zero rows, too, when a total would fall below nothing: `name + n >= 0` is asked for each that is changed.
        numbers = list(changed.values())
        cursor.execute(_shifting(table, (*cell,), (*changed,)), [*numbers, *cell.values(), *numbers])
        found = cursor.rowcount
    if not found:
        _recount(table, cell)


@cache
def _shifting(table: type[models.Model], cell: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The statement that adds to some totals of a cell, the same in both dialects.

    Written once for each set of names: making it through the ORM would cost as much as the whole plain write.
    """
    added = ", ".join(f"{name} = {name} + %s" for name in names)
    place = [f"{column} = %s" for column in cell] + [f"{name} + %s >= 0" for name in names]
    return f"UPDATE {table._meta.db_table} SET {added} WHERE {' AND '.join(place)}"  # noqa: S608 - our own names


def refresh(*, city_id: int, year: int, opd_id: int, dimension_id: int) -> None:
    """Recount one cell of quick wins."""
    cell = {"city_id": city_id, "year": year, "opd_id": opd_id, "dimension_id": dimension_id}
    _recount(Tally, cell)


def refresh_plan(program: Program, year: int) -> None:
    """Recount the cell of a programme's year: only approved programmes count."""
    refresh_plan_cell(
        city_id=program.city_id, year=year, opd_id=program.opd_id, dimension_id=program.dimension_id
    )


def refresh_plan_cell(*, city_id: int, year: int, opd_id: int, dimension_id: int) -> None:
    """Recount one cell of the plan."""
    cell = {"city_id": city_id, "year": year, "opd_id": opd_id, "dimension_id": dimension_id}
    _recount(PlanTally, cell)


def refresh_plan_cells(city_id: int, cells: Set[tuple[int, int, int]]) -> None:
    """Recount cells (year, agency, dimension) of a city's plan, and the others of their years and agencies.

    Locked in the order of everybody who locks several, and counted in one query.
    """
    years, opds = {year for year, _opd, _dimension in cells}, {opd for _year, opd, _dimension in cells}
    table = PlanTally.objects.filter(city=city_id, year__in=years, opd__in=opds)
    there = set(table.values_list("year", "opd", "dimension"))
    PlanTally.objects.bulk_create(
        [
            PlanTally(city_id=city_id, year=year, opd_id=opd_id, dimension_id=dimension_id)
            for year, opd_id, dimension_id in sorted(set(cells) - there)
        ],
        ignore_conflicts=True,
    )
    locked = list(table.select_for_update().order_by("year", "opd", "dimension"))
    rows = _plan_rows().filter(program__city=city_id, program__opd__in=opds, year__in=years)
    counted, nothing = _counted(rows, PLAN_CELLS, PLAN_TOTALS), dict.fromkeys(PLAN_TOTALS, 0)
    changed = []
    for row in locked:
        totals = counted.get((city_id, row.year, row.opd_id, row.dimension_id), nothing)
        if any(getattr(row, name) != number for name, number in totals.items()):
            for name, number in totals.items():
                setattr(row, name, number)
            changed.append(row)
    # Rows with their keys go in as one INSERT that updates: bulk_update writes a CASE for each number.
    PlanTally.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=[*PLAN_TOTALS]
    )


def _plan_rows() -> "models.QuerySet[ProgramYear]":
    return ProgramYear.objects.filter(program__status="approved").order_by()


def _recount(table: type[models.Model], cell: dict[str, Any]) -> None:
    """Locked before counting: whoever counted first and waited afterwards would write an old number."""
    counting, cells, totals = _counting(table)
    kept = table._default_manager.select_for_update().filter(**cell).values("pk", *totals)
    locked = next(iter(kept), None)
    if locked is None:
        table._default_manager.get_or_create(**cell)
        locked = kept.get()
    counted: dict[str, Any] = next(
        iter(counting.filter(**{cells[name]: value for name, value in cell.items()})), {}
    )
    numbers = {name: counted.get(f"n_{name}", 0) for name in totals}
    if changed := {name: number for name, number in numbers.items() if locked[name] != number}:
        table._default_manager.filter(pk=locked["pk"]).update(**changed)


@cache
def _counting(
    table: type[models.Model],
) -> "tuple[models.QuerySet[Any, Any], dict[str, str], dict[str, Any]]":
    """The query that counts the cells of a summary, made once: making it was most of what a recount costs."""
    _table, rows, cells, totals = next(summary for summary in _tables() if summary[0] is table)
    # Not by the tally's own names: a sum named like a column would be taken for the column.
    sums = {f"n_{name}": total for name, total in totals.items()}
    return rows.values(*cells.values()).annotate(**sums).values(*sums).order_by(), cells, totals


@transaction.atomic
def rebuild(city_id: int) -> None:
    """Count every cell of a city anew, as check_invariants expects them."""
    for table, rows, cells, totals in _tables():
        table._default_manager.filter(city=city_id).delete()
        found = _counted(rows, cells, totals)
        table._default_manager.bulk_create(
            table(**dict(zip(cells, cell, strict=True)), **numbers)
            for cell, numbers in found.items()
            if cell[0] == city_id
        )


def contradictions() -> Iterator[str]:
    """Name each cell whose stored numbers differ from the rows."""
    for table, rows, cells, totals in _tables():
        counted = _counted(rows, cells, totals)
        stored = {
            tuple(row[cell] for cell in cells): {name: row[name] for name in totals}
            for row in table._default_manager.values(*cells, *totals)
        }
        nothing = dict.fromkeys(totals, 0)
        wrong = [cell for cell, numbers in stored.items() if counted.get(cell, nothing) != numbers]
        lacking = [cell for cell in counted if cell not in stored]
        for cell in [*wrong, *lacking]:
            yield f"{table._meta.model_name} {cell}: differs from its rows"


def _tables() -> Iterator[tuple[type[models.Model], "models.QuerySet[Any]", dict[str, str], dict[str, Any]]]:
    """Each summary with its rows, where the rows keep what makes a cell, and what is counted."""
    yield Tally, QuickWin.objects.order_by(), {cell: cell for cell in CELLS}, TOTALS
    yield ProgressTally, Progress.objects.order_by(), {cell: cell for cell in QUARTER_CELLS}, PROGRESS_TOTALS
    yield PlanTally, _plan_rows(), PLAN_CELLS, PLAN_TOTALS


def _counted(
    rows: "models.QuerySet[Any]", cells: dict[str, str], totals: dict[str, Any]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Every cell counted from the rows in one query."""
    found = rows.values(*cells.values()).annotate(**{f"n_{name}": total for name, total in totals.items()})
    return {
        tuple(row[place] for place in cells.values()): {name: row[f"n_{name}"] for name in totals}
        for row in found
    }
