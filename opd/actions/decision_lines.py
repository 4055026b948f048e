"""What the owner of a decision is told: that it is theirs, what was changed, that it is closed or opened again.

The history of the decision is the outbox, as with the records. What happened between two rounds is one line: the
decision as it stands now; a line of the same day is written anew, so that a person has one for each decision and day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opd.actions.ladder import local_day
from opd.models import City, Decision, DecisionEvent, DecisionStatus, Membership, Notification, User
from opd.models.people import OF_AN_OPD
from smartcity.lib import clock, dates

ABOUT = "decision"
ONE_A_DAY = ["user", "kind", "about", "about_id", "day"]
WRITTEN_ANEW = ["title", "text", "url", "created_at", "read_at", "settled_at", "mailed_at"]


@transaction.atomic
def tell(city: City, *, most: int) -> int:
    """Turn the untold events of decisions into lines for their owners; return how many lines were written."""
    rows = DecisionEvent.objects.select_for_update(of=("self",)).filter(
        decision__meeting__city=city, notified_at__isnull=True
    )
    events = list(rows.select_related("decision__meeting", "decision__opd").order_by("at", "pk")[:most])
    if not events:
        return 0
    about: dict[int, list[DecisionEvent]] = defaultdict(list)
    for event in events:
        about[event.decision_id].append(event)
    open_lines = Notification.objects.filter(kind=Notification.Kind.TASK)
    open_lines.about_things(ABOUT, about).settle()
    people = _people(city, events)
    lines = [line for told in about.values() for line in _lines(city, told, people)]
    Notification.objects.bulk_create(
        lines, update_conflicts=True, unique_fields=ONE_A_DAY, update_fields=WRITTEN_ANEW
    )
    DecisionEvent.objects.filter(pk__in=[event.pk for event in events]).update(notified_at=clock.now())
    return len(lines)


def _people(city: City, events: Iterable[DecisionEvent]) -> dict[str, list[User]]:
    """The people of the agencies that own these decisions or owned them, by the agency's short name."""
    shorts = {short for event in events for short in _before(event)}
    owners = {event.decision.opd_id for event in events}
    held = Membership.objects.valid_now().of_roles(OF_AN_OPD).filter(user__is_active=True)
    held = held.filter(Q(opd__in=owners) | Q(opd__city=city, opd__short__in=shorts))
    found: dict[str, dict[int, User]] = defaultdict(dict)
    for row in held.select_related("user", "opd").order_by("pk"):
        found[row.opd.short if row.opd else ""][row.user_id] = row.user
    return {short: list(users.values()) for short, users in found.items()}


def _before(event: DecisionEvent) -> Sequence[str]:
    """The owner whom this event took the decision from: its short name, or nothing."""
    return event.changes.get("opd", [])[:1]


def _lines(city: City, events: list[DecisionEvent], people: dict[str, list[User]]) -> Iterable[Notification]:
    """One line for each person of the owner but who did it last, and a farewell for those of the owner before."""
    decision, last = events[-1].decision, events[-1]
    owners = people.get(decision.opd.short, [])
    text = _("due %(day)s · %(meeting)s") % {
        "day": dates.long_date(decision.due_on),
        "meeting": decision.meeting.title,
    }
    for user in owners:
        if user.pk != last.actor_id:
            yield _line(city, user, decision, _title(events), text, decision.get_absolute_url())
    kept, gone = {user.pk for user in owners}, {short for event in events for short in _before(event)}
    for user in {user.pk: user for short in gone for user in people.get(short, [])}.values():
        if user.pk not in kept:
            # Without its words: they may have been changed since, and are another agency's now.
            title = _("No longer a task of your agency: decision %(number)s") % {"number": decision.number}
            yield _line(city, user, decision, title, decision.meeting.title, reverse("opd:decisions"))


def _title(events: list[DecisionEvent]) -> str:
    decision = events[-1].decision
    given = any(event.move == "create" or _before(event) for event in events)
    if decision.status == DecisionStatus.DONE:
        title = _("Reported as carried out: %(decision)s")
    elif given:
        title = _("New task from a meeting: %(decision)s")
    elif decision.status == DecisionStatus.REOPENED and any(event.move == "reopen" for event in events):
        title = pgettext("a decision", "Opened again: %(decision)s")
    else:
        title = _("Task changed: %(decision)s")
    return title % {"decision": decision.text}


def _line(city: City, user: User, decision: Decision, title: str, text: str, url: str) -> Any:
    return Notification(
        user=user, city=city, day=local_day(city, clock.now()), kind=Notification.Kind.TASK, about=ABOUT,
        about_id=decision.pk, title=title[:300], text=text[:500], url=url, created_at=clock.now(),
    )  # fmt: skip
