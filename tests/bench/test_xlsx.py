"""The benchmark of lists at a tiny size: what it times is done right, and costs the same statements for every row."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import xlsx
from opd import audit, tallies
from opd.actions import import_work
from opd.models import AuditEvent, Finding, ImportJob, ImportStatus, Program, ProgramYear

Count = Callable[[Callable[[], object]], int]


@pytest.fixture
def desk(db: None, tmp_path: Path) -> xlsx.Desk:
    stage: Any = SimpleNamespace(folder=tmp_path)
    return xlsx.Desk(stage)


def test_a_list_in_the_same_list_changed_and_a_list_out(desk: xlsx.Desk) -> None:
    made = desk.bring_in(12, 0)
    assert set(made) == {"openpyxl", "read", "check", "save"}
    assert Program.objects.count() == 12
    assert not Program.objects.filter(activity__endswith="(diperbarui)").exists()

    desk.change(12, 0)
    assert (
        Program.objects.filter(
            version=2, activity__endswith="(diperbarui)", note__endswith="Selesai."
        ).count()
        == 12
    )
    figures = ProgramYear.objects.filter(year=2022).values_list("actual", "stated", "budget", "target")
    assert set(figures) == {(18, 75, 98_400_000, 24)}
    assert ProgramYear.objects.filter(year=2021, target=20, actual=None).count() == 12
    assert Finding.objects.filter(kind="program", text__contains="Selesai.").count() == 12
    events = AuditEvent.objects.filter(action="program.saved")
    assert events.count() == len(set(events.values_list("object_id", flat=True))) == 12
    assert all(event.before and event.after and event.before != event.after for event in events)
    assert [*audit.contradictions(), *tallies.contradictions()] == []

    assert set(desk.hand_out(12)) == {"portal", "openpyxl"}


def test_changed_rows_cost_no_statements_of_their_own(
    desk: xlsx.Desk, count_queries: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more row is one more line of the same INSERT."""
    counts: dict[int, int] = {}
    for number, size in enumerate((6, 60)):
        desk.bring_in(size, number)
        work, spent = import_work.work, []

        def counting(pk: int, work: Any = work, spent: list[int] = spent) -> None:
            saving = ImportJob.objects.filter(pk=pk, status=ImportStatus.SAVING).exists()
            queries = count_queries(lambda: work(pk))
            if saving:
                spent.append(queries)

        with monkeypatch.context() as patch:
            patch.setattr(import_work, "work", counting)
            desk.change(size, number)
        counts[size] = spent[0]
    assert counts[60] <= counts[6] + 2
    assert counts[60] < 60
