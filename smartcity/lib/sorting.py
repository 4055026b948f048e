"""The orders in which a list can stand: one table for each list, asked by its page, its headings and its files.

An order is a word in the address (`?sort=due`), so that a list is shared as it stands. A word nobody wrote down is no
error: the list stands in its first order.
"""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

PARAMETER, PAGE = "sort", "page"


@dataclass(frozen=True)
class Order:
    """One order: its word in the address, what a person reads, its fields as `paging.page` takes them.

    `heading` names the column whose heading leads to it; a list without a table has none.
    """

    name: str
    label: Any
    fields: tuple[str, ...]
    heading: str = ""

    @property
    def direction(self) -> str:
        """As aria-sort says it."""
        return "descending" if self.fields[0].startswith("-") else "ascending"


@dataclass(frozen=True)
class Sorting:
    """A list as one address sorts it, ready for sort_select.html and sort_head.html."""

    order: Order
    #: value, label, selected of each choice of the select
    options: list[dict[str, Any]]
    #: heading -> aria (of aria-sort, "" elsewhere), url and label of the order its link leads to
    heads: dict[str, dict[str, str]]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.order.fields


class Orders:
    """The orders of a list, its usual one first."""

    def __init__(self, *orders: Order) -> None:
        self.orders = {order.name: order for order in orders}
        self.usual = orders[0].name

    def read(self, address: QueryDict, *, usual: str = "") -> Sorting:
        """Return how `address` sorts the list; `usual` is the order of a list narrowed so that another one helps."""
        usual = usual or self.usual
        order = self.orders.get(address.get(PARAMETER, "")) or self.orders[usual]
        options = [
            {"value": row.name, "label": str(row.label), "selected": row is order}
            for row in self.orders.values()
        ]
        return Sorting(order, options, self._heads(address, order))

    def _heads(self, address: QueryDict, chosen: Order) -> dict[str, dict[str, str]]:
        """A heading sorts by its column; where the list stands so already, the other way round."""
        heads: dict[str, dict[str, str]] = {}
        for heading in dict.fromkeys(row.heading for row in self.orders.values() if row.heading):
            own = [row for row in self.orders.values() if row.heading == heading]
            next_one = own[(own.index(chosen) + 1) % len(own)] if chosen in own else own[0]
            heads[heading] = {
                "aria": chosen.direction if chosen in own else "",
                "url": "" if next_one is chosen else _with(address, next_one.name),
                "label": str(next_one.label),
            }
        return heads


def _with(address: QueryDict, name: str) -> str:
    """The same list from its first page, in another order."""
    changed = address.copy()
    changed.pop(PAGE, None)
    changed[PARAMETER] = name
    return f"?{changed.urlencode()}"


def through(fields: tuple[str, ...], relation: str) -> tuple[str, ...]:
    """The same order asked of rows that point at the sorted ones by `relation`."""
    return tuple(
        f"-{relation}__{field[1:]}" if field.startswith("-") else f"{relation}__{field}" for field in fields
    )
