"""What is built by a worker and kept as a file: readiness reports, dossiers for assessors, minutes of panels."""

from reports.models.dossier import Dossier, DossierCause, DossierStage
from reports.models.job import LEASE, MOST_ATTEMPTS, PATIENCE, Job, LeaseLost, Status, lease_of_a_new_job
from reports.models.minutes import Minutes, MinutesCause, panel_seat_of
from reports.models.report import Cause, Report, Stage

__all__ = [
    "LEASE",
    "MOST_ATTEMPTS",
    "PATIENCE",
    "Cause",
    "Dossier",
    "DossierCause",
    "DossierStage",
    "Job",
    "LeaseLost",
    "Minutes",
    "MinutesCause",
    "Report",
    "Stage",
    "Status",
    "lease_of_a_new_job",
    "panel_seat_of",
]
