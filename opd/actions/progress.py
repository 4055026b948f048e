"""What an agency does with a progress report: begin it, fill it in, move it on."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd import rules
from opd.actions import records
from opd.completeness import progress_counted
from opd.models import Program, Progress, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion


def start_progress(*, program: Program, year: int, quarter: int, by: User) -> Progress:
    """Return the agency's report of a quarter, begun now when there is none yet. Raises PermissionDenied."""
    if not rules.may_report(by, program):
        raise PermissionDenied
    found = Progress.objects.filter(program=program, year=year, quarter=quarter).first()
    if found is not None:
        return found
    try:
        return _start(program, year, quarter, by)
    except IntegrityError:  # a colleague began it at the same moment
        return Progress.objects.get(program=program, year=year, quarter=quarter)


@transaction.atomic
def _start(program: Program, year: int, quarter: int, by: User) -> Progress:
    progress = Progress(
        city_id=program.city_id,
        program=program,
        opd_id=program.opd_id,
        dimension_id=program.dimension_id,
        year=year,
        quarter=quarter,
        created_by=by,
    )
    progress.filled, progress.total = progress_counted({})
    progress.save(force_insert=True)
    progress.events.create(
        move="create", target=progress.status, actor=by, role=by.role_for(progress), at=clock.now()
    )
    records.settled(progress, by, "progress.created", before=None)
    return progress


@transaction.atomic
def save_progress(
    *, pk: int, values: Mapping[str, Any], unreadable: Mapping[str, str], version: int, by: User
) -> Progress:
    """Save what was typed and return the report; like `save_section` of a quick win, for the whole form.

    Raises StaleVersion and PermissionDenied. What is saved already is no conflict.
    """
    progress: Progress = records.locked(Progress, pk)
    if not rules.may_edit(by, progress):
        raise PermissionDenied
    changed = [name for name, value in values.items() if not records.same(getattr(progress, name), value)]
    kept = {name: text for name, text in progress.unreadable.items() if name not in values} | dict(unreadable)
    if not changed and kept == progress.unreadable:
        return progress
    if progress.version != version:
        raise StaleVersion(progress)
    before = records.before(progress)
    for name in changed:
        setattr(progress, name, values[name])
    progress.unreadable = kept
    progress.sample_fields = [name for name in progress.sample_fields if name not in changed]
    records.touch(progress)
    records.answer(progress, changed, by)
    records.settled(progress, by, "progress.saved", before=before)
    return progress


def move_progress(*, pk: int, name: str, by: User, note: str = "", key: str | None = None) -> Progress:
    """Make a move of the report's workflow; see `records.move` for what it raises and how it is repeated."""
    return records.move(Progress, pk=pk, name=name, by=by, note=note, key=key)
