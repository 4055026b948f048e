"""Decisions: who may move one from where, corrections with their reason, and nobody writes over anybody."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd.actions import meetings
from opd.models import AuditEvent, Decision, DecisionEvent, DecisionStatus, Meeting, Opd, User
from opd.workflow import DECISION
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.opd.meetings.conftest import As, task, words
from tests.scenarios import House, fresh

pytestmark = pytest.mark.django_db
Triple = tuple[str, str, str]

#: Of a task of DISBUDPAR: everything that is possible. Whatever is not named here must be refused.
ALLOWED: set[Triple] = {
    *product(("open", "reopened"), ("finish",), ("operator", "head")),
    *product(("done",), ("reopen",), ("reviewer", "planner")),
}
#: How a status is reached.
STEPS = {"open": (), "done": ("finish",), "reopened": ("finish", "reopen")}


@pytest.fixture
def at_status(meeting: Meeting, house: House) -> Callable[[str], Decision]:
    def make(status: str) -> Decision:
        decision = task(meeting, house)
        for name in STEPS[status]:
            by = house.operator if name == "finish" else house.decider
            meetings.move_decision(pk=decision.pk, name=name, by=by, note="Sebelumnya.")
        return Decision.objects.get(pk=decision.pk)

    return make


@pytest.mark.parametrize("status", DecisionStatus.values)
def test_no_other_move_exists(
    status: str, at_status: Callable[[str], Decision], cast: dict[str, User]
) -> None:
    decision = at_status(status)
    before, possible = everything(decision), set()
    for move, (name, user) in product(DECISION.moves, cast.items()):
        here = transaction.savepoint_create()
        try:
            meetings.move_decision(pk=decision.pk, name=move, by=fresh(user), note="Kata-kata lain.")
        except (WrongStatus, PermissionDenied):
            continue  # what a refusal leaves behind stays, and is found below
        possible.add((status, move, name))
        leaves_one_trace(decision, before, move, user)
        transaction.savepoint_rollback(here)
    assert possible == {triple for triple in ALLOWED if triple[0] == status}
    assert everything(decision) == before, "somebody was refused, yet something changed"


def leaves_one_trace(decision: Decision, before: dict[str, Any], move: str, user: User) -> None:
    after = everything(decision)
    assert after["row"]["status"] == DECISION.moves[move].target
    assert after["row"]["version"] == before["row"]["version"] + 1
    assert (after["events"] - before["events"], after["audit"] - before["audit"]) == (1, 1)
    event = decision.events.order_by("-pk")[0]
    assert (event.move, event.actor, event.note) == (move, user, "Kata-kata lain.")
    assert event.role in {held.role for held in fresh(user).memberships_now()}
    done = (after["row"]["done_at"] is not None, after["row"]["done_note"])
    assert done == ((True, "Kata-kata lain.") if move == "finish" else (False, ""))


def everything(decision: Decision) -> dict[str, Any]:
    return {
        "row": Decision.objects.values().get(pk=decision.pk),
        "events": DecisionEvent.objects.count(),
        "audit": AuditEvent.objects.count(),
    }


@pytest.mark.parametrize("status", DecisionStatus.values)
def test_the_offers_are_what_the_table_allows(
    status: str, at_status: Callable[[str], Decision], cast: dict[str, User]
) -> None:
    decision = at_status(status)
    offered = {
        (status, offer.move.name, name)
        for name, user in cast.items()
        for offer in DECISION.offered_to(fresh(user), decision)
    }
    assert offered == {triple for triple in ALLOWED if triple[0] == status}


def test_the_way_there_and_back_by_address_stands_in_the_history(
    as_: As, house: House, meeting: Meeting
) -> None:
    decision = task(meeting, house)
    owner, desk, address = as_(house.operator), as_(house.decider), f"/decisions/{decision.pk}/"
    owner.post(f"{address}moves/finish/", {"note": "Sudah dilengkapi.", "version": "1"})
    assert desk.post(f"{address}moves/reopen/", {"note": "", "version": "2"}).status_code == 302
    assert Decision.objects.get().status == "done", "a reason is asked"
    desk.post(f"{address}moves/reopen/", {"note": "Foto belum ada.", "version": "2"})
    page = words(owner, address)
    for said in ("Foto belum ada.", "Sudah dilengkapi.", "Dibuka lagi", "Diputuskan"):
        assert said in page
    assert "Lengkapi bukti" in words(owner, "/workspace/"), "it is a task again"
    row = Decision.objects.get()
    assert (row.status, row.done_at, row.done_by, row.done_note) == ("reopened", None, None, "")


def test_a_second_press_is_one_move(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    owner, address = as_(house.operator), f"/decisions/{decision.pk}/moves/finish/"
    for _press in range(2):
        answer = owner.post(address, {"note": "Sudah.", "version": "1"}, follow=True)
        assert "[WF-FIRST]" not in answer.text
    assert DecisionEvent.objects.filter(move="finish").count() == 1


FORM = {"text": "Lengkapi bukti dukung", "due_on": "2022-12-01", "reason": "Salah ketik."}


def test_a_correction_keeps_what_stood_there_and_why(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    other = Opd.objects.exclude(pk=house.opd.pk).filter(city=house.opd.city, short="DISHUB")[0]
    body = FORM | {"opd": other.pk, "version": "1"}
    desk, address = as_(house.decider), f"/decisions/{decision.pk}/edit/"
    assert desk.post(address, body | {"reason": ""}).status_code == 422
    assert desk.post(address, body).status_code == 302
    row = Decision.objects.get()
    assert (row.text, row.opd, row.due_on, row.version) == (FORM["text"], other, date(2022, 12, 1), 2)
    page = words(desk, f"/decisions/{decision.pk}/")
    for said in ("Salah ketik.", f"{house.opd.short} → DISHUB", "Lengkapi bukti → Lengkapi bukti dukung"):
        assert said in page
    assert as_(house.operator).get(f"/decisions/{decision.pk}/").status_code == 404, (
        "it is another's task now"
    )
    assert AuditEvent.objects.filter(action="decision.corrected", reason="Salah ketik.").count() == 1


def test_two_corrections_at_once_show_both_texts(as_: As, house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    desk, address = as_(house.decider), f"/decisions/{decision.pk}/edit/"
    body = FORM | {"opd": house.opd.pk, "version": "1"}
    desk.post(address, body | {"text": "Kata pertama"})
    second = desk.post(address, body | {"text": "Kata kedua"})
    assert second.status_code == 409
    assert "Kata pertama" in second.text
    assert "Kata kedua" in second.text
    assert Decision.objects.get().text == "Kata pertama"
    assert desk.post(address, FORM | {"opd": house.opd.pk}).status_code == 400, "no version, no guard"


def test_who_read_the_old_words_does_not_report_on_the_new_ones(
    as_: As, house: House, meeting: Meeting
) -> None:
    decision = task(meeting, house)
    as_(house.decider).post(f"/decisions/{decision.pk}/edit/", FORM | {"opd": house.opd.pk, "version": "1"})
    answer = as_(house.operator).post(
        f"/decisions/{decision.pk}/moves/finish/", {"note": "Sudah.", "version": "1"}, follow=True
    )
    assert "[DEC-STALE]" in answer.text
    assert "Sudah." in answer.text, "what was typed is given back"
    assert Decision.objects.get().status == "open"


def test_what_is_done_is_opened_before_it_is_corrected(house: House, meeting: Meeting, as_: As) -> None:
    decision = task(meeting, house)
    meetings.move_decision(pk=decision.pk, name="finish", by=house.operator, note="Sudah.")
    values = {"text": "Lain", "opd": house.opd, "due_on": decision.due_on, "program": None}
    with pytest.raises(PermissionDenied):
        meetings.correct(pk=decision.pk, values=values, reason="x", version=2, by=house.decider)
    assert as_(house.decider).get(f"/decisions/{decision.pk}/edit/").status_code == 403


def test_the_action_itself_asks_for_reason_and_version(house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    values = {"text": "Lain", "opd": house.opd, "due_on": decision.due_on, "program": None}
    with pytest.raises(StaleVersion):
        meetings.correct(pk=decision.pk, values=values, reason="x", version=9, by=house.decider)
    with pytest.raises(NotReady):
        meetings.correct(pk=decision.pk, values=values, reason=" ", version=1, by=house.decider)
    same = values | {"text": decision.text}
    assert meetings.correct(pk=decision.pk, values=same, reason="", version=9, by=house.decider).version == 1


def test_the_database_keeps_status_and_time_together(house: House, meeting: Meeting) -> None:
    decision = task(meeting, house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(status="done")


def test_the_list_is_narrowed_by_its_address(as_: As, house: House, meeting: Meeting) -> None:
    task(meeting, house, text="Terlambat sekali", days=-3)
    done = task(meeting, house, text="Sudah beres")
    meetings.move_decision(pk=done.pk, name="finish", by=house.operator, note="Beres.")
    other = Opd.objects.exclude(pk=house.opd.pk).filter(city=house.opd.city)[0]
    task(meeting, house, text="Tugas lain", opd=other)
    desk = as_(house.decider)
    everything = {"Terlambat sekali", "Sudah beres", "Tugas lain"}
    for query, expected in {
        "": everything,
        "status=late": {"Terlambat sekali"},
        "status=done": {"Sudah beres"},
        "status=left": {"Terlambat sekali", "Tugas lain"},
        f"opd={other.short}": {"Tugas lain"},
        "q=beres": {"Sudah beres"},
        f"meeting={meeting.pk}": everything,
        "meeting=999": set(),
        "status=nonsense&meeting=x": everything,
    }.items():
        page = words(desk, f"/decisions/?{query}")
        assert {text for text in everything if text in page} == expected, query
    assert "Tugas lain" not in words(as_(house.operator), "/decisions/")
