"""DOCX and XLSX: kept as they are, so nothing in them may run, load from elsewhere, or carry other files."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from . import parts
from .facts import Facts, Rejected
from .packages import Budget, content_of, open_package

CONTENT_TYPES = "[Content_Types].xml"

# The type of the main part says what the file is. Charts in a report carry their numbers as a workbook
# inside.
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": "pptx",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml": "pptx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": "template",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": "template",
}
_MACRO_TYPES = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "dialogsheet", "activex")
_MACRO_NAMES = ("vbaproject", "vbadata.xml", "/activex/", "/macrosheets/", "/dialogsheets/")
_NESTED = {"docx", "xlsx", "pptx"}


def flavour(path: Path) -> str:
    """Return docx, xlsx, pptx or template; "zip" for an archive that is no Office file. Raises Rejected."""
    with path.open("rb") as file, open_package(file, Budget()) as archive:
        types = _content_types(archive)
        return "zip" if types is None else kind_of_package(archive, types)


def inspect_office(path: Path, form: str) -> Facts:
    """Read every part of a DOCX or XLSX once. Raises Rejected."""
    with path.open("rb") as file:
        _inspect(file, Budget(), nested=False)
    return Facts(form)


def _inspect(file: BinaryIO, budget: Budget, *, nested: bool) -> str:
    with open_package(file, budget) as archive:
        types = _content_types(archive)
        if types is None:
            raise Rejected("FILE-EMBED", detail="archive inside")
        form = kind_of_package(archive, types)
        for part in archive.infolist():
            if not part.is_dir():
                kind = types.of(part.filename)
                _check_kind(part.filename, kind)
                _check_part(archive, part, kind, budget, nested=nested)
    return form


def _content_types(archive: zipfile.ZipFile) -> parts.ContentTypes | None:
    """Return the table of content types, or None when the archive has none and so is no Office file."""
    try:
        part = archive.getinfo(CONTENT_TYPES)
    except KeyError:
        return None
    return parts.content_types(content_of(archive, part))


def kind_of_package(archive: zipfile.ZipFile, types: parts.ContentTypes) -> str:
    """Say what the file is by its only main part; a macro-enabled one is refused here."""
    found = set()
    for name in archive.namelist():
        kind = types.of(name)
        _check_kind(name, kind)
        if kind in _MAIN:
            found.add(_MAIN[kind])
    return found.pop() if len(found) == 1 else "zip"


def _check_kind(name: str, kind: str) -> None:
    if any(word in kind for word in _MACRO_TYPES) or any(word in f"/{name.lower()}" for word in _MACRO_NAMES):
        raise Rejected("FILE-MACRO")
    if "oleobject" in kind:
        raise Rejected("FILE-EMBED", detail="OLE object")


def _check_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, kind: str, budget: Budget, *, nested: bool
) -> None:
    """Read one part to its end:

    what it is by its first bytes, what its XML says, whether its checksum is right.
    """
    pieces = content_of(archive, part)
    first = next(pieces, b"")
    content = _with_first(first, pieces)
    name = part.filename.lower()
    if first.startswith(b"PK\x03\x04"):
        _check_nested(name, content, budget, nested=nested)
    elif parts.is_foreign(name, first):
        raise Rejected("FILE-EMBED", detail="file inside")
    elif parts.is_xml(name, kind, first):
        parts.check_xml(name, kind, content)
    for _ in content:  # what is left, for the checksum
        pass


def _check_nested(name: str, content: Iterator[bytes], budget: Budget, *, nested: bool) -> None:
    """Allow the workbook behind a chart, one level deep and under the same rules; no other archive."""
    if nested or "/embeddings/" not in name:
        raise Rejected("FILE-EMBED", detail="archive inside")
    # Held in memory: its size was taken from the budget, and the process has a ceiling of its own.
    if _inspect(io.BytesIO(b"".join(content)), budget, nested=True) not in _NESTED:
        raise Rejected("FILE-EMBED", detail="archive inside")


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
