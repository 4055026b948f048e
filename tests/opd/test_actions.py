"""Every action asks by itself who may: a page that forgot the question changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from opd import actions
from opd.models import AuditEvent, Evidence, Note, QuickWin, Status, User
from tests import scenarios
from tests.scenarios import House, fresh

WITH_AGENCY = {"draft": {"operator", "head"}, "returned": {"operator", "head"}, "proposed": {"head"}}
WITH_REVIEWER = {"submitted": {"reviewer"}}


def save(quick_win: QuickWin, by: User) -> None:
    version = quick_win.section_version("problem")
    actions.save_section(
        pk=quick_win.pk, section="problem", values={"problem": "Lain."}, unreadable={}, version=version, by=by
    )


def add(quick_win: QuickWin, by: User) -> None:
    scenarios.add_link(quick_win, by=by, title="Lagi")


def change(quick_win: QuickWin, by: User) -> None:
    actions.change_evidence(pk=quick_win.evidence.get().pk, values={"title": "Lain"}, version=1, by=by)


def remove(quick_win: QuickWin, by: User) -> None:
    actions.remove_evidence(pk=quick_win.evidence.get().pk, by=by)


def write(quick_win: QuickWin, by: User) -> None:
    actions.write_note(owner=quick_win, field="target", text="Per tahun?", by=by)


def reply(quick_win: QuickWin, by: User) -> None:
    """To a note that was sent, whatever has happened since."""
    note = Note.objects.create(
        quick_win=quick_win, field="unit", text="?", author=quick_win.created_by, sent_at=quick_win.created_at
    )
    actions.reply_to_note(note=note, reply="Ya.", by=by)


ACTIONS: list[tuple[Callable[[QuickWin, User], None], dict[str, set[str]]]] = [
    (save, WITH_AGENCY),
    (add, WITH_AGENCY),
    (change, WITH_AGENCY),
    (remove, WITH_AGENCY),
    (reply, WITH_AGENCY),
    (write, WITH_REVIEWER),
]


@pytest.mark.parametrize("status", Status.values)
def test_every_action_asks_who_may(status: str, house: House, cast: dict[str, User]) -> None:
    quick_win = scenarios.BY_STATUS[Status(status)](house)
    if status == "recorded":
        stored = {"kind": "link", "title": "Berita", "url": "https://example.go.id/"}
        Evidence.objects.create(quick_win=quick_win, uploaded_by=house.operator, **stored)
    for action, table in ACTIONS:
        may = set()
        for name, user in cast.items():
            here, before = transaction.savepoint_create(), state(quick_win)
            try:
                action(quick_win, fresh(user))
                assert AuditEvent.objects.count() == before["audit"] + 1, (action, name)
                may.add(name)
            except PermissionDenied:
                assert state(quick_win) | {"notes": 0} == before | {"notes": 0}, (action, name)
            transaction.savepoint_rollback(here)
        assert may == table.get(status, set()), action


def state(quick_win: QuickWin) -> dict[str, Any]:
    return {
        "row": QuickWin.objects.values().get(pk=quick_win.pk),
        "evidence": list(quick_win.evidence.values()),
        "replies": list(quick_win.notes.exclude(reply="").values()),
        "drafts": list(quick_win.notes.unsent().values()),
        "audit": AuditEvent.objects.count(),
        "notes": quick_win.notes.count(),
    }


def test_nobody_creates_for_an_agency_that_is_not_theirs(
    houses: dict[str, House], cast: dict[str, User]
) -> None:
    values = {
        "dimension": houses["DISHUB"].opd.city.dimension_set.dimensions.get(code="GOV"),
        "name": "Asing",
    }
    may = set()
    for name, user in cast.items():
        try:
            actions.create_quick_win(
                by=fresh(user), opd=houses["DISHUB"].opd, year=2022, values=values, key=None
            )
            may.add(name)
        except PermissionDenied:
            pass
    assert may == {"operator_elsewhere"}
    assert QuickWin.objects.count() == 1
