"""The chosen rows of a list become records, new ones and changed ones many at a time, all or nothing."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from opd import audit, finding, tallies
from opd.actions.programs_many import Change, NotAsSeen, lock_programs, save_programs
from opd.actions.quick_wins_many import Change as QuickWinChange
from opd.actions.quick_wins_many import lock_quick_wins, save_quick_wins
from opd.completeness import counted
from opd.exchange import shapes
from opd.exchange.comparing import owner_of
from opd.exchange.reference import World
from opd.imports import Kind
from opd.imports.lookups import folded
from opd.models import (
    City,
    ImportJob,
    ImportRow,
    Outcome,
    Program,
    ProgramEvent,
    ProgramYear,
    QuickWin,
    QuickWinEvent,
    State,
    StateChange,
)
from smartcity.lib import clock
from smartcity.lib.models import digest_of

BATCH = 500


class RowChanged(Exception):
    """A row can no longer be saved as it was checked; the text is for the person, and nothing was saved."""


def save_rows(job: ImportJob) -> tuple[int, int]:
    """Save what was chosen and return how many rows were made and changed. Raises RowChanged; then roll back.

    One event in the audit chain stands for all new rows: its digest is that of the rows as they were saved, which
    stay with the job. Each changed record has events of its own, as if a form had changed it.
    """
    # Lists of one city are saved one after another; then nobody else takes a code or a number meanwhile.
    City.objects.select_for_update(no_key=True).get(pk=job.city_id)
    # What a list of programmes changes is read batch by batch, under its locks.
    world = World.of(job.city, job.by, Kind(job.kind), job.year, only=())
    saver = _Programs(job, world) if job.kind == Kind.ACTION_PLAN else _QuickWins(job, world)
    _lock(saver, _changed(job))
    saved: list[list[Any]] = []
    made = changed = 0
    for batch in _batches(job):
        new = [row for row in batch if row.outcome == Outcome.CREATE]
        try:
            saver.make(new)
        except IntegrityError:
            raise RowChanged(_between(new[0].number, new[-1].number)) from None
        old = [row for row in batch if row.outcome == Outcome.CHANGE]
        saver.change(old)
        saved += [[row.number, row.outcome, row.object_id, row.values] for row in batch]
        made += len(new)
        changed += len(old)
    saver.recount()
    job.rows.chosen_to_save().update(saved=True)
    audit.record(
        by=job.by,
        action="import.saved",
        obj=job,
        city_id=job.city_id,
        year=job.city.evaluation_year,
        after=digest_of({"file": job.sha256, "rows": saved}),
    )
    return made, changed


def key_of(job: ImportJob, number: int) -> str:
    """Return the idempotency key of the record a row makes: a row makes one, whoever tries."""
    return f"import-{job.pk}-{number}"


def _changed(job: ImportJob) -> list[int]:
    """Return the records that chosen rows change, in the order in which they are locked."""
    rows = job.rows.chosen_to_save().filter(outcome=Outcome.CHANGE, object_id__isnull=False)
    return [pk for pk in rows.order_by("object_id").values_list("object_id", flat=True) if pk is not None]


def _lock(saver: "_Programs | _QuickWins", pks: list[int]) -> None:
    """Take every lock at once, in the order of all other actions: records, then cells; the audit chain comes last.

    A list saved row by row would hold the chain while it asks for the next record, and wait for who waits for it.
    """
    for start in range(0, len(pks), BATCH):
        saver.lock(pks[start : start + BATCH])
    saver.recount()


def _batches(job: ImportJob) -> Iterator[list[ImportRow]]:
    last = 0
    while batch := list(job.rows.chosen_to_save().filter(number__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].number


def _meanwhile(number: int) -> str:
    return _(
        "Row %(row)s was changed in the portal after it had been checked. Nothing was saved. Check the list "
        "again: press the button below. [IMP-MEANWHILE]"
    ) % {"row": number}


def _between(first: int, last: int) -> str:
    return _(
        "A record of rows %(first)s to %(last)s was entered in the portal after the list had been checked. Nothing was "
        "saved. Check the list again: press the button below. [IMP-MEANWHILE]"
    ) % {"first": first, "last": last}


class _Programs:
    """Rows of an action plan."""

    def __init__(self, job: ImportJob, world: World) -> None:
        self.job, self._world = job, world
        self._now = clock.now()

    def make(self, rows: list[ImportRow]) -> None:
        pairs = [(row, shapes.from_json(Kind.ACTION_PLAN, row.values)) for row in rows]
        programs = [self._program(row, values) for row, values in pairs]
        Program.objects.bulk_create(programs)
        by = self.job.by
        ProgramEvent.objects.bulk_create(
            ProgramEvent(
                program=program, move="create", target=program.status, actor=by, role=by.role_for(program), at=self._now
            )
            for program in programs
        )  # fmt: skip
        years, links, states = [], [], []
        for program, (_row, values) in zip(programs, pairs, strict=True):
            told = [
                ProgramYear(program=program, year=year, **figures)
                for year, figures in self._years(values, values).items()
            ]
            years += told
            states += [
                StateChange(
                    program=program, year=row.year, target=row.state, reason=row.state_reason, actor=by,
                    role=by.role_for(program), at=self._now,
                )
                for row in told
                if row.state
            ]  # fmt: skip
            links += [
                Program.supporting.through(program_id=program.pk, opd_id=self._world.opds[short].pk)
                for short in self._supporting(values)
            ]
        ProgramYear.objects.bulk_create(years)
        Program.supporting.through._default_manager.bulk_create(links)
        StateChange.objects.bulk_create(states)
        finding.refresh_texts(programs)

    def _program(self, row: ImportRow, values: dict[str, Any]) -> Program:
        opd, world = owner_of(self._world, values), self._world
        if folded(values["code"]) in world.taken or not world.may_bring_in(opd) or world.plan is None:
            raise RowChanged(_meanwhile(row.number))
        return Program(
            city=self.job.city,
            plan=world.plan,
            opd=opd,
            created_by=self.job.by,
            created_at=self._now,
            updated_at=self._now,
            idempotency_key=key_of(self.job, row.number),
            **self._columns(values, values),
        )

    def lock(self, pks: list[int]) -> None:
        lock_programs(pks)

    def change(self, rows: list[ImportRow]) -> None:
        numbers = {row.object_id: row.number for row in rows}
        try:
            save_programs([self._changed(row) for row in rows], by=self.job.by)
        except NotAsSeen as other:
            raise RowChanged(_meanwhile(numbers[other.pk])) from None

    def _changed(self, row: ImportRow) -> Change:
        values = shapes.from_json(Kind.ACTION_PLAN, row.values)
        changed = {name: values[name] for name in row.before}
        columns: dict[str, Any] = self._columns(changed, values)
        if "supporting_opds" in changed:
            columns["supporting"] = [self._world.opds[short] for short in self._supporting(changed)]
        return Change(row.object_id or 0, row.seen_version or 0, columns, self._years(changed, values))

    def recount(self) -> None:
        """Recount what changed rows touch. New programmes are drafts, and the summary counts approved ones only."""
        rows = self.job.rows.chosen_to_save().filter(outcome=Outcome.CHANGE)
        touched = Program._base_manager.filter(pk__in=rows.order_by().values("object_id"))
        stored = {pk: cell for pk, *cell in touched.values_list("pk", "opd", "dimension")}
        years: dict[int, set[int]] = {}
        for program, year in ProgramYear.objects.filter(program__in=touched).values_list("program", "year"):
            years.setdefault(program, set()).add(year)
        cells = set()
        for pk, before, values in rows.values_list("object_id", "before", "values"):
            if pk in stored:
                opd_id, dimension_id = stored[pk]
                all_years = years.get(pk, set()) | set(self._years(before, values))
                dimensions = {dimension_id, self._world.dimensions[values["dimension"]].pk}
                cells |= {(year, opd_id, dimension) for year in all_years for dimension in dimensions}
        tallies.refresh_plan_cells(self.job.city_id, cells)

    def _columns(self, changed: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        columns = {
            column: changed[name] for name, column in shapes.PROGRAM_COLUMNS.items() if name in changed
        }
        if "dimension" in changed:
            columns["dimension"] = self._world.dimensions[values["dimension"]]
        if "sub_dimension" in changed or "dimension" in changed:
            columns["sub_dimension"] = self._world.subs[values["dimension"], values["sub_dimension"]]
        if "supporting_opds" in changed:
            partners = [part for part in changed["supporting_opds"] if part not in self._world.opds]
            columns["partners"] = "; ".join(partners)
        return columns

    def _supporting(self, values: dict[str, Any]) -> list[str]:
        return [part for part in values.get("supporting_opds", ()) if part in self._world.opds]

    def _years(self, changed: dict[str, Any], values: dict[str, Any]) -> dict[int, dict[str, Any]]:
        """Return the figures of each year that a row tells."""
        years: dict[int, dict[str, Any]] = {}
        for name, value in changed.items():
            base, _sep, year = name.rpartition("_")
            if base in shapes.YEAR_COLUMNS:
                years.setdefault(int(year), {})[shapes.YEAR_COLUMNS[base]] = value
            elif name in shapes.STATE_COLUMNS:
                years.setdefault(self.job.year, {})[shapes.STATE_COLUMNS[name]] = value
        if changed.get("status") == State.STOPPED and values.get("note"):
            years[self.job.year]["state_reason"] = " ".join(values["note"].split())[:500]
        return years


class _QuickWins:
    """Rows of a list of quick wins."""

    def __init__(self, job: ImportJob, world: World) -> None:
        self.job, self._world = job, world
        self._now = clock.now()
        self._numbers: dict[int, int] = {}

    def make(self, rows: list[ImportRow]) -> None:
        quick_wins = [self._quick_win(row, shapes.from_json(Kind.QUICK_WIN, row.values)) for row in rows]
        QuickWin.objects.bulk_create(quick_wins)
        by = self.job.by
        QuickWinEvent.objects.bulk_create(
            QuickWinEvent(
                quick_win=row, move="create", target=row.status, actor=by, role=by.role_for(row), at=self._now
            )
            for row in quick_wins
        )
        finding.refresh_texts(quick_wins)

    def lock(self, pks: list[int]) -> None:
        lock_quick_wins(pks)

    def change(self, rows: list[ImportRow]) -> None:
        numbers = {row.object_id: row.number for row in rows}
        try:
            save_quick_wins([self._changed(row) for row in rows], by=self.job.by)
        except NotAsSeen as refusal:
            raise RowChanged(_meanwhile(numbers[refusal.pk])) from None

    def _quick_win(self, row: ImportRow, values: dict[str, Any]) -> QuickWin:
        opd = owner_of(self._world, values)
        if self.record(row) is not None or not self._world.may_bring_in(opd):
            raise RowChanged(_meanwhile(row.number))
        quick_win = QuickWin(
            city=self.job.city,
            opd=opd,
            created_by=self.job.by,
            created_at=self._now,
            updated_at=self._now,
            number=self._next_number(values["year"]),
            idempotency_key=key_of(self.job, row.number),
            **self._columns(values, values, ""),
        )
        quick_win.filled, quick_win.total = counted(quick_win.filled_values(evidence=0))
        return quick_win

    def _next_number(self, year: int) -> int:
        if year not in self._numbers:
            self._numbers[year] = QuickWin.objects.next_number(self.job.city_id, year) - 1
        self._numbers[year] += 1
        return self._numbers[year]

    def record(self, row: ImportRow) -> QuickWin | None:
        key = (row.values["year"], row.values["dimension"], folded(row.values["name"]))
        return self._world.quick_wins.get(key)

    def _changed(self, row: ImportRow) -> QuickWinChange:
        quick_win = self.record(row)
        if (
            quick_win is None or quick_win.pk != row.object_id
        ):  # what the row names is another one now, or none
            raise RowChanged(_meanwhile(row.number))
        values = shapes.from_json(Kind.QUICK_WIN, row.values)
        changed = {name: values[name] for name in row.before}
        columns = self._columns(changed, values, quick_win.schedule)
        return QuickWinChange(quick_win.pk, row.seen_version or 0, columns)

    def recount(self) -> None:
        """Recount each cell a row touches, in the order in which everybody locks them."""
        cells = set()
        for row in self.job.rows.chosen_to_save():
            opd, dimension = (
                owner_of(self._world, row.values),
                self._world.dimensions[row.values["dimension"]],
            )
            cells.add((row.values["year"], opd.pk, dimension.pk))
        for year, opd_id, dimension_id in sorted(cells):
            tallies.refresh(city_id=self.job.city_id, year=year, opd_id=opd_id, dimension_id=dimension_id)

    def _columns(self, changed: dict[str, Any], values: dict[str, Any], schedule: str) -> dict[str, Any]:
        columns = {name: changed[name] for name in shapes.QUICK_WIN_COLUMNS if name in changed}
        if "dimension" in changed:
            columns["dimension"] = self._world.dimensions[values["dimension"]]
        if "sub_dimension" in changed:
            columns["sub_dimension"] = self._world.subs[values["dimension"], values["sub_dimension"]]
        if "partners" in changed:
            columns["partners"] = "; ".join(changed["partners"])
        told = {name: value for name, value in values.items() if name.startswith("schedule")}
        if any(name.startswith("schedule") for name in changed):
            columns["schedule"] = shapes.schedule_text({**shapes.schedule_values(schedule), **told})
        return columns
