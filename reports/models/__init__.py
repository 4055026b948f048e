"""What is built by a worker and kept as a file: readiness reports, and dossiers for assessors."""

from reports.models.dossier import Dossier, DossierCause, DossierStage
from reports.models.job import LEASE, MOST_ATTEMPTS, PATIENCE, Job, LeaseLost, Status, lease_of_a_new_job
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
    "Report",
    "Stage",
    "Status",
    "lease_of_a_new_job",
]
