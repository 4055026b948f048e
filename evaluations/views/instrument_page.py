"""Plain rows for the pages of an instrument: from plain data (instrument_plain.py), loaded or not."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t

from evaluations import instrument_compare as comparing
from evaluations.instrument_compare import Change, Comparison
from evaluations.models import Instrument, Question
from evaluations.structure import NEEDS, Text
from smartcity.lib import dates, decimals

Plain = Mapping[str, Any]

METHODS: dict[str, Promise] = {
    "mean_of_questions": _t("mean of its questions"),
    "mean_of_smart_dimensions": _t("mean of the smart city dimensions"),
    "mean_of_quick_wins": _t("mean of the quick wins"),
}
LEVELS: dict[str, Promise] = {
    "question": _t("question"),
    "sub_dimension": _t("sub-dimension"),
    "smart_dimension": _t("dimension"),
    "quick_win": _t("quick win"),
}
FIELDS: dict[str, Promise] = {
    "section": _t("Section"),
    "kind": _t("Kind"),
    "text_id": _t("Text in Indonesian"),
    "text_en": _t("Text in English"),
    "area": _t("Area"),
    "smart_dimension": _t("Dimension"),
    "sub_dimension": _t("Sub-dimension"),
    "rubric": _t("Rubric"),
    "required": _t("Required"),
    "evidence": _t("Evidence usually accepted"),
}


def instrument_row(instrument: Any, zone: str) -> dict[str, Any]:
    """One version in the list; `instrument` comes from `for_list()`."""
    windows = list(instrument.windows.all())
    return {
        "url": instrument.get_absolute_url(),
        "title": str(instrument),
        "code": instrument.code,
        "version": str(instrument.version),
        "year": str(instrument.year),
        "official": instrument.official,
        "asked": instrument.asked,
        "loaded_at": dates.short_date(instrument.loaded_at, zone),
        "used_by": ", ".join(f"{window} ({window.city.name})" for window in windows),
    }


def content_page(data: Plain) -> dict[str, Any]:
    """What the pages of an instrument show: sections with weights, questions, rubrics, numbers, gaps."""
    found = comparing.summary(data)
    return {
        "head": data["instrument"],
        "title": _named(data["instrument"], "title"),
        "label": _("%(title)s, version %(version)s")
        % {"title": _named(data["instrument"], "title"), "version": data["instrument"]["version"]},
        "set_name": _named(data["dimension_set"]),
        "respondents": str(data["survey"]["respondents_per_dimension"]),
        "total": decimals.exact(comparing.total(data)),
        "sections": [_section(data, row) for row in data["sections"]],
        "rubrics": [_rubric(row) for row in data["rubrics"]],
        "counts": [
            {"label": str(Question.Kind(kind).label), "count": count} for kind, count in found.kinds.items()
        ],
        "areas": [{"name": _named(row), "count": found.areas[row["code"]]} for row in data["areas"]],
        "dimensions": [
            {
                "name": _named(row),
                "count": found.dimensions[row["code"]],
                "subs": ", ".join(
                    f"{_named(sub)} ({found.sub_dimensions[sub['code']]})" for sub in row["sub_dimensions"]
                ),
            }
            for row in data["dimension_set"]["dimensions"]
        ],
        "asked": found.total,
        "gaps": list(found.gaps),
    }


def difference_page(before: Plain, after: Plain) -> dict[str, Any]:
    """What instrument_difference.html shows of two versions; `same` when nothing differs."""
    found: Comparison = comparing.compare(before, after)
    return {
        "same": found.same,
        "weights": [
            {
                "code": row.key,
                "before": _number(row.before),
                "after": _number(row.after),
                "differs": row.before != row.after,
            }
            for row in found.weights
        ],
        "weights_differ": any(row.before != row.after for row in found.weights),
        "added": [_line(row) for row in found.added],
        "removed": [_line(row) for row in found.removed],
        "changed": [
            {
                "code": row.code,
                "section": row.section,
                "changes": [
                    _change(change, str(FIELDS.get(change.key, change.key))) for change in row.changes
                ],
            }
            for row in found.changed
        ],
        "moved": ", ".join(found.moved),
        "other": [_change(change, change.key) for change in found.other],
        "words": _words(found),
    }


def _words(found: Comparison) -> str:
    """The difference in one line, for heading and list."""
    weights = sum(row.before != row.after for row in found.weights)
    counts = (
        (
            len(found.added),
            ngettext("%(count)s question added", "%(count)s questions added", len(found.added)),
        ),
        (
            len(found.removed),
            ngettext("%(count)s question removed", "%(count)s questions removed", len(found.removed)),
        ),
        (
            len(found.changed),
            ngettext("%(count)s question changed", "%(count)s questions changed", len(found.changed)),
        ),
        (weights, ngettext("%(count)s weight changed", "%(count)s weights changed", weights)),
    )
    parts = [words % {"count": count} for count, words in counts if count]
    return ", ".join(parts) or _("only names and notes differ")


def _section(data: Plain, row: Plain) -> dict[str, Any]:
    areas = {area["code"]: _named(area) for area in data["areas"]}
    types = {kind["code"]: _named(kind) for kind in data["evidence_types"]}
    dimensions = {one["code"]: one for one in data["dimension_set"]["dimensions"]}
    levels = row["aggregation"]["levels"]
    return {
        "code": row["code"],
        "name": _named(row),
        "other_name": _other(row, "name"),
        "weight": decimals.exact(Decimal(row["weight"])),
        "share": row["weight"],
        "weight_words": _("Weight %(weight)s") % {"weight": decimals.exact(Decimal(row["weight"]))},
        "method": str(METHODS[row["aggregation"]["method"]]),
        "levels": " → ".join(str(LEVELS[level]) for level in levels) if len(levels) > 1 else "",
        "questions": [_question(question, areas, types, dimensions) for question in row["questions"]],
    }


def _question(
    row: Plain, areas: Mapping[str, str], types: Mapping[str, str], dimensions: Mapping[str, Plain]
) -> dict[str, Any]:
    dimension = dimensions.get(row["smart_dimension"])
    subs = {sub["code"]: _named(sub) for sub in dimension["sub_dimensions"]} if dimension else {}
    place = [_named(dimension)] if dimension else []
    return {
        "code": row["code"],
        "text": _named(row, "text"),
        "other": _other(row, "text"),
        "other_lang": "id" if get_language() == "en" else "en",
        "kind": str(Question.Kind(row["kind"]).label),
        "data": row["kind"] == Question.Kind.DATA,
        "area": areas[row["area"]],
        "place": " · ".join([*place, *([subs[row["sub_dimension"]]] if row["sub_dimension"] else [])]),
        "rubric": row["rubric"],
        "required": row["required"],
        "hints": [
            {
                "type": types.get(hint["type"], hint["type"]),
                "text": _named(hint, "text"),
                "needs": ", ".join(str(NEEDS[need]) for need in hint["needs"]),
            }
            for hint in row["evidence"]
        ],
    }


def _rubric(row: Plain) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": _named(row),
        "levels": [
            {
                "score": str(level["score"]),
                "label": _named(level, "label"),
                "meaning": _named(level, "meaning"),
                "other": _other(level, "meaning"),
                "other_lang": "id" if get_language() == "en" else "en",
            }
            for level in reversed(row["levels"])
        ],
    }


def _line(row: Plain) -> dict[str, str]:
    return {"code": row["code"], "section": row["section"], "text": _named(row, "text")}


def _change(change: Change, label: str) -> dict[str, str]:
    return {"label": label, "before": _shown(change.before), "after": _shown(change.after)}


def _shown(text: str) -> str:
    return {"true": _("yes"), "false": _("no")}.get(text, text)


def _number(text: str) -> str:
    return decimals.exact(Decimal(text)) if text else "–"


def _named(row: Plain, key: str = "name") -> str:
    return str(Text(row[f"{key}_id"], row[f"{key}_en"]))


def _other(row: Plain, key: str) -> str:
    """The text in the language the page is not in; empty when there is none or it is the same."""
    other = row[f"{key}_id"] if get_language() == "en" else row[f"{key}_en"]
    return "" if other == _named(row, key) else str(other)


def versions_of(instrument: Instrument) -> list[dict[str, Any]]:
    """The other versions of the same question list, to compare with."""
    rows = Instrument.objects.of_code(instrument.code).exclude(pk=instrument.pk)
    return [{"pk": str(row.pk), "label": str(row.label)} for row in rows]
