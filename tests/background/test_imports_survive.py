"""A long list is saved once, whatever happens to the worker that saves it or to the message that called it."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from opd import audit, tallies
from opd.actions import import_work, imports
from opd.exchange.found import table_of
from opd.imports import Export, Kind, propose
from opd.models import AuditEvent, City, ImportJob, ImportStatus, Program, User
from opd.tasks import ring_for_import, sweep_imports
from smartcity.lib import clock
from smartcity.lib.spreadsheets import write_xlsx
from tests.opd.imports.conftest import city, opds, operator, person  # noqa: F401
from tests.opd.imports.worlds import reference
from tests.servers import wait_until
from tests.services import Worker, kill_hard

pytestmark = pytest.mark.background

ROWS = 1500  # saving them takes a worker a second or more


@pytest.fixture
def consented(city: City, operator: User) -> Callable[[], ImportJob]:  # noqa: F811
    """Return a function that brings a long list to consent, without ringing for it."""

    def make() -> ImportJob:
        job = imports.start_import(
            by=operator,
            city=city,
            kind="action_plan",
            year=2022,
            name="panjang.xlsx",
            content=long_list(),
            key=None,
        )
        import_work.work(job.pk)
        job.refresh_from_db()
        proposal = propose(table_of(job.found[0]), Kind.ACTION_PLAN, 2022)
        imports.map_columns(pk=job.pk, by=operator, sheet=job.sheet, year=2022, proposal=proposal)
        import_work.work(job.pk)
        job = imports.consent(pk=job.pk, by=operator)
        assert not import_work.is_small(job)
        return job

    return make


def test_worker_is_killed_while_it_saves(consented: Callable[[], ImportJob], worker: Worker) -> None:
    job = consented()
    ring_for_import(job.pk)
    wait_until(lambda: now(job).lease_token, 30, what="a worker to begin", pause=0.01)
    kill_hard(worker)
    assert (now(job).status, Program.objects.count()) == (ImportStatus.SAVING, 0)
    sweep_imports()  # too early: the lease of the dead worker is still good
    assert now(job).attempts == 1
    silence_is_over(job)
    sweep_imports()
    wait_for_saved(job)
    assert now(job).attempts == 2
    is_saved_once(job)


def test_message_is_lost_then_comes_many_times(consented: Callable[[], ImportJob], worker: Worker) -> None:
    job = consented()  # and nobody rings
    silence_is_over(job)
    sweep_imports()
    for _ in range(3):
        ring_for_import(job.pk)
    wait_for_saved(job)
    wait_until(lambda: worker.output().count("succeeded") >= 4, 30, what="all four messages to be worked off")
    assert now(job).attempts == 1
    is_saved_once(job)


def long_list() -> bytes:
    export, out = Export(Kind.ACTION_PLAN, [2022], reference()), io.BytesIO()
    rows: list[dict[str, Any]] = [
        {
            "dimension": "GOV", "sub_dimension": "GOV-SRV", "code": f"GOV-{place:04d}", "name": f"Program {place}",
            "lead_opd": "DISBUDPAR", "supporting_opds": ["DISHUB", "Kampus"], "target_2022": Decimal(place),
        }
        for place in range(ROWS)
    ]  # fmt: skip
    write_xlsx(out, "Rencana Aksi", export.columns(), map(export.row, rows))
    return out.getvalue()


def now(job: ImportJob) -> ImportJob:
    return ImportJob.objects.get(pk=job.pk)


def wait_for_saved(job: ImportJob) -> None:
    wait_until(lambda: now(job).status == ImportStatus.SAVED, 60, what="the list to be saved", pause=0.05)


def silence_is_over(job: ImportJob) -> None:
    ImportJob.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def is_saved_once(job: ImportJob) -> None:
    assert (now(job).created, Program.objects.count()) == (ROWS, ROWS)
    assert AuditEvent.objects.filter(action="import.saved").count() == 1
    assert [*audit.contradictions(), *tallies.contradictions()] == []
