"""An instrument as a workbook, both ways: eight tables and a sheet of facts (instrument_tabs.py).

Reading gives the same data as the YAML file, and finds every problem by sheet, row and column. The workbook
is opened by the one reader of the portal, so a bomb, macros or a password are refused there.
"""

import io
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from evaluations import instrument_tabs as tabs
from evaluations.instrument_file import SIZE_LIMIT, InstrumentRefused, check
from evaluations.instrument_plain import NEEDS, Plain
from evaluations.instrument_tabs import Field, Tab
from smartcity.lib import spreadsheets
from smartcity.lib.spreadsheets import Formula, NotReadable, OutColumn, OutSheet, Row, Sheet, key_of, shown
from smartcity.lib.text import tidy

HEADER_WITHIN = 20  # rows with something in them; nobody writes a longer foreword

Data = dict[str, Any]


def read_sheet(source: bytes, name: str) -> Data:
    """Return the checked data of a workbook, as `instrument_file.read` does. Raises InstrumentRefused."""
    if len(source) > SIZE_LIMIT:
        raise InstrumentRefused([_("The file is larger than 1 MB. An instrument is plain text. [INS-SIZE]")])
    try:
        reading = _Reading(spreadsheets.open_workbook(io.BytesIO(source), name).sheets)
        data = reading.instrument()
    except NotReadable as refusal:
        raise InstrumentRefused([refusal.message]) from None
    check(data, reading.place, reading.problems)
    return data


class _Reading:
    """A workbook while it is read: what was found, what was wrong, and in which row each entry stands."""

    def __init__(self, sheets: tuple[Sheet, ...]) -> None:
        self.sheets = {key_of(sheet.name): sheet for sheet in reversed(sheets)}
        self.problems: list[str] = []
        self.rows: dict[str, tuple[Tab, list[int]]] = {}
        self.lines: dict[str, int] = {}

    # --- where

    def keep(self, path: str, tab: Tab, number: int) -> None:
        """Remember in which row of which sheet the entry with this path stands; a code used twice has two."""
        self.rows.setdefault(path, (tab, []))[1].append(number)

    def place(self, where: str) -> str:
        """Turn a path of the file into sheet, row and column."""
        if where in self.lines:
            return _at(tabs.HEAD, [self.lines[where]], None)
        path = where
        while path and path not in self.rows:
            path = path.rpartition("/")[0]
        if path:
            tab, numbers = self.rows[path]
            rest = where[len(path) + 1 :].rpartition("/")[2]
            return _at(tab, numbers, next((one for one in tab.fields if one.key == rest), None))
        held = (tab for tab in (*tabs.TABS, tabs.HEAD) if f"{where}/".startswith(f"{tab.path}/"))
        return next((tab.title for tab in held), where)

    def wrong(
        self, tab: Tab, number: int, column: Field, found: object, known: Iterable[str], expected: str = ""
    ) -> None:
        text = _("%(where)s: found “%(found)s”. Expected: %(expected)s. [INS-VALUE]")
        expected = expected or _("one of %(known)s") % {"known": ", ".join(known) or "-"}
        where = _at(tab, [number], column)
        self.problems.append(
            text % {"where": where, "found": str(found or _("nothing"))[:60], "expected": expected}
        )

    # --- sheets

    def instrument(self) -> Data:
        """Put the tables together as the YAML file nests them."""
        data: Data = {"dimension_set": {}} | self.head()
        data["dimension_set"]["dimensions"] = self.listed(tabs.DIMENSIONS)
        self.nested(tabs.SUB_DIMENSIONS, tabs.DIMENSIONS, data["dimension_set"]["dimensions"], "dimension")
        data["areas"] = self.listed(tabs.AREAS)
        data["evidence_types"] = self.listed(tabs.EVIDENCE_TYPES)
        data["rubrics"] = self.rubrics()
        data["sections"] = self.listed(tabs.SECTIONS)
        for row in data["sections"]:
            row["aggregation"] = {key: row.pop(key) for key in ("method", "levels") if key in row}
        self.nested(tabs.QUESTIONS, tabs.SECTIONS, data["sections"], "section")
        questions = [row for section in data["sections"] for row in section["questions"]]
        self.evidence(questions, [str(section.get("code")) for section in data["sections"]], data["sections"])
        return data

    def head(self) -> Data:
        found: Data = {"instrument": {}, "dimension_set": {}, "survey": {}}
        by_name = {key_of(one.heading): (part, one) for part, one in tabs.FACTS}
        for number, row in self.table(tabs.HEAD):
            part, one = by_name.get(key_of(str(row.get("what", ""))), ("", None))
            if one is None:
                self.wrong(
                    tabs.HEAD,
                    number,
                    tabs.HEAD.fields[0],
                    row.get("what"),
                    [f.heading for _p, f in tabs.FACTS],
                )
            elif "value" in row:
                value = _read(row["value"], one)
                if one.key == "notes_en":
                    found[part].setdefault(one.key, []).append(value)
                else:
                    found[part][one.key] = value
                self.lines[f"{part}/{one.key}"] = number
        return found

    def listed(self, tab: Tab) -> list[Data]:
        rows = []
        for place, (number, row) in enumerate(self.table(tab), 1):
            self.keep(f"{tab.path}/{row.get('code', place)}", tab, number)
            rows.append(row)
        return rows

    def nested(self, tab: Tab, above: Tab, owners: list[Data], key: str) -> None:
        """Hand each row of a table to the entry of another table that it names."""
        by_code = {str(owner.get("code")): owner for owner in owners}
        for owner in owners:
            owner[tab.path] = []
        for number, row in self.table(tab):
            code = row.pop(key, "")
            if code not in by_code:
                column = next(one for one in tab.fields if one.key == key)
                self.wrong(tab, number, column, code, list(by_code))
                continue
            held = by_code[code][tab.path]
            held.append(row)
            self.keep(f"{above.path}/{code}/{tab.path}/{row.get('code', len(held))}", tab, number)

    def rubrics(self) -> list[Data]:
        found: dict[str, Data] = {}
        for number, row in self.table(tabs.RUBRICS):
            code = row.pop("code", "")
            names = {key: row.pop(key) for key in ("name_id", "name_en") if key in row}
            rubric = found.setdefault(code, ({"code": code} if code else {}) | names | {"levels": []})
            rubric["levels"].append(row)
            path = f"rubrics/{code or len(found)}"
            self.rows.setdefault(path, (tabs.RUBRICS, [number]))
            self.keep(f"{path}/levels/{row.get('score', len(rubric['levels']))}", tabs.RUBRICS, number)
        return list(found.values())

    def evidence(self, questions: list[Data], codes: list[str], sections: list[Data]) -> None:
        by_code = {str(row.get("code")): row for row in questions}
        owner = {
            id(row): code
            for code, section in zip(codes, sections, strict=True)
            for row in section["questions"]
        }
        for number, row in self.table(tabs.EVIDENCE):
            code = row.pop("question", "")
            if code not in by_code:
                self.wrong(
                    tabs.EVIDENCE, number, tabs.EVIDENCE.fields[0], code, (), _("the code of a question")
                )
                continue
            flags = {need: row.pop(need) for need in NEEDS if need in row}
            for need, flag in flags.items():
                if not isinstance(flag, bool):
                    column = next(one for one in tabs.EVIDENCE.fields if one.key == need)
                    self.wrong(tabs.EVIDENCE, number, column, flag, list(tabs.YES_WORDS.values()))
            row["needs"] = [need for need in NEEDS if flags.get(need) is True]
            held = by_code[code].setdefault("evidence", [])
            held.append(row)
            path = f"sections/{owner[id(by_code[code])]}/questions/{code}/evidence/{row.get('text_id', len(held))}"
            self.keep(path, tabs.EVIDENCE, number)

    def table(self, tab: Tab) -> Iterator[tuple[int, Data]]:
        """The rows of a sheet below its headings, with their numbers; empty cells are left out."""
        sheet = self.sheets.get(key_of(tab.title))
        if sheet is None:
            text = _("The sheet “%(sheet)s” is missing. [INS-SHEET]")
            self.problems.append(text % {"sheet": tab.title})
            return
        content = sheet.content()
        content.apply_merges(sheet.name)
        header = next((row for row in content.rows[:HEADER_WITHIN] if len(_columns(tab, row)) > 1), None)
        columns = _columns(tab, header) if header else {}
        if missing := [one.heading for one in tab.fields if one.key not in {f.key for f in columns.values()}]:
            text = _("Sheet “%(sheet)s”: the columns %(columns)s are missing. [INS-SHEET]")
            self.problems.append(text % {"sheet": tab.title, "columns": ", ".join(missing)})
        if header is None:
            return
        for row in content.rows:
            if row.number > header.number:
                cells = {
                    one.key: row.cells[at] for at, one in columns.items() if shown(row.cells.get(at)).strip()
                }
                if cells:
                    yield (
                        row.number,
                        {one.key: _read(cells[one.key], one) for one in columns.values() if one.key in cells}
                        if tab is not tabs.HEAD
                        else cells | {"what": shown(cells.get("what"))},
                    )


def write_sheet(data: Plain, out: io.BytesIO) -> None:
    """Write plain data (instrument_plain.py) as a workbook that `read_sheet` reads back without a difference."""
    choices = {
        tabs.AREAS.path: tuple(row["code"] for row in data["areas"]),
        "section": tuple(row["code"] for row in data["sections"]),
    }
    rows = {
        tab.title: [[_cell(row, one) for one in tab.fields] for row in _rows(tab, data)] for tab in tabs.TABS
    }
    facts = [
        [one.heading, _cell({one.key: value}, one)]
        for part, one in tabs.FACTS
        for value in _values(data[part][one.key])
    ]
    spreadsheets.write_book(
        out,
        [
            OutSheet(
                tabs.HEAD.title, tuple(OutColumn(f.heading, width=f.width) for f in tabs.HEAD.fields), facts
            ),
            *(
                OutSheet(tab.title, tuple(_out(one, choices) for one in tab.fields), rows[tab.title])
                for tab in tabs.TABS
            ),
        ],
    )


def _rows(tab: Tab, data: Plain) -> Iterator[Plain]:
    if tab is tabs.DIMENSIONS:
        yield from data["dimension_set"]["dimensions"]
    elif tab is tabs.SUB_DIMENSIONS:
        for row in data["dimension_set"]["dimensions"]:
            yield from ({"dimension": row["code"]} | sub for sub in row["sub_dimensions"])
    elif tab is tabs.RUBRICS:
        for row in data["rubrics"]:
            yield from (row | level for level in row["levels"])
    elif tab is tabs.SECTIONS:
        yield from (row | row["aggregation"] for row in data["sections"])
    elif tab is tabs.QUESTIONS:
        for row in data["sections"]:
            yield from ({"section": row["code"]} | question for question in row["questions"])
    elif tab is tabs.EVIDENCE:
        for question in (question for row in data["sections"] for question in row["questions"]):
            for hint in question["evidence"]:
                yield {"question": question["code"]} | hint | {need: need in hint["needs"] for need in NEEDS}
    else:
        yield from data[tab.path]


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _out(one: Field, choices: dict[str, tuple[str, ...]]) -> OutColumn:
    kind: Any = {tabs.WHOLE: "year", tabs.NUMBER: "number"}.get(one.kind, "text")
    words = tuple(one.words.values()) if one.kind == tabs.WORD and one.words else ()
    if one.kind == tabs.YES:
        words = tuple(tabs.YES_WORDS.values())
    offered = {"area": choices["areas"], "section": choices["section"]}.get(one.key, words)
    return OutColumn(one.heading, kind, width=one.width, choices=offered)


def _cell(row: Plain, one: Field) -> str | int | Decimal:
    value = row[one.key]
    if one.kind == tabs.YES:
        return tabs.YES_WORDS[value]
    if one.kind == tabs.WORD:
        return (one.words or {})[value]
    if one.kind == tabs.LEVELS:
        return tabs.LEVEL_MARK.join((one.words or {})[level] for level in value)
    return Decimal(value) if one.kind == tabs.NUMBER else value


def _columns(tab: Tab, row: Row) -> dict[int, Field]:
    """Column number -> what its heading means; the first of two columns that mean the same."""
    found: dict[int, Field] = {}
    for at, value in row.cells.items():
        one = tab.named(shown(value))
        if one is not None and one not in found.values():
            found[at] = one
    return found


def _read(value: Any, one: Field) -> Any:
    """What a cell holds, by the kind of its column; what does not fit stays text, and the check says so."""
    if isinstance(value, Formula) and value.result is not None:
        value = value.result
    text = tidy(shown(value)).strip()
    if one.kind in (tabs.WHOLE, tabs.NUMBER):
        return _number(value if isinstance(value, Decimal) else text, whole=one.kind == tabs.WHOLE)
    if one.kind == tabs.YES:
        return {"ya": True, "yes": True, "true": True, "tidak": False, "no": False, "false": False}.get(
            text.casefold(), text
        )
    if one.words and one.kind == tabs.LEVELS:
        return [_word(part, one.words) for part in text.replace(",", ">").split(">")]
    return _word(text, one.words) if one.words else text


def _number(value: Decimal | str, *, whole: bool) -> Any:
    try:
        number = Decimal(value.rstrip("% ").replace(",", ".")) if isinstance(value, str) else Decimal(value)
    except InvalidOperation:
        return value
    if number.is_finite() and number == number.to_integral_value() and abs(number) < 10**9:
        return int(number)
    return str(value) if whole or not number.is_finite() else float(number)


def _word(text: str, words: Any) -> str:
    """The value a word of the sheet stands for; the value itself is understood, too."""
    key = key_of(text)
    return next(
        (value for value, word in words.items() if key in (key_of(word), key_of(value))), text.strip()
    )


def _at(tab: Tab, numbers: list[int], column: Field | None) -> str:
    where = _("sheet %(sheet)s, row %(rows)s") % {"sheet": tab.title, "rows": ", ".join(map(str, numbers))}
    return where if column is None else f"{where}, " + _("column %(column)s") % {"column": column.heading}
