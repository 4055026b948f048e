"""PDF: kept as it is (a signature must stay valid), so nothing that acts or hides may be in it."""

import mmap
import re
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pikepdf.settings

from . import limits
from .facts import Facts, Rejected
from .reading import doubtful_pages

# Keys of dictionaries, whatever they belong to.
_KEYS = {
    "/JS": "FILE-SCRIPT",
    "/JavaScript": "FILE-SCRIPT",  # the name tree of scripts that run when the document opens
    "/AA": "FILE-SCRIPT",  # actions that run by themselves: on open, on page turn, on focus
    "/XFA": "FILE-SCRIPT",  # a form language with scripts of its own
    "/EmbeddedFiles": "FILE-EMBED",
    "/EF": "FILE-EMBED",
    "/Collection": "FILE-EMBED",
    "/RichMediaContent": "FILE-EMBED",
}
_ACTIONS = dict.fromkeys(
    ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition"), "FILE-SCRIPT"
)
_TYPES = dict.fromkeys(
    ("/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"), "FILE-EMBED"
)
_MAY_OPEN_WITH = {"/GoTo", "/Named"}  # "begin at page 3", "fit the window"
_SCRIPT_ADDRESS = re.compile(r"\s*(?:javascript|vbscript|data):", re.IGNORECASE)

# Reading each object's text is 20 times faster than walking it; only what shows one of these words is walked.
_SUSPECT = re.compile(
    b"|".join(
        re.escape(word.encode()) for word in sorted({*_KEYS, *_ACTIONS, *_TYPES, "/OpenAction", "/URI"})
    )
)
# An older revision of an object is in the bytes but no longer in the table of objects. A reader that mends
# broken files may find it.
_HIDDEN_ACTION = re.compile(rb"/S\s*/(?:JavaScript|Launch)\b")
_END = b"%%EOF"
_TAIL = 64 * 1024  # some scanners fill the last block with zeros
_WHITE = b"\0\t\n\f\r "

# What qpdf mends without losing anything: a table of objects that is off, a stream whose length is wrong, a
# page without resources. Any other warning means that an object was read differently from how a viewer may
# read it, or not at all, and what was not read was not inspected.
_HARMLESS_WARNING = re.compile(
    "file is damaged|startxref|xref|cross-reference|reported number of objects|expected endstream"
    "|stream length|stream keyword|expected endobj|EOF after endobj|kid [0-9]+ |Resources is missing|MediaBox"
)

# A few bytes in an object stream can claim gigabytes; qpdf then warns and the object is missing.
pikepdf.settings.set_qpdf_limits(doc_max_warnings=5_000, flate_max_memory=100 * limits.MB)


def inspect_pdf(path: Path) -> Facts:
    """Return the number of pages of a PDF that only shows pages. Raises Rejected."""
    _check_bytes(path)
    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                raise Rejected("FILE-LOCKED")
            for thing in pdf.objects:
                _check_object(thing)
            _check_object(pdf.trailer)
            pages = len(pdf.pages)
            _check_warnings(pdf.get_warnings())
            empty, faint = doubtful_pages(pdf) if pages <= limits.MAX_PDF_PAGES else ((), ())
    except pikepdf.PasswordError:
        raise Rejected("FILE-LOCKED") from None
    except pikepdf.PdfError as error:
        raise Rejected("FILE-BROKEN", detail=str(error)[:200]) from None
    if pages > limits.MAX_PDF_PAGES:
        raise Rejected("FILE-PAGES", pages=pages)
    return Facts("pdf", pages=pages, empty=empty, faint=faint)


def _check_bytes(path: Path) -> None:
    """Refuse a file that is cut off, carries something behind its end, or is an archive at the same time."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = content.rfind(_END)
        if end < 0:
            raise Rejected("FILE-BROKEN", detail="no end mark")
        behind = len(content) - end - len(_END)
        if behind > _TAIL or content[end + len(_END) :].strip(_WHITE):
            # Behind an early end mark of a half-loaded "fast web view" PDF there are objects, not another
            # file.
            cut_off = b"endobj" in content[end : end + _TAIL]
            raise Rejected("FILE-BROKEN" if cut_off else "FILE-MIXED", detail="data behind the end")
        if _HIDDEN_ACTION.search(content):
            raise Rejected("FILE-SCRIPT")
    if zipfile.is_zipfile(path):
        raise Rejected("FILE-MIXED", detail="also a zip archive")


def _check_warnings(warnings: list[Any]) -> None:
    for warning in warnings:
        if not _HARMLESS_WARNING.search(str(warning)):
            raise Rejected("FILE-BROKEN", detail=str(warning)[-200:])


def _check_object(thing: Any) -> None:
    """Check one object of the file's table; what it refers to is checked in its own turn."""
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
        if "/F" in thing:  # the stream's content lies in another file
            raise Rejected("FILE-LINK")
    if isinstance(thing, pikepdf.Object) and _SUSPECT.search(thing.unparse(resolved=True)):
        _walk(thing)


def _walk(thing: Any) -> None:
    if isinstance(thing, pikepdf.Array):
        children = list(thing)
    elif isinstance(thing, pikepdf.Dictionary):
        _check_dictionary(thing)
        children = [child for _, child in thing.items()]
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            _walk(child)


def _check_dictionary(thing: Any) -> None:
    for key, code in _KEYS.items():
        if key in thing:
            raise Rejected(code, detail=key)
    action = _name(thing, "/S")
    if action in _ACTIONS:
        raise Rejected(_ACTIONS[action], detail=action)
    for key in ("/Type", "/Subtype"):
        kind = _name(thing, key)
        if kind in _TYPES:
            raise Rejected(_TYPES[kind], detail=kind)
    address = thing.get("/URI")
    if isinstance(address, pikepdf.String) and _SCRIPT_ADDRESS.match(str(address)):
        raise Rejected("FILE-SCRIPT", detail="/URI")
    opening = thing.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and _name(opening, "/S") not in _MAY_OPEN_WITH:
        raise Rejected("FILE-SCRIPT", detail="/OpenAction")


def _name(thing: Any, key: str) -> str:
    value = thing.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""
