"""The city of 2022 with an open window: enough for a report that takes a worker a few seconds."""

import secrets
from collections.abc import Callable

import pytest

from evaluations.models import EvaluationWindow
from opd.models import User
from reports.actions import request_report
from reports.models import Report
from tests.reports.conftest import (  # noqa: F401
    cast,
    city,
    instrument,
    opds,
    open_window,
    person,
    quick_wins,
    window,
)


@pytest.fixture
def reviewer(cast: dict[str, User]) -> User:  # noqa: F811
    return cast["reviewer"]


@pytest.fixture
def ask(open_window: EvaluationWindow, reviewer: User) -> Callable[[], Report]:  # noqa: F811
    """Return a function that asks for a report as the page does, without ringing for it."""

    def ask() -> Report:
        return request_report(
            by=reviewer,
            city=open_window.city,
            year=open_window.year,
            window=open_window,
            key=secrets.token_hex(16),
        )

    return ask
