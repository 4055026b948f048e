"""A window whose panel agreed: a closed revision with its minutes, a closed one without, and one being agreed."""

from typing import Any

from evaluations import actions as evaluation
from evaluations.actions import consensus
from evaluations.models import Area, EvaluationWindow, Reconciliation, Seat
from evaluations.structure import structure_of
from reports import store
from reports.minutes.actions import request_minutes
from reports.models import Minutes
from smartcity.lib import clock
from tests.permissions.actors import DAY, NOW, fresh

CANARY = "KANARI-SEPAKAT"


def build(world: Any, window: EvaluationWindow) -> None:
    """Of 2021, with the other assessor in its only seat; all of it before NOW."""
    world.windows["agreed"] = window
    _score(world, window)
    lead = fresh(world, "other_assessor")
    with clock.at(window.closes_at):
        evaluation.close_window(window)
    with clock.at(window.closes_at + DAY):
        consensus.begin(window=window, by=lead)
        _propose(window, lead)
        world.consensus["made"] = _close(window, lead)
        consensus.correct(window=window, reason=CANARY, by=lead)
        world.consensus["closed"] = _close(window, lead)
        world.consensus["open"] = consensus.correct(window=window, reason=CANARY, by=lead)
    window.refresh_from_db()
    _minutes(world)


def _score(world: Any, window: EvaluationWindow) -> None:
    """A window opens with every area covered; then the seat keeps what concerns all: three questions are enough."""
    with clock.at(window.opens_at - DAY):
        areas = list(Area.objects.filter(instrument=window.instrument_id))
        evaluation.seat_assessor(
            window=window,
            user=fresh(world, "other_assessor"),
            areas=areas,
            until=NOW + 30 * DAY,
            by=fresh(world, "reviewer"),
        )
    with clock.at(window.opens_at):
        evaluation.open_window(window, by=fresh(world, "reviewer"))
        seat = Seat.objects.select_related("window", "user").get(window=window)
        seat.areas.set([area for area in areas if area.code == "lintas"])
        evaluation.declare(seat, by=seat.user)
        for row in structure_of(window.instrument).scored_in({"lintas"}):
            evaluation.save_score(seat=seat, question_code=row.code, value=3, version=0, by=seat.user)
        evaluation.hand_in(seat=Seat.objects.get(pk=seat.pk), by=seat.user)


def _propose(window: EvaluationWindow, lead: Any) -> None:
    consensus.propose(window=window, code="BL-1", value=None, reason=CANARY, version=0, by=lead)


def _close(window: EvaluationWindow, lead: Any) -> Reconciliation:
    version = Reconciliation.objects.of_window(window)[0].version
    return consensus.close(window=window, version=version, by=lead)


def _minutes(world: Any) -> None:
    """A stand-in file: building it is tested elsewhere."""
    with clock.at(NOW - DAY):
        row = world.consensus["made"]
        made, _created = request_minutes(by=fresh(world, "reviewer"), reconciliation=row)
        claimed: Minutes = Minutes.objects.claim(made.pk)
        content = b"%PDF-1.7 " + CANARY.encode()
        claimed.finish(sha256=store.keep(content), size=len(content), pages=1)
    world.consensus = {name: Reconciliation.objects.get(pk=row.pk) for name, row in world.consensus.items()}
