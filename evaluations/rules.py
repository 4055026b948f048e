"""Who may do what around a review window. Plain questions; no writes, no HTTP, no messages.

Source of each rule: domain guide, section 10 (roles), and the trust rules "nobody judges their own house, and
nobody is swayed" and "the server's clock decides". Time is a rule too: `now` is handed in, never read here.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from opd import rules as opd_rules

if TYPE_CHECKING:
    from evaluations.models import (
        Answer,
        Clarification,
        EvaluationWindow,
        Interview,
        OfficialResult,
        Recommendation,
        Reconciliation,
        Seat,
        SubmissionProposal,
    )
    from opd.models import User

REVIEWER, PLANNER, AUDITOR, LEADERSHIP, ASSESSOR = "reviewer", "planner", "auditor", "leadership", "assessor"
OF_THE_CITY = (REVIEWER, PLANNER, AUDITOR, LEADERSHIP)
PLAYERS = (REVIEWER, PLANNER, "operator", "head")


def may_prepare_in(user: "User", city_id: int) -> bool:
    """Windows are prepared by the reviewers (Kominfo) of the city."""
    return user.has_role(REVIEWER, city_id=city_id)


def may_prepare(user: "User", window: "EvaluationWindow") -> bool:
    """The reviewer sets the times, the instrument and the seats of a window that is not closed."""
    return may_prepare_in(user, window.city_id) and window.status != "closed"


def may_read_instruments(user: "User") -> bool:
    """Whoever works for the whole city sees by what it is judged; an assessor sees it on the sheet."""
    return user.has_role(*OF_THE_CITY)


def may_load_instruments(user: "User", city_id: int) -> bool:
    """Question lists are brought in by the reviewers (Kominfo): they hold the Ministry's letter."""
    return may_prepare_in(user, city_id)


def may_open(user: "User | None", window: "EvaluationWindow") -> bool:
    """The reviewer opens; no clock does, since opening freezes what the city is judged by."""
    return user is not None and may_prepare_in(user, window.city_id)


def may_close(user: "User | None", window: "EvaluationWindow") -> bool:
    """The scheduler (nobody) or the reviewer; when, is asked by the workflow."""
    return user is None or may_prepare_in(user, window.city_id)


def may_extend(user: "User", window: "EvaluationWindow", now: datetime) -> bool:
    """The reviewer, with a reason, before the window closes: a closed window never opens again."""
    return may_prepare_in(user, window.city_id) and window.status == "open" and now < window.closes_at


def may_assign(user: "User", window: "EvaluationWindow") -> bool:
    """Kominfo asks agencies for answers, until the opening freezes them."""
    return may_prepare_in(user, window.city_id) and window.accepts_answers()


def may_write_answers(user: "User", window: "EvaluationWindow", opd_id: int | None = None) -> bool:
    """What an agency (`opd_id`) was asked for is written there, the rest by Kominfo and Bappelitbang.

    Time is asked apart: what is written after the opening is refused, and kept.
    """
    if opd_id is not None:
        return opd_id in user.opds()
    return user.has_role(REVIEWER, PLANNER, city_id=window.city_id)


def may_answer(user: "User", window: "EvaluationWindow", answer: "Answer | None" = None) -> bool:
    """Write until the opening freezes the answers; an agency only what it has not handed in."""
    opd_id = answer.opd_id if answer else None
    with_writer = answer is None or answer.status in ("draft", "returned")
    return may_write_answers(user, window, opd_id) and window.accepts_answers() and with_writer


def may_submit_answer(user: "User", answer: "Answer") -> bool:
    """The head of the agency that was asked; its operator where there is no head."""
    return (
        answer.opd_id is not None and answer.window.accepts_answers() and opd_rules.may_submit(user, answer)
    )


def may_judge_answer(user: "User", answer: "Answer") -> bool:
    """Kominfo accepts or returns; for its own house Bappelitbang does. Source: domain guide, section 11."""
    return (
        answer.opd_id is not None and answer.window.accepts_answers() and opd_rules.may_verify(user, answer)
    )


def may_read_answers(user: "User", window: "EvaluationWindow") -> bool:
    """The city's own people; an assessor reads the frozen answers in the snapshot instead."""
    return user.has_role(*OF_THE_CITY, city_id=window.city_id)


def reads_as_written(user: "User", answer: "Answer") -> bool:
    """Whether a person reads an answer as it stands now: its writers, and everybody once the city stands for it."""
    return answer.opd_id is None or answer.opd_id in user.opds() or answer.status == "accepted"


def reads_as_submitted(user: "User", answer: "Answer") -> bool:
    """Whether a person reads what an agency handed in last; leadership waits until it is accepted."""
    return user.has_role(REVIEWER, PLANNER, AUDITOR, city_id=answer.city_id)


def may_propose_submission(user: "User", proposal: "SubmissionProposal") -> bool:
    """Kominfo holds the self-assessment for ready, until the opening fixes what is judged."""
    return user.has_role(REVIEWER, city_id=proposal.city_id) and proposal.window.accepts_answers()


def may_approve_submission(user: "User", proposal: "SubmissionProposal") -> bool:
    """Bappelitbang approves or returns, and nobody what they proposed themselves.

    Source: domain guide, sections 10 and 11.
    """
    return (
        user.has_role(PLANNER, city_id=proposal.city_id)
        and proposal.window.accepts_answers()
        and proposal.proposed_by_id != user.pk
    )


def may_take_along(user: "User", window: "EvaluationWindow", *, seated: bool) -> bool:
    """The dossier is for the panel (`seated`) and for who prepares or audits the window; leadership reads reports.

    A rehearsal has none: it would look like the city's.
    """
    return not window.is_rehearsal and (
        seated or user.has_role(REVIEWER, PLANNER, AUDITOR, city_id=window.city_id)
    )


def may_see_dashboard(user: "User") -> bool:
    """Leadership, and whoever works for the whole city."""
    return user.has_role(*OF_THE_CITY)


def is_assessor(user: "User") -> bool:
    """Whoever may hold a seat somewhere."""
    return user.has_role(ASSESSOR)


def may_rehearse(user: "User", window: "EvaluationWindow") -> bool:
    """The reviewer prepares a rehearsal of a window that is still in preparation: afterwards nothing can be mended."""
    return may_prepare_in(user, window.city_id) and window.accepts_answers()


def may_play(user: "User", city_id: int) -> bool:
    """The city's own staff plays the panel; who judges the city in earnest must not have seen it rehearse."""
    return user.has_role(*PLAYERS, city_id=city_id) and not user.has_role(ASSESSOR, city_id=city_id)


def may_read_rehearsals(user: "User") -> bool:
    """The city's own people and its agencies' (they see those they are seated in); assessors never."""
    return user.has_role(*OF_THE_CITY, *PLAYERS)


def may_be_seated(user: "User", window: "EvaluationWindow") -> bool:
    """An assessor of the city's panel who serves the city in no other role: nobody judges their own house.

    In a rehearsal the city's own staff is seated instead.
    """
    if window.is_rehearsal:
        return may_play(user, window.city_id)
    return user.has_role(ASSESSOR, city_id=window.city_id) and not user.belongs_to(window.city_id)


def may_declare(user: "User", seat: "Seat", now: datetime) -> bool:
    """The assessor of the seat, in time; a conflict, once declared, stays."""
    return _holds(user, seat, now) and seat.conflict is None and seat.handed_in_at is None


def may_look(user: "User", seat: "Seat", now: datetime) -> bool:
    """The frozen material is open to a held seat that was declared free of a conflict."""
    return _holds(user, seat, now) and seat.is_usable(now)


def may_score(user: "User", seat: "Seat", covers: bool, now: datetime) -> bool:
    """An assessor scores own areas only (`covers`: the seat holds the question's area).

    Whether the window accepts it is asked apart: what comes too late has its own sentence, and is kept.
    """
    return covers and may_look(user, seat, now)


def may_hand_in(user: "User", seat: "Seat", now: datetime) -> bool:
    """The assessor of the seat hands in, nobody for somebody else."""
    return may_look(user, seat, now)


def may_ask(user: "User", seat: "Seat", covers: bool, now: datetime) -> bool:
    """An assessor asks about questions of own areas, until the scores are handed in; a rehearsal asks nobody."""
    return not seat.window.is_rehearsal and may_score(user, seat, covers, now) and seat.handed_in_at is None


def leads(user: "User", lead: "Seat | None", now: datetime) -> bool:
    """Whether a person holds the seat that leads the panel, and may look at the material."""
    return lead is not None and may_look(user, lead, now)


def may_plan_interview(user: "User", window: "EvaluationWindow", lead: "Seat | None", now: datetime) -> bool:
    """The reviewer (the secretariat hosts it) and the panel's lead, until the window is closed."""
    if window.is_rehearsal:
        return False
    return may_prepare(user, window) or (window.status != "closed" and leads(user, lead, now))


def may_run_interview(user: "User", interview: "Interview") -> bool:
    """The lead, and the reviewer who hosts it: when one line breaks the other keeps the time."""
    lead = interview.chair()
    return may_prepare_in(user, interview.city_id) or (
        lead is not None and lead.user_id == user.pk and may_be_seated(user, interview.window)
    )


def may_lead(user: "User", window: "EvaluationWindow", lead: "Seat | None", now: datetime) -> bool:
    """The seat that leads begins, proposes, closes and corrects the consensus, once its own scores are handed in."""
    if window.is_rehearsal:
        return False
    return leads(user, lead, now) and lead is not None and lead.handed_in_at is not None


def may_close_consensus(user: "User", reconciliation: "Reconciliation") -> bool:
    """The lead of the panel, and nobody of the city: it judges, it is not judged."""
    lead = reconciliation.lead()
    return lead is not None and lead.user_id == user.pk and may_be_seated(user, reconciliation.window)


def may_note(user: "User", seat: "Seat", now: datetime) -> bool:
    """Any seat of the panel writes down what was said, in every area: the talk is one."""
    return not seat.window.is_rehearsal and may_look(user, seat, now)


def may_read_desk(user: "User") -> bool:
    """Agencies see what they are asked, assessors what they asked, the city's people everything."""
    return bool(user.opds()) or user.has_role(*OF_THE_CITY, ASSESSOR)


def may_reply(user: "User", item: "Clarification") -> bool:
    """An operator or the head of the agency that is asked: in 24 hours one signature is enough."""
    return item.opd_id in user.opds()


def may_withdraw(user: "User", item: "Clarification") -> bool:
    """The assessor who asked, and nobody else."""
    return item.seat.user_id == user.pk and may_be_seated(user, item.window)


def may_pass_on(user: "User", item: "Clarification") -> bool:
    """The reviewer (Kominfo) sends it to the agency that can answer."""
    return user.has_role(REVIEWER, city_id=item.city_id)


def may_extend_item(user: "User", item: "Clarification") -> bool:
    """A reviewer whose own agency is not asked; for the reviewers' agency, the planner."""
    return opd_rules.may_verify(user, item)


def may_lapse(user: "User | None", item: "Clarification") -> bool:
    """The clock (nobody): no person ends the time of an agency."""
    return user is None


def may_enter_official(user: "User", city_id: int) -> bool:
    """The reviewers (Kominfo) hold the Ministry's letter and type it in."""
    return user.has_role(REVIEWER, city_id=city_id)


def may_change_official(user: "User", row: "OfficialResult") -> bool:
    """A reviewer, until it is published."""
    return may_enter_official(user, row.city_id) and row.status == "draft"


def may_discard_official(user: "User", row: "OfficialResult") -> bool:
    """A reviewer drops what was entered and never published."""
    return may_enter_official(user, row.city_id)


def may_publish_official(user: "User", row: "OfficialResult") -> bool:
    """A planner (Bappelitbang) who has written nothing of it: two persons stand for a published number."""
    return user.has_role(PLANNER, city_id=row.city_id) and not row.was_written_by(user)


def may_withdraw_official(user: "User", row: "OfficialResult") -> bool:
    """A planner (Bappelitbang): whoever publishes also takes back."""
    return user.has_role(PLANNER, city_id=row.city_id)


def may_correct_official(user: "User", row: "OfficialResult") -> bool:
    """A reviewer enters the correction of what is published; it is published like the first."""
    return may_enter_official(user, row.city_id) and row.status == "published"


def may_read_history(user: "User", row: "OfficialResult") -> bool:
    """How a letter came to be published: for who works on it and who audits it."""
    return user.has_role(REVIEWER, PLANNER, AUDITOR, city_id=row.city_id)


def may_read_years(user: "User") -> bool:
    """The city's own people and its agencies; assessors judge without looking at other years."""
    return user.has_role(*OF_THE_CITY) or bool(user.opds())


def may_read_recommendations(user: "User") -> bool:
    """The city's people read all, agencies their own; assessors read what the snapshot froze."""
    return bool(user.opds()) or user.has_role(*OF_THE_CITY)


def may_keep_recommendations(user: "User", city_id: int) -> bool:
    """The secretariat enters, corrects and carries them over: reviewer (Kominfo) and planner (Bappelitbang)."""
    return user.has_role(REVIEWER, PLANNER, city_id=city_id)


def may_correct_recommendation(user: "User", row: "Recommendation") -> bool:
    """The secretariat corrects what was written down, until it is closed, dropped or carried."""
    return row.status in ("open", "running", "returned", "proposed") and may_keep_recommendations(
        user, row.city_id
    )


def may_follow_up(user: "User", row: "Recommendation") -> bool:
    """An operator or the head of the agency that owns it: the reviewer judges what they propose."""
    return row.opd_id in user.opds()


def may_work_on(user: "User", row: "Recommendation") -> bool:
    """The owner's people, while it is with them: steps and evidence."""
    return row.status in ("open", "running", "returned") and may_follow_up(user, row)


def may_plan_steps(user: "User", row: "Recommendation") -> bool:
    """The owner, and the secretariat that writes down what was agreed, while it is with the owner."""
    with_owner = row.status in ("open", "running", "returned")
    return with_owner and (may_follow_up(user, row) or may_keep_recommendations(user, row.city_id))


def may_judge_recommendation(user: "User", row: "Recommendation") -> bool:
    """A reviewer of another house closes, returns or drops; for the reviewers' own house the planner."""
    return opd_rules.may_verify(user, row)


def may_carry(user: "User", row: "Recommendation") -> bool:
    """The secretariat (Kominfo or Bappelitbang), when the next evaluated year has begun."""
    return may_keep_recommendations(user, row.city_id)


def reads_closing(user: "User", row: "Recommendation") -> bool:
    """What an agency says was done: its own, the city's once proposed, leadership's once closed."""
    if row.opd_id in user.opds() or row.status == "closed":
        return True
    return user.has_role(REVIEWER, PLANNER, AUDITOR, city_id=row.city_id)


def _holds(user: "User", seat: "Seat", now: datetime) -> bool:
    return seat.user_id == user.pk and now < seat.until and may_be_seated(user, seat.window)
