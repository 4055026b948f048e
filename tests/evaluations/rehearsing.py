"""What the tests of rehearsals build with: one of a window in preparation, scored by own staff, through the door."""

from datetime import UTC, datetime, timedelta
from typing import Any

from evaluations import actions
from evaluations.models import EvaluationWindow, Score, Seat
from evaluations.structure import asked_of
from opd.models import User
from smartcity.lib import clock
from tests.evaluations.builders import areas

OPENS, CLOSES = datetime(2022, 9, 20, 1, tzinfo=UTC), datetime(2022, 9, 23, 9, tzinfo=UTC)
DURING = OPENS + timedelta(days=1)
REMARK = "KANARI-GLADI"


def prepare(window: EvaluationWindow, by: User, *, opens: datetime = OPENS, closes: datetime = CLOSES) -> Any:
    """A prepared rehearsal without seats."""
    with clock.at(opens - timedelta(days=5)):
        made = EvaluationWindow(
            rehearsal_of=window, city=window.city, opens_at=opens, closes_at=closes, sample=window.sample
        )
        actions.save_rehearsal(rehearsal=made, by=by)
    return EvaluationWindow.with_rehearsals.for_page().get(pk=made.pk)


def seat(rehearsal: EvaluationWindow, user: User, by: User, *codes: str) -> Seat:
    """Own staff seated for these areas; without any for all of them."""
    with clock.at(rehearsal.opens_at - timedelta(days=2)):
        return actions.seat_assessor(
            window=rehearsal,
            user=user,
            areas=areas(rehearsal, *(codes or ("lintas", "gov", "liv"))),
            until=rehearsal.closes_at + timedelta(days=30),
            by=by,
        )


def begin(rehearsal: EvaluationWindow, by: User, *, at: datetime | None = None) -> None:
    """Open it and have everybody declare."""
    with clock.at(at or rehearsal.opens_at):
        actions.open_window(rehearsal, by=by)
        for one in rehearsal.seats.select_related("user"):
            actions.declare(one, by=one.user)
    rehearsal.refresh_from_db()


def score(one: Seat, value: int = 1, *, at: datetime = DURING) -> None:
    """Score every question of a seat and hand in."""
    held = Seat.objects.select_related("window__instrument", "window__city", "user").get(pk=one.pk)
    with clock.at(at):
        for row in asked_of(held, set(held.areas.values_list("code", flat=True))):
            version = Score.objects.of_seat(held).filter(question=row.pk).count()
            actions.save_score(
                seat=held, question_code=row.code, value=value, remark=REMARK, version=version, by=held.user
            )
        actions.hand_in(seat=held, by=held.user)


def close(rehearsal: EvaluationWindow) -> None:
    with clock.at(rehearsal.closes_at):
        actions.close_window(rehearsal)
    rehearsal.refresh_from_db()


def held(window: EvaluationWindow, cast: dict[str, User], value: int = 1, **times: datetime) -> Any:
    """A closed rehearsal: the planner gave every question the same value."""
    made = prepare(window, cast["reviewer"], **times)
    one = seat(made, cast["planner"], cast["reviewer"])
    begin(made, cast["reviewer"])
    score(one, value, at=made.opens_at + timedelta(hours=2))
    close(made)
    return made
