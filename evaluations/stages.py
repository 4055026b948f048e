"""Where a round stands and whose turn it is: the stages of the domain guide (section 11), read off rows and clock."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import rules
from evaluations.models import EvaluationWindow, ProposalStatus, Status, SubmissionProposal
from opd.models import User
from smartcity.lib import dates

SELF, REVIEW, SUBMITTED, INTERVIEW, SCORING, RESULT = range(6)


def stage_of(window: EvaluationWindow, proposal: SubmissionProposal | None, now: datetime) -> int:
    """The place of the stage in which a window is; nothing is stored, so nothing can be out of step."""
    if window.status == Status.CLOSED:
        return RESULT
    if window.status == Status.OPEN:
        begun = window.is_due(now) or window.seats.begun().exists()
        return SCORING if begun else INTERVIEW
    status = proposal.status if proposal else ProposalStatus.DRAFT
    if status == ProposalStatus.APPROVED:
        return SUBMITTED
    waits = status in (ProposalStatus.PROPOSED, ProposalStatus.RETURNED)
    return REVIEW if waits or now >= window.inputs_due_at else SELF


def stage_rows(
    window: EvaluationWindow, proposal: SubmissionProposal | None, now: datetime
) -> list[dict[str, Any]]:
    """The six stages for the line of steps: label, and whether it is done or the current one."""
    labels = (
        _("Self-assessment"),
        _("Internal review"),
        _("Submitted by the city"),
        _("Interview"),
        _("Scoring"),
        _("Result"),
    )
    here = stage_of(window, proposal, now)
    # a window that was opened without an approval has skipped this stage, and says so
    skipped = window.status != Status.DRAFT and window.last_submission() is None
    return [
        {
            "label": _("Not submitted") if skipped and place == SUBMITTED else label,
            "done": place < here and not (skipped and place == SUBMITTED),
            "current": place == here,
        }
        for place, label in enumerate(labels)
    ]


def next_step(
    user: User, window: EvaluationWindow, proposal: SubmissionProposal, now: datetime
) -> dict[str, str]:
    """What this person does next with the window, in a sentence; whose turn it is where it is not theirs."""
    if window.status == Status.CLOSED:
        return {"text": _("The window is closed. The result can be read."), "tone": "plain"}
    if window.status == Status.OPEN:
        return {"text": _("The assessors are at work. Nothing can be submitted any more."), "tone": "plain"}
    if proposal.status == ProposalStatus.PROPOSED:
        return _decide(user, proposal)
    if proposal.status == ProposalStatus.APPROVED:
        text = _(
            "Submitted. The window opens on %(time)s; what changes until then has to be submitted again."
        )
        return {"text": text % {"time": dates.wib(window.opens_at, window.city.timezone)}, "tone": "ok"}
    if not rules.may_propose_submission(user, proposal):
        return {
            "text": _("Kominfo proposes the submission next; then Bappelitbang decides."),
            "tone": "plain",
        }
    return _prepare(window, proposal)


def _decide(user: User, proposal: SubmissionProposal) -> dict[str, str]:
    if rules.may_approve_submission(user, proposal):
        text = _("Your turn: read the checks, then approve or return with a reason.")
        return {"text": text, "tone": "warn"}
    if rules.may_propose_submission(user, proposal):
        text = _("Bappelitbang decides next. Until then you may take the proposal back.")
        return {"text": text, "tone": ""}
    return {"text": _("Bappelitbang decides next."), "tone": "plain"}


def _prepare(window: EvaluationWindow, proposal: SubmissionProposal) -> dict[str, str]:
    if proposal.status == ProposalStatus.RETURNED:
        text = _("Your turn: Bappelitbang returned the proposal. Mend what it names, then propose again.")
        return {"text": text, "tone": "warn"}
    if count := window.answers_to_judge() + window.quick_wins_to_judge():
        text = ngettext(
            "Your turn: %(count)s thing waits for the city's decision. Then propose the submission.",
            "Your turn: %(count)s things wait for the city's decision. Then propose the submission.",
            count,
        )
        return {"text": text % {"count": count}, "tone": "warn"}
    return {"text": _("Your turn: look at the gaps, then propose the submission."), "tone": ""}


def submission_tasks(user: User) -> list[dict[str, Any]]:
    """The submissions that wait for this person: to decide on, or to mend. For the queue and the bar."""
    return [
        {
            "url": row.get_absolute_url(),
            "title": str(row.window),
            "text": _("Returned by Bappelitbang: mend it, then propose again.")
            if row.status == ProposalStatus.RETURNED
            else _("Proposed by Kominfo: approve it, or return it with a reason."),
            "opens": dates.wib(row.window.opens_at, row.window.city.timezone),
            "sample": row.window.sample,
        }
        for row in SubmissionProposal.objects.waiting_for(user)
    ]
