"""What both ends agree on: names of the sheets, columns, and the signed note that says whose workbook it is."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing

from evaluations.models import Score, Seat
from smartcity.lib.text import tidy

SHEET, GUIDE, NOTE = "Nilai", "Petunjuk", "Portal"
CODE, SECTION, QUESTION, RUBRIC, OWN, VALUE, REMARK, REASON = range(1, 9)
NOTE_SALT, PAGE_SALT = "evaluations.score_book.note", "evaluations.score_book.page"
CHUNK = 30_000  # characters of the note in one cell; Excel ends a cell at 32,767


class NotOurs(Exception):
    """The note is missing, was changed, or was signed by another portal."""


@dataclass(frozen=True, slots=True)
class Note:
    """Whose workbook it is: seat, window, frozen version; of each question the version of the score it was
    written with (0: none yet) and the mark of what it said."""

    seat: int
    window: int
    snapshot: str
    at: str
    rows: dict[str, tuple[int, str]]


def sign(note: Note) -> list[str]:
    """Return the signed note in pieces that fit into cells."""
    text = signing.dumps(asdict(note), salt=NOTE_SALT, compress=True)
    return [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]


def read_note(pieces: list[str]) -> Note:
    """Return the note of a workbook. Raises NotOurs."""
    try:
        held: dict[str, Any] = signing.loads("".join(pieces), salt=NOTE_SALT)
        rows = {str(code): (int(version), str(mark)) for code, (version, mark) in held["rows"].items()}
        return Note(int(held["seat"]), int(held["window"]), str(held["snapshot"]), str(held["at"]), rows)
    except (signing.BadSignature, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotOurs from error


def mark_of(seat: Seat, score: Score | None) -> str:
    """A short mark of what a score said, to see whether the assessor changed it in the workbook.

    The seat's own workbook holds it beside the score itself, so it tells nobody anything new.
    """
    if score is None:
        return ""
    said = f"{seat.pk}|{said_by(score)}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def said_by(score: Score | None) -> tuple[int | None, str, str]:
    """What a score says, with one kind of line end: a form sends two characters for it, a cell holds one."""
    if score is None:
        return None, "", ""
    return score.value, tidy(score.remark).strip(), tidy(score.reason).strip()
