"""One part of an Office file: what its first bytes and its XML give away.

expat is used directly: it streams, and a document type declaration, the door to entities that read files or
grow without end, is refused the moment it begins.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.parsers import expat

from .facts import Rejected

_FOREIGN = (
    b"MZ",  # Windows program
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # OLE: an old Office file, a packaged program
    b"Rar!",
    b"7z\xbc\xaf",
    b"%PDF-",
    b"%!PS",
    b"#!",
    b"{\\rtf",
)
_MARKUP_OF_PAGES = (b"<!doctype html", b"<html", b"<script", b"mime-version:", b"from:")
_SCRAMBLED = (".odttf",)  # embedded fonts are scrambled: their first bytes mean nothing
# Where the numbers are: up to a hundred megabytes in which none of the watched elements means anything.
_BULK = ("worksheet+xml", "sharedstrings+xml", "pivotcacherecords+xml")

_MACRO_LINKS = {
    "vbaProject",
    "wordVbaData",
    "xlMacrosheet",
    "xlIntlMacrosheet",
    "control",
    "attachedToolbars",
}
_EMBED_LINKS = {"oleObject", "aFChunk", "subDocument", "frame"}
_HARMLESS_SCHEMES = {"http", "https", "mailto", "tel", "file"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]+):")  # two letters at least: one is a drive
_OTHER_MACHINE = re.compile(r"//|file:(?://[^/]|/{4,})")
_LOADING_FIELDS = {"INCLUDETEXT", "INCLUDEPICTURE", "LINK", "IMPORT", "RD"}


@dataclass(slots=True)
class ContentTypes:
    """The table that gives each part its type: by name, else by the ending of its name. All in lower case."""

    by_name: dict[str, str] = field(default_factory=dict)
    by_ending: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the type of a part, "" when it has none."""
        name = name.lower()
        return self.by_name.get(f"/{name}") or self.by_ending.get(name.rpartition(".")[2], "")


def content_types(content: Iterator[bytes]) -> ContentTypes:
    """Read [Content_Types].xml. Raises Rejected."""
    types = ContentTypes()

    def start(tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower().strip()
        if _local(tag) == "Override":
            types.by_name[attributes.get("PartName", "").lower()] = kind
        elif _local(tag) == "Default":
            types.by_ending[attributes.get("Extension", "").lower()] = kind

    _parse(content, start)
    return types


def is_foreign(name: str, first: bytes) -> bool:
    """Tell whether a part is a file of its own: a program, another document, a web page."""
    if name.endswith(_SCRAMBLED):
        return False
    text = first[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return first.startswith(_FOREIGN) or text.startswith(_MARKUP_OF_PAGES)


def is_xml(name: str, kind: str, first: bytes) -> bool:
    """Tell whether a part will be read as XML by whoever opens the file."""
    return (
        kind.endswith("xml")
        or name.endswith((".xml", ".rels", ".vml"))
        or first.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<")
    )


def check_xml(name: str, kind: str, content: Iterator[bytes]) -> None:
    """Refuse XML that declares a document type, links to what loads by itself, or runs commands.

    Raises Rejected.
    """
    if name.endswith(".vml") or kind.endswith(_BULK):
        _parse_prologue(content)  # Excel's own VML is not well formed
    else:
        watch = _Watch()
        _parse(content, watch.start, watch.end, watch.text)


class _Watch:
    """Listens to one part's elements for those that load or run something."""

    def __init__(self) -> None:
        self._instruction: list[str] = []
        self._in_instruction = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "Relationship":
            _check_relationship(attributes)
        elif name == "instrText":
            self._in_instruction = True
        elif name == "fldSimple":
            _check_field(_attribute(attributes, "instr"))
        elif name == "fldChar":
            self._check_instruction()
        elif name == "ddeLink":
            raise Rejected("FILE-SCRIPT", detail="DDE")
        elif name == "webPr" or (
            name == "connection" and _attribute(attributes, "refreshOnLoad") in ("1", "true")
        ):
            raise Rejected("FILE-LINK", detail="data connection")

    def end(self, tag: str) -> None:
        name = _local(tag)
        if name == "instrText":
            self._in_instruction = False
        elif name == "p":
            self._check_instruction()

    def text(self, data: str) -> None:
        if self._in_instruction:
            self._instruction.append(data)

    def _check_instruction(self) -> None:
        """Check a field's code, which Word may have cut into many runs."""
        if self._instruction:
            _check_field("".join(self._instruction))
            self._instruction.clear()


def _check_relationship(attributes: dict[str, str]) -> None:
    """Check one link of a part to another part or, when external, to anywhere."""
    purpose = attributes.get("Type", "").rpartition("/")[2]
    if purpose in _MACRO_LINKS:
        raise Rejected("FILE-MACRO")
    if purpose in _EMBED_LINKS:
        raise Rejected("FILE-EMBED", detail=purpose)
    if attributes.get("TargetMode", "").lower() != "external":
        return
    target = _plain(attributes.get("Target", ""))
    scheme = _SCHEME.match(target)
    if purpose == "hyperlink":  # followed by a person who presses it, not by the program
        wrong = bool(_OTHER_MACHINE.match(target)) or (
            scheme is not None and scheme[1] not in _HARMLESS_SCHEMES
        )
    else:
        wrong = _is_elsewhere(target)
    if wrong:
        raise Rejected("FILE-LINK", detail=purpose)


def _check_field(code: str) -> None:
    """Check the code of a Word field: `DDE` starts programs, the INCLUDE family fetches."""
    words = code.split()
    keyword = words[0].upper() if words else ""
    if keyword in ("DDE", "DDEAUTO"):
        raise Rejected("FILE-SCRIPT", detail="DDE")
    if keyword in _LOADING_FIELDS:
        targets = [_plain(word.strip("\"'“”")) for word in words[1:]]
        # Pictures pasted from a web page keep such a field; on the web it is a nuisance, on a share a trap.
        if keyword == "INCLUDEPICTURE":
            targets = [target for target in targets if not target.startswith(("http:", "https:"))]
        if any(_is_elsewhere(target) for target in targets):
            raise Rejected("FILE-LINK", detail=keyword)


def _plain(target: str) -> str:
    """Undo what hides an address: percent signs, backslashes, spaces and control characters, capitals."""
    target = "".join(character for character in unquote(target) if character > " ")
    return target.replace("\\", "/").lower()


def _is_elsewhere(target: str) -> bool:
    """Tell whether an address leads off this computer: any scheme but file, or a network share."""
    scheme = _SCHEME.match(target)
    return bool(_OTHER_MACHINE.match(target)) or (scheme is not None and scheme[1] != "file")


def _attribute(attributes: dict[str, str], local: str) -> str:
    """Return an attribute by its local name, whichever namespace its writer gave it."""
    return next((value for name, value in attributes.items() if _local(name) == local), "")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _RootReached(Exception):
    pass


def _parse_prologue(content: Iterator[bytes]) -> None:
    """Read XML up to its first element: a document type can stand nowhere else."""

    def root(tag: str, attributes: dict[str, str]) -> None:
        raise _RootReached

    try:
        _parse(content, root)
    except _RootReached:
        return


def _parse(
    content: Iterator[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        for piece in content:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Rejected("FILE-BROKEN", detail=str(error)[:200]) from None


def _refuse_document_type(*declaration: object) -> None:
    raise Rejected("FILE-XML")
