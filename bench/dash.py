"""What must not grow with the records: the dashboard (W2), the long lists (W6); and the charts' share (E1)."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.test import RequestFactory

from bench import pages
from bench.baselines import group_by
from bench.city import quick_win
from bench.content import Words
from bench.environment import Stage, use_database, use_new_database
from bench.many import Crowd, fill
from bench.measure import Row, per_call, ratios
from evaluations.views.city import city
from opd import actions, tallies
from opd.models import QuickWin, Status, Tally
from smartcity.lib import charts, paging
from smartcity.lib.workflow import NotReady

SMALL, LARGE, LARGEST = 1_000, 10_000, 1_000_000
CELL = ["city_id", "year", "opd_id", "dimension_id"]
CALLS = 15  # of a list page, for the time its statements take


def rows(stage: Stage) -> list[Row]:
    use_new_database("writes")
    checked = _exact(fill(SMALL, stage.folder), stage.many(1_000, 40))
    scales = [Scale(stage, count) for count in ((SMALL, LARGE) if stage.quick else (SMALL, LARGE, LARGEST))]
    count = stage.rounds(5)
    return [*_dashboard(scales, count, checked), *_lists(scales, count), _charts(scales[0], count)]


class Scale:
    """A city with so many records in a database of its own, and the people who look at it."""

    def __init__(
        self, stage: Stage, count: int, *, kind: str = "scale", fill: Callable[[int, Any], Crowd] = fill
    ) -> None:
        self.name, self.count = f"{kind}-{count}", count
        use_new_database(self.name)
        self.crowd = fill(count, stage.folder)
        self.people = self.crowd.built.cast
        self.visitors = {who: pages.Visitor(self.people[who]) for who in ("leader", "reviewer")}
        self.handler = pages.handler()

    def enter(self) -> None:
        use_database(self.name)

    def get(self, who: str, path: str) -> bytes:
        return self.visitors[who].get(self.handler, path)

    @property
    def label(self) -> str:
        return {SMALL: "1k", LARGE: "10k", LARGEST: "1M"}[self.count]


# --- The gate: the summary is exact ---------------------------------------------------------------


def _exact(crowd: Crowd, writes: int) -> str:
    """The summary equals a GROUP BY over the rows after random writes through the portal's own doors."""
    built, words = crowd.built, Words()
    drafts = [
        quick_win(built, 2_000_000 + place, Status.DRAFT, words, year=built.city.evaluation_year)
        for place in range(12)
    ]
    for row in drafts:
        row.opd = built.opds[2]  # whose head writes below
    pks = [row.pk for row in QuickWin.objects.bulk_create(drafts)]
    tallies.rebuild(built.city.pk)
    done = refused = 0
    while done < writes:
        try:
            _write(crowd, pks, words)
            done += 1
        except NotReady:  # a submission that lacks a figure, a verification without evidence
            refused += 1
    statuses = [status for status in Status.values if status != Status.RECORDED]
    raw = group_by.totals(QuickWin._meta.db_table, CELL, statuses, ["filled", "total"])
    names = (*statuses, "filled", "total")
    kept = {
        tuple(getattr(row, name) for name in CELL): tuple(getattr(row, name) for name in names)
        for row in Tally.objects.all()
    }
    assert {cell: numbers for cell, numbers in kept.items() if any(numbers)} == raw, "the summary is wrong"
    return f"summary equals GROUP BY after {done} random writes ({refused} refused)"


def _write(crowd: Crowd, pks: list[int], words: Words) -> None:
    """One write by the head of an agency or by the reviewer, whatever the row allows now."""
    cast, row = crowd.built.cast, QuickWin.objects.for_detail().get(pk=words.pick(pks))
    if row.status == Status.SUBMITTED:
        move = words.pick(["return", "verify"])
        actions.move(pk=row.pk, name=move, by=cast["reviewer"], note="Lengkapi." if move == "return" else "")
    elif row.status == Status.VERIFIED:
        actions.move(pk=row.pk, name="reopen", by=cast["reviewer"], note="Angka target diperbaiki.")
    else:
        words.pick([_edit, _edit, _prove, _submit, _create])(crowd, row, pks, words)


def _edit(crowd: Crowd, row: QuickWin, pks: list[int], words: Words) -> None:
    section, values = words.pick(
        [
            ("identity", {"dimension": (dimension := words.pick(crowd.built.dimensions)),
                          "sub_dimension": words.pick(crowd.built.subs[dimension.pk])}),
            ("target", {"realisation": words.pick([None, 10, 20])}),
            ("continuation", {"sustainability": words.pick(["", words.paragraph(20)])}),
        ]
    )  # fmt: skip
    actions.save_section(
        pk=row.pk, section=section, values=values, unreadable={}, version=row.section_version(section),
        by=crowd.built.cast["head"],
    )  # fmt: skip


def _prove(crowd: Crowd, row: QuickWin, pks: list[int], words: Words) -> None:
    head, pieces = crowd.built.cast["head"], list(row.evidence.all())
    if pieces and words.random.random() < 0.4:
        actions.remove_evidence(pk=pieces[0].pk, by=head)
        return
    values = {"kind": "link", "title": words.name(), "url": "https://contoh.example/bukti"}
    actions.add_evidence(owner=row, by=head, stored=None, values=values)


def _submit(crowd: Crowd, row: QuickWin, pks: list[int], words: Words) -> None:
    actions.move(pk=row.pk, name="submit", by=crowd.built.cast["head"])


def _create(crowd: Crowd, row: QuickWin, pks: list[int], words: Words) -> None:
    values = {"dimension": words.pick(crowd.built.dimensions), "name": words.name()}
    made = actions.create_quick_win(
        by=crowd.built.cast["head"], opd=row.opd, year=row.year, values=values, key=None
    )
    pks.append(made.pk)


# --- W2: the dashboard ----------------------------------------------------------------------------


def _dashboard(scales: list[Scale], count: int, checked: str) -> list[Row]:
    found = growth(scales, "W2", "dashboard", "/city/", count)
    found[0].facts["checked"] = checked
    return [*found, _dashboard_alone(scales[0], count)]


def growth(
    scales: list[Scale], goal: str, name: str, path: str, count: int, who: str = "leader"
) -> list[Row]:
    """CPU and wall of a page at each size, round by round."""
    cpu: dict[str, list[float]] = {scale.label: [] for scale in scales}
    wall: dict[str, list[float]] = {scale.label: [] for scale in scales}
    for _ in range(count):
        for scale in scales:
            page = entered(scale, lambda scale=scale: scale.get(who, path))
            cpu[scale.label].append(per_call(page, seconds=0.3))
            wall[scale.label].append(per_call(page, clock=time.perf_counter, seconds=0.3))
    first, second, last = scales[0].label, scales[min(1, len(scales) - 1)].label, scales[-1].label
    facts = {
        "ms": {label: round(statistics.median(values), 2) for label, values in cpu.items()},
        "wall_ms": {label: round(statistics.median(values), 2) for label, values in wall.items()},
        "statements": pages.statements_of(lambda: scales[-1].get(who, path)),
    }
    found = []
    for title, times in (("CPU", cpu), ("wall", wall)):
        if last != second:
            found.append(
                Row(goal, f"{name} {last} / {second}, {title}", ratios(times[last], times[second]), 1.15)
            )
        found.append(Row(goal, f"{name} {last} / {first}, {title}", ratios(times[last], times[first]), 1.3))
    found[0].facts.update(facts)
    return found


def _dashboard_alone(scale: Scale, count: int) -> Row:
    """The page without session, sign-in and middleware, against hello without them."""
    bare = pages.handler([], baseline=True)
    leader, factory = scale.people["leader"], RequestFactory()

    def page() -> bytes:
        request = factory.get("/city/")
        request.user = copy(leader)  # without the memberships an earlier call left on it
        return city(request).content

    def hello() -> bytes:
        return scale.visitors["leader"].get(bare, "/hello")

    entered(scale, page)
    hello()
    slow, zero = [], []
    for _ in range(count):
        zero.append(per_call(hello))
        slow.append(per_call(page, seconds=0.3))
    return Row("W2 hello", "dashboard without sign-in / hello, CPU", ratios(slow, zero), 30)


def entered(scale: Scale, page: Callable[[], bytes]) -> Callable[[], bytes]:
    """Go to the database of a size and call the page until its connection is warm."""
    scale.enter()
    for _ in range(2):
        page()
    return page


# --- W6: long lists -------------------------------------------------------------------------------


def _lists(scales: list[Scale], count: int) -> list[Row]:
    return [
        sql_growth(scales, "list", "/quick-wins/", _middle_of_list, count),
        sql_growth(scales, "queue", "/queue/", _middle_of_queue, count),
    ]


def sql_growth(
    scales: list[Scale], name: str, path: str, middle: Callable[[Scale], str], count: int, goal: str = "W6"
) -> Row:
    """Time of all statements of the middle page, as the program that asks them sees it."""
    times: dict[str, list[float]] = {scale.label: [] for scale in scales}
    statements = set()
    for _ in range(count):
        for scale in (scales[0], scales[-1]):
            scale.enter()
            page = f"{path}{'&' if '?' in path else '?'}page={middle(scale)}"
            entered(scale, lambda scale=scale, page=page: scale.get("reviewer", page))
            spent = []
            for _ in range(CALLS):
                with pages.sql_of() as sql:
                    scale.get("reviewer", page)
                spent.append(sql.ms)
                statements.add(sql.statements)
            times[scale.label].append(statistics.median(spent))
    first, last = scales[0].label, scales[-1].label
    facts = {
        "sql_ms": {label: round(statistics.median(times[label]), 2) for label in (first, last)},
        "statements": sorted(statements),
    }
    what = f"{name}: SQL time of the middle page, {last} / {first}"
    return Row(goal, what, ratios(times[last], times[first]), 2.5, facts=facts)


def _middle_of_list(scale: Scale) -> str:
    """The address of the page after the row in the middle, as the page before it gives it."""
    half = QuickWin.objects.filter(number__gte=scale.count // 2)
    return paging.page(half, "", order=("number",), size=50).next_page_number


def _middle_of_queue(scale: Scale) -> str:
    waiting = QuickWin.objects.filter(status=Status.SUBMITTED)
    half = waiting.filter(number__lte=scale.count // 2)  # the higher the number, the earlier it was submitted
    return paging.page(half, "", order=("submitted_at", "pk"), size=50).next_page_number


# --- E1: charts -----------------------------------------------------------------------------------


def _charts(scale: Scale, count: int) -> Row:
    """The CPU of every chart function while the dashboard is made, as a share of the page's."""
    page = entered(scale, lambda: scale.get("leader", "/city/"))
    shares = []
    for _ in range(count):
        with _timed(charts, [name for name in charts.__all__ if name[0].islower()]) as spent:
            start = time.process_time()
            for _ in range(30):
                page()
            shares.append(spent[0] / (time.process_time() - start) * 100)
    drawn = page().count(b"<svg")
    return Row("E1 page", "charts' share of the dashboard's CPU", shares, 5, "%", facts={"svg": drawn})


@contextmanager
def _timed(module: Any, names: list[str]) -> Iterator[list[float]]:
    """Add up the CPU seconds spent in some functions of a module."""
    spent, real = [0.0], {name: getattr(module, name) for name in names}

    def timing(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent[0] += time.process_time() - start

        return call

    for name, function in real.items():
        setattr(module, name, timing(function))
    try:
        yield spent
    finally:
        for name, function in real.items():
            setattr(module, name, function)
