"""The plan and its quarterly reports: list (W1), board and city plan (W2), summaries (W3), long lists (W6)."""

import multiprocessing
import statistics
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from bench import pages
from bench.baselines import group_by, naive_list, naive_progress
from bench.content import SEED, Words
from bench.dash import LARGE, LARGEST, SMALL, Scale, growth, sql_growth
from bench.environment import Stage, use_new_database
from bench.many import Crowd
from bench.measure import Row, interleaved, per_call, ratios
from bench.planned import fill
from opd import actions, tallies
from opd.models import PlanTally, Program, Progress, ProgressTally
from opd.models.tally import COUNTED, STATES
from opd.workflow import PROGRAM, PROGRESS
from smartcity.lib import clock, paging
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus

ROUNDS, WRITERS = 5, 8
CELL = ["city_id", "year", "quarter", "opd_id", "dimension_id"]


def rows(stage: Stage) -> list[Row]:
    use_new_database("plan-writes")
    checked = _exact(fill(SMALL, stage.folder), stage.many(1_000, 40))
    sizes = (SMALL, LARGE) if stage.quick else (SMALL, LARGE, LARGEST)
    scales = [Scale(stage, size, kind="plan", fill=fill) for size in sizes]
    count = stage.rounds(ROUNDS)
    board = growth(scales, "W2 board", "board of 60 agencies", "/board/", count, who="reviewer")
    board[0].facts["checked"] = checked
    scales[1].enter()
    return [
        *_list_page(scales[1], count),
        *board,
        *growth(scales, "W2 plan", "city plan", "/city/plan/", count),
        *_upkeep(scales[-1], count),
        *_lists(scales, count),
    ]


# --- The gate: the summaries are exact --------------------------------------------------------------


class _Writes:
    """Random writes through the portal's own doors: one agency's people, the reviewer and the planner."""

    def __init__(self, crowd: Crowd) -> None:
        self.built, self.words = crowd.built, Words(SEED)
        self.cast = self.built.cast
        self.opd = next(iter(self.cast["head"].opds()))
        self.who = dict.fromkeys(("propose", "recall"), "operator") | dict.fromkeys(
            ("send_back", "submit"), "head"
        )

    def one(self) -> None:
        """Do something to a report or a programme. Raises what the door raises when it refuses."""
        step = self.words.pick(
            [self.edit, self.edit, self.prove, self.begin, self.move, self.move, self.plan]
        )
        step()

    def report(self) -> Progress:
        return self.words.pick(list(Progress.objects.for_detail().filter(opd=self.opd).order_by("pk")))

    def program(self) -> Program:
        return self.words.pick(list(Program.objects.for_detail().filter(opd=self.opd).order_by("pk")))

    def edit(self) -> None:
        row, pick = self.report(), self.words.pick
        state = pick(["RUNNING", "NOT_STARTED", "DONE", "STOPPED", ""])
        values = {
            "value": pick([None, 3, 90, 120]), "absorbed": pick([None, 4, 10**6]), "state": state,
            "state_reason": "Digabung." if state == "STOPPED" else "", "next_step": pick(["", "Dilanjutkan."]),
        }  # fmt: skip
        actions.save_progress(
            pk=row.pk, values=values, unreadable={}, version=row.version, by=self.cast["operator"]
        )

    def prove(self) -> None:
        row, by = self.report(), self.cast["operator"]
        pieces = list(row.evidence.all())
        if pieces and self.words.random.random() < 0.3:
            actions.remove_evidence(pk=pieces[0].pk, by=by)
            return
        values = {"kind": "link", "title": self.words.name(), "url": "https://contoh.example/bukti"}
        actions.add_evidence(owner=row, by=by, stored=None, values=values)

    def begin(self) -> None:
        year = self.built.city.evaluation_year - self.words.pick([0, 1, 2])
        program, quarter = self.program(), self.words.pick([1, 2, 3, 4])
        actions.start_progress(program=program, year=year, quarter=quarter, by=self.cast["operator"])

    def move(self) -> None:
        row = self.report()
        name = self.words.pick([name for name, move in PROGRESS.moves.items() if row.status in move.sources])
        by = self.cast[self.who.get(name, "reviewer")]
        actions.move_progress(pk=row.pk, name=name, by=by, note=self.words.sentence(3))

    def plan(self) -> None:
        row, pick = self.program(), self.words.pick
        if row.status == "returned" and pick([True, True, False]):
            dimension, year = pick(self.built.dimensions), self.built.city.evaluation_year - pick([0, 1])
            place = {"dimension": dimension, "sub_dimension": pick(self.built.subs[dimension.pk])}
            actions.save_program(pk=row.pk, values=place, version=row.version, by=self.cast["head"])
            figures = {"target": pick([None, 50, 200]), "budget": pick([0, 10**8])}
            actions.save_program_year(
                pk=row.pk, year=year, values=figures, by=self.cast["head"], version=None
            )
            return
        name = pick([name for name, move in PROGRAM.moves.items() if row.status in move.sources])
        by = self.cast["head" if name == "submit" else "planner"]
        actions.move_program(pk=row.pk, name=name, by=by, note=self.words.sentence(3))


def _exact(crowd: Crowd, writes: int) -> str:
    """Both summaries equal a GROUP BY over the rows after random writes through the portal's own doors."""
    random, done, refused = _Writes(crowd), 0, 0
    before = set(ProgressTally.objects.values_list(*CELL, *COUNTED))
    while done < writes:
        try:
            random.one()
            done += 1
        except (NotReady, WrongStatus, PermissionDenied, StaleVersion):
            refused += 1
    sums = ["filled", "total", "late::int", "(corrections > 0)::int"]
    raw = group_by.totals(Progress._meta.db_table, CELL, [*COUNTED], sums)
    kept = _kept(ProgressTally, CELL, [*COUNTED, "filled", "total", "late", "corrected"])
    assert kept == raw, "the summary of reports is wrong"
    raw = group_by.totals(*_PLAN)
    kept = _kept(PlanTally, [CELL[0], CELL[1], CELL[3], CELL[4]], _PLAN_NAMES)
    assert kept == raw, "the summary of the plan is wrong"
    moved = len(set(ProgressTally.objects.values_list(*CELL, *COUNTED)) - before)
    assert moved > 5, "the writes changed nothing"
    return f"summaries equal GROUP BY after {done} random writes ({refused} refused, {moved} cells changed)"


def _kept(table: Any, cell: list[str], names: list[str]) -> dict[tuple[int, ...], tuple[int, ...]]:
    """The stored cells that hold something."""
    found = {row[: len(cell)]: row[len(cell) :] for row in table.objects.values_list(*cell, *names)}
    return {key: numbers for key, numbers in found.items() if any(numbers)}


_PLAN_NAMES = [
    "programs", "expected", "unknown", *STATES, "with_target", "measured", "reached", "budget_apbd", "budget_other",
    "absorbed",
]  # fmt: skip
_MEASURED = "target IS NOT NULL AND actual IS NOT NULL"
_PLAN = (
    "opd_programyear y JOIN opd_program p ON p.id = y.program_id AND p.status = 'approved'",
    ["p.city_id", "y.year", "p.opd_id", "p.dimension_id"],
    ["approved"],
    [
        "(state <> 'STOPPED')::int", "(state = '')::int", *(f"(state = '{name.upper()}')::int" for name in STATES),
        "(target IS NOT NULL)::int", f"({_MEASURED})::int",
        f"({_MEASURED} AND CASE better WHEN 'up' THEN actual >= target ELSE actual <= target END)::int",
        "CASE WHEN fund_source IN ('APBD', '') THEN budget END",
        "CASE WHEN fund_source NOT IN ('APBD', '') THEN budget END", "absorbed",
    ],
)  # fmt: skip


# --- W1: the list of quarterly reports --------------------------------------------------------------


def _list_page(scale: Scale, count: int) -> list[Row]:
    """Fifty programmes with four quarters each, against the same page written naively."""
    _fill_baselines(scale.crowd)
    year, visitor = scale.crowd.built.city.evaluation_year, scale.visitors["reviewer"]
    usual = pages.handler(pages.USUAL, baseline=True, plan=True)
    bare = pages.handler([], baseline=True, plan=True)

    def page() -> bytes:
        return scale.get("reviewer", "/progress/")

    def naive() -> bytes:
        return visitor.get(usual, f"/naive-progress?year={year}")

    def hello() -> bytes:
        return visitor.get(bare, "/hello")

    for call in (page, naive, hello):
        call()
        call()
    for mark in (b'<tr role="row">', b'<span class="quarter">', b"flag--bad"):
        assert page().count(mark) == naive().count(mark) > 0, (mark, page().count(mark), naive().count(mark))
    zero, slow, fast = interleaved(
        count,
        lambda: per_call(hello),
        lambda: per_call(naive, seconds=0.3),
        lambda: per_call(page, seconds=0.3),
    )
    facts = {
        "ms": _middle(fast), "naive_ms": _middle(slow), "hello_ms": _middle(zero),
        "kilobytes": round(len(page()) / 1024), "naive_kilobytes": round(len(naive()) / 1024),
        "statements": pages.statements_of(page), "naive_statements": pages.statements_of(naive),
    }  # fmt: skip
    what = "quarterly reports, 50 programmes, signed in"
    return [
        Row("W1 plan", f"{what} / the same page written naively, CPU", ratios(fast, slow), 0.48, facts=facts),
        Row("W1 plan hello", f"{what} / hello without middleware, CPU", ratios(fast, zero), 65),
    ]


def _fill_baselines(crowd: Crowd) -> None:
    """The naive page has tables of its own, with the same rows in them."""
    made = (
        naive_list.Agency, naive_list.Role, naive_list.Deadline, naive_progress.Program, naive_progress.Report,
        naive_progress.Period,
    )  # fmt: skip
    with connection.schema_editor() as editor:
        for model in made:
            editor.create_model(model)
    built, tables = crowd.built, [model._meta.db_table for model in made]
    naive_list.Agency.objects.bulk_create(naive_list.Agency(pk=row.pk, short=row.short) for row in built.opds)
    naive_list.Role.objects.create(
        user_id=built.cast["reviewer"].pk, name="reviewer", agency_id=built.opds[0].pk
    )
    naive_list.Deadline.objects.create(label="Jendela evaluasi ditutup", until=crowd.window.closes_at)
    copied = (
        f"INSERT INTO {tables[3]} (id, agency_id, code, name) SELECT id, opd_id, code, name FROM opd_program",
        f"INSERT INTO {tables[4]} (id, program_id, year, quarter, status, value, late, corrections, submitted_at)"
        " SELECT id, program_id, year, quarter, status, value, late, corrections, submitted_at FROM opd_progress"
        " WHERE submitted_at IS NOT NULL",
        f"INSERT INTO {tables[5]} (year, quarter, due_at) SELECT year, quarter, due_at FROM opd_reportingperiod",
        f"CREATE INDEX ON {tables[3]} (code)",
        f"CREATE INDEX ON {tables[4]} (status)",
        *(f"VACUUM ANALYZE {table}" for table in tables),
    )
    with connection.cursor() as cursor:
        for statement in copied:
            cursor.execute(statement)


# --- W3: keeping the summary ------------------------------------------------------------------------


def _upkeep(scale: Scale, count: int) -> list[Row]:
    """A change of one status with and without its summary, each in a transaction of its own."""
    scale.enter()
    verified = Progress.objects.filter(status="verified", year=scale.crowd.built.city.evaluation_year - 1)
    place = verified.order_by("pk").values(*CELL)[0]
    pks = list(verified.filter(**place).order_by("pk").values_list("pk", flat=True)[:WRITERS])
    # The plain writes need rows of their own, whose summary nobody keeps meanwhile.
    others = list(verified.exclude(**place).order_by("pk").values_list("pk", flat=True)[: len(pks)])
    plain, kept = _Write(others[0], follow=False), _Write(pks[0], follow=True)
    for write in (plain, kept):
        write()
    without, with_it = interleaved(
        count,
        lambda: per_call(plain, clock=time.perf_counter, seconds=0.4),
        lambda: per_call(kept, clock=time.perf_counter, seconds=0.4),
    )
    writes = 40 if scale.count < LARGEST else 150
    alone, shared = interleaved(
        count,
        lambda: _at_once(others, writes, follow=False),
        lambda: _at_once(pks, writes, follow=True),
    )
    Progress.objects.filter(pk__in=others).update(status="verified")
    assert list(tallies.contradictions()) == [], "a summary is wrong after the eight writers"
    facts = {
        "ms": _middle(with_it), "plain_ms": _middle(without), "rows_in_the_cell": Progress.objects.filter(**place).count(),
        "statements": pages.statements_of(kept), "plain_statements": pages.statements_of(plain),
    }  # fmt: skip
    together = {
        "ms_a_write": _middle(shared),
        "plain_ms_a_write": _middle(alone),
        "writes": writes * len(pks),
    }
    return [
        Row("W3", f"write with its summary / a plain update, {scale.label}, wall", ratios(with_it, without), 2, facts=facts),
        Row(
            "W3 eight", f"{len(pks)} writers in one cell with the summary / without, {scale.label}, wall",
            ratios(shared, alone), 2, facts=together,
        ),
    ]  # fmt: skip


class _Write:
    """Turns a report's status there and back, and its summary with it when it is to follow."""

    def __init__(self, pk: int, *, follow: bool) -> None:
        self.report, self.follow = Progress.objects.get(pk=pk), follow

    def __call__(self) -> None:
        report, before = self.report, tallies.share(self.report)
        report.status = "returned" if report.status == "verified" else "verified"
        with transaction.atomic():
            Progress.objects.filter(pk=report.pk).update(status=report.status, updated_at=clock.now())
            if self.follow:
                tallies.follow(report, before)


def _at_once(pks: list[int], writes: int, *, follow: bool) -> float:
    """Milliseconds a write, when each row has a process of its own that writes it again and again."""
    connection.close()  # a child must not speak on its parent's line
    fork = multiprocessing.get_context("fork")
    gate = fork.Barrier(len(pks) + 1)
    children = [fork.Process(target=_writer, args=(pk, writes, follow, gate)) for pk in pks]
    for child in children:
        child.start()
    gate.wait(60)
    start = time.perf_counter()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * len(pks)
    return (time.perf_counter() - start) * 1000 / (writes * len(pks))


def _writer(pk: int, writes: int, follow: bool, gate: Any) -> None:
    write = _Write(pk, follow=follow)
    gate.wait(60)
    for _ in range(writes):
        write()
    connection.close()


# --- W6: long lists -----------------------------------------------------------------------------------


def _lists(scales: list[Scale], count: int) -> list[Row]:
    lists: tuple[tuple[str, str, Callable[[Scale], str]], ...] = (
        ("quarterly reports", "/progress/", _middle_program),
        ("queue of reports", "/queue/?kind=progress", _middle_of_queue),
        ("programmes", "/programs/", _middle_program),
    )
    return [sql_growth(scales, name, path, middle, count, "W6 plan") for name, path, middle in lists]


@cache
def _middle_program(scale: Scale) -> str:
    """The address of the page after the programme in the middle, as the page before it gives it."""
    return _middle_page(Program.objects.approved(), ("code", "pk"))


@cache
def _middle_of_queue(scale: Scale) -> str:
    return _middle_page(Progress.objects.waiting(), ("submitted_at", "pk"))


def _middle_page(found: Any, order: tuple[str, str]) -> str:
    rows = found.order_by(*order)
    half = getattr(rows[rows.count() // 2], order[0])
    token = paging.page(rows.filter(**{f"{order[0]}__gte": half}), "", order=order, size=50).next_page_number
    assert token, "the list has no page after its middle"
    return token


def _middle(values: list[float]) -> float:
    return round(statistics.median(values), 3)
