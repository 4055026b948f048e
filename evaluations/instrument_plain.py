"""An instrument as plain data, in one form whatever it came from: a file, a workbook, or the rows.

Plain data is what JSON holds. Its keys are those of the file; places follow `order` and are counted anew, what
may be left out is there and empty, and a weight is decimal text. Two instruments are the same exactly when
their plain data is equal, so this is what a digest is taken of and what versions are compared by.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from evaluations import scoring
from evaluations.models import Instrument
from evaluations.structure import structure_of
from smartcity.lib.text import tidy

DEFAULT_RESPONDENTS = 50
NEEDS = ("date", "page")

Row = Mapping[str, Any]
Plain = dict[str, Any]

#: What files say for people and the portal does not read; anything else unknown is told to who uploads it.
FOR_PEOPLE = {"mark", "scale", "missing", "rules", "meaning_en", "weight_mark", "note_en"}
_SURVEY = {"modes", "services_per_sub_dimension", "sampling", "personal_data", "answer_scale_mark"}
_KNOWN: dict[str, set[str]] = {
    "": {
        "instrument",
        "dimension_set",
        "survey",
        "areas",
        "evidence_types",
        "rubrics",
        "sections",
    },
    "instrument": {"code", "version", "year", "title_id", "title_en", "official", "kind", "notes_en"},
    "dimension_set": {"code", "name_id", "name_en", "mark", "dimensions"},
    "dimensions": {"code", "order", "name_id", "name_en", "gloss_id", "sub_dimensions"},
    "sub_dimensions": {"code", "order", "name_id", "name_en"},
    "survey": {"respondents_per_dimension"} | _SURVEY,
    "areas": {"code", "name_id", "name_en"},
    "evidence_types": {"code", "name_id", "name_en"},
    "rubrics": {"code", "name_id", "name_en", "levels"},
    "levels": {"score", "label_id", "label_en", "meaning_id", "meaning_en"},
    "sections": {"code", "order", "name_id", "name_en", "weight", "aggregation", "questions"},
    "aggregation": {"method", "levels"},
    "questions": {
        "code", "order", "kind", "text_id", "text_en", "area", "smart_dimension", "sub_dimension", "rubric",
        "required", "evidence",
    },
    "evidence": {"type", "text_id", "text_en", "needs"},
}  # fmt: skip


def plain(data: Row) -> Plain:
    """Return checked file data (instrument_file.read) in the one form."""
    head, dimension_set = data["instrument"], data["dimension_set"]
    return {
        "instrument": {
            "code": head["code"],
            "version": head["version"],
            "year": head["year"],
            **_texts(head, "title"),
            "official": head["official"],
            "kind": str(head.get("kind") or "")[:60],
            "notes_en": [str(note) for note in head.get("notes_en") or ()],
        },
        "dimension_set": {
            "code": dimension_set["code"],
            **_texts(dimension_set, "name"),
            "mark": _text(dimension_set, "mark"),
            "dimensions": [
                {
                    **_place(row, number),
                    **_texts(row, "name"),
                    "gloss_id": _text(row, "gloss_id"),
                    "sub_dimensions": [
                        {**_place(sub, place), **_texts(sub, "name")}
                        for place, sub in _counted(row["sub_dimensions"])
                    ],
                }
                for number, row in _counted(dimension_set["dimensions"])
            ],
        },
        "survey": {"respondents_per_dimension": _respondents(data)},
        "areas": [{"code": row["code"], **_texts(row, "name")} for row in data["areas"]],
        "evidence_types": [{"code": row["code"], **_texts(row, "name")} for row in data["evidence_types"]],
        "rubrics": sorted(map(_rubric, data["rubrics"]), key=lambda row: str(row["code"])),
        "sections": [_section(number, row) for number, row in _counted(data["sections"])],
    }


def plain_of(instrument: Instrument) -> Plain:
    """Return what the rows of an instrument say. `plain` of the file it came from is equal to this."""
    structure, words = structure_of(instrument), instrument.vocabulary
    dimension_set = instrument.dimension_set
    names = {row["code"]: row for row in words.get("rubrics", ())}
    return {
        "instrument": {
            "code": instrument.code,
            "version": instrument.version,
            "year": instrument.year,
            "title_id": instrument.title,
            "title_en": instrument.title_en,
            "official": instrument.official,
            "kind": instrument.kind,
            "notes_en": list(instrument.notes),
        },
        "dimension_set": {
            "code": dimension_set.code,
            "name_id": dimension_set.name,
            "name_en": dimension_set.name_en,
            "mark": dimension_set.mark,
            "dimensions": [
                {
                    "code": row.code,
                    "order": number,
                    "name_id": row.name.id,
                    "name_en": row.name.en,
                    "gloss_id": row.gloss,
                    "sub_dimensions": [
                        {"code": code, "order": place, "name_id": name.id, "name_en": name.en}
                        for place, (code, name) in enumerate(row.sub_dimensions.items(), 1)
                    ],
                }
                for number, row in enumerate(structure.dimensions.values(), 1)
            ],
        },
        "survey": {"respondents_per_dimension": instrument.respondents},
        "areas": [
            {"code": code, "name_id": name.id, "name_en": name.en} for code, name in structure.areas.items()
        ],
        "evidence_types": [dict(row) for row in words.get("evidence_types", ())],
        "rubrics": [
            {
                "code": code,
                "name_id": names.get(code, {}).get("name_id", code),
                "name_en": names.get(code, {}).get("name_en", ""),
                "levels": [
                    {
                        "score": step.score,
                        "label_id": step.label.id,
                        "label_en": step.label.en,
                        "meaning_id": step.meaning.id,
                        "meaning_en": step.meaning.en,
                    }
                    for step in sorted(steps, key=lambda step: step.score)
                ],
            }
            for code, steps in sorted(structure.rubrics.items())
        ],
        "sections": [
            {
                "code": section.code,
                "order": number,
                "name_id": section.name.id,
                "name_en": section.name.en,
                "weight": _decimal(section.weight),
                "aggregation": {"method": section.method, "levels": list(section.levels)},
                "questions": [
                    {
                        "code": row.code,
                        "order": place,
                        "kind": row.kind,
                        "text_id": row.text.id,
                        "text_en": row.text.en,
                        "area": row.area,
                        "smart_dimension": row.dimension,
                        "sub_dimension": row.sub_dimension,
                        "rubric": row.rubric,
                        "required": row.required,
                        "evidence": [
                            {
                                "type": hint.type,
                                "text_id": hint.text.id,
                                "text_en": hint.text.en,
                                "needs": list(hint.needs),
                            }
                            for hint in row.evidence
                        ],
                    }
                    for place, row in enumerate(section.questions, 1)
                ],
            }
            for number, section in enumerate(structure.sections, 1)
        ],
    }


def as_yaml(data: Plain) -> bytes:
    """Write plain data as an instrument file that loads again without a difference."""
    return yaml.safe_dump(written(data), allow_unicode=True, sort_keys=False, width=110).encode()


def written(value: Any) -> Any:
    """Return plain data as a file writes it: without what is empty, a weight as the number it is."""
    if isinstance(value, list):
        return [written(row) for row in value]
    if not isinstance(value, dict):
        return value
    kept = {key: written(row) for key, row in value.items() if row not in ("", [])}
    if "weight" in kept:
        weight = Decimal(kept["weight"])
        kept["weight"] = int(weight) if weight == int(weight) else float(weight)
    return kept


def ignored_keys(data: object, part: str = "", where: str = "") -> list[str]:
    """Paths of what a file says and the portal does not read, such as a misspelt `text_ind`."""
    if not isinstance(data, Mapping):
        return []
    found = []
    for key, value in data.items():
        path = f"{where}/{key}".lstrip("/")
        if key not in _KNOWN.get(part, set()) | FOR_PEOPLE:
            found.append(path)
        elif key in _KNOWN and key not in FOR_PEOPLE:
            rows = value if isinstance(value, list) else [value]
            for number, row in enumerate(rows, 1):
                name = row.get("code", row.get("score", number)) if isinstance(row, Mapping) else number
                found += ignored_keys(row, key, f"{path}/{name}" if isinstance(value, list) else path)
    return found


def _section(number: int, row: Row) -> Plain:
    method = row["aggregation"]["method"]
    return {
        **_place(row, number),
        **_texts(row, "name"),
        "weight": _decimal(Decimal(str(row["weight"]))),
        "aggregation": {
            "method": method,
            "levels": list(row["aggregation"].get("levels") or scoring.METHODS[method]),
        },
        "questions": [
            {
                **_place(question, place),
                "kind": question["kind"],
                **_texts(question, "text"),
                "area": question["area"],
                "smart_dimension": question.get("smart_dimension") or "",
                "sub_dimension": question.get("sub_dimension") or "",
                "rubric": question.get("rubric") or "",
                "required": question.get("required", True),
                "evidence": [
                    {
                        "type": hint["type"],
                        **_texts(hint, "text"),
                        "needs": [need for need in NEEDS if need in (hint.get("needs") or ())],
                    }
                    for hint in question.get("evidence") or ()
                ],
            }
            for place, question in _counted(row["questions"])
        ],
    }


def _rubric(row: Row) -> Plain:
    levels = sorted(row["levels"], key=lambda level: int(level["score"]))
    return {
        "code": row["code"],
        "name_id": _text(row, "name_id") or row["code"],
        "name_en": _text(row, "name_en"),
        "levels": [
            {"score": level["score"], **_texts(level, "label"), **_texts(level, "meaning")}
            for level in levels
        ],
    }


def _counted(rows: Sequence[Row]) -> "enumerate[Row]":
    """Rows by their `order`, where they have one, with their places."""
    return enumerate(sorted(rows, key=lambda row: row.get("order", 0)), 1)


def _place(row: Row, number: int) -> Plain:
    return {"code": row["code"], "order": number}


def _texts(row: Row, key: str) -> Plain:
    return {f"{key}_id": _text(row, f"{key}_id"), f"{key}_en": _text(row, f"{key}_en")}


def _text(row: Row, key: str) -> str:
    return tidy(row.get(key) or "").strip()


def _respondents(data: Row) -> int:
    return int((data.get("survey") or {}).get("respondents_per_dimension", DEFAULT_RESPONDENTS))


def _decimal(value: Decimal) -> str:
    return format(value.normalize(), "f")
