"""The city, its agencies and people, and what they promise and prove."""

from opd.models.audit import AuditChain, AuditEvent
from opd.models.evidence import Evidence, EvidenceKind, StoredFile
from opd.models.people import Membership, Role, User
from opd.models.places import City, Opd, Ward
from opd.models.quick_win import QuickWin, QuickWinEvent, Status
from opd.models.review import Note, Submission
from opd.models.tally import Tally

__all__ = [
    "AuditChain",
    "AuditEvent",
    "City",
    "Evidence",
    "EvidenceKind",
    "Membership",
    "Note",
    "Opd",
    "QuickWin",
    "QuickWinEvent",
    "Role",
    "Status",
    "StoredFile",
    "Submission",
    "Tally",
    "User",
    "Ward",
]
