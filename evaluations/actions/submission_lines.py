"""Lines for people about the submission: what waits for the planner, what came back to the reviewers."""

from django.utils.translation import gettext as _

from evaluations.actions.answer_lines import people_of_city, write_lines
from evaluations.models import SubmissionProposal
from opd.models import Notification, Role, User

Kind = Notification.Kind
#: What a line is about; the table allows twelve letters.
ABOUT = "submission"


def told_moved(proposal: SubmissionProposal, name: str, by: User) -> None:
    """Who has the next step learns of it; what was told before asks for nothing any more."""
    window = proposal.window
    settle(proposal)
    if name == "recall":
        return
    role, kind, title = {
        "propose": (Role.PLANNER, Kind.DECISION, _("The submission waits for approval: %(window)s")),
        "return": (Role.REVIEWER, Kind.RETURNED, _("Returned: the submission of %(window)s")),
        "approve": (Role.REVIEWER, Kind.REMINDER, _("Approved and frozen: the submission of %(window)s")),
    }[name]
    people = [user for user in people_of_city(window) if user.has_role(role, city_id=window.city_id)]
    url = proposal.get_absolute_url()
    write_lines(people, by, window, kind, ABOUT, proposal.pk, title % {"window": window}, url)


def settle(proposal: SubmissionProposal) -> None:
    """Nothing of what was told is asked for any more."""
    Notification.objects.about_things(ABOUT, [proposal.pk]).settle()
