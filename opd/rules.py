"""Who may do what with a quick win, a progress report, a programme. Plain questions; no writes, no HTTP, no messages.

Source of each rule: domain guide, section 10 (roles), and trust rule 12: nobody judges their own house.
"""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opd.models import Decision, Membership, Program, Progress, QuickWin, User

    type Record = QuickWin | Progress


class Owned(Protocol):
    """Whatever an agency of a city answers for."""

    @property
    def opd_id(self) -> Any: ...

    @property
    def opd(self) -> Any: ...

    @property
    def city_id(self) -> Any: ...


OPERATOR, HEAD, REVIEWER, PLANNER = "operator", "head", "reviewer", "planner"


def is_operator(user: "User", record: Owned) -> bool:
    """An operator of the lead agency."""
    return user.has_role(OPERATOR, opd_id=record.opd_id)


def is_head(user: "User", record: Owned) -> bool:
    """The head of the lead agency."""
    return user.has_role(HEAD, opd_id=record.opd_id)


def is_owner(user: "User", record: Owned) -> bool:
    """Anyone who enters data for the lead agency."""
    return record.opd_id in user.opds()


def may_edit(user: "User", record: "Record") -> bool:
    """The agency edits while the text is with it; the head also while it waits for the head."""
    if record.status in ("draft", "returned"):
        return is_owner(user, record)
    return record.status == "proposed" and is_head(user, record)


def may_propose(user: "User", record: "Record") -> bool:
    """The operator sends to the head, where there is a head."""
    return is_operator(user, record) and not is_head(user, record) and record.opd.has_head()


def may_submit(user: "User", record: Owned) -> bool:
    """The head approves and submits; in an agency without a head account, the operator submits."""
    return is_head(user, record) or (is_operator(user, record) and not record.opd.has_head())


def may_verify(user: "User", record: Owned) -> bool:
    """A reviewer of the city whose own agency is not concerned; for the reviewers' agency, the planner.

    A unit is of the house of its agency: its records, too, are decided elsewhere.
    """
    city_id, house = record.city_id, {record.opd_id, record.opd.parent_id}
    if house & user.home_opds():
        return False
    if user.has_role(REVIEWER, city_id=city_id):
        return True
    return user.has_role(PLANNER, city_id=city_id) and bool(house & user.homes_of_reviewers(city_id))


def awaits_decision(record: "Record") -> bool:
    """Submitted and neither returned nor verified yet."""
    return record.status == "submitted"


def may_note(user: "User", record: "Record") -> bool:
    """Notes are written by whoever may decide, while the item waits for a decision."""
    return awaits_decision(record) and may_verify(user, record)


def may_reply(user: "User", record: "Record") -> bool:
    """The agency answers a note while the item is with it."""
    return may_edit(user, record)


def may_review_queue(user: "User") -> bool:
    """Whoever verifies, and the auditor who reads along."""
    return user.has_role(REVIEWER, PLANNER, "auditor")


def may_list(user: "User") -> bool:
    """Agencies see their own, the city's people what is theirs to see; assessors see snapshots only."""
    return bool(user.opds()) or user.has_role(REVIEWER, PLANNER, "auditor", "leadership")


def may_read_bank(user: "User") -> bool:
    """Agencies read their own documents, the city's people those of what they may see; assessors read snapshots."""
    return may_list(user)


def may_keep_document(user: "User", document: Owned) -> bool:
    """The agency whose document it is; the reviewers (Kominfo) where it is the secretariat's own."""
    if document.opd_id is None:
        return user.has_role(REVIEWER, city_id=document.city_id)
    return document.opd_id in user.opds()


def may_create(user: "User") -> bool:
    """Operators and heads enter quick wins of their own agencies."""
    return bool(user.opds())


def may_keep_plan(user: "User", city_id: int) -> bool:
    """The planner keeps the masterplan: its regulation, period, vision, strategies and yearly budgets."""
    return user.has_role(PLANNER, city_id=city_id)


def may_edit_program(user: "User", program: "Program") -> bool:
    """The lead agency while the programme is with it; the planner, who keeps the plan, as well."""
    if program.status not in ("draft", "returned"):
        return False
    return is_owner(user, program) or may_keep_plan(user, program.city_id)


def may_submit_program(user: "User", program: "Program") -> bool:
    """The head, an operator of an agency without a head, or the planner who entered it."""
    return may_submit(user, program) or may_keep_plan(user, program.city_id)


def may_approve_program(user: "User", program: "Program") -> bool:
    """The planner whose own agency is not concerned; for the planners' agency, a reviewer of the city."""
    city_id, house = program.city_id, {program.opd_id, program.opd.parent_id}
    if house & user.home_opds():
        return False
    if user.has_role(PLANNER, city_id=city_id):
        return True
    return user.has_role(REVIEWER, city_id=city_id) and bool(house & user.homes_of_planners(city_id))


def may_report(user: "User", program: "Program") -> bool:
    """The lead agency tells the progress of what was approved."""
    return program.status == "approved" and is_owner(user, program)


def may_set_periods(user: "User", city_id: int) -> bool:
    """The reviewer sets until when reports are due, and when who is reminded."""
    return user.has_role(REVIEWER, city_id=city_id)


def may_see_plan(user: "User") -> bool:
    """Everyone of the city but assessors and administrators; agencies see theirs, and what they support."""
    return may_list(user)


def may_import(user: "User", city_id: int, kind: str) -> bool:
    """Operators and heads bring in lists of their own agencies; the planner action plans of any."""
    return bool(user.opds()) or (kind == "action_plan" and may_keep_plan(user, city_id))


def may_see_board(user: "User") -> bool:
    """Agencies see their own row of the board, the city's people all of them."""
    return may_list(user)


def may_write_reminders(user: "User", city_id: int) -> bool:
    """Who works for the whole city may take the letter and the chat text of the next step."""
    return user.has_role(REVIEWER, PLANNER, "auditor", "leadership", city_id=city_id)


def may_keep_people(user: "User", city_id: int) -> bool:
    """The administrator gives and ends roles; no record of an agency follows from it."""
    return user.has_role("administrator", city_id=city_id)


def may_see_people(user: "User") -> bool:
    """The administrator, and the reviewer who must know whom to call."""
    return user.has_role("administrator", REVIEWER)


def may_hand_over(user: "User", membership: "Membership") -> bool:
    """Any office but an assessor's, who is seated for a window by the reviewers."""
    return membership.role != "assessor" and may_keep_people(user, membership.city_id)


def may_continue(user: "User", quick_win: "QuickWin") -> bool:
    """The agency goes on next year with what it has handed in, or what is known of it from before."""
    return quick_win.status in ("submitted", "verified", "recorded") and is_owner(user, quick_win)


def may_keep_meetings(user: "User", city_id: int) -> bool:
    """The secretariat writes down meetings and decisions: reviewer (Kominfo) and planner (Bappelitbang)."""
    return user.has_role(REVIEWER, PLANNER, city_id=city_id)


def may_see_meetings(user: "User") -> bool:
    """The city's people see every meeting, agencies the decisions made for them."""
    return may_list(user)


def may_see_agenda(user: "User", city_id: int) -> bool:
    """What is open in the whole city, and what changed: for its own people; an agency has its workspace."""
    return may_keep_meetings(user, city_id) or (may_list(user) and not user.opds())


def may_finish(user: "User", decision: "Decision") -> bool:
    """The agency that owns the task says that it is done; nobody does for another."""
    return decision.opd_id in user.opds()


def may_correct_decision(user: "User", decision: "Decision") -> bool:
    """The secretariat corrects what was written down, until it is done; after that it is opened again first."""
    return decision.status != "done" and may_keep_meetings(user, decision.city_id)


def may_reopen_decision(user: "User", decision: "Decision") -> bool:
    """The secretariat opens a decision again that was reported as done and is not."""
    return may_keep_meetings(user, decision.city_id)
