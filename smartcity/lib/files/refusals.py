"""Why a file is turned away, in sentences: what was found, what is wanted, what to do, what was kept.

Each code stands in its sentence, so that a person can quote it and a developer can search for it.
"""

from collections.abc import Mapping

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smartcity.lib.files.inspectors import limits
from smartcity.lib.files.inspectors.facts import Rejected


class Refused(Exception):
    """A file or link that may not come in. `code` is FILE-… or LINK-…, `message` the sentence to show."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


#: What a file turned out to be.
FOUND: Mapping[str, Promise] = {
    "jpeg": gettext_lazy("a JPG photo"),
    "png": gettext_lazy("a PNG picture"),
    "webp": gettext_lazy("a WEBP picture"),
    "pdf": gettext_lazy("a PDF"),
    "docx": gettext_lazy("a Word document (DOCX)"),
    "xlsx": gettext_lazy("an Excel workbook (XLSX)"),
    "pptx": gettext_lazy("a PowerPoint presentation (PPTX)"),
    "template": gettext_lazy("an Office template"),
    "doc": gettext_lazy("a Word document of the old kind (DOC)"),
    "xls": gettext_lazy("an Excel workbook of the old kind (XLS)"),
    "ppt": gettext_lazy("a PowerPoint presentation of the old kind (PPT)"),
    "opendocument": gettext_lazy("an OpenDocument file"),
    "rtf": gettext_lazy("an RTF document"),
    "text": gettext_lazy("plain text"),
    "gif": gettext_lazy("a GIF picture"),
    "tiff": gettext_lazy("a TIFF picture"),
    "bmp": gettext_lazy("a BMP picture"),
    "heic": gettext_lazy("a HEIC photo, as iPhones make them"),
    "svg": gettext_lazy("an SVG drawing"),
    "postscript": gettext_lazy("an EPS drawing"),
    "video": gettext_lazy("a video"),
    "audio": gettext_lazy("a sound recording"),
    "html": gettext_lazy("a web page (HTML)"),
    "xml": gettext_lazy("XML data"),
    "zip": gettext_lazy("a ZIP archive"),
    "archive": gettext_lazy("an archive"),
    "program": gettext_lazy("a program"),
    "unknown": gettext_lazy("of a kind the portal does not know"),
}

_SENTENCES: Mapping[str, Promise] = {
    "FILE-EMPTY": gettext_lazy(
        "File '%(name)s' is empty. Choose the file again; if it stays empty, save it anew first. Your other "
        "entries are kept. [FILE-EMPTY]"
    ),
    "FILE-SIZE": gettext_lazy(
        "File '%(name)s' is larger than %(limit)s. Upload %(wanted)s. Your other entries are kept. "
        "[FILE-SIZE]"
    ),
    "FILE-TYPE": gettext_lazy(
        "File '%(name)s' turns out to be %(found)s. Upload %(wanted)s. Your other entries are kept. "
        "[FILE-TYPE]"
    ),
    "FILE-NAME": gettext_lazy(
        "The name of file '%(name)s' contains hidden characters. Rename the file with letters and digits, "
        "for example laporan-2022.pdf, then upload it again. Your other entries are kept. [FILE-NAME]"
    ),
    "FILE-BROKEN": gettext_lazy(
        "File '%(name)s' cannot be read to its end: it is damaged or incomplete. Open it on your computer, "
        "save it anew, then upload it again. Your other entries are kept. [FILE-BROKEN]"
    ),
    "FILE-LOCKED": gettext_lazy(
        "File '%(name)s' is protected by a password or a printing lock. Save it without protection, then "
        "upload it again. Your other entries are kept. [FILE-LOCKED]"
    ),
    "FILE-MACRO": gettext_lazy(
        "File '%(name)s' contains macros. Save it as DOCX, XLSX or PDF without macros, then upload it again. "
        "Your other entries are kept. [FILE-MACRO]"
    ),
    "FILE-SCRIPT": gettext_lazy(
        "File '%(name)s' contains commands that run by themselves. Print it to a new PDF, then upload that. "
        "Your other entries are kept. [FILE-SCRIPT]"
    ),
    "FILE-EMBED": gettext_lazy(
        "File '%(name)s' has other files inside it. Upload those one by one, and this one as a PDF without "
        "attachments. Your other entries are kept. [FILE-EMBED]"
    ),
    "FILE-LINK": gettext_lazy(
        "File '%(name)s' fetches part of its content from another address when it is opened. Save it as PDF, "
        "then upload that. Your other entries are kept. [FILE-LINK]"
    ),
    "FILE-XML": gettext_lazy(
        "File '%(name)s' contains declarations that Word and Excel do not write. Open it there, save it "
        "anew, then upload it again. Your other entries are kept. [FILE-XML]"
    ),
    "FILE-BOMB": gettext_lazy(
        "File '%(name)s' is too heavy to be inspected: unpacked it becomes far larger than its size. Split "
        "it or save it as PDF, then upload it again. Your other entries are kept. [FILE-BOMB]"
    ),
    "FILE-PIXELS": gettext_lazy(
        "Picture '%(name)s' measures %(width)s × %(height)s pixels. Reduce it to at most %(limit)s "
        "megapixels, for example 4000 × 3000, then upload it again. Your other entries are kept. "
        "[FILE-PIXELS]"
    ),
    "FILE-MOVING": gettext_lazy(
        "Picture '%(name)s' is animated. Upload a still photo in JPG, PNG or WEBP. Your other entries are "
        "kept. [FILE-MOVING]"
    ),
    "FILE-PAGES": gettext_lazy(
        "File '%(name)s' has %(pages)s pages; at most %(limit)s are accepted. Upload the part that serves as "
        "evidence. Your other entries are kept. [FILE-PAGES]"
    ),
    "FILE-MIXED": gettext_lazy(
        "File '%(name)s' has other data attached before or behind it. Open it on your computer, save it "
        "anew, then upload it again. Your other entries are kept. [FILE-MIXED]"
    ),
    "FILE-ROOM": gettext_lazy(
        "File '%(name)s' is not stored: the portal's storage is full. Tell the administrator and try again "
        "later. Your other entries are kept. [FILE-ROOM]"
    ),
}


def refused(rejected: Rejected, *, name: str, wanted: frozenset[str]) -> Refused:
    """Turn an inspector's code into the sentence for whoever uploaded `name` (already fit to be shown)."""
    values: dict[str, object] = {"name": name, "wanted": _wanted(wanted)} | dict(rejected.details)
    if rejected.code == "FILE-TYPE":
        values["found"] = FOUND.get(str(rejected.details.get("found", "")), FOUND["unknown"])
    elif rejected.code == "FILE-SIZE":
        values["limit"] = _megabytes(int(rejected.details["limit"]))
    elif rejected.code == "FILE-PIXELS":
        values["limit"] = limits.MAX_PIXELS // 1_000_000
    elif rejected.code == "FILE-PAGES":
        values["pages"] = formats.number_format(rejected.details["pages"], force_grouping=True)
        values["limit"] = formats.number_format(limits.MAX_PDF_PAGES, force_grouping=True)
    return Refused(rejected.code, str(_SENTENCES[rejected.code]) % values)


def _wanted(formats_wanted: frozenset[str]) -> str:
    sizes = {"photo": _megabytes(limits.PHOTO_BYTES), "document": _megabytes(limits.DOCUMENT_BYTES)}
    if formats_wanted == limits.PHOTOS:
        return _("a JPG, PNG or WEBP photo of up to %(photo)s") % sizes
    return (
        _(
            "a PDF, DOCX or XLSX document of up to %(document)s, or a JPG, PNG or WEBP photo of up to "
            "%(photo)s"
        )
        % sizes
    )


def _megabytes(size: int) -> str:
    return _("%(number)s MB") % {"number": formats.number_format(size // limits.MB)}
