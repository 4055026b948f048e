"""Two answers, and an answer against the clock, at the same moment on PostgreSQL: one of them is first."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from evaluations.actions import clarifications as desk
from evaluations.models import ClarificationAlert, ClarificationReceipt, KeptReply
from opd import audit
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus
from tests.evaluations.builders import SECOND
from tests.evaluations.desk import ASKED, DAY, KEY, again, ask, fresh

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(calls: Sequence[tuple[Any, Callable[[], Any]]]) -> list[Any]:
    """Run each call at its own moment in threads that start together; return results or refusals."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, moment: Any, call: Callable[[], Any]) -> None:
        try:
            with clock.at(moment):
                start.wait(5)
                results[place] = call()
        except Exception as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, *call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def test_operator_and_head_send_at_once_and_there_is_one_answer(open_window, colleague_seat, cast):
    item = ask(colleague_seat, "Q-LIV-1")

    def send(name: str) -> Callable[[], Any]:
        return lambda: desk.send_reply(
            pk=item.pk, text=f"Kata {name}.", version=item.version, by=fresh(cast[name])
        )

    people = ["operator", "head"] * 3
    results = at_once([(ASKED + SECOND, send(name)) for name in people])
    receipts = {row for row in results if isinstance(row, ClarificationReceipt)}
    assert len(receipts) == ClarificationReceipt.objects.count() == 1
    assert {type(row) for row in results} <= {ClarificationReceipt, WrongStatus, StaleVersion}
    assert again(item).answer == receipts.pop().payload["text"]
    assert again(item).events.filter(move="reply").count() == 1
    assert list(audit.contradictions()) == []


def test_one_press_sent_six_times_gives_one_receipt_to_all(open_window, colleague_seat, cast):
    item = ask(colleague_seat, "Q-LIV-1")

    def send() -> Any:
        by = fresh(cast["operator"])
        return desk.send_reply(pk=item.pk, text="Ini.", version=item.version, by=by, key=KEY).number

    assert set(at_once([(ASKED + SECOND, send)] * 6)) == {f"JK-2022-{item.pk:04d}"}


def test_an_answer_in_the_last_second_and_the_clock(open_window, colleague_seat, cast):
    item = ask(colleague_seat, "Q-LIV-1")

    def send() -> Any:
        by = fresh(cast["operator"])
        return desk.send_reply(pk=item.pk, text="Ini.", version=item.version, by=by)

    over = (ASKED + DAY, lambda: desk.lapse(again(item)).status)
    sent, *_lapsed = at_once([(ASKED + DAY - SECOND, send), over, over])
    if isinstance(sent, ClarificationReceipt):
        assert again(item).status == "answered"
    else:  # the clock was first: the answer finds the item closed
        assert isinstance(sent, desk.ReplyTooLate)
        assert KeptReply.objects.get().text == "Ini."
        assert again(item).status == "late"
    assert list(audit.contradictions()) == []


def test_six_clocks_tell_a_stage_once(open_window, colleague_seat, cast):
    item = ask(colleague_seat, "Q-LIV-1")
    at_once([(ASKED + DAY / 2, lambda: desk.remind(again(item)))] * 6)
    assert list(ClarificationAlert.objects.order_by("pk").values_list("stage", flat=True)) == [
        "asked",
        "half",
    ]
