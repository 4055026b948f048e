"""The suite's own footing: a real worker takes a real message, and the services come and go as the stories need."""

import pytest
from kombu.exceptions import ChannelError, OperationalError

from smartcity.celery import app
from tests.servers import wait_until
from tests.services import Broker, Worker

pytestmark = pytest.mark.background


def test_worker_consumes_both_queues(broker: Broker, worker: Worker) -> None:
    for queue in ("celery", "pdf"):
        app.send_task("celery.backend_cleanup", queue=queue)
    wait_until(
        lambda: worker.output().count("celery.backend_cleanup") >= 4, 20, what="two tasks received and done"
    )


def test_message_waits_for_the_worker(broker: Broker, worker: Worker) -> None:
    worker.kill()
    app.send_task("celery.backend_cleanup", queue="celery")
    worker.start()
    wait_until(lambda: "succeeded" in worker.output(), 20, what="the waiting message")


def test_worker_comes_back_with_the_broker(broker: Broker, worker: Worker) -> None:
    broker.go_away()
    with pytest.raises((OperationalError, ChannelError, OSError)):
        app.send_task("celery.backend_cleanup", queue="celery", retry=False)
    worker.return_with(broker)
    app.send_task("celery.backend_cleanup", queue="celery")
    wait_until(lambda: "succeeded" in worker.output(), 60, what="a task after the broker's return")
