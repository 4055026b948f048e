"""Pages of a PDF that show nothing, or a scan nobody can read: a warning to who sends it in, never a refusal.

An assessor who opens page 3 and finds it empty counts the evidence as not delivered (domain guide, section 4, S18).
"""

from typing import Any

import pikepdf

from . import limits

#: Beyond these the rest is not looked at: the warning is for documents of an office, not for archives.
MOST_PAGES, MOST_BYTES = 300, 2 * limits.MB
#: A scan below this many dots an inch is hard to read; offices are asked for 200.
COARSE_DPI = 100
POINTS_PER_INCH = 72

_TEXT = {"Tj", "TJ", "'", '"'}
_PAINT = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "BI", "INLINE IMAGE"}


def doubtful_pages(pdf: pikepdf.Pdf) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (empty, faint): numbers of pages from 1. What cannot be judged is in neither."""
    empty, faint = [], []
    for number, page in enumerate(pdf.pages, 1):
        if number > MOST_PAGES:
            break
        try:
            kind = _judged(page)
        except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError):
            continue  # it was read well enough to be kept, that must do
        if kind == "empty":
            empty.append(number)
        elif kind == "faint":
            faint.append(number)
    return tuple(empty), tuple(faint)


def _judged(page: Any) -> str:
    """Return "empty", "faint" or "" for one page."""
    if "/Annots" in page and len(page.Annots):
        return ""  # a stamp or a signature may draw
    if _length(page) > MOST_BYTES:
        return ""
    operators = [str(row.operator) for row in pikepdf.parse_content_stream(page)]
    if _TEXT & set(operators) or _PAINT & set(operators):
        return ""
    if "Do" not in operators:
        return "empty"
    images = list(page.images.values())
    if not images or _forms(page):
        return ""
    inches = float(page.mediabox[2] - page.mediabox[0]) / POINTS_PER_INCH
    widest = max(int(image.Width) for image in images)
    return "faint" if inches > 0 and widest / inches < COARSE_DPI else ""


def _length(page: Any) -> int:
    contents = page.get("/Contents")
    if contents is None:
        return 0
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return sum(int(stream.get("/Length", 0)) for stream in streams)


def _forms(page: Any) -> bool:
    """Whether the page draws through a form, whose own content is not looked at."""
    things = page.get("/Resources", {}).get("/XObject", {})
    return any(thing.get("/Subtype") == pikepdf.Name.Form for _name, thing in things.items())
