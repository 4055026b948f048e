"""Beat: windows whose time has come are closed. A lost beat delays the result, never the closing."""

import logging

from celery import shared_task

from evaluations.actions import ensure_closed
from evaluations.models import EvaluationWindow
from smartcity.lib import clock

log = logging.getLogger("portal")


@shared_task
def close_due_windows() -> None:
    """Close every due window by itself: one that fails does not keep the others open, and is tried again."""
    for window in EvaluationWindow.objects.due(clock.now()).for_page():
        try:
            ensure_closed(window)
        except Exception:
            log.exception("window %s could not be closed", window.pk)
