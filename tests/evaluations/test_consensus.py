"""The consensus: after everybody scored alone, with reasons, closed once, and read by nobody before its time."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import translation

from evaluations import actions, consensus, invariants
from evaluations.actions import consensus as agree
from evaluations.actions import interview as talk
from evaluations.actions import recommendations
from evaluations.models import (
    InterviewNote,
    Proposal,
    Reconciliation,
    ReconciliationEvent,
    ReconciliationStatus,
    Result,
)
from evaluations.workflow import RECONCILIATION
from opd.models import AuditEvent
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.agreeing import close, line_of, propose, score
from tests.evaluations.builders import CLOSES, raw_refused
from tests.evaluations.test_workflow import ROLES

# --- the table ---------------------------------------------------------------------------------------------


def test_a_line_has_mean_spread_and_flags(begun):
    line = line_of(begun, "B-1")
    assert (line.mean, line.spread, line.flags, line.agreed) == (Fraction(2), 2, ("spread",), Fraction(2))
    calm = line_of(begun, "B-2")
    assert (calm.mean, calm.spread, calm.flags, calm.needs_reason) == (Fraction(3), 0, (), False)


@pytest.mark.parametrize(("own", "flagged"), [("4", False), ("1.51", False), ("1.5", True), ("0", True)])
def test_far_from_the_self_score_is_a_flag(begun, own, flagged):
    """The mean is 3: from 1,5 apart on it is worth talking about."""
    line = line_of(begun, "B-2")
    other = consensus.Line(line.question, Decimal(own), line.scores, None)
    assert ("gap" in other.flags) == flagged


def test_thresholds_are_settings(begun, settings):
    settings.PORTAL_PANEL_SPREAD = 3
    assert line_of(begun, "B-1").flags == ()


def test_an_excused_question_counts_for_nothing(open_window, seat, colleague_seat, cast):
    actions.save_score(
        seat=seat, question_code="B-1", value=None, reason="Bukan bidang saya.", version=0, by=seat.user
    )
    for code in ("B-2", "I-GOV-2", "Q-GOV-1"):
        actions.save_score(seat=seat, question_code=code, value=3, version=0, by=seat.user)
    score(colleague_seat, 1)
    for one in (seat, colleague_seat):
        actions.hand_in(seat=one, by=one.user)
    agree.begin(window=open_window, by=cast["assessor"])
    assert line_of(open_window, "B-1").mean == Fraction(3)


# --- when and who ------------------------------------------------------------------------------------------


def test_nobody_begins_while_somebody_still_scores(open_window, seat, colleague_seat, cast):
    score(seat, 0)
    actions.hand_in(seat=seat, by=seat.user)
    with pytest.raises(NotReady, match="1"):
        agree.begin(window=open_window, by=cast["assessor"])
    assert not Reconciliation.objects.exists()


def test_after_the_window_what_was_handed_in_is_enough(open_window, seat, colleague_seat, cast):
    score(seat, 0)
    score(colleague_seat, 1)
    actions.hand_in(seat=seat, by=seat.user)
    with clock.at(CLOSES):
        actions.close_window(open_window)
        agree.begin(window=open_window, by=cast["assessor"])
        assert line_of(open_window, "B-1").values == [1], "the colleague did not hand in (ADR 0011)"


@pytest.mark.parametrize(
    "who", ["colleague", "reviewer", "planner", "auditor", "leader", "operator", "outsider", "administrator"]
)
def test_only_the_lead_leads(handed_in, cast, who):
    with pytest.raises(PermissionDenied):
        agree.begin(window=handed_in, by=cast[who])
    agree.begin(window=handed_in, by=cast["assessor"])
    with pytest.raises(PermissionDenied):
        propose(handed_in, cast, who=who)
    with pytest.raises(PermissionDenied):
        close(handed_in, cast, who=who)
    with pytest.raises(PermissionDenied):
        agree.correct(window=handed_in, reason="x", by=cast[who])
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("status", "move", "role"), [*product(ReconciliationStatus.values, RECONCILIATION.moves, ROLES)]
)
def test_no_other_move_exists(status, move, role, begun, cast):
    propose(begun, cast)
    if status == "closed":
        close(begun, cast)
    before = ReconciliationEvent.objects.count()
    allowed = (status, move, role) == ("open", "close", "assessor")
    refused = nullcontext() if allowed else pytest.raises((WrongStatus, PermissionDenied, AttributeError))
    row = Reconciliation.objects.get()
    changes = {"closed_at": clock.now(), "number": "KP-X", "payload": {}, "digest": "x"}
    with refused:
        RECONCILIATION.make(row, move, by=cast.get(role), changes=changes)
    assert ReconciliationEvent.objects.count() == before + allowed


def test_beginning_twice_is_once(begun, cast):
    agree.begin(window=begun, by=cast["assessor"])
    assert Reconciliation.objects.count() == 1


# --- proposals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["-1", "4.5", "5", "2.345"])
def test_a_value_off_the_scale_is_refused(begun, cast, value):
    with pytest.raises(ValidationError):
        propose(begun, cast, value=Decimal(value))
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("value", ["0", "2.25", "4"])
def test_a_consensus_may_be_a_decimal_of_the_scale(begun, cast, value):
    assert propose(begun, cast, value=Decimal(value)).value == Decimal(value)


def test_two_tabs_and_the_second_sees_both(begun, cast):
    propose(begun, cast)
    assert propose(begun, cast).version == 1, "the same words twice are one save"
    with pytest.raises(StaleVersion) as stale:
        propose(begun, cast, value=Decimal("2"), reason="Lain.")
    assert stale.value.current.reason == "Bukti dibuka bersama."


def test_a_survey_mean_is_not_agreed_on(begun, cast):
    with pytest.raises(PermissionDenied):
        propose(begun, cast, code="I-GOV-1", value=None)


# --- closing -----------------------------------------------------------------------------------------------


def test_a_flag_and_a_change_need_a_reason(begun, cast):
    propose(begun, cast, code="B-2", value=Decimal("2"), reason="")
    with pytest.raises(NotReady) as refusal:
        close(begun, cast)
    assert [problem.anchor for problem in refusal.value.problems] == ["B-1", "B-2"]
    assert Reconciliation.objects.get().status == "open"


def test_closing_freezes_everything_the_minutes_say(begun, seat, cast):
    talk.save_note(seat=seat, code="B-1", text="Perwako dibuka.", version=0, by=seat.user)
    propose(begun, cast)
    row = close(begun, cast)
    row.refresh_from_db()
    assert row.digest == digest_of(row.payload)
    assert row.number == f"KP-2022-{begun.pk:04d}-1"
    line = next(one for one in row.payload["lines"] if one["code"] == "B-1")
    assert (line["mean"], line["value"], line["spread"], line["changed"]) == ("2", "2.5", 2, True)
    assert line["scores"] == [{"seat": 1, "value": 1}, {"seat": 2, "value": 3}]
    assert row.payload["interview"]["notes"] == [{"code": "B-1", "text": "Perwako dibuka."}]
    assert "asesor" not in str(row.payload), "a seat is told by its number, never by an account"
    assert list(invariants.contradictions()) == []
    assert AuditEvent.objects.get(action="consensus.close").after == row.digest


def test_the_minutes_hold_what_a_document_of_them_prints(begun, seat, cast, dinkes):
    """Whatever is changed afterwards, and in whatever language the lead reads the pages."""
    values = {
        "year": 2022, "source": "minutes", "reference": "halaman 2", "text": "Tetapkan peta jalan.", "section": "",
        "question": "", "dimension": None, "opd": dinkes, "due_on": date(2023, 3, 1),
    }  # fmt: skip
    recommendations.give(city=begun.city, values=values, by=cast["reviewer"])
    recommendations.give(city=begun.city, values=values | {"source": "letter"}, by=cast["reviewer"])
    talk.move(window=begun, name="start", by=cast["assessor"])
    talk.move(window=begun, name="finish", by=cast["assessor"])
    propose(begun, cast)
    with translation.override("en"):
        payload = close(begun, cast).payload
    assert (payload["schema"], payload["language"], payload["snapshot_version"]) == (2, "id", 1)
    assert payload["offices"] == {"chair": "Dinas Kominfo", "secretariat": "Dinas Kominfo"}
    assert [row["code"] for row in payload["dimensions"]] == ["GOV", "LIV"]
    given = {"code": "R-2022-01", "text": "Tetapkan peta jalan.", "opd": "DINKES", "due_on": "2023-03-01"}
    assert payload["recommendations"]["given"] == [given | {"reference": "halaman 2"}]
    assert payload["self"]["index"] is None, "the city answered nothing"
    assert payload["interview"]["parts"][0]["title"] == "Pembukaan dan paparan"


def test_closing_twice_is_once(begun, cast):
    propose(begun, cast)
    version = Reconciliation.objects.get().version
    first = agree.close(window=begun, version=version, by=cast["assessor"])
    again = agree.close(window=begun, version=version, by=cast["assessor"])
    assert first.pk == again.pk
    assert ReconciliationEvent.objects.filter(move="close").count() == 1


def test_who_closes_has_read_the_last_proposal(begun, cast):
    seen = Reconciliation.objects.get().version
    propose(begun, cast)
    with pytest.raises(StaleVersion):
        agree.close(window=begun, version=seen, by=cast["assessor"])
    assert Reconciliation.objects.get().status == "open"


def test_a_note_after_the_closing_is_refused(begun, seat, cast):
    propose(begun, cast)
    close(begun, cast)
    with pytest.raises(WrongStatus):
        talk.save_note(seat=seat, code="B-2", text="Terlambat.", version=0, by=seat.user)
    with pytest.raises(WrongStatus):
        talk.move(window=begun, name="start", by=cast["assessor"])


@pytest.mark.parametrize("name", ["start", "finish", "resume"])
def test_no_interview_goes_on_after_the_closing(begun, seat, cast, name):
    """It was arranged and noted, never started: nothing of it moves any more, and nothing breaks."""
    talk.save_note(seat=seat, code="B-1", text="Perwako dibuka.", version=0, by=seat.user)
    propose(begun, cast)
    close(begun, cast)
    with pytest.raises((NotReady, WrongStatus)):
        talk.move(window=begun, name=name, by=cast["assessor"], note="Sambungan terputus.")


def test_an_interview_that_runs_is_ended_first(begun, cast):
    talk.move(window=begun, name="start", by=cast["assessor"])
    propose(begun, cast)
    with pytest.raises(NotReady):
        close(begun, cast)
    talk.move(window=begun, name="finish", by=cast["assessor"])
    assert close(begun, cast).status == "closed"


def test_a_correction_is_a_new_revision_with_a_reason(begun, cast):
    propose(begun, cast)
    first = close(begun, cast)
    with pytest.raises(NotReady):
        agree.correct(window=begun, reason=" ", by=cast["assessor"])
    second = agree.correct(window=begun, reason="Salah ketik pada B-1.", by=cast["assessor"])
    assert (second.revision, second.proposals.get().value) == (2, Decimal("2.50"))
    propose(begun, cast, value=Decimal("3"), reason="Seharusnya tiga.", version=1)
    closed = close(begun, cast)
    first.refresh_from_db()
    kept = next(one for one in first.payload["lines"] if one["code"] == "B-1")
    new = next(one for one in closed.payload["lines"] if one["code"] == "B-1")
    assert (kept["value"], new["value"], closed.payload["reason"]) == ("2.5", "3", "Salah ketik pada B-1.")


def test_the_published_result_stays_the_mean(begun, cast):
    propose(begun, cast, value=Decimal("4"), reason="Disepakati.")
    row = close(begun, cast)
    with clock.at(CLOSES):
        actions.close_window(begun)
    result = Result.objects.get()
    assert result.payload["assessed"]["questions"]["B-1"]["value"] == "2"
    assert (
        row.payload["mean"]["sections"]["BASE"]["value"]
        == result.payload["assessed"]["sections"]["BASE"]["value"]
    )
    assert row.payload["consensus"]["sections"]["BASE"]["value"] == "3.5"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluations_reconciliation SET digest = 'x'",
        "DELETE FROM evaluations_reconciliation",
        "UPDATE evaluations_proposal SET reason = 'x'",
        "DELETE FROM evaluations_proposal",
        "UPDATE evaluations_interviewnote SET text = 'x'",
        "DELETE FROM evaluations_interviewnote",
        "UPDATE evaluations_interview SET place = 'x'",
        "UPDATE evaluations_slot SET minutes = 3",
    ],
)
def test_the_database_refuses_to_change_what_is_closed(begun, seat, cast, statement):
    talk.save_note(seat=seat, code="B-1", text="Perwako dibuka.", version=0, by=seat.user)
    propose(begun, cast)
    close(begun, cast)
    with raw_refused() as cursor:
        cursor.execute(statement)


def test_the_database_lets_an_open_one_be_written(begun, seat, cast):
    talk.save_note(seat=seat, code="B-1", text="Perwako dibuka.", version=0, by=seat.user)
    propose(begun, cast)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE evaluations_proposal SET reason = 'y'")
        cursor.execute("UPDATE evaluations_interviewnote SET text = 'y'")
    assert InterviewNote.objects.get().text == Proposal.objects.get().reason == "y"
