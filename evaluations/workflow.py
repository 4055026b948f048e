"""Every status and every move of a window, an answer, a submission, a clarification, an interview, a letter, a recommendation.

The whole procedure on one page.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from evaluations import rules
from smartcity.lib import clock
from smartcity.lib.dates import wib
from smartcity.lib.workflow import Move, Problem, Workflow

if TYPE_CHECKING:
    from evaluations.models import (
        Answer,
        Clarification,
        EvaluationWindow,
        Interview,
        OfficialResult,
        Recommendation,
        SubmissionProposal,
    )
    from opd.models import User

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
SURVEY_MEAN = "survey_mean"
NAMED = 3  # areas are named one by one up to here, counted beyond
IN_PREPARATION, RUNNING = frozenset({DRAFT}), frozenset({OPEN})
ASKED, ANSWERED, LATE, UNANSWERED, WITHDRAWN = "asked", "answered", "late", "unanswered", "withdrawn"
WAITING, UNHEARD = frozenset({ASKED}), frozenset({ASKED, UNANSWERED})


def needed_to_open(window: "EvaluationWindow", note: str) -> list[Problem]:
    """Times that make sense, an assessor for every area, quick wins of the instrument's own dimensions."""
    problems = []
    if not window.opens_at < window.closes_at:
        problems.append(Problem(gettext("The window must close after it opens."), "#times"))
    elif window.closes_at <= clock.now():
        problems.append(Problem(gettext("The closing time has already passed."), "#times"))
    if not window.has_questions():
        problems.append(
            Problem(gettext("The instrument has no question that assessors score."), "#instrument")
        )
    if uncovered := window.uncovered_areas():
        text = gettext("No assessor is seated for: %(areas)s.") % {"areas": ", ".join(uncovered[:NAMED])}
        if len(uncovered) > NAMED:
            text = gettext("%(count)s areas have no assessor.") % {"count": len(uncovered)}
        problems.append(Problem(text, "#seats"))
    if window.is_rehearsal:
        problems += _of_rehearsal(window)
    submission = window.last_submission()
    if submission is None:
        problems += _foreign(window)
    elif not submission.fits(window):
        text = gettext("Version %(version)s was submitted for another question list or year. Submit anew.")
        problems.append(Problem(text % {"version": submission.version}, "#snapshot"))
    return problems


def _of_rehearsal(window: "EvaluationWindow") -> list[Problem]:
    """It comes before the window it rehearses, by the same questions, and there is something to judge."""
    real, problems = window.rehearsal_of, []
    assert real is not None
    if not real.accepts_answers():
        text = gettext(
            "The review window is opened already: what a rehearsal finds could not be mended any more."
        )
        problems.append(Problem(text, "#times"))
    elif window.closes_at > real.opens_at:
        text = gettext("A rehearsal ends before the review window opens, on %(time)s at the latest.")
        problems.append(Problem(text % {"time": wib(real.opens_at, window.city.timezone)}, "#times"))
    if real.instrument_id != window.instrument_id:
        text = gettext(
            "The review window asks by another question list now. Save the rehearsal to take it over."
        )
        problems.append(Problem(text, "#instrument"))
    if not window.has_content():
        text = gettext("The city has answered nothing yet, and no quick win is verified.")
        problems.append(Problem(text, "#snapshot"))
    return problems


def _foreign(window: "EvaluationWindow") -> list[Problem]:
    """Verified quick wins no question of the instrument asks about."""
    foreign = window.quick_wins_of_another_set()
    if not foreign:
        return []
    text = gettext("These quick wins belong to dimensions the instrument does not have: %(codes)s.")
    return [Problem(text % {"codes": ", ".join(foreign)}, "#snapshot")]


def needed_to_close(window: "EvaluationWindow", note: str) -> list[Problem]:
    """Nobody closes early: assessors were promised the time until closes_at."""
    if clock.now() >= window.closes_at:
        return []
    text = gettext("The window closes on %(time)s, not earlier.")
    return [Problem(text % {"time": wib(window.closes_at, window.city.timezone)}, "#times")]


def missing_answer(answer: "Answer") -> list[Problem]:
    """What a value still needs: a whole score and what proves it, or the number of respondents.

    A score above 0 needs evidence or a written reason (domain guide, section 4).
    """
    value, problems = answer.self_score, []
    if value is None:
        return []
    if answer.question.kind != SURVEY_MEAN:
        if value != int(value) or not 0 <= value <= 4:
            problems.append(Problem(gettext("A self-score is a whole number from 0 to 4."), "#id_self_score"))
        elif value > 0 and not answer.text and not _has_exhibits(answer):
            problems.append(
                Problem(gettext("Write what proves a score above 0, or add evidence."), "#id_text")
            )
    elif not 1 <= value <= 4:
        problems.append(Problem(gettext("A survey mean lies between 1 and 4."), "#id_self_score"))
    elif not answer.respondents:
        problems.append(Problem(gettext("Write how many people answered the survey."), "#id_respondents"))
    return problems


def _has_exhibits(answer: "Answer") -> bool:
    return answer.pk is not None and answer.exhibits.exists()


def needed_to_submit(answer: "Answer", note: str) -> list[Problem]:
    """A score or a survey mean, and what proves it."""
    if answer.self_score is None:
        return [Problem(gettext("Choose the score first."), "#id_self_score")]
    return missing_answer(answer)


def _opening(user: "User", window: "EvaluationWindow") -> str:
    """What was submitted is frozen already."""
    submission = window.last_submission()
    if submission is None:
        return gettext("Freeze the data and open")
    return gettext("Open with version %(version)s") % {"version": submission.version}


# fmt: off
WINDOW = Workflow(
    #    name     from            to      who may          on the button, in the history, what may be missing
    Move("open",  IN_PREPARATION, OPEN,   rules.may_open,  _("Freeze the data and open"),     _("Data frozen, opened"), needed_to_open,  tone="primary", label_for=_opening),
    Move("close", RUNNING,        CLOSED, rules.may_close, _("Close and compute the result"), _("Closed"),              needed_to_close, tone="primary"),
)

WITH_AGENCY, WITH_CITY, ACCEPTED = frozenset({"draft", "returned"}), frozenset({"submitted"}), frozenset({"accepted"})
ANSWER = Workflow(
    #    name     from         to           who may                  on the button, in the history, what may be missing
    Move("submit", WITH_AGENCY, "submitted", rules.may_submit_answer, _("Submit the answer"),   _("Submitted"),             needed_to_submit, tone="primary"),
    Move("return", WITH_CITY,   "returned",  rules.may_judge_answer,  _("Return"),              _("Returned"),              needs_note=True,  tone="return"),
    Move("accept", WITH_CITY,   "accepted",  rules.may_judge_answer,  _("Accept"),              _("Accepted"),              needed_to_submit, tone="primary"),
    Move("reopen", ACCEPTED,    "returned",  rules.may_judge_answer,  _("Open for correction"), _("Opened for correction"), needs_note=True,  tone="return"),
)
# fmt: on
#: Events that change no status, for the history.
OTHER_EVENTS = {"extend": _("Extended"), "create": _("Prepared")}
#: The same of an answer.
ANSWER_EVENTS = {"assign": _("Asked of the agency"), "take_over": _("Taken over by the secretariat")}


def needed_to_propose(proposal: "SubmissionProposal", note: str) -> list[Problem]:
    """Nothing waits for the city's own word any more. What agencies still owe stops nothing: it has its price."""
    window, problems = proposal.window, needed_to_approve(proposal, note)
    if count := window.answers_to_judge():
        text = ngettext(
            "%(count)s answer of an agency waits to be accepted or returned.",
            "%(count)s answers of agencies wait to be accepted or returned.",
            count,
        )
        problems.append(Problem(text % {"count": count}, "#c-judge"))
    if count := window.quick_wins_to_judge():
        text = ngettext(
            "%(count)s quick win waits to be verified or returned.",
            "%(count)s quick wins wait to be verified or returned.",
            count,
        )
        problems.append(Problem(text % {"count": count}, "#c-quick-wins-judge"))
    return problems


def needed_to_approve(proposal: "SubmissionProposal", note: str) -> list[Problem]:
    """Something to submit, of the instrument's own dimensions, for a window that still comes."""
    window, problems = proposal.window, []
    if window.closes_at <= clock.now():
        problems.append(Problem(gettext("The closing time has already passed."), "#times"))
    if not window.has_content():
        problems.append(
            Problem(
                gettext("There is nothing to submit: no answer counts and no quick win is verified."),
                "#checks",
            )
        )
    problems += [Problem(problem.text, "#c-foreign") for problem in _foreign(window)]
    return problems


# fmt: off
TO_PROPOSE, TO_DECIDE = frozenset({"draft", "returned", "approved"}), frozenset({"proposed"})
SUBMISSION = Workflow(
    #    name       from        to          who may                        on the button, in the history, what may be missing
    Move("propose", TO_PROPOSE, "proposed", rules.may_propose_submission,  _("Propose to Bappelitbang"), _("Proposed"),   needed_to_propose, needs_note=True, tone="primary"),
    Move("recall",  TO_DECIDE,  "draft",    rules.may_propose_submission,  _("Take back"),               _("Taken back")),
    Move("return",  TO_DECIDE,  "returned", rules.may_approve_submission,  _("Return"),                  _("Returned"),   needs_note=True,   tone="return"),
    Move("approve", TO_DECIDE,  "approved", rules.may_approve_submission,  _("Approve and freeze"),      _("Approved, frozen"), needed_to_approve, tone="primary"),
)
# fmt: on


def needed_in_time(item: "Clarification", note: str) -> list[Problem]:
    """Whatever a person does with an item is done before it is due."""
    if clock.now() < item.due_at:
        return []
    text = gettext("The time was over on %(time)s.")
    return [Problem(text % {"time": wib(item.due_at, item.window.city.timezone)}, "#due")]


def needed_to_reply(item: "Clarification", note: str) -> list[Problem]:
    """In time, and with something in it: words or a file."""
    problems = needed_in_time(item, note)
    if not item.has_answer():
        problems.append(Problem(gettext("Write the answer, or add a file."), "#f-answer"))
    return problems


def needed_to_lapse(item: "Clarification", note: str) -> list[Problem]:
    """Not a second early: the agency was promised the time until it is due."""
    if clock.now() >= item.due_at:
        return []
    text = gettext("It is open until %(time)s.")
    return [Problem(text % {"time": wib(item.due_at, item.window.city.timezone)}, "#due")]


def needed_to_arrive(item: "Clarification", note: str) -> list[Problem]:
    """It is over: by the clock, or because the clock wrote it down (another machine's may run ahead)."""
    return [] if item.status == UNANSWERED else needed_to_lapse(item, note)


# fmt: off
CLARIFICATION = Workflow(
    #    name        from      to          who may                on the button, in the history, what may be missing
    Move("reply",    WAITING,  ANSWERED,   rules.may_reply,       _("Send the answer"),      _("Answered"),                needed_to_reply, tone="primary"),
    Move("withdraw", WAITING,  WITHDRAWN,  rules.may_withdraw,    _("Withdraw the question"), _("Withdrawn"),              needed_in_time,  needs_note=True, tone="return"),
    Move("pass_on",  WAITING,  ASKED,      rules.may_pass_on,     _("Pass on"),              _("Passed on"),               needed_in_time,  needs_note=True),
    Move("extend",   WAITING,  ASKED,      rules.may_extend_item, _("Extend the time"),      _("Extended"),                needed_in_time,  needs_note=True),
    Move("lapse",    WAITING,  UNANSWERED, rules.may_lapse,       _("Close"),                _("Not answered in time"),    needed_to_lapse),
    Move("arrive",   UNHEARD,  LATE,       rules.may_reply,       _("Keep as late"),         _("Arrived too late, kept"),  needed_to_arrive),
)
# fmt: on
#: Events of a clarification that change no status.
FIRST_EVENTS = {"ask": _("Asked")}


def needed_to_talk(interview: "Interview", note: str) -> list[Problem]:
    """The panel talks about what is frozen, while the window runs."""
    window = interview.window
    if window.reconciliations.closed().exists():
        return [
            Problem(gettext("The consensus is closed; the interview belongs to its minutes."), "#consensus")
        ]
    if window.status == DRAFT:
        return [Problem(gettext("The interview begins once the window is opened."), "#times")]
    if window.status == CLOSED or clock.now() >= window.closes_at:
        return [Problem(gettext("The window is closed. An interview is held before that."), "#times")]
    return []


# fmt: off
INTERVIEW = Workflow(
    #    name      from                    to         who may                   on the button, in the history, what may be missing
    Move("start",  frozenset({"planned"}), "running", rules.may_run_interview,  _("Start the interview"),    _("Interview started"),    needed_to_talk, tone="primary"),
    Move("finish", frozenset({"running"}), "done",    rules.may_run_interview,  _("End the interview"),      _("Interview ended")),
    Move("resume", frozenset({"done"}),    "running", rules.may_run_interview,  _("Take the interview up again"), _("Taken up again"),  needed_to_talk, needs_note=True),
)
# fmt: on
#: Events of an interview that change no status.
INTERVIEW_EVENTS = {"plan": _("Run sheet arranged")}


# fmt: off
RECONCILIATION = Workflow(
    # What is missing is a question to the scores: evaluations.consensus.to_close answers it, the action asks.
    #    name     from                 to        who may                     on the button, in the history
    Move("close", frozenset({"open"}), "closed", rules.may_close_consensus,  _("Close the consensus"), _("Consensus closed"), tone="primary"),
)
# fmt: on
#: Events of a consensus that change no status.
RECONCILIATION_EVENTS = {"begin": _("Scores laid side by side"), "correct": _("Correction begun")}


def needed_to_publish(row: "OfficialResult", note: str) -> list[Problem]:
    """One letter speaks for a round: another published one must be replaced by a correction."""
    rivals = type(row).objects.same_round(row).published()
    if not rivals.exists():
        return []
    return [Problem(gettext("Another letter of this round is published. Correct that one."), "#round")]


def needed_to_replace(row: "OfficialResult", note: str) -> list[Problem]:
    """Nothing is replaced by nothing: the correction is entered and published in the same moment."""
    if type(row).objects.filter(replaces=row).drafts().exists():
        return []
    return [Problem(gettext("Enter the correction first."), "#correct")]


# fmt: off
ENTERED, PUBLISHED = frozenset({"draft"}), frozenset({"published"})
OFFICIAL = Workflow(
    #    name        from       to           who may                       on the button, in the history, what may be missing
    Move("publish",  ENTERED,   "published", rules.may_publish_official,   _("Publish the official result"), _("Published"), needed_to_publish, tone="primary"),
    Move("discard",  ENTERED,   "withdrawn", rules.may_discard_official,   _("Discard what was entered"),    _("Discarded"), needs_note=True,   tone="return"),
    Move("withdraw", PUBLISHED, "withdrawn", rules.may_withdraw_official,  _("Withdraw the official result"), _("Withdrawn"), needs_note=True,  tone="return"),
    Move("replace",  PUBLISHED, "replaced",  rules.may_withdraw_official,  _("Replace by the correction"),   _("Replaced by a correction"), needed_to_replace, needs_note=True),
)
# fmt: on
#: Events of a result letter that change no status.
OFFICIAL_EVENTS = {
    "enter": _("Entered"),
    "edit": _("Changed"),
    "scan": _("Scan added"),
    "correct": _("Correction entered"),
}


def needed_to_be_done(row: "Recommendation", note: str) -> list[Problem]:
    """What closes it must be there to be looked at: at least one piece of evidence."""
    if row.has_evidence():
        return []
    return [Problem(gettext("Add the evidence that closes it first."), "#evidence")]


def needed_to_reopen(row: "Recommendation", note: str) -> list[Problem]:
    """What was judged in an evaluation that has gone by stays as it was told there."""
    if row.year_is_worked_on():
        return []
    return [Problem(gettext("The evaluation of %(year)s has gone by.") % {"year": row.for_year})]


def needed_to_carry(row: "Recommendation", note: str) -> list[Problem]:
    """Nothing is carried before the next evaluated year has begun."""
    if not row.year_is_worked_on():
        return []
    return [Problem(gettext("It is still to be closed in %(year)s.") % {"year": row.for_year})]


# fmt: off
NOT_BEGUN, WITH_OWNER, WITH_JUDGE = frozenset({"open"}), frozenset({"open", "running", "returned"}), frozenset({"proposed"})
RECOMMENDATION = Workflow(
    #    name       from                     to          who may                         on the button, in the history, what may be missing
    Move("start",   NOT_BEGUN,               "running",  rules.may_follow_up,            _("Begin the follow-up"),     _("Follow-up begun")),
    Move("propose", WITH_OWNER,              "proposed", rules.may_follow_up,            _("Propose as done"),         _("Proposed as done"),       needed_to_be_done, needs_note=True, tone="primary"),
    Move("return",  WITH_JUDGE,              "returned", rules.may_judge_recommendation, _("Return"),                  _("Returned"),               needs_note=True, tone="return"),
    Move("close",   WITH_JUDGE,              "closed",   rules.may_judge_recommendation, _("Close the recommendation"), _("Closed"),                tone="primary"),
    Move("drop",    WITH_OWNER | WITH_JUDGE, "dropped",  rules.may_judge_recommendation, _("Drop"),                    _("Dropped"),                needs_note=True),
    Move("reopen",  frozenset({"closed", "dropped"}), "returned", rules.may_judge_recommendation, _("Open again"),     _("Opened again"),           needed_to_reopen,  needs_note=True, tone="return"),
    Move("carry",   WITH_OWNER | WITH_JUDGE, "carried",  rules.may_carry,                _("Carry to the next year"),  _("Carried to the next year"), needed_to_carry),
)
# fmt: on
#: Events of a recommendation that change no status.
RECOMMENDATION_EVENTS = {
    "give": _("Given"),
    "correct": _("Corrected"),
    "continue": _("Carried over from the year before"),
    "step": _("Step planned"),
    "step_done": _("Step done"),
    "step_open": _("Step opened again"),
    "step_off": _("Step removed"),
}
