"""What goes on behind the pages while a story watches them: a worker in a thread, the clock's task."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connections

from evaluations.models import EvaluationWindow
from evaluations.tasks import close_due_windows
from reports import sandbox
from smartcity.lib import clock


@contextmanager
def worker(task: Callable[[int], None], pk: int) -> Iterator[None]:
    """What the worker does with the message, in a thread, so that the page can be watched meanwhile."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            task(pk)
        except BaseException as error:
            errors.append(error)
        finally:
            sandbox.stop()
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(120)
    assert errors == []


def let_its_time_pass(window: EvaluationWindow) -> None:
    """The closing time is a moment ago; the clock's task comes by."""
    EvaluationWindow.objects.filter(pk=window.pk).update(closes_at=clock.now() - timedelta(seconds=1))
    close_due_windows()
