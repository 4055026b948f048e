"""The board's and the plan's totals after many random writes: recounted cell by cell, they equal the rows."""

import random

import pytest
from django.db import connection

from opd import actions, invariants, tallies
from opd.models import PlanTally, Program, Progress, ProgressTally
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.opd.progress import reports
from tests.opd.progress.reports import again
from tests.scenarios import House, fresh

STATES = ("RUNNING", "IN_DISCUSSION", "NOT_STARTED", "DONE", "STOPPED")


def step(dice: random.Random, house: House, rows: list[Progress]) -> bool:
    """One thing that happens to a report; False when it was refused, which must change nothing either."""
    report = again(dice.choice(rows))
    kind = dice.choice(("save", "submit", "return", "verify", "reopen"))
    by = house.submitter if kind == "submit" else house.decider
    try:
        if kind == "save":
            values = {
                "value": dice.randrange(200),
                "absorbed": dice.randrange(10**6),
                "state": dice.choice(STATES),
            }
            values |= {"state_reason": "Digabung." if values["state"] == "STOPPED" else ""}
            reports.fill(report, house, **values)
        else:
            actions.move_progress(pk=report.pk, name=kind, by=fresh(by), note="Alasan.")
    except (NotReady, WrongStatus, PermissionError):
        return False
    except Exception as error:
        if type(error).__name__ != "PermissionDenied":
            raise
        return False
    return True


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_summaries_equal_the_rows_after_a_thousand_random_writes(house: House, seed: int) -> None:
    dice = random.Random(seed)
    programs = [reports.program(house, code=f"GOV-{number:02d}") for number in range(1, 4)]
    rows = [
        reports.complete(house, of=program, quarter=quarter) for program in programs for quarter in (1, 2)
    ]
    wanted = 500 if connection.vendor == "postgresql" else 100
    done = sum(step(dice, house, rows) for _ in range(wanted * 2))
    assert done >= wanted // 2, "most of what was tried happened"
    assert list(tallies.contradictions()) == []
    assert list(invariants.contradictions()) == []
    assert ProgressTally.objects.count() == 2  # one cell for each quarter
    assert PlanTally.objects.get().programs == Program.objects.count()
