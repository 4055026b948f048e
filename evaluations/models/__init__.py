"""Instruments, review windows, frozen snapshots, panel scores and results."""

from evaluations.models.assessment import Answer, AnswerEvent, AnswerStatus, Exhibit
from evaluations.models.draft import InstrumentDraft, Origin
from evaluations.models.instrument import Area, Instrument, Question, RubricLevel, Section
from evaluations.models.panel import HandIn, Seat
from evaluations.models.result import Result
from evaluations.models.score import LateEntry, Score
from evaluations.models.snapshot import Snapshot, SnapshotItem
from evaluations.models.window import EvaluationWindow, Status, WindowEvent

__all__ = [
    "Answer",
    "AnswerEvent",
    "AnswerStatus",
    "Area",
    "EvaluationWindow",
    "Exhibit",
    "HandIn",
    "Instrument",
    "InstrumentDraft",
    "LateEntry",
    "Origin",
    "Question",
    "Result",
    "RubricLevel",
    "Score",
    "Seat",
    "Section",
    "Snapshot",
    "SnapshotItem",
    "Status",
    "WindowEvent",
]
