"""Lines for people about recommendations: given, due soon, late, returned, proposed. One digest a day says them.

A line is settled when its cause is gone. Due soon and late are told once for each day they are about: whoever asks
again, or late, finds it told.
"""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import rules
from evaluations.actions import lines
from evaluations.models import Recommendation
from opd.actions.ladder import local_day
from opd.models import City, Notification, User
from smartcity.lib import clock, dates

Kind = Notification.Kind
#: How the lines of one recommendation are found again; the table allows twelve letters.
ABOUT = "follow_up"


def told_given(row: Recommendation, by: User) -> None:
    """Its agency learns what it is to do, and until when; what an earlier owner was told asks for nothing any more."""
    settle(row)
    _write(row, by, Kind.REMINDER, _("Recommendation %(code)s is given to %(opd)s") % _facts(row))


def told_moved(row: Recommendation, name: str, by: User) -> None:
    """Who has the next step learns of it."""
    if name == "start":
        return
    settle(row)
    if name == "propose":
        title = _("%(opd)s proposes recommendation %(code)s as done") % _facts(row)
        judges = [user for user in lines.of_city(row.city_id) if rules.may_judge_recommendation(user, row)]
        _write(row, by, Kind.DECISION, title, judges)
    elif name in ("return", "reopen"):
        _write(row, by, Kind.RETURNED, _("Returned: recommendation %(code)s") % _facts(row))


def settle(row: Recommendation) -> None:
    """What was told so far asks for nothing any more."""
    Notification.objects.about_things(ABOUT, [row.pk]).settle()


def remind(city: City) -> int:
    """Tell what is due soon and what is late, each once for its day; return how many recommendations were told of."""
    today = local_day(city, clock.now())
    rows = Recommendation.objects.of_city(city.pk).select_related("city", "opd")
    told = sum(_remind(row, "told_late", today) for row in rows.to_tell_late(today))
    return told + sum(_remind(row, "told_soon", today) for row in rows.to_tell_soon(today))


@transaction.atomic
def _remind(row: Recommendation, column: str, today: date) -> bool:
    """Claim one alert by a conditional update, and write its lines; False when another worker was first."""
    fresh = Recommendation.objects.filter(pk=row.pk, due_on=row.due_on, status=row.status)
    untold = Q(**{f"{column}__isnull": True}) | ~Q(**{column: row.due_on})
    if not fresh.filter(untold).update(**{column: row.due_on}):
        return False
    if column == "told_late":
        title = _("Late: recommendation %(code)s for %(opd)s") % _facts(row)
        people = [*lines.of_agency(row.opd), *lines.of_city(row.city_id)]
        _write(row, None, Kind.REMINDER, title, list({user.pk: user for user in people}.values()))
        return True
    days = (row.due_on - today).days
    title = _("Due today: recommendation %(code)s for %(opd)s")
    if days:
        title = ngettext(
            "%(days)s day left: recommendation %(code)s for %(opd)s",
            "%(days)s days left: recommendation %(code)s for %(opd)s",
            days,
        )
    _write(row, None, Kind.REMINDER, title % (_facts(row) | {"days": str(days)}))
    return True


def _facts(row: Recommendation) -> dict[str, str]:
    return {"code": row.code, "opd": row.opd.short}


def _write(
    row: Recommendation, by: User | None, kind: str, title: str, people: list[User] | None = None
) -> None:
    lines.write(
        lines.of_agency(row.opd) if people is None else people,
        by=by,
        city=row.city,
        kind=kind,
        about=ABOUT,
        pk=row.pk,
        title=title,
        text=_("Due %(day)s.") % {"day": dates.long_date(row.due_on)},
        url=row.get_absolute_url(),
    )
