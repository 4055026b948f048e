"""From a checked instrument file to rows, in one transaction; loading the same text twice changes nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from dimensions.loading import load_dimension_set
from dimensions.models import DimensionSet, SmartDimension, SubDimension
from evaluations import scoring
from evaluations.instrument_file import InstrumentRefused, read, weight_of
from evaluations.models import Area, Instrument, Question, RubricLevel, Section
from smartcity.lib import clock
from smartcity.lib.models import digest_of

DEFAULT_RESPONDENTS = 50

Row = Mapping[str, Any]


@transaction.atomic
def load(source: bytes) -> Instrument:
    """Load an instrument file and return its instrument. Raises InstrumentRefused, and then changed nothing.

    The digest is taken of what the file says, not of how it is written: comments and line ends do not
    matter. A version that a window points to never changes: what was judged by it must stay what it
    was.
    """
    data = read(source)
    head, digest = data["instrument"], digest_of(data)
    known = Instrument.objects.select_for_update().filter(code=head["code"], version=head["version"]).first()
    if known and known.digest == digest:
        return known
    if known and known.windows.exists():
        text = _(
            "Instrument %(code)s version %(version)s is in use by a review window and cannot be changed. "
            "Give the changed file a new version. [INS-USED]"
        )
        raise InstrumentRefused([text % {"code": known.code, "version": known.version}])
    _refuse_other_set(data["dimension_set"])
    instrument = known or Instrument(code=head["code"], version=head["version"])
    instrument.year = head["year"]
    instrument.title, instrument.title_en = head["title_id"], head.get("title_en", "")
    instrument.official, instrument.kind = head["official"], str(head.get("kind", ""))[:60]
    instrument.notes = [str(note) for note in head.get("notes_en", [])]
    instrument.dimension_set = load_dimension_set(data["dimension_set"])
    instrument.respondents = _respondents(data)
    instrument.digest, instrument.loaded_at, instrument.edition = digest, clock.now(), uuid4()
    instrument.save()
    _renew_rows(instrument, data)
    return instrument


def _renew_rows(instrument: Instrument, data: Row) -> None:
    instrument.questions.all().delete()
    for rows in (instrument.sections, instrument.areas, instrument.rubric_levels):
        rows.all().delete()
    areas = Area.objects.bulk_create(
        Area(instrument=instrument, code=row["code"], order=order, name=row["name_id"])
        for order, row in enumerate(data["areas"], 1)
    )
    RubricLevel.objects.bulk_create(
        RubricLevel(
            instrument=instrument,
            rubric=rubric["code"],
            score=level["score"],
            label=level["label_id"],
            label_en=level.get("label_en", ""),
            meaning=level["meaning_id"],
            meaning_en=level.get("meaning_en", ""),
        )
        for rubric in data["rubrics"]
        for level in rubric["levels"]
    )
    by_area = {area.code: area for area in areas}
    for order, row in enumerate(data["sections"], 1):
        _section(instrument, order, row, by_area)


def _section(instrument: Instrument, order: int, row: Row, areas: Mapping[str, Area]) -> None:
    method = row["aggregation"]["method"]
    section = Section.objects.create(
        instrument=instrument,
        code=row["code"],
        order=row.get("order", order),
        name=row["name_id"],
        name_en=row.get("name_en", ""),
        weight=weight_of(row),
        method=method,
        levels=row["aggregation"].get("levels", list(scoring.METHODS[method])),
    )
    dimensions, subs = _dimensions(instrument.dimension_set)
    Question.objects.bulk_create(
        Question(
            instrument=instrument,
            section=section,
            code=question["code"],
            order=question.get("order", place),
            kind=question["kind"],
            text=question["text_id"],
            text_en=question.get("text_en", ""),
            area=areas[question["area"]],
            dimension=dimensions.get(question.get("smart_dimension", "")),
            sub_dimension=subs.get(question.get("sub_dimension", "")),
            rubric=question.get("rubric", ""),
            required=question.get("required", True),
            evidence_hints=[
                {"type": hint["type"], "text": hint["text_id"]} for hint in question.get("evidence") or ()
            ],
        )
        for place, question in enumerate(row["questions"], 1)
    )


def _dimensions(dimension_set: DimensionSet) -> tuple[dict[str, SmartDimension], dict[str, SubDimension]]:
    rows = SmartDimension.objects.of_set(dimension_set).with_sub_dimensions()
    return {row.code: row for row in rows}, {
        sub.code: sub for row in rows for sub in row.sub_dimensions.all()
    }


def _refuse_other_set(data: Row) -> None:
    """A set keeps its dimensions: results and quick wins of past years point to them."""
    known = DimensionSet.objects.filter(code=data["code"]).first()
    if known is None:
        return
    rows = SmartDimension.objects.of_set(known).with_sub_dimensions()
    there = {row.code: {sub.code for sub in row.sub_dimensions.all()} for row in rows}
    here = {row["code"]: {sub["code"] for sub in row["sub_dimensions"]} for row in data["dimensions"]}
    if there and (list(there.items()) != [(row["code"], here[row["code"]]) for row in _in_order(data)]):
        text = _(
            "dimension_set/%(code)s: this set is already loaded with other dimensions (%(known)s). "
            "Give the new set its own code. [INS-SET]"
        )
        raise InstrumentRefused([text % {"code": known.code, "known": ", ".join(there)}])


def _in_order(data: Row) -> list[Row]:
    return sorted(data["dimensions"], key=lambda row: row["order"])


def _respondents(data: Row) -> int:
    value = (data.get("survey") or {}).get("respondents_per_dimension", DEFAULT_RESPONDENTS)
    return value if isinstance(value, int) and 0 < value < 10_000 else DEFAULT_RESPONDENTS
