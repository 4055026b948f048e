"""What a page costs, in numbers without noise: statements that do not grow with the records, and none without an end.

`bin/bench` measures the times; these hold in every run of the suite.
"""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dimensions.models import SmartDimension
from opd import tallies
from opd.models import City, Opd, QuickWin, Status, User
from smartcity.lib import clock, paging

As = Callable[..., Client]
Fill = Callable[[int], None]

PAGES = {
    "/quick-wins/": ("operator", "head", "reviewer", "planner", "auditor", "leader"),
    "/queue/": ("reviewer", "planner", "auditor"),
    "/city/": ("reviewer", "leader"),
    "/windows/": ("reviewer",),
    "/reports/": ("reviewer", "leader"),
}
VISITS = [(path, name) for path, names in PAGES.items() for name in names]


@pytest.fixture
def fill(city: City, opds: dict[str, Opd], cast: dict[str, User]) -> Fill:
    """Bring the city to so many quick wins, in every status and dimension, of two agencies."""
    dimensions = list(SmartDimension.objects.of_set(city.dimension_set))
    statuses, agencies, now = list(Status), [opds["DISBUDPAR"], opds["DISHUB"]], clock.now()

    def to(count: int) -> None:
        first = QuickWin.objects.count() + 1
        QuickWin.objects.bulk_create(
            QuickWin(
                city=city, opd=agencies[number % len(agencies)], year=2022, number=number,
                dimension=dimensions[number % len(dimensions)], status=statuses[number // 2 % len(statuses)],
                name=f"Program {number}", owner_confirmed=number % 3 != 0, filled=number % 17, total=17,
                created_by=cast["operator"], submitted_at=now, verified_at=now,
            )
            for number in range(first, count + 1)
        )  # fmt: skip
        tallies.rebuild(city.pk)

    return to


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Callable[[Client, str], list[str]]:
    """What a page asks the database, once it has been seen; pages are short, so that ten rows need a second one."""
    monkeypatch.setattr("opd.views.quick_wins.PAGE", 1)
    monkeypatch.setattr("opd.views.queue.PAGE", 1)

    def of(client: Client, path: str) -> list[str]:
        assert client.get(path).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return [query["sql"] for query in captured]

    return of


def test_statements_of_a_page_are_as_many_at_500_rows_as_at_10(
    fill: Fill, cast: dict[str, User], as_: As, statements: Callable[[Client, str], list[str]]
) -> None:
    seen = []
    for count in (10, 500):
        fill(count)
        seen.append({visit: len(statements(as_(cast[visit[1]]), visit[0])) for visit in VISITS})
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("path", "name"), VISITS)
def test_no_statement_of_a_page_reads_all_quick_wins(
    path: str,
    name: str,
    fill: Fill,
    cast: dict[str, User],
    as_: As,
    statements: Callable[[Client, str], list[str]],
) -> None:
    """Each ends after so many rows; none skips rows, none adds them up."""
    fill(60)
    for sql in statements(as_(cast[name]), path):
        if '"opd_quickwin"' in sql:
            assert re.search(r"LIMIT \d+", sql), sql
        assert "OFFSET" not in sql, sql


def test_the_second_page_of_a_list_skips_nothing(
    fill: Fill, cast: dict[str, User], as_: As, statements: Callable[[Client, str], list[str]]
) -> None:
    fill(60)
    client = as_(cast["reviewer"])
    for path in ("/quick-wins/", "/queue/"):
        statements(client, path)
        token = client.get(path).context["page"].next_page_number
        asked = statements(client, f"{path}?page={token}")
        assert len(asked) == len(statements(client, path))
        assert not any("OFFSET" in sql for sql in asked)


def test_a_long_list_says_more_than_rather_than_how_many(
    fill: Fill, cast: dict[str, User], as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 20)
    monkeypatch.setattr("opd.views.quick_wins.PAGE", 5)
    client = as_(cast["reviewer"])
    fill(20)
    page = client.get("/quick-wins/").context["page"]
    assert (page.total, page.pages) == (QuickWin.objects.visible_to(cast["reviewer"]).count(), 4)
    fill(80)
    assert client.get("/quick-wins/").context["page"].total is None
