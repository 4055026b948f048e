"""Tables as CSV, both ways: in the manner Indonesian Excel writes it, and harmless to whoever opens it.

A text that a spreadsheet would take for a formula gets an apostrophe in front; reading takes that one off again, so
what goes out comes back the same.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from smartcity.lib.spreadsheets.refusals import NotReadable

_RUNS = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_KEPT = re.compile("'+[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_LONGEST_LINE = 1_000_000


def harmless(text: str) -> str:
    """Return text no spreadsheet runs. `original` undoes it."""
    return f"'{text}" if _RUNS.match(text) else text


def original(text: str) -> str:
    """Take off the apostrophe `harmless` put in front."""
    return text[1:] if _KEPT.match(text) else text


def pieces(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield a CSV file of these texts: UTF-8 with its mark, semicolons, Windows line ends. Escape them first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def rows_of(content: bytes, name: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV or tab-separated file, a line of the file being a row. Raises NotReadable."""
    text = _decoded(content, name)
    csv.field_size_limit(_LONGEST_LINE)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            yield [original(cell.replace("\r\n", "\n")) for cell in row]
    except csv.Error:
        raise NotReadable("IMP-BROKEN", name=name) from None


def _decoded(content: bytes, name: str) -> str:
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")  # Excel's "Unicode text"
        if b"\0" in content:
            raise NotReadable("IMP-TYPE", name=name)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotReadable("IMP-TYPE", name=name) from None


def _delimiter(text: str) -> str:
    """Return the mark between cells: the one that comes most often in the first lines, outside quotes."""
    head = re.sub(r'"[^"]*"', "", text[:20_000])
    counts = {mark: head.count(mark) for mark in ";\t,"}
    return max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ";"
