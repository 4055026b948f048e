"""Several people at the same moment, on PostgreSQL: locks decide, and nobody slips in behind a closing door."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from evaluations import actions
from evaluations.models import (
    EvaluationWindow,
    HandIn,
    Instrument,
    LateEntry,
    Question,
    Result,
    Score,
    Snapshot,
)
from opd import audit
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus
from tests.evaluations.builders import CLOSES, OPENS, SECOND, as_file, score_all

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PEOPLE = 6
INSIDE = CLOSES - timedelta(days=2)


def at_once(action: Callable[[], Any], moment: Any) -> list[Any]:
    """Run the action in six threads that start together; return what each got, result or refusal."""
    start, results = threading.Barrier(PEOPLE), []

    def run() -> None:
        try:
            with clock.at(moment):
                start.wait(5)
                results.append(action())
        except Exception as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def test_six_presses_open_the_window_once(window, seat, colleague_seat, verified, cast):
    def press() -> Snapshot:
        return actions.open_window(
            EvaluationWindow.objects.get(), by=User.objects.get(pk=cast["reviewer"].pk)
        )

    results = at_once(press, OPENS)
    assert [type(row) for row in results].count(WrongStatus) == PEOPLE - 1
    assert Snapshot.objects.count() == 1
    assert window.events.filter(move="open").count() == 1


def test_six_schedulers_compute_one_result(open_window):
    results = at_once(lambda: actions.ensure_closed(EvaluationWindow.objects.get()).status, CLOSES)
    assert results == ["closed"] * PEOPLE
    assert Result.objects.count() == 1


def test_six_presses_hand_in_once_and_all_get_the_same_receipt(open_window, seat, cast):
    score_all(seat)
    results = at_once(
        lambda: actions.hand_in(seat=seat, by=User.objects.get(pk=cast["assessor"].pk)).number, INSIDE
    )
    assert set(results) == {f"NA-2022-{seat.pk:04d}"}
    assert HandIn.objects.count() == 1


def test_six_tabs_write_one_first_score(open_window, seat, cast):
    counter = iter(range(PEOPLE))

    def save() -> Score:
        return actions.save_score(
            seat=seat, question_code="B-1", value=3, remark=f"Tab {next(counter)}.", version=0,
            by=User.objects.get(pk=cast["assessor"].pk),
        )  # fmt: skip

    results = at_once(save, INSIDE)
    assert [type(row) for row in results].count(StaleVersion) == PEOPLE - 1
    assert Score.objects.get().version == 1
    assert list(audit.contradictions()) == []


def test_a_save_that_waits_for_the_closing_is_judged_by_what_it_finds(open_window, seat, cast):
    """The save begins one second before the end, waits for the lock, and the window is closed when it gets it."""
    waiting, results = threading.Event(), []

    def late_save() -> None:
        try:
            waiting.set()
            with clock.at(CLOSES - SECOND):
                actions.save_score(
                    seat=seat, question_code="B-1", value=4, remark="Saya menunggu.", version=0,
                    by=User.objects.get(pk=cast["assessor"].pk),
                )  # fmt: skip
        except actions.TooLate as refusal:
            results.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=late_save)
    with clock.at(CLOSES), transaction.atomic():
        actions.close_window(open_window)
        thread.start()
        waiting.wait(5)
        thread.join(0.5)
        assert thread.is_alive(), "the save waits for the window's row"
    thread.join(20)
    assert len(results) == 1
    assert not Score.objects.exists()
    assert LateEntry.objects.get().remark == "Saya menunggu."


def test_six_drafts_of_one_version_make_one_instrument(cast, city, small):
    """Six people consent to the same new version at once: one is loaded, the others are asked to look again."""
    small["instrument"]["code"] = "BARU"
    reviewer = cast["reviewer"]
    drafts = [
        actions.start_draft(by=reviewer, city=city, name=f"{n}.yaml", source=as_file(small), key=f"{n:032d}")
        for n in range(PEOPLE)
    ]
    seen, waiting = actions.base_mark(drafts[0].content), iter(drafts)

    def press() -> Instrument:
        draft = next(waiting)
        return actions.load_draft(pk=draft.pk, by=User.objects.get(pk=reviewer.pk), seen=seen)

    results = at_once(press, INSIDE)
    assert Instrument.objects.filter(code="BARU").count() == 1
    assert {type(result) for result in results} <= {Instrument, actions.BaseChanged}
    assert sum(isinstance(result, Instrument) for result in results) >= 1
    assert Question.objects.filter(instrument__code="BARU").count() == 7
