"""Several people at the same report at the same moment, on PostgreSQL."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from opd import actions, audit, invariants, tallies
from opd.models import Progress, ProgressSubmission, ProgressTally
from tests.opd.progress import reports
from tests.opd.progress.reports import again
from tests.opd.test_races import at_once, posts
from tests.scenarios import House

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
