"""A report is built once, whatever happens to its worker, its message or the broker.

Each story runs on both brokers, with the worker and the sweep that production has. Two minutes of silence are not
waited for: `silence_is_over` writes into the row what the clock would have brought.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from evaluations.models import EvaluationWindow
from opd.models import User
from reports import store
from reports.models import Report, Status
from reports.tasks import ring, sweep_reports
from smartcity.lib import clock
from tests.servers import wait_until
from tests.services import Broker, Worker, kill_hard

pytestmark = pytest.mark.background


def test_worker_child_is_killed_in_the_middle(ask: Callable[[], Report], worker: Worker) -> None:
    report = ask()
    ring(report.pk)
    wait_for(report, Status.BUILDING)
    kill_hard(worker)
    assert now(report).status == Status.BUILDING
    silence_is_over(report)
    sweep_reports()
    wait_for(report, Status.READY)
    assert now(report).attempts == 2
    is_there_once(report)


def test_machine_loses_power_in_the_middle(ask: Callable[[], Report], worker: Worker) -> None:
    report = ask()
    ring(report.pk)
    wait_for(report, Status.BUILDING)
    worker.kill()
    assert now(report).status == Status.BUILDING
    worker.start()
    sweep_reports()  # too early: the lease of the dead worker is still good
    assert now(report).attempts == 1
    silence_is_over(report)
    sweep_reports()
    wait_for(report, Status.READY)
    is_there_once(report)


def test_message_is_lost(ask: Callable[[], Report], worker: Worker) -> None:
    report = ask()  # and nobody rings
    silence_is_over(report)
    sweep_reports()
    wait_for(report, Status.READY)
    assert now(report).attempts == 1
    is_there_once(report)


def test_message_is_delivered_many_times(ask: Callable[[], Report], worker: Worker) -> None:
    report = ask()
    for _ in range(5):
        ring(report.pk)
    first = wait_for(report, Status.READY)
    ring(report.pk)
    wait_until(lambda: worker.output().count("succeeded") >= 6, 30, what="all six messages to be worked off")
    assert now(report).finished_at == first.finished_at
    assert now(report).attempts == 1
    is_there_once(report)


def test_broker_is_away(
    broker: Broker, worker: Worker, open_window: EvaluationWindow, reviewer: User, client: Client
) -> None:
    client.force_login(reviewer)
    page = client.get("/reports/")
    answers = {"key": page.context["form"]["key"].value(), "source": str(open_window.pk)}
    broker.go_away()

    start = time.monotonic()
    asked = client.post("/reports/new/", answers)
    seen = client.get("/reports/")
    took = time.monotonic() - start

    assert (asked.status_code, seen.status_code) == (302, 200)
    assert took < 3, f"The two pages took {took:.1f} s with the broker away."
    report = Report.objects.get()
    assert report.status == Status.QUEUED
    worker.return_with(broker)
    silence_is_over(report)
    sweep_reports()
    wait_for(report, Status.READY)
    is_there_once(report)


def now(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


def wait_for(report: Report, status: Status) -> Report:
    def reached() -> Report | None:
        found = now(report)
        assert found.status in {status, Status.QUEUED, Status.BUILDING}, f"{found.status}: {found.cause}"
        return found if found.status == status else None

    return wait_until(reached, 90, what=f"the report to be {status}", pause=0.02)


def silence_is_over(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(lease_until=clock.now() - timedelta(seconds=1))


def is_there_once(report: Report) -> None:
    """One row, one whole file, and nothing half-made beside it."""
    report = now(report)
    assert Report.objects.count() == 1
    kept = [path for path in Path(settings.PORTAL_REPORT_ROOT).rglob("*") if path.is_file()]
    assert kept == [store.path_for(report.sha256)]
    file = store.open_intact(report.sha256)
    assert file is not None
    with file:
        assert file.read(5) == b"%PDF-"
    assert (report.percent, report.lease_token) == (100, "")
