"""The 24 hours of a clarification to the second: in three zones, over midnight and a weekend, without a scheduler."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from evaluations import actions
from evaluations.actions import asking
from evaluations.actions import clarifications as desk
from evaluations.models import Clarification, ClarificationReceipt, EvaluationWindow, KeptReply, Seat
from evaluations.tasks import mind_the_desk
from opd.models import City
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, OPENS, SECOND
from tests.evaluations.desk import ASKED, DAY, again, ask, client_of, fresh

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
#: On the city's own wall clock, 2022: when it is asked, how its end is read.
MOMENTS = {
    "over-midnight": ("2022-10-04T23:59:59", "Rabu, 5 Oktober 2022, 23.59"),
    "at-midnight": ("2022-10-05T00:00:00", "Kamis, 6 Oktober 2022, 00.00"),
    "into-the-weekend": ("2022-10-07T15:30:00", "Sabtu, 8 Oktober 2022, 15.30"),
    "over-the-weekend": ("2022-10-08T09:05:00", "Minggu, 9 Oktober 2022, 09.05"),
}


def seat_of(window: EvaluationWindow) -> Seat:
    """The assessor's seat with its window as the rows stand now."""
    rows = Seat.objects.select_related("window__city", "window__instrument", "user")
    return rows.get(window=window, user__username="asesor-1")


def answers(item: Clarification, by, moment: datetime) -> str:
    """Send the answer at a moment, look what came of it, and take it back."""
    with transaction.atomic(), clock.at(moment):
        try:
            desk.send_reply(pk=item.pk, text="Ini jawabannya.", version=item.version, by=fresh(by))
        except desk.ReplyTooLate as refusal:
            assert KeptReply.objects.get().text == "Ini jawabannya."
            assert not ClarificationReceipt.objects.exists()
            outcome = f"{again(item).status}: {refusal}"
        else:
            outcome = again(item).status
        transaction.set_rollback(True)
    return outcome


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("zone", ZONES)
def test_an_answer_counts_until_the_second_before_24_hours_are_over(
    open_window, colleague_seat, seat, cast, zone, moment
):
    local, words = MOMENTS[moment]
    City.objects.update(timezone=zone)
    EvaluationWindow.objects.update(closes_at=CLOSES + timedelta(days=7))
    Seat.objects.update(until=CLOSES + timedelta(days=9))
    asked_at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    item = ask(seat_of(open_window), at=asked_at)
    desk_of(item, cast)
    due = asked_at + DAY
    assert (item.due_at, item.due_at.astimezone(ZoneInfo(zone)).time()) == (due, asked_at.time())
    assert answers(item, cast["operator"], due - SECOND) == "answered"
    for late in (due, due + SECOND):
        assert answers(item, cast["operator"], late).startswith("late: ")
        assert f"{words} {ZONES[zone]}" in answers(item, cast["operator"], late)


def desk_of(item: Clarification, cast) -> None:
    """Give the item to DINKES, whose operator the cast knows."""
    dinkes = cast["operator"].memberships.get().opd
    with clock.at(item.asked_at):
        desk.pass_on(pk=item.pk, opd=dinkes, reason="Milik Dinkes.", by=fresh(cast["reviewer"]))
    item.refresh_from_db()


# --- a dead scheduler --------------------------------------------------------------------------------------


def test_a_dead_scheduler_leaves_nothing_open(open_window, seat, cast):
    item = ask(seat)
    desk_of(item, cast)
    client = client_of(cast["operator"])
    with clock.at(item.due_at):
        assert again(item).status == "asked", "nobody has written it down"
        assert not Clarification.objects.open(clock.now()).exists()
        page = client.get(reverse("evaluations:clarification", args=[item.pk])).text
        assert "Tidak dijawab" in page
        assert "data-autosave" not in page
        assert "Tidak ada pertanyaan yang menunggu jawaban" in client.get("/clarifications/").text
        reply = {"answer": "Terlambat.", "version": item.version, "do": "send"}
        refused = client.post(reverse("evaluations:clarification_reply", args=[item.pk]), reply, follow=True)
        assert "[KL-LATE]" in refused.text
        assert "Terlambat." in refused.text, "its author reads what was kept"
    assert (again(item).status, again(item).closed_at) == ("late", item.due_at)
    assert again(item).answer == ""


def test_looking_at_a_page_writes_nothing(open_window, seat, cast):
    item = ask(seat)
    with clock.at(item.due_at + SECOND):
        client_of(cast["reviewer"]).get(reverse("evaluations:clarification", args=[item.pk]))
    assert again(item).status == "asked"


def test_the_clock_writes_down_what_ran_out_and_only_that(open_window, seat, cast):
    item = ask(seat)
    with clock.at(item.due_at - SECOND):
        mind_the_desk()
        desk.lapse(again(item))
    assert again(item).status == "asked"
    with clock.at(item.due_at + timedelta(hours=9)):
        mind_the_desk()
        mind_the_desk()
    now = again(item)
    assert (now.status, now.closed_at) == ("unanswered", item.due_at)
    assert [event.move for event in now.events.all()] == ["lapse", "ask"]


def test_after_it_is_over_nobody_withdraws_extends_or_passes_on(open_window, seat, cast, dinkes):
    item = ask(seat)
    desk_of(item, cast)
    reviewer, kominfo = fresh(cast["reviewer"]), cast["reviewer"].memberships.get().opd
    with clock.at(item.due_at):
        for act in (
            lambda: desk.withdraw(pk=item.pk, reason="Sebab.", by=fresh(cast["assessor"])),
            lambda: desk.extend(pk=item.pk, until=item.due_at + DAY, reason="Sebab.", by=reviewer),
            lambda: desk.pass_on(pk=item.pk, opd=kominfo, reason="Sebab.", by=reviewer),
        ):
            with pytest.raises(NotReady):
                act()
        desk.lapse(again(item))
        with pytest.raises(WrongStatus):
            desk.extend(pk=item.pk, until=item.due_at + DAY, reason="Sebab.", by=reviewer)


# --- the window --------------------------------------------------------------------------------------------


def test_questions_are_taken_until_24_hours_before_the_window_closes(open_window, seat):
    last = asking.last_moment_to_ask(open_window)
    assert ask(seat, at=last).due_at == CLOSES, "to the second, and not outliving the window"
    with pytest.raises(NotReady, match=r"8 Oktober 2022, 16\.00 WIB.*KL-SPAN"):
        ask(seat, "B-2", at=last + SECOND)
    for outside in (OPENS - SECOND, CLOSES, CLOSES + SECOND):
        with pytest.raises(actions.TooLate):
            ask(seat, "B-2", at=outside)


def test_a_window_that_is_extended_takes_questions_again(open_window, seat, cast):
    with clock.at(CLOSES - SECOND):
        actions.extend_window(open_window, until=CLOSES + DAY, reason="Banjir.", by=fresh(cast["reviewer"]))
    item = ask(seat_of(open_window), at=CLOSES)
    assert item.due_at == CLOSES + DAY


# --- extension ---------------------------------------------------------------------------------------------


def test_an_extension_needs_a_reason_and_stays_inside_the_window(open_window, seat, cast):
    item = ask(seat)
    desk_of(item, cast)
    reviewer = fresh(cast["reviewer"])
    with clock.at(ASKED + SECOND):
        for until, reason in (
            (item.due_at, "Sebab."),
            (item.due_at - SECOND, "Sebab."),
            (CLOSES + SECOND, "Sebab."),
            (CLOSES, "  "),
        ):
            with pytest.raises(NotReady):
                desk.extend(pk=item.pk, until=until, reason=reason, by=reviewer)
        assert again(item).due_at == item.due_at
        desk.extend(pk=item.pk, until=CLOSES, reason="Listrik padam.", by=reviewer)
    event = again(item).events.first()
    assert (event.move, event.note, event.until, event.role) == (
        "extend", "Listrik padam.", CLOSES, "reviewer",
    )  # fmt: skip
    assert answers(again(item), cast["operator"], CLOSES - SECOND) == "answered"
    assert answers(again(item), cast["operator"], CLOSES).startswith("late: ")
