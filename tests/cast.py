"""The cast of a small city: who enters, who decides, who only reads, and who must never see anything.

Folders that play with it import what they need in their conftest.py.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dimensions.loading import load_dimension_set
from opd.models import City, Opd, QuickWin, Role, User
from tests import scenarios
from tests.ground import grounded
from tests.scenarios import DIMENSIONS, YEAR, House, grant

As = Callable[..., Client]


@grounded()
def city() -> City:
    dimension_set = load_dimension_set(DIMENSIONS)
    return City.objects.create(
        code="21.72", name="Kota Tanjungpinang", evaluation_year=YEAR, dimension_set=dimension_set
    )


@grounded()
def opds(city: City) -> dict[str, Opd]:
    """Agencies by short name. LABKES is a unit of DKPPKB without a head, LPSE a unit of DISKOMINFO."""
    made = {
        short: Opd.objects.create(city=city, short=short, official_name=name, kind=kind)
        for short, name, kind in (
            ("DISBUDPAR", "Dinas Kebudayaan dan Pariwisata", "dinas"),
            ("DKPPKB", "Dinas Kesehatan, Pengendalian Penduduk dan KB", "dinas"),
            ("DISHUB", "Dinas Perhubungan", "dinas"),
            ("DISKOMINFO", "Dinas Komunikasi dan Informatika", "dinas"),
            ("BAPPELITBANG", "Badan Perencanaan, Penelitian dan Pengembangan", "badan"),
        )
    }
    for short, name, parent in (
        ("LABKES", "UPTD Laboratorium Kesehatan", "DKPPKB"),
        ("LPSE", "UPTD LPSE", "DISKOMINFO"),
    ):
        made[short] = Opd.objects.create(
            city=city, short=short, official_name=name, kind="uptd", parent=made[parent]
        )
    return made


@grounded()
def cast(city: City, opds: dict[str, Opd]) -> dict[str, User]:
    """One account per kind of person, by the name the tables of the tests use."""

    def person(name: str, *roles: tuple[str, str]) -> User:
        user = User.objects.create(username=name, title=f"Pejabat {name}")
        for role, short in roles:
            grant(user, role, city, opds.get(short))
        return user

    made = {
        "operator": person("operator-disbudpar", (Role.OPD_OPERATOR, "DISBUDPAR")),
        "head": person("kepala-disbudpar", (Role.OPD_HEAD, "DISBUDPAR")),
        "operator_without_head": person("operator-labkes", (Role.OPD_OPERATOR, "LABKES")),
        "operator_elsewhere": person("operator-dishub", (Role.OPD_OPERATOR, "DISHUB")),
        "operator_of_lpse": person("operator-lpse", (Role.OPD_OPERATOR, "LPSE")),
        "reviewer": person("pemeriksa", (Role.REVIEWER, "DISKOMINFO")),
        "kominfo": person("kominfo", (Role.OPD_OPERATOR, "DISKOMINFO"), (Role.OPD_HEAD, "DISKOMINFO")),
        "planner": person("perencana", (Role.PLANNER, "BAPPELITBANG")),
        "bappelitbang": person("operator-bappelitbang", (Role.OPD_OPERATOR, "BAPPELITBANG")),
        "auditor": person("inspektorat", (Role.AUDITOR, "")),
        "leader": person("wali-kota", (Role.LEADERSHIP, "")),
        "assessor": person("asesor", (Role.ASSESSOR, "")),
        "administrator": person("admin-portal", (Role.ADMINISTRATOR, "")),
        "disabled": person("operator-lama", (Role.OPD_OPERATOR, "DISBUDPAR"), (Role.REVIEWER, "DISKOMINFO")),
        "without_role": person("tamu"),
    }
    made["disabled"].is_active = False
    made["disabled"].save()
    return made


@grounded()
def foreign_reviewer(city: City) -> User:
    """A reviewer of another city."""
    elsewhere = City.objects.create(
        code="21.71", name="Kota Lain", evaluation_year=YEAR, dimension_set=city.dimension_set
    )
    user = User.objects.create(username="pemeriksa-lain")
    grant(user, Role.REVIEWER, elsewhere)
    return user


@pytest.fixture
def houses(cast: dict[str, User], opds: dict[str, Opd]) -> dict[str, House]:
    """Each agency with its people, by short name."""
    return {
        "DISBUDPAR": House(opds["DISBUDPAR"], cast["operator"], cast["head"], cast["reviewer"]),
        "LABKES": House(opds["LABKES"], cast["operator_without_head"], None, cast["reviewer"]),
        "DISHUB": House(opds["DISHUB"], cast["operator_elsewhere"], None, cast["reviewer"]),
        "DISKOMINFO": House(opds["DISKOMINFO"], cast["kominfo"], cast["kominfo"], cast["planner"]),
        "LPSE": House(opds["LPSE"], cast["operator_of_lpse"], None, cast["planner"]),
        "BAPPELITBANG": House(opds["BAPPELITBANG"], cast["bappelitbang"], None, cast["reviewer"]),
    }


@pytest.fixture
def house(houses: dict[str, House]) -> House:
    """DISBUDPAR: an operator, a head, and Kominfo's reviewer who decides."""
    return houses["DISBUDPAR"]


@pytest.fixture
def as_(db: None) -> As:
    """Return a function that gives a browser in which a person is signed in."""

    def browser(user: User, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(user)
        return client

    return browser


@pytest.fixture
def draft(house: House) -> QuickWin:
    return scenarios.draft(house)


@pytest.fixture
def complete(house: House) -> QuickWin:
    return scenarios.complete(house)


@pytest.fixture
def submitted(house: House) -> QuickWin:
    return scenarios.submitted(house)
