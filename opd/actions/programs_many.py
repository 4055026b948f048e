"""Many programmes changed at once, as a list brings them: few statements for hundreds, the traces of single changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from opd import audit, finding, rules
from opd.actions.programs import TOLD
from opd.actions.records import same
from opd.models import Program, ProgramYear, Progress, StateChange, User
from opd.payload import YEAR_VALUES, program_payload_of
from smartcity.lib import clock
from smartcity.lib.models import digest_of


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one programme: columns, `supporting` as rows among them, and the figures of years."""

    pk: int
    version: int
    values: Mapping[str, Any]
    years: Mapping[int, Mapping[str, Any]]


class NotAsSeen(Exception):
    """A record is no longer what it was, or no longer this person's to change. Nothing was saved."""

    def __init__(self, pk: int) -> None:
        super().__init__(f"record {pk}")
        self.pk = pk


def lock_programs(pks: Collection[int]) -> None:
    """Take the locks of many programmes and their years, in the order of all other actions."""
    rows = Program._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=pks)
    list(rows.order_by("pk").values_list("pk"))
    years = ProgramYear.objects.select_for_update().filter(program__in=pks)
    list(years.order_by("program", "year").values_list("pk"))


@transaction.atomic
def save_programs(changes: Collection[Change], *, by: User) -> None:
    """Change programmes as `save_program` and `save_program_year` would, with one event of the audit chain for each.

    The caller holds their locks, has them all in one city and recounts the plan's cells. Raises NotAsSeen.
    """
    batch = _Batch(changes, by)
    for change in changes:
        batch.take(change)
    batch.write()


class _Batch:
    """Programmes as they are stored, and what is to be written of them."""

    def __init__(self, changes: Collection[Change], by: User) -> None:
        pks = [change.pk for change in changes]
        rows = Program._base_manager.filter(pk__in=pks)
        joined = rows.select_related("opd", "city").prefetch_related("supporting", "quick_wins")
        self._programs: dict[int, Program] = {row.pk: row for row in joined}
        self._years = _years_of(changes, pks)
        told = Progress.objects.filter(program__in=pks, verified_at__isnull=False)
        self._told = set(told.values_list("program", "year"))
        self._by, self._now = by, clock.now()
        self._columns: set[str] = {"version", "updated_at", "sample_fields"}
        self._saved: list[Program] = []
        self._saved_years: list[ProgramYear] = []
        self._states: list[StateChange] = []
        self._links: dict[int, list[int]] = {}
        self._events: list[tuple[Program, str, str]] = []

    def take(self, change: Change) -> None:
        """Apply one change in memory and keep what it leaves behind."""
        program = self._programs.get(change.pk)
        if (
            program is None
            or program.version != change.version
            or not rules.may_edit_program(self._by, program)
        ):
            raise NotAsSeen(change.pk)
        before = self._digest(program)
        self._set_columns(program, change.values)
        for year, figures in change.years.items():
            self._set_year(program, self._years[program.pk][year], figures)
        program.version += 1
        program.updated_at = self._now
        self._saved.append(program)
        self._events.append((program, before, self._digest(program)))

    def _set_columns(self, program: Program, values: Mapping[str, Any]) -> None:
        values = dict(values)
        changed = set()
        if "supporting" in values:
            self._links[program.pk] = [opd.pk for opd in values.pop("supporting")]
            changed.add("supporting")
        for name, value in values.items():
            if not same(getattr(program, name), value):
                setattr(program, name, value)
                changed.add(name)
        program.sample_fields = [name for name in program.sample_fields if name not in changed]
        self._columns |= changed - {"supporting"}

    def _set_year(self, program: Program, row: ProgramYear, figures: Mapping[str, Any]) -> None:
        """What verified reports have told is not overwritten."""
        told, state = (program.pk, row.year) in self._told, row.state
        for name, value in figures.items():
            if not (told and name in TOLD):
                setattr(row, name, value)
        row.carried = False
        self._saved_years.append(row)
        if row.state != state:
            role = self._by.role_for(program)
            self._states.append(
                StateChange(
                    program=program, year=row.year, source=state, target=row.state, reason=row.state_reason,
                    actor=self._by, role=role, at=self._now,
                )
            )  # fmt: skip

    def _digest(self, program: Program) -> str:
        supporting = self._links.get(program.pk)
        if supporting is None:
            supporting = [opd.pk for opd in program.supporting.all()]
        payload = program_payload_of(
            program,
            supporting=supporting,
            quick_wins=[row.pk for row in program.quick_wins.all()],
            years=[self._years[program.pk][year] for year in sorted(self._years[program.pk])],
        )
        return digest_of(payload)

    def write(self) -> None:
        """Store it all. Rows with their keys go in as one INSERT that updates: a CASE for each cell costs ten times."""
        Program._base_manager.bulk_create(
            self._saved, update_conflicts=True, unique_fields=["id"], update_fields=sorted(self._columns)
        )
        ProgramYear.objects.bulk_create(
            self._saved_years, update_conflicts=True, unique_fields=["id"], update_fields=YEAR_VALUES
        )
        StateChange.objects.bulk_create(self._states)
        _link(self._links)
        finding.refresh_texts(self._saved)
        audit.record_many(by=self._by, action="program.saved", changes=self._events)


def _years_of(changes: Collection[Change], pks: list[int]) -> dict[int, dict[int, ProgramYear]]:
    """Return programme -> year -> its locked row; years that are told for the first time are begun."""
    rows = ProgramYear.objects.filter(program__in=pks)
    there = set(rows.values_list("program", "year"))
    wanted = {(change.pk, year) for change in changes for year in change.years}
    # A report that rolls up begins a year without the lock of its programme: then its row is taken.
    ProgramYear.objects.bulk_create(
        [ProgramYear(program_id=pk, year=year) for pk, year in sorted(wanted - there)], ignore_conflicts=True
    )
    found: dict[int, dict[int, ProgramYear]] = {pk: {} for pk in pks}
    for row in rows.select_for_update().order_by("program", "year"):
        found[row.program_id][row.year] = row
    return found


def _link(links: Mapping[int, list[int]]) -> None:
    """Make the supporting agencies of programmes these."""
    if not links:
        return
    table = Program.supporting.through._default_manager
    stored: dict[int, dict[int, int]] = {pk: {} for pk in links}
    for pk, program, opd in table.filter(program__in=links).values_list("pk", "program", "opd"):
        stored[program][opd] = pk
    gone = [key for program, rows in stored.items() for opd, key in rows.items() if opd not in links[program]]
    if gone:
        table.filter(pk__in=gone).delete()
    table.bulk_create(
        Program.supporting.through(program_id=program, opd_id=opd)
        for program, wanted in links.items()
        for opd in dict.fromkeys(wanted)
        if opd not in stored[program]
    )
