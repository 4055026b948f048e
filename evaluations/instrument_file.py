"""An instrument file, read and checked: bytes in, plain data out, or every sentence that says what is wrong.

The real question list of the Ministry is not known yet and will change again: whoever types it needs to be
told where in the file something is wrong, what was found there and what is expected. So all problems are
collected, and nothing here touches the database (`loading.py` does).
"""

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import yaml
from django.utils.translation import gettext as _

from evaluations import scoring
from smartcity.lib.text import forbidden_character

SIZE_LIMIT = 1024 * 1024
DEPTH_LIMIT = 20
PROBLEM_LIMIT = 50
ROW_LIMIT = 500
SCORE_MIN, SCORE_MAX = 0, 4
SCORE, DATA, SURVEY_MEAN = "score", "data", "survey_mean"
KINDS = (SCORE, DATA, SURVEY_MEAN)
NEEDS = ("date", "page")
HUES = 8

_CODE = re.compile(r"[0-9A-Za-z][-_0-9A-Za-z]*")  # codes stand in addresses
_CENT = Decimal("0.01")

Row = Mapping[str, Any]


class InstrumentRefused(ValueError):
    """The file cannot be loaded; `problems` are sentences for the person who wrote it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(source: bytes) -> dict[str, Any]:
    """Return the checked data of an instrument file (UTF-8 YAML, up to 1 MB). Raises InstrumentRefused."""
    data = _parse(source)
    check(data)
    return data


def check(data: Row, place: Callable[[str], str] = str, before: Iterable[str] = ()) -> None:
    """Raise InstrumentRefused with everything that is wrong with the data of an instrument.

    `place` turns a path of the file into where a person finds it; `before`: sentences found while reading.
    """
    walk = _Check(place)
    walk.instrument(data)
    problems = list(dict.fromkeys([*before, *walk.problems]))
    if problems:
        raise InstrumentRefused(problems[:PROBLEM_LIMIT])


# Days stay text: an instrument's payload is plain JSON, and "2022-10" in a code must not turn into a date.
_NO_DATES = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases (a few lines can unfold to gigabytes) and without silently lost keys."""

    depth = 0
    yaml_implicit_resolvers = _NO_DATES

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.constructor.ConstructorError(None, None, "*", mark)
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise yaml.constructor.ConstructorError(None, None, "...", self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _value in node.value]
        for (key, _value), name in zip(node.value, keys, strict=True):
            if keys.count(name) > 1:
                raise yaml.constructor.ConstructorError(None, None, str(name), key.start_mark)
        return super().construct_mapping(node, deep)


def _parse(source: bytes) -> dict[str, Any]:
    if len(source) > SIZE_LIMIT:
        raise InstrumentRefused([_("The file is larger than 1 MB. An instrument is plain text. [INS-SIZE]")])
    try:
        data = yaml.load(source.decode("utf-8"), _PlainLoader)  # noqa: S506 - a SafeLoader
        data = json.loads(json.dumps(data, allow_nan=False))  # tags such as !!binary are not plain data
    except UnicodeDecodeError:
        raise InstrumentRefused([_("The file is not UTF-8 text. Save it as UTF-8. [INS-TEXT]")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InstrumentRefused(
            [
                _(
                    "Line %(line)s, column %(column)s: the YAML cannot be read (%(problem)s). "
                    "Keys must not repeat; aliases (* and &) are not accepted. [INS-YAML]"
                )
                % {"line": line, "column": column, "problem": error.problem}
            ]
        ) from None
    except (yaml.YAMLError, ValueError, TypeError):
        raise InstrumentRefused([_("The YAML cannot be read. [INS-YAML]")]) from None
    if not isinstance(data, dict):
        raise InstrumentRefused(
            [_("The file must be a list of named parts (instrument, sections). [INS-YAML]")]
        )
    return data


class _Check:
    """The walk through the data. `where` is the path a person follows in the file, by code where possible."""

    def __init__(self, place: Callable[[str], str]) -> None:
        self.place = place
        self.problems: list[str] = []
        self.questions: set[str] = set()
        self.subs: dict[str, set[str]] = {}
        self.areas: set[str] = set()
        self.rubrics: set[str] = set()
        self.evidence_types: set[str] = set()

    # --- sentences

    def wrong(self, where: str, found: object, expected: str) -> None:
        text = " ".join(str(found).split())[:60] if found is not None else _("nothing")
        sentence = _("%(where)s: found “%(found)s”. Expected: %(expected)s. [INS-VALUE]")
        self.add(sentence % {"where": self.place(where), "found": text, "expected": expected})

    def add(self, sentence: str) -> None:
        """Keep a sentence; what was found in the file may be text no database keeps."""
        self.problems.append(sentence.encode("utf-8", "replace").decode().replace("\0", ""))

    def text(self, row: Row, key: str, where: str, limit: int, *, required: bool = True) -> str:
        value = row.get(key)
        if value is None and not required:
            return ""
        fits = (
            isinstance(value, str) and 0 < len(value.strip()) <= limit and forbidden_character(value) is None
        )
        if not fits:
            self.wrong(
                f"{where}/{key}", value, _("text of 1 to %(limit)s letters, in quotes") % {"limit": limit}
            )
        return value if isinstance(value, str) else ""

    def code(self, row: Row, where: str, limit: int) -> None:
        """A code is short and can stand in an address."""
        before = len(self.problems)
        value = self.text(row, "code", where, limit)
        if len(self.problems) == before and not _CODE.fullmatch(value):
            self.wrong(f"{where}/code", value, _("letters, digits, - and _ only, without spaces"))

    def whole(self, row: Row, key: str, where: str, low: int, high: int) -> int | None:
        value = row.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        expected = _("a whole number from %(low)s to %(high)s") % {"low": low, "high": high}
        self.wrong(f"{where}/{key}", value, expected)
        return None

    def one_of(self, row: Row, key: str, where: str, known: Iterable[str]) -> str:
        value = row.get(key)
        names = sorted(known)
        if isinstance(value, str) and value in names:
            return value
        self.wrong(f"{where}/{key}", value, _("one of %(known)s") % {"known": ", ".join(names) or "-"})
        return ""

    def part(self, row: Row, key: str, where: str) -> Row:
        value = row.get(key)
        if isinstance(value, dict) and all(isinstance(name, str) for name in value):
            return value
        self.wrong(f"{where}{key}", type(value).__name__, _("a list of named values"))
        return {}

    def rows(
        self, row: Row, key: str, where: str, name: str = "code", *, limit: int = 20
    ) -> list[tuple[str, Row]]:
        """The rows of a list with their paths, and the check that `name` and `order` repeat nowhere in it."""
        value = row.get(key)
        whole = isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
        if not isinstance(value, list) or not whole or not 0 < len(value) <= ROW_LIMIT:
            self.wrong(
                f"{where}{key}",
                type(value).__name__ if value else None,
                _("a list of 1 to %(limit)s entries") % {"limit": ROW_LIMIT},
            )
            return []
        found = []
        for number, entry in enumerate(value, 1):
            path = f"{where}{key}/{entry.get(name, number)}"
            if name == "code":
                self.code(entry, path, limit)
            found.append((path, entry))
        self.once(value, name, f"{where}{key}")
        if any("order" in entry for entry in value):
            for path, entry in found:
                self.whole(entry, "order", path, 1, 999)
            self.once(value, "order", f"{where}{key}")
        return found

    def once(self, rows: list[Row], key: str, where: str) -> None:
        values = [row.get(key) for row in rows]
        for value in sorted(
            {str(value) for value in values if value is not None and values.count(value) > 1}
        ):
            sentence = _(
                "%(where)s: “%(value)s” appears more than once as %(key)s. Each must be unique. [INS-ONCE]"
            )
            place = self.place(f"{where}/{value}/{key}")
            self.add(sentence % {"where": place, "value": value[:60], "key": key})

    # --- the parts, in the order of the file

    def instrument(self, data: Row) -> None:
        head = self.part(data, "instrument", "")
        self.code(head, "instrument", 40)
        self.whole(head, "version", "instrument", 1, 999)
        self.whole(head, "year", "instrument", 2017, 2100)
        self.both(head, "title", "instrument", 200)
        self.yes_or_no(head, "official", "instrument")
        self.text(head, "kind", "instrument", 60, required=False)
        notes = head.get("notes_en") or []
        for note in notes if isinstance(notes, list) else [notes]:
            self.text({"notes_en": note}, "notes_en", "instrument", 500)
        self.dimension_set(self.part(data, "dimension_set", ""))
        self.survey(data)
        self.areas = self.named(data, "areas")
        self.evidence_types = self.named(data, "evidence_types")
        self.rubrics = {self.rubric(path, row) for path, row in self.rows(data, "rubrics", "")}
        sections = self.rows(data, "sections", "")
        for path, row in sections:
            self.section(path, row)
        self.weights([row for _path, row in sections])

    def survey(self, data: Row) -> None:
        if data.get("survey"):
            survey = self.part(data, "survey", "")
            if "respondents_per_dimension" in survey:
                self.whole(survey, "respondents_per_dimension", "survey", 1, 9999)

    def yes_or_no(self, row: Row, key: str, where: str) -> None:
        if not isinstance(row.get(key), bool):
            self.wrong(f"{where}/{key}", row.get(key), _("yes or no (true / false)"))

    def both(self, row: Row, key: str, where: str, limit: int) -> None:
        """A text in Indonesian, and in English where there is one."""
        self.text(row, f"{key}_id", where, limit)
        self.text(row, f"{key}_en", where, limit, required=False)

    def named(self, data: Row, key: str) -> set[str]:
        rows = self.rows(data, key, "", limit=40)
        for path, row in rows:
            self.both(row, "name", path, 200)
        return {str(row.get("code")) for _path, row in rows}

    def dimension_set(self, data: Row) -> None:
        self.code(data, "dimension_set", 40)
        self.both(data, "name", "dimension_set", 200)
        self.text(data, "mark", "dimension_set", 200, required=False)
        dimensions = self.rows(data, "dimensions", "dimension_set/", limit=10)
        if len(dimensions) > HUES:
            self.wrong(
                "dimension_set/dimensions",
                len(dimensions),
                _("at most %(limit)s dimensions") % {"limit": HUES},
            )
        for path, dimension in dimensions:
            self.both(dimension, "name", path, 200)
            self.text(dimension, "gloss_id", path, 200, required=False)
            subs = self.rows(dimension, "sub_dimensions", f"{path}/")
            for sub_path, sub in subs:
                self.both(sub, "name", sub_path, 200)
                # the sub-dimension level groups by code, so a code must mean one thing in the whole set
                if any(str(sub.get("code")) in codes for codes in self.subs.values()):
                    self.once([sub, sub], "code", f"{path}/sub_dimensions")
            self.subs[str(dimension.get("code"))] = {str(sub.get("code")) for _path, sub in subs}

    def rubric(self, path: str, row: Row) -> str:
        self.text(row, "name_id", path, 200, required=False)
        self.text(row, "name_en", path, 200, required=False)
        for level_path, level in self.rows(row, "levels", f"{path}/", "score"):
            self.whole(level, "score", level_path, SCORE_MIN, SCORE_MAX)
            self.both(level, "label", level_path, 60)
            self.both(level, "meaning", level_path, 500)
        return str(row.get("code"))

    def section(self, path: str, row: Row) -> None:
        self.both(row, "name", path, 200)
        aggregation = self.part(row, "aggregation", f"{path}/")
        method = self.one_of(aggregation, "method", f"{path}/aggregation", scoring.METHODS)
        levels = aggregation.get("levels", list(scoring.METHODS.get(method, ())))
        if method and not _climbs(levels, method):
            expected = " > ".join(scoring.METHODS[method])
            self.wrong(f"{path}/aggregation/levels", levels, expected)
            levels = []
        asked = set()
        for question_path, question in self.rows(row, "questions", f"{path}/"):
            self.question(question_path, question, levels)
            asked.add(str(question.get("smart_dimension")))
        if method == "mean_of_smart_dimensions" and (silent := set(self.subs) - asked):
            # a dimension without a question would drop out of the mean and nobody would notice
            sentence = _(
                "%(where)s: no question for %(dimensions)s. Each dimension needs at least one. [INS-COVER]"
            )
            self.add(sentence % {"where": self.place(path), "dimensions": ", ".join(sorted(silent))})

    def question(self, path: str, row: Row, levels: Iterable[str]) -> None:
        code = str(row.get("code"))
        if code in self.questions:
            self.once([row, row], "code", path.rpartition("/")[0])
        self.questions.add(code)
        kind = self.one_of(row, "kind", path, KINDS)
        self.both(row, "text", path, 1000)
        self.one_of(row, "area", path, self.areas)
        if kind in (SCORE, DATA) or row.get("rubric"):
            self.one_of(row, "rubric", path, self.rubrics)
        if "required" in row:
            self.yes_or_no(row, "required", path)
        grouped = {scoring.SMART_DIMENSION, scoring.QUICK_WIN} & set(levels)
        if grouped or "smart_dimension" in row:
            self.one_of(row, "smart_dimension", path, self.subs)
        if scoring.SUB_DIMENSION in levels or kind == SURVEY_MEAN or "sub_dimension" in row:
            self.one_of(row, "sub_dimension", path, self.subs.get(str(row.get("smart_dimension")), ()))
        if row.get("evidence"):
            for hint_path, hint in self.rows(row, "evidence", f"{path}/", "text_id"):
                self.one_of(hint, "type", hint_path, self.evidence_types)
                self.both(hint, "text", hint_path, 200)
                needs = hint.get("needs") or []
                if not isinstance(needs, list) or not all(need in NEEDS for need in needs):
                    self.wrong(
                        f"{hint_path}/needs", needs, _("a list of: %(known)s") % {"known": ", ".join(NEEDS)}
                    )

    def weights(self, sections: list[Row]) -> None:
        numbers = []
        for row in sections:
            weight = row.get("weight")
            fits = isinstance(weight, int | float) and not isinstance(weight, bool) and 0 < weight <= 100
            if not fits or weight_of(row) % _CENT:
                expected = _("a number above 0, up to 100, with at most two decimals")
                self.wrong(f"sections/{row.get('code')}/weight", weight, expected)
                return
            numbers.append(weight_of(row))
        if sections and (total := sum(numbers, Decimal(0))) != scoring.TOTAL_WEIGHT:
            self.problems.append(
                _("The weights total %(total)s. The weights of all sections must total 100. [INS-WEIGHT]")
                % {"total": str(total.normalize() if total % 1 else int(total)).replace(".", ",")}
            )


def weight_of(section: Row) -> Decimal:
    """The weight of a section as typed: 12.5 in the file is 12.5, not its nearest binary number."""
    return Decimal(str(section["weight"]))


def _climbs(levels: object, method: str) -> bool:
    """Whether the levels start at the question, end where the method ends, and are known ones in between."""
    top = scoring.METHODS[method][-1]
    return (
        isinstance(levels, list)
        and all(isinstance(level, str) for level in levels)
        and levels[:1] == [scoring.QUESTION]
        and levels[-1:] == [top]
        and set(levels[1:-1]) <= {scoring.SUB_DIMENSION}
        and len(levels) == len(set(levels))
    )
