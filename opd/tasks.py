"""Beat: what nobody presses a button for."""

import logging

from celery import shared_task

from smartcity.lib import files

log = logging.getLogger("portal")


@shared_task
def sweep_incoming() -> None:
    """Every hour: remove uploads that a killed process left half way; nobody can reach them any more."""
    if removed := files.sweep_incoming():
        log.warning("%s unfinished uploads were removed", removed)
