"""The audit chain: one link per change, in the change's transaction, and no link can be bent."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from opd import actions, audit
from opd.models import AuditChain, AuditEvent, QuickWin, User
from opd.payload import quick_win_payload
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from tests import scenarios
from tests.opd.posting import note_on
from tests.scenarios import House, again, typed

As = Callable[..., Client]


@pytest.fixture
def story(house: House) -> QuickWin:
    """A quick win with a history: created, submitted, returned with a note, answered, verified."""
    quick_win = scenarios.returned(house, notes={"target": "Per tahun?"})
    actions.reply_to_note(note=quick_win.notes.get(), reply="Ya.", by=house.operator)
    scenarios.submit(quick_win, house)
    actions.move(pk=quick_win.pk, name="verify", by=house.decider)
    return again(quick_win)


def test_every_change_leaves_one_event(house: House, as_: As) -> None:
    """By address, write by write, in the order a story takes."""
    agency, desk, head = as_(house.operator), as_(house.decider), as_(house.submitter)
    dimension = scenarios.ids(house.opd.city, "GOV")["dimension"]
    agency.post("/quick-wins/new/", {"opd": house.opd.pk, "dimension": dimension, "name": "Kalender"})
    quick_win = QuickWin.objects.get()
    path = f"/quick-wins/{quick_win.pk}"

    def sections() -> Iterator[tuple[Client, str, dict[str, str], str]]:
        for section in scenarios.TYPED:
            yield agency, f"{path}/sections/{section}/", typed(again(quick_win), section), "quick_win.saved"

    link = {"link-url": "https://example.go.id/a", "link-title": "Bukti"}
    writes: list[tuple[Client, str, Any, str]] = [
        *sections(),
        (agency, f"{path}/links/", link, "evidence.added"),
        (
            agency,
            "/evidence/{piece}/",
            {"version": 1, "kind": "link", "title": "Bukti 2"},
            "evidence.changed",
        ),
        (agency, f"{path}/moves/propose/", {}, "quick_win.propose"),
        (head, f"{path}/moves/submit/", {}, "quick_win.submit"),
        (desk, f"{path}/notes/", {"field": "target", "text": "Per tahun?"}, "note.written"),
        (desk, f"{path}/notes/", {"field": "unit", "text": "Satuan?"}, "note.written"),
        (desk, f"{path}/notes/", {"field": "unit", "text": ""}, "note.removed"),
        (desk, f"{path}/moves/return/", {}, "quick_win.return"),
        (agency, "/notes/{note}/reply/", {"reply": "Ya."}, "note.answered"),
        (agency, "/evidence/{piece}/remove/", {}, "evidence.removed"),
        (agency, f"{path}/links/", link, "evidence.added"),
        (head, f"{path}/moves/submit/", {}, "quick_win.submit"),
        (desk, f"{path}/moves/verify/", {}, "quick_win.verify"),
        (desk, f"{path}/moves/reopen/", {"note": "Angka berubah."}, "quick_win.reopen"),
    ]
    for client, address, data, action in writes:
        count, version = AuditEvent.objects.count(), again(quick_win).version
        piece, note = quick_win.evidence.first(), quick_win.notes.first()
        address = address.format(piece=piece.pk if piece else "", note=note.pk if note else "")
        if "field" in data:
            data = note_on(quick_win, **data)
        answer = client.post(address, data)
        assert answer.status_code == 302, (action, answer.status_code)
        assert AuditEvent.objects.count() == count + 1, action
        event = AuditEvent.objects.order_by("-sequence")[0]
        person = User.objects.get(pk=client.session["_auth_user_id"])
        assert (event.action, event.actor, event.role) == (action, person, person.memberships_now()[0].role)
        assert (event.object_type, event.object_id) == ("opd.quickwin", str(quick_win.pk))
        assert len(event.request_id) == 12, "the code that joins it to a log line"
        assert again(quick_win).version == version + (0 if action.startswith("note.") else 1), action
    assert list(audit.contradictions()) == []


def test_before_and_after_are_the_digests_of_the_record(draft: QuickWin, house: House) -> None:
    """What was is what the event before it left; what is is what stands in the rows."""
    scenarios.add_link(draft, by=house.operator)
    piece = draft.evidence.get()
    actions.change_evidence(pk=piece.pk, values={"title": "Lain"}, version=1, by=house.operator)
    actions.save_section(
        pk=draft.pk,
        section="problem",
        values={"problem": "Ada."},
        unreadable={},
        version=1,
        by=house.operator,
    )
    actions.remove_evidence(pk=piece.pk, by=house.operator)
    events = list(AuditEvent.objects.all())
    assert events[0].before == ""
    for earlier, later in itertools.pairwise(events):
        assert later.before == earlier.after != later.after, later.action
    assert events[-1].after == digest_of(quick_win_payload(again(draft)))


def test_what_changes_nothing_leaves_no_event(complete: QuickWin, house: House, as_: As) -> None:
    count, version = AuditEvent.objects.count(), again(complete).version
    as_(house.operator).post(f"/quick-wins/{complete.pk}/sections/target/", typed(complete, "target"))
    as_(house.operator).get(f"/quick-wins/{complete.pk}/edit/")
    assert (AuditEvent.objects.count(), again(complete).version) == (count, version)


def test_the_reason_stands_in_the_event(submitted: QuickWin, house: House) -> None:
    actions.move(pk=submitted.pk, name="return", by=house.decider, note="Angka belum ada sumbernya.")
    assert AuditEvent.objects.get(action="quick_win.return").reason == "Angka belum ada sumbernya."


def test_an_event_is_only_written_with_its_change(
    draft: QuickWin, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that fails leaves no event, an event that fails no change."""
    count = AuditEvent.objects.count()
    with transaction.atomic():
        scenarios.add_link(draft, by=house.operator)
        transaction.set_rollback(True)
    monkeypatch.setattr(audit, "hash_of", _broken)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        scenarios.add_link(draft, by=house.operator)
    assert (AuditEvent.objects.count(), draft.evidence.count()) == (count, 0)


def _broken(event: AuditEvent) -> str:
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(by=None, action="x", obj=QuickWin(pk=1), city_id=1, year=2022)


def test_one_chain_per_city_and_year(draft: QuickWin, house: House) -> None:
    actions.create_quick_win(
        by=house.operator,
        opd=house.opd,
        year=2023,
        values={"dimension": draft.dimension, "name": "Nanti"},
        key=None,
    )
    assert list(AuditEvent.objects.values_list("year", "sequence")) == [(2022, 1), (2023, 1)]
    assert AuditChain.objects.count() == 2
    assert list(audit.contradictions()) == []


def test_the_zone_of_the_clock_does_not_break_the_chain(house: House) -> None:
    with clock.at(datetime(2022, 9, 29, 16, tzinfo=timezone(timedelta(hours=7)))):
        scenarios.draft(house)
    assert list(audit.contradictions()) == []


# --- bending it -------------------------------------------------------------------------------------


@contextmanager
def without_trigger(verb: str) -> Iterator[Any]:
    """A cursor in a database whose administrator took the trigger away."""
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else ' ON "opd_auditevent"'
        cursor.execute(f'DROP TRIGGER "opd_auditevent_no_{verb}"{on}')
        yield cursor


BENT = {
    "the action": "UPDATE opd_auditevent SET action = 'quick_win.saved' WHERE sequence = {third}",
    "the role": "UPDATE opd_auditevent SET role = 'auditor' WHERE sequence = {third}",
    "the reason": "UPDATE opd_auditevent SET reason = 'lain' WHERE sequence = {third}",
    "the actor": "UPDATE opd_auditevent SET actor_id = NULL WHERE sequence = {third}",
    "the digest": "UPDATE opd_auditevent SET after = '' WHERE sequence = {third}",
    "the object": "UPDATE opd_auditevent SET object_id = '0' WHERE sequence = {third}",
    "the link": "UPDATE opd_auditevent SET prev_hash = '' WHERE sequence = {third}",
    "the hash": "UPDATE opd_auditevent SET hash = prev_hash WHERE sequence = {third}",
}


@pytest.mark.parametrize("what", BENT)
def test_an_altered_event_is_found(what: str, story: QuickWin) -> None:
    assert list(audit.contradictions()) == []
    with without_trigger("update") as cursor:
        cursor.execute(BENT[what].format(third=3))
    (found,) = audit.contradictions()
    assert "event 3 was altered" in found


def test_a_moment_moved_by_a_second_is_found(story: QuickWin) -> None:
    event = AuditEvent.objects.get(sequence=2)
    with without_trigger("update"):
        super_queryset = AuditEvent.objects.filter(pk=event.pk)
        super_queryset._update([(AuditEvent._meta.get_field("at"), None, event.at + timedelta(seconds=1))])
    assert [line for line in audit.contradictions() if "event 2 was altered" in line]


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_missing_event_is_found(which: str, story: QuickWin) -> None:
    last = AuditEvent.objects.count()
    sequence = {"first": 1, "middle": 3, "last": last}[which]
    with without_trigger("delete") as cursor:
        cursor.execute(f"DELETE FROM opd_auditevent WHERE sequence = {sequence}")
    (found,) = audit.contradictions()
    assert "missing" in found


def test_a_chain_that_lost_everything_is_found(story: QuickWin) -> None:
    with without_trigger("delete") as cursor:
        cursor.execute("DELETE FROM opd_auditevent")
    assert len(list(audit.contradictions())) == 1


def test_events_without_their_chain_are_found(story: QuickWin) -> None:
    """Whoever deletes the last link's place hides the whole chain from a check that begins there."""
    AuditChain.objects.all().delete()
    assert len(list(audit.contradictions())) == 1
