"""Approvals at once, and an approval against the opening, on PostgreSQL: one order wins and nothing is half done."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from evaluations import actions, freezing, invariants
from evaluations.models import CitySubmission, EvaluationWindow, Snapshot, SubmissionEvent, SubmissionProposal
from opd import audit
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus
from tests.evaluations.builders import OPENS
from tests.evaluations.test_clarification_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = OPENS + timedelta(hours=1)


@pytest.fixture
def proposed(window, seat, colleague_seat, cast) -> SubmissionProposal:
    with clock.at(OPENS - timedelta(days=1)):
        actions.save_answer(
            window=window, question_code="B-1", self_score=Decimal(3), text="Terbukti.", version=0,
            by=cast["reviewer"],
        )  # fmt: skip
        return actions.move_submission(
            window=window, name="propose", by=cast["reviewer"], version=1, note="Lengkap."
        )


def approve(proposed: SubmissionProposal, cast: dict[str, User], key: str | None = None) -> Callable[[], Any]:
    seen = freezing.mark_of(freezing.contents(proposed.window))

    def call() -> Any:
        by = User.objects.get(pk=cast["planner"].pk)
        window = EvaluationWindow.objects.get()
        return actions.approve_submission(window=window, by=by, version=proposed.version, seen=seen, key=key)

    return call


@pytest.mark.parametrize("key", ["a" * 32, None])
def test_six_presses_are_one_receipt(proposed, cast, key):
    results = at_once([(AT, approve(proposed, cast, key))] * 6)
    assert {row.number for row in results} == {f"PK-2022-{proposed.window_id:04d}-1"}
    assert (CitySubmission.objects.count(), Snapshot.objects.count()) == (1, 1)
    assert SubmissionEvent.objects.filter(move="approve").count() == 1
    assert [*invariants.contradictions(), *audit.contradictions()] == []


def test_approve_return_and_recall_at_once(proposed, cast):
    def move(name: str, actor: str) -> Callable[[], Any]:
        def call() -> Any:
            by, window = User.objects.get(pk=cast[actor].pk), EvaluationWindow.objects.get()
            return actions.move_submission(
                window=window, name=name, by=by, version=proposed.version, note="Alasan."
            )

        return call

    calls = [approve(proposed, cast), move("return", "planner"), move("recall", "reviewer")] * 2
    results = at_once([(AT, call) for call in calls])
    assert {type(row) for row in results} <= {CitySubmission, SubmissionProposal, WrongStatus, StaleVersion}
    last = SubmissionEvent.objects.exclude(move="propose").get()
    assert SubmissionProposal.objects.get().status == last.target
    assert CitySubmission.objects.count() == Snapshot.objects.count() == (last.move == "approve")
    assert [*invariants.contradictions(), *audit.contradictions()] == []


@pytest.mark.parametrize("turn", range(4))
def test_opening_and_approving_at_once(proposed, cast, turn):
    """Either the approval is first and its snapshot is judged, or the opening is and nothing was submitted."""

    def open_it() -> Any:
        by = User.objects.get(pk=cast["reviewer"].pk)
        return actions.open_window(EvaluationWindow.objects.get(), by=by)

    calls = [(AT, approve(proposed, cast)), (AT, open_it)]
    results = at_once(calls if turn % 2 else calls[::-1])
    receipt, opened = results if turn % 2 else results[::-1]
    assert isinstance(opened, Snapshot)
    assert (EvaluationWindow.objects.get().status, Snapshot.objects.count()) == ("open", 1)
    if isinstance(receipt, CitySubmission):
        assert receipt.snapshot == opened
        assert opened.taken_by == cast["planner"]
    else:
        assert isinstance(receipt, PermissionDenied)
        assert not CitySubmission.objects.exists()
        assert SubmissionProposal.objects.get().status == "proposed"
    assert [*invariants.contradictions(), *audit.contradictions()] == []
