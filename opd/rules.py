"""Who may do what with a quick win. Plain questions; no writes, no HTTP, no messages.

Source of each rule: domain guide, section 10 (roles), and trust rule 12: nobody judges their own house.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opd.models import QuickWin, User

OPERATOR, HEAD, REVIEWER, PLANNER = "operator", "head", "reviewer", "planner"


def is_operator(user: "User", quick_win: "QuickWin") -> bool:
    """An operator of the lead agency."""
    return user.has_role(OPERATOR, opd_id=quick_win.opd_id)


def is_head(user: "User", quick_win: "QuickWin") -> bool:
    """The head of the lead agency."""
    return user.has_role(HEAD, opd_id=quick_win.opd_id)


def is_owner(user: "User", quick_win: "QuickWin") -> bool:
    """Anyone who enters data for the lead agency."""
    return quick_win.opd_id in user.opds()


def may_edit(user: "User", quick_win: "QuickWin") -> bool:
    """The agency edits while the text is with it; the head also while it waits for the head."""
    if quick_win.status in ("draft", "returned"):
        return is_owner(user, quick_win)
    return quick_win.status == "proposed" and is_head(user, quick_win)


def may_propose(user: "User", quick_win: "QuickWin") -> bool:
    """The operator sends to the head, where there is a head."""
    return is_operator(user, quick_win) and not is_head(user, quick_win) and quick_win.opd.has_head()


def may_submit(user: "User", quick_win: "QuickWin") -> bool:
    """The head approves and submits; in an agency without a head account, the operator submits."""
    return is_head(user, quick_win) or (is_operator(user, quick_win) and not quick_win.opd.has_head())


def may_verify(user: "User", quick_win: "QuickWin") -> bool:
    """A reviewer of the city whose own agency is not concerned; for the reviewers' agency, the planner.

    A unit is of the house of its agency: its records, too, are decided elsewhere.
    """
    city_id, house = quick_win.city_id, {quick_win.opd_id, quick_win.opd.parent_id}
    if house & user.home_opds():
        return False
    if user.has_role(REVIEWER, city_id=city_id):
        return True
    return user.has_role(PLANNER, city_id=city_id) and bool(house & user.homes_of_reviewers(city_id))


def awaits_decision(quick_win: "QuickWin") -> bool:
    """Submitted and neither returned nor verified yet."""
    return quick_win.status == "submitted"


def may_note(user: "User", quick_win: "QuickWin") -> bool:
    """Notes are written by whoever may decide, while the item waits for a decision."""
    return awaits_decision(quick_win) and may_verify(user, quick_win)


def may_reply(user: "User", quick_win: "QuickWin") -> bool:
    """The agency answers a note while the item is with it."""
    return may_edit(user, quick_win)


def may_review_queue(user: "User") -> bool:
    """Whoever verifies, and the auditor who reads along."""
    return user.has_role(REVIEWER, PLANNER, "auditor")


def may_list(user: "User") -> bool:
    """Agencies see their own, the city's people what is theirs to see; assessors see snapshots only."""
    return bool(user.opds()) or user.has_role(REVIEWER, PLANNER, "auditor", "leadership")


def may_create(user: "User") -> bool:
    """Operators and heads enter quick wins of their own agencies."""
    return bool(user.opds())
