"""Workbooks whose bytes say only what is in them: the same cells give the same file, on every machine.

openpyxl stamps a workbook with the hour and packs it with the zlib of the machine. Here the parts are packed
anew: stored, not squeezed (two compressors may squeeze the same text differently), under one fixed day, and
the properties are written by hand.
"""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook

from smartcity.lib.spreadsheets.writing import printable

CORE = "docProps/core.xml"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day an archive can name
_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<dc:title>{title}</dc:title>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified>'
    "</cp:coreProperties>"
)


def workbook_bytes(book: Workbook, *, title: str, moment: datetime) -> bytes:
    """Return the file of a workbook, with `title` and `moment` as its only properties."""
    packed, out = io.BytesIO(), io.BytesIO()
    book.save(packed)
    properties = _PROPERTIES.format(
        title=escape(printable(title)), moment=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for part in source.namelist():
            content = properties.encode() if part == CORE else source.read(part)
            target.writestr(entry(part), content)
    return out.getvalue()


def entry(name: str, date_time: tuple[int, int, int, int, int, int] = EPOCH) -> zipfile.ZipInfo:
    """Return a member of an archive that says nothing of the machine it was made on."""
    info = zipfile.ZipInfo(name, date_time)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3  # what packed it: the same word on every machine
    info.external_attr = 0o100644 << 16
    return info


def put_text(cell: Any, words: str) -> None:
    """Write what somebody typed as text: never as formula, number, day or error, whatever it begins with."""
    if not words:
        return
    cell.value = printable(words)
    cell.data_type = "s"
    if words[:1] in "=+-@#\t":
        cell.quotePrefix = True
