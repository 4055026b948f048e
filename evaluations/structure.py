"""An instrument as plain data in memory: sections, questions, rubrics and dimensions, in order.

An instrument in use never changes, so a process reads it once. Pages, saves and results ask this instead of
joining six tables each time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t

from dimensions.models import SmartDimension
from evaluations.models import Area, Instrument, Question, RubricLevel, Seat, Section
from evaluations.scoring import Item, Part

#: What makes evidence convince (domain guide, section 12): a day within the year, a place to look at.
NEEDS: dict[str, Promise] = {"date": _t("the date of the document"), "page": _t("the page to look at")}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages; `str()` is the one of the page."""

    id: str
    en: str = ""

    def __str__(self) -> str:
        return self.en if self.en and get_language() == "en" else self.id


@dataclass(frozen=True, slots=True)
class Dimension:
    """A smart city dimension with its tile."""

    code: str
    name: Text
    letter: str
    hue: int
    sub_dimensions: Mapping[str, Text]
    gloss: str = ""


@dataclass(frozen=True, slots=True)
class RubricStep:
    """What one score means."""

    score: int
    label: Text
    meaning: Text


@dataclass(frozen=True, slots=True)
class Hint:
    """Evidence usually accepted: its kind, what it is, and what it must show to convince ("date", "page")."""

    type: str
    text: Text
    needs: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What it is and what makes it convince, such as "Decree (the date of the document)"."""
        needs = ", ".join(str(NEEDS[need]) for need in self.needs)
        return f"{self.text} ({needs})" if needs else str(self.text)


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """One question as pages and saves need it."""

    pk: int
    code: str
    section: str
    kind: str
    text: Text
    area: str
    area_id: int
    dimension: str
    sub_dimension: str
    rubric: str
    required: bool
    evidence: tuple[Hint, ...]

    @property
    def scored(self) -> bool:
        """Whether assessors score it by hand; a survey mean comes from the city's recap."""
        return self.kind != Question.Kind.SURVEY_MEAN

    @property
    def asks_figures(self) -> bool:
        """Whether the city's answer carries figures, before and after."""
        return self.kind == Question.Kind.DATA

    @property
    def hints(self) -> tuple[Mapping[str, str], ...]:
        """The evidence usually accepted, each with what it must show, in the page's language; figures first."""
        figures = _("the figure before and after, with unit, period and source")
        asked = ({"type": "data", "text": figures},) if self.asks_figures else ()
        return (*asked, *({"type": hint.type, "text": hint.sentence()} for hint in self.evidence))


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """One section with its questions."""

    code: str
    name: Text
    weight: Decimal
    method: str
    levels: tuple[str, ...]
    questions: tuple[QuestionFacts, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """One version of an instrument."""

    sections: tuple[SectionFacts, ...]
    questions: Mapping[str, QuestionFacts]
    areas: Mapping[str, Text]
    rubrics: Mapping[str, tuple[RubricStep, ...]]
    dimensions: Mapping[str, Dimension]

    def parts(self) -> list[Part]:
        """The instrument as the arithmetic sees it."""
        return [
            Part(
                code=section.code,
                weight=section.weight,
                method=section.method,
                levels=section.levels,
                items=tuple(Item(row.code, row.dimension, row.sub_dimension) for row in section.questions),
            )
            for section in self.sections
        ]

    def scored_in(self, areas: "set[str] | frozenset[str]") -> list[QuestionFacts]:
        """The questions an assessor of these areas scores by hand, in order."""
        return [row for row in self.questions.values() if row.scored and row.area in areas]

    def allowed_scores(self, question: QuestionFacts) -> set[int]:
        """The scores the question's rubric gives a meaning to."""
        return {step.score for step in self.rubrics.get(question.rubric, ())}


def structure_of(instrument: Instrument) -> Structure:
    """Return the instrument's structure, read once per process and edition."""
    return _read(instrument.pk, instrument.edition)


def asked_of(seat: Seat, areas: Collection[str]) -> list[QuestionFacts]:
    """The questions a seat with these areas scores, in order: in a rehearsal none of the person's own house."""
    barred = seat.barred()
    return [row for row in structure_of(seat.window.instrument).scored_in(set(areas)) if row.pk not in barred]


@lru_cache(maxsize=32)
def _read(instrument_id: int, edition: UUID) -> Structure:
    areas = {row.pk: row for row in Area.objects.filter(instrument=instrument_id).order_by("order")}
    rows = Question.objects.filter(instrument=instrument_id).select_related(
        "dimension", "sub_dimension", "section"
    )
    questions = [_question(row, areas) for row in rows.order_by("section__order", "order")]
    sections = tuple(
        SectionFacts(
            code=row.code,
            name=Text(row.name, row.name_en),
            weight=row.weight,
            method=row.method,
            levels=tuple(row.levels),
            questions=tuple(question for question in questions if question.section == row.code),
        )
        for row in Section.objects.filter(instrument=instrument_id).order_by("order")
    )
    return Structure(
        sections=sections,
        questions={row.code: row for row in questions},
        areas={row.code: Text(row.name, row.name_en) for row in areas.values()},
        rubrics=_rubrics(instrument_id),
        dimensions=_dimensions(instrument_id),
    )


def _question(row: Question, areas: Mapping[int, Area]) -> QuestionFacts:
    return QuestionFacts(
        pk=row.pk,
        code=row.code,
        section=row.section.code,
        kind=row.kind,
        text=Text(row.text, row.text_en),
        area=areas[row.area_id].code,
        area_id=row.area_id,
        dimension=row.dimension.code if row.dimension else "",
        sub_dimension=row.sub_dimension.code if row.sub_dimension else "",
        rubric=row.rubric,
        required=row.required,
        evidence=tuple(
            Hint(hint["type"], Text(hint["text"], hint.get("text_en", "")), tuple(hint.get("needs", ())))
            for hint in row.evidence_hints
        ),
    )


def _rubrics(instrument_id: int) -> dict[str, tuple[RubricStep, ...]]:
    found: dict[str, list[RubricStep]] = {}
    for row in RubricLevel.objects.filter(instrument=instrument_id).order_by("rubric", "-score"):
        step = RubricStep(row.score, Text(row.label, row.label_en), Text(row.meaning, row.meaning_en))
        found.setdefault(row.rubric, []).append(step)
    return {rubric: tuple(steps) for rubric, steps in found.items()}


def _dimensions(instrument_id: int) -> dict[str, Dimension]:
    dimension_set = Instrument.objects.select_related("dimension_set").get(pk=instrument_id).dimension_set
    return {
        row.code: Dimension(
            code=row.code,
            name=Text(row.name, row.name_en),
            letter=row.letter,
            hue=row.hue,
            sub_dimensions={sub.code: Text(sub.name, sub.name_en) for sub in row.sub_dimensions.all()},
            gloss=row.gloss,
        )
        for row in SmartDimension.objects.of_set(dimension_set).with_sub_dimensions()
    }
