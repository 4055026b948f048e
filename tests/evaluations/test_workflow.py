"""Every (status, move, role) of a window, against the list written by hand; and what the moves do."""

from contextlib import nullcontext
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from evaluations import actions
from evaluations.models import EvaluationWindow, Result, Snapshot, Status, WindowEvent
from evaluations.tasks import close_due_windows
from evaluations.workflow import WINDOW
from opd.models import AuditEvent
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, OPENS, SECOND, areas, score_all

ROLES = (
    "operator", "head", "reviewer", "planner", "auditor", "leader", "administrator", "assessor", "colleague",
    "outsider", "foreign_reviewer", "nobody",
)  # fmt: skip
ALLOWED = {("draft", "open", "reviewer"), ("open", "close", "reviewer"), ("open", "close", "nobody")}


@pytest.mark.parametrize(("status", "move", "role"), [*product(Status.values, WINDOW.moves, ROLES)])
def test_no_other_move_exists(status, move, role, window, seat, colleague_seat, cast):
    """`nobody` is the scheduler. Opened before its closing time, closed after it."""
    by = cast.get(role)
    if status != Status.DRAFT:
        with clock.at(OPENS):
            actions.open_window(window, by=cast["reviewer"])
    with clock.at(CLOSES):
        if status == Status.CLOSED:
            actions.close_window(window)
    before = WindowEvent.objects.count()
    allowed = (status, move, role) in ALLOWED
    refused = nullcontext() if allowed else pytest.raises((WrongStatus, PermissionDenied))
    with clock.at(OPENS if move == "open" else CLOSES), refused:
        WINDOW.make(window, move, by=by, changes={"opened_at": OPENS, "closed_at": CLOSES})
    window.refresh_from_db()
    assert WindowEvent.objects.count() == before + allowed
    assert window.status == (WINDOW.moves[move].target if allowed else status)


# --- opening -----------------------------------------------------------------------------------------------


def test_opening_asks_for_an_assessor_for_every_area(window, cast):
    with pytest.raises(NotReady) as refusal:
        actions.open_window(window, by=cast["reviewer"])
    assert "Lintas bidang, Governance, Living" in str(refusal.value)
    window.refresh_from_db()
    assert window.status == "draft"
    assert not Snapshot.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_assessor_with_a_conflict_covers_no_area(window, seat, colleague_seat, cast):
    actions.declare(colleague_seat, conflict="Pernah menjadi konsultan kota.", by=cast["colleague"])
    with pytest.raises(NotReady, match="Living"):
        actions.open_window(window, by=cast["reviewer"])


def test_a_window_that_is_over_cannot_be_opened(window, seat, colleague_seat, cast):
    with clock.at(CLOSES), pytest.raises(NotReady):
        actions.open_window(window, by=cast["reviewer"])


def test_quick_wins_of_another_dimension_set_are_named(window, seat, colleague_seat, cast, verified):
    from dimensions.loading import load_dimension_set

    other = load_dimension_set({
        "code": "LAIN", "name_id": "Lain", "dimensions": [
            {"code": "MOB", "order": 1, "name_id": "Mobilitas", "sub_dimensions": [
                {"code": "MOB-A", "order": 1, "name_id": "Angkutan"}]}],
    })  # fmt: skip
    verified.dimension = other.dimensions.get()
    verified.save()
    with pytest.raises(NotReady, match="QW-2022-0001"):
        actions.open_window(window, by=cast["reviewer"])


def test_opening_writes_event_snapshot_and_audit_together(window, seat, colleague_seat, cast, verified):
    with clock.at(OPENS - timedelta(hours=1)):
        snapshot = actions.open_window(window, by=cast["reviewer"])
    window.refresh_from_db()
    event = window.events.get()
    assert (window.status, window.opened_at) == ("open", OPENS - timedelta(hours=1))
    assert (event.move, event.actor, event.role) == ("open", cast["reviewer"], "reviewer")
    audit = AuditEvent.objects.get(action="window.open")
    assert audit.after == snapshot.digest
    assert window.version == 2


def test_opening_twice_is_told_politely(open_window, cast):
    with pytest.raises(WrongStatus):
        actions.open_window(open_window, by=cast["reviewer"])
    assert Snapshot.objects.count() == 1


# --- closing -----------------------------------------------------------------------------------------------


def test_nobody_closes_early(open_window, cast):
    for by in (None, cast["reviewer"]):
        with clock.at(CLOSES - SECOND), pytest.raises(NotReady, match=r"8 Oktober 2022, 16\.00 WIB"):
            actions.close_window(open_window, by=by)
    assert not Result.objects.exists()


def test_the_beat_closes_what_is_due_and_only_that(open_window, window, cast):
    with clock.at(CLOSES - SECOND):
        close_due_windows()
    assert EvaluationWindow.objects.get().status == "open"
    with clock.at(CLOSES + SECOND):
        close_due_windows()
        close_due_windows()
    closed = EvaluationWindow.objects.get()
    assert (closed.status, closed.closed_at) == ("closed", CLOSES + SECOND)
    assert Result.objects.count() == 1
    event = closed.events.get(move="close")
    assert (event.actor, event.role) == (None, "")


def test_one_window_that_fails_does_not_keep_the_others_open(open_window, city, instrument, monkeypatch):
    other = EvaluationWindow.objects.create(
        city=city, year=2022, stage="Tahap I", instrument=instrument, status="open", opened_at=OPENS,
        inputs_due_at=OPENS, opens_at=OPENS, closes_at=CLOSES,
    )  # fmt: skip
    compute = actions.window.results.compute

    def break_one(window):
        if window.pk == open_window.pk:
            raise RuntimeError("broken")
        return compute(window)

    monkeypatch.setattr(actions.window.results, "compute", break_one)
    with clock.at(CLOSES):
        close_due_windows()
    other.refresh_from_db()
    open_window.refresh_from_db()
    assert (other.status, open_window.status) == ("closed", "open")


def test_a_dead_scheduler_leaves_no_window_open(open_window):
    window = EvaluationWindow.objects.get()
    assert window.status == "open"
    assert window.accepts_scores(CLOSES - SECOND)
    assert not window.accepts_scores(CLOSES)
    assert not window.is_open(CLOSES + timedelta(days=30))
    assert window.is_due(CLOSES)


def test_ensure_closed_is_harmless_at_any_time(open_window):
    assert actions.ensure_closed(open_window).status == "open"
    with clock.at(CLOSES):
        stale = EvaluationWindow.objects.get()
        assert actions.ensure_closed(open_window).status == "closed"
        assert actions.ensure_closed(stale).status == "closed"
        assert actions.ensure_closed(open_window).status == "closed"
    assert Result.objects.count() == 1


# --- extending ---------------------------------------------------------------------------------------------

LATER = CLOSES + timedelta(days=1)


def test_extending_needs_a_reason_and_leaves_an_event(open_window, seat, cast):
    until = seat.until
    with pytest.raises(NotReady):
        actions.extend_window(open_window, until=LATER, reason="  ", by=cast["reviewer"])
    event = actions.extend_window(open_window, until=LATER, reason="Listrik padam.", by=cast["reviewer"])
    open_window.refresh_from_db()
    seat.refresh_from_db()
    assert (open_window.closes_at, open_window.status) == (LATER, "open")
    assert (event.move, event.note, event.until) == ("extend", "Listrik padam.", LATER)
    assert seat.until == until + timedelta(days=1)
    assert AuditEvent.objects.filter(action="window.extend", reason="Listrik padam.").exists()


@pytest.mark.parametrize("until", [CLOSES, CLOSES - SECOND])
def test_a_window_is_never_shortened(open_window, until, cast):
    with pytest.raises(NotReady):
        actions.extend_window(open_window, until=until, reason="Alasan.", by=cast["reviewer"])


@pytest.mark.parametrize("status", ["due", "closed"])
def test_what_has_closed_stays_closed(open_window, status, cast):
    with clock.at(CLOSES):
        if status == "closed":
            actions.close_window(open_window)
        with pytest.raises(actions.TooLate):
            actions.extend_window(open_window, until=LATER, reason="Alasan.", by=cast["reviewer"])
    assert EvaluationWindow.objects.get().closes_at == CLOSES


def test_a_draft_is_edited_not_extended(window, cast):
    with pytest.raises(WrongStatus):
        actions.extend_window(window, until=LATER, reason="Alasan.", by=cast["reviewer"])


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("reviewer", "nobody")])
def test_only_the_reviewer_extends(open_window, role, cast):
    with pytest.raises(PermissionDenied):
        actions.extend_window(open_window, until=LATER, reason="Alasan.", by=cast[role])


# --- preparing ---------------------------------------------------------------------------------------------


def test_a_window_is_prepared_and_changed_by_version(city, instrument, cast):
    prepared = EvaluationWindow(
        city=city, year=2022, stage="Tahap I", instrument=instrument,
        inputs_due_at=OPENS, opens_at=OPENS, closes_at=CLOSES,
    )  # fmt: skip
    saved = actions.save_window(window=prepared, by=cast["reviewer"])
    assert [event.move for event in saved.events.all()] == ["create"]
    saved.stage = "Tahap II"
    actions.save_window(window=saved, by=cast["reviewer"], version=1)
    saved.stage = "Tahap III"
    from smartcity.lib.models import StaleVersion

    with pytest.raises(StaleVersion):
        actions.save_window(window=saved, by=cast["reviewer"], version=1)
    assert EvaluationWindow.objects.get().stage == "Tahap II"


def test_an_opened_window_is_not_edited(open_window, cast):
    with pytest.raises(WrongStatus):
        actions.save_window(window=open_window, by=cast["reviewer"], version=open_window.version)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("reviewer", "nobody")])
def test_only_the_reviewer_prepares(window, role, cast):
    with pytest.raises(PermissionDenied):
        actions.save_window(window=window, by=cast[role], version=1)


def test_nobody_is_seated_to_judge_their_own_house(window, cast, person, city):
    from opd.models import Role

    both = person("asesor-1", Role.PLANNER, city)
    for user in (both, cast["outsider"], cast["reviewer"], cast["operator"]):
        with pytest.raises(NotReady):
            actions.seat_assessor(
                window=window, user=user, areas=areas(window, "lintas"), until=LATER, by=cast["reviewer"]
            )
    assert not window.seats.exists()


def test_a_seat_needs_areas_of_the_instrument_and_time_enough(window, cast):
    for chosen, until in (([], LATER), (areas(window, "lintas"), CLOSES - SECOND)):
        with pytest.raises(NotReady):
            actions.seat_assessor(
                window=window, user=cast["assessor"], areas=chosen, until=until, by=cast["reviewer"]
            )


def test_a_seat_is_changed_in_place_and_removed_while_nothing_was_said(window, seat, cast):
    again = actions.seat_assessor(
        window=window, user=cast["assessor"], areas=areas(window, "liv"), until=LATER, by=cast["reviewer"]
    )
    assert again.pk == seat.pk
    assert list(again.areas.values_list("code", flat=True)) == ["liv"]
    actions.remove_seat(again, by=cast["reviewer"])
    assert not window.seats.exists()


def test_a_seat_with_scores_or_a_conflict_stays(open_window, seat, colleague_seat, cast):
    score_all(seat)
    actions.declare(colleague_seat, conflict="Saudara kepala dinas.", by=cast["colleague"])
    for one in (seat, colleague_seat):
        with pytest.raises(WrongStatus):
            actions.remove_seat(one, by=cast["reviewer"])
    with pytest.raises(WrongStatus):
        actions.seat_assessor(
            window=open_window, user=cast["colleague"], areas=areas(open_window, "liv"), until=LATER,
            by=cast["reviewer"],
        )  # fmt: skip
