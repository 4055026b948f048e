"""The small city of the evaluation tests: its panel of two agreed and closed; the window too, when a test says so."""

import pytest

from evaluations import actions
from evaluations.models import EvaluationWindow, Reconciliation
from opd.models import User
from smartcity.lib import clock
from tests.evaluations.agreeing import close, propose
from tests.evaluations.builders import CLOSES
from tests.evaluations.conftest import (  # noqa: F401 - fixtures, found by their names
    _during_the_window,
    begun,
    cast,
    city,
    colleague_seat,
    dinkes,
    handed_in,
    instrument,
    kominfo,
    open_window,
    other_city,
    person,
    seat,
    verified,
    window,
)


@pytest.fixture
def agreed(begun: EvaluationWindow, cast: dict[str, User]) -> Reconciliation:  # noqa: F811
    """Closed by the lead; the window is still open."""
    propose(begun, cast, reason="KANARI-ALASAN")
    return close(begun, cast)


@pytest.fixture
def published(agreed: Reconciliation, begun: EvaluationWindow) -> Reconciliation:  # noqa: F811
    """The window is closed as well: the city may read."""
    with clock.at(CLOSES):
        actions.close_window(begun)
    agreed.window.refresh_from_db()
    return agreed
