"""The worker's side of the render process: start it, hand it a document, watch it, and end it when it takes
too long.

One render process belongs to one worker process and is kept warm between reports. It gets no environment but
a path: the database address and the secret key never reach the place where other people's pictures are
decoded.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from reports import render_process as wire

log = logging.getLogger("portal.reports")

ROOT = Path(__file__).resolve().parent.parent
TICK = 5.0  # seconds of silence after which the caller is told that the work still runs

# progress(stage, page): stages of reports.pdf, and "" for "still running"
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one report may use. Measured: 60 MB and 3.4 MB a page, 0.1 s a page (docs/adr/0010)."""

    memory_mb: int = 1536
    cpu_seconds: int = 240
    wall_seconds: int = 280
    pages: int = 300


@dataclass(frozen=True, slots=True)
class Job:
    """A document: `assets` maps an address to a file and its media type ("" for pictures by others)."""

    html: str
    css: str
    assets: Mapping[str, tuple[Path, str]]
    identifier: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished PDF, its pages, what it cost, and the addresses it asked for in vain."""

    content: bytes
    pages: int
    cpu_seconds: float
    peak_mb: int
    refused: tuple[str, ...]


class _Facts(TypedDict):
    """What the progress frames told last."""

    page: int
    refused: list[str]


class RenderFailed(Exception):
    """The render process gave up; `reason` is one of render_process.PAGES, MEMORY, TIME, BROKEN, CRASHED."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason


class RenderProcess:
    """A warm render process, ended with `close`. Renders one document at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no input from outside
                [sys.executable, "-m", wire.__name__],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,
            )
        self._socket = ours
        self.owner = os.getpid()
        self.pid = self._process.pid
        self._settled = True

    @property
    def alive(self) -> bool:
        """Whether this process still runs and was started by the process that asks (not before a fork)."""
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the process and its children at once."""
        self._socket.close()
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def render(self, job: Job, *, limits: Limits, progress: Progress) -> Rendered:
        """Render one document. Raises RenderFailed; whatever `progress` raises ends the process, too."""
        self._settled = False
        try:
            return self._render(job, limits, progress)
        finally:
            # Without a last word a child may still be at work on a document nobody waits for, and the wire is
            # out of step: a new process is cheap.
            if not self._settled:
                self.close()

    def _render(self, job: Job, limits: Limits, progress: Progress) -> Rendered:
        deadline = time.monotonic() + limits.wall_seconds
        try:
            self._socket.settimeout(TICK)
            wire.send(self._socket, wire.JOB, _as_json(job, limits))
            content, facts = b"", _Facts(page=0, refused=[])
            while True:
                kind, body = self._next_frame(deadline, progress)
                if kind == wire.PDF:
                    content = body
                    continue
                message = json.loads(body)
                self._settled = kind in (wire.DONE, wire.FAILED)
                if kind == wire.PROGRESS:
                    facts.update(message)
                    progress(message["stage"], message["page"])
                elif kind == wire.FAILED:
                    raise RenderFailed(message["reason"], f"code {message['code']}, {message['peak_mb']} MB")
                else:
                    return Rendered(
                        content, facts["page"], message["cpu"], message["peak_mb"], tuple(facts["refused"])
                    )
        except OSError as error:
            raise RenderFailed(wire.CRASHED, str(error)) from error

    def _next_frame(self, deadline: float, progress: Progress) -> tuple[bytes, bytes]:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise RenderFailed(wire.TIME, "wall clock")
            self._socket.settimeout(min(TICK, left))
            try:
                # Only the first byte may be waited for; a frame that has begun is followed by the rest of it.
                waiting = self._socket.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                progress("", 0)
                continue
            self._socket.settimeout(30)
            frame = wire.receive(self._socket) if waiting else None
            if frame is None:
                raise RenderFailed(wire.CRASHED, "closed")
            return frame


_process: RenderProcess | None = None


def render(job: Job, *, progress: Progress, limits: Limits | None = None) -> Rendered:
    """Render a document in this worker's render process, starting it when needed. Raises RenderFailed."""
    global _process
    if _process is None or not _process.alive:
        _process = RenderProcess()
    return _process.render(job, limits=limits or Limits(), progress=progress)


def stop() -> None:
    """End this worker's render process, if it has one."""
    global _process
    if _process is not None and _process.owner == os.getpid():
        _process.close()
    _process = None


def _as_json(job: Job, limits: Limits) -> dict[str, object]:
    return {
        "html": job.html,
        "css": job.css,
        "identifier": job.identifier,
        "assets": {
            address: {"path": str(path), "type": kind} for address, (path, kind) in job.assets.items()
        },
        "limits": {"memory_mb": limits.memory_mb, "cpu_seconds": limits.cpu_seconds, "pages": limits.pages},
    }
