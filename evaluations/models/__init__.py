"""Instruments, review windows, frozen snapshots, panel scores and results."""

from evaluations.models.assessment import Answer, AnswerEvent, AnswerStatus, Exhibit
from evaluations.models.clarification import (
    AlertMail,
    Clarification,
    ClarificationAlert,
    ClarificationEvent,
    ClarificationReceipt,
    ClarificationStatus,
    KeptReply,
    Stage,
)
from evaluations.models.consensus import (
    Proposal,
    Reconciliation,
    ReconciliationEvent,
    ReconciliationStatus,
)
from evaluations.models.draft import InstrumentDraft, Origin
from evaluations.models.instrument import Area, Instrument, Question, RubricLevel, Section
from evaluations.models.interview import (
    Interview,
    InterviewEvent,
    InterviewNote,
    InterviewStatus,
    Slot,
    SlotRun,
    Way,
    lead_of,
)
from evaluations.models.official import OfficialEvent, OfficialResult, OfficialStatus
from evaluations.models.panel import PLAYERS, HandIn, Seat, SeatQuerySet
from evaluations.models.recommendation import (
    Recommendation,
    RecommendationEvent,
    RecommendationSource,
    RecommendationStatus,
    RecommendationStep,
)
from evaluations.models.result import Result
from evaluations.models.score import LateEntry, Score
from evaluations.models.snapshot import Snapshot, SnapshotItem
from evaluations.models.submission import CitySubmission, ProposalStatus, SubmissionEvent, SubmissionProposal
from evaluations.models.window import REHEARSAL, EvaluationWindow, Status, WindowEvent

__all__ = [
    "PLAYERS",
    "REHEARSAL",
    "AlertMail",
    "Answer",
    "AnswerEvent",
    "AnswerStatus",
    "Area",
    "CitySubmission",
    "Clarification",
    "ClarificationAlert",
    "ClarificationEvent",
    "ClarificationReceipt",
    "ClarificationStatus",
    "EvaluationWindow",
    "Exhibit",
    "HandIn",
    "Instrument",
    "InstrumentDraft",
    "Interview",
    "InterviewEvent",
    "InterviewNote",
    "InterviewStatus",
    "KeptReply",
    "LateEntry",
    "OfficialEvent",
    "OfficialResult",
    "OfficialStatus",
    "Origin",
    "Proposal",
    "ProposalStatus",
    "Question",
    "Recommendation",
    "RecommendationEvent",
    "RecommendationSource",
    "RecommendationStatus",
    "RecommendationStep",
    "Reconciliation",
    "ReconciliationEvent",
    "ReconciliationStatus",
    "Result",
    "RubricLevel",
    "Score",
    "Seat",
    "SeatQuerySet",
    "Section",
    "Slot",
    "SlotRun",
    "Snapshot",
    "SnapshotItem",
    "Stage",
    "Status",
    "SubmissionEvent",
    "SubmissionProposal",
    "Way",
    "WindowEvent",
    "lead_of",
]
