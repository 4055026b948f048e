"""Two leads' tabs, and a note that is saved while the consensus closes: on PostgreSQL, where locks decide."""

import threading

import pytest
from django.db import connection, transaction

from evaluations.actions import consensus as agree
from evaluations.actions import interview as talk
from evaluations.models import InterviewNote, Reconciliation, ReconciliationEvent
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.workflow import WrongStatus
from tests.evaluations.agreeing import close, propose
from tests.evaluations.test_side_by_side import INSIDE, PEOPLE, at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_six_presses_begin_once_and_close_once(handed_in, cast):
    lead = cast["assessor"].pk
    at_once(lambda: agree.begin(window=handed_in, by=User.objects.get(pk=lead)).pk, INSIDE)
    assert Reconciliation.objects.count() == 1
    propose(handed_in, cast)
    version = Reconciliation.objects.get().version
    rows = at_once(
        lambda: agree.close(window=handed_in, version=version, by=User.objects.get(pk=lead)).number, INSIDE
    )
    assert rows == [f"KP-2022-{handed_in.pk:04d}-1"] * PEOPLE
    assert ReconciliationEvent.objects.filter(move="close").count() == 1


def test_a_note_that_waits_for_the_closing_is_refused(begun, seat, cast):
    """The save begins first, waits for the window's row, and the consensus is closed when it gets it."""
    waiting, results = threading.Event(), []
    propose(begun, cast)

    def late() -> None:
        try:
            waiting.set()
            with clock.at(INSIDE):
                talk.save_note(seat=seat, code="B-1", text="Saya menunggu.", version=0, by=seat.user)
        except WrongStatus as refusal:
            results.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    with clock.at(INSIDE), transaction.atomic():
        close(begun, cast)
        thread.start()
        waiting.wait(5)
        thread.join(0.5)
        assert thread.is_alive(), "the note waits for the window's row"
    thread.join(20)
    assert len(results) == 1
    assert not InterviewNote.objects.exists()
