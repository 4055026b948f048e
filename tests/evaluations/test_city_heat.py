"""The heat map of quick wins: each cell leads to the quick wins of its agency and dimension its reader may see."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from dimensions.models import SmartDimension
from opd.models import City, Opd, QuickWin, Status, User
from opd.tallies import rebuild
from smartcity.lib import clock
from tests.evaluations.pages import read, rows_behind

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowded(city: City, cast: dict[str, User], kominfo: Opd, dinkes: Opd) -> City:
    dimensions = list(SmartDimension.objects.of_set(city.dimension_set))
    statuses = [Status.VERIFIED, Status.SUBMITTED, Status.DRAFT, Status.RETURNED, Status.VERIFIED]
    for number in range(1, 15):
        status = statuses[number % len(statuses)]
        now = None if status == Status.DRAFT else clock.now()
        QuickWin.objects.create(
            city=city, opd=(kominfo, dinkes)[number % 2], year=2022, number=number, status=status,
            dimension=dimensions[number % 3 % len(dimensions)], name=f"Quick win {number}", filled=number,
            total=20, submitted_at=now, verified_at=now if status == Status.VERIFIED else None,
            created_by=cast["operator"],
        )  # fmt: skip
    rebuild(city.pk)
    return city


@pytest.mark.parametrize("who", ["leader", "planner", "reviewer", "auditor"])
def test_every_cell_leads_to_the_rows_its_reader_may_see(
    client: Client, crowded: City, cast: dict[str, User], who: str
) -> None:
    client.force_login(cast[who])
    links = [link for link in read(client, "/city/").of("h-heat") if link.url.startswith("/quick-wins/")]
    assert len(links) >= 4
    visible = QuickWin.objects.visible_to(cast[who]).of_city(crowded.pk).in_year(2022)
    led_to = 0
    for link in links:
        rows = QuickWin.objects.filter(
            opd=re.search(r"opd=(\d+)", link.url)[1],  # type: ignore[index]
            dimension__code=re.search(r"dimension=([A-Z]+)", link.url)[1],  # type: ignore[index]
        )
        filled, total = (sum(row) for row in zip(*rows.values_list("filled", "total"), strict=True))
        assert link.text.split()[0] == str(filled * 100 // total)
        assert f"{filled} dari {total} isian" in link.text
        shown = visible.filter(pk__in=rows.values("pk")).count()
        assert (rows_behind(client, link.url) if shown else 0) == shown
        led_to += shown
    assert led_to == visible.count() > 0


def test_the_figures_say_how_they_are_counted(client: Client, crowded: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    html = client.get("/city/").content.decode()
    verified = QuickWin.objects.verified().count()
    assert f"{verified} : 14 × 100% =" in html
    assert html.count("<summary>Cara menghitung") == 4
    assert rows_behind(client, "/quick-wins/?year=2022&status=verified") == verified


def test_the_page_asks_as_much_for_many(
    client: Client, crowded: City, cast: dict[str, User], count_queries: Callable[[Callable[[], object]], int]
) -> None:
    client.force_login(cast["leader"])
    client.get("/city/")
    few = count_queries(lambda: client.get("/city/"))
    first = QuickWin.objects.all()[0]
    for place in range(20):
        opd = Opd.objects.create(
            city=crowded, short=f"OPD{place}", official_name=f"Dinas {place}", kind="dinas"
        )
        first.pk, first.number, first.opd, first.idempotency_key = None, 100 + place, opd, None
        first._state.adding = True
        first.save()
    rebuild(crowded.pk)
    assert count_queries(lambda: client.get("/city/")) == few
