"""The order of a list as its address names it."""

import pytest
from django.http import QueryDict

from smartcity.lib.sorting import Order, Orders, through

ORDERS = Orders(
    Order("code", "By code", ("code", "pk"), "name"),
    Order("recent", "Changed last", ("-updated_at", "-pk"), "changed"),
    Order("updated", "Longest unchanged", ("updated_at", "pk"), "changed"),
)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("", "code"),
        ("sort=", "code"),
        ("sort=recent", "recent"),
        ("sort=-pk", "code"),
        ("sort=x&q=y", "code"),
    ],
)
def test_an_unknown_word_is_the_usual_order(address: str, name: str) -> None:
    assert ORDERS.read(QueryDict(address)).order.name == name


def test_another_order_may_be_usual() -> None:
    assert ORDERS.read(QueryDict(""), usual="updated").order.name == "updated"
    assert ORDERS.read(QueryDict("sort=code"), usual="updated").order.name == "code"


def test_one_option_is_chosen() -> None:
    options = ORDERS.read(QueryDict("sort=recent")).options
    assert [row["value"] for row in options if row["selected"]] == ["recent"]
    assert [row["value"] for row in options] == ["code", "recent", "updated"]


def test_a_heading_says_how_the_list_stands_and_leads_on() -> None:
    usual = ORDERS.read(QueryDict("q=halte&page=abc")).heads
    assert (usual["name"]["aria"], usual["name"]["url"]) == ("ascending", "")  # it has no other way round
    assert (usual["changed"]["aria"], usual["changed"]["url"]) == ("", "?q=halte&sort=recent")
    recent = ORDERS.read(QueryDict("sort=recent&q=halte")).heads
    assert (recent["changed"]["aria"], recent["changed"]["url"]) == ("descending", "?sort=updated&q=halte")
    assert (recent["name"]["aria"], recent["name"]["url"]) == ("", "?sort=code&q=halte")
    again = ORDERS.read(QueryDict("sort=updated")).heads["changed"]
    assert (again["aria"], again["url"]) == ("ascending", "?sort=recent")


def test_an_order_is_asked_through_a_relation() -> None:
    assert through(("-updated_at", "opd__short"), "program") == (
        "-program__updated_at",
        "program__opd__short",
    )
