"""A small city, its panel and a small instrument, at a fixed moment of the year 2022."""

import copy
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from dimensions.loading import load_dimension_set
from evaluations import actions
from evaluations.actions import consensus as agree
from evaluations.loading import load
from evaluations.models import Answer, EvaluationWindow, Instrument, Seat
from opd.models import City, Membership, Opd, QuickWin, Role, User
from smartcity.lib import clock
from tests.evaluations.agreeing import score
from tests.evaluations.builders import CLOSES, DUE, LONG_AGO, OPENS, SMALL, areas, as_file
from tests.ground import grounded

NOW = CLOSES - timedelta(days=2)


@pytest.fixture
def small() -> dict[str, Any]:
    """The small instrument's data, to be changed at will."""
    return copy.deepcopy(SMALL)


@pytest.fixture(autouse=True)
def _during_the_window(request: pytest.FixtureRequest) -> Iterator[None]:
    """Two days before the window closes, unless a test moves the clock itself."""
    with clock.at(NOW):
        yield


@grounded(at=NOW)
def city() -> City:
    dimension_set = load_dimension_set(SMALL["dimension_set"])
    return City.objects.create(
        code="21.72", name="Kota Tanjungpinang", evaluation_year=2022, dimension_set=dimension_set
    )


@grounded(at=NOW)
def other_city(city: City) -> City:
    return City.objects.create(
        code="21.71", name="Kota Lain", evaluation_year=2022, dimension_set=city.dimension_set
    )


@grounded(at=NOW)
def kominfo(city: City) -> Opd:
    return Opd.objects.create(city=city, short="KOMINFO", official_name="Dinas Kominfo", kind="dinas")


@grounded(at=NOW)
def dinkes(city: City) -> Opd:
    return Opd.objects.create(city=city, short="DINKES", official_name="Dinas Kesehatan", kind="dinas")


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    return made


def made(name: str, role: str, city: City, opd: Opd | None = None) -> User:
    """An account with a role, or one more role of the same account."""
    user, _created = User.objects.get_or_create(username=name, defaults={"title": name.title()})
    Membership.objects.create(user=user, role=role, city=city, opd=opd, valid_from=LONG_AGO)
    return user


@grounded(at=NOW)
def cast(city: City, other_city: City, kominfo: Opd, dinkes: Opd) -> dict[str, User]:
    """Everybody who might knock: one account per kind of person."""
    return {
        "operator": made("operator-dinkes", Role.OPD_OPERATOR, city, dinkes),
        "head": made("kepala-dinkes", Role.OPD_HEAD, city, dinkes),
        "reviewer": made("kominfo", Role.REVIEWER, city, kominfo),
        "planner": made("bappelitbang", Role.PLANNER, city, kominfo),
        "auditor": made("inspektorat", Role.AUDITOR, city),
        "leader": made("wali-kota", Role.LEADERSHIP, city),
        "administrator": made("admin", Role.ADMINISTRATOR, city),
        "assessor": made("asesor-1", Role.ASSESSOR, city),
        "colleague": made("asesor-2", Role.ASSESSOR, city),
        "outsider": made("asesor-lain", Role.ASSESSOR, other_city),
        "foreign_reviewer": made("kominfo-lain", Role.REVIEWER, other_city),
    }


@grounded(at=NOW)
def instrument() -> Instrument:
    return load(as_file(SMALL))


@grounded(at=NOW)
def window(city: City, instrument: Instrument) -> EvaluationWindow:
    """A prepared window without seats."""
    return EvaluationWindow.objects.create(
        city=city,
        year=2022,
        stage="Tahap II",
        instrument=instrument,
        inputs_due_at=DUE,
        opens_at=OPENS,
        closes_at=CLOSES,
    )


@pytest.fixture
def seat(window: EvaluationWindow, cast: dict[str, User]) -> Seat:
    """The assessor, seated for everything but Living."""
    return actions.seat_assessor(
        window=window,
        user=cast["assessor"],
        areas=areas(window, "lintas", "gov"),
        until=CLOSES + timedelta(days=7),
        by=cast["reviewer"],
    )


@pytest.fixture
def colleague_seat(window: EvaluationWindow, cast: dict[str, User]) -> Seat:
    """A colleague for Living and, like the assessor, for what concerns all."""
    return actions.seat_assessor(
        window=window,
        user=cast["colleague"],
        areas=areas(window, "lintas", "liv"),
        until=CLOSES + timedelta(days=7),
        by=cast["reviewer"],
    )


@pytest.fixture
def verified(city: City, dinkes: Opd, cast: dict[str, User]) -> QuickWin:
    """A verified quick win of the Living dimension."""
    dimension = city.dimension_set.dimensions.get(code="LIV")
    return QuickWin.objects.create(
        city=city,
        opd=dinkes,
        year=2022,
        number=1,
        dimension=dimension,
        name="Rujukan darurat",
        acronym="TOSSA",
        status="verified",
        submitted_at=DUE,
        verified_at=DUE,
        created_by=cast["operator"],
        problem="Antrean rujukan.",
    )


@pytest.fixture
def open_window(
    window: EvaluationWindow, seat: Seat, colleague_seat: Seat, verified: QuickWin, cast: dict[str, User]
) -> EvaluationWindow:
    """An opened window with both assessors declared, two days before it closes."""
    with clock.at(OPENS):
        actions.open_window(window, by=cast["reviewer"])
        for one in (seat, colleague_seat):
            actions.declare(one, by=one.user)
    for one in (seat, colleague_seat):
        one.refresh_from_db()
    return window


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def second(person: Callable[..., User], city, kominfo) -> User:
    return person("operator-kominfo", Role.OPD_OPERATOR, city, kominfo)


@pytest.fixture
def asked(window: EvaluationWindow, cast: dict[str, User], dinkes: Opd) -> Answer:
    """B-1 is asked of the health agency."""
    actions.assign_questions(window=window, codes=["B-1"], opd=dinkes, by=cast["reviewer"])
    return Answer.objects.for_page().get()


@pytest.fixture
def handed_in(open_window, seat, colleague_seat):
    """Both have scored and handed in; the window is still open."""
    for place, one in enumerate((seat, colleague_seat)):
        score(one, place)
        actions.hand_in(seat=one, by=one.user)
    return open_window


@pytest.fixture
def begun(handed_in, cast):
    agree.begin(window=handed_in, by=cast["assessor"])
    return handed_in
