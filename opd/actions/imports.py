"""What a person does with a list: bring it in, confirm its columns, choose rows, consent. Machines do the rest."""

import hashlib
from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd import audit, rules
from opd.exchange.found import Pointer, with_pointer
from opd.imports.mapping import Proposal, layout_of
from opd.models import City, ColumnMemory, ImportFile, ImportJob, ImportStatus
from opd.models.people import User
from smartcity.lib.models import digest_of
from smartcity.lib.workflow import WrongStatus


def start_import(
    *, by: User, city: City, kind: str, year: int, name: str, content: bytes, key: str | None
) -> ImportJob:
    """Keep an uploaded workbook and return its job, waiting to be read; the same `key` returns the first one.

    Raises PermissionDenied when the person brings in no lists of this kind.
    """
    if not rules.may_import(by, city.pk, kind):
        raise PermissionDenied
    if key and (first := ImportJob.objects.filter(idempotency_key=key, by=by).first()):
        return first
    try:
        return _start(by, city, kind, year, name, content, key)
    except IntegrityError:
        first = ImportJob.objects.filter(idempotency_key=key, by=by).first() if key else None
        if first is None:
            raise
        return first  # two clicks at once: the other one made the row


@transaction.atomic
def _start(
    by: User, city: City, kind: str, year: int, name: str, content: bytes, key: str | None
) -> ImportJob:
    own = by.opds()
    job = ImportJob(
        city=city,
        opd_id=next(iter(own)) if len(own) == 1 else None,
        kind=kind,
        year=year,
        by=by,
        original_name=name[:255],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        idempotency_key=key,
    )
    for column, value in job.wait_for_worker(ImportStatus.READING).items():
        setattr(job, column, value)
    job.save(force_insert=True)
    ImportFile.objects.create(job=job, content=content)
    _noted(job, by, "import.started", after=job.sha256)
    return job


@transaction.atomic
def point_out(*, pk: int, by: User, pointer: Pointer) -> ImportJob:
    """Have a list read from the row of headings a person pointed out. Raises WrongStatus."""
    job = _locked(pk, by)
    if job.status not in (ImportStatus.READ, ImportStatus.CHECKED):
        raise WrongStatus
    job.found, job.mapping = with_pointer(job.found, pointer), {}
    _move_on(job, ImportStatus.READING)
    _noted(job, by, "import.pointed")
    return job


@transaction.atomic
def map_columns(*, pk: int, by: User, sheet: str, year: int, proposal: Proposal) -> ImportJob:
    """Keep what the columns hold, remember it for the next list, and have the rows checked. Raises WrongStatus."""
    job = _locked(pk, by)
    if job.status not in (ImportStatus.READ, ImportStatus.CHECKED):
        raise WrongStatus
    job.sheet, job.year = sheet, year
    job.mapping = {
        column.column.letter: proposal.fields.get(column.column.index, "") for column in proposal.columns
    }
    _move_on(job, ImportStatus.CHECKING)
    _remember(job, proposal)
    _noted(job, by, "import.mapped", after=digest_of(job.mapping))
    return job


def remembered(city_id: int, opd_id: int | None, kind: str) -> dict[str, str]:
    """Return what an agency said about headings, and about rows of headings, before: for `propose` and `tables_in`."""
    rows = ColumnMemory.objects.filter(city=city_id, opd=opd_id, kind=kind)
    return dict(rows.values_list("key", "field"))


def remember_layout(job: ImportJob, headings: Iterable[tuple[str, ...]], instead: str = "") -> None:
    """The next list with the same row of headings is read from it by itself; what was pointed out before is not."""
    rows = ColumnMemory.objects.filter(city=job.city_id, opd=job.opd_id, kind=job.kind)
    key = layout_of(headings)
    if instead and instead != key:
        rows.filter(key=instead).delete()
    if not rows.filter(key=key).exists():
        memory = ColumnMemory(city_id=job.city_id, opd_id=job.opd_id, kind=job.kind, key=key)
        ColumnMemory.objects.bulk_create([memory], ignore_conflicts=True)


@transaction.atomic
def choose_rows(*, pk: int, by: User, shown: Iterable[int], ticked: Iterable[int]) -> ImportJob:
    """Keep which of the rows `shown` are to be saved. Only good rows can be. Raises WrongStatus."""
    job = _locked(pk, by)
    if job.status != ImportStatus.CHECKED:
        raise WrongStatus
    rows = job.rows.good().filter(number__in=[*shown])
    wanted = set(ticked)
    kept = dict(rows.values_list("number", "chosen"))
    if on := [number for number, chosen in kept.items() if number in wanted and not chosen]:
        rows.filter(number__in=on).update(chosen=True)
    if off := [number for number, chosen in kept.items() if number not in wanted and chosen]:
        rows.filter(number__in=off).update(chosen=False)
    if on or off:
        _noted(job, by, "import.chosen")
    return job


@transaction.atomic
def choose_all(*, pk: int, by: User, chosen: bool) -> ImportJob:
    """Choose every good row, or none."""
    job = _locked(pk, by)
    if job.status != ImportStatus.CHECKED:
        raise WrongStatus
    job.rows.good().update(chosen=chosen)
    _noted(job, by, "import.chosen")
    return job


@transaction.atomic
def consent(*, pk: int, by: User) -> ImportJob:
    """Have the chosen rows saved. Pressed twice, it counts once. Raises WrongStatus, PermissionDenied."""
    job = _locked(pk, by)
    if not rules.may_import(by, job.city_id, job.kind):
        raise PermissionDenied
    if job.status in (ImportStatus.SAVING, ImportStatus.SAVED):
        return job
    if job.status != ImportStatus.CHECKED:
        raise WrongStatus
    _move_on(job, ImportStatus.SAVING)
    _noted(job, by, "import.consented")
    return job


@transaction.atomic
def try_again(*, pk: int, by: User) -> ImportJob:
    """Have a list that was not finished looked at from its columns on."""
    job = _locked(pk, by)
    if job.status == ImportStatus.FAILED:
        _move_on(job, ImportStatus.CHECKING if job.mapping else ImportStatus.READING)
        job.finished_at = None
        job.save(update_fields=["finished_at"])
        _noted(job, by, "import.retried")
    return job


def _locked(pk: int, by: User) -> ImportJob:
    return (
        ImportJob.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("city", "opd")
        .get(pk=pk)
    )


def _move_on(job: ImportJob, status: str) -> None:
    for column, value in job.wait_for_worker(status).items():
        setattr(job, column, value)
    job.save()


def _remember(job: ImportJob, proposal: Proposal) -> None:
    """Write what differs from what is remembered; the city's own memory has no agency."""
    keys: Mapping[str, str] = {key[:200]: field for key, field in proposal.to_remember().items() if key}
    kept = {
        row.key: row for row in ColumnMemory.objects.filter(city=job.city_id, opd=job.opd_id, kind=job.kind)
    }
    new = []
    for key, field in keys.items():
        row = kept.get(key)
        if row is None:
            new.append(
                ColumnMemory(city_id=job.city_id, opd_id=job.opd_id, kind=job.kind, key=key, field=field)
            )
        elif row.field != field:
            ColumnMemory.objects.filter(pk=row.pk).update(field=field)
    ColumnMemory.objects.bulk_create(new, ignore_conflicts=True)


def _noted(job: ImportJob, by: User, action: str, *, after: str = "") -> None:
    audit.record(
        by=by, action=action, obj=job, city_id=job.city_id, year=job.city.evaluation_year, after=after
    )
