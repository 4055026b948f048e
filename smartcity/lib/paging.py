"""Walking through a long list at the same cost on every page.

A page begins after a row, not after a number of rows: the database finds the row by its index, where OFFSET
would read everything before it, and nothing is counted beyond MOST_COUNTED. The address carries that row's place
in the order as an opaque token. A token that cannot be read, or whose row moved, leads to the first page.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

MOST_COUNTED = 1_000
LONGEST = 400  # of one value of a place: a name may be one

FORTH, BACK = "f", "b"


@dataclass(frozen=True)
class Page[M]:
    """One page of a list; what pager.html needs has the names of Django's own Page.

    `total` counts the rows of the whole list, None when there are more than MOST_COUNTED. The page numbers of
    both neighbours are tokens for the address, "" when there is none.
    """

    object_list: list[M]
    number: int
    total: int | None
    pages: int | None
    previous_page_number: str
    next_page_number: str

    @property
    def has_previous(self) -> bool:
        return bool(self.previous_page_number)

    @property
    def has_next(self) -> bool:
        return bool(self.next_page_number)

    @property
    def has_other_pages(self) -> bool:
        return self.has_previous or self.has_next


def page[M](rows: QuerySet[Any, M], token: str, *, order: tuple[str, ...], size: int) -> Page[M]:
    """Return the page of `rows` that `token` names, in `order`; "-" before a name turns that field around.

    `order` names fields that are never empty and together unique within `rows`; "opd__short" is a field of a related
    row that always exists. Rows may be objects, or what `.values()` and named `.values_list()` give when these fields
    are among them.
    """
    rows = rows.order_by(*order)
    start = _read(token, [_field(rows, name.removeprefix("-")) for name in order])
    if start is None:
        return _first(rows, order, size)
    direction, number, place = start
    if direction == FORTH:
        found = list(rows.filter(_beyond(order, place, direction))[: size + 1])
        before, after = True, len(found) > size
    else:
        backwards = rows.filter(_beyond(order, place, direction)).reverse()[: size + 1]
        found = list(backwards)[::-1]
        before, after = len(found) > size, True
        found = found[-size:]
    if not found or (direction == BACK and not before):
        return _first(rows, order, size)
    return _page(rows, found[:size], order, number, size, before=before, after=after)


def addresses(name: str) -> Callable[[int], str]:
    """Return what writes the address of each row of a list: the URL's pattern is looked up once, not per row."""
    before, _, after = reverse(name, args=[_ANY_ROW]).partition(str(_ANY_ROW))
    return lambda pk: f"{before}{pk}{after}"


_ANY_ROW = 10**9


def _first[M](rows: QuerySet[Any, M], order: tuple[str, ...], size: int) -> Page[M]:
    found = list(rows[: size + 1])
    return _page(rows, found[:size], order, 1, size, before=False, after=len(found) > size)


def _page[M](
    rows: QuerySet[Any, M],
    found: list[M],
    order: tuple[str, ...],
    number: int,
    size: int,
    *,
    before: bool,
    after: bool,
) -> Page[M]:
    total = _count(rows) if before or after else len(found)
    pages = None if total is None else max(1, -(-total // size))
    # The number was right when the token was made; rows may have come or gone since.
    number = number if pages is None else min(number, pages)
    return Page(
        found,
        number,
        total,
        pages,
        _write(BACK, max(1, number - 1), found[0], order) if before else "",
        _write(FORTH, number + 1, found[-1], order) if after else "",
    )


def _count(rows: QuerySet[Any, Any]) -> int | None:
    counted = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return counted if counted <= MOST_COUNTED else None


def _beyond(order: tuple[str, ...], place: list[Any], direction: str) -> Q:
    """Rows past a place: (a, b) > (x, y) is a > x, or a = x and b > y. Written so that an index on both helps."""
    first, *rest = order
    name = first.removeprefix("-")
    comparison = "gt" if (direction == FORTH) == (name == first) else "lt"
    past = Q(**{f"{name}__{comparison}": place[0]})
    if not rest:
        return past
    tie = Q(**{name: place[0]}) & _beyond(tuple(rest), place[1:], direction)
    return Q(**{f"{name}__{comparison}e": place[0]}) & (past | tie)


def _field(rows: QuerySet[Any, Any], name: str) -> "Field[Any, Any]":
    """The field of a name, through the related rows it passes."""
    options = rows.model._meta
    *passed, last = name.split("__")
    for relation in passed:
        options = options.get_field(relation).related_model._meta
    found: Field[Any, Any] = options.pk if last == "pk" else options.get_field(last)
    return found


def _write(direction: str, number: int, row: Any, order: tuple[str, ...]) -> str:
    place = [_value(row, name.removeprefix("-")) for name in order]
    place = [value.isoformat() if isinstance(value, datetime) else str(value) for value in place]
    text = json.dumps([direction, number, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: Any, name: str) -> Any:
    if isinstance(row, Mapping):
        return row[name]
    path = [name] if isinstance(row, tuple) else name.split("__")  # a named tuple has the whole name
    return reduce(getattr, path, row)


def _read(token: str, fields: "list[Field[Any, Any]]") -> tuple[str, int, list[Any]] | None:
    """Return direction, page number and the values of a place; None for anything this module has not written."""
    try:
        direction, number, *place = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if direction not in (FORTH, BACK) or type(number) is not int or not 1 <= number < 10**9:
            return None
        texts = [text for text in place if isinstance(text, str) and len(text) <= LONGEST and _storable(text)]
        values = [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
        for field, value in zip(fields, values, strict=True):
            field.run_validators(value)
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError):
        return None
    lost = any(
        value is None or (isinstance(value, datetime) and timezone.is_naive(value)) for value in values
    )
    return None if lost else (direction, number, values)


def _storable(text: str) -> bool:
    """Whether a database can be asked for it: no NUL, no half of a character (UnicodeEncodeError is a ValueError)."""
    return "\0" not in text and bool(text.encode())
