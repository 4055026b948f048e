"""Quick wins that a list changes many at a time leave what a form leaves: versions, answers, links in the chain."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from opd.actions.quick_wins_many import Change, save_quick_wins
from opd.imports import Kind
from opd.models import AuditEvent, Note, QuickWin, User
from opd.payload import quick_win_payload
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from tests import scenarios
from tests.opd.imports.lists import QUICK_WIN, At, checked, saved, sound


def rows(count: int, **changed: Any) -> list[dict[str, Any]]:
    return [QUICK_WIN | {"name": f"Antrean {place}"} | changed for place in range(count)]


def test_each_changed_quick_win_is_audited_as_it_stands(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, *rows(3), kind=Kind.QUICK_WIN)
    before = {row.pk: digest_of(quick_win_payload(row)) for row in QuickWin.objects.all()}
    job = saved(desk, *rows(3, target=Decimal(8), note="Dari daftar"), kind=Kind.QUICK_WIN)
    assert (job.created, job.changed) == (0, 3)
    events = AuditEvent.objects.filter(action="quick_win.saved").order_by("sequence")
    stored = QuickWin.objects.in_bulk()
    assert {int(event.object_id): event.before for event in events} == before
    assert {int(event.object_id): event.after for event in events} == {
        pk: digest_of(quick_win_payload(row)) for pk, row in stored.items()
    }
    for row in stored.values():
        assert (row.version, row.target, row.note) == (2, 8, "Dari daftar")
        assert row.section_versions == {"target": 2, "continuation": 2}
        assert (row.filled, row.total) == row.counted()
    sound()


def test_a_question_about_what_a_list_changes_is_answered(at_desk: At, operator: User, planner: User) -> None:
    desk = at_desk(operator)
    saved(desk, *rows(1), kind=Kind.QUICK_WIN)
    quick_win = QuickWin.objects.get()
    told: dict[str, Any] = {"quick_win": quick_win, "author": planner, "sent_at": clock.now()}
    asked = {
        field: Note.objects.create(field=field, text="Mengapa?", **told) for field in ("target", "problem")
    }
    saved(desk, *rows(1, target=Decimal(9)), kind=Kind.QUICK_WIN)
    for note in asked.values():
        note.refresh_from_db()
    assert asked["target"].answered_by == operator
    assert asked["problem"].answered_at is None


def test_what_was_changed_meanwhile_stops_the_whole_list(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, *rows(2), kind=Kind.QUICK_WIN)
    job = checked(desk, *rows(2, target=Decimal(8)), kind=Kind.QUICK_WIN)
    QuickWin.objects.filter(name="Antrean 1").update(version=7)
    job = desk.save(job)
    assert "Baris 3" in job.error
    assert set(QuickWin.objects.values_list("target", flat=True)) == {5}
    sound()


def test_what_is_no_longer_with_the_agency_stops_the_whole_list(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, *rows(2), kind=Kind.QUICK_WIN)
    job = checked(desk, *rows(2, target=Decimal(8)), kind=Kind.QUICK_WIN)
    QuickWin.objects.filter(name="Antrean 1").update(status="submitted", submitted_at=clock.now())
    job = desk.save(job)
    assert "[IMP-MEANWHILE]" in job.error
    assert set(QuickWin.objects.values_list("target", flat=True)) == {5}


def test_many_cost_as_many_statements_as_few(
    at_desk: At, operator: User, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    desk = at_desk(operator)
    saved(desk, *rows(12), kind=Kind.QUICK_WIN)
    stored = list(QuickWin.objects.order_by("pk"))
    scenarios.add_link(stored[0], by=operator)
    stored[0].refresh_from_db()

    def statements(some: list[QuickWin], target: int) -> int:
        changes = [Change(row.pk, row.version, {"target": Decimal(target)}) for row in some]
        found = count_queries(lambda: save_quick_wins(changes, by=operator))
        for row in some:
            row.refresh_from_db()
        return found

    assert statements(stored[:2], 21) == statements(stored, 22)
    assert set(QuickWin.objects.values_list("target", flat=True)) == {22}
