"""A workbook opened within bounds: its sheets by name, its texts, and which number formats mean a date or a percent.

The archive is opened by the same code that inspects evidence; here only cells are read, so pictures, charts and
links are never touched. A document type declaration, the door to entities, is refused where it begins.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from smartcity.lib.files.inspectors import office, packages, parts
from smartcity.lib.files.inspectors.facts import Rejected
from smartcity.lib.spreadsheets import cells
from smartcity.lib.spreadsheets.refusals import NotReadable, of_package

MB = 1024 * 1024
MAX_BYTES = 5 * MB
MAX_UNPACKED = 64 * MB  # five megabytes of rows unpack to fifty; a sheet of that size is read in seconds
MAX_SHEETS = 60
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_PIECE = 1 * MB  # small pieces make expat read one long token again and again


@dataclass(slots=True)
class Styles:
    """By number of a cell's style: dates and percentages. Everything else is a plain number."""

    dates: set[int] = field(default_factory=set)
    percents: set[int] = field(default_factory=set)
    from_1904: bool = False


@dataclass(slots=True)
class Package:
    """An open workbook: parts are read on demand, each once."""

    archive: zipfile.ZipFile
    name: str
    sheets: list[tuple[str, str, bool]]  # name, part, hidden
    styles: Styles
    texts: list[str]


def open_package(content: bytes, name: str) -> Package:
    """Open an XLSX. Raises NotReadable."""
    if content.startswith(OLE):
        raise NotReadable("IMP-XLS", name=name)
    budget = packages.Budget(unpacked=MAX_UNPACKED)
    try:
        archive = packages.open_package(io.BytesIO(content), budget)
        _check_flavour(archive, name)
        styles = Styles()
        sheets = _sheets(archive, styles)
        _read_styles(archive, styles)
        return Package(archive, name, sheets, styles, _texts(archive))
    except Rejected as rejected:
        raise of_package(rejected, name) from None
    except expat.ExpatError:
        raise NotReadable("IMP-BROKEN", name=name) from None


def parse(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    """Read one part through a parser. Raises Rejected and expat.ExpatError."""
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declaration
    try:
        info = archive.getinfo(part)
    except KeyError:
        raise Rejected("FILE-BROKEN", detail="missing part") from None
    for piece in _in_large_pieces(packages.content_of(archive, info)):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def new_parser() -> expat.XMLParserType:
    """Return a parser that gives names as "namespace local"."""
    return expat.ParserCreate(namespace_separator=" ")


def local(name: str) -> str:
    """Return a name without its namespace: strict and transitional workbooks differ in nothing else."""
    return name.rpartition(" ")[2]


def _in_large_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _refuse_declaration(*declaration: object) -> None:
    raise Rejected("FILE-XML")


def _check_flavour(archive: zipfile.ZipFile, name: str) -> None:
    try:
        types = parts.content_types(packages.content_of(archive, archive.getinfo(office.CONTENT_TYPES)))
    except KeyError:
        raise NotReadable("IMP-TYPE", name=name) from None
    if office.kind_of_package(archive, types) != "xlsx":
        raise NotReadable("IMP-TYPE", name=name)


def _elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part in order, as (local name, attributes by local name)."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((local(tag), {local(name): value for name, value in attributes.items()}))

    parser = new_parser()
    parser.StartElementHandler = start
    parse(archive, part, parser)
    return found


def _sheets(archive: zipfile.ZipFile, styles: Styles) -> list[tuple[str, str, bool]]:
    """Return the sheets in the order of their tabs; a part that is named twice is read once."""
    book = _target(_elements(archive, "_rels/.rels"), "", "officeDocument") or "xl/workbook.xml"
    folder, _, file = book.rpartition("/")
    links = {
        attributes.get("Id", ""): _resolved(folder, attributes.get("Target", ""))
        for tag, attributes in _elements(archive, f"{folder}/_rels/{file}.rels".lstrip("/"))
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet")
    }
    sheets: dict[str, tuple[str, str, bool]] = {}
    for tag, attributes in _elements(archive, book):
        if tag == "workbookPr":
            styles.from_1904 = attributes.get("date1904") in ("1", "true")
        part = links.get(attributes.get("id", "")) if tag == "sheet" else None
        if part and len(sheets) < MAX_SHEETS:
            hidden = attributes.get("state", "visible") != "visible"
            sheets.setdefault(part, (attributes.get("name", ""), part, hidden))
    return list(sheets.values())


def _target(links: list[tuple[str, dict[str, str]]], folder: str, purpose: str) -> str | None:
    for tag, attributes in links:
        if tag == "Relationship" and attributes.get("Type", "").endswith(f"/{purpose}"):
            return _resolved(folder, attributes.get("Target", ""))
    return None


def _resolved(folder: str, target: str) -> str:
    """Return the name of a part that a link in `folder` leads to; never outside the archive, it is only a key."""
    if target.startswith("/"):
        return target[1:]
    steps = [step for step in folder.split("/") if step]
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _part_ending(archive: zipfile.ZipFile, ending: str) -> str | None:
    return next((name for name in archive.namelist() if name.lower().endswith(ending)), None)


def _read_styles(archive: zipfile.ZipFile, styles: Styles) -> None:
    part = _part_ending(archive, "xl/styles.xml")
    if part is None:
        return
    formats = dict(BUILTIN_FORMATS)
    inside = False
    number = 0
    for tag, attributes in _elements(archive, part):
        if tag == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag in ("cellStyles", "dxfs"):
            inside = False
        elif tag == "xf" and inside:
            identity = attributes.get("numFmtId", "0")
            _sort(number, int(identity) if identity.isdecimal() else 0, formats, styles)
            number += 1


def _sort(style: int, identity: int, formats: dict[int, str], styles: Styles) -> None:
    code = formats.get(identity, "")
    if 27 <= identity <= 36 or 50 <= identity <= 58 or is_date_format(code):  # the former: dates of East Asia
        styles.dates.add(style)
    elif "%" in cells.without_literals(code):
        styles.percents.add(style)


def _texts(archive: zipfile.ZipFile) -> list[str]:
    """Return the table of shared texts; how a text is pronounced (`rPh`) is left out."""
    part = _part_ending(archive, "xl/sharedstrings.xml")
    if part is None:
        return []
    texts: list[str] = []
    pieces: list[str] = []
    state = {"listening": False, "aside": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state["aside"] = True
        elif name == "t":
            state["listening"] = not state["aside"]

    def end(tag: str) -> None:
        name = local(tag)
        if name == "si":
            texts.append(cells.unescaped("".join(pieces)))
        elif name == "rPh":
            state["aside"] = False
        elif name == "t":
            state["listening"] = False

    def text(data: str) -> None:
        if state["listening"]:
            pieces.append(data)

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parse(archive, part, parser)
    return texts


def read_bounded(file: BinaryIO, name: str) -> bytes:
    """Return a file's bytes. Raises NotReadable when it is empty or larger than MAX_BYTES."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise NotReadable("IMP-SIZE", name=name, limit=MAX_BYTES // MB)
    if not content.strip(b"\0"):
        raise NotReadable("IMP-EMPTY", name=name)
    return content
