"""From checked instrument data to rows, in one transaction; loading the same twice changes nothing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from dimensions.loading import load_dimension_set
from dimensions.models import DimensionSet, SmartDimension, SubDimension
from evaluations.instrument_file import InstrumentRefused, read
from evaluations.instrument_plain import Plain, plain, plain_of
from evaluations.models import Area, Instrument, Question, RubricLevel, Section
from smartcity.lib import clock
from smartcity.lib.models import digest_of

Row = Mapping[str, Any]


def load(source: bytes) -> Instrument:
    """Load an instrument file and return its instrument. Raises InstrumentRefused, and then changed nothing."""
    return load_plain(plain(read(source)))


@transaction.atomic
def load_plain(data: Plain) -> Instrument:
    """Load plain data (instrument_plain.py) and return its instrument. Raises InstrumentRefused.

    The same content changes nothing, however it was written. A version that a window points to never
    changes: what was judged by it must stay what it was.
    """
    head, digest = data["instrument"], digest_of(data)
    known = Instrument.objects.select_for_update().filter(code=head["code"], version=head["version"]).first()
    if known and plain_of(known) == data:
        return known
    if problems := refusals(data):
        raise InstrumentRefused(problems)
    instrument = known or Instrument(code=head["code"], version=head["version"])
    instrument.year = head["year"]
    instrument.title, instrument.title_en = head["title_id"], head["title_en"]
    instrument.official, instrument.kind = head["official"], head["kind"]
    instrument.notes = head["notes_en"]
    instrument.vocabulary = {
        "evidence_types": data["evidence_types"],
        "rubrics": [{key: row[key] for key in ("code", "name_id", "name_en")} for row in data["rubrics"]],
    }
    instrument.dimension_set = load_dimension_set(data["dimension_set"])
    instrument.respondents = data["survey"]["respondents_per_dimension"]
    instrument.digest, instrument.loaded_at, instrument.edition = digest, clock.now(), uuid4()
    instrument.save()
    _renew_rows(instrument, data)
    return instrument


def refusals(data: Plain) -> list[str]:
    """Why good data cannot be loaded here now: what it would change is in use. Empty when it can, or need not."""
    head = data["instrument"]
    known = Instrument.objects.filter(code=head["code"], version=head["version"]).first()
    if known and plain_of(known) == data:
        return []
    found = _of_the_set(data["dimension_set"])
    if known and known.used:
        text = _(
            "Instrument %(code)s version %(version)s is in use by a review window and cannot be changed. "
            "Give the changed file a new version. [INS-USED]"
        )
        found.insert(0, text % {"code": known.code, "version": known.version})
    return found


def _renew_rows(instrument: Instrument, data: Row) -> None:
    instrument.questions.all().delete()
    for rows in (instrument.sections, instrument.areas, instrument.rubric_levels):
        rows.all().delete()
    areas = Area.objects.bulk_create(
        Area(
            instrument=instrument,
            code=row["code"],
            order=order,
            name=row["name_id"],
            name_en=row["name_en"],
        )
        for order, row in enumerate(data["areas"], 1)
    )
    RubricLevel.objects.bulk_create(
        RubricLevel(
            instrument=instrument,
            rubric=rubric["code"],
            score=level["score"],
            label=level["label_id"],
            label_en=level["label_en"],
            meaning=level["meaning_id"],
            meaning_en=level["meaning_en"],
        )
        for rubric in data["rubrics"]
        for level in rubric["levels"]
    )
    by_area = {area.code: area for area in areas}
    for row in data["sections"]:
        _section(instrument, row, by_area)


def _section(instrument: Instrument, row: Row, areas: Mapping[str, Area]) -> None:
    section = Section.objects.create(
        instrument=instrument,
        code=row["code"],
        order=row["order"],
        name=row["name_id"],
        name_en=row["name_en"],
        weight=Decimal(row["weight"]),
        method=row["aggregation"]["method"],
        levels=row["aggregation"]["levels"],
    )
    dimensions, subs = _dimensions(instrument.dimension_set)
    Question.objects.bulk_create(
        Question(
            instrument=instrument,
            section=section,
            code=question["code"],
            order=question["order"],
            kind=question["kind"],
            text=question["text_id"],
            text_en=question["text_en"],
            area=areas[question["area"]],
            dimension=dimensions.get(question["smart_dimension"]),
            sub_dimension=subs.get(question["sub_dimension"]),
            rubric=question["rubric"],
            required=question["required"],
            evidence_hints=[
                {
                    "type": hint["type"],
                    "text": hint["text_id"],
                    "text_en": hint["text_en"],
                    "needs": hint["needs"],
                }
                for hint in question["evidence"]
            ],
        )
        for question in row["questions"]
    )


def _dimensions(dimension_set: DimensionSet) -> tuple[dict[str, SmartDimension], dict[str, SubDimension]]:
    rows = SmartDimension.objects.of_set(dimension_set).with_sub_dimensions()
    return {row.code: row for row in rows}, {
        sub.code: sub for row in rows for sub in row.sub_dimensions.all()
    }


def _of_the_set(data: Row) -> list[str]:
    """A set keeps its dimensions, since quick wins of past years point to them; judged by, it keeps its names."""
    known = DimensionSet.objects.filter(code=data["code"]).first()
    if known is None:
        return []
    rows = SmartDimension.objects.of_set(known).with_sub_dimensions()
    there = {row.code: {sub.code for sub in row.sub_dimensions.all()} for row in rows}
    here = {row["code"]: {sub["code"] for sub in row["sub_dimensions"]} for row in data["dimensions"]}
    values = {"code": known.code, "known": ", ".join(there)}
    if there and list(there.items()) != list(here.items()):
        text = _(
            "dimension_set/%(code)s: this set is already loaded with other dimensions (%(known)s). "
            "Give the new set its own code. [INS-SET]"
        )
        return [text % values]
    judged = next((row for row in Instrument.objects.in_use().filter(dimension_set=known)), None)
    if judged and plain_of(judged)["dimension_set"] != data:
        text = _(
            "dimension_set/%(code)s: a review window is judged by this set, so its names and their order stay "
            "as they are. Give the new set its own code. [INS-SET]"
        )
        return [text % values]
    return []
