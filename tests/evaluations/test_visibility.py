"""Who sees what: blind until handed in, nothing for the city before the close, nothing for strangers ever."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from evaluations import actions
from evaluations.models import Answer, EvaluationWindow, HandIn, Result, Score, Seat, Snapshot
from opd.models import Membership, Role, User
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, score_all

CITY = {"reviewer", "planner", "auditor", "leader"}
PANEL = {"assessor", "colleague"}


def readers(model, cast: dict[str, User]) -> set[str]:
    """Names of those who see at least one row; fresh accounts, since roles are read once per request."""
    people = {name: User.objects.get(pk=user.pk) for name, user in cast.items()}
    return {name for name, user in people.items() if model.objects.visible_to(user).exists()}


def seen_by(user: User) -> set[str]:
    return {
        f"{score.seat.user.username}:{score.question.code}"
        for score in Score.objects.visible_to(User.objects.get(pk=user.pk)).select_related(
            "seat__user", "question"
        )
    }


def owners(rows: Iterable[str]) -> set[str]:
    return {row.split(":")[0] for row in rows}


def test_windows_and_snapshots_are_for_the_city_and_the_panel(open_window, cast):
    assert readers(EvaluationWindow, cast) == CITY | PANEL
    assert readers(Snapshot, cast) == CITY | PANEL
    assert readers(Answer, cast) == set()


def test_an_assessor_sees_nothing_before_declaring_and_only_the_window(window, seat, colleague_seat, cast):
    actions.open_window(window, by=cast["reviewer"])
    assert readers(EvaluationWindow, cast) == CITY | PANEL
    assert readers(Snapshot, cast) == CITY


def test_a_conflict_closes_window_snapshot_and_scores(open_window, seat, cast):
    actions.save_score(seat=seat, question_code="B-1", value=3, version=0, by=cast["assessor"])
    actions.declare(seat, conflict="Adik kepala dinas.", by=cast["assessor"])
    assert readers(EvaluationWindow, cast) == CITY | {"colleague"}
    assert readers(Snapshot, cast) == CITY | {"colleague"}
    assert readers(Score, cast) == set()


def test_a_seat_past_its_date_sees_nothing(open_window, seat, cast):
    Seat.objects.filter(pk=seat.pk).update(until=clock.now())
    assert "assessor" not in readers(Snapshot, cast) | readers(EvaluationWindow, cast)


def test_a_role_that_ended_sees_nothing(open_window, cast):
    Membership.objects.filter(user=cast["assessor"]).update(valid_to=clock.now())
    assert "assessor" not in readers(Snapshot, cast) | readers(EvaluationWindow, cast)


def test_who_joins_the_city_loses_the_seat(open_window, seat, cast, city):
    score_all(seat)
    assert seen_by(cast["assessor"])
    Membership.objects.create(user=cast["assessor"], role=Role.LEADERSHIP, city=city)
    assert seen_by(cast["assessor"]) == set()
    assert not open_window.seats.held_by(User.objects.get(pk=cast["assessor"].pk)).exists()


def test_scores_are_blind_until_both_have_handed_in(open_window, seat, colleague_seat, cast):
    score_all(seat)
    score_all(colleague_seat)
    assert owners(seen_by(cast["assessor"])) == {"asesor-1"}
    assert owners(seen_by(cast["colleague"])) == {"asesor-2"}

    actions.hand_in(seat=seat, by=cast["assessor"])
    assert owners(seen_by(cast["assessor"])) == {"asesor-1"}, "the colleague is not done"
    assert owners(seen_by(cast["colleague"])) == {"asesor-2"}, "own hand-in is missing"

    actions.hand_in(seat=colleague_seat, by=cast["colleague"])
    assert owners(seen_by(cast["assessor"])) == {"asesor-1", "asesor-2"}
    assert owners(seen_by(cast["colleague"])) == {"asesor-1", "asesor-2"}
    assert readers(Score, cast) == PANEL


def test_the_city_sees_no_score_before_the_window_is_closed(open_window, seat, colleague_seat, cast):
    for one in (seat, colleague_seat):
        score_all(one)
        actions.hand_in(seat=one, by=one.user)
    assert readers(Score, cast) == PANEL
    assert readers(HandIn, cast) == PANEL
    with clock.at(CLOSES):
        # due, but not closed yet: still nothing
        assert readers(Score, cast) == PANEL
        actions.close_window(open_window)
        assert readers(Score, cast) == CITY | PANEL
        assert readers(HandIn, cast) == CITY | PANEL
        assert readers(Result, cast) == CITY | PANEL


def test_an_assessor_who_did_not_hand_in_sees_no_result(open_window, seat, cast):
    score_all(seat)
    actions.hand_in(seat=seat, by=cast["assessor"])
    with clock.at(CLOSES):
        actions.close_window(open_window)
        assert readers(Result, cast) == CITY | {"assessor"}


def test_a_seat_in_one_window_opens_no_other(open_window, cast, city, instrument):
    other = EvaluationWindow.objects.create(
        city=city, year=2021, stage="Tahap I", instrument=instrument, inputs_due_at=CLOSES, opens_at=CLOSES,
        closes_at=CLOSES + timedelta(days=1),
    )  # fmt: skip
    assert list(EvaluationWindow.objects.visible_to(cast["assessor"])) == [open_window]
    assert other in EvaluationWindow.objects.visible_to(cast["reviewer"])
    assert not other.seats.held_by(cast["assessor"]).exists()


@pytest.mark.parametrize("model", [EvaluationWindow, Snapshot, Score, HandIn, Result])
def test_people_of_another_city_see_nothing_ever(open_window, seat, colleague_seat, cast, model):
    for one in (seat, colleague_seat):
        score_all(one)
        actions.hand_in(seat=one, by=one.user)
    with clock.at(CLOSES):
        actions.close_window(open_window)
        assert not readers(model, cast) & {
            "outsider",
            "foreign_reviewer",
            "operator",
            "head",
            "administrator",
        }
