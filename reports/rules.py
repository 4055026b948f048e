"""Who may do what with a report. Plain questions; no writes, no HTTP, no queries beyond the memberships.

Source: domain guide, section 10. Reviewers (Kominfo), planners (Bappelitbang) and the leadership ask for
reports; the auditor (Inspektorat) reads every one and changes nothing. Agencies and assessors see none. Minutes of a
panel follow the consensus they are made of: who reads it, once closed, takes them along.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opd.models import User

REVIEWER, PLANNER, LEADERSHIP, AUDITOR = "reviewer", "planner", "leadership", "auditor"
ASKERS = (REVIEWER, PLANNER, LEADERSHIP)
READERS = (*ASKERS, AUDITOR)
#: A dossier is working material of the evaluation: leadership reads reports instead.
DOSSIER_READERS = (REVIEWER, PLANNER, AUDITOR)
DOSSIER_ASKERS = (REVIEWER, PLANNER)


def may_read_in(user: "User", city_id: int) -> bool:
    """Whoever works for the whole city, and the auditor."""
    return user.has_role(*READERS, city_id=city_id)


def may_ask_in(user: "User", city_id: int) -> bool:
    """The auditor reads along but makes nothing."""
    return user.has_role(*ASKERS, city_id=city_id)


def may_retry(user: "User", report: Any) -> bool:
    """Whoever may ask may also have a failed report built again; its contents stay as they were frozen."""
    return may_ask_in(user, report.city_id) and report.status == "failed"


def may_read_dossiers_in(user: "User", city_id: int) -> bool:
    """Of the city's own people those who work on the evaluation or audit it; assessors come by their seat."""
    return user.has_role(*DOSSIER_READERS, city_id=city_id)


def may_build_dossier(user: "User", city_id: int, *, seated: bool) -> bool:
    """Reviewer and planner of the city, and an assessor whose seat may be used (`seated`); the auditor only reads."""
    return seated or user.has_role(*DOSSIER_ASKERS, city_id=city_id)


def may_make_minutes(user: "User", city_id: int, *, seated: bool) -> bool:
    """Whoever reads the closed consensus, but for the auditor: a seat of its panel, the city's askers."""
    return seated or may_ask_in(user, city_id)


def asking_role(user: "User", city_id: int) -> str:
    """The role in which a person asks; "" when they may not."""
    held = (row.role for row in user.memberships_now() if row.city_id == city_id and row.role in ASKERS)
    return next(held, "")
