"""HTML to PDF: the only module that imports WeasyPrint, and only inside functions.

It runs in the render process (`reports.render_process`), without Django, settings or database, on text and
pictures that other people wrote. Three rules follow: nothing is fetched that is not in `Document.assets`, a
picture is handed on only when it really is JPEG, PNG or WebP, and a document that grows beyond its page limit
is given up.

The same document gives the same bytes: the identifier and the dates come from it, never from the clock.
"""

import gc
import io
import logging
import os
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MOST_PIXELS = 40_000_000

# progress(stage, page): LAYOUT counts pages as they are laid out, the other stages have no page (0)
LAYOUT, WRITE, CHECK = "layout", "write", "check"
Progress = Callable[[str, int], None]


class TooManyPages(Exception):
    """The document would have more pages than allowed; `args[0]` is the limit."""


class BrokenPdf(Exception):
    """The finished file does not open, or is not what was laid out."""


@dataclass(frozen=True, slots=True)
class Asset:
    """What an address in the document stands for: bytes and media type."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: HTML, style sheet, what its addresses stand for, and the identifier of the file."""

    html: str
    css: str
    assets: Mapping[str, Asset]
    identifier: str


@dataclass(slots=True)
class Pdf:
    """A finished file, its number of pages, and the addresses that were asked for and refused."""

    content: bytes
    pages: int
    refused: list[str] = field(default_factory=list)


def warm_up() -> None:
    """Import what a render needs and take it out of the garbage collector's sight. Call it before forking."""
    import pikepdf  # noqa: F401
    import PIL.Image
    import weasyprint  # noqa: F401

    PIL.Image.init()
    # Its warnings quote addresses and text of the document; what was refused is reported by `Pdf.refused`.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    # Rendering here would start Pango's font thread, which a forked child does not have: import only.
    gc.collect()
    gc.freeze()


def tune_collector() -> None:
    """Do without the collector: what a render makes lives until its end, and ends with its process.

    0.85x to 0.91x the time for at most 8 % more memory; a limit on memory ends what grows beyond bounds.
    """
    gc.disable()


def picture(content: bytes) -> Asset | None:
    """Return an asset when `content` is a readable JPEG, PNG or WebP of bearable size, else None.

    WeasyPrint hands bytes to Pillow with every decoder switched on (an EPS named .jpg would start
    Ghostscript).
    """
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as image:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if image.width * image.height > MOST_PIXELS:
                return None
            image.load()
            return Asset(content, PICTURES[image.format or ""])
    except Exception:  # Pillow raises nearly anything on a broken file; a picture less never stops a report
        return None


def write(document: Document, *, progress: Progress = lambda stage, page: None, page_limit: int = 300) -> Pdf:
    """Lay out and write a document as tagged PDF (PDF/UA-1).

    Raises TooManyPages, BrokenPdf, and whatever WeasyPrint raises.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    # fontTools stamps the typefaces it cuts from the variable font; the stamp would differ with every render.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1640995200")
    _remember_page_references()
    refused: list[str] = []
    fetcher = _closed_fetcher(document.assets, refused)
    fonts = FontConfiguration()
    with _counting_pages(progress, page_limit):
        style = CSS(string=document.css, url_fetcher=fetcher, font_config=fonts)
        laid_out = HTML(string=_with_names_for_missing(document), url_fetcher=fetcher).render(
            font_config=fonts, stylesheets=[style], presentational_hints=False
        )
    if len(laid_out.pages) > page_limit:
        raise TooManyPages(page_limit)
    progress(WRITE, 0)
    content = _identified(laid_out.write_pdf(pdf_variant="pdf/ua-1"), document.identifier)
    progress(CHECK, 0)
    _check(content, len(laid_out.pages), document.identifier)
    return Pdf(content, len(laid_out.pages), refused)


def _with_names_for_missing(document: Document) -> str:
    """Where a picture is not there, say so in its place: `data-missing` becomes the alternative text it shows."""

    def named(tag: re.Match[str]) -> str:
        return (
            tag[0]
            if tag["address"] in document.assets
            else f'<img src="{tag["address"]}" alt="{tag["missing"]}"'
        )

    return _PICTURE_TAG.sub(named, document.html)


# As the templates write it; quotes inside a value are entities there
_PICTURE_TAG = re.compile(r'<img src="(?P<address>[^"]*)" alt="[^"]*" data-missing="(?P<missing>[^"]*)"')


def _identified(content: bytes, identifier: str) -> bytes:
    """Name the file in the dictionary of its last object, the list of all others: nothing points behind it.

    `write_pdf(pdf_identifier=...)` would do it as well, but writes every object a second time to hash them all,
    although the name is given: 7 % of the time.
    """
    name = b"<" + identifier.encode().hex().encode() + b">"
    before, head, after = content.rpartition(b"<</Type /XRef")
    if not head:
        raise BrokenPdf("no list of objects at the end")
    return b"".join([before, head, b"/ID [", name, b" ", name, b"]", after])


def _remember_page_references() -> None:
    """Have pydyf write the references of all pages once, not anew for each element that is tagged.

    Without it a page costs the more the longer the report is: the square of the pages, 8 % at 190.
    """
    import pydyf

    def page_references(self: Any) -> tuple[bytes, ...]:
        numbers = self.pages["Kids"][::3]
        known: tuple[bytes, ...] = self.__dict__.get("_known_references", ())
        if len(known) != len(numbers):
            known = self.__dict__["_known_references"] = tuple(f"{number} 0 R".encode() for number in numbers)
        return known

    pydyf.PDF.page_references = property(page_references)


def _closed_fetcher(assets: Mapping[str, Asset], refused: list[str]) -> Any:
    """Return a fetcher that answers from `assets` and nothing else: no network, no disk, no `data:`."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class ClosedFetcher(URLFetcher):
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            asset = assets.get(url)
            if asset is None:
                refused.append(url[:200])
                raise ValueError("not an address of this document")
            return URLFetcherResponse(url, asset.content, {"Content-Type": asset.media_type})

    return ClosedFetcher(allowed_protocols=())


@contextmanager
def _counting_pages(progress: Progress, page_limit: int) -> "Iterator[None]":
    """Read the page number off WeasyPrint's progress log, the only place where it tells how far it is."""
    logger = logging.getLogger("weasyprint.progress")

    class Counter(logging.Handler):
        furthest = 0

        def emit(self, record: logging.LogRecord) -> None:
            if "Creating layout - Page" not in str(record.msg) or not isinstance(record.args, tuple):
                return
            page = int(str(record.args[0]))
            if page > page_limit:
                raise TooManyPages(page_limit)
            if page > self.furthest:
                self.furthest = page
                progress(LAYOUT, page)

    counter, level, spreads = Counter(), logger.level, logger.propagate
    logger.addHandler(counter)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(counter)
        logger.setLevel(level)
        logger.propagate = spreads


def _check(content: bytes, pages: int, identifier: str) -> None:
    """Open the file as a reader would: it must open, hold all pages and say its name, language and title."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as opened:
            found = len(opened.pages)
            named = "/Lang" in opened.Root and bool(opened.docinfo.get("/Title"))
            named = named and bytes(opened.trailer.ID[0]) == identifier.encode()
    except pikepdf.PdfError as error:
        raise BrokenPdf(str(error)) from error
    if found != pages or not named:
        raise BrokenPdf(f"{found} pages of {pages}, name, language and title: {named}")
