"""Who may move a quick win from where: every triple of status, move and person against a table by hand."""

from collections.abc import Callable
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from opd import actions
from opd.models import AuditEvent, QuickWin, QuickWinEvent, Status, Submission, Tally, User
from opd.workflow import QUICK_WIN
from smartcity.lib.workflow import WrongStatus
from tests.scenarios import BY_STATUS, House, fresh

Triple = tuple[str, str, str]


def decided_by(person: str) -> set[Triple]:
    return {("submitted", "return", person), ("submitted", "verify", person), ("verified", "reopen", person)}


def sent_without_a_head(person: str) -> set[Triple]:
    """The operator submits alone; what a head who left had on the desk is submitted or taken back."""
    return {
        ("draft", "submit", person),
        ("returned", "submit", person),
        ("proposed", "submit", person),
        ("proposed", "recall", person),
    }


#: By agency: everything that is possible. Whatever is not named here must be refused.
ALLOWED: dict[str, set[Triple]] = {
    "DISBUDPAR": {
        ("draft", "propose", "operator"),
        ("returned", "propose", "operator"),
        ("proposed", "recall", "operator"),
        ("draft", "submit", "head"),
        ("returned", "submit", "head"),
        ("proposed", "submit", "head"),
        ("proposed", "send_back", "head"),
    }
    | decided_by("reviewer"),
    "LABKES": sent_without_a_head("operator_without_head") | decided_by("reviewer"),
    # One person is operator and head: nothing is sent to oneself. Kominfo's own records go to the planner.
    "DISKOMINFO": {
        ("draft", "submit", "kominfo"),
        ("returned", "submit", "kominfo"),
        ("proposed", "submit", "kominfo"),
        ("proposed", "recall", "kominfo"),
        ("proposed", "send_back", "kominfo"),
    }
    | decided_by("planner"),
    "LPSE": sent_without_a_head("operator_of_lpse") | decided_by("planner"),
    "BAPPELITBANG": sent_without_a_head("bappelitbang") | decided_by("reviewer"),
}


@pytest.fixture
def at_status(houses: dict[str, House], cast: dict[str, User], city: Any) -> Callable[[str, str], QuickWin]:
    def make(agency: str, status: str) -> QuickWin:
        house = houses[agency]
        if agency == "DISKOMINFO" and status == Status.PROPOSED:
            return proposed_before_one_person_held_both(house)
        return BY_STATUS[Status(status)](house)

    return make


def proposed_before_one_person_held_both(house: House) -> QuickWin:
    """Sent by an operator who has left since."""
    from tests.scenarios import again, complete, grant

    quick_win = complete(house)
    operator = User.objects.create(username="operator-kominfo-lama")
    membership = grant(operator, "operator", house.opd.city, house.opd)
    actions.move(pk=quick_win.pk, name="propose", by=operator)
    membership.delete()
    return again(quick_win)


@pytest.mark.parametrize(("agency", "status"), [*product(ALLOWED, Status.values)])
def test_no_other_move_exists(
    agency: str, status: str, at_status: Callable[..., QuickWin], cast: dict[str, User]
) -> None:
    quick_win = at_status(agency, status)
    people = {name: fresh(user) for name, user in cast.items()}
    before, possible = everything(quick_win), set()
    for move, (name, person) in product(QUICK_WIN.moves, people.items()):
        here = transaction.savepoint_create()
        try:
            actions.move(pk=quick_win.pk, name=move, by=person, note="Mohon dilengkapi.")
        except (WrongStatus, PermissionDenied):
            continue  # what a refusal leaves behind stays, and is found below
        possible.add((status, move, name))
        leaves_one_trace(quick_win, before, status, move, person)
        transaction.savepoint_rollback(here)
    assert possible == {triple for triple in ALLOWED[agency] if triple[0] == status}
    assert everything(quick_win) == before, "somebody was refused, yet something changed"


def leaves_one_trace(
    quick_win: QuickWin, before: dict[str, Any], status: str, move: str, person: User
) -> None:
    """The status, one line of history, one audit event, one version more, and a receipt for a submission."""
    after = everything(quick_win)
    target = QUICK_WIN.moves[move].target
    assert after["row"]["status"] == target
    assert after["row"]["version"] == before["row"]["version"] + 1
    assert (after["events"] - before["events"], after["audit"] - before["audit"]) == (1, 1)
    assert after["receipts"] - before["receipts"] == (1 if move == "submit" else 0)
    event = quick_win.events.order_by("-pk")[0]
    assert (event.move, event.source, event.target, event.actor, event.note) == (
        move, status, target, person, "Mohon dilengkapi.",
    )  # fmt: skip
    assert event.role in {held.role for held in person.memberships_now()}
    unchanged = {"status", "version", "submitted_at", "verified_at"}
    assert {k: v for k, v in after["row"].items() if k not in unchanged} == {
        k: v for k, v in before["row"].items() if k not in unchanged
    }


def everything(quick_win: QuickWin) -> dict[str, Any]:
    return {
        "row": QuickWin.objects.values().get(pk=quick_win.pk),
        "events": QuickWinEvent.objects.count(),
        "receipts": Submission.objects.count(),
        "audit": AuditEvent.objects.count(),
        "tally": list(Tally.objects.order_by("pk").values()),
    }


@contextmanager
def undone():  # type: ignore[no-untyped-def]
    """Whatever happens inside is taken back, so that the next person finds the same row."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- the same by address ----------------------------------------------------------------------------

#: Whose moves they are, in whatever status: everybody else is refused before the status is looked at.
WHOSE = {
    "propose": {"operator"},
    "recall": {"operator"},
    "send_back": {"head"},
    "submit": {"head"},
    "return": {"reviewer"},
    "verify": {"reviewer"},
    "reopen": {"reviewer"},
}
#: What each person sees of DISBUDPAR's records: 404 where they must not know of one.
SEES: dict[str, set[str]] = {
    "operator": set(Status.values),
    "head": set(Status.values),
    "reviewer": {"submitted", "returned", "verified", "recorded"},
    "planner": {"submitted", "returned", "verified", "recorded"},
    "auditor": {"submitted", "returned", "verified", "recorded"},
    "leader": {"verified", "recorded"},
}


@pytest.mark.parametrize("status", Status.values)
def test_every_move_by_address(
    status: str, at_status: Callable[..., QuickWin], cast: dict[str, User], as_: Callable[..., Client]
) -> None:
    """404 for what one may not know, 403 for what one may not do, a sentence for what somebody else did first."""
    quick_win = at_status("DISBUDPAR", status)
    for name, user in cast.items():
        if name == "disabled":
            continue  # is signed out, see test_people
        client = as_(user)
        for move in QUICK_WIN.moves.values():
            with undone():
                answer = client.post(
                    f"/quick-wins/{quick_win.pk}/moves/{move.name}/", {"note": "Mohon dilengkapi."}
                )
                now = QuickWin.objects.get(pk=quick_win.pk).status
            allowed = (status, move.name, name) in ALLOWED["DISBUDPAR"]
            seen = status in SEES.get(name, set())
            expected = 404 if not seen else 302 if name in WHOSE[move.name] else 403
            assert (answer.status_code, now) == (expected, move.target if allowed else status), (
                move.name,
                name,
            )


def test_an_unknown_move_is_not_found(
    submitted: QuickWin, cast: dict[str, User], as_: Callable[..., Client]
) -> None:
    assert as_(cast["reviewer"]).post(f"/quick-wins/{submitted.pk}/moves/delete/").status_code == 404


def test_who_comes_second_reads_that_somebody_was_first(
    submitted: QuickWin, cast: dict[str, User], as_: Callable[..., Client]
) -> None:
    desk = as_(cast["reviewer"])
    desk.post(f"/quick-wins/{submitted.pk}/moves/verify/")
    answer = desk.post(
        f"/quick-wins/{submitted.pk}/moves/return/", {"note": "Indikator belum terukur."}, follow=True
    )
    assert "[WF-FIRST]" in answer.text
    assert "Indikator belum terukur." in answer.text, "the reason that was typed is lost"
    assert not QuickWinEvent.objects.filter(move="return").exists()


def test_only_a_head_approves_in_words(houses: dict[str, House]) -> None:
    """In an agency without a head the operator submits, and the button says no more than that."""
    for short, label in (("DISBUDPAR", "Setujui dan ajukan"), ("DISHUB", "Ajukan")):
        house = houses[short]
        offers = QUICK_WIN.offered_to(house.submitter, BY_STATUS[Status.DRAFT](house))
        assert [str(offer.label) for offer in offers if offer.move.name == "submit"] == [label], short


def test_the_offers_are_what_the_table_allows(
    at_status: Callable[..., QuickWin], cast: dict[str, User]
) -> None:
    """A button that is shown works, and what works is shown."""
    for agency in ("DISBUDPAR", "DISKOMINFO"):
        for status in Status.values:
            quick_win = at_status(agency, status)
            offered = {
                (status, offer.move.name, name)
                for name, user in cast.items()
                for offer in QUICK_WIN.offered_to(fresh(user), quick_win)
            }
            assert offered == {triple for triple in ALLOWED[agency] if triple[0] == status}


@pytest.mark.parametrize(
    ("status", "move", "person", "note"),
    [
        ("draft", "propose", "operator", ""),
        ("proposed", "recall", "operator", ""),
        ("proposed", "send_back", "head", "Angka keliru."),
        ("submitted", "return", "reviewer", "Angka keliru."),
        ("submitted", "verify", "reviewer", ""),
        ("verified", "reopen", "reviewer", "Angka keliru."),
    ],
)
def test_a_double_press_is_one_move_and_nobody_else_is_blamed(
    status: str,
    move: str,
    person: str,
    note: str,
    house: House,
    cast: dict[str, User],
    as_: Callable[..., Client],
) -> None:
    quick_win = BY_STATUS[Status(status)](house)
    client, address = as_(cast[person]), f"/quick-wins/{quick_win.pk}/moves/{move}/"
    client.post(address, {"note": note})
    before = everything(quick_win)
    assert before["row"]["status"] == QUICK_WIN.moves[move].target
    answer = client.post(address, {"note": note}, follow=True)
    assert "[WF-FIRST]" not in answer.text
    assert everything(quick_win) == before
    different = client.post(address, {"note": "Alasan yang lain."}, follow=True)
    assert "Alasan yang lain." in different.text, "other words are not a repetition and must not get lost"
    assert everything(quick_win) == before
