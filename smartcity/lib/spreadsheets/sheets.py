"""One sheet, read in one pass: stored values and formulas, merged cells, hidden columns.

openpyxl shows formulas or results, never both, and merged cells only in the mode that keeps every cell as an object;
reading twice costs more than four times this. Rows that claim to exist but hold nothing cost nothing.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.parsers import expat

from smartcity.lib.files.inspectors.facts import Rejected
from smartcity.lib.spreadsheets import cells, workbook
from smartcity.lib.spreadsheets.cells import Value
from smartcity.lib.spreadsheets.refusals import NotReadable, of_package

MAX_ROWS = 20_000
MAX_COLUMNS = 200  # what stands further right is somebody's scratch, or a trap
MAX_CELLS = 1_000_000

_ALLOWANCE = 200  # titles, headings and signatures around MAX_ROWS of data


@dataclass(slots=True)
class Row:
    """A row with something in it. `cells` by column number (A is 1); `filled` came from a cell merged downwards."""

    number: int
    cells: dict[int, Value]
    filled: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells, its corners included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Content:
    """What a sheet holds: rows in order, each with a cell at least, before merges are applied."""

    rows: list[Row] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def apply_merges(self, sheet: str) -> None:
        """Give each row under a merged cell its value; sideways, only the first column keeps one."""
        numbers = [row.number for row in self.rows]
        room = MAX_CELLS - sum(len(row.cells) for row in self.rows)
        for merge in self.merges:
            first = bisect_left(numbers, merge.top)
            top = self.rows[first] if first < len(numbers) and numbers[first] == merge.top else None
            value = top.cells.get(merge.left) if top else None
            for row in self.rows[first : bisect_left(numbers, merge.bottom + 1)]:
                _cover(row, merge, value)
                room -= merge.right - merge.left + 1
                if room < 0:
                    raise NotReadable("IMP-CELLS", sheet=sheet, limit=f"{MAX_CELLS:,}".replace(",", "."))


def _cover(row: Row, merge: Merge, value: Value | None) -> None:
    for column in range(merge.left, min(merge.right, MAX_COLUMNS) + 1):
        if (row.number, column) != (merge.top, merge.left):
            row.cells.pop(column, None)
    if value is not None and row.number != merge.top:
        row.cells[merge.left] = value
        row.filled.add(merge.left)


@dataclass(slots=True)
class Sheet:
    """A sheet of a workbook; its cells are read when they are first asked for."""

    name: str
    hidden: bool
    _load: Callable[[], Content]
    _content: Content | None = None

    def content(self) -> Content:
        """Return the rows and what is known of them, merges not applied. Raises NotReadable."""
        if self._content is None:
            self._content = self._load()
        return self._content


def read(package: workbook.Package, sheet: str, part: str) -> Content:
    """Read one sheet. Raises NotReadable when it is broken or larger than the portal takes."""
    reader = _Reader(package, sheet)
    parser = workbook.new_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        workbook.parse(package.archive, part, parser)
    except Rejected as rejected:
        raise of_package(rejected, package.name) from None
    except expat.ExpatError:
        raise NotReadable("IMP-BROKEN", name=package.name) from None
    return reader.content


class _Reader:
    """Listens to a sheet's elements. Written for speed: one call for each tag of up to a million cells."""

    def __init__(self, package: workbook.Package, sheet: str) -> None:
        self.content = Content()
        self._package, self._sheet = package, sheet
        self._texts = package.texts
        self._dates, self._percents = package.styles.dates, package.styles.percents
        self._row = self._column = self._count = 0
        self._cells: dict[int, Value] = {}
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        self._value: str | None = None
        self._formula: str | None = None
        self._listening = self._aside = False
        self._names: dict[str, str] = {}
        self._columns: dict[str, int] = {}

    # --- elements

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag) or self._names.setdefault(tag, workbook.local(tag))
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "f", "t"):
            self._listening = not self._aside
            self._pieces.clear()
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = 0
            self._cells = {}
        elif name == "rPh":
            self._aside = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            self._hide(attributes)

    def end(self, tag: str) -> None:
        name = self._names[tag]
        if name == "v":
            self._value = "".join(self._pieces)
            self._listening = False
        elif name == "c":
            if self._value is not None or self._formula is not None:
                self._keep_cell()
        elif name == "t":
            if self._listening:
                self._value = (self._value or "") + "".join(self._pieces)  # rich text comes in runs
            self._listening = False
        elif name == "f":
            self._formula = "".join(self._pieces)
            self._listening = False
        elif name == "row":
            self._keep_row()
        elif name == "rPh":
            self._aside = False

    def text(self, data: str) -> None:
        if self._listening:
            self._pieces.append(data)

    # --- cells and rows

    def _start_cell(self, attributes: dict[str, str]) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = cells.index_of(letters)
        self._column = column or self._column + 1
        self._attributes = attributes
        self._value = self._formula = None

    def _keep_cell(self) -> None:
        if self._column > MAX_COLUMNS:
            return
        result = self._read()
        value: Value | None = result if self._formula is None else cells.Formula(self._formula, result)
        if value is not None and value != "":
            self._cells[self._column] = value

    def _read(self) -> cells.Plain | None:
        text, kind = self._value, self._attributes.get("t", "n")
        if text is None:
            return None
        if kind == "s":
            text = self._shared(text)
        if len(text) > cells.LONGEST_TEXT:
            place = f"{cells.letter(self._column)}{self._row}"
            raise NotReadable("IMP-TEXT", sheet=self._sheet, cell=place)
        if kind in ("n", ""):
            return self._number(text)
        if kind == "s":
            return text
        if kind in ("str", "inlineStr"):
            return cells.unescaped(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "d":
            return _iso(text)
        return cells.Fault(text)

    def _shared(self, text: str) -> str:
        place = int(text) if text.isdecimal() and len(text) < 9 else -1
        if not 0 <= place < len(self._texts):
            raise NotReadable("IMP-BROKEN", name=self._package.name)
        return self._texts[place]

    def _number(self, text: str) -> cells.Plain | None:
        if not text.strip():
            return None
        value = cells.number(text)
        if value is None:
            return cells.Fault(text)
        style = self._attributes.get("s")
        if style is None or not style.isdecimal():
            return value
        if int(style) in self._dates:
            day = cells.moment(value, from_1904=self._package.styles.from_1904)
            return cells.Fault(text) if day is None else day
        if int(style) in self._percents:
            return cells.Percent(value * 100)
        return value

    def _keep_row(self) -> None:
        if not self._cells:
            return
        rows = self.content.rows
        if rows and rows[-1].number >= self._row:
            raise NotReadable("IMP-BROKEN", name=self._package.name)
        rows.append(Row(self._row, self._cells))
        self._count += len(self._cells)
        if len(rows) > MAX_ROWS + _ALLOWANCE:
            raise NotReadable("IMP-ROWS", sheet=self._sheet, limit=f"{MAX_ROWS:,}".replace(",", "."))
        if self._count > MAX_CELLS:
            raise NotReadable("IMP-CELLS", sheet=self._sheet, limit=f"{MAX_CELLS:,}".replace(",", "."))

    # --- what stands before and behind the rows

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (left, top), (right, bottom) = _corner(first), _corner(last)
        if top and bottom and len(self.content.merges) < MAX_CELLS:
            self.content.merges.append(Merge(top, left, bottom, right))

    def _hide(self, attributes: dict[str, str]) -> None:
        narrow = attributes.get("width") in ("0", "0.0")
        if attributes.get("hidden") in ("1", "true") or narrow:
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal() and len(first) < 6:
                self.content.hidden.update(range(int(first), min(int(last[:6]), MAX_COLUMNS) + 1))


def _corner(reference: str) -> tuple[int, int]:
    """Return the column and row of an address such as AB12; zeros when it is none."""
    letters = reference.rstrip("0123456789")
    column, row = cells.index_of(letters), reference[len(letters) :]
    return (column, int(row)) if column and row and len(row) < 8 else (0, 0)


def _iso(text: str) -> date | cells.Fault:
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return cells.Fault(text)
    return moment.date() if moment.hour == moment.minute == moment.second == 0 else moment


def of_text(rows: Iterator[list[str]], name: str) -> Content:
    """Return the content of a sheet that came as text. Raises NotReadable when it is too large."""
    content = Content()
    for number, texts in enumerate(rows, 1):
        held: dict[int, Value] = {
            column: text for column, text in enumerate(texts[:MAX_COLUMNS], 1) if text.strip()
        }
        if held:
            content.rows.append(Row(number, held))
        if len(content.rows) > MAX_ROWS + _ALLOWANCE:
            raise NotReadable("IMP-ROWS", sheet=name, limit=f"{MAX_ROWS:,}".replace(",", "."))
    return content
