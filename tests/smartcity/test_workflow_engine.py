"""The one door: it asks who, when and what, writes event and status together, or changes nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd.models import QuickWin, QuickWinEvent, User
from smartcity.lib import clock
from smartcity.lib.workflow import Move, NotReady, Offer, Problem, Workflow, WrongStatus, acting_role
from tests.scenarios import House, again

AT = datetime(2022, 9, 29, 9, 0, tzinfo=UTC)
SUBMITTED = {"submitted_at": AT}


def owner(user: Any, obj: Any) -> bool:
    return bool(user == obj.created_by)


def unnamed(obj: Any, note: str) -> list[Problem]:
    return [] if obj.acronym else [Problem("Akronim", "#f-acronym")]


TABLE = Workflow(
    Move("send", frozenset({"draft", "returned"}), "submitted", owner, "Kirim", "Dikirim"),
    Move("ask", frozenset({"draft"}), "returned", owner, "Tanya", "Ditanya", needs_note=True, tone="return"),
    Move("name", frozenset({"draft"}), "proposed", owner, "Namai", "Dinamai", unnamed, needs_note=True),
)


def unchanged(quick_win: QuickWin) -> None:
    now = again(quick_win)
    assert (now.status, now.version, now.submitted_at) == ("draft", 1, None)
    assert not quick_win.events.exclude(move="create").exists()


def test_a_move_writes_status_event_version_and_columns_together(draft: QuickWin, house: House) -> None:
    with clock.at(AT):
        event = TABLE.make(draft, "send", by=house.operator, note="Sudah lengkap.", changes=SUBMITTED)
    now = again(draft)
    assert (now.status, now.version, now.submitted_at) == ("submitted", 2, AT)
    assert (draft.status, draft.version) == ("submitted", 2), "the caller's object is as fresh as the row"
    (row,) = QuickWinEvent.objects.filter(pk=event.pk).values(
        "move", "source", "target", "actor", "role", "note", "at"
    )
    assert row == {
        "move": "send", "source": "draft", "target": "submitted", "actor": house.operator.pk, "role": "operator",
        "note": "Sudah lengkap.", "at": AT,
    }  # fmt: skip


def test_only_the_columns_of_the_move_are_written(draft: QuickWin, house: House) -> None:
    """What somebody else saved meanwhile is not put back."""
    stale = QuickWin.objects.get(pk=draft.pk)
    QuickWin.objects.filter(pk=draft.pk).update(problem="Disimpan orang lain.", version=5)
    stale.problem = "Tidak disimpan."
    TABLE.make(stale, "send", by=house.operator, changes=SUBMITTED)
    assert (again(draft).problem, again(draft).version) == ("Disimpan orang lain.", 6)


def test_the_row_decides_not_what_the_caller_remembers(draft: QuickWin, house: House) -> None:
    remembered = QuickWin.objects.get(pk=draft.pk)
    TABLE.make(draft, "send", by=house.operator, changes=SUBMITTED)
    with pytest.raises(WrongStatus, match="WF-FIRST"):
        TABLE.make(remembered, "ask", by=house.operator, note="Masih draf?")
    assert quick_win_moves(draft) == ["send"]


def quick_win_moves(quick_win: QuickWin) -> list[str]:
    return list(quick_win.events.exclude(move="create").values_list("move", flat=True))


def test_who_comes_before_when(draft: QuickWin, house: House) -> None:
    """A stranger does not learn from the answer where a record stands."""
    for name in ("send", "ask"):
        with pytest.raises(PermissionDenied):
            TABLE.make(draft, name, by=house.submitter, note="x")
    unchanged(draft)
    TABLE.make(draft, "send", by=house.operator, changes=SUBMITTED)
    with pytest.raises(PermissionDenied):
        TABLE.make(draft, "ask", by=house.submitter, note="x")


@pytest.mark.parametrize("note", ["", " ", "\n\t "])
def test_a_reason_is_words(note: str, draft: QuickWin, house: House) -> None:
    with pytest.raises(NotReady) as refusal:
        TABLE.make(draft, "ask", by=house.operator, note=note)
    assert [problem.anchor for problem in refusal.value.problems] == ["#note"]
    unchanged(draft)


def test_everything_that_is_missing_is_said_at_once(draft: QuickWin, house: House) -> None:
    with pytest.raises(NotReady) as refusal:
        TABLE.make(draft, "name", by=house.operator)
    assert [problem.anchor for problem in refusal.value.problems] == ["#f-acronym", "#note"]
    assert str(refusal.value).startswith("Akronim ")
    unchanged(draft)


def test_an_event_without_its_status_does_not_exist(draft: QuickWin, house: House) -> None:
    """The database refuses a submission without its time: then nothing at all has happened."""
    with pytest.raises(IntegrityError), transaction.atomic():
        TABLE.make(draft, "send", by=house.operator)
    unchanged(draft)


def test_a_move_that_is_not_in_the_table_is_a_mistake_of_the_code(draft: QuickWin, house: House) -> None:
    with pytest.raises(KeyError):
        TABLE.make(draft, "verify", by=house.operator)
    with pytest.raises(KeyError):
        TABLE.moves["verify"]


def test_offers_are_what_may_be_done_now_with_what_is_missing(draft: QuickWin, house: House) -> None:
    assert TABLE.offered_to(house.operator, draft) == [
        Offer(TABLE.moves["send"], TABLE.moves["send"].label),
        Offer(TABLE.moves["ask"], TABLE.moves["ask"].label),
        Offer(TABLE.moves["name"], TABLE.moves["name"].label, [Problem("Akronim", "#f-acronym")]),
    ]
    assert TABLE.offered_to(house.submitter, draft) == []
    TABLE.make(draft, "send", by=house.operator, changes=SUBMITTED)
    assert TABLE.offered_to(house.operator, draft) == []


def test_the_system_acts_in_no_role(draft: QuickWin) -> None:
    table = Workflow(replace(TABLE.moves["send"], who=lambda user, obj: user is None))
    table.make(draft, "send", by=None, changes=SUBMITTED)
    event = draft.events.get(move="send")
    assert (event.actor, event.role) == (None, "")
    assert acting_role(None, draft) == ""


def test_a_person_without_any_role_acts_in_none(draft: QuickWin, cast: dict[str, User]) -> None:
    assert acting_role(cast["without_role"], draft) == ""


def test_the_sentence_of_a_refusal_is_in_the_language_of_the_reader() -> None:
    from django.utils import translation

    with translation.override("en"):
        english = str(WrongStatus())
    assert english != str(WrongStatus())
    assert english.endswith(str(WrongStatus())[-10:])
