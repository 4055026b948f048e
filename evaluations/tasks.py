"""Beat: windows whose time has come are closed, and so are clarifications; their alerts and those of follow-ups go out.

A lost beat delays the result, the record and the alert, never the closing: that is asked of the clock.
"""

import logging
from collections.abc import Callable

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import translation

from evaluations.actions import clarifications as desk
from evaluations.actions import desk_alerts, ensure_closed, recommendation_lines
from evaluations.models import AlertMail, Clarification, EvaluationWindow
from opd.models import City
from smartcity.lib import clock

log = logging.getLogger("portal")


@shared_task
def close_due_windows() -> None:
    """Close every due window by itself: one that fails does not keep the others open, and is tried again."""
    for window in EvaluationWindow.with_rehearsals.due(clock.now()).for_page():
        try:
            ensure_closed(window)
        except Exception:
            log.exception("window %s could not be closed", window.pk)


@shared_task
def mind_the_desk() -> None:
    """Every minute: write down which clarifications ran out, tell who still has to answer, send the mails."""
    with translation.override(settings.LANGUAGE_CODE):
        now = clock.now()
        for item in Clarification.objects.lapsed(now):
            _try(item, desk.lapse)
        for item in Clarification.objects.open(now):
            _try(item, desk.remind)
        _send_mails()


@shared_task
def mind_the_follow_up() -> None:
    """Twice an hour: tell whose recommendations are due soon or late, each day once; the digest carries it."""
    with translation.override(settings.LANGUAGE_CODE):
        for city in City.objects.all():
            recommendation_lines.remind(city)


@shared_task
def send_desk_mails() -> None:
    """Send the mails that wait. Rung when somebody is told at once; the beat finds what was not rung for."""
    with translation.override(settings.LANGUAGE_CODE):
        _send_mails()


def ring_for_desk_on_commit() -> None:
    """Ring once the rows are there for others to see; a broker that is away never fails the request."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    try:
        send_desk_mails.apply_async(retry=False)
    except Exception:
        # Whatever the transport raises: the rows wait, and the beat comes within a minute.
        log.warning("the broker is away; the mails of the desk wait for the beat", exc_info=True)


def _send_mails() -> None:
    for pk in list(AlertMail.objects.waiting(clock.now()).values_list("pk", flat=True)[:200]):
        desk_alerts.send_mail(pk)


def _try(item: Clarification, step: Callable[[Clarification], object]) -> None:
    """One item that fails does not keep the others waiting."""
    try:
        step(item)
    except Exception:
        log.exception("clarification %s: the clock could not do its work", item.pk)
