"""From one year to the next: what carries over, the year that is worked on, and quick wins that go on."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from opd import audit, rules, tallies
from opd.actions.quick_wins import create_quick_win
from opd.models import City, Program, ProgramYear, QuickWin, User
from smartcity.lib import clock
from smartcity.lib.models import digest_of

#: What a quick win that goes on says again; figures are of a year, and begin anew.
SAID_AGAIN = (
    "name", "acronym", "problem", "description", "beneficiaries", "partners", "indicator", "unit", "sub_activity_code",
    "legal_basis", "link", "linked_program",
)  # fmt: skip


@transaction.atomic
def start_year(*, city_id: int, year: int, same_targets: bool, by: User) -> int:
    """Give every programme that goes on a record of `year`, marked as carried over; return how many.

    The state is that of the year before; target, budget and source of funds too when `same_targets`. What has
    a record of the year already is left alone, so that a second press carries nothing.
    """
    if not rules.may_keep_plan(by, city_id):
        raise PermissionDenied
    city = City.objects.select_for_update(no_key=True).get(pk=city_id)
    before = list(ProgramYear.objects.carried_into(city_id, year))
    if not before:
        return 0
    ProgramYear.objects.bulk_create(_carried(row, year, same_targets) for row in before)
    ids = [row.program_id for row in before]
    Program.objects.filter(pk__in=ids).update(version=F("version") + 1, updated_at=clock.now())
    for opd_id, dimension_id in sorted({(row.program.opd_id, row.program.dimension_id) for row in before}):
        tallies.refresh_plan_cell(city_id=city_id, year=year, opd_id=opd_id, dimension_id=dimension_id)
    audit.record(
        by=by,
        action="year.started",
        obj=city,
        city_id=city_id,
        year=city.evaluation_year,
        after=digest_of({"year": year, "same_targets": same_targets, "programs": sorted(ids)}),
        reason=f"{year}: {len(ids)}",
    )
    return len(ids)


def _carried(row: ProgramYear, year: int, same_targets: bool) -> ProgramYear:
    kept: dict[str, Any] = {}
    if same_targets:
        kept = {"target": row.target, "budget": row.budget, "fund_source": row.fund_source}
    return ProgramYear(program_id=row.program_id, year=year, state=row.state, carried=True, **kept)


@transaction.atomic
def switch_year(*, city_id: int, year: int, by: User) -> City:
    """Make `year` the one the whole city works on: the next one only. Pressed twice it is switched once."""
    if not rules.may_keep_plan(by, city_id):
        raise PermissionDenied
    city = City.objects.select_for_update().get(pk=city_id)
    if city.evaluation_year == year:
        return city
    if year != city.evaluation_year + 1:
        raise PermissionDenied
    audit.record(by=by, action="year.switched", obj=city, city_id=city_id, year=year, reason=str(year))
    city.evaluation_year = year
    city.save(update_fields=["evaluation_year"])
    return city


@transaction.atomic
def confirm_year(*, pk: int, year: int, by: User) -> Program:
    """The agency says that what was carried over holds: the mark goes."""
    program = Program.objects.select_for_update(of=("self",)).select_related("opd__parent", "city").get(pk=pk)
    if not rules.may_report(by, program):
        raise PermissionDenied
    if program.years.filter(year=year, carried=True).update(carried=False):
        audit.record(
            by=by,
            action="program.confirmed",
            obj=program,
            city_id=program.city_id,
            year=program.city.evaluation_year,
            reason=str(year),
        )
    return program


@transaction.atomic
def continue_quick_win(*, pk: int, by: User) -> QuickWin:
    """Begin next year's quick win that goes on from this one, and return it; pressed twice it is the same one."""
    old = (
        QuickWin.objects.select_for_update(of=("self",)).select_related("opd", "dimension", "city").get(pk=pk)
    )
    if not rules.may_continue(by, old):
        raise PermissionDenied
    if (next_one := old.continued_by.first()) is not None:
        return next_one
    dimension, sub = old.dimension, old.sub_dimension
    if dimension.dimension_set_id != old.city.dimension_set_id:  # another year, another set: by its code
        dimension = old.city.dimension_set.dimensions.filter(code=dimension.code).first() or dimension
        sub = dimension.sub_dimensions.filter(code=sub.code).first() if sub else None
    values: dict[str, Any] = {name: getattr(old, name) for name in SAID_AGAIN}
    values |= {
        "dimension": dimension,
        "sub_dimension": sub,
        "status_kind": QuickWin.Kind.CONTINUED,
        "baseline": old.realisation,
        "continues": old,
    }
    return create_quick_win(by=by, opd=old.opd.now() or old.opd, year=old.year + 1, values=values, key=None)
