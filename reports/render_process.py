"""The process that turns a document into PDF: `python -m reports.render_process`, fed over its stdin.

It is started by `reports.sandbox` with an empty environment: no database, no secret, no Django. It imports
WeasyPrint once, then forks one child per document (1.7 ms instead of 0.8 s), so that every report gets a
fresh heap and limits of its own, and whatever a hostile picture or text may do dies with that child.

Wire: frames of one type byte, four length bytes and the body. In: JOB (JSON). Out: PROGRESS (JSON) any number
of times, then PDF (bytes), then DONE (JSON); or FAILED (JSON) when the child could not finish.
"""

import contextlib
import json
import os
import resource
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from reports import pdf

JOB, PROGRESS, PDF, DONE, FAILED = (bytes([number]) for number in range(1, 6))
LARGEST_FRAME = 256 * 1024 * 1024
LARGEST_FILE = 64 * 1024 * 1024  # the font WeasyPrint unpacks; nothing else is written to disk

# reasons a child gives up, as the worker reads them
PAGES, MEMORY, TIME, BROKEN, CRASHED = "pages", "memory", "time", "broken", "crashed"


def main() -> None:
    """Serve documents until the socket closes."""
    wire = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    _leave_the_network()
    pdf.warm_up()
    while (frame := receive(wire)) is not None:
        with tempfile.TemporaryDirectory(prefix="report-") as folder:
            _serve(wire, json.loads(frame[1]), folder)


def _leave_the_network() -> None:
    """Move into an empty network namespace where the kernel allows it; the fetcher is closed anyway."""
    with contextlib.suppress(OSError):
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def send(wire: socket.socket, kind: bytes, body: bytes | dict[str, Any]) -> None:
    """Send one frame."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    wire.sendall(kind + struct.pack(">I", len(content)) + content)


def receive(wire: socket.socket) -> tuple[bytes, bytes] | None:
    """Return the next frame (type, body), or None when the other side has closed. Raises OSError."""
    head = _exactly(wire, 5)
    if head is None:
        return None
    (length,) = struct.unpack(">I", head[1:])
    if length > LARGEST_FRAME:
        raise OSError("frame too large")
    body = _exactly(wire, length)
    return None if body is None else (head[:1], body)


def _exactly(wire: socket.socket, count: int) -> bytes | None:
    parts = []
    while count:
        part = wire.recv(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _serve(wire: socket.socket, job: dict[str, Any], folder: str) -> None:
    """Fork, wait, and say how the child ended. The child has sent the PDF itself when it ended well."""
    child = os.fork()
    if child == 0:
        _render_and_exit(wire, job, folder)
    _, status, usage = os.wait4(child, 0)
    facts = {"cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss // 1024}
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        send(wire, DONE, facts)
    else:
        # Negative: killed by a signal. SIGXCPU (24) is the CPU limit; SIGABRT and SIGTRAP are how C libraries
        # take a refused allocation. Positive: the child had time to say why.
        reason = (
            {-24: TIME, -6: MEMORY, -5: MEMORY}.get(code, CRASHED)
            if code < 0
            else _REASONS.get(code, CRASHED)
        )
        send(wire, FAILED, facts | {"reason": reason, "code": code})


_REASONS = {10: PAGES, 11: MEMORY, 12: BROKEN}


def _render_and_exit(wire: socket.socket, job: dict[str, Any], folder: str) -> NoReturn:
    code = 1
    try:
        _limit(job["limits"])
        tempfile.tempdir = folder
        pdf.tune_collector()
        done = pdf.write(
            pdf.Document(job["html"], job["css"], _assets(job["assets"]), job["identifier"]),
            progress=lambda stage, page: send(wire, PROGRESS, {"stage": stage, "page": page}),
            page_limit=job["limits"]["pages"],
        )
        send(wire, PROGRESS, {"stage": "sent", "page": done.pages, "refused": done.refused[:20]})
        send(wire, PDF, done.content)
        code = 0
    except pdf.TooManyPages:
        code = 10
    except MemoryError:
        code = 11
    except pdf.BrokenPdf:
        code = 12
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)  # no clean-up of what belongs to the parent


def _limit(limits: dict[str, int]) -> None:
    memory, seconds = limits["memory_mb"] * 1024 * 1024, limits["cpu_seconds"]
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 5),  # the soft limit first, so that the ending says why
        (resource.RLIMIT_FSIZE, LARGEST_FILE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def _assets(paths: dict[str, dict[str, str]]) -> dict[str, pdf.Asset]:
    """Read what the document may show. Own assets carry a media type; the rest must prove to be pictures."""
    assets: dict[str, pdf.Asset] = {}
    for address, source in paths.items():
        try:
            content = Path(source["path"]).read_bytes()
        except OSError:
            continue
        asset = pdf.Asset(content, source["type"]) if source.get("type") else pdf.picture(content)
        if asset is not None:
            assets[address] = asset
    return assets


if __name__ == "__main__":
    main()
