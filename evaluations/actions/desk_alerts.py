"""Telling people of an open item: at once, when half of its time is over, and two hours before it is due.

Each stage of a due time is told once to the people of an agency, and only the newest: a clock that ran late, twice,
or not for hours tells the stage of now and none of those it missed. The line in the portal is written in the
transaction of the change; the mail follows by itself, apart from the digest of the next morning, which would be late.
"""

import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations.models import AlertMail, Clarification, ClarificationAlert, Stage
from evaluations.models.clarification import STAGES, stage_at
from opd.models import Membership, Notification, Opd, Role, User
from opd.models.people import OF_AN_OPD
from smartcity.lib import clock, dates

log = logging.getLogger("portal")
#: How the lines of one alert are found again; the table allows twelve letters.
ABOUT = "clarify"


@transaction.atomic
def tell(item: Clarification) -> ClarificationAlert | None:
    """Tell the newest stage of an open item, unless it or a later one was told. The caller holds the item's row."""
    now = clock.now()
    if not item.is_open(now):
        return None
    stage = stage_at(item, now)
    told = ClarificationAlert.objects.filter(clarification=item.pk, opd=item.opd_id, due_at=item.due_at)
    reached = max((STAGES.index(Stage(row)) for row in told.values_list("stage", flat=True)), default=-1)
    if STAGES.index(stage) <= reached:
        return None
    settle(item)
    alert = ClarificationAlert.objects.create(
        clarification=item, opd_id=item.opd_id, stage=stage, due_at=item.due_at, at=now
    )
    people = people_of(item)
    Notification.objects.bulk_create(_line(item, alert, user) for user in people)
    AlertMail.objects.bulk_create(AlertMail(alert=alert, user=user) for user in people if user.email)
    return alert


def settle(item: Clarification) -> None:
    """What was told so far asks for nothing any more, in the portal or by mail."""
    alerts = list(ClarificationAlert.objects.filter(clarification=item.pk).values_list("pk", flat=True))
    Notification.objects.about_things(ABOUT, alerts).settle()
    AlertMail.objects.filter(alert__in=alerts).drop()


def people_of(item: Clarification) -> list[User]:
    """Operators and heads of the agency (or of who stands for it today), and the reviewers of the city."""
    agency = (
        Membership.objects.valid_now().of_roles(OF_AN_OPD).filter(opd__in=[item.opd_id, *item.opd.heirs()])
    )
    reviewers = Membership.objects.valid_now().of_roles([Role.REVIEWER]).filter(city=item.city_id)
    held = [
        row
        for rows in (agency, reviewers)
        for row in rows.filter(user__is_active=True).select_related("user").order_by("pk")
    ]
    return list({row.user_id: row.user for row in held}.values())


def offices_of(opd: Opd) -> dict[str, list[str]]:
    """Who answers for an agency, by office: operators in the order they came, and heads. No names."""
    held = Membership.objects.valid_now().of_roles(OF_AN_OPD).filter(opd__in=[opd.pk, *opd.heirs()])
    rows = held.filter(user__is_active=True).select_related("opd").order_by("valid_from", "pk")
    found: dict[str, list[str]] = {Role.OPD_OPERATOR: [], Role.OPD_HEAD: []}
    for row in rows:
        found[row.role].append(f"{row.get_role_display()} {row.opd.short if row.opd else ''}".strip())
    return found


def send_mail(pk: int) -> bool:
    """Send one mail, once: False when another worker has it, or when nobody needs it any more.

    What the mail server refuses is tried again after a pause. Only a worker that dies between handing over and
    noting it can leave a second mail; it has the same Message-ID, by which mail programs know it.
    """
    mail = AlertMail.objects.claim(pk)
    if mail is None:
        return False
    item = mail.alert.clarification
    if not item.is_open(clock.now()) or not _still_concerned(mail, item):
        mail.settle(dropped_at=clock.now())
        return False
    try:
        _message(mail, item).send()
    except Exception:
        log.warning("the mail of an alert could not be handed over", exc_info=True)
        mail.rest()
        return False
    return mail.sent()


def _still_concerned(mail: AlertMail, item: Clarification) -> bool:
    """Roles end, and items go to other agencies: what is said belongs to the roles of now."""
    return bool(mail.user.email) and mail.user_id in {user.pk for user in people_of(item)}


def _line(item: Clarification, alert: ClarificationAlert, user: User) -> Notification:
    return Notification(
        user=user,
        city_id=item.city_id,
        day=clock.now().astimezone(item.window.city.zone()).date(),
        kind=Notification.Kind.REMINDER,
        about=ABOUT,
        about_id=alert.pk,
        title=_title(item, Stage(alert.stage)),
        text=_due(item),
        url=item.get_absolute_url(),
        created_at=clock.now(),
        # mailed on its own: the digest of the next morning would repeat it, perhaps after it was due
        mailed_at=clock.now(),
    )


def _title(item: Clarification, stage: Stage) -> str:
    facts = {"number": item.number, "opd": item.opd.short, "left": dates.left(item.due_at, clock.now())}
    if stage == Stage.ASKED:
        return _("%(opd)s is asked: clarification %(number)s, %(left)s left") % facts
    return _("%(left)s left: clarification %(number)s for %(opd)s is not answered yet") % facts


def _due(item: Clarification) -> str:
    return _("Answer until %(time)s.") % {"time": dates.wib(item.due_at, item.window.city.timezone)}


def _message(mail: AlertMail, item: Clarification) -> EmailMessage:
    """Plain text; the question itself stays in the portal, behind the sign-in."""
    site = settings.PORTAL_SITE
    title = _title(item, Stage(mail.alert.stage))
    body = _(
        "%(title)s.\n\n%(due)s What comes later is kept, but does not count.\n\nThe question and the answer: "
        "%(address)s\n"
    ) % {"title": title, "due": _due(item), "address": f"{site}{item.get_absolute_url()}"}
    host = site.split("//")[-1].split(":")[0]
    return EmailMessage(
        subject=title,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.user.email],
        headers={
            "Message-ID": f"<klarifikasi-{mail.alert_id}-{mail.user_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
