"""From the scores of a closed window to its result: rows in, arithmetic, one plain dict out (schema 1).

Only scores that were handed in count: a score becomes an assessor's word by the hand-in, not by autosave.
The city's series comes from the frozen answers, never from live rows; survey means belong to both series,
since nobody scores them by hand (domain guide, sections 3 and 5).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from evaluations.answering import answer_payload
from evaluations.freezing import rehearsal_mark
from evaluations.models import EvaluationWindow, Question, Result, Score, Seat, SnapshotItem
from evaluations.scoring import Card, Level, Recomputed, grade, recompute
from evaluations.structure import Structure, Text, structure_of
from smartcity.lib import clock
from smartcity.lib.models import digest_of

SCHEMA = 1
SURVEY = Question.Kind.SURVEY_MEAN

Given = dict[str, list[Decimal]]


@transaction.atomic
def compute(window: EvaluationWindow) -> Result:
    """Work out and write the result of a window that is being closed. Exactly one per window."""
    payload = result_payload(window)
    assessed = payload["assessed"]
    return Result.objects.create(
        window=window,
        computed_at=clock.now(),
        index=_short(assessed["index"]),
        provisional=_short(assessed["provisional"]),
        payload=payload,
        digest=digest_of(payload),
    )


def result_payload(window: EvaluationWindow) -> dict[str, Any]:
    """Everything a result page or report says of a window, from its snapshot and its handed-in scores."""
    structure = structure_of(window.instrument)
    answers = frozen_answers(window)
    self_given = _self_given(answers)
    scores = list(
        Score.objects.handed_in(window).select_related("question", "seat").order_by("seat", "question")
    )
    seats = list(window.seats.for_list())
    places = {seat.pk: number for number, seat in enumerate(seats, 1)}
    own = grade(structure.parts(), self_given, {})
    assessed = grade(
        structure.parts(), _assessed_given(structure, scores, self_given), _expected(structure, seats)
    )
    return {
        "schema": SCHEMA,
        "window": {
            "id": window.pk,
            "city": {"code": window.city.code, "name": window.city.name},
            "year": window.year,
            "stage": window.stage,
            "opens_at": window.opens_at.isoformat(),
            "closes_at": window.closes_at.isoformat(),
            "sample": window.sample,
            **rehearsal_mark(window),
        },
        "instrument": {
            "code": window.instrument.code,
            "version": window.instrument.version,
            "title": window.instrument.title,
            "title_en": window.instrument.title_en,
            "official": window.instrument.official,
            "digest": window.instrument.digest,
        },
        "complete": assessed.index is not None,
        "self": card_payload(own),
        "assessed": card_payload(assessed),
        "sections": [
            {"code": row.code, **_names(row.name), "weight": format(row.weight.normalize(), "f")}
            for row in structure.sections
        ],
        "dimensions": _dimensions(structure),
        "quick_wins": _quick_wins(window),
        "questions": _questions(structure, scores, places),
        "panel": [
            {
                "seat": places[seat.pk],
                "areas": [area.code for area in seat.areas.all()],
                "conflict": seat.conflict is not None,
                "number": seat.hand_in.number if seat.handed_in_at else "",
                "digest": seat.hand_in.digest if seat.handed_in_at else "",
            }
            for seat in seats
        ],
        "inputs": _inputs(window, scores),
    }


def card_payload(card: Card) -> dict[str, Any]:
    """A report card as plain JSON: values as decimal text in full precision, None where nothing was given."""
    sections = {code: graded.section for code, graded in card.sections.items()}
    return {
        "index": _text(card.index),
        "provisional": _text(card.provisional),
        "missing": card.missing_sections,
        "given": sum(level.given for level in sections.values()),
        "expected": sum(level.expected for level in sections.values()),
        "sections": {code: _level(level) for code, level in sections.items()},
        "groups": {
            code: {
                name: {key: _level(level) for key, level in group.items()}
                for name, group in graded.groups.items()
            }
            for code, graded in card.sections.items()
        },
        "dimensions": {code: _level(level) for code, level in card.dimensions.items()},
        "questions": {code: _level(level) for code, level in card.questions.items()},
    }


def version_of(result: Result) -> tuple[str, int]:
    """By which version of which question list a result was judged; only equal ones make a series."""
    facts = result.payload["instrument"]
    return facts["code"], facts["version"]


def recomputed(payload: Mapping[str, Any], structure: Structure) -> Recomputed:
    """Work out the panel's series of a frozen result under another version of the instrument.

    Exact: it starts from the single scores, not from means that were written down. Nothing is stored; the
    result stays what it was.
    """
    levels = payload["assessed"]["questions"]
    given: Given = {}
    for row in payload["questions"]:
        if row["kind"] == SURVEY:
            value = levels[row["code"]]["value"]
            given[row["code"]] = [] if value is None else [Decimal(value)]
        else:
            scores = (score["value"] for score in row["scores"])
            given[row["code"]] = [Decimal(value) for value in scores if value is not None]
    return recompute(structure.parts(), given, {code: level["expected"] for code, level in levels.items()})


def self_card(window: EvaluationWindow) -> Card:
    """The city's own series: from the snapshot once there is one, before that from the answers so far."""
    return grade(structure_of(window.instrument).parts(), _self_given(frozen_answers(window)), {})


def frozen_answers(window: EvaluationWindow) -> dict[str, dict[str, Any]]:
    """Question code -> the city's answer as frozen; before the opening what the city stands for now."""
    snapshot = window.snapshot()
    if snapshot is not None:
        return snapshot.items.of_kind(SnapshotItem.Kind.ANSWER).payloads()
    return {row.question.code: answer_payload(row) for row in window.judged_answers().to_freeze()}


def contradictions() -> list[str]:
    """Recompute every result from its frozen inputs and name what differs."""
    found = []
    for result in Result.with_rehearsals.select_related("window__instrument", "window__city"):
        if digest_of(result.payload) != result.digest:
            found.append(f"result {result.pk}: content and digest differ")
        if digest_of(result_payload(result.window)) != result.digest:
            found.append(f"result {result.pk}: recomputed from its inputs it differs")
    return found


def _self_given(answers: Mapping[str, Mapping[str, Any]]) -> Given:
    return {
        code: [Decimal(row["self_score"])] for code, row in answers.items() if row["self_score"] is not None
    }


def _assessed_given(structure: Structure, scores: Sequence[Score], self_given: Given) -> Given:
    given: Given = {
        code: self_given[code]
        for code, row in structure.questions.items()
        if not row.scored and code in self_given
    }
    for score in scores:
        if score.value is not None:
            given.setdefault(score.question.code, []).append(Decimal(score.value))
    return given


def _expected(structure: Structure, seats: Sequence[Seat]) -> dict[str, int]:
    """How many scores each question should get: one per seat of its area that has no conflict and may score it."""
    held = [
        ({area.code for area in seat.areas.all()}, seat.barred()) for seat in seats if seat.conflict is None
    ]
    return {
        code: sum(row.area in covered and row.pk not in barred for covered, barred in held)
        for code, row in structure.questions.items()
        if row.scored
    }


def _dimensions(structure: Structure) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            **_names(row.name),
            "letter": row.letter,
            "hue": row.hue,
            "sub_dimensions": [{"code": code, **_names(name)} for code, name in row.sub_dimensions.items()],
        }
        for row in structure.dimensions.values()
    ]


def _quick_wins(window: EvaluationWindow) -> list[dict[str, str]]:
    """The quick wins that were judged; those of one dimension are judged together by its questions."""
    snapshot = window.snapshot()
    frozen = snapshot.items.of_kind(SnapshotItem.Kind.QUICK_WIN).payloads() if snapshot else {}
    return [
        {
            "code": code,
            "title": row["title"],
            "dimension": row["dimension"]["code"],
            "opd": row["opd"]["short"],
        }
        for code, row in sorted(frozen.items())
    ]


def _questions(
    structure: Structure, scores: Sequence[Score], places: Mapping[int, int]
) -> list[dict[str, Any]]:
    remarks: dict[str, list[dict[str, Any]]] = {}
    for score in scores:
        row = {"seat": places[score.seat_id], **score.facts()}
        remarks.setdefault(score.question.code, []).append(row)
    return [
        {
            "code": row.code,
            "section": row.section,
            "kind": row.kind,
            "dimension": row.dimension,
            "sub_dimension": row.sub_dimension,
            **_names(row.text, "text"),
            "scores": remarks.get(row.code, []),
        }
        for row in structure.questions.values()
    ]


def _inputs(window: EvaluationWindow, scores: Sequence[Score]) -> dict[str, Any]:
    snapshot = window.snapshot()
    return {
        "snapshot": {"version": snapshot.version, "digest": snapshot.digest} if snapshot else None,
        "scores": digest_of({str(score.pk): score.facts() for score in scores}),
    }


def _names(text: Text, key: str = "name") -> dict[str, str]:
    return {key: text.id, f"{key}_en": text.en}


def _level(level: Level) -> dict[str, Any]:
    return {"value": _text(level.value), "given": level.given, "expected": level.expected}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _short(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).quantize(Decimal("1e-13"))
