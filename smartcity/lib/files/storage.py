"""Where evidence lies: under the SHA-256 of its bytes, outside every web root, complete or not at all.

    <PORTAL_EVIDENCE_ROOT>/ab/cd/abcd…           the file
    <PORTAL_EVIDENCE_ROOT>/ab/cd/abcd….preview   a photo's small JPEG
    <PORTAL_EVIDENCE_ROOT>/incoming/<random>/    an upload under inspection

Names on disk are made of hexadecimal digits, so nothing a person types ever becomes a path.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path

from django.conf import settings

CHUNK = 256 * 1024
INCOMING = "incoming"
_HASH = re.compile(r"[0-9a-f]{64}")
_FOLDER_MODE, _FILE_MODE = 0o750, 0o640  # the group may read: nginx sends the bytes
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class TooLarge(Exception):
    """More bytes arrived than may be kept."""


def root() -> Path:
    """Return the folder of all evidence."""
    return Path(settings.PORTAL_EVIDENCE_ROOT)


def path_for(sha256: str) -> Path:
    """Return where a file lies or would lie. Raises ValueError for anything but 64 lower-case hex digits."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    return root() / relative_path(sha256)


def relative_path(sha256: str) -> str:
    """Return the same place relative to the root, for `X-Accel-Redirect`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def preview_path_for(sha256: str) -> Path:
    """Return where the preview of a photo lies or would lie. Raises ValueError as `path_for` does."""
    path = path_for(sha256)
    return path.with_name(f"{path.name}.preview")


def open_stored(sha256: str) -> BufferedReader:
    """Open a stored file for reading.

    Raises FileNotFoundError, also when a link or folder has taken its place.
    """
    return open_regular(path_for(sha256))


def open_preview(sha256: str) -> BufferedReader:
    """Open the preview of a photo for reading. Raises FileNotFoundError as `open_stored` does."""
    return open_regular(preview_path_for(sha256))


def has_preview(sha256: str) -> bool:
    """Tell whether a preview is stored beside the file."""
    return _is_regular(preview_path_for(sha256))


def is_intact(sha256: str) -> bool:
    """Tell whether the stored bytes still are what their name says. Reads the whole file."""
    try:
        with open_stored(sha256) as file:
            return digest(file) == sha256
    except FileNotFoundError:
        return False


def stored_hashes() -> Iterator[str]:
    """Yield the SHA-256 of every stored file, for comparing with the rows that name them."""
    for path in root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        if _HASH.fullmatch(path.name):
            yield path.name


def open_regular(path: Path) -> BufferedReader:
    """Open a plain file that lies inside the root, following no link. Raises FileNotFoundError."""
    if not _is_inside(path):
        raise FileNotFoundError(errno.ENOENT, "outside the evidence folder", path.name)
    return open_no_follow(path)


def open_no_follow(path: Path) -> BufferedReader:
    """Open a plain file whose last part is no link, pipe or device. Raises FileNotFoundError."""
    try:
        # O_NONBLOCK: opening a pipe would wait for its other end for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FileNotFoundError(errno.ENOENT, str(error), path.name) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(errno.ENOENT, "not a plain file", path.name)
    return os.fdopen(handle, "rb")


def digest(file: BufferedReader) -> str:
    """Return the SHA-256 of an open file, read in pieces."""
    return hashlib.file_digest(file, "sha256").hexdigest()


# --- writing --------------------------------------------------------------------------------------


@contextlib.contextmanager
def incoming_folder() -> Iterator[Path]:
    """Make a private folder on the same file system for one upload; remove it when the inspection fails."""
    folder = root() / INCOMING / secrets.token_hex(16)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    except BaseException:
        remove_folder(folder)
        raise


def remove_folder(folder: Path) -> None:
    """Remove an upload's folder and what is left in it; nothing happens when it is gone.

    Raises ValueError for any other folder: this is the only place where the portal removes a whole tree.
    """
    if folder.parent != root() / INCOMING:
        raise ValueError("not an upload's folder")
    shutil.rmtree(folder, ignore_errors=True)


def sweep_incoming(*, older_than: float = 3600) -> int:
    """Remove uploads a killed process left behind, by age in seconds; return how many."""
    removed = 0
    for folder in (root() / INCOMING).glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.lstat().st_mtime > older_than:
                remove_folder(folder)
                removed += 1
    return removed


def write_new(path: Path, chunks: Iterable[bytes], *, limit: int) -> int:
    """Write a new file from pieces and return its size. Raises TooLarge once `limit` bytes are exceeded.

    Only one piece is in memory at a time, and the limit counts what arrives, not what was announced.
    """
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size


def keep(source: Path, sha256: str, preview: bytes | None) -> Path:
    """Give an inspected file its place and return it. Raises OSError; then nothing has changed but `source`.

    The preview goes first: who sees the file sees its preview, too. Renaming is atomic, so two processes that
    bring the same bytes at once both succeed and the second changes nothing.
    """
    target = path_for(sha256)
    _make_folders(target.parent)
    if not _is_inside(target):
        raise OSError(errno.EPERM, "a link leads out of the evidence folder", target.name)
    if preview is not None:
        _keep_preview(preview, preview_path_for(sha256))
    if is_intact(sha256):
        return target  # the same bytes are here already
    with open_no_follow(source) as file:
        if digest(file) != sha256:
            raise OSError(errno.EIO, "the file changed after its inspection", source.name)
        os.fchmod(file.fileno(), _FILE_MODE)
        os.fsync(file.fileno())
    os.rename(source, target)
    _sync_folder(target.parent)
    return target


def _keep_preview(content: bytes, target: Path) -> None:
    if _is_regular(target) and target.stat().st_size == len(content):
        return
    temporary = target.with_name(f"{target.name}.{secrets.token_hex(8)}")
    try:
        write_new(temporary, [content], limit=len(content))
        os.rename(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _make_folders(folder: Path) -> None:
    """Make `ab/cd` and let the disk know of each before anything is named in it."""
    for level in (folder.parent, folder):
        level.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        _sync_folder(level.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _is_inside(path: Path) -> bool:
    return path.parent.resolve().is_relative_to(root().resolve())
