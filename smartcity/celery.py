"""The Celery app: brokers, queues and the beat schedule.

The row is the truth and a task is a doorbell: every task takes ids, and a beat task
sweeps what a lost message left behind (docs/adr/0004).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcity.settings")

app = Celery("smartcity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
