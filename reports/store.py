"""Where report files lie: under the SHA-256 of their bytes, outside every web root, complete or not at all.

    <PORTAL_REPORT_ROOT>/ab/cd/abcd….pdf        a report, or the minutes of a panel
    <PORTAL_REPORT_ROOT>/ab/cd/abcd….zip        a dossier
    <PORTAL_REPORT_ROOT>/incoming/dossier-7-…   a dossier that is being packed

A file is never overwritten: another content is another name. A row names a file only after it is on disk.
"""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

PDF, ZIP = "pdf", "zip"
_HASH = re.compile(r"[0-9a-f]{64}")


def keep(content: bytes) -> str:
    """Store a file and return its SHA-256: temporary name, fsync, rename. Raises OSError."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_for(sha256)
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    temporary = target.with_name(f".{secrets.token_hex(8)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
        _sync(folder)
    return sha256


@contextlib.contextmanager
def incoming(work: str) -> Iterator[BufferedRandom]:
    """Open a private file for a long work and remove it at the end, unless it was given its place (`settle`).

    What earlier attempts of the same work left behind, because their worker was killed, goes first.
    """
    folder = Path(settings.PORTAL_REPORT_ROOT) / "incoming"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for left in folder.glob(f"{work}-*"):
        left.unlink(missing_ok=True)
    temporary = folder / f"{work}-{secrets.token_hex(8)}"
    try:
        with open(temporary, "x+b", opener=_private) as file:
            yield file
    finally:
        temporary.unlink(missing_ok=True)


def settle(file: BufferedRandom, suffix: str) -> tuple[str, int]:
    """Give a finished private file its place; return its SHA-256 and size. Raises OSError."""
    file.flush()
    os.fsync(file.fileno())
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.seek(0, os.SEEK_END)
    target = path_for(sha256, suffix)
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    os.replace(file.name, target)
    for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
        _sync(folder)
    return sha256, size


def path_for(sha256: str, suffix: str = PDF) -> Path:
    """Return where a file lies or would lie. Raises ValueError for what is not a SHA-256."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    return Path(settings.PORTAL_REPORT_ROOT) / relative_path(sha256, suffix)


def relative_path(sha256: str, suffix: str = PDF) -> str:
    """Return the same place relative to the root, for `X-Accel-Redirect`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.{suffix}"


def is_there(sha256: str, size: int | None, suffix: str = PDF) -> bool:
    """Whether a file of the right size lies in its place: a page does not read gigabytes to say so."""
    try:
        return path_for(sha256, suffix).stat().st_size == size
    except FileNotFoundError:
        return False


def open_intact(sha256: str, suffix: str = PDF) -> BinaryIO | None:
    """Open a stored file whose bytes still are what its name says (3 MB take 5 ms); None otherwise."""
    try:
        file = path_for(sha256, suffix).open("rb")
    except FileNotFoundError:
        return None
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        return None
    file.seek(0)
    return file


def is_intact(sha256: str, suffix: str = PDF) -> bool:
    """Whether the file is there and still what its name says; reads all of it."""
    file = open_intact(sha256, suffix)
    if file is None:
        return False
    file.close()
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o640)


def _sync(folder: Path) -> None:
    """Let the disk know the new name, where the file system can be told."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
