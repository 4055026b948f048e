"""Beat: what nobody presses a button for."""

import logging
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import translation

from opd.actions import import_work, ladder, telling
from opd.models import City, ImportJob
from smartcity.lib import clock, files

log = logging.getLogger("portal")


@shared_task
def sweep_incoming() -> None:
    """Every hour: remove uploads that a killed process left half way; nobody can reach them any more."""
    if removed := files.sweep_incoming():
        log.warning("%s unfinished uploads were removed", removed)


@shared_task
def work_on_import(job_id: int) -> None:
    """Take the next step of a long list, if it waits for one. Ids in, the row decides: see opd.models.imports."""
    import_work.work(job_id)


@shared_task
def sweep_imports() -> None:
    """Every minute: ring for lists whose message or worker was lost, give up those that failed thrice."""
    for job_id in ImportJob.objects.to_ring_for():
        ring_for_import(job_id)
    if given_up := ImportJob.objects.give_up():
        log.error("%s imports were given up: their workers died", given_up)


@shared_task
def forget_imports() -> None:
    """Every day: throw away lists nobody consented to; what was saved stays, because the audit chain points at it."""
    ImportJob.objects.forgotten().delete()


def ring_for_import_on_commit(job_id: int) -> None:
    """Ring once the row is there for others to see; a broker that is away never fails the request."""
    transaction.on_commit(partial(ring_for_import, job_id), robust=True)


def ring_for_import(job_id: int) -> None:
    """Tell a worker that a list waits. When the broker is away the sweep will."""
    try:
        work_on_import.apply_async((job_id,), retry=False)
    except Exception:
        # Whatever the transport raises: the row waits, and nobody else may suffer from it.
        log.warning("the broker is away; import %s waits for the sweep", job_id, exc_info=True)


@shared_task
def remind() -> None:
    """Every ten minutes: tell what happened; from the set hour on, climb the ladder and ring for the digests.

    Asked so often, it needs no scheduler that hits an hour: what is due is done once, whenever it is asked.
    """
    for city in City.objects.all():
        with translation.override(settings.LANGUAGE_CODE):
            telling.tell_events(city)
            if clock.now().astimezone(ZoneInfo(city.timezone)).hour >= settings.PORTAL_REMIND_HOUR:
                ladder.climb(city)
                _ring_for_digests(city)


def _ring_for_digests(city: City) -> None:
    day = ladder.local_day(city, clock.now()).isoformat()
    for user_id in telling.digests_due(city):
        try:
            send_digest.apply_async((user_id, day), retry=False)
        except Exception:
            log.warning("the broker is away; the digests wait for the next round", exc_info=True)
            return


@shared_task
def send_digest(user_id: int, day: str) -> None:
    """Send one person's mail of a day; a message that comes twice, or late, finds it sent."""
    with translation.override(settings.LANGUAGE_CODE):
        telling.send_digest(user_id, date.fromisoformat(day), settings.PORTAL_SITE)
