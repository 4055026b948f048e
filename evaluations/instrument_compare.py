"""Two versions side by side, and what a list of questions leaves open. Pure functions on plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.instrument_file import SURVEY_MEAN

Plain = Mapping[str, Any]

LISTED = 8  # codes named in a sentence before it says how many more there are


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; an empty text is one that is not there."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that is in both versions and says something else now."""

    code: str
    section: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions. `weights` holds every section that either has, changed or not."""

    weights: tuple[Change, ...] = ()
    added: tuple[Plain, ...] = ()
    removed: tuple[Plain, ...] = ()
    changed: tuple[QuestionChange, ...] = ()
    moved: tuple[str, ...] = ()
    other: tuple[Change, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs that a number or a reader could notice."""
        weights = any(row.before != row.after for row in self.weights)
        return not (weights or self.added or self.removed or self.changed or self.moved or self.other)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many questions there are of what. `codes` come in the order of the instrument."""

    total: int
    kinds: Mapping[str, int]
    sections: Mapping[str, int]
    areas: Mapping[str, int]
    dimensions: Mapping[str, int]
    sub_dimensions: Mapping[str, int]
    gaps: tuple[str, ...] = field(default=())


def compare(before: Plain, after: Plain) -> Comparison:
    """Return what differs between two instruments, each as plain data. Version and year are not differences."""
    old, new = _questions(before), _questions(after)
    both = [code for code in new if code in old]
    changed = (
        QuestionChange(code, new[code]["section"], tuple(_changes(_flat(old[code]), _flat(new[code]))))
        for code in both
    )
    return Comparison(
        weights=tuple(_weights(before, after)),
        added=tuple(row for code, row in new.items() if code not in old),
        removed=tuple(row for code, row in old.items() if code not in new),
        changed=tuple(row for row in changed if row.changes),
        moved=tuple(_moved(before, after)),
        other=tuple(_changes(_rest(before), _rest(after))),
    )


def summary(data: Plain) -> Summary:
    """Return the numbers of an instrument, and what it leaves open."""
    rows = list(_questions(data).values())
    sections = {row["code"]: 0 for row in data["sections"]}
    areas = {row["code"]: 0 for row in data["areas"]}
    dimensions = {row["code"]: 0 for row in data["dimension_set"]["dimensions"]}
    subs = {sub["code"]: 0 for row in data["dimension_set"]["dimensions"] for sub in row["sub_dimensions"]}
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
        for counts, key in (
            (sections, "section"),
            (areas, "area"),
            (dimensions, "smart_dimension"),
            (subs, "sub_dimension"),
        ):
            if row[key]:
                counts[row[key]] += 1
    found = Summary(len(rows), kinds, sections, areas, dimensions, subs)
    return Summary(len(rows), kinds, sections, areas, dimensions, subs, tuple(_gaps(data, found)))


def _gaps(data: Plain, found: Summary) -> Iterator[str]:
    """What is allowed and still worth a look."""
    rows = _questions(data).values()
    for text, codes in (
        (_("No question asks about the dimension: %(codes)s."), _none(found.dimensions)),
        (_("No question asks about the sub-dimension: %(codes)s."), _none(found.sub_dimensions)),
        (_("No question belongs to the area: %(codes)s."), _none(found.areas)),
        (_("No question is scored by the rubric: %(codes)s."), _unused(data, "rubric")),
        (_("No English text: %(codes)s."), [row["code"] for row in rows if not row["text_en"]]),
        (
            _("No evidence is named for: %(codes)s."),
            [row["code"] for row in rows if not row["evidence"] and row["kind"] != SURVEY_MEAN],
        ),
        (
            _("The rubric does not say what every score from 0 to 4 means: %(codes)s."),
            [
                row["code"]
                for row in data["rubrics"]
                if {level["score"] for level in row["levels"]} != set(range(5))
            ],
        ),
    ):
        if codes:
            yield text % {"codes": _listed(codes)}


def _none(counts: Mapping[str, int]) -> list[str]:
    return [code for code, count in counts.items() if not count]


def _unused(data: Plain, key: str) -> list[str]:
    used = {row[key] for row in _questions(data).values()}
    return [row["code"] for row in data["rubrics"] if row["code"] not in used]


def _listed(codes: list[str]) -> str:
    named = ", ".join(codes[:LISTED])
    if (more := len(codes) - LISTED) <= 0:
        return named
    return named + " " + ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}


def _questions(data: Plain) -> dict[str, dict[str, Any]]:
    """Code -> the question with the code of its section, in order."""
    return {
        question["code"]: {**question, "section": section["code"]}
        for section in data["sections"]
        for question in section["questions"]
    }


def _flat(question: Plain) -> dict[str, str]:
    """A question as texts by key; its place is compared apart."""
    texts = {key: _said(value) for key, value in question.items() if key not in ("code", "order", "evidence")}
    hints = [
        " · ".join(filter(None, (hint["type"], hint["text_id"], hint["text_en"], ", ".join(hint["needs"]))))
        for hint in question["evidence"]
    ]
    return texts | {"evidence": "\n".join(hints)}


def _said(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key, ""), after.get(key, "")
        if old != new:
            yield Change(key, old, new)


def _weights(before: Plain, after: Plain) -> Iterator[Change]:
    old = {row["code"]: row["weight"] for row in before["sections"]}
    new = {row["code"]: row["weight"] for row in after["sections"]}
    for code in dict.fromkeys([*new, *old]):
        yield Change(code, old.get(code, ""), new.get(code, ""))


def _moved(before: Plain, after: Plain) -> Iterator[str]:
    """Sections whose questions come in another order, apart from those that came, went or changed section."""
    old = {row["code"]: [question["code"] for question in row["questions"]] for row in before["sections"]}
    for row in after["sections"]:
        now, then = [question["code"] for question in row["questions"]], old.get(row["code"], [])
        if [code for code in now if code in then] != [code for code in then if code in now]:
            yield row["code"]


def _rest(data: Plain) -> dict[str, str]:
    """Everything but questions and weights, as texts by path; lists go by code, so that a place is no difference."""
    head = {key: value for key, value in data["instrument"].items() if key not in ("version", "year")}
    sections = [
        {key: row[key] for key in ("code", "name_id", "name_en", "aggregation")} for row in data["sections"]
    ]
    parts = {key: data[key] for key in ("dimension_set", "survey", "areas", "evidence_types", "rubrics")}
    return dict(_leaves(parts | {"instrument": head, "sections": sections}, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not (key == "code" and path.count("/")) and key != "order":
                yield from _leaves(part, f"{path}/{key}".lstrip("/"))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for row in value:
            yield from _leaves(row, f"{path}/{row.get('code', row.get('score'))}")
    else:
        said = " > ".join(map(str, value)) if isinstance(value, list) else _said(value)
        yield path, said


def total(data: Plain) -> Decimal:
    """The sum of the weights; 100 for every instrument that was accepted."""
    return sum((Decimal(row["weight"]) for row in data["sections"]), Decimal(0))
