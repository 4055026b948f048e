"""What each row of a filled workbook would change: new, changed, the same, in conflict, or refused and why."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from evaluations.actions import OWN_HOUSE, REMARK_NEEDED
from evaluations.models import Score, Seat
from evaluations.score_book import layout
from evaluations.score_book.reading import ReadRow
from evaluations.structure import QuestionFacts, Structure, structure_of


class Outcome(StrEnum):
    """What saving a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"
    REFUSED = "refused"


#: What may be saved when its assessor wants it.
SAVABLE = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.CONFLICT})


@dataclass(frozen=True, slots=True)
class Entry:
    """A row beside the score that stands in the portal. `version` is the one the comparison was made with."""

    number: int
    code: str
    outcome: Outcome
    value: int | None = None
    remark: str = ""
    reason: str = ""
    version: int = 0
    old: Score | None = None
    why: str = ""

    def facts(self) -> dict[str, Any]:
        return {"value": self.value, "remark": self.remark, "reason": self.reason}


def compare(seat: Seat, note: layout.Note, rows: list[ReadRow]) -> list[Entry]:
    """Say of every row what it would change, in the order of the workbook."""
    structure = structure_of(seat.window.instrument)
    areas, barred = set(seat.areas.values_list("code", flat=True)), seat.barred()
    scores = {score.question_id: score for score in Score.objects.of_seat(seat)}
    often = Counter(row.code for row in rows)
    found = []
    for row in rows:
        question = structure.questions.get(row.code)
        why = _place_refused(row, question, areas, often)
        if question is not None and question.pk in barred:
            why = str(OWN_HOUSE)
        if why or question is None:
            found.append(
                Entry(row.number, row.code, Outcome.REFUSED, row.value, row.remark, row.reason, why=why)
            )
        else:
            found.append(_entry(seat, note, row, question, structure, scores.get(question.pk)))
    return found


def _place_refused(row: ReadRow, question: QuestionFacts | None, areas: set[str], often: Counter[str]) -> str:
    """Why a row has no place in this seat's sheet; "" when it has."""
    if question is None:
        return row.fault or _("There is no question '%(code)s' in this instrument. [BOOK-QUESTION]") % {
            "code": row.code
        }
    if often[row.code] > 1:
        return _("Question %(code)s stands in the workbook more than once; leave one row. [BOOK-TWICE]") % {
            "code": row.code
        }
    if not question.scored:
        return _("This question is the mean of a survey; nobody scores it by hand. [BOOK-SURVEY]")
    if question.area not in areas:
        return _("This question belongs to another area than yours. [BOOK-AREA]")
    return row.fault


def _entry(
    seat: Seat,
    note: layout.Note,
    row: ReadRow,
    question: QuestionFacts,
    structure: Structure,
    old: Score | None,
) -> Entry:
    """An empty cell takes nothing away: what stands in the portal is kept beside what was typed."""
    value = row.value if row.value is not None else (old.value if old else None)
    remark = row.remark or (old.remark if old else "")
    reason = row.reason or (old.reason if old else "")
    typed = Score(value=value, remark=remark, reason=reason)

    def entry(outcome: Outcome, why: str = "") -> Entry:
        return Entry(
            row.number, row.code, outcome, value, remark, reason, old.version if old else 0, old, why
        )

    version, mark = note.rows.get(row.code, (0, ""))
    if layout.said_by(typed) == layout.said_by(old):
        return entry(Outcome.SAME)
    if mark and mark == layout.mark_of(seat, Score(value=row.value, remark=row.remark, reason=row.reason)):
        return entry(Outcome.SAME)  # untouched since the download; what the portal got meanwhile stays
    if why := _content_refused(typed, question, structure):
        return entry(Outcome.REFUSED, why)
    if old is not None and old.version != version:
        return entry(Outcome.CONFLICT)
    return entry(Outcome.NEW if old is None else Outcome.CHANGED)


def _content_refused(typed: Score, question: QuestionFacts, structure: Structure) -> str:
    """The first thing that is wrong with what was typed, in the words of the sheet; "" when nothing is."""
    allowed = structure.allowed_scores(question)
    if typed.value is not None and typed.value not in allowed:
        text = _("Score %(score)s is not in the rubric of this question; it has %(scores)s. [BOOK-RUBRIC]")
        return text % {"score": typed.value, "scores": ", ".join(map(str, sorted(allowed)))}
    if typed.value in REMARK_NEEDED and not typed.remark:
        return _("A score of %(score)s needs a remark. [BOOK-REMARK]") % {"score": typed.value}
    for words, longest in ((typed.remark, 4000), (typed.reason, 1000)):
        if len(words) > longest:
            text = _(
                "A text of this row has %(found)s characters; at most %(count)s fit. Shorten it. [BOOK-LONG]"
            )
            return text % {"found": len(words), "count": longest}
    try:
        typed.clean_fields(exclude=["seat", "question"])
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
