"""Asking at the clarification desk: when an item is due, who is asked, who may ask and about what."""

import pytest
from django.core.exceptions import PermissionDenied

from evaluations import actions
from evaluations.actions import asking
from evaluations.models import Clarification, Seat
from opd.models import AuditEvent, Opd
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import OPENS, score_all
from tests.evaluations.desk import ASKED, DAY, KEY, ask, fresh


def test_an_item_is_due_exactly_24_hours_after_asking(open_window, seat):
    item = ask(seat, text="  Rekap yang mana?  ")
    assert (item.asked_at, item.due_at - item.asked_at, item.status) == (ASKED, DAY, "asked")
    assert item.text == "Rekap yang mana?"
    assert item.number == f"KL-2022-{item.pk:04d}"
    event = item.events.get()
    assert (event.move, event.actor, event.role, event.at) == ("ask", seat.user, "assessor", ASKED)
    assert AuditEvent.objects.get(action="clarification.ask").object_id == str(item.pk)


def test_asking_twice_with_one_key_is_one_item(open_window, seat):
    assert ask(seat, key=KEY) == ask(seat, key=KEY)
    assert Clarification.objects.count() == 1


def test_the_owner_of_the_frozen_quick_win_is_asked_else_the_secretariat(
    open_window, seat, colleague_seat, dinkes, kominfo
):
    assert ask(colleague_seat, "Q-LIV-1").opd == dinkes, "TOSSA is a quick win of DINKES"
    assert ask(seat, "Q-GOV-1").opd == kominfo, "no quick win of this dimension"
    assert ask(seat, "B-1").opd == kominfo, "a question that belongs to no dimension"


def test_the_agency_that_was_asked_for_the_answer_comes_first(
    window, seat, colleague_seat, verified, dinkes, cast
):
    actions.assign_questions(window=window, codes=["B-1"], opd=dinkes, by=cast["reviewer"])
    with clock.at(OPENS):
        actions.open_window(window, by=cast["reviewer"])
        actions.declare(seat, by=cast["assessor"])
    assert ask(Seat.objects.select_related("window", "user").get(pk=seat.pk)).opd == dinkes


def test_who_stands_for_the_owner_today_is_asked(open_window, colleague_seat, city, dinkes):
    heir = Opd.objects.create(city=city, short="DINKESDALDUK", official_name="Dinas baru", kind="dinas")
    Opd.objects.filter(pk=dinkes.pk).update(successor=heir, valid_to=ASKED.date())
    assert ask(colleague_seat, "Q-LIV-1").opd == heir


@pytest.mark.parametrize("name", ["colleague", "outsider", "reviewer", "operator", "auditor"])
def test_nobody_asks_from_somebody_elses_seat(open_window, seat, cast, name):
    with clock.at(ASKED), pytest.raises(PermissionDenied):
        asking.ask(seat=seat, question_code="B-1", text="Ya?", by=fresh(cast[name]))
    assert not Clarification.objects.exists()


@pytest.mark.parametrize("code", ["I-LIV-1", "I-GOV-1", "X-9"])
def test_only_about_questions_of_own_areas_that_are_scored_by_hand(open_window, seat, code):
    with pytest.raises(PermissionDenied):
        ask(seat, code)


@pytest.mark.parametrize("text", ["", "   \n "])
def test_a_question_needs_words(open_window, seat, text):
    with pytest.raises(NotReady) as refusal:
        ask(seat, text=text)
    assert [problem.anchor for problem in refusal.value.problems] == ["#id_text"]


def test_after_handing_in_nothing_is_asked(open_window, seat, cast):
    score_all(seat)
    actions.hand_in(seat=seat, by=cast["assessor"])
    with pytest.raises(WrongStatus):
        ask(Seat.objects.select_related("window", "user").get(pk=seat.pk), at=clock.now())


def test_a_seat_from_which_was_asked_stays(open_window, seat, cast):
    ask(seat)
    with pytest.raises(WrongStatus):
        actions.remove_seat(seat, by=cast["reviewer"])
