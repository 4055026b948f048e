"""The server's clock: the only source of "now".

Windows, deadlines and receipts ask `now()`, so that a test, or the demonstration that replays the
year 2022, can move time in one place without touching the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_replayed: ContextVar[datetime | None] = ContextVar("replayed", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _replayed.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Replay `moment` (aware) as the present inside the block; only this thread sees it."""
    if timezone.is_naive(moment):
        raise ValueError("clock.at needs an aware datetime")
    token = _replayed.set(moment)
    try:
        yield moment
    finally:
        _replayed.reset(token)
