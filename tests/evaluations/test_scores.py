"""Scoring: own areas, in time, side by side, final after hand-in; and what comes too late is kept."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from evaluations import actions
from evaluations.models import HandIn, LateEntry, Score, Seat
from opd.models import AuditEvent
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, OPENS, SECOND, raw_refused, score_all


def save(seat: Seat, code: str = "B-1", value: int | None = 3, version: int = 0, **more: object) -> Score:
    facts = {"remark": "", "reason": "", "by": seat.user} | more
    return actions.save_score(seat=seat, question_code=code, value=value, version=version, **facts)


# --- the clock ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "accepted", "kept"),
    [
        (OPENS - SECOND, False, False),
        (OPENS, True, False),
        (OPENS + SECOND, True, False),
        (CLOSES - SECOND, True, False),
        (CLOSES, False, True),
        (CLOSES + SECOND, False, True),
    ],
    ids=["before", "opens", "after-opening", "last-second", "closes", "after"],
)
def test_a_score_is_accepted_from_opens_at_until_just_before_closes_at(
    open_window, seat, moment, accepted, kept
):
    with clock.at(moment):
        if accepted:
            assert save(seat).updated_at == moment
        else:
            with pytest.raises(actions.TooLate):
                save(seat, remark="Kata-kata saya.")
    assert Score.objects.exists() == accepted
    assert LateEntry.objects.exists() == kept


def test_what_comes_too_late_is_kept_word_for_word(open_window, seat, cast):
    with clock.at(CLOSES), pytest.raises(actions.TooLate, match=r"16\.00 WIB") as refusal:
        save(seat, value=4, remark="Sangat baik.\nBaris kedua.", reason="")
    late = LateEntry.objects.get()
    assert refusal.value.kept == late
    assert (late.value, late.remark, late.at, late.user) == (
        4,
        "Sangat baik.\nBaris kedua.",
        CLOSES,
        seat.user,
    )
    readers = {name for name, user in cast.items() if LateEntry.objects.visible_to(user).exists()}
    assert readers == {"assessor", "reviewer"}


def test_a_closed_window_keeps_late_words_too(open_window, seat):
    with clock.at(CLOSES + timedelta(hours=1)):
        actions.close_window(open_window)
        with pytest.raises(actions.TooLate):
            save(seat, remark="Terlambat.")
    assert LateEntry.objects.get().remark == "Terlambat."


def test_late_words_of_a_person_who_may_not_score_are_not_kept(open_window, seat, cast):
    with clock.at(CLOSES), pytest.raises(PermissionDenied):
        save(seat, by=cast["colleague"], remark="Bukan milik saya.")
    assert not LateEntry.objects.exists()


# --- who and what ------------------------------------------------------------------------------------------


def test_nobody_but_the_assessor_of_the_seat_scores(open_window, seat, cast):
    for name, user in cast.items():
        if name != "assessor":
            with pytest.raises(PermissionDenied):
                save(seat, by=user)
    assert not Score.objects.exists()


@pytest.mark.parametrize("code", ["I-LIV-1", "Q-LIV-1", "I-GOV-1", "X-9"])
def test_only_questions_of_own_areas_that_are_scored_by_hand(open_window, seat, code):
    """Another area, a survey mean, a question that does not exist."""
    with pytest.raises(PermissionDenied):
        save(seat, code)


@pytest.mark.parametrize("value", [-1, 5, 40])
def test_only_scores_of_the_rubric(open_window, seat, value):
    with pytest.raises(ValidationError):
        save(seat, value=value)


def test_hidden_characters_are_refused(open_window, seat):
    with pytest.raises(ValidationError):
        save(seat, remark="a\u202eb")


def test_a_declaration_comes_first(window, seat, colleague_seat, cast):
    with clock.at(OPENS):
        actions.open_window(window, by=cast["reviewer"])
    with pytest.raises(PermissionDenied):
        save(seat)
    actions.declare(seat, by=cast["assessor"])
    assert save(seat).value == 3


def test_a_conflict_bars_the_seat_for_good(open_window, seat, cast):
    save(seat)
    actions.declare(seat, conflict="Adik kepala dinas.", by=cast["assessor"])
    for _ in range(2):
        with pytest.raises(PermissionDenied):
            save(seat, version=1)
        with pytest.raises(PermissionDenied):
            actions.declare(seat, conflict="", by=cast["assessor"])
    with pytest.raises(PermissionDenied):
        actions.hand_in(seat=seat, by=cast["assessor"])


def test_access_ends_by_date(open_window, seat):
    Seat.objects.filter(pk=seat.pk).update(until=CLOSES - timedelta(days=2))
    with pytest.raises(PermissionDenied):
        save(seat)


# --- side by side ------------------------------------------------------------------------------------------


def test_every_save_counts_the_version_up_and_leaves_an_audit_event(open_window, seat):
    before = AuditEvent.objects.count()
    assert save(seat, value=2).version == 1
    assert save(seat, value=3, version=1).version == 2
    assert AuditEvent.objects.count() == before + 2


def test_the_audit_trail_does_not_give_a_score_away(open_window, seat):
    save(seat, value=2)
    event = AuditEvent.objects.get(action="score.save")
    assert (event.before, event.after, event.reason) == ("", "", "")


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_stale_save_is_refused_and_told_what_is_there(open_window, seat, version):
    save(seat, value=1)
    save(seat, value=2, version=1, remark="Yang tersimpan.")
    with pytest.raises(StaleVersion) as refusal:
        save(seat, value=4, version=version, remark="Yang diketik.")
    assert refusal.value.current.remark == "Yang tersimpan."
    assert Score.objects.get().value == 2


def test_the_same_words_twice_are_one_save(open_window, seat):
    first = save(seat, value=2, remark="Sama.")
    assert save(seat, value=2, remark="Sama.").version == first.version == 1


def test_a_score_may_be_taken_back(open_window, seat):
    save(seat, value=2)
    assert save(seat, value=None, version=1).value is None


def test_zero_is_a_score(open_window, seat):
    assert save(seat, value=0).value == 0
    assert "B-1" not in {
        problem.anchor for problem in actions.missing_scores(seat) if "belum" in problem.text
    }


# --- hand-in -----------------------------------------------------------------------------------------------


def test_hand_in_names_every_empty_question(open_window, seat, cast):
    save(seat, "B-1", 3)
    save(seat, "B-2", None, reason="Bukti tidak terbaca.")
    with pytest.raises(NotReady) as refusal:
        actions.hand_in(seat=seat, by=cast["assessor"])
    assert [problem.anchor for problem in refusal.value.problems] == ["I-GOV-2", "Q-GOV-1"]
    assert not HandIn.objects.exists()


@pytest.mark.parametrize(("value", "needed"), [(0, True), (1, True), (2, False), (3, False), (4, True)])
def test_the_ends_of_the_scale_need_a_remark(open_window, seat, value, needed):
    score_all(seat)
    save(seat, "B-1", value, version=1)
    assert [problem.anchor for problem in actions.missing_scores(seat)] == (["B-1"] if needed else [])


def test_hand_in_gives_a_receipt_and_twice_the_same(open_window, seat, cast):
    score_all(seat)
    receipt = actions.hand_in(seat=seat, by=cast["assessor"])
    again = actions.hand_in(seat=seat, by=cast["assessor"])
    seat.refresh_from_db()
    assert again == receipt
    assert receipt.number == f"NA-2022-{seat.pk:04d}"
    assert receipt.digest == digest_of(receipt.payload)
    assert receipt.payload["scores"]["B-1"] == {"value": 3, "remark": "Terbukti.", "reason": ""}
    assert receipt.payload["snapshot"] == open_window.snapshot().digest
    assert seat.handed_in_at == receipt.at
    assert AuditEvent.objects.filter(action="seat.hand_in").count() == 1


def test_the_receipt_can_still_be_asked_for_after_the_close(open_window, seat, cast):
    score_all(seat)
    receipt = actions.hand_in(seat=seat, by=cast["assessor"])
    with clock.at(CLOSES + SECOND):
        assert actions.hand_in(seat=seat, by=cast["assessor"]) == receipt


def test_nobody_hands_in_late_or_for_somebody_else(open_window, seat, cast):
    score_all(seat)
    with pytest.raises(PermissionDenied):
        actions.hand_in(seat=seat, by=cast["colleague"])
    with clock.at(CLOSES), pytest.raises(actions.TooLate):
        actions.hand_in(seat=seat, by=cast["assessor"])
    assert not HandIn.objects.exists()


def test_after_hand_in_no_score_changes(open_window, seat, cast):
    score_all(seat)
    actions.hand_in(seat=seat, by=cast["assessor"])
    with pytest.raises(WrongStatus):
        save(seat, value=4, version=1)
    with clock.at(CLOSES), pytest.raises(actions.TooLate):
        save(seat, value=4, version=1)
    assert not LateEntry.objects.exists()
    assert set(Score.objects.values_list("value", flat=True)) == {3}


SQL = {
    "update": "UPDATE evaluations_score SET value = 0",
    "delete": "DELETE FROM evaluations_score",
    "move": "UPDATE evaluations_score SET seat_id = %(colleague)s WHERE seat_id = %(seat)s",
    "insert": "INSERT INTO evaluations_score "
    "(version, value, remark, reason, updated_at, question_id, seat_id) "
    "SELECT 1, 0, '', '', updated_at, (SELECT id FROM evaluations_question WHERE code = 'I-LIV-1'), "
    "seat_id FROM evaluations_score LIMIT 1",
    "reopen": "UPDATE evaluations_seat SET handed_in_at = NULL WHERE id = %(seat)s",
    "swap": "UPDATE evaluations_seat SET user_id = (SELECT MAX(id) FROM opd_user) WHERE id = %(seat)s",
    "receipt": "UPDATE evaluations_handin SET digest = ''",
    "receipt-gone": "DELETE FROM evaluations_handin",
}


@pytest.mark.parametrize("name", SQL)
def test_the_database_itself_refuses_what_code_would_not_do(open_window, seat, colleague_seat, cast, name):
    score_all(seat)
    actions.hand_in(seat=seat, by=cast["assessor"])
    sql = SQL[name] % {"seat": seat.pk, "colleague": colleague_seat.pk}
    with raw_refused() as cursor:
        cursor.execute(sql)


def test_before_hand_in_the_database_lets_scores_change(open_window, seat):
    save(seat)
    with connection.cursor() as cursor:
        cursor.execute(SQL["update"])
        assert cursor.rowcount == 1
