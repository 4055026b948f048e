"""Where report files lie: under the SHA-256 of their bytes, outside every web root, complete or not at all.

    <PORTAL_REPORT_ROOT>/ab/cd/abcd….pdf

A file is never overwritten: another content is another name. A row names a file only after it is on disk.
"""

import contextlib
import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

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


def path_for(sha256: str) -> Path:
    """Return where a file lies or would lie. Raises ValueError for what is not a SHA-256."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    return Path(settings.PORTAL_REPORT_ROOT) / relative_path(sha256)


def relative_path(sha256: str) -> str:
    """Return the same place relative to the root, for `X-Accel-Redirect`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf"


def open_intact(sha256: str) -> BinaryIO | None:
    """Open a stored file whose bytes still are what its name says (3 MB take 5 ms); None otherwise."""
    try:
        file = path_for(sha256).open("rb")
    except FileNotFoundError:
        return None
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        return None
    file.seek(0)
    return file


def _sync(folder: Path) -> None:
    """Let the disk know the new name, where the file system can be told."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
