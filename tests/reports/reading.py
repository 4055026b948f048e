"""Reading a PDF back as a person, a screen reader and an archive do."""

import io
import logging
import re
import subprocess
from dataclasses import dataclass

import pikepdf

from reports import document, pdf
from reports.schema import Inputs


@dataclass(frozen=True)
class Read:
    """A rendered report: bytes, text of each page, and what was asked for in vain."""

    content: bytes
    pages: list[str]
    flowing: list[str]
    refused: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)

    def words(self, page: int = 0) -> str:
        """The text of a page (0: of all) on one line in reading order, as a search finds it."""
        pages = self.flowing[page - 1 : page] if page else self.flowing
        return " ".join(" ".join(pages).split())

    def page_of(self, words: str) -> int:
        """The first page (from 1) that has these words at the begin of a line, past the contents."""
        parts = r"\s+".join(map(re.escape, words.split()))
        pattern = re.compile(rf"^\s*{parts}\s*$", re.MULTILINE)
        return next(
            number for number, page in enumerate(self.pages, 1) if number > 2 and pattern.search(page)
        )


def read(content: bytes, refused: list[str] | None = None) -> Read:
    laid_out, flowing = (
        subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
        for command in (["pdftotext", "-layout", "-", "-"], ["pdftotext", "-", "-"])
    )
    return Read(content, laid_out.split("\f")[:-1], flowing.split("\f")[:-1], refused or [])


def rendered(inputs: Inputs, photos: dict[str, bytes] | None = None, **options: int) -> Read:
    """Render in this process, so that a test sees what the document asked for."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    composed = document.compose(inputs)
    assets = {document.FONT_ADDRESS: pdf.Asset(document.font().read_bytes(), "font/woff2")}
    for sha256, content in (photos or {}).items():
        if asset := pdf.picture(content):
            assets[document.PHOTO_ADDRESS + sha256] = asset
    done = pdf.write(pdf.Document(composed.html, composed.css, assets, composed.identifier), **options)  # type: ignore[arg-type]
    return read(done.content, done.refused)


def outline(content: bytes) -> list[tuple[str, int]]:
    """The bookmarks in order: title and page number (from 1)."""
    found: list[tuple[str, int]] = []
    with pikepdf.open(io.BytesIO(content)) as opened, opened.open_outline() as bookmarks:
        numbers = {page.obj.objgen: number for number, page in enumerate(opened.pages, 1)}

        def walk(items: list[pikepdf.OutlineItem]) -> None:
            for item in items:
                found.append((item.title, numbers[item.destination[0].objgen]))  # type: ignore[index]
                walk(item.children)

        walk(bookmarks.root)
    return found
