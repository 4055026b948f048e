"""Rehearsals of the permission matrix: one closed, one running, one in preparation, with what only some may read."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from evaluations import actions as evaluation
from evaluations.models import Area, EvaluationWindow, Seat
from evaluations.structure import asked_of
from smartcity.lib import clock
from tests.permissions.actors import DAY, NOW, fresh

if TYPE_CHECKING:
    from tests.permissions.world import World


def build(world: "World") -> None:
    """Of the window in preparation: planner and reviewer played, now the planner and DISBUDPAR's operator do."""
    rehearsed = _prepared(world, "rehearsed", "draft", NOW - 12 * DAY, NOW - 8 * DAY)
    small = Area.objects.filter(instrument=rehearsed.instrument, code="literasi")
    _seat(world, rehearsed, "planner", list(small))
    _seat(world, rehearsed, "reviewer", list(Area.objects.filter(instrument=rehearsed.instrument)))
    _open(world, rehearsed)
    _play(world, rehearsed)
    with clock.at(rehearsed.closes_at):
        evaluation.close_window(rehearsed)

    running = _prepared(world, "rehearsal", "draft", NOW - 2 * DAY, NOW + 5 * DAY)
    for actor in ("planner", "operator"):
        _seat(world, running, actor, list(Area.objects.filter(instrument=running.instrument)))
    _open(world, running)
    with clock.at(running.opens_at + timedelta(hours=2)):
        evaluation.save_score(
            seat=_again(running, "planner", world), question_code="OP-1", value=2, remark="KANARI-LATIHAN", version=0,
            by=fresh(world, "planner"),
        )  # fmt: skip
    _prepared(world, "coming", "submitted", NOW + DAY, NOW + 3 * DAY)
    for name in ("rehearsed", "rehearsal", "coming"):
        world.windows[name].refresh_from_db()


def _prepared(world: "World", name: str, of: str, opens: datetime, closes: datetime) -> EvaluationWindow:
    real = EvaluationWindow.objects.for_page().get(pk=world.windows[of].pk)
    made = EvaluationWindow(rehearsal_of=real, city=world.city, opens_at=opens, closes_at=closes)
    with clock.at(NOW - 14 * DAY):
        evaluation.save_rehearsal(rehearsal=made, by=fresh(world, "reviewer"))
    world.windows[name] = EvaluationWindow.with_rehearsals.for_page().get(pk=made.pk)
    return world.windows[name]


def _seat(world: "World", window: EvaluationWindow, actor: str, areas: list[Area]) -> None:
    with clock.at(window.opens_at - DAY):
        evaluation.seat_assessor(
            window=window,
            user=fresh(world, actor),
            areas=areas,
            until=NOW + 30 * DAY,
            by=fresh(world, "reviewer"),
        )


def _open(world: "World", window: EvaluationWindow) -> None:
    with clock.at(window.opens_at):
        evaluation.open_window(window, by=fresh(world, "reviewer"))
        for seat in window.seats.select_related("user"):
            evaluation.declare(seat, by=fresh(world, seat.user.username))


def _play(world: "World", window: EvaluationWindow) -> None:
    """The planner scores a small area and hands in."""
    seat = _again(window, "planner", world)
    with clock.at(window.opens_at + timedelta(hours=2)):
        for question in asked_of(seat, {"literasi"}):
            evaluation.save_score(
                seat=seat, question_code=question.code, value=2, remark="KANARI-TEMUAN", version=0,
                by=fresh(world, "planner"),
            )  # fmt: skip
        evaluation.hand_in(seat=seat, by=fresh(world, "planner"))


def _again(window: EvaluationWindow, actor: str, world: "World") -> Seat:
    rows = Seat.objects.select_related("window__city", "window__instrument", "user")
    return rows.get(window=window, user=world.users[actor])
