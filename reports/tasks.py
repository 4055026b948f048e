"""Ids in, the row decides: see reports.models. A message may come twice, late or never."""

import logging
from contextlib import suppress
from functools import partial

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.db import transaction

from reports import sandbox
from reports.build import Failed, build
from reports.models import Cause, LeaseLost, Report

log = logging.getLogger("portal.reports")


@shared_task
def build_report(report_id: int) -> None:
    """Build one report, if it waits to be built. A failure is told to the person and raised for the log."""
    report = Report.objects.claim(report_id)
    if report is None:
        return  # another worker has it, or it is done
    try:
        built = build(report)
        report.finish(sha256=built.sha256, size=built.size, pages=built.pages)
    except LeaseLost:
        log.warning("report %s was taken over by another worker", report_id)
    except Exception as error:
        with suppress(LeaseLost):
            report.fail(error.cause if isinstance(error, Failed) else Cause.CRASHED)
        raise


@shared_task
def sweep_reports() -> None:
    """Every minute: ring for reports whose message or worker was lost, give up those that failed thrice."""
    for report_id in Report.objects.to_ring_for():
        ring(report_id)
    if given_up := Report.objects.give_up():
        log.error("%s reports were given up: their workers died", given_up)


def ring_on_commit(report_id: int) -> None:
    """Ring once the row is there for others to see; a broker that is away never fails the request."""
    transaction.on_commit(partial(ring, report_id), robust=True)


def ring(report_id: int) -> None:
    """Tell a worker that a report waits. When the broker is away the sweep will."""
    try:
        build_report.apply_async((report_id,), retry=False)
    except Exception:
        # Whatever the transport raises: the row waits, and nobody else may suffer from it.
        log.warning("the broker is away; report %s waits for the sweep", report_id, exc_info=True)


@worker_process_shutdown.connect
def _end_render_process(**_: object) -> None:
    sandbox.stop()
