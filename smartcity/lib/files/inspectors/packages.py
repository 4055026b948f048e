"""The zip archive around an Office file:

read once, completely, within bounds that hold whatever its directory claims.
"""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from . import limits
from .facts import Rejected

CHUNK = 64 * 1024

_END = struct.Struct(
    "<4s4H2LH"
)  # the end record: signature, disks, entries, directory size and offset, comment
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_GAP = 76  # what some writers put between directory and end record even for small files
_LONGEST_COMMENT = 65_535
_DIRECTORY_BYTES_PER_ENTRY = 1_024
_STRANGE_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(?:^|/)\.{1,2}(?:/|$)|//")


@dataclass(slots=True)
class Budget:
    """What one upload may unpack to, archives inside it included."""

    entries: int = limits.MAX_ENTRIES
    unpacked: int = limits.MAX_UNPACKED

    def spend(self, *, entries: int = 0, unpacked: int = 0) -> None:
        """Take from what is left. Raises Rejected when it is used up."""
        self.entries -= entries
        self.unpacked -= unpacked
        if self.entries < 0 or self.unpacked < 0:
            raise Rejected("FILE-BOMB")


def open_package(file: BinaryIO, budget: Budget) -> zipfile.ZipFile:
    """Open an archive whose directory is of sane size and fills the file exactly. Raises Rejected.

    "Exactly" is what tells an Office file from one with something hung in front of it or behind it.
    """
    size = file.seek(0, os.SEEK_END)
    entries, directory_size, directory_offset = _end_record(file, size)
    budget.spend(entries=entries)
    if directory_size > entries * _DIRECTORY_BYTES_PER_ENTRY:
        raise Rejected("FILE-BOMB")  # zipfile reads by size and ignores the count
    if size - _END.size - directory_size - directory_offset not in (0, _ZIP64_GAP):
        raise Rejected("FILE-MIXED", detail="bytes around the archive")
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Rejected("FILE-BROKEN", detail=str(error)[:200]) from None
    _check_directory(archive, budget)
    return archive


def content_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces, to its end, so that its checksum is compared. Raises Rejected.

    zipfile stops at the size the directory gives, so the budget taken for that size holds.
    """
    try:
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Rejected("FILE-BROKEN", detail=str(error)[:200]) from None


def _end_record(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Return entries, size and offset of the directory from a record that is the very end of the file."""
    file.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != _END_SIGNATURE:
        raise Rejected("FILE-MIXED" if _END_SIGNATURE in tail else "FILE-BROKEN", detail="end record")
    _, disk, first_disk, here, entries, directory_size, offset, comment = _END.unpack(tail[-_END.size :])
    if disk or first_disk or comment or here != entries:
        raise Rejected("FILE-BROKEN", detail="end record")
    return entries, directory_size, offset


def _check_directory(archive: zipfile.ZipFile, budget: Budget) -> None:
    parts = archive.infolist()
    if min((part.header_offset for part in parts), default=0) != 0:
        raise Rejected("FILE-MIXED", detail="bytes before the first part")
    seen = set()
    for part in parts:
        name = part.orig_filename.rstrip("/")
        if not name or _STRANGE_NAME.search(name) or name.lower() in seen or _is_link(part):
            raise Rejected("FILE-BROKEN", detail="name of a part")
        seen.add(name.lower())
        if part.flag_bits & 0x1:
            raise Rejected("FILE-LOCKED")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Rejected("FILE-BROKEN", detail="compression")
        budget.spend(unpacked=part.file_size)
        if part.file_size > max(limits.RATIO_FLOOR, part.compress_size * limits.MAX_RATIO):
            raise Rejected("FILE-BOMB")


def _is_link(part: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(part.external_attr >> 16)
