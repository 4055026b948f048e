"""Lines for people about a result letter: what waits for a second person to publish it."""

from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions.answer_lines import people_of_city, write_lines
from evaluations.models import OfficialResult
from opd.models import Notification, User

#: What a line is about; the table allows twelve letters.
ABOUT = "letter"


def told_waiting(row: OfficialResult, by: User) -> None:
    """Whoever may publish the draft learns that it waits, once a day however often it is changed."""
    people = [user for user in people_of_city(row) if rules.may_publish_official(user, row)]
    title = _("A result letter waits to be published: %(round)s") % {"round": row}
    write_lines(people, by, row, Notification.Kind.DECISION, ABOUT, row.pk, title, row.get_absolute_url())


def settle(row: OfficialResult) -> None:
    """It was published, discarded or replaced: nothing is asked any more."""
    Notification.objects.about_things(ABOUT, [row.pk]).settle()
