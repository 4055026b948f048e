"""What the tests of the self-assessment share: an answer written, and walked to a status."""

from decimal import Decimal

from evaluations import actions
from evaluations.models import Answer
from opd.models import User


def write(answer: Answer, by: User, score: int | None = 3, text: str = "Laporan 2022, halaman 4.") -> Answer:
    answer.refresh_from_db()
    return actions.save_answer(
        window=answer.window, question_code=answer.question.code, text=text, version=answer.version, by=by,
        self_score=None if score is None else Decimal(score),
    )  # fmt: skip


def at_status(answer: Answer, status: str, cast: dict[str, User]) -> Answer:
    """Walk an answer to a status the way people do."""
    write(answer, cast["operator"])
    moves = {
        "draft": [],
        "submitted": ["submit"],
        "returned": ["submit", "return"],
        "accepted": ["submit", "accept"],
    }
    for name in moves[status]:
        by = cast["head"] if name == "submit" else cast["reviewer"]
        actions.move_answer(
            pk=answer.pk, name=name, by=by, note="Sebut halamannya." if name == "return" else ""
        )
    return Answer.objects.for_page().get(pk=answer.pk)
