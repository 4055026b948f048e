"""Several people at the same report at the same moment, on PostgreSQL."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client

from opd import actions, audit, invariants, tallies
from opd.actions import programs
from opd.models import Program, Progress, ProgressSubmission, ProgressTally
from tests.opd.progress import reports
from tests.opd.progress.reports import again
from tests.opd.test_races import at_once, posts
from tests.scenarios import House, fresh

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

As = Callable[..., Client]
KEY = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def _real_transactions(transactional_db: None) -> None:
    """Rows are committed, so that the other threads see them."""


def consistent() -> None:
    found = [*audit.contradictions(), *tallies.contradictions(), *invariants.contradictions()]
    assert found == []


def test_six_press_submit_at_once_and_there_is_one_receipt(house: House, as_: As) -> None:
    report = reports.proposed(house)
    heads = [as_(house.submitter) for _ in range(6)]
    answers = posts(heads, f"/progress/{report.pk}/moves/submit/", [{}] * 6)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 6
    assert ProgressSubmission.objects.count() == report.events.filter(move="submit").count() == 1
    consistent()


def test_six_begin_one_quarter_at_once(house: House, as_: As) -> None:
    program = reports.program(house)
    data = {"program": program.pk, "year": 2022, "quarter": 3}
    answers = posts([as_(house.operator) for _ in range(6)], "/progress/start/", [data] * 6)
    assert {getattr(answer, "status_code", answer) for answer in answers} == {302}
    assert Progress.objects.count() == 1
    consistent()


def test_six_approve_the_same_list_at_once(house: House, as_: As) -> None:
    rows = [reports.proposed(house) for _ in range(4)]
    chosen = {"report": [str(row.pk) for row in rows], "key": KEY}
    heads = [as_(house.submitter) for _ in range(6)]
    answers = posts(heads, "/progress/approve/?year=2022&quarter=3", [chosen] * 6)
    assert {getattr(answer, "status_code", answer) for answer in answers} == {200}
    assert ProgressSubmission.objects.count() == 4
    assert {answer.context["went"] for answer in answers} == {4}, (
        "the same press is told of the same receipts"
    )
    consistent()


def test_quarters_of_one_programme_verified_at_once_are_all_added(house: House) -> None:
    program = reports.program(house, measure="per_period")
    rows = [
        reports.submitted(house, of=program, quarter=quarter, values={"value": Decimal(10)})
        for quarter in (1, 2, 3, 4)
    ]
    results = at_once(
        [lambda pk=row.pk: actions.move_progress(pk=pk, name="verify", by=house.decider) for row in rows]
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert program.years.get().actual == 40
    assert ProgressTally.objects.filter(verified=1).count() == 4
    assert again(rows[0]).status == "verified"
    consistent()


def test_eight_writers_in_one_cell_leave_exact_summaries(house: House) -> None:
    """Each lives through a report of its own in one agency, dimension and quarter: every write recounts one row."""
    rows = [reports.complete(house) for _ in range(8)]

    def live(report: Progress) -> Callable[[], object]:
        def run() -> object:
            writer, decider = fresh(house.submitter), fresh(house.decider)
            for step, by in (
                ("submit", writer),
                ("return", decider),
                ("submit", writer),
                ("verify", decider),
            ):
                actions.move_progress(
                    pk=report.pk, name=step, by=by, note="Mohon diperiksa." if step == "return" else ""
                )
            return again(report).status

        return run

    assert at_once([live(row) for row in rows]) == ["verified"] * 8
    assert ProgressTally.objects.get().verified == 8
    consistent()


def test_a_verified_figure_is_not_written_over_by_who_was_saving_the_year(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report is verified in the very moment somebody saves the budget of its year."""
    row = reports.program(house)
    report = reports.submitted(house, of=row)
    Program.objects.filter(pk=row.pk).update(status="draft", approved_at=None)
    real, threads = programs.digest_of, []

    def verify() -> None:
        try:
            actions.move_progress(pk=report.pk, name="verify", by=fresh(house.decider))
        finally:
            connections.close_all()

    def slow(payload: dict[str, object]) -> str:
        if not threads:
            threads.append(threading.Thread(target=verify))
            threads[0].start()
            threads[0].join(1)  # it waits for the year, or was through before
        return real(payload)

    monkeypatch.setattr(programs, "digest_of", slow)
    actions.save_program_year(
        pk=row.pk, year=2022, values={"budget": Decimal(7)}, by=fresh(house.operator), version=None
    )
    threads[0].join(20)
    year = row.years.get()
    assert (year.actual, year.budget) == (Decimal(40), Decimal(7))
    assert again(report).status == "verified"
    assert list(invariants.contradictions()) == []
