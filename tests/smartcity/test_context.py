"""Around every page: where one can go, who one is, and until when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from evaluations.loading import load
from evaluations.models import EvaluationWindow
from opd.models import City, User
from smartcity.context import portal
from smartcity.lib import clock
from tests import scenarios
from tests.evaluations.builders import SMALL, as_file
from tests.scenarios import House, fresh

As = Callable[..., Client]
DUE = datetime(2022, 10, 1, 9, 0, tzinfo=UTC)
OPENS = datetime(2022, 10, 3, 1, 0, tzinfo=UTC)
CLOSES = datetime(2022, 10, 8, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def around(user: Any, path: str = "/") -> dict[str, Any]:
    """What the processor gives for a page at an address."""
    request = RequestFactory().get(path)
    request.user = fresh(user) if isinstance(user, User) else user
    return portal(request)


@pytest.fixture
def window(city: City) -> EvaluationWindow:
    instrument = load(as_file(SMALL))
    return EvaluationWindow.objects.create(
        city=city,
        year=2022,
        stage="Tahap II",
        instrument=instrument,
        inputs_due_at=DUE,
        opens_at=OPENS,
        closes_at=CLOSES,
    )


# --- where one can go -------------------------------------------------------------------------------

BAR = {
    "operator": [
        "/workspace/",
        "/progress/",
        "/answers/",
        "/clarifications/",
        "/board/",
        "/plan/",
        "/quick-wins/",
    ],
    "head": [
        "/workspace/",
        "/progress/",
        "/answers/",
        "/clarifications/",
        "/board/",
        "/plan/",
        "/quick-wins/",
    ],
    "reviewer": [
        "/queue/",
        "/clarifications/",
        "/city/",
        "/board/",
        "/plan/",
        "/quick-wins/",
        "/windows/",
        "/surveys/",
        "/reports/",
    ],
    "planner": [
        "/queue/",
        "/clarifications/",
        "/city/",
        "/board/",
        "/plan/",
        "/quick-wins/",
        "/windows/",
        "/surveys/",
        "/reports/",
    ],
    "auditor": [
        "/queue/",
        "/clarifications/",
        "/city/",
        "/board/",
        "/plan/",
        "/quick-wins/",
        "/windows/",
        "/surveys/",
        "/reports/",
    ],
    "leader": ["/clarifications/", "/city/", "/board/", "/plan/", "/quick-wins/", "/reports/"],
    "assessor": ["/sheets/", "/clarifications/"],
    "administrator": ["/people/", "/admin/"],
    "without_role": [],
    "disabled": [],
}


@pytest.mark.parametrize("name", BAR)
def test_the_bar_names_the_pages_of_ones_roles(name: str, cast: dict[str, User]) -> None:
    assert [item["url"] for item in around(cast[name])["nav"]] == BAR[name]


def test_every_page_of_the_bar_opens(cast: dict[str, User], as_: As) -> None:
    """A menu that leads to a refusal is a promise broken."""
    for name, addresses in BAR.items():
        if name in ("disabled", "administrator"):  # the administration asks for is_staff besides
            continue
        for address in addresses:
            assert as_(cast[name]).get(address).status_code == 200, (name, address)


def test_several_roles_give_the_union_once(cast: dict[str, User], city: City) -> None:
    scenarios.grant(cast["reviewer"], "operator", city, cast["kominfo"].memberships_now()[0].opd)
    addresses = [item["url"] for item in around(cast["reviewer"])["nav"]]
    assert addresses == ["/workspace/", "/progress/", "/answers/", *BAR["reviewer"]]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/queue/", "/queue/"),
        ("/quick-wins/7/review/", "/quick-wins/"),
        ("/reports/3/", "/reports/"),
        ("/accounts/", None),
    ],
)
def test_where_one_is_is_marked(path: str, current: str | None, cast: dict[str, User]) -> None:
    marked = [item["url"] for item in around(cast["reviewer"], path)["nav"] if item["current"]]
    assert marked == ([current] if current else [])


def count(user: User, address: str) -> int:
    return next(item["count"] for item in around(user)["nav"] if item["url"] == address)


def test_the_bar_counts_what_waits(house: House, houses: dict[str, House], cast: dict[str, User]) -> None:
    for status in scenarios.Status:
        scenarios.BY_STATUS[status](house)
    scenarios.submitted(houses["DISKOMINFO"])
    scenarios.draft(houses["DISHUB"])
    counts = {name: count(cast[name], "/queue/") for name in ("reviewer", "planner", "auditor")}
    assert counts == {"reviewer": 1, "planner": 1, "auditor": 0}
    assert (count(cast["operator"], "/workspace/"), count(cast["head"], "/workspace/")) == (2, 3)
    City.objects.update(evaluation_year=2021)
    assert (count(cast["reviewer"], "/queue/"), count(cast["operator"], "/workspace/")) == (0, 0)


# --- who one is -------------------------------------------------------------------------------------


def test_who_one_is_and_for_whom(cast: dict[str, User]) -> None:
    assert around(cast["operator"])["who"] == {"title": "Pejabat operator-disbudpar", "place": "DISBUDPAR"}
    assert around(cast["leader"])["who"]["place"] == "Kota Tanjungpinang"
    assert around(cast["without_role"])["who"]["place"] == ""
    nameless = User.objects.create(username="tanpa-jabatan")
    assert around(nameless)["who"]["title"] == "tanpa-jabatan"


def test_a_stranger_sees_the_city_and_no_way_in(city: City) -> None:
    context = around(AnonymousUser())
    assert (context["nav"], context["city_name"], context["theme"]) == ([], "Kota Tanjungpinang", "auto")
    assert "Kota Tanjungpinang" in context["office_line"]
    assert "who" not in context


@pytest.mark.django_db
def test_before_a_city_is_there_the_pages_open_all_the_same() -> None:
    assert around(AnonymousUser())["city_name"] == ""
    assert Client().get("/accounts/login/").status_code == 200


def test_the_theme_is_ones_own(cast: dict[str, User]) -> None:
    User.objects.filter(pk=cast["operator"].pk).update(theme="dark")
    assert (around(cast["operator"])["theme"], around(cast["head"])["theme"]) == ("dark", "auto")


# --- until when -------------------------------------------------------------------------------------


def deadline(user: User, moment: datetime) -> dict[str, Any] | None:
    with clock.at(moment):
        found = around(user)["deadline"]
        return dict(found) if found else None


@pytest.mark.parametrize(
    ("name", "moment", "until"),
    [
        ("operator", DUE - 5 * HOUR, DUE),
        ("operator", DUE, None),
        ("head", DUE - HOUR, DUE),
        ("assessor", DUE - HOUR, CLOSES),
        ("assessor", CLOSES - HOUR, CLOSES),
        ("assessor", CLOSES, None),
        ("reviewer", DUE - HOUR, DUE),
        ("reviewer", DUE, OPENS),
        ("leader", OPENS, CLOSES),
        ("auditor", CLOSES - timedelta(seconds=1), CLOSES),
        ("auditor", CLOSES, None),
        ("without_role", DUE - HOUR, None),
    ],
)
def test_each_is_told_the_next_date_that_is_theirs(
    name: str, moment: datetime, until: datetime | None, cast: dict[str, User], window: EvaluationWindow
) -> None:
    found = deadline(cast[name], moment)
    assert (found["iso"] if found else None) == (until.isoformat() if until else None)


@pytest.mark.parametrize(
    ("before", "left", "soon"),
    [
        (timedelta(days=6), "6 hari", False),
        (timedelta(days=3), "3 hari", False),
        (timedelta(days=3) - timedelta(minutes=1), "2 hari 23 jam", True),
        (timedelta(minutes=1), "1 menit", True),
    ],
)
def test_how_much_time_is_left(
    before: timedelta, left: str, soon: bool, cast: dict[str, User], window: EvaluationWindow
) -> None:
    found = deadline(cast["operator"], DUE - before)
    assert found is not None
    assert left in found["left"]
    assert (found["tone"], found["countdown"]) == ("soon" if soon else "", soon)
    assert found["at"] == "Sabtu, 1 Oktober 2022, 16.00 WIB"


def test_without_a_window_nothing_is_counted(cast: dict[str, User], window: EvaluationWindow) -> None:
    EvaluationWindow.objects.update(year=2021)
    assert deadline(cast["operator"], DUE - HOUR) is None


def test_a_city_without_a_window_does_not_see_anothers(
    cast: dict[str, User], window: EvaluationWindow, city: City
) -> None:
    elsewhere = City.objects.create(
        code="21.71", name="Lain", evaluation_year=2022, dimension_set=city.dimension_set
    )
    EvaluationWindow.objects.update(city=elsewhere)
    assert deadline(cast["operator"], DUE - HOUR) is None


def test_the_bar_costs_the_same_for_one_and_for_many(
    house: House, cast: dict[str, User], as_: As, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    client, seen = as_(cast["reviewer"]), []
    client.get("/quick-wins/")
    for _wave in range(2):
        for _number in range(3):
            scenarios.submitted(house)
        seen.append(count_queries(lambda: client.get("/reports/")))
    assert seen[0] == seen[1]


# --- until when: the page counts from the portal's clock ---------------------------------------------


def test_a_page_counts_from_the_portals_clock(house: House, as_: As) -> None:
    """The countdown of a replayed year must not run against the machine's time."""
    with clock.at(DUE):
        for page in (as_(house.operator).get("/workspace/"), Client().get("/accounts/login/")):
            assert f'name="portal-now" content="{DUE.isoformat()}"' in page.text
