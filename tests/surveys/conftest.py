"""A small city, its people, and an instrument that asks for three survey means."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from evaluations.loading import load
from evaluations.models import EvaluationWindow, Instrument
from opd.models import City, Opd, User
from smartcity.lib import clock
from surveys.models import Round
from tests.evaluations.builders import CLOSES, DUE, as_file
from tests.evaluations.builders import OPENS as WINDOW_OPENS
from tests.evaluations.conftest import cast, dinkes, kominfo, other_city, person  # noqa: F401
from tests.ground import grounded
from tests.surveys.builders import DURING, SURVEYED, opened


@pytest.fixture(autouse=True)
def _during_the_survey() -> Iterator[None]:
    """A day after the survey opened, nobody counted by the throttle yet, unless a test moves the clock itself."""
    cache.clear()
    with clock.at(DURING):
        yield
    cache.clear()


@grounded(at=DURING)
def instrument() -> Instrument:
    return load(as_file(SURVEYED))


@grounded(at=DURING)
def city(instrument: Instrument) -> City:
    return City.objects.create(
        code="21.72", name="Kota Uji", evaluation_year=2022, dimension_set=instrument.dimension_set
    )


@pytest.fixture
def as_user(cast: dict[str, User]) -> Callable[[str], Client]:  # noqa: F811
    """Return a client signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def survey(city: City, cast: dict[str, User], dinkes: Opd) -> Round:  # noqa: F811
    """A joint round of GOV, opened."""
    return opened(city, cast, dinkes)


@grounded(at=DURING)
def window(city: City, instrument: Instrument) -> EvaluationWindow:
    """A prepared window of the same year and instrument."""
    return EvaluationWindow.objects.create(
        city=city, year=2022, stage="Tahap II", instrument=instrument, inputs_due_at=DUE, opens_at=WINDOW_OPENS,
        closes_at=CLOSES,
    )  # fmt: skip
