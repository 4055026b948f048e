"""What is done with a programme of the masterplan: enter it, change it, give its years figures, move it on."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd import audit, finding, rules, tallies
from opd.actions.records import same
from opd.models import MasterPlan, Opd, Program, ProgramYear, QuickWin, StateChange, User
from opd.payload import program_payload
from opd.workflow import PROGRAM
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import WrongStatus

#: Set as a whole, beside the columns.
LINKS = ("supporting", "quick_wins")
#: Figures of a year that verified reports tell.
TOLD = ("actual", "absorbed", "state", "state_reason")


def create_program(
    *, by: User, plan: MasterPlan, opd: Opd, values: Mapping[str, Any], key: str | None
) -> Program:
    """Enter a draft for an agency and return it; the same idempotency `key` returns the first one.

    `values` are columns of Program, and `supporting` and `quick_wins` as rows. Raises PermissionDenied, and
    IntegrityError when the code is in use (the form asks before).
    """
    if opd.pk not in by.opds() and not rules.may_keep_plan(by, plan.city_id):
        raise PermissionDenied
    if key and (first := Program.objects.filter(idempotency_key=key, created_by=by).first()):
        return first
    try:
        return _create(by, plan, opd, values, key)
    except IntegrityError:
        first = Program.objects.filter(idempotency_key=key, created_by=by).first() if key else None
        if first is None:
            raise
        return first  # two clicks at once: the other one made the row


@transaction.atomic
def _create(by: User, plan: MasterPlan, opd: Opd, values: Mapping[str, Any], key: str | None) -> Program:
    columns = {name: value for name, value in values.items() if name not in LINKS}
    program = Program(city_id=plan.city_id, plan=plan, opd=opd, created_by=by, idempotency_key=key, **columns)
    program.save(force_insert=True)
    _link(program, values)
    program.events.create(
        move="create", target=program.status, actor=by, role=by.role_for(program), at=clock.now()
    )
    settled(program, by, "program.created")
    return program


@transaction.atomic
def save_program(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Program:
    """Change a programme and return it. Raises StaleVersion, PermissionDenied.

    What is saved already is no conflict: the answer to the first attempt may have been lost on its way.
    """
    program = locked(pk)
    if not rules.may_edit_program(by, program):
        raise PermissionDenied
    if not _changed(program, values):
        return program
    if program.version != version:
        raise StaleVersion(program)
    before, left = digest_of(program_payload(program)), program.dimension_id
    for name in _changed(program, values):
        if name not in LINKS:
            setattr(program, name, values[name])
    program.sample_fields = [name for name in program.sample_fields if name not in _changed(program, values)]
    _touch(program)
    _link(program, values)
    settled(program, by, "program.saved", before=before, left_dimension=left)
    return program


@transaction.atomic
def save_program_year(
    *, pk: int, year: int, values: Mapping[str, Any], by: User, version: int | None
) -> ProgramYear:
    """Set figures of one year of a programme; None as `version` is for whoever holds the whole (an import).

    What verified reports have told (realisation, money absorbed, state) is not overwritten from here.
    """
    program = locked(pk)
    if not rules.may_edit_program(by, program):
        raise PermissionDenied
    # Locked before asking: a report that is verified meanwhile waits, and its figures are not written over.
    _row, begun = ProgramYear.objects.get_or_create(program=program, year=year)
    row = ProgramYear.objects.select_for_update().get(program=program, year=year)
    if program.is_reported(year):
        values = {name: value for name, value in values.items() if name not in TOLD}
    changed = {name: value for name, value in values.items() if not same(getattr(row, name), value)}
    if not begun and not changed:
        return row
    if version is not None and program.version != version:
        raise StaleVersion(program)
    before, state = digest_of(program_payload(program)), row.state
    for name, value in ({"carried": False} | changed).items():
        setattr(row, name, value)
    row.save()
    StateChange.objects.note(row, state, by=by, role=by.role_for(program), at=clock.now())
    _touch(program)
    settled(program, by, "program.year_saved", before=before, years=[year])
    return row


@transaction.atomic
def move_program(*, pk: int, name: str, by: User, note: str = "") -> Program:
    """Submit, return, approve or reopen a programme. Raises WrongStatus, NotReady or PermissionDenied."""
    program = locked(pk)
    last = program.events.first()
    if program.status == PROGRAM.moves[name].target and last is not None:
        if (last.move, last.actor_id, last.note) == (name, by.pk, note):
            return program  # pressed twice
        raise WrongStatus
    before, now = digest_of(program_payload(program)), clock.now()
    stamps = {"submit": {"submitted_at": now}, "approve": {"approved_at": now}}.get(name, {})
    PROGRAM.make(program, name, by=by, note=note, changes=stamps)
    settled(program, by, f"program.{name}", before=before, reason=note)
    return program


def locked(pk: int) -> Program:
    """Lock a programme and return it with what its page needs. Call it inside a transaction."""
    # Who only refers to the programme, as a report that brings its year up to date, does not wait.
    rows = Program.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("opd__parent", "dimension", "sub_dimension", "plan", "city").get(pk=pk)


def settled(
    program: Program,
    by: User,
    action: str,
    *,
    before: str = "",
    reason: str = "",
    left_dimension: int | None = None,
    years: Iterable[int] | None = None,
) -> None:
    """What every change leaves behind: exact totals, words that can be found, a link in the city's audit chain."""
    for year in sorted(years or program.years.values_list("year", flat=True)):
        for dimension_id in sorted({program.dimension_id, left_dimension or program.dimension_id}):
            tallies.refresh_plan_cell(
                city_id=program.city_id, year=year, opd_id=program.opd_id, dimension_id=dimension_id
            )
    finding.refresh(program, action)
    audit.record(
        by=by,
        action=action,
        obj=program,
        city_id=program.city_id,
        year=program.city.evaluation_year,
        before=before,
        after=digest_of(program_payload(program)),
        reason=reason,
    )


def _changed(program: Program, values: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, value in values.items()
        if (
            {row.pk for row in value} != set(getattr(program, name).values_list("pk", flat=True))
            if name in LINKS
            else not same(getattr(program, name), value)
        )
    ]


def _link(program: Program, values: Mapping[str, Any]) -> None:
    for name in LINKS:
        if name in values:
            rows: Iterable[Opd | QuickWin] = values[name]
            getattr(program, name).set(rows)


def _touch(program: Program) -> None:
    program.updated_at = clock.now()
    program.version += 1
    program.save()
