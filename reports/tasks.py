"""Ids in, the row decides: see reports.models. A message may come twice, late or never."""

import logging
from contextlib import suppress
from functools import partial
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_process_shutdown
from django.db import transaction

from reports import sandbox
from reports.build import Failed, build
from reports.dossier import build as dossiers
from reports.dossier.actions import note_built
from reports.minutes import build as papers
from reports.minutes.actions import note_built as note_minutes_built
from reports.models import Cause, Dossier, DossierCause, LeaseLost, Minutes, MinutesCause, Report

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


@shared_task(soft_time_limit=1500, time_limit=1560)
def build_dossier(dossier_id: int) -> None:
    """Build one dossier, if it waits to be built; a failure is told and raised as for a report."""
    dossier = Dossier.objects.claim(dossier_id)
    if dossier is None:
        return
    try:
        built = dossiers.build(dossier)
        with transaction.atomic():
            dossier.finish(sha256=built.sha256, size=built.size, entries=built.entries)
            note_built(dossier)
    except LeaseLost:
        log.warning("dossier %s was taken over by another worker", dossier_id)
    except Exception as error:
        with suppress(LeaseLost):
            cause, detail = _dossier_cause(error)
            dossier.fail(cause, detail=detail)
        raise


def _dossier_cause(error: Exception) -> tuple[str, str]:
    if isinstance(error, dossiers.Failed):
        return error.cause, error.detail
    return (DossierCause.TIME if isinstance(error, SoftTimeLimitExceeded) else DossierCause.CRASHED), ""


@shared_task
def build_minutes(minutes_id: int) -> None:
    """Build the minutes of one closed consensus, if they wait to be built; failures as for a report."""
    minutes = Minutes.objects.claim(minutes_id)
    if minutes is None:
        return
    try:
        built = papers.build(minutes)
        with transaction.atomic():
            minutes.finish(sha256=built.sha256, size=built.size, pages=built.pages)
            note_minutes_built(minutes)
    except LeaseLost:
        log.warning("minutes %s were taken over by another worker", minutes_id)
    except Exception as error:
        with suppress(LeaseLost):
            minutes.fail(error.cause if isinstance(error, Failed) else MinutesCause.CRASHED)
        raise


@shared_task
def sweep_reports() -> None:
    """Every minute: ring for works whose message or worker was lost, give up those that failed thrice."""
    for report_id in Report.objects.to_ring_for():
        ring(report_id)
    for dossier_id in Dossier.objects.to_ring_for():
        ring_for_dossier(dossier_id)
    for minutes_id in Minutes.objects.to_ring_for():
        ring_for_minutes(minutes_id)
    given_up = sum(model.objects.give_up() for model in (Report, Dossier, Minutes))
    if given_up:
        log.error("%s reports, dossiers or minutes were given up: their workers died", given_up)


def ring_on_commit(report_id: int) -> None:
    """Ring once the row is there for others to see; a broker that is away never fails the request."""
    transaction.on_commit(partial(ring, report_id), robust=True)


def ring(report_id: int) -> None:
    """Tell a worker that a report waits. When the broker is away the sweep will."""
    _ring(build_report, report_id)


def ring_for_dossier_on_commit(dossier_id: int) -> None:
    """The same for a dossier."""
    transaction.on_commit(partial(ring_for_dossier, dossier_id), robust=True)


def ring_for_dossier(dossier_id: int) -> None:
    """Tell a worker that a dossier waits. When the broker is away the sweep will."""
    _ring(build_dossier, dossier_id)


def ring_for_minutes_on_commit(minutes_id: int) -> None:
    """The same for minutes."""
    transaction.on_commit(partial(ring_for_minutes, minutes_id), robust=True)


def ring_for_minutes(minutes_id: int) -> None:
    """Tell a worker that minutes wait. When the broker is away the sweep will."""
    _ring(build_minutes, minutes_id)


def _ring(task: Any, pk: int) -> None:
    try:
        task.apply_async((pk,), retry=False)
    except Exception:
        # Whatever the transport raises: the row waits, and nobody else may suffer from it.
        log.warning("the broker is away; %s %s waits for the sweep", task.name, pk, exc_info=True)


@worker_process_shutdown.connect
def _end_render_process(**_: object) -> None:
    sandbox.stop()
