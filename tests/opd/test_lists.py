"""Every list in each of its orders: no row twice, none left out, forth and back, and its file stands like its page."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from functools import reduce
from typing import Any

import pytest
from django.test import Client

from opd import orders
from opd.models import (
    City,
    Decision,
    ImportJob,
    ImportStatus,
    MasterPlan,
    Meeting,
    Opd,
    Program,
    ProgramYear,
    QuickWin,
    Status,
    User,
)
from smartcity.lib import clock
from smartcity.lib.sorting import Order, Orders
from tests.scenarios import YEAR

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
ROWS, SHOWN = 8, 3

LISTS: dict[str, tuple[Orders, type[Any]]] = {
    "programs": (orders.PROGRAMS, Program),
    "quick-wins": (orders.QUICK_WINS, QuickWin),
    "progress": (orders.PROGRESS, Program),
    "decisions": (orders.DECISIONS, Decision),
    "meetings": (orders.MEETINGS, Meeting),
    "imports": (orders.IMPORTS, ImportJob),
}
WALKS = [(path, order) for path, (table, _model) in LISTS.items() for order in table.orders.values()]


@pytest.fixture
def desk(
    city: City, opds: dict[str, Opd], cast: dict[str, User], as_: As, monkeypatch: pytest.MonkeyPatch
) -> Client:
    """Somebody who sees every list, each eight rows long with ties in every column, three on a page."""
    for view in ("programs", "quick_wins", "progress_list", "decisions", "meetings"):
        monkeypatch.setattr(f"opd.views.{view}.PAGE", SHOWN)
    monkeypatch.setattr("opd.views.imports.IMPORTS_A_PAGE", SHOWN)
    plan = MasterPlan.objects.create(city=city, title="Rencana", year_from=2018, year_to=2022)
    dimensions = list(city.dimension_set.dimensions.prefetch_related("sub_dimensions"))[:2]
    owners, by, now = [opds["DISHUB"], opds["DISBUDPAR"]], cast["planner"], clock.now()
    common = {"city": city, "created_by": by}
    for number in range(1, ROWS + 1):
        turned = ROWS - number  # so that no order is that of the keys
        dimension, opd = dimensions[number % 2], owners[number // 2 % 2]
        program = Program.objects.create(
            plan=plan, dimension=dimension, sub_dimension=dimension.sub_dimensions.all()[0], opd=opd,
            code=f"P-{turned}", name=f"Kerja “{turned // 3}”\u00a0lama", status="approved", submitted_at=now,
            approved_at=now, **common,
        )  # fmt: skip
        ProgramYear.objects.create(program=program, year=YEAR, state="RUNNING")
        QuickWin.objects.create(
            year=YEAR, number=turned + 1, dimension=dimension, opd=opd, name=f"Hasil {number}",
            status=Status.SUBMITTED, submitted_at=now, **common,
        )  # fmt: skip
        meeting = Meeting.objects.create(
            title=f"Rapat {turned // 2}", held_at=now - timedelta(days=number // 2 + number % 3), **common
        )
        Decision.objects.create(
            meeting=meeting, number=1, opd=opd, text=f"Lengkapi {number}.", due_on=date(2022, 9, 1 + turned // 3)
        )  # fmt: skip
        ImportJob.objects.create(
            city=city, kind=("action_plan", "quick_win")[number % 2], year=YEAR, by=by, size=1,
            original_name=f"daftar {turned // 2}.xlsx", status=(ImportStatus.REFUSED, ImportStatus.READ)[number % 2],
        )  # fmt: skip
    moments = [now - timedelta(days=day) for day in (3, 1, 3, 7, 1, 1, 9, 2)]
    for model in (Program, QuickWin):
        for row, moment in zip(model.objects.order_by("pk"), moments, strict=True):
            model.objects.filter(pk=row.pk).update(updated_at=moment)
    return as_(by)


def key_of(row: Any) -> int:
    return int(row["pk"] if isinstance(row, dict) else row.pk)


def sorted_by(rows: list[Any], order: Order) -> list[Any]:
    """The rows in an order, without the database."""
    for field in reversed(order.fields):
        path = field.removeprefix("-").split("__")
        rows = sorted(rows, key=lambda row: reduce(getattr, path, row), reverse=field.startswith("-"))
    return rows


@pytest.mark.parametrize(("path", "order"), WALKS, ids=lambda part: getattr(part, "name", part))
def test_a_list_is_walked_in_each_of_its_orders(desk: Client, path: str, order: Order) -> None:
    pages, token = [], ""
    while token or not pages:
        page = desk.get(f"/{path}/", {"sort": order.name, "page": token}).context["page"]
        pages.append(page)
        token = page.next_page_number
    found = [key_of(row) for page in pages for row in page.object_list]
    assert found == [row.pk for row in sorted_by(list(LISTS[path][1].objects.all()), order)]
    assert [page.number for page in pages] == [1, 2, 3]
    back = desk.get(f"/{path}/", {"sort": order.name, "page": pages[2].previous_page_number}).context["page"]
    assert [key_of(row) for row in back.object_list] == [key_of(row) for row in pages[1].object_list]


@pytest.mark.parametrize("path", LISTS)
def test_the_select_and_the_heading_say_how_the_list_stands(desk: Client, path: str) -> None:
    for order in LISTS[path][0].orders.values():
        text = desk.get(f"/{path}/?sort={order.name}").text
        assert f'<option value="{order.name}" selected>' in text, order.name
        assert text.count("aria-sort=") == bool(order.heading), order.name
        if order.heading:
            assert f'aria-sort="{order.direction}"' in text
    assert "aria-sort" not in desk.get("/decisions/").text  # no table, nothing to announce but the select


@pytest.mark.parametrize("path", LISTS)
def test_an_order_nobody_wrote_is_the_usual_one(desk: Client, path: str) -> None:
    usual, strange = (desk.get(f"/{path}/{query}") for query in ("", "?sort=-pk;drop&page=x"))
    assert strange.status_code == 200
    found = [[key_of(row) for row in answer.context["page"].object_list] for answer in (usual, strange)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("address", "in_force"),
    [
        ("programs/?q=&dimension=GOV&status=approved&sort=opd", 2), ("programs/?year=2022&state=x", 0),
        ("programs/?year=2021", 1), ("quick-wins/?year=2022&status=submitted", 1), ("progress/?year=2022&quarter=2", 0),
        ("decisions/?status=left", 1), ("meetings/?q=rapat&year=2022", 2), ("imports/?status=open", 1),
        ("queue/?dimension=GOV", 1), ("meetings/changes/?since=2022-01-01&what=verified", 2), ("bank/?year=2021", 1),
    ],
)  # fmt: skip
def test_the_fold_of_a_phone_says_how_many_filters_are_in_force(
    desk: Client, address: str, in_force: int
) -> None:
    """It stands before the bar, not around it: without it no list would begin with its rows at 360 px."""
    text = " ".join(desk.get(f"/{address}").text.split())
    fold, _bar, _rest = text.partition('</details> <form class="filters"')
    assert _bar, "the bar is not beside its fold"
    said = fold[fold.rindex('<details class="fold">') :]
    assert "Saring dan urutkan" in said
    assert (f"{in_force} dipakai" in said) if in_force else ("dipakai" not in said)


FILES = {
    "programmes": ("programs", "code"),
    "quick-wins": ("quick-wins", "name"),
    "decisions": ("decisions", "text"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_stands_like_its_page(desk: Client, what: str) -> None:
    path, told = FILES[what]
    table, model = LISTS[path]
    for order in table.orders.values():
        answer = desk.get(f"/exports/{what}/", {"sort": order.name, "format": "csv"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        _head, *rows = csv.reader(io.StringIO(text), delimiter=";")
        expected = [getattr(row, told) for row in sorted_by(list(model.objects.all()), order)]
        columns = [list(column) for column in zip(*rows, strict=True)]
        assert expected in columns, order.name


def test_what_is_left_stands_by_its_day_unless_somebody_asks_otherwise(desk: Client) -> None:
    def chosen(query: str) -> str:
        return str(desk.get(f"/decisions/{query}").context["sorting"].order.name)

    assert [chosen(query) for query in ("", "?status=left", "?status=late", "?status=done")] == [
        "meeting", "due", "due", "meeting",
    ]  # fmt: skip
    assert chosen("?status=left&sort=opd") == "opd"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 8), ("kind=quick_win", 4), ("status=refused", 4), ("status=open", 4), ("status=open&kind=quick_win", 4),
        ("status=refused&kind=quick_win", 0), ("q=DAFTAR+3", 2), ("q=%25", 0), ("status=x&kind=y", 8),
    ],
)  # fmt: skip
def test_imports_are_narrowed(desk: Client, query: str, count: int) -> None:
    answer = desk.get(f"/imports/?{query}")
    assert answer.context["page"].total == count
    assert ("Hapus saringan" in answer.text) == (count == 0)


@pytest.mark.parametrize(("query", "count"), [("q=rapat+3", 2), ("year=2019", 0), ("year=x", 8), ("q=_", 0)])
def test_meetings_are_narrowed(desk: Client, query: str, count: int) -> None:
    answer = desk.get(f"/meetings/?{query}")
    assert answer.context["page"].total == count
    assert ("Hapus saringan" in answer.text) == (count == 0)


def test_a_year_of_meetings_begins_at_midnight_of_the_city(desk: Client, city: City) -> None:
    first = Meeting.objects.order_by("pk")[0]
    local = clock.now().astimezone(city.zone()).replace(year=2019, month=1, day=1, hour=0, minute=0, second=1)
    Meeting.objects.filter(pk=first.pk).update(held_at=local)  # still 2018 in Greenwich
    assert desk.get("/meetings/?year=2019").context["page"].total == 1
    assert desk.get("/meetings/?year=2018").context["page"].total == 0
