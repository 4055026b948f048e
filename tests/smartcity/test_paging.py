"""Walking through a long list: every row once, forth and back, whatever comes or goes meanwhile."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dimensions.models import SmartDimension
from opd.models import City, Opd, QuickWin, Status, User
from smartcity.lib import paging

NOON = datetime(2022, 9, 1, 5, tzinfo=UTC)
NUMBER, ARRIVAL = ("number",), ("submitted_at", "pk")


@pytest.fixture
def many(city: City, opds: dict[str, Opd], cast: dict[str, User]) -> Callable[[int], list[QuickWin]]:
    """Make so many submitted quick wins; three at a time arrived at the same moment."""
    dimension = SmartDimension.objects.of_set(city.dimension_set)[0]

    def make(count: int) -> list[QuickWin]:
        return QuickWin.objects.bulk_create(
            QuickWin(
                city=city, opd=opds["DISHUB"], year=2022, number=number, dimension=dimension, name=f"Program {number}",
                created_by=cast["operator"], status=Status.SUBMITTED, submitted_at=NOON + timedelta(hours=number // 3),
            )
            for number in range(1, count + 1)
        )  # fmt: skip

    return make


def walk(order: tuple[str, ...], size: int, rows: Any = None) -> list[paging.Page[Any]]:
    """Every page from the first to the last."""
    rows = QuickWin.objects.all() if rows is None else rows
    pages = [paging.page(rows, "", order=order, size=size)]
    while pages[-1].has_next:
        pages.append(paging.page(rows, pages[-1].next_page_number, order=order, size=size))
    return pages


@pytest.mark.parametrize("order", [("-number",), ("-submitted_at", "number")])
def test_a_list_may_also_run_the_other_way(many, order) -> None:
    rows = many(11)
    expected = sorted(rows, key=lambda row: row.number, reverse=True)
    if len(order) == 2:
        expected = sorted(rows, key=lambda row: (-row.submitted_at.timestamp(), row.number))
    pages = walk(order, 4)
    assert [row.pk for page in pages for row in page.object_list] == [row.pk for row in expected]
    back = paging.page(QuickWin.objects.all(), pages[-1].previous_page_number, order=order, size=4)
    assert [row.pk for row in back.object_list] == [row.pk for row in pages[1].object_list]


@pytest.mark.parametrize("order", [NUMBER, ARRIVAL])
@pytest.mark.parametrize(
    ("count", "size"), [(0, 5), (1, 5), (5, 5), (6, 5), (23, 5), (23, 23), (23, 50), (7, 1)]
)
def test_every_row_stands_on_one_page_in_order(many, order, count, size) -> None:
    made = many(count)
    pages = walk(order, size)
    assert [row.pk for page in pages for row in page.object_list] == [row.pk for row in made]
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.pages for page in pages} == {len(pages)}
    assert {page.total for page in pages} == {count}
    assert not pages[0].has_previous
    assert pages[0].has_other_pages == (count > size)


@pytest.mark.parametrize("order", [NUMBER, ARRIVAL])
def test_the_way_back_shows_the_same_pages(many, order) -> None:
    many(23)
    forth = walk(order, 5)
    back = [forth[-1]]
    while back[-1].has_previous:
        back.append(paging.page(QuickWin.objects.all(), back[-1].previous_page_number, order=order, size=5))
    assert [row.object_list for row in reversed(back)] == [row.object_list for row in forth]
    assert [row.number for row in reversed(back)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "order", [("-number",), ("-submitted_at", "number"), ("opd__short", "-number"), ("-dimension_id", "name")]
)
def test_each_field_has_its_own_direction(many, opds, order) -> None:
    made = many(23)
    QuickWin.objects.filter(number__in=range(3, 23, 4)).update(opd=opds["DISBUDPAR"])
    expected = list(QuickWin.objects.order_by(*order).values_list("number", flat=True))
    assert len(expected) == len(made)
    pages = walk(order, 5, QuickWin.objects.select_related("opd"))
    assert [row.number for page in pages for row in page.object_list] == expected
    back = paging.page(
        QuickWin.objects.select_related("opd"), pages[3].previous_page_number, order=order, size=5
    )
    assert back.object_list == pages[2].object_list
    values = walk(
        order, 5, QuickWin.objects.values("number", "name", "submitted_at", "opd__short", "dimension_id")
    )
    assert [row["number"] for page in values for row in page.object_list] == expected


def test_a_long_name_is_a_place(many) -> None:
    many(4)
    for row in QuickWin.objects.all():
        row.name = f"Pelayanan\u00a0{'panjang ' * 23}{row.number}"
        row.save()
    pages = walk(("name", "pk"), 1)
    assert [row.number for page in pages for row in page.object_list] == [1, 2, 3, 4]


def test_rows_of_values_are_walked_like_objects(many) -> None:
    many(7)
    pages = walk(NUMBER, 3, QuickWin.objects.values("number", "name"))
    assert [row["number"] for page in pages for row in page.object_list] == list(range(1, 8))


def test_a_row_that_comes_before_moves_nothing(many) -> None:
    made = many(10)
    first = paging.page(QuickWin.objects.all(), "", order=ARRIVAL, size=4)
    # With OFFSET the last row of the first page would now stand on the second as well.
    QuickWin.objects.filter(pk=made[9].pk).update(submitted_at=NOON - timedelta(days=1))
    second = paging.page(QuickWin.objects.all(), first.next_page_number, order=ARRIVAL, size=4)
    assert [row.pk for row in second.object_list] == [row.pk for row in made[4:8]]


def test_a_row_that_goes_takes_no_other_with_it(many) -> None:
    made = many(10)
    first = paging.page(QuickWin.objects.all(), "", order=NUMBER, size=4)
    made[1].delete()
    made[3].delete()  # the very row the token names
    second = paging.page(QuickWin.objects.all(), first.next_page_number, order=NUMBER, size=4)
    assert [row.number for row in second.object_list] == [5, 6, 7, 8]


def test_back_beyond_the_first_row_is_the_whole_first_page(many) -> None:
    made = many(10)
    second = walk(NUMBER, 4)[1]
    for row in made[:2]:
        row.delete()
    back = paging.page(QuickWin.objects.all(), second.previous_page_number, order=NUMBER, size=4)
    assert [row.number for row in back.object_list] == [3, 4, 5, 6]
    assert (back.number, back.has_previous) == (1, False)


def test_beyond_the_last_row_is_the_first_page(many) -> None:
    many(10)
    third = walk(NUMBER, 4)[1].next_page_number
    QuickWin.objects.filter(number__gt=8).delete()
    found = paging.page(QuickWin.objects.all(), third, order=NUMBER, size=4)
    assert ([row.number for row in found.object_list], found.number) == ([1, 2, 3, 4], 1)


def token(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "strange",
    [
        "2", "abc", "ä", "=", "A" * 5000, "\x00", token(), token("f"), token("f", 2), token("x", 2, "4"),
        token("f", 0, "4"), token("f", True, "4"), token("f", "2", "4"), token("f", 2, 4), token("f", 2, None),
        token("f", 2, "4", "5"), token("f", 2, "4; drop"), token("f", 2, ""), token("f", 2, "9" * 70),
        token("f", 2, "9" * 90), token("f", 2, "\x00"), token("f", 2, ["4"]),
        token("f", 2, "4\x00"), token("f", 2, "\ud800"),
        base64.urlsafe_b64encode(b"[" * 4000).decode(), base64.urlsafe_b64encode(b'{"f":1}').decode(),
    ],
)  # fmt: skip
def test_a_strange_token_leads_to_the_first_page(many, strange) -> None:
    many(6)
    found = paging.page(QuickWin.objects.all(), strange, order=NUMBER, size=4)
    assert [row.number for row in found.object_list] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "moment", ["", "2022-09-01", "2022-09-01T05:00:00", "2022-13-01T05:00:00+00:00", "kemarin"]
)
def test_a_moment_without_zone_leads_to_the_first_page(many, moment) -> None:
    many(6)
    found = paging.page(QuickWin.objects.all(), token("f", 2, moment, "1"), order=ARRIVAL, size=4)
    assert [row.number for row in found.object_list] == [1, 2, 3, 4]


def test_a_token_shows_nothing_that_the_rows_hide(many) -> None:
    many(10)
    far = token("f", 2, "0")
    assert not paging.page(QuickWin.objects.none(), far, order=NUMBER, size=4).object_list
    hidden = QuickWin.objects.exclude(number__gt=4)
    assert len(paging.page(hidden, far, order=NUMBER, size=9).object_list) == 4


def test_beyond_a_limit_rows_are_not_counted(many, monkeypatch) -> None:
    many(13)
    monkeypatch.setattr(paging, "MOST_COUNTED", 12)
    pages = walk(NUMBER, 5)
    assert [(page.number, page.total, page.pages) for page in pages] == [
        (1, None, None),
        (2, None, None),
        (3, None, None),
    ]
    monkeypatch.setattr(paging, "MOST_COUNTED", 13)
    assert {(page.total, page.pages) for page in walk(NUMBER, 5)} == {(13, 3)}


@pytest.mark.parametrize("count", [9, 60])
def test_a_page_costs_two_statements_and_one_when_it_is_all(many, count) -> None:
    many(count)
    middle = walk(NUMBER, 4)[1].previous_page_number
    for text, size, cost in (("", 4, 2), (middle, 4, 4), ("", 100, 1)):
        with CaptureQueriesContext(connection) as captured:
            paging.page(QuickWin.objects.all(), text, order=NUMBER, size=size)
        # Back to where the list begins asks for the first page once more.
        assert len(captured) <= cost
        assert not any("OFFSET" in query["sql"] for query in captured)


def test_addresses_are_those_of_reverse(settings) -> None:
    from django.urls import reverse

    assert paging.addresses("opd:quick_win")(42) == reverse("opd:quick_win", args=[42])
    assert paging.addresses("opd:quick_win_edit")(7) == reverse("opd:quick_win_edit", args=[7])
