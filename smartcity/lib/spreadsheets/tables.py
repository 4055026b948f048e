"""The table inside a sheet, found by what its header says and not by where it stands.

Titles stand above it, an instruction sheet before it, a row of column numbers under its header. A header takes one
row or two; a parent cell over several columns belongs to each of them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from smartcity.lib.spreadsheets import cells
from smartcity.lib.spreadsheets.refusals import NotReadable
from smartcity.lib.spreadsheets.sheets import MAX_ROWS, Content, Row, Sheet

type Known = Callable[[tuple[str, ...]], str | None]
"""Answers what a header (its parts, from above to below) means, or None. Two columns may mean the same."""

type Pointed = Callable[[Sequence[tuple[str, ...]]], bool]
"""Tells whether a person once pointed out a row with these headings (their parts, from left to right)."""

SEARCHED = 60  # rows with something in them; no office writes a longer foreword
FEWEST = 3  # known headings that make a row a header

_COLUMN_NUMBER = re.compile(r"\(?\s*([0-9]{1,3})\s*[a-z]?\s*(?:=[^()]*)?\)?\.?", re.IGNORECASE)
_NOT_KEY = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column with a heading. `parts` from above to below; `key` is what a remembered mapping goes by."""

    index: int
    parts: tuple[str, ...]
    hidden: bool = False

    @property
    def letter(self) -> str:
        return cells.letter(self.index)

    @property
    def header(self) -> str:
        return " / ".join(self.parts)

    @property
    def key(self) -> str:
        return key_of(" ".join(self.parts))


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it, down to the end of the sheet."""

    sheet: str
    header_rows: tuple[int, ...]
    number_row: int | None
    columns: tuple[Column, ...]
    titles: tuple[str, ...]
    below: tuple[Row, ...]

    def rows(self) -> Iterator[Row]:
        """Yield what stands below the header, blank rows left out."""
        return iter(self.below)


def key_of(text: str) -> str:
    """Return a heading without what offices vary: case, spaces, line breaks, punctuation, accents.

    >>> key_of("Sub\\n Dimensi *"), key_of("Latar Belakang / Masalah")
    ('subdimensi', 'latarbelakangmasalah')
    """
    return _NOT_KEY.sub("", unicodedata.normalize("NFKD", text).casefold())


def find_tables(
    sheets: Sequence[Sheet], name: str, known: Known, *, example: str, pointed: Pointed | None = None
) -> list[Table]:
    """Return the table of each sheet that has one: one that was pointed out, visible ones, the best known.

    Raises NotReadable: IMP-TABLE when there is none, or what keeps the only candidates from being read.
    """
    found: list[tuple[tuple[bool, bool, int], Table]] = []
    refusal: NotReadable | None = None
    for sheet in sheets:
        try:
            content = sheet.content()
            header = _find_header(content, known, pointed)
            if header is not None:
                table = _table(sheet, content, header.place, header.height)
                found.append(((header.pointed, not sheet.hidden, header.score), table))
        except NotReadable as error:  # a heavy sheet of reference data beside the table does no harm
            refusal = refusal or error
    if not found:
        raise refusal or NotReadable("IMP-TABLE", name=name, example=example)
    return [table for _, table in sorted(found, key=lambda pair: pair[0], reverse=True)]


def table_at(sheet: Sheet, row: int, height: int | None = None) -> Table:
    """Return the table whose header a person pointed out; without a height, as tall as merged cells make it.

    Raises NotReadable, and ValueError for a blank row.
    """
    content = sheet.content()
    place = next((place for place, held in enumerate(content.rows) if held.number == row), None)
    if place is None or height not in (None, 1, 2):
        raise ValueError("there is no header in this row")
    if height is None:
        place -= _is_lower(content, place)
        height = 1 + _is_tied(content, place)
    return _table(sheet, content, place, height)


# --- the header ----------------------------------------------------------------------------------


class _Header(NamedTuple):
    """A candidate; of two the greater one is the header."""

    pointed: bool
    score: int  # known headings
    tied: bool  # on a tie two rows win only where the sheet's own merges say so: a group heading under a header is none
    above: int
    flat: int

    @property
    def place(self) -> int:
        """Its place in `rows`."""
        return -self.above

    @property
    def height(self) -> int:
        return -self.flat


def _find_header(content: Content, known: Known, pointed: Pointed | None) -> _Header | None:
    """Return the best header among the first rows."""
    best: _Header | None = None
    for place in range(min(SEARCHED, len(content.rows))):
        for height in (1, 2):
            headings = _headings(content, place, height)
            if headings is None:
                continue
            score = len({field for parts in headings.values() if (field := known(parts))})
            chosen = pointed is not None and pointed(_in_order(headings))
            rank = _Header(chosen, score, height == 2 and _is_tied(content, place), -place, -height)
            if (chosen or score >= FEWEST) and (best is None or rank > best):
                best = rank
    return best


def _in_order(headings: Mapping[int, tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [parts for _, parts in sorted(headings.items()) if parts]


def _headings(content: Content, place: int, height: int) -> dict[int, tuple[str, ...]] | None:
    """Return the heading of each column, as one or two parts; None where no second header row can be."""
    upper = _texts(content.rows[place])
    if height == 1:
        return {column: (text,) for column, text in upper.items()}
    if place + 1 >= len(content.rows):
        return None
    top, low = content.rows[place], content.rows[place + 1]
    if low.number != top.number + 1 or _column_numbers(low):
        return None
    lower = _texts(low)
    parents = dict(upper)
    for merge in content.merges:
        if merge.top == top.number and merge.left in upper:
            parents |= dict.fromkeys(
                range(merge.left, min(merge.right, merge.left + 300) + 1), upper[merge.left]
            )
    _fill_right(parents, upper, lower)
    columns = sorted(parents.keys() | lower.keys())
    both = {column: (parents.get(column, ""), lower.get(column, "")) for column in columns}
    return {column: tuple(dict.fromkeys(part for part in pair if part)) for column, pair in both.items()}


def _fill_right(parents: dict[int, str], upper: Mapping[int, str], lower: Mapping[int, str]) -> None:
    """Give a child without a parent the parent at its left, as far as children stand side by side.

    This is how a group looks when its parent was centred over the columns and not merged.
    """
    for column in sorted(lower):
        if column not in parents and column - 1 in parents and column - 1 in lower:
            parents[column] = parents[column - 1]


def _is_tied(content: Content, place: int) -> bool:
    """Tell whether merged cells tie a row and the next to one header: one over both, or a parent over children."""
    top = content.rows[place]
    low = content.rows[place + 1] if place + 1 < len(content.rows) else None
    for merge in content.merges:
        if merge.top == top.number and merge.left in top.cells:
            if merge.bottom == top.number + 1:
                return True
            children = range(merge.left, merge.right + 1)
            if low and merge.right > merge.left and sum(column in low.cells for column in children) > 1:
                return True
    return False


def _is_lower(content: Content, place: int) -> bool:
    """Tell whether a row is the second one of a header: a heading above it is merged down into it, and no further."""
    number = content.rows[place].number
    if not place or content.rows[place - 1].number != number - 1:
        return False
    above = content.rows[place - 1]
    return any(
        (merge.top, merge.bottom) == (number - 1, number)
        and merge.left == merge.right
        and merge.left in above.cells
        for merge in content.merges
    )


def _texts(row: Row) -> dict[int, str]:
    texts = {column: " ".join(cells.shown(value).split()) for column, value in row.cells.items()}
    return {column: text for column, text in texts.items() if text}


def _column_numbers(row: Row) -> bool:
    """Tell whether a row only counts its columns: 1 2 3 or (1) (2) (3), also 7=6/5."""
    matches = [_COLUMN_NUMBER.fullmatch(text) for _, text in sorted(_texts(row).items())]
    numbers = [int(match[1]) for match in matches if match]
    if len(numbers) < FEWEST or len(numbers) < len(matches):
        return False
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    return numbers[0] <= 2 and all(step in (0, 1, 2) for step in steps) and sum(steps) > len(steps) / 2


# --- the table -----------------------------------------------------------------------------------


def _table(sheet: Sheet, content: Content, place: int, height: int) -> Table:
    headings = _headings(content, place, height) or {}
    columns = tuple(
        Column(index, parts, index in content.hidden) for index, parts in sorted(headings.items()) if parts
    )
    below = place + height
    number_row = None
    if below < len(content.rows) and _column_numbers(content.rows[below]):
        number_row = content.rows[below].number
        below += 1
    if len(content.rows) - below > MAX_ROWS:
        raise NotReadable("IMP-ROWS", sheet=sheet.name, limit=f"{MAX_ROWS:,}".replace(",", "."))
    titles = tuple(text for row in content.rows[:place] for text in _texts(row).values())
    # Rows are copied before merged cells fill them: the header of another reading must see the sheet as it is.
    body = Content([Row(row.number, dict(row.cells)) for row in content.rows[below:]], content.merges)
    body.apply_merges(sheet.name)
    header_rows = tuple(row.number for row in content.rows[place : place + height])
    return Table(sheet.name, header_rows, number_row, columns, titles, tuple(body.rows))
