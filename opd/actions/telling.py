"""Lines for people: what was returned to them, what waits for their decision, and the mail of the day.

The events of the records are the outbox: an event is told once, then marked. Only what still stands is told; an
item that moved on meanwhile has its own, later event.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opd import rules
from opd.actions import decision_lines
from opd.actions.ladder import local_day
from opd.models import (
    City,
    DecisionEvent,
    Digest,
    Membership,
    Notification,
    ProgramEvent,
    ProgressEvent,
    QuickWinEvent,
    Role,
    User,
)
from opd.models.people import OF_AN_OPD
from smartcity.lib import clock

#: Older events are history: nobody is told in a mail what was returned last year.
FORGOTTEN = timedelta(days=30)
BATCH, MOST_LINES = 200, 20
#: The outbox: the table of events and the name of the record.
OUTBOX = ((QuickWinEvent, "quick_win"), (ProgressEvent, "progress"), (ProgramEvent, "program"))
WITH_DECIDER, RETURNED = ("submitted", "proposed"), "returned"


def tell_events(city: City) -> int:
    """Turn untold events into lines and settle those whose cause is gone; return how many lines were written."""
    written = 0
    for table in (*(table for table, _about in OUTBOX), DecisionEvent):
        old = table.objects.filter(notified_at__isnull=True, at__lt=clock.now() - FORGOTTEN)
        old.update(notified_at=clock.now())
    for table, about in OUTBOX:
        written += _tell(city, table, about)
        _settle_moved(city, table, about)
    return written + decision_lines.tell(city, most=BATCH)


@transaction.atomic
def _tell(city: City, table: type[Any], about: str) -> int:
    rows = table.objects.select_for_update(of=("self",)).filter(
        **{f"{about}__city": city, "notified_at__isnull": True}
    )
    joins = [f"{about}__opd__parent", *([f"{about}__program"] if about == "progress" else [])]
    events = list(rows.select_related(*joins).order_by("at", "pk")[:BATCH])
    deciders = _deciders(city) if events else []
    lines = [line for event in events for line in _lines(city, event, getattr(event, about), about, deciders)]
    Notification.objects.bulk_create(lines, ignore_conflicts=True)
    table.objects.filter(pk__in=[event.pk for event in events]).update(notified_at=clock.now())
    return len(lines)


def _lines(city: City, event: Any, record: Any, about: str, deciders: list[User]) -> Iterable[Notification]:
    """The lines of one event: none when the record has moved on since."""
    if event.target != record.status or event.target not in (*WITH_DECIDER, RETURNED):
        return
    returned = event.target == RETURNED
    title = (_("Returned: %(name)s") if returned else _("Waits for your decision: %(name)s")) % {
        "name": _name(record)
    }
    for user in _concerned(event, record, about, deciders):
        if user.pk != event.actor_id:
            yield Notification(
                user=user,
                city=city,
                day=local_day(city, clock.now()),
                kind=Notification.Kind.RETURNED if returned else Notification.Kind.DECISION,
                about=about,
                about_id=record.pk,
                title=title[:300],
                text=record.opd.short,
                url=record.get_absolute_url(),
                created_at=clock.now(),
            )


def _name(record: Any) -> str:
    return f"{getattr(record, 'title', record)} ({record.code})" if hasattr(record, "title") else str(record)


def _concerned(event: Any, record: Any, about: str, deciders: list[User]) -> list[User]:
    """Whose turn it is: the agency's people, its head, or those who decide in the city."""
    if event.target == "submitted":
        may = rules.may_approve_program if about == "program" else rules.may_verify
        return [user for user in deciders if may(user, record)]
    roles: Iterable[str] = [Role.OPD_HEAD] if event.target == "proposed" else OF_AN_OPD
    if event.move == "send_back":
        roles = [Role.OPD_OPERATOR]
    held = Membership.objects.valid_now().of_roles(roles).filter(opd=record.opd_id, user__is_active=True)
    return list({row.user_id: row.user for row in held.select_related("user").order_by("pk")}.values())


def _deciders(city: City) -> list[User]:
    """Reviewers and planners of the city whose accounts can sign in, each once."""
    held = Membership.objects.valid_now().of_roles([Role.REVIEWER, Role.PLANNER])
    rows = held.filter(city=city, user__is_active=True).select_related("user").order_by("pk")
    return list({row.user_id: row.user for row in rows}.values())


def _settle_moved(city: City, table: type[Any], about: str) -> None:
    """Lines about records that are no longer where the line says."""
    record = table._meta.get_field(about).related_model
    for kind, statuses in (
        (Notification.Kind.RETURNED, [RETURNED]),
        (Notification.Kind.DECISION, WITH_DECIDER),
    ):
        open_lines = Notification.objects.unread().filter(city=city, kind=kind, about=about)
        ids = set(open_lines.values_list("about_id", flat=True))
        still = set(record.objects.filter(pk__in=ids, status__in=statuses).values_list("pk", flat=True))
        Notification.objects.filter(kind=kind).about_things(about, ids - still).settle()


def digests_due(city: City) -> list[int]:
    """The people with something to say to today, who have an address and no digest yet."""
    today = local_day(city, clock.now())
    waiting = Notification.objects.to_mail().filter(city=city, user__is_active=True).exclude(user__email="")
    done = Digest.objects.filter(day=today, sent_at__isnull=False).values("user")
    people = waiting.exclude(user__in=done).order_by("user_id").values_list("user_id", flat=True)
    return list(people.distinct())


def send_digest(user_id: int, day: date, site: str) -> bool:
    """Send a person's digest of a day, once: False when another worker has it, it is sent, or there is nothing.

    What the mail server refuses is raised, and tried again after a pause. Only a worker that dies between handing
    over and noting it can leave a second mail; it has the same Message-ID, by which mail programs know it.
    """
    digest = Digest.objects.claim(user_id, day)
    if digest is None:
        return False
    lines = list(Notification.objects.to_mail().filter(user=user_id).order_by("kind", "created_at", "pk"))
    # A right that ended since: what is said belongs to the roles of today.
    lines = [
        line for line in lines if line.city_id in {held.city_id for held in digest.user.memberships_now()}
    ]
    if not lines or not digest.user.email:
        digest.sent(clock.now(), 0)
        return False
    try:
        _mail(digest, lines, site).send()
    except Exception:
        digest.rest()
        raise
    with transaction.atomic():
        if digest.sent(clock.now(), len(lines)):
            Notification.objects.filter(pk__in=[line.pk for line in lines]).update(mailed_at=clock.now())
    return True


def _mail(digest: Digest, lines: list[Notification], site: str) -> EmailMessage:
    """Plain text: each line with its address, the reminders last; long lists end with the way to the rest."""
    subject = ngettext(
        "%(count)s thing waits for you in the Smart City portal",
        "%(count)s things wait for you in the Smart City portal",
        len(lines),
    ) % {"count": len(lines)}
    parts = [
        f"- {line.title}\n" + (f"  {line.text}\n" if line.text else "") + f"  {site}{line.url}"
        for line in lines[:MOST_LINES]
    ]
    if len(lines) > MOST_LINES:
        parts.append(_("- and %(count)s more, listed in the portal") % {"count": len(lines) - MOST_LINES})
    body = _(
        "Good morning,\n\nthis is today's one message of the Smart City portal.\n\n%(lines)s\n\n"
        "Everything is also listed at %(address)s\n"
    ) % {"lines": "\n\n".join(parts), "address": f"{site}/notifications/"}
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[digest.user.email],
        headers={
            "Message-ID": f"<ringkasan-{digest.user_id}-{digest.day:%Y%m%d}@{site.split('//')[-1].split(':')[0]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
