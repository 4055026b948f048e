"""The submission of the self-assessment: who proposes, who approves, what is frozen, and what never changes."""

from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from evaluations import actions, freezing, invariants
from evaluations.actions.submissions import ContentChanged
from evaluations.models import (
    Answer,
    CitySubmission,
    EvaluationWindow,
    ProposalStatus,
    Snapshot,
    SubmissionEvent,
    SubmissionProposal,
)
from evaluations.results import frozen_answers
from evaluations.workflow import SUBMISSION
from opd.models import AuditEvent, Membership, Notification, QuickWin, Role, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, DUE, LONG_AGO, OPENS, raw_refused

ROLES = (
    "operator", "head", "reviewer", "planner", "auditor", "leader", "administrator", "assessor", "colleague",
    "outsider", "foreign_reviewer",
)  # fmt: skip
ALLOWED = {
    ("draft", "propose", "reviewer"), ("returned", "propose", "reviewer"), ("approved", "propose", "reviewer"),
    ("proposed", "recall", "reviewer"), ("proposed", "return", "planner"), ("proposed", "approve", "planner"),
}  # fmt: skip
NOTE = "Sudah lengkap kecuali survei."


@pytest.fixture(autouse=True)
def _before_the_opening():
    with clock.at(OPENS - timedelta(days=1)):
        yield


@pytest.fixture
def answered(window, cast) -> EvaluationWindow:
    """A window in preparation in which the secretariat has answered one question."""
    say(window, cast, "B-1", 3)
    return window


def say(window, cast, code, score, text="Terbukti."):
    row = Answer.objects.filter(window=window, question__code=code).first()
    return actions.save_answer(
        window=window, question_code=code, self_score=Decimal(score), text=text,
        version=row.version if row else 0, by=cast["reviewer"],
    )  # fmt: skip


def version_of(window) -> int:
    row = SubmissionProposal.objects.filter(window=window).first()
    return row.version if row else 1


def moved(window, name, by, note=NOTE):
    return actions.move_submission(window=window, name=name, by=by, version=version_of(window), note=note)


def approved(window, by, key=None, note=""):
    seen = freezing.mark_of(freezing.contents(window))
    return actions.approve_submission(
        window=window, by=by, version=version_of(window), seen=seen, note=note, key=key
    )


def submitted(window, cast, key=None) -> CitySubmission:
    moved(window, "propose", cast["reviewer"])
    return approved(window, cast["planner"], key=key)


def in_status(window, status, cast) -> SubmissionProposal:
    proposal = SubmissionProposal.objects.create(window=window)
    if status != "draft":
        moved(window, "propose", cast["reviewer"])
    if status == "returned":
        moved(window, "return", cast["planner"], note="Survei belum ada.")
    if status == "approved":
        approved(window, cast["planner"])
        say(window, cast, "B-2", 2)  # so that there is something new to submit
    proposal.refresh_from_db()
    return proposal


@pytest.mark.parametrize(
    ("status", "move", "role"), [*product(ProposalStatus.values, SUBMISSION.moves, ROLES)]
)
def test_no_other_move_exists(status, move, role, answered, cast):
    proposal = in_status(answered, status, cast)
    events, allowed = SubmissionEvent.objects.count(), (status, move, role) in ALLOWED
    refused = nullcontext() if allowed else pytest.raises((WrongStatus, PermissionDenied))
    with refused:
        if move == "approve":
            # the planner's second press is the first one's receipt, not a second move
            receipt = approved(answered, cast[role])
            if (status, role) == ("approved", "planner"):
                assert receipt == CitySubmission.objects.get()
                raise WrongStatus
        else:
            moved(answered, move, cast[role], note="Alasan.")
    proposal.refresh_from_db()
    assert SubmissionEvent.objects.count() == events + allowed
    assert proposal.status == (SUBMISSION.moves[move].target if allowed else status)


def test_nobody_approves_their_own_proposal(answered, city, cast):
    """Nor returns it, whatever further roles they hold; the database knows it as well."""
    Membership.objects.create(user=cast["reviewer"], role=Role.PLANNER, city=city, valid_from=LONG_AGO)
    both = User.objects.get(pk=cast["reviewer"].pk)
    moved(answered, "propose", both)
    for attempt in (lambda: approved(answered, both), lambda: moved(answered, "return", both, note="Salah.")):
        with pytest.raises(PermissionDenied):
            attempt()
    receipt = approved(answered, cast["planner"])
    values = {
        field.attname: getattr(receipt, field.attname) for field in CitySubmission._meta.concrete_fields
    } | {"id": None, "number": "PK-X", "version": 2, "by_id": receipt.proposed_by_id}
    snapshot = freezing.freeze(answered, by=None)
    with pytest.raises(IntegrityError, match="submission_two_persons"), transaction.atomic():
        CitySubmission.objects.create(**(values | {"snapshot_id": snapshot.pk}))


def test_approval_freezes_and_gives_a_receipt_together(answered, verified, cast):
    at = clock.now()
    receipt = submitted(answered, cast)
    snapshot = Snapshot.objects.get()
    assert (receipt.snapshot, receipt.version, receipt.number) == (
        snapshot, 1, f"PK-2022-{answered.pk:04d}-1"
    )  # fmt: skip
    assert (receipt.at, receipt.by, receipt.proposed_by) == (at, cast["planner"], cast["reviewer"])
    assert (snapshot.taken_by, snapshot.taken_at) == (cast["planner"], at)
    said = receipt.payload
    assert receipt.digest == digest_of(said)
    assert said["snapshot"] == snapshot.digest
    kinds = ("plan", "program", "recommend", "service")
    assert said["counts"] == {"quick_win": 1, "answer": 1} | dict.fromkeys(kinds, 0)
    assert (said["proposed"]["role"], said["approved"]["role"]) == ("reviewer", "planner")
    assert said["proposed"]["note"] == NOTE
    assert {row["code"]: row["count"] for row in said["checks"]}["nobody"] == 5
    assert said["empty_sections"] == ["Dampak", "Quick win"]
    assert AuditEvent.objects.get(action="submission.approve").after == receipt.digest
    answered.refresh_from_db()
    assert answered.status == "draft"


def test_pressing_twice_gives_the_same_receipt(answered, cast):
    receipt = submitted(answered, cast, key="a" * 32)
    assert approved(answered, cast["planner"], key="a" * 32) == receipt
    assert approved(answered, cast["planner"]) == receipt
    assert (CitySubmission.objects.count(), Snapshot.objects.count()) == (1, 1)
    assert SubmissionEvent.objects.filter(move="approve").count() == 1


def test_an_old_press_after_a_new_proposal_approves_nothing(answered, cast):
    """The retry of the first approval arrives when version 2 is proposed: it gets receipt 1, not version 2."""
    first = submitted(answered, cast, key="a" * 32)
    say(answered, cast, "B-2", 4)
    moved(answered, "propose", cast["reviewer"], note="Tambahan.")
    seen = freezing.mark_of(freezing.contents(answered))
    late = actions.approve_submission(window=answered, by=cast["planner"], version=2, seen=seen, key="a" * 32)
    assert late == first
    assert SubmissionProposal.objects.get().status == "proposed"
    with pytest.raises(StaleVersion):
        actions.approve_submission(window=answered, by=cast["planner"], version=2, seen=seen)


def test_what_changed_after_it_was_read_is_not_approved(answered, cast):
    moved(answered, "propose", cast["reviewer"])
    seen = freezing.mark_of(freezing.contents(answered))
    say(answered, cast, "B-1", 4)
    with pytest.raises(ContentChanged):
        actions.approve_submission(
            window=answered, by=cast["planner"], version=version_of(answered), seen=seen
        )
    assert SubmissionProposal.objects.get().status == "proposed"
    assert not Snapshot.objects.exists()


def test_a_second_submission_is_version_two_and_says_what_changed(answered, verified, cast):
    first = submitted(answered, cast)
    say(answered, cast, "B-1", 4)
    say(answered, cast, "B-2", 2)
    QuickWin.objects.filter(pk=verified.pk).update(status="returned")
    second = submitted(answered, cast)
    assert (second.version, second.payload["previous"]) == (2, first.number)
    assert second.payload["changes"] == {
        "added": [["answer", "B-2"]], "changed": [["answer", "B-1"]],
        "withdrawn": [["quick_win", "QW-2022-0001"]],
    }  # fmt: skip
    assert first.snapshot.items.get(key="B-1").payload["self_score"] == "3"
    assert list(invariants.contradictions()) == []


def test_nothing_new_is_not_proposed_again(answered, cast):
    submitted(answered, cast)
    with pytest.raises(NotReady, match="1"):
        moved(answered, "propose", cast["reviewer"], note="Lagi.")


def test_what_waits_for_the_city_stops_and_what_an_agency_owes_does_not(answered, cast, dinkes):
    actions.assign_questions(window=answered, codes=["Q-LIV-1", "I-LIV-1"], opd=dinkes, by=cast["reviewer"])
    row = Answer.objects.get(question__code="Q-LIV-1")
    actions.save_answer(
        window=answered, question_code="Q-LIV-1", self_score=Decimal(3), text="Ya.", version=row.version,
        by=cast["operator"],
    )  # fmt: skip
    actions.move_answer(pk=row.pk, name="submit", by=cast["head"])
    with pytest.raises(NotReady, match="1"):
        moved(answered, "propose", cast["reviewer"])
    actions.move_answer(pk=row.pk, name="return", by=cast["reviewer"], note="Tambah bukti.")
    assert moved(answered, "propose", cast["reviewer"]).status == "proposed"


def test_a_quick_win_nobody_judged_stops(answered, verified, cast):
    QuickWin.objects.filter(pk=verified.pk).update(status="submitted")
    with pytest.raises(NotReady):
        moved(answered, "propose", cast["reviewer"])


def test_what_arrives_after_the_proposal_does_not_hold_the_approval_up(answered, verified, cast):
    moved(answered, "propose", cast["reviewer"])
    QuickWin.objects.filter(pk=verified.pk).update(status="submitted")
    assert approved(answered, cast["planner"]).payload["counts"]["quick_win"] == 0


def test_an_empty_city_submits_nothing(window, cast):
    with pytest.raises(NotReady):
        moved(window, "propose", cast["reviewer"])
    assert not SubmissionProposal.objects.exists()


@pytest.mark.parametrize(("name", "by"), [("propose", "reviewer"), ("return", "planner")])
def test_words_are_asked_for(answered, cast, name, by):
    if name == "return":
        moved(answered, "propose", cast["reviewer"])
    with pytest.raises(NotReady):
        moved(answered, name, cast[by], note="  ")


def test_the_one_with_the_next_step_is_told(answered, cast):
    def lines(name):
        rows = Notification.objects.filter(user=cast[name], about="submission").unread()
        return [row.kind for row in rows]

    moved(answered, "propose", cast["reviewer"])
    assert (lines("planner"), lines("reviewer")) == (["decision"], [])
    moved(answered, "return", cast["planner"], note="Survei.")
    assert (lines("planner"), lines("reviewer")) == ([], ["returned"])
    moved(answered, "propose", cast["reviewer"], note="Lagi.")
    assert (lines("planner"), lines("reviewer")) == (["decision"], [])
    approved(answered, cast["planner"])
    assert (lines("planner"), lines("reviewer")) == ([], ["reminder"])
    assert not Notification.objects.exclude(user__in=[cast["planner"], cast["reviewer"]]).exists()


def test_whose_turn_it_is(answered, cast):
    waiting = SubmissionProposal.objects.waiting_for
    moved(answered, "propose", cast["reviewer"])
    assert [name for name in ROLES if waiting(cast[name]).exists()] == ["planner"]
    moved(answered, "return", cast["planner"], note="Survei.")
    assert [name for name in ROLES if waiting(cast[name]).exists()] == ["reviewer"]
    with clock.at(CLOSES):
        assert not waiting(cast["reviewer"]).exists()


# --- the opening -------------------------------------------------------------------------------------------


def test_the_opening_judges_what_was_approved_last(answered, verified, seat, colleague_seat, cast):
    submitted(answered, cast)
    say(answered, cast, "B-2", 2)
    second = submitted(answered, cast)
    say(answered, cast, "B-2", 4)  # after the submission: not judged
    with clock.at(OPENS):
        snapshot = actions.open_window(answered, by=cast["reviewer"])
    assert snapshot == second.snapshot == answered.snapshot()
    assert Snapshot.objects.count() == 2
    assert frozen_answers(answered)["B-2"]["self_score"] == "2"
    assert AuditEvent.objects.get(action="window.open").after == snapshot.digest


def test_without_an_approval_the_opening_freezes_as_ever(answered, seat, colleague_seat, cast):
    moved(answered, "propose", cast["reviewer"])
    with clock.at(OPENS):
        snapshot = actions.open_window(answered, by=cast["reviewer"])
    assert (snapshot.version, CitySubmission.objects.count()) == (1, 0)
    assert not Notification.objects.filter(about="submission").unread().exists()


@pytest.mark.parametrize(
    ("name", "by"), [("propose", "reviewer"), ("recall", "reviewer"), ("return", "planner")]
)
def test_after_the_opening_nothing_is_submitted(answered, seat, colleague_seat, cast, name, by):
    if name != "propose":
        moved(answered, "propose", cast["reviewer"])
    with clock.at(OPENS):
        actions.open_window(answered, by=cast["reviewer"])
    with pytest.raises(PermissionDenied):
        moved(answered, name, cast[by], note="Terlambat.")
    with pytest.raises(PermissionDenied):
        approved(answered, cast["planner"])
    assert not CitySubmission.objects.exists()


def test_before_the_opening_assessors_see_no_submission(answered, seat, cast):
    actions.declare(seat, by=cast["assessor"])
    receipt = submitted(answered, cast)
    seen = {name: Snapshot.objects.visible_to(User.objects.get(pk=cast[name].pk)).exists() for name in ROLES}
    assert [name for name, sees in seen.items() if sees] == ["reviewer", "planner", "auditor", "leader"]
    readers = [name for name in ROLES if CitySubmission.objects.visible_to(cast[name]).exists()]
    assert readers == ["reviewer", "planner", "auditor", "leader"]
    assert answered.snapshot() is None
    assert receipt.snapshot.items.exists()


def test_a_submission_for_another_question_list_opens_nothing(answered, seat, colleague_seat, cast):
    submitted(answered, cast)
    EvaluationWindow.objects.filter(pk=answered.pk).update(year=2021)
    with clock.at(OPENS), pytest.raises(NotReady, match="1"):
        actions.open_window(EvaluationWindow.objects.get(), by=cast["reviewer"])


# --- the past ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql", ["UPDATE evaluations_citysubmission SET id = id", "DELETE FROM evaluations_citysubmission"]
)
def test_the_database_refuses_to_change_a_receipt(answered, cast, sql):
    submitted(answered, cast)
    with raw_refused() as cursor:
        cursor.execute(sql.format("citysubmission"))


def test_the_model_refuses_a_second_write(answered, cast):
    receipt = submitted(answered, cast)
    for attempt in (receipt.save, receipt.delete, lambda: CitySubmission.objects.update(digest=""),
                    CitySubmission.objects.all().delete):  # fmt: skip
        with pytest.raises(TypeError):
            attempt()


def test_the_database_takes_no_submission_once_the_window_is_opened(answered, seat, colleague_seat, cast):
    receipt = submitted(answered, cast)
    with clock.at(OPENS):
        actions.open_window(answered, by=cast["reviewer"])
    columns = "window_id, version, number, at, by_id, proposed_by_id, payload, digest"
    with raw_refused() as cursor:
        cursor.execute(
            f"INSERT INTO evaluations_citysubmission ({columns}, snapshot_id) SELECT window_id, 2, 'PK-X', at, by_id, "
            f"proposed_by_id, payload, digest, snapshot_id FROM evaluations_citysubmission WHERE id = {receipt.pk}"
        )
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        freezing.freeze(answered, by=None)


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("citysubmission", "digest = 'x'", "content and digest differ"),
        ("citysubmission", "version = 2", "snapshot and receipt differ"),
        ("citysubmission", "version = 2", "have gaps"),
        ("citysubmission", "at = '2030-01-01'", "submitted after its window was opened"),
        ("snapshot", "digest = 'x'", "snapshot and receipt differ"),
    ],
)
def test_whoever_goes_round_the_triggers_is_found(
    answered, seat, colleague_seat, cast, table, change, sentence
):
    submitted(answered, cast)
    with clock.at(OPENS):
        actions.open_window(answered, by=cast["reviewer"])
    assert list(invariants.contradictions()) == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "evaluations_{table}_no_update"')
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE evaluations_{table} SET {change}")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    assert any(sentence in text for text in invariants.contradictions())


def test_an_approval_without_a_receipt_is_found(answered, cast):
    proposal = in_status(answered, "proposed", cast)
    SubmissionProposal.objects.filter(pk=proposal.pk).update(status="approved")
    assert any("approved without a receipt" in text for text in invariants.contradictions())


def test_freezing_costs_the_same_for_few_and_many(answered, verified, cast, count_queries, city, dinkes):
    few = count_queries(lambda: freezing.contents(answered))
    for code in ("B-2", "I-GOV-2", "Q-GOV-1", "Q-LIV-1"):
        say(answered, cast, code, 3)
    for number in range(2, 8):
        QuickWin.objects.create(
            city=city, opd=dinkes, year=2022, number=number, dimension=verified.dimension, name=f"QW {number}",
            status="verified", submitted_at=DUE, verified_at=DUE, created_by=cast["operator"],
        )  # fmt: skip
    assert count_queries(lambda: freezing.contents(answered)) == few
