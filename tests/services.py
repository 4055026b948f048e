"""Fixtures for tests that need the real thing: a broker on its own and a Celery worker beside the test.

The worker is the program production runs, in a process of its own, on the test's own database and folders. So a
test that uses it sees committed rows only (`transactional_db`).
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from smartcity.celery import app
from tests.servers import Process, Redis, wait_until


class Broker:
    """Where messages wait. `go_away` and `come_back` are what a restart of it looks like to the portal."""

    environment: dict[str, str]
    ends_workers: bool  # whether a worker gives up when it is away, for its supervisor to start it again

    def go_away(self) -> None:
        raise NotImplementedError

    def come_back(self) -> None:
        raise NotImplementedError


class FilesystemBroker(Broker):
    """A folder, as in the demonstration. Away: its disk is not there."""

    ends_workers = True

    def __init__(self, var: Path) -> None:
        self.queue = var / "broker" / "queue"
        self.environment = {"PORTAL_VAR": str(var)}

    def go_away(self) -> None:
        self.queue.rename(self.queue.with_suffix(".away"))
        self.queue.touch()  # a file: nothing can be put into it, not even by root

    def come_back(self) -> None:
        self.queue.unlink()
        self.queue.with_suffix(".away").rename(self.queue)


class RedisBroker(Broker):
    """A Redis of its own, as in production."""

    ends_workers = False

    def __init__(self, var: Path) -> None:
        self.server = Redis(var)
        self.environment = {"PORTAL_VAR": str(var), "PORTAL_REDIS_URL": self.server.url}
        self.come_back()

    def go_away(self) -> None:
        self.server.stop()

    def come_back(self) -> None:
        self.server.start()


class Worker(Process):
    """`celery worker` with one child, on the broker and the database of the test."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        command = [sys.executable, "-m", "celery", "-A", "smartcity", "worker", "-Q", "celery,pdf", "-c", "1"]
        command += ["-n", f"test{os.getpid()}@%h", "--without-gossip", "--without-mingle"]
        env = os.environ | broker.environment
        env |= {
            "PORTAL_LOG_LEVEL": "INFO",
            "PORTAL_DATABASE_URL": _database_url(),
            "PORTAL_EVIDENCE_ROOT": str(settings.PORTAL_EVIDENCE_ROOT),
            "PORTAL_REPORT_ROOT": str(settings.PORTAL_REPORT_ROOT),
        }
        super().__init__(command, folder / "worker.log", env=env)

    def start(self) -> None:
        seen = self.output().count(" ready.")
        super().start()
        wait_until(lambda: self._is_ready(seen), 60, what="the worker to be ready")

    def return_with(self, broker: Broker) -> None:
        """Bring the broker back, and start a worker that had given up, as its supervisor does."""
        if broker.ends_workers:
            wait_until(lambda: not self.is_running(), 30, what="the worker to give up")
        broker.come_back()
        if broker.ends_workers:
            self.start()

    def _is_ready(self, seen: int) -> bool:
        assert self.is_running(), self.output()
        return self.output().count(" ready.") > seen

    def kill(self) -> None:
        """The machine loses power: parent and child are gone at once."""
        self.stop(signal.SIGKILL)


@pytest.fixture(params=["filesystem", "redis"])
def broker(request: pytest.FixtureRequest, private_files: Path) -> Iterator[Broker]:
    """A broker of each kind in turn; this process publishes to it, and a `worker` listens to it."""
    made: Broker = {"filesystem": FilesystemBroker, "redis": RedisBroker}[request.param](private_files)
    before = (app.conf.broker_url, app.conf.broker_transport_options)
    _publish_to(*_settings_for(made))
    yield made
    _publish_to(*before)
    if isinstance(made, RedisBroker):
        made.go_away()


@pytest.fixture
def worker(broker: Broker, transactional_db: None, private_files: Path) -> Iterator[Worker]:
    """A worker that is ready for work; it is ended with the test."""
    made = Worker(broker, private_files)
    try:
        made.start()
        yield made
    finally:
        made.kill()


def kill_hard(worker: Worker) -> int:
    """Kill the child that holds the task as the kernel does when memory runs out; return its process id."""
    (child,) = wait_until(worker.children, 10, what="the worker's child")
    os.kill(child, signal.SIGKILL)
    return child


def _settings_for(broker: Broker) -> tuple[str, dict[str, object]]:
    """Ask the settings themselves what they make of the broker's environment."""
    ask = "import json; from smartcity import settings as s; "
    ask += "print(json.dumps([s.CELERY_BROKER_URL, s.CELERY_BROKER_TRANSPORT_OPTIONS]))"
    told = subprocess.check_output(
        [sys.executable, "-c", ask], env=os.environ | broker.environment, text=True
    )
    url, options = json.loads(told)
    return url, options


def _publish_to(url: str, options: dict[str, object]) -> None:
    """Point this process's Celery app at a broker and forget its open connections."""
    app.conf.update(broker_url=url, broker_transport_options=options)
    if app._pool is not None:
        app._pool.force_close_all()
        app._pool = None
    app.amqp._producer_pool = None


def _database_url() -> str:
    """Return the address of the test's database as PORTAL_DATABASE_URL takes it."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgres://{values['USER']}@/{values['HOST']}/{values['NAME']}"
