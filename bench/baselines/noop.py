"""Celery alone: an app with a task that writes down how long it was on its way."""

import os
import time
from pathlib import Path

from celery import Celery

# Not the current app: whoever imports this may have an app of its own.
app = Celery("noop", broker=os.environ["NOOP_BROKER"], set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    task_default_queue="noop",
)


@app.task
def arrive(sent: float) -> None:
    with Path(os.environ["NOOP_LOG"]).open("a") as log:
        log.write(f"{(time.time() - sent) * 1000:.3f}\n")
