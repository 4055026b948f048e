"""Who may move a programme from where: every triple of status, move and person against a table by hand."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from opd import actions
from opd.models import AuditEvent, MasterPlan, PlanStatus, Program, ProgramEvent, User
from opd.workflow import PROGRAM
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.opd.plan.conftest import Make
from tests.scenarios import fresh

Triple = tuple[str, str, str]


def submitted_by(*people: str) -> set[Triple]:
    """The agency's head, its operator where there is none; and the planner, who keeps the plan."""
    return {(status, "submit", person) for status in ("draft", "returned") for person in (*people, "planner")}


def decided_by(person: str) -> set[Triple]:
    return {
        ("submitted", "return", person),
        ("submitted", "approve", person),
        ("approved", "reopen", person),
    }


#: By agency: everything that is possible. The planner's own house is decided by the reviewer, and nobody else's.
ALLOWED: dict[str, set[Triple]] = {
    "DISBUDPAR": submitted_by("head") | decided_by("planner"),
    "LABKES": submitted_by("operator_without_head") | decided_by("planner"),
    "DISKOMINFO": submitted_by("kominfo") | decided_by("planner"),
    "BAPPELITBANG": submitted_by("bappelitbang") | decided_by("reviewer"),
}


@pytest.mark.parametrize(("agency", "status"), [*product(ALLOWED, PlanStatus.values)])
def test_no_other_move_exists(agency: str, status: str, make: Make, cast: dict[str, User]) -> None:
    program = make(agency, status)
    before, possible = everything(program), set()
    for move, (name, user) in product(PROGRAM.moves, cast.items()):
        here = transaction.savepoint_create()
        try:
            actions.move_program(pk=program.pk, name=move, by=fresh(user), note="Alasan lain.")
        except (WrongStatus, PermissionDenied):
            continue  # what a refusal leaves behind stays, and is found below
        possible.add((status, move, name))
        leaves_one_trace(program, before, move, user)
        transaction.savepoint_rollback(here)
    assert possible == {triple for triple in ALLOWED[agency] if triple[0] == status}
    assert everything(program) == before, "somebody was refused, yet something changed"


def leaves_one_trace(program: Program, before: dict[str, Any], move: str, user: User) -> None:
    after = everything(program)
    assert after["row"]["status"] == PROGRAM.moves[move].target
    assert after["row"]["version"] == before["row"]["version"] + 1
    assert (after["events"] - before["events"], after["audit"] - before["audit"]) == (1, 1)
    event = program.events.order_by("-pk")[0]
    assert (event.move, event.actor) == (move, user)
    assert event.role in {held.role for held in fresh(user).memberships_now()}


def everything(program: Program) -> dict[str, Any]:
    return {
        "row": Program.objects.values().get(pk=program.pk),
        "events": ProgramEvent.objects.count(),
        "audit": AuditEvent.objects.count(),
    }


@pytest.mark.parametrize("status", PlanStatus.values)
def test_the_offers_are_what_the_table_allows(status: str, make: Make, cast: dict[str, User]) -> None:
    program = make("DISBUDPAR", status)
    offered = {
        (status, offer.move.name, name)
        for name, user in cast.items()
        for offer in PROGRAM.offered_to(fresh(user), program)
    }
    assert offered == {triple for triple in ALLOWED["DISBUDPAR"] if triple[0] == status}


@pytest.mark.parametrize("lacking", ["horizon", "category", "indicator", "unit"])
def test_a_programme_without_its_measure_is_not_submitted(
    lacking: str, make: Make, cast: dict[str, User]
) -> None:
    program = make(**{lacking: ""})
    with pytest.raises(NotReady):
        actions.move_program(pk=program.pk, name="submit", by=cast["head"])
    assert Program.objects.get(pk=program.pk).status == PlanStatus.DRAFT


def test_a_return_needs_a_reason_and_its_words_are_not_lost(
    make: Make, cast: dict[str, User], as_: Callable[..., Client]
) -> None:
    program = make(status=PlanStatus.SUBMITTED)
    desk, address = as_(cast["planner"]), f"/programs/{program.pk}/moves/"
    desk.post(f"{address}return/", {"note": ""})
    assert Program.objects.get(pk=program.pk).status == PlanStatus.SUBMITTED
    desk.post(f"{address}approve/")
    answer = desk.post(f"{address}return/", {"note": "Target belum terukur."}, follow=True)
    assert "Target belum terukur." in answer.text
    assert Program.objects.get(pk=program.pk).status == PlanStatus.APPROVED


def test_who_waits_is_on_the_desk_of_whoever_decides(
    make: Make, plan: MasterPlan, cast: dict[str, User], as_: Callable[..., Client]
) -> None:
    """The planner's own agency goes to the reviewer; the longest wait is at the top."""
    own = make("BAPPELITBANG", PlanStatus.SUBMITTED, name="Rumah sendiri")
    first = make(status=PlanStatus.SUBMITTED, name="Menunggu lama")
    second = make("LABKES", PlanStatus.SUBMITTED, name="Menunggu sebentar")
    planner, reviewer = as_(cast["planner"]).get("/plan/").text, as_(cast["reviewer"]).get("/plan/").text
    assert own.name not in planner
    assert own.name in reviewer
    assert first.name not in reviewer
    assert planner.index(first.name) < planner.index(second.name)
    assert "menunggu" in planner.lower()
    assert first.name not in as_(cast["auditor"]).get("/plan/").text
