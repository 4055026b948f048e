"""What an answer says, whoever reads it: its payload, what it still needs, and what speaks against it.

Pure reading: `actions.answers` writes, `views.answer*` show.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from evaluations import rules
from evaluations.forecast import Position
from evaluations.models import Answer, EvaluationWindow, Exhibit, Question
from opd.models import User
from opd.payload import evidence_payload, pieces_of, plain

SCHEMA = 1


def answer_payload(answer: Answer) -> dict[str, Any]:
    """An answer as plain JSON: the value as decimal text, None when nothing was given; files by SHA-256."""
    value = answer.self_score
    return {
        "schema": SCHEMA,
        "question": answer.question.code,
        "opd": answer.opd.short if answer.opd else "",
        "self_score": None if value is None else plain(value),
        "respondents": answer.respondents,
        "figures": answer.figures,
        "text": answer.text,
        "evidence": [evidence_payload(piece) for piece in pieces_of(answer, "exhibits")],
        "sample": answer.sample,
    }


def payload_read_by(user: User, answer: Answer) -> dict[str, Any] | None:
    """What a person reads of an answer: as it stands, or as the agency handed it in last; None before that."""
    if rules.reads_as_written(user, answer):
        return answer_payload(answer)
    return answer.submitted if rules.reads_as_submitted(user, answer) else None


def other_claims(answer: Answer, digests: Iterable[str]) -> dict[str, list[Exhibit]]:
    """SHA-256 -> the exhibits of other answers of the window that show the same file."""
    found: dict[str, list[Exhibit]] = defaultdict(list)
    rows = Exhibit.objects.of_window(answer.window).of_files(digests).exclude(answer=answer)
    for row in rows.select_related("answer__question", "answer__window"):
        found[str(row.stored_file_id)].append(row)
    return found


def answer_of_last_year(window: EvaluationWindow, code: str) -> dict[str, Any] | None:
    """What the city answered to the question of this code in the newest evaluated year before; None when nothing.

    The frozen answer of the last window of that year, with `year`, `title` of the instrument and its version.
    """
    from evaluations.results import frozen_answers

    earlier = EvaluationWindow.objects.of_city(window.city_id).before(window.year).for_page()
    for row in earlier.newest_first():
        if payload := frozen_answers(row).get(code):
            return {
                **payload,
                "year": row.year,
                "instrument": row.instrument.label,
                "same": row.instrument_id == window.instrument_id,
            }
    return None


def improvement(now: Mapping[str, Any] | None, before: Mapping[str, Any] | None) -> Decimal | None:
    """The self-score against last year's, with its sign; None when one of the two is missing."""
    if not now or not before or now["self_score"] is None or before["self_score"] is None:
        return None
    return Decimal(now["self_score"]) - Decimal(before["self_score"])


class Asked(NamedTuple):
    """The agency that was asked for an answer, and where the answer stands."""

    opd: str
    status: str


def positions_of(window: EvaluationWindow, user: User) -> tuple[dict[str, Position], dict[str, Asked]]:
    """Where each question stands as this person may read it, and of whom it was asked, by its code.

    Verified is what an agency claimed and the city accepted, what the secretariat claims with evidence, and a survey
    with as many respondents as were asked for. Three queries.
    """
    places: dict[str, Position] = {}
    rows = list(window.answers.visible_to(user).for_list().prefetch_related("exhibits"))
    asked = {row.question.code: Asked(row.opd.short, row.status) for row in rows if row.opd}
    for row in rows:
        told = _told(user, row)
        if told is not None:
            places[row.question.code] = Position(
                told,
                verified=_is_verified(row, window),
                waits=row.opd_id is not None,
            )
    return places, asked


def _told(user: User, row: Answer) -> Decimal | None:
    """The value as a person may read it."""
    if rules.reads_as_written(user, row):
        return row.self_score
    if row.submitted and rules.reads_as_submitted(user, row) and row.submitted["self_score"] is not None:
        return Decimal(row.submitted["self_score"])
    return None


def _is_verified(row: Answer, window: EvaluationWindow) -> bool:
    if row.opd_id is not None:
        return row.status == "accepted"
    if row.question.kind == Question.Kind.SURVEY_MEAN:
        return (row.respondents or 0) >= window.instrument.respondents
    return bool(row.exhibits.all())
