"""The project package: wiring and plumbing without tables."""

from smartcity.celery import app as celery_app

__all__ = ["celery_app"]
