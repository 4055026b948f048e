"""What a file is, by its bytes. Its name has no say."""

import mmap
from pathlib import Path

import puremagic

from . import limits, office
from .facts import Rejected

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# How puremagic's word for a file becomes the word a person is told (smartcity/lib/files/refusals.py, FOUND).
_FOUND = {
    "archive": "7z cb7 rar gz bz2 xz tar cab iso zst",
    "program": "exe dll drv sys com msi elf AppImage jar apk class bat ps1 sh py js",
    "postscript": "eps epsf ps ai",
    "heic": "heic heif hif avif",
    "video": "mp4 m4v mov avi mkv webm 3gp mpg mpeg wmv",
    "audio": "mp3 m4a wav ogg aac amr opus",
    "gif": "gif",
    "tiff": "tif tiff",
    "bmp": "bmp dib",
    "svg": "svg",
    "html": "html htm xhtml",
    "xml": "xml",
    "zip": "zip",
    "pptx": "pptx ppsx potx",
    "opendocument": "odt ods odp sxw",
    "rtf": "rtf",
    "text": "txt csv tsv json md",
}
_WORDS = {ending.lower(): word for word, endings in _FOUND.items() for ending in endings.split()}


def identify(path: Path) -> str:
    """Return the format of the file, a key of limits.FORMATS. Raises Rejected when it is anything else.

    Two opinions must agree: the signature at the first byte, and puremagic, which also looks further inside.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if not head.strip(b"\0"):
        raise Rejected("FILE-EMPTY")
    name = _by_signature(head)
    if name == "zip":
        name = office.flavour(path)  # bounded; puremagic opens archives without asking how large they are
    if name in limits.FORMATS:
        if not _puremagic_agrees(path, limits.FORMATS[name].media_type):
            raise Rejected("FILE-MIXED", detail=f"begins as {name}")
        return name
    if name == "ole":
        raise _old_office_file(path)
    raise Rejected("FILE-TYPE", found=_word_for(path, head, name))


def _by_signature(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    return "ole" if head.startswith(OLE) else ""


def _guesses(path: Path) -> list[tuple[str, str]]:
    """Return puremagic's guesses as (ending, media type), the best first."""
    try:
        return [(guess.extension, guess.mime_type) for guess in puremagic.magic_file(path)]
    except (puremagic.PureError, ValueError):
        return []


def _puremagic_agrees(path: Path, media_type: str) -> bool:
    return any(kind == media_type for _, kind in _guesses(path))


def _old_office_file(path: Path) -> Rejected:
    """Say what an OLE container is: an Office file of before 2007, or a new one behind a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return Rejected("FILE-LOCKED")
        for stream, found in (("WordDocument", "doc"), ("Workbook", "xls"), ("PowerPoint Document", "ppt")):
            if content.find(stream.encode("utf-16-le")) >= 0:
                return Rejected("FILE-TYPE", found=found)
    return Rejected("FILE-TYPE", found="unknown")


def _word_for(path: Path, head: bytes, name: str) -> str:
    if name and name != "zip":
        return name  # office.flavour knew: pptx, template
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return "svg"
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<head", b"<body", b"<iframe")):
        return "html"
    if text.startswith(b"#!"):
        return "program"
    for ending, _ in _guesses(path):
        if word := _WORDS.get(ending.lstrip(".").lower()):
            return word
    return "program" if head.startswith(b"\x7fELF") else "unknown"
