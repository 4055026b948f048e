"""From the button to the worker (C1), and what telling the progress costs (C2)."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from django.db import connection

from bench import pages
from bench.city import YEAR, Built
from bench.environment import Stage, use_new_database
from bench.measure import Row, interleaved, per_call
from bench.printing import Paper, build_whole, papers
from opd.models import User
from reports import sandbox, tasks
from reports.models import Cause, Report, Status, lease_of_a_new_report
from smartcity.lib import clock
from tests.servers import Process, wait_until

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE, AT_ONCE_QUICKLY = 60, 15  # tasks of a round, one after the other on an idle worker
PAUSE = 0.03


def rows(stage: Stage) -> list[Row]:
    use_new_database("background")
    paper = papers(["S"], stage.folder)["S"]
    count = stage.rounds(5)
    try:
        return [
            _enqueue(stage, paper.built, count),
            _start(stage, paper.built, count),
            _progress(paper, count),
        ]
    finally:
        sandbox.stop()


def _enqueue(stage: Stage, built: Built, count: int) -> Row:
    """What ringing for a worker adds to the view that asks for a report, beside a view with one query."""
    visitor = pages.Visitor(built.cast["reviewer"])
    bare = pages.handler([], baseline=True)

    def one_query() -> bytes:
        return visitor.get(bare, "/one-query")

    def ring() -> None:
        tasks.ring(0)  # a row that is not there: whoever hears it does nothing

    one_query()
    ring()
    query, rung = interleaved(
        count,
        lambda: per_call(one_query, clock=time.perf_counter),
        lambda: per_call(ring, clock=time.perf_counter),
    )
    _forget_messages(stage)
    facts = {"one_query_view_ms": round(sorted(query)[count // 2], 2)}
    return Row("C1 enqueue", "ringing for a worker, on top of its view, wall", rung, 1.5, "ms", facts=facts)


def _forget_messages(stage: Stage) -> None:
    import redis

    redis.Redis.from_url(stage.redis.url).flushdb()


def _start(stage: Stage, built: Built, count: int) -> Row:
    """From the ring to the claim of the row, on an idle worker; beside it a bare Celery task."""
    log = stage.folder / "noop.txt"
    broker = {"NOOP_BROKER": stage.redis.url.replace("/0", "/2"), "NOOP_LOG": str(log)}
    os.environ |= broker
    from bench.baselines import noop

    nobody = User.objects.create(username="without-any-role")
    tasks_a_round = stage.many(AT_ONCE, AT_ONCE_QUICKLY)
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    with (
        _worker(stage, "smartcity", "celery,pdf", {"PORTAL_DATABASE_URL": _address(stage)}),
        _worker(stage, "bench.baselines.noop", "noop", broker),
    ):
        for round_ in range(-1, count):
            if round_ == -1:  # the first messages find cold processes
                _claimed(built, nobody, round_, tasks_a_round)
                _noop(noop, log, tasks_a_round)
                continue
            ours.append(_claimed(built, nobody, round_, tasks_a_round))
            bare.append(_noop(noop, log, tasks_a_round))
    everything, other = sorted(chain.from_iterable(ours)), sorted(chain.from_iterable(bare))
    facts = {
        "p50_ms": _share(everything, 0.5), "p99_ms": _share(everything, 0.99), "tasks": len(everything),
        "bare_p50_ms": _share(other, 0.5), "bare_p99_ms": _share(other, 0.99),
    }  # fmt: skip
    values = [_share(sorted(times), 0.99) for times in ours]
    return Row("C1 start", "from the ring to the claimed row, p99 of a round", values, 10, "ms", facts=facts)


def _claimed(built: Built, nobody: User, round_: int, count: int) -> list[float]:
    """Ring for waiting reports, one at a time; the worker claims each and gives it up at once: nobody may ask."""
    now, times = clock.now(), []
    for place in range(count):
        version = 1000 + count * (round_ + 1) + place
        report = Report.objects.create(
            city=built.city, year=YEAR, number="LK", version=version, inputs={}, digest="0" * 64, requested_by=nobody,
            requested_role="reviewer", idempotency_key=f"bench-{version}", lease_until=lease_of_a_new_report(now),
        )  # fmt: skip
        sent = datetime.now(UTC)
        tasks.ring(report.pk)
        wait_until(
            Report.objects.filter(pk=report.pk, status=Status.FAILED).exists,
            30,
            what="a claimed report",
            pause=0.005,
        )
        report.refresh_from_db()
        assert report.cause == Cause.RIGHT, report.cause
        assert report.started_at is not None
        times.append((report.started_at - sent).total_seconds() * 1000)
        time.sleep(PAUSE)
    return times


def _noop(noop: object, log: Path, count: int) -> list[float]:
    log.write_text("")
    for _ in range(count):
        noop.arrive.delay(time.time())  # type: ignore[attr-defined]
        time.sleep(PAUSE)
    wait_until(lambda: log.read_text().count("\n") == count, 30, what="the bare tasks")
    return [float(line) for line in log.read_text().split()]


@contextmanager
def _worker(stage: Stage, app: str, queues: str, env: dict[str, str]) -> Iterator[None]:
    """The worker production runs, with one child."""
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-Q", queues, "-c", "1"]
    command += ["-n", f"{app}-{os.getpid()}@%h", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    worker = Process(
        command, stage.folder / f"{app}.log", env=os.environ | {"PORTAL_LOG_LEVEL": "INFO"} | env
    )
    worker.start()
    try:
        wait_until(lambda: " ready." in worker.output(), 60, what=f"the worker of {app}")
        yield
    finally:
        worker.stop()


def _address(stage: Stage) -> str:
    return stage.postgres.url(connection.settings_dict["NAME"])


def _progress(paper: Paper, count: int) -> Row:
    """CPU of writing down how far a report is, as a share of all CPU the report takes."""
    build_whole(paper)
    made = [build_whole(paper) for _ in range(count)]
    shares = [task.progress_cpu / task.cpu * 100 for task in made]
    facts = {"updates": made[-1].progress_count, "pages": made[-1].rendered.pages}
    return Row("C2", "telling the progress / CPU of the report", shares, 1, "%", facts=facts)


def _share(values: list[float], part: float) -> float:
    return round(values[min(len(values) - 1, int(len(values) * part))], 2)
