"""The city, its agencies and people, and what they promise and prove."""

from opd.models.audit import AuditChain, AuditEvent
from opd.models.document import (
    Document,
    DocumentEvent,
    DocumentQuerySet,
    EvidenceKind,
    StoredFile,
    Validity,
    key_of,
)
from opd.models.evidence import Claim, Evidence
from opd.models.feed import CalendarFeed
from opd.models.finding import Finding, FindingQuerySet
from opd.models.imports import (
    ColumnMemory,
    ImportFile,
    ImportJob,
    ImportKind,
    ImportRow,
    ImportStatus,
    LeaseLost,
    Outcome,
)
from opd.models.meeting import Decision, DecisionEvent, DecisionStatus, Meeting
from opd.models.people import Membership, Role, User
from opd.models.period import ReportingPeriod
from opd.models.places import City, Opd, Ward
from opd.models.plan import CityBudget, MasterPlan, Strategy
from opd.models.program import PlanStatus, Program, ProgramEvent
from opd.models.program_year import ProgramYear, State, StateChange
from opd.models.progress import Progress, ProgressEvent, ProgressNote, ProgressSubmission
from opd.models.quick_win import QuickWin, QuickWinEvent, Status
from opd.models.reminders import Digest, Notification, Reminder, Rung
from opd.models.review import NO_NOTE, Note, Submission
from opd.models.tally import PlanTally, ProgressTally, Tally

__all__ = [
    "NO_NOTE",
    "AuditChain",
    "AuditEvent",
    "CalendarFeed",
    "City",
    "CityBudget",
    "Claim",
    "ColumnMemory",
    "Decision",
    "DecisionEvent",
    "DecisionStatus",
    "Digest",
    "Document",
    "DocumentEvent",
    "DocumentQuerySet",
    "Evidence",
    "EvidenceKind",
    "Finding",
    "FindingQuerySet",
    "ImportFile",
    "ImportJob",
    "ImportKind",
    "ImportRow",
    "ImportStatus",
    "LeaseLost",
    "MasterPlan",
    "Meeting",
    "Membership",
    "Note",
    "Notification",
    "Opd",
    "Outcome",
    "PlanStatus",
    "PlanTally",
    "Program",
    "ProgramEvent",
    "ProgramYear",
    "Progress",
    "ProgressEvent",
    "ProgressNote",
    "ProgressSubmission",
    "ProgressTally",
    "QuickWin",
    "QuickWinEvent",
    "Reminder",
    "ReportingPeriod",
    "Role",
    "Rung",
    "State",
    "StateChange",
    "Status",
    "StoredFile",
    "Strategy",
    "Submission",
    "Tally",
    "User",
    "Validity",
    "Ward",
    "key_of",
]
