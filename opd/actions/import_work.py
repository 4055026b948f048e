"""What a machine does with a list: read it, check its rows, save the chosen ones. Each step may be repeated.

A step begins with a claim and ends by putting the job down again; what happens between is thrown away when the lease
was lost. Saving is one transaction with the end of the job: whoever repeats it finds it done or finds nothing done.
"""

import io
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from opd.actions import import_saving
from opd.actions.imports import remember_layout, remembered
from opd.exchange import shapes
from opd.exchange.comparing import Judge, Verdict
from opd.exchange.found import (
    Pointer,
    found_of,
    pointer_of,
    table_of,
    tables_of,
    tops,
    tops_of,
    without_pointer,
)
from opd.exchange.reference import World
from opd.imports import (
    Kind,
    NotReadable,
    Proposal,
    RowAnswer,
    layout_of,
    open_workbook,
    propose,
    read_rows,
    table_at,
    tables_in,
)
from opd.models import ImportJob, ImportRow, ImportStatus, LeaseLost, Outcome
from opd.models.imports import GOOD
from smartcity.lib import clock
from smartcity.lib.spreadsheets import Book, Table

log = logging.getLogger("portal.imports")

BATCH = 500
#: So many rows are done while the person waits; more are a worker's.
ROWS_AT_ONCE = 300
BYTES_AT_ONCE = 200_000


def is_small(job: ImportJob) -> bool:
    """Whether the next step is short enough to be done while the person waits."""
    if job.status == ImportStatus.READING:
        return job.size <= BYTES_AT_ONCE
    return job.total <= ROWS_AT_ONCE


def work(pk: int) -> None:
    """Do the step a job waits for, if it waits. A failure is told to the person and raised for the log."""
    job = ImportJob.objects.claim(pk)
    if job is None:
        return  # another worker has it, or there is nothing to do
    steps = {ImportStatus.READING: _read, ImportStatus.CHECKING: _check, ImportStatus.SAVING: _save}
    try:
        steps[ImportStatus(job.status)](job)
    except LeaseLost:
        log.warning("import %s was taken over by another worker", pk)
    except NotReadable as refusal:
        job.rest(ImportStatus.REFUSED, error=refusal.message, finished_at=clock.now())
    except import_saving.RowChanged as changed:
        job.rest(ImportStatus.READ, error=str(changed))
    except Exception:
        with suppress(LeaseLost):
            job.fail(
                _("The work on this list stopped unexpectedly. Nothing was saved. Try again. [IMP-STOP]")
            )
        raise


def _book(job: ImportJob) -> Any:
    return open_workbook(io.BytesIO(bytes(job.file.content)), job.original_name)


def _read(job: ImportJob) -> None:
    """Find the tables, the one a person pointed out first, and keep what the next pages show of them."""
    book, pointer = _book(job), pointer_of(job.found)
    if pointer is not None:
        _read_at(job, book, pointer)
        return
    try:
        tables = _tables(job, book)
    except NotReadable as refusal:
        shown = tops(book) if refusal.code == "IMP-TABLE" else []
        if not shown:
            raise
        job.rest(ImportStatus.READ, found=shown, sheet="", total=0)
        return
    found = [found_of(table) for table in tables]
    job.rest(ImportStatus.READ, found=[*found, *tops(book)], sheet=tables[0].sheet, total=found[0]["rows"])


def _tables(job: ImportJob, book: Book) -> list[Table]:
    return tables_in(book, Kind(job.kind), job.year, remembered(job.city_id, job.opd_id, job.kind))


def _read_at(job: ImportJob, book: Book, pointer: Pointer) -> None:
    """Take the table a person pointed out. What is none is said on the page where it can be pointed out anew."""
    try:
        table = table_at(book, pointer.sheet, pointer.row, pointer.height)
        problem = _no_table(table)
    except NotReadable as refusal:
        problem = refusal.message
    if problem:
        job.rest(ImportStatus.READ, error=problem)
        return
    before = without_pointer(job.found)
    old = next((one for one in tables_of(before) if one["sheet"] == table.sheet), None)
    others = [one for one in tables_of(before) if one is not old]
    found = found_of(table)
    with transaction.atomic():
        headings = [column.parts for column in table.columns]
        remember_layout(job, headings, layout_of(parts for _, parts, _ in old["columns"]) if old else "")
        job.rest(
            ImportStatus.READ,
            found=[found, *others, *tops_of(before)],
            sheet=table.sheet,
            total=found["rows"],
        )


def _no_table(table: Table) -> str:
    """Why what was pointed out cannot be read as a table; "" when it can."""
    place = {"row": table.header_rows[0], "sheet": table.sheet}
    if len(table.columns) < 2:
        return (
            _(
                "Row %(row)s of sheet '%(sheet)s' has one heading only. Choose the row in which the columns have their "
                "names. Nothing was saved. [IMP-POINT]"
            )
            % place
        )
    if not table.below:
        return (
            _(
                "Nothing stands below row %(row)s of sheet '%(sheet)s'. Choose the row of headings above the list. "
                "Nothing was saved. [IMP-POINT]"
            )
            % place
        )
    return ""


def _check(job: ImportJob) -> None:
    """Read every row, compare it with the city, and keep what is to be said about it."""
    table, proposal = _table(job)
    world = World.of(job.city, job.by, Kind(job.kind), job.year)
    judge = Judge(world, places_of(proposal))
    with transaction.atomic():
        job.hold(total=len(table.below))
        job.rows.all().delete()
    for done, batch in _batches(judge, read_rows(table, proposal, world.reference), table):
        with transaction.atomic():
            job.progress(done)
            ImportRow.objects.bulk_create(_row(job, *pair) for pair in batch)
    job.rest(ImportStatus.CHECKED, done=job.total)


def _table(job: ImportJob) -> tuple[Table, Proposal]:
    """Return the table a person chose and how its columns are read."""
    kept = table_of(next(one for one in tables_of(job.found) if one["sheet"] == job.sheet))
    table = table_at(_book(job), job.sheet, kept.header_rows[0], len(kept.header_rows))
    return table, propose(table, Kind(job.kind), job.year).with_choices(job.mapping)


def places_of(proposal: Proposal) -> dict[str, tuple[str, str]]:
    """Return field -> letter and heading of its column."""
    columns = {one.column.index: one.column for one in proposal.columns}
    return {name: (columns[index].letter, columns[index].header) for index, name in proposal.fields.items()}


def _batches(
    judge: Judge, rows: Iterator[RowAnswer], table: Table
) -> Iterator[tuple[int, list[tuple[RowAnswer, Verdict]]]]:
    """Yield judged rows in portions, each with how many rows of the sheet are done."""
    portion: list[tuple[RowAnswer, Verdict]] = []
    first = table.below[0].number if table.below else 0
    for row in rows:
        portion.append((row, judge.judge(row)))
        if len(portion) == BATCH:
            yield row.row - first, portion
            portion = []
    if portion:
        yield len(table.below), portion


def _row(job: ImportJob, row: RowAnswer, verdict: Verdict) -> ImportRow:
    refused = verdict.outcome == Outcome.REFUSED
    return ImportRow(
        job=job,
        number=row.row,
        outcome=verdict.outcome,
        draft=verdict.draft,
        chosen=verdict.outcome in GOOD,
        values=shapes.as_json(verdict.values),
        typed=row.typed if refused else {},
        answers=[answer.as_dict() for answer in verdict.answers],
        before=shapes.as_json(verdict.before),
        object_id=verdict.record.pk if verdict.record else None,
        seen_version=verdict.record.version if verdict.record else None,
    )


def _save(job: ImportJob) -> None:
    """Save the chosen rows and end the job in one transaction, or change nothing."""
    with transaction.atomic():
        # Held to the end: who asks for the lease meanwhile waits, and then finds the job saved.
        ImportJob.objects.select_for_update(of=("self",)).get(pk=job.pk)
        job.hold(lease_until=job.lease_until)
        created, changed = import_saving.save_rows(job)
        job.file.delete()
        job.rest(ImportStatus.SAVED, created=created, changed=changed, finished_at=clock.now())
