"""The evaluation of the permission matrix: a window in each state, who sits in it, its answers and questions."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from evaluations import actions as evaluation
from evaluations import freezing
from evaluations.actions import asking, clarifications, interview
from evaluations.models import (
    Answer,
    Area,
    Clarification,
    EvaluationWindow,
    Instrument,
    InstrumentDraft,
    Seat,
)
from opd.models import Opd, User
from smartcity.demo import material
from smartcity.lib import clock, files
from tests.permissions import consensus
from tests.permissions.actors import DAY, NOW, fresh

if TYPE_CHECKING:
    from tests.permissions.world import World


def instrument_draft(world: "World") -> InstrumentDraft:
    """A new version the reviewer is preparing; nobody else sees it."""
    return evaluation.copy_draft(
        by=fresh(world, "reviewer"),
        instrument=world.windows["closed"].instrument,
        city=world.city,
        key=None,
    )


def build(world: "World") -> None:
    reviewer = fresh(world, "reviewer")
    for name, opens, closes in (("closed", -30, -20), ("open", -2, 3), ("draft", 10, 15)):
        window = _prepared(world, name, NOW + opens * DAY, NOW + closes * DAY, reviewer)
        world.windows[name] = window
        if name == "draft":
            continue
        _seat(world, window, "assessor" if name == "open" else "other_assessor")
        if name == "open":
            _seat(world, window, "conflicted")
        with clock.at(window.opens_at):
            evaluation.open_window(window, by=reviewer)
        _declare(world, window)
    with clock.at(world.windows["closed"].closes_at):
        evaluation.close_window(world.windows["closed"])
    _submissions(world)
    for window in world.windows.values():
        window.refresh_from_db()
    consensus.build(world, _prepared(world, "agreed", NOW - 35 * DAY, NOW - 33 * DAY, reviewer, year=2021))


def _submissions(world: "World") -> None:
    """Of 2021, when no quick win waits: a window ready to propose, one that is proposed, one that is submitted."""
    reviewer, planner = fresh(world, "reviewer"), fresh(world, "planner")
    for name in ("ready", "proposed", "submitted"):
        window = _prepared(world, name, NOW + 10 * DAY, NOW + 15 * DAY, reviewer, year=2021)
        world.windows[name] = window
        if name == "ready":
            continue
        with clock.at(NOW - 5 * DAY):
            proposal = evaluation.move_submission(
                window=window, name="propose", by=reviewer, version=1, note="KANARI-USUL"
            )
            if name == "submitted":
                seen = freezing.mark_of(freezing.contents(window))
                evaluation.approve_submission(window=window, by=planner, version=proposal.version, seen=seen)


def _prepared(
    world: "World", name: str, opens: datetime, closes: datetime, by: User, *, year: int = 2022
) -> EvaluationWindow:
    window = EvaluationWindow(
        city=world.city,
        year=year,
        stage=f"Tahap {name}",
        instrument=Instrument.objects.get(),
        inputs_due_at=opens - DAY,
        opens_at=opens,
        closes_at=closes,
    )
    with clock.at(NOW - 39 * DAY):
        evaluation.save_window(window=window, by=by)
        evaluation.save_answer(
            window=window,
            question_code="OP-1",
            self_score=3,
            text="KANARI-JAWABAN",
            version=0,
            by=by,  # type: ignore[arg-type]
        )
    return window


def build_answers(world: "World") -> None:
    """Two questions of the window in preparation, asked of DISBUDPAR, each with a photo: one written, one handed in."""
    window, operator = world.windows["draft"], fresh(world, "operator")
    with clock.at(NOW - 10 * DAY):
        evaluation.assign_questions(
            window=window,
            codes=["OP-2", "OP-3"],
            opd=Opd.objects.get(short="DISBUDPAR"),
            by=fresh(world, "reviewer"),
        )
        for state, code in (("draft", "OP-2"), ("submitted", "OP-3")):
            answer = Answer.objects.for_page().get(window=window, question__code=code)
            evaluation.save_answer(
                window=window, question_code=code, self_score=3, text=f"KANARI-ISI-{state}",  # type: ignore[arg-type]
                version=answer.version, by=operator,
            )  # fmt: skip
            stored = world.evidence("verified").stored_file
            values = {"kind": "photo", "title": f"KANARI-BUKTI-{state}", "original_name": f"foto-{state}.jpg"}
            evaluation.add_exhibit(answer=answer, by=operator, values=values, stored=stored)
            if state == "submitted":
                evaluation.move_answer(pk=answer.pk, name="submit", by=fresh(world, "head"))
            world.answers[state] = Answer.objects.for_page().get(pk=answer.pk)


def _seat(world: "World", window: EvaluationWindow, actor: str) -> None:
    with clock.at(window.opens_at - DAY):
        world.seats[actor] = evaluation.seat_assessor(
            window=window,
            user=fresh(world, actor),
            areas=list(Area.objects.filter(instrument=window.instrument)),
            until=NOW + 30 * DAY,
            by=fresh(world, "reviewer"),
        )


def _declare(world: "World", window: EvaluationWindow) -> None:
    for actor, seat in world.seats.items():
        if seat.window_id != window.pk:
            continue
        with clock.at(window.opens_at + timedelta(hours=1)):
            conflict = "Saudara kepala dinas." if actor == "conflicted" else ""
            seat = Seat.objects.select_related("window", "user").get(pk=seat.pk)
            evaluation.declare(seat, conflict=conflict, by=fresh(world, actor))
        if actor == "assessor":
            with clock.at(window.opens_at + timedelta(hours=2)):
                evaluation.save_score(
                    seat=seat,
                    question_code="OP-1",
                    value=2,
                    remark="KANARI-NILAI",
                    version=0,
                    by=fresh(world, actor),
                )
                for code in ("OP-1", "QW-BRD-1", ""):
                    interview.save_note(
                        seat=seat, code=code, text="KANARI-WAWANCARA", version=0, by=fresh(world, actor)
                    )
        world.seats[actor] = Seat.objects.get(pk=seat.pk)


def build_desk(world: "World") -> None:
    """One question to DISBUDPAR that is answered, one that is open with an answer in work."""
    seat, operator = world.seats["assessor"], fresh(world, "operator")
    for state, hours, text in (("answered", 26, "KANARI-KL-JAWAB"), ("asked", 6, "KANARI-KL-DRAF")):
        with clock.at(NOW - timedelta(hours=hours)):
            item = asking.ask(
                seat=Seat.objects.select_related("window", "user").get(pk=seat.pk),
                question_code="QW-BRD-1",
                text=f"KANARI-TANYA-{state}",
                by=fresh(world, "assessor"),
            )
        with clock.at(NOW - timedelta(hours=hours - 1)), TemporaryDirectory() as folder:
            path = material.photo("kantor", Path(folder), f"klarifikasi-{state}")
            with files.inspect_upload(path, path.name, kind="document") as accepted:
                clarifications.add_file(pk=item.pk, accepted=accepted, by=operator)
            act = clarifications.send_reply if state == "answered" else clarifications.save_reply
            act(pk=item.pk, text=text, version=item.version, by=operator)
        world.items[state] = Clarification.objects.get(pk=item.pk)
