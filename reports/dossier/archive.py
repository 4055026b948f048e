"""Packing a dossier: a ZIP that is written once from front to back, in pieces, and is the same every time.

Everything is stored, not squeezed: PDF and photos do not get smaller, and two machines may squeeze the same text
differently. All dates are the moment of freezing.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from reports.dossier import sheets
from reports.dossier.contents import LINKS, Contents, Piece, link_lines
from smartcity.lib.spreadsheets.fixed import entry

SCHEMA = 1
INDEX, ANSWERS, README = "00-INDEKS.xlsx", "00-JAWABAN.xlsx", "00-BACA-DAHULU.txt"
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
CHUNK = 256 * 1024

#: opens the stored bytes of a digest; raises FileNotFoundError
Opener = Callable[[str], BinaryIO]
#: told after each piece: bytes of evidence copied so far
Teller = Callable[[int], None]


class Missing(Exception):
    """The bytes of a piece are not there, or are not what was frozen; `piece` says which."""

    def __init__(self, piece: Piece) -> None:
        super().__init__(piece.path)
        self.piece = piece


@dataclass(frozen=True)
class Written:
    """One member of the archive."""

    path: str
    sha256: str
    size: int
    piece: Piece | None = None


def pack(out: BinaryIO, contents: Contents, opener: Opener, tell: Teller) -> int:
    """Write the archive of `contents` to a file that can seek; return how many files it holds.

    Raises Missing, OSError when the disk is full, and whatever `tell` raises.
    """
    stamp = contents.material.taken_at.timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = b""
        packer = _Packer(archive, stamp, opener, tell)
        packer.add(README, _readme(contents))
        packer.add(INDEX, sheets.index_book(contents))
        packer.add(ANSWERS, sheets.answers_book(contents))
        for folder in contents.folders:
            for piece in folder.pieces:
                if piece.sha256:
                    packer.copy(piece)
            if folder.links:
                packer.add(f"{folder.path}/{LINKS}", link_lines(folder).encode())
        packer.add(MANIFEST, _manifest(contents, packer.written))
        packer.add(SUMS, "".join(f"{row.sha256}  {row.path}\n" for row in packer.written).encode())
        return len(packer.written)


class _Packer:
    def __init__(
        self, archive: zipfile.ZipFile, stamp: tuple[int, ...], opener: Opener, tell: Teller
    ) -> None:
        self.written: list[Written] = []
        self._archive, self._opener, self._tell = archive, opener, tell
        self._stamp = stamp
        self._copied = 0

    def add(self, path: str, content: bytes) -> None:
        self._archive.writestr(self._entry(path), content)
        self.written.append(Written(path, hashlib.sha256(content).hexdigest(), len(content)))

    def copy(self, piece: Piece) -> None:
        """Copy the bytes of a piece, never more than a chunk in memory, and compare them with what was frozen."""
        found = hashlib.sha256()
        info = self._entry(piece.path)
        info.file_size = piece.size  # so that a large file gets the right kind of header at once
        try:
            source = self._opener(piece.sha256)
        except FileNotFoundError as error:
            raise Missing(piece) from error
        with source, self._archive.open(info, "w") as target:
            for chunk in _chunks(source):
                found.update(chunk)
                target.write(chunk)
                self._copied += len(chunk)
                self._tell(self._copied)
        if found.hexdigest() != piece.sha256:
            raise Missing(piece)
        self.written.append(Written(piece.path, piece.sha256, info.file_size, piece))

    def _entry(self, path: str) -> zipfile.ZipInfo:
        year, month, day, hour, minute, second = self._stamp
        return entry(path, (year, month, day, hour, minute, second))


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _manifest(contents: Contents, written: Iterable[Written]) -> bytes:
    material = contents.material
    facts = {
        "schema": SCHEMA,
        "city": material.summary["city"],
        "window": {name: material.summary["window"][name] for name in ("year", "stage", "sample")},
        "snapshot": {
            "version": material.version,
            "digest": material.digest,
            "frozen_at": material.taken_at.isoformat(),
        },
        "instrument": material.summary["instrument"],
        "files": [_described(row) for row in written],
        "links": [
            {"of": piece.owner, "title": piece.facts["title"], "url": piece.facts["url"]}
            for piece in contents.pieces
            if not piece.sha256
        ],
    }
    return (json.dumps(facts, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _described(row: Written) -> dict[str, object]:
    said: dict[str, object] = {"path": row.path, "sha256": row.sha256, "size": row.size}
    if row.piece is not None:
        facts = row.piece.facts
        said |= {
            "of": row.piece.owner,
            "title": facts["title"],
            "kind": facts["kind"],
            "document_date": facts["document_date"],
            "page": facts["page"],
            "original_name": facts["file_name"],
        }
    return said


def _readme(contents: Contents) -> bytes:
    material = contents.material
    lines = [
        _("Dossier of the evaluation: %(title)s") % {"title": material.title},
        _("Frozen material, version %(version)s. Digest: %(digest)s")
        % {"version": material.version, "digest": material.digest},
        "",
        _("How to read it:"),
        _("1. Unpack the whole archive into one folder; the links in the index lead to the files beside it."),
        _("2. %(index)s lists every piece of evidence with its question, its date and the page to look at.")
        % {"index": INDEX},
        _("3. %(answers)s holds every question with its rubric, the city's answer and self-score.")
        % {"answers": ANSWERS},
        _(
            "4. The numbered folders follow the questions. %(links)s in a folder quotes addresses given as evidence."
        )
        % {"links": LINKS},
        _("5. The evidence of the quick wins lies in the folder 00-PROGRAM."),
        "",
        _("Whether a file is the one that was frozen can be checked in the unpacked folder:"),
        f"   sha256sum -c {SUMS}",
        "",
        _(
            "The material is for the assessors of this window only. "
            "Do not pass it on; delete it when you have finished."
        ),
        _(
            "Scores are entered in the portal, or in the score workbook that the portal offers with your sheet."
        ),
    ]
    return (
        "\r\n".join(" ".join(line.split()) if line.strip() == line else line for line in lines) + "\r\n"
    ).encode()
