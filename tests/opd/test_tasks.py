"""What the clock rings for: the tasks exist under the names in the schedule, and do what they say."""

import os
import time
from pathlib import Path

from django.utils.module_loading import import_string

from smartcity.celery import app


def test_everything_in_the_schedule_is_a_task() -> None:
    """A renamed task would only be missed in production, by a worker that refuses the message."""
    for entry in app.conf.beat_schedule.values():
        assert import_string(entry["task"]).name == entry["task"]


def test_unfinished_uploads_are_swept_by_the_clock(private_files: Path) -> None:
    entry = app.conf.beat_schedule["sweep-incoming"]
    old, new = (private_files / "evidence" / "incoming" / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "upload").write_bytes(b"half")
    hours_ago = time.time() - 2 * entry["schedule"]
    os.utime(old, (hours_ago, hours_ago))
    import_string(entry["task"])()
    assert (old.exists(), new.exists()) == (False, True)
