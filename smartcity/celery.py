"""The Celery app: brokers, queues and the beat schedule.

The row is the truth and a task is a doorbell: every task takes ids, and a beat task
sweeps what a lost message left behind (docs/adr/0004).
"""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcity.settings")

app = Celery("smartcity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect  # type: ignore[untyped-decorator, unused-ignore]
def _leave_logging_alone(**_: object) -> None:
    """Django's LOGGING counts in workers, too; Celery would give the root logger a level of its own."""
