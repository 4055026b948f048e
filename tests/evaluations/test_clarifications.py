"""The clarification desk: every (status, move, role) against the list written by hand, and what the actions do."""

from datetime import datetime
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from evaluations import actions
from evaluations.actions import clarifications as desk
from evaluations.models import (
    Clarification,
    ClarificationEvent,
    ClarificationReceipt,
    ClarificationStatus,
    KeptReply,
    Seat,
)
from evaluations.workflow import CLARIFICATION
from opd import audit
from opd.models import AuditEvent, Membership, Opd, Role
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, OPENS, SECOND, raw_refused, score_all
from tests.evaluations.desk import ASKED, DAY, KEY, again, ask, fresh, photo

STATUSES = ("asked", "answered", "late", "unanswered", "withdrawn")
ROLES = (
    "operator", "head", "reviewer", "planner", "auditor", "leader", "administrator", "assessor", "colleague",
    "outsider", "foreign_reviewer", "nobody",
)  # fmt: skip
#: The item belongs to DINKES; the reviewer's own agency (Kominfo) is not asked.
ALLOWED = {
    ("asked", "reply", "operator"), ("asked", "reply", "head"),
    ("asked", "withdraw", "assessor"),
    ("asked", "pass_on", "reviewer"), ("asked", "extend", "reviewer"),
    ("asked", "lapse", "nobody"),
    ("asked", "arrive", "operator"), ("asked", "arrive", "head"),
    ("unanswered", "arrive", "operator"), ("unanswered", "arrive", "head"),
}  # fmt: skip
BY_THE_CLOCK = {"lapse", "arrive"}


@pytest.fixture
def item(open_window, colleague_seat, seat, dinkes, cast) -> Clarification:
    """Asked by the assessor, and passed on to DINKES."""
    asked = ask(seat)
    with clock.at(ASKED):
        return desk.pass_on(pk=asked.pk, opd=dinkes, reason="Milik Dinkes.", by=fresh(cast["reviewer"]))


def bring(item: Clarification, status: str, cast: Any) -> Clarification:
    """Take the item to a status through the door, one hour after it was asked or one second after it was due."""
    operator, later, over = fresh(cast["operator"]), ASKED + DAY / 24, ASKED + DAY + SECOND
    if status == "answered":
        with clock.at(later):
            desk.send_reply(pk=item.pk, text="Ini.", version=again(item).version, by=operator)
    elif status == "withdrawn":
        with clock.at(later):
            desk.withdraw(pk=item.pk, reason="Sudah jelas.", by=fresh(cast["assessor"]))
    elif status in ("unanswered", "late"):
        with clock.at(over):
            desk.lapse(again(item))
            if status == "late":
                with pytest.raises(desk.ReplyTooLate):
                    desk.send_reply(pk=item.pk, text="Ini.", version=1, by=operator)
    return again(item)


@pytest.mark.parametrize(("status", "move"), [*product(STATUSES, CLARIFICATION.moves)])
def test_no_other_move_exists(status, move, item, cast):
    """`nobody` is the clock. People's moves in time, the clock's after it; every role in a savepoint of its own."""
    item = bring(item, status, cast)
    Clarification.objects.filter(pk=item.pk, status="asked").update(answer="Isi.")
    moment = ASKED + DAY if move in BY_THE_CLOCK else ASKED + DAY - SECOND
    made = {role for role in ROLES if makes(item, move, fresh(cast[role]) if role in cast else None, moment)}
    assert made == {role for role in ROLES if (status, move, role) in ALLOWED}


def makes(item: Clarification, move: str, by: Any, moment: datetime) -> bool:
    """Whether the person can make the move; a refusal changes nothing, a move leaves its event and its status."""
    if by is None and move != "lapse":
        return False  # the clock is offered one move only; the others ask a person's roles
    before, events = again(item).status, ClarificationEvent.objects.count()
    stamps = {"answered_at": moment, "closed_at": moment} if move == "reply" else {"closed_at": moment}
    with clock.at(moment), transaction.atomic():
        try:
            CLARIFICATION.make(
                again(item),
                move,
                by=by,
                note="Sebab.",
                changes={} if move in ("extend", "pass_on") else stamps,
            )
        except (WrongStatus, PermissionDenied):
            assert (again(item).status, ClarificationEvent.objects.count()) == (before, events)
            return False
        assert again(item).status == CLARIFICATION.moves[move].target
        assert ClarificationEvent.objects.count() == events + 1
        transaction.set_rollback(True)
    return True


def test_the_status_is_written_by_the_workflow_alone():
    assert {move.target for move in CLARIFICATION.moves.values()} == set(ClarificationStatus.values)


# --- answering ---------------------------------------------------------------------------------------------


def test_a_draft_is_a_draft_until_it_is_sent(item, cast):
    with clock.at(ASKED + SECOND):
        saved = desk.save_reply(
            pk=item.pk, text="Setengah.", version=item.version, by=fresh(cast["operator"])
        )
        assert (saved.answer, saved.status, saved.version) == ("Setengah.", "asked", item.version + 1)
        receipt = desk.send_reply(pk=item.pk, text="Utuh.", version=saved.version, by=fresh(cast["head"]))
    now = again(item)
    assert (now.status, now.answer, now.answered_at) == ("answered", "Utuh.", receipt.at)
    assert receipt.number == f"JK-2022-{item.pk:04d}"
    assert receipt.digest == digest_of(receipt.payload)
    assert (receipt.payload["text"], receipt.payload["question"], receipt.role) == ("Utuh.", "B-1", "head")
    assert AuditEvent.objects.get(action="clarification.reply").after == receipt.digest
    assert list(audit.contradictions()) == []


def test_sending_twice_gives_the_first_receipt(item, cast):
    operator = fresh(cast["operator"])
    with clock.at(ASKED + SECOND):
        send = {"pk": item.pk, "text": "Ini.", "version": item.version, "by": operator}
        first = desk.send_reply(**send, key=KEY)
        assert desk.send_reply(**send, key=KEY) == first
        assert desk.send_reply(**send) == first, "the same words"
        with pytest.raises(WrongStatus):
            desk.send_reply(**send | {"text": "Lain."})
        with pytest.raises(WrongStatus):
            desk.send_reply(**send | {"by": fresh(cast["head"])}, key=KEY)
    assert ClarificationReceipt.objects.count() == 1


def test_an_empty_answer_is_not_sent(item, cast):
    with clock.at(ASKED + SECOND), pytest.raises(NotReady) as refusal:
        desk.send_reply(pk=item.pk, text="  ", version=item.version, by=fresh(cast["operator"]))
    assert [problem.anchor for problem in refusal.value.problems] == ["#f-answer"]
    assert again(item).status == "asked"


def test_a_stale_draft_is_refused_and_told_what_is_there(item, cast):
    with clock.at(ASKED + SECOND):
        save = {"pk": item.pk, "version": item.version, "by": fresh(cast["operator"])}
        desk.save_reply(text="Yang tersimpan.", **save)
        assert desk.save_reply(text="Yang tersimpan.", **save).version == item.version + 1, "saved already"
        for act in (desk.save_reply, desk.send_reply):
            with pytest.raises(StaleVersion) as refusal:
                act(text="Yang diketik.", **save)
            assert refusal.value.current.answer == "Yang tersimpan."
    assert again(item).status == "asked"


@pytest.mark.parametrize(
    "name", ["reviewer", "planner", "assessor", "colleague", "leader", "foreign_reviewer"]
)
def test_nobody_answers_for_the_agency(item, cast, name):
    with clock.at(ASKED + SECOND):
        for act in (desk.save_reply, desk.send_reply):
            with pytest.raises(PermissionDenied):
                act(pk=item.pk, text="Ini.", version=item.version, by=fresh(cast[name]))
    assert again(item).answer == ""


def test_only_the_asked_item_opens(item, verified, window, cast):
    """An answer of the desk neither makes the frozen quick win editable nor the city's answers."""
    from opd import rules

    with clock.at(ASKED + SECOND):
        assert not rules.may_edit(fresh(cast["operator"]), verified)
        with pytest.raises(actions.TooLate):
            actions.save_answer(
                window=window,
                question_code="B-1",
                self_score=None,
                text="Lain",
                version=0,
                by=cast["planner"],
            )
        before = window.snapshot().digest
        desk.send_reply(pk=item.pk, text="Ini.", version=item.version, by=fresh(cast["operator"]))
    assert window.snapshot().digest == before


# --- files -------------------------------------------------------------------------------------------------


def put(item: Clarification, upload: SimpleUploadedFile, by: Any) -> Any:
    with files.inspect_uploaded(upload, kind="document") as accepted:
        return desk.add_file(pk=item.pk, accepted=accepted, by=fresh(by))


def test_files_belong_to_the_answer_and_stand_in_its_receipt(item, cast, private_files):
    with clock.at(ASKED + SECOND):
        first, second = put(item, photo(), cast["operator"]), put(item, photo("b.png", "#000"), cast["head"])
        assert put(item, photo("salinan.png"), cast["head"]) == first, "the same bytes once"
        desk.remove_file(pk=item.pk, file_pk=second.pk, by=fresh(cast["operator"]))
        receipt = desk.send_reply(pk=item.pk, text="", version=item.version, by=fresh(cast["operator"]))
        assert [row["sha256"] for row in receipt.payload["files"]] == [first.stored_file_id]
        with pytest.raises(WrongStatus):
            desk.remove_file(pk=item.pk, file_pk=first.pk, by=fresh(cast["operator"]))
        with pytest.raises(WrongStatus):
            put(item, photo("c.png", "#fff"), cast["operator"])
    assert item.exhibits.count() == 1


def test_an_agency_has_room_for_so_many_files(item, cast, private_files, monkeypatch):
    monkeypatch.setattr(files, "MAX_ITEMS_PER_RECORD", 1)
    with clock.at(ASKED + SECOND):
        put(item, photo(), cast["operator"])
        with pytest.raises(files.Refused):
            put(item, photo("b.png", "#000"), cast["operator"])


# --- others ------------------------------------------------------------------------------------------------


def test_withdrawing_needs_a_reason_and_ends_it(item, cast):
    with clock.at(ASKED + SECOND):
        with pytest.raises(NotReady):
            desk.withdraw(pk=item.pk, reason=" ", by=fresh(cast["assessor"]))
        desk.withdraw(pk=item.pk, reason="Sudah jelas.", by=fresh(cast["assessor"]))
        with pytest.raises(WrongStatus):
            desk.send_reply(pk=item.pk, text="Ini.", version=1, by=fresh(cast["operator"]))
    assert again(item).status == "withdrawn"
    assert not KeptReply.objects.exists()


def test_passing_on_keeps_the_words_with_the_agency_that_wrote_them(item, cast, kominfo, private_files):
    with clock.at(ASKED + SECOND):
        desk.save_reply(pk=item.pk, text="Milik Dinkes.", version=item.version, by=fresh(cast["operator"]))
        piece = put(item, photo(), cast["operator"])
        desk.pass_on(pk=item.pk, opd=kominfo, reason="Bukan Dinkes.", by=fresh(cast["reviewer"]))
    now, kept = again(item), KeptReply.objects.get()
    assert (now.opd, now.answer, now.exhibits.count(), now.due_at) == (kominfo, "", 0, ASKED + DAY)
    assert (kept.why, kept.text, kept.user) == ("passed_on", "Milik Dinkes.", cast["operator"])
    assert [row["sha256"] for row in kept.files] == [piece.stored_file_id]
    readers = {name for name, user in cast.items() if KeptReply.objects.visible_to(fresh(user)).exists()}
    assert readers == {"operator", "reviewer"}
    assert now.events.first().opd == kominfo


def test_a_file_alone_stays_with_who_put_it_in(item, cast, kominfo, private_files):
    with clock.at(ASKED + SECOND):
        put(item, photo(), cast["head"])
        desk.pass_on(pk=item.pk, opd=kominfo, reason="Bukan Dinkes.", by=fresh(cast["reviewer"]))
    assert KeptReply.objects.get().user == cast["head"]


def test_passing_on_needs_a_reason_and_another_agency_of_the_city(item, cast, dinkes, kominfo, other_city):
    foreign = Opd.objects.create(city=other_city, short="LAIN", official_name="Dinas Lain", kind="dinas")
    with clock.at(ASKED + SECOND):
        for opd, reason in ((dinkes, "Sebab."), (foreign, "Sebab."), (kominfo, "")):
            with pytest.raises(NotReady):
                desk.pass_on(pk=item.pk, opd=opd, reason=reason, by=fresh(cast["reviewer"]))
    assert again(item).opd == dinkes


def test_nobody_extends_the_time_of_their_own_house(open_window, seat, cast):
    """The item is Kominfo's: its own reviewer may not, nor the planner of the same house here."""
    item = ask(seat)
    with clock.at(ASKED + SECOND):
        for name in ("reviewer", "planner", "head", "operator", "assessor", "leader"):
            with pytest.raises(PermissionDenied):
                desk.extend(pk=item.pk, until=item.due_at + SECOND, reason="Sebab.", by=fresh(cast[name]))


def test_the_planner_extends_for_the_reviewers_agency(open_window, seat, cast, city):
    item = ask(seat)
    bappeda = Opd.objects.create(city=city, short="BAPPEDA", official_name="Bappeda", kind="badan")
    Membership.objects.filter(user=cast["planner"]).update(opd=bappeda)
    with clock.at(ASKED + SECOND):
        desk.extend(
            pk=item.pk, until=item.due_at + SECOND, reason="Listrik padam.", by=fresh(cast["planner"])
        )
    event = again(item).events.first()
    assert (event.move, event.note, event.until) == ("extend", "Listrik padam.", ASKED + DAY + SECOND)


# --- who sees what -----------------------------------------------------------------------------------------


def readers(cast: Any) -> set[str]:
    return {name for name, user in cast.items() if Clarification.objects.visible_to(fresh(user)).exists()}


def test_an_item_is_for_who_asked_who_answers_and_the_city(item, cast):
    with clock.at(ASKED + SECOND):
        assert readers(cast) == {
            "assessor", "operator", "head", "reviewer", "planner", "auditor", "leader",
        }  # fmt: skip


def test_a_colleague_sees_a_doubt_only_when_both_have_handed_in(item, seat, colleague_seat, cast):
    score_all(seat)
    score_all(colleague_seat)
    actions.hand_in(seat=seat, by=cast["assessor"])
    assert "colleague" not in readers(cast), "own hand-in is missing"
    actions.hand_in(seat=colleague_seat, by=cast["colleague"])
    assert "colleague" in readers(cast)


def test_a_colleague_who_handed_in_first_sees_no_doubt_of_who_did_not(item, colleague_seat, cast):
    score_all(colleague_seat)
    actions.hand_in(seat=colleague_seat, by=cast["colleague"])
    assert "colleague" not in readers(cast)


def test_another_agency_sees_nothing(item, person, city):
    other = Opd.objects.create(city=city, short="DLH", official_name="DLH", kind="dinas")
    stranger = person("operator-dlh", Role.OPD_OPERATOR, city, other)
    with clock.at(ASKED + SECOND):
        assert not Clarification.objects.visible_to(fresh(stranger)).exists()


def test_a_conflict_or_an_ended_seat_sees_nothing(item, seat, cast):
    with clock.at(OPENS + DAY):
        Seat.objects.filter(pk=seat.pk).update(until=clock.now())
        assert "assessor" not in readers(cast)
        Seat.objects.filter(pk=seat.pk).update(until=CLOSES + DAY, conflict="Adik.")
        assert "assessor" not in readers(cast)


# --- the database itself -----------------------------------------------------------------------------------

SQL = {
    "reopen": "UPDATE evaluations_clarification SET status = 'asked'",
    "rewrite": "UPDATE evaluations_clarification SET answer = 'Lain'",
    "postpone": "UPDATE evaluations_clarification SET due_at = '2030-01-01'",
    "receipt": "UPDATE evaluations_clarificationreceipt SET digest = ''",
    "receipt-gone": "DELETE FROM evaluations_clarificationreceipt",
    "file-gone": "DELETE FROM evaluations_exhibit",
}


@pytest.mark.parametrize("name", SQL)
def test_the_database_refuses_to_change_what_was_sent(item, cast, private_files, name):
    with clock.at(ASKED + SECOND):
        put(item, photo(), cast["operator"])
    bring(item, "answered", cast)
    with raw_refused() as cursor:
        cursor.execute(SQL[name])


def test_the_database_lets_not_answered_become_late_and_nothing_else(item, cast):
    bring(item, "unanswered", cast)
    with raw_refused() as cursor:
        cursor.execute("UPDATE evaluations_clarification SET status = 'answered'")
    bring(item, "late", cast)
    assert again(item).status == "late"
    with raw_refused() as cursor:
        cursor.execute("DELETE FROM evaluations_keptreply")
