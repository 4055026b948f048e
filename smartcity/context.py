"""What every page shows around its content: where one can go, who one is, and until when.

This is wiring, like the addresses: it may ask every app, and no app imports it.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations import desk, follow_up
from evaluations import rules as evaluation_rules
from evaluations.models import Answer, Clarification, EvaluationWindow, Seat, SubmissionProposal
from evaluations.stages import submission_tasks
from opd import rules
from opd.models import City, Notification, ProgressTally, Role, Tally, User
from smartcity.lib import charts, clock, dates
from surveys.models import Service

TRACK_DAYS, SOON_DAYS = 14, 3

OF_AN_OPD = {Role.OPD_OPERATOR, Role.OPD_HEAD}

# Whose page is it, its name in the bar, its address. A person with several roles gets the union, in this order.
PAGES = (
    ({Role.OPD_OPERATOR, Role.OPD_HEAD}, "workspace", "opd:workspace"),
    ({Role.OPD_OPERATOR, Role.OPD_HEAD}, "progress", "opd:progress_list"),
    ({Role.OPD_OPERATOR, Role.OPD_HEAD}, "answers", "evaluations:own_answers"),
    ({Role.OPD_OPERATOR, Role.OPD_HEAD}, "rehearsals", "evaluations:rehearsals"),
    ({Role.ASSESSOR}, "sheets", "evaluations:sheets"),
    ({Role.REVIEWER, Role.PLANNER, Role.AUDITOR}, "queue", "opd:queue"),
    (set(Role) - {Role.ADMINISTRATOR}, "desk", "evaluations:clarifications"),
    ({Role.LEADERSHIP, Role.REVIEWER, Role.PLANNER, Role.AUDITOR}, "city", "evaluations:city"),
    (set(Role) - {Role.ASSESSOR, Role.ADMINISTRATOR}, "board", "opd:board"),
    (set(Role) - {Role.ASSESSOR, Role.ADMINISTRATOR}, "plan", "opd:plan"),
    (set(Role) - {Role.ASSESSOR, Role.ADMINISTRATOR}, "quick_wins", "opd:quick_wins"),
    ({Role.REVIEWER, Role.PLANNER, Role.AUDITOR}, "windows", "evaluations:windows"),
    ({Role.REVIEWER, Role.PLANNER, Role.AUDITOR, *OF_AN_OPD}, "surveys", "surveys:rounds"),
    ({Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP}, "reports", "reports:reports"),
    ({Role.ADMINISTRATOR}, "people", "opd:people"),
    ({Role.ADMINISTRATOR}, "admin", "admin:index"),
)


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs; its first lines list it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        city = City.objects.first()
        return {
            "nav": [],
            "theme": "auto",
            "portal_now": clock.now().isoformat(),
            "city_name": city.name if city else "",
            "office_line": _office(city),
            "schedule": SimpleLazyObject(lambda: _schedule(city)),
        }
    city = user.city()
    nav = SimpleLazyObject(lambda: _nav(request, user))
    return {
        "nav": nav,
        "nav_waiting": SimpleLazyObject(lambda: sum(entry["count"] for entry in nav)),
        "who": {"title": str(user), "place": _place(user)},
        "desk_tasks": SimpleLazyObject(lambda: desk.waiting_for(user, clock.now())),
        "submission_tasks": SimpleLazyObject(lambda: submission_tasks(user)),
        "follow_ups": SimpleLazyObject(lambda: follow_up.waiting_for(user)),
        "may_follow_up": evaluation_rules.may_read_recommendations(user),
        "unread": SimpleLazyObject(lambda: Notification.objects.of_user(user).unread().count()),
        "may_search": rules.may_list(user),
        "may_enter": rules.may_create(user),
        "city_name": city.name if city else "",
        "office_line": _office(city or City.objects.first()),
        "theme": user.theme,
        "portal_now": clock.now().isoformat(),
        "deadline": SimpleLazyObject(lambda: deadline_for(user, city) if city else None),
    }


def _office(city: City | None) -> str:
    return _("Smart City Monitoring, Smart City secretariat, %(city)s") % {"city": city.name if city else ""}


def _place(user: User) -> str:
    held = user.memberships_now()
    return next((row.opd.short for row in held if row.opd), "") or next((str(row.city) for row in held), "")


def _schedule(city: City | None) -> list[dict[str, Any]]:
    """The dates beside the sign-in form: of the window that runs or comes next; nothing when none is prepared."""
    now = clock.now()
    if city is None:
        return []
    window = EvaluationWindow.objects.of_city(city.pk).in_year(city.evaluation_year).not_closed(now).first()
    if window is None:
        return []
    dates_of = (
        (window.inputs_due_at, _("OPD inputs due")),
        (window.opens_at, _("Review window opens")),
        (window.closes_at, _("Review window closes")),
    )
    coming = next((moment for moment, _what in dates_of if moment > now), None)
    return [
        {
            "when": dates.wib(moment, city.timezone),
            "iso": moment.isoformat(),
            "what": what,
            "now": moment == coming,
            "sample": window.sample,
        }
        for moment, what in dates_of
    ]


def _nav(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    held = {row.role for row in user.memberships_now()}
    labels = {
        "workspace": _("Workspace"),
        "progress": _("Quarterly reports"),
        "answers": pgettext("bar", "Self-assessment"),
        "rehearsals": _("Rehearsals"),
        "sheets": _("Score sheet"),
        "desk": _("Clarifications"),
        "queue": _("Queue"),
        "city": _("City"),
        "board": _("Completeness"),
        "plan": _("Masterplan"),
        "quick_wins": _("Quick wins"),
        "windows": pgettext("bar", "Windows"),
        "surveys": pgettext("bar", "Surveys"),
        "reports": _("Reports"),
        "people": _("People"),
        "admin": _("Administration"),
    }
    # An agency is shown the surveys once one asks about a service of its own.
    asked, unconfirmed = Service.objects.asked_of(user) if held & OF_AN_OPD else (0, 0)
    # An agency's people are shown rehearsals while they are seated in one; the city's find them beside the windows.
    plays = bool(held & OF_AN_OPD) and Seat.objects.held_by(user).rehearsals().exists()
    rehearsals = reverse("evaluations:rehearsals")
    rows = []
    for roles, name, address in PAGES:
        if name == "rehearsals" and not plays:
            continue
        if held & roles and (name != "surveys" or asked or (held & roles) - OF_AN_OPD):
            url = reverse(address)
            beside = name == "windows" and not plays and request.path.startswith(rehearsals)
            rows.append(
                {
                    "label": labels[name],
                    "url": url,
                    "current": request.path.startswith(url) or beside,
                    "count": unconfirmed if name == "surveys" else _waiting(user, name),
                }
            )
    return rows


def _waiting(user: User, page: str) -> int:
    """How much waits on a page for this person; zero shows nothing."""
    city = user.city()
    if city is None:
        return 0
    # Read from the summary: every page shows it, and counting the rows would grow with them.
    if page == "workspace":
        return Tally.objects.with_person(user, city.evaluation_year) + ProgressTally.objects.reports_with(
            user
        )
    if page == "answers":
        return Answer.objects.open_for(user).count()
    if page == "desk":
        return _questions(user, city)
    if page == "windows" and user.has_role(Role.REVIEWER, Role.PLANNER):
        return SubmissionProposal.objects.waiting_for(user).count()
    if page == "queue" and user.has_role(Role.REVIEWER, Role.PLANNER):
        quick_wins = Tally.objects.waiting_for(user, city.pk, city.evaluation_year)
        return quick_wins + ProgressTally.objects.reports_waiting_for(user, city.pk)
    return 0


def _questions(user: User, city: City) -> int:
    """Open questions of assessors: those the person's agencies must answer, or all of them for the reviewer."""
    rows = Clarification.objects.open(clock.now())
    if user.opds():
        return rows.of_own_opds(user).count()
    return rows.of_city(city.pk).count() if user.has_role(Role.REVIEWER) else 0


def deadline_for(user: User, city: City) -> dict[str, Any] | None:
    """The next date that matters to this person, or None when no window is prepared or running."""
    now = clock.now()
    windows = (
        EvaluationWindow.objects.of_city(city.pk)
        .in_year(city.evaluation_year)
        .not_closed(now)
        .select_related("city")
    )
    ahead = [
        (moment, label, window)
        for window in windows
        for moment, label in _dates_for(user, window)
        if moment > now
    ]
    if not ahead:
        return None
    until, label, window = min(ahead, key=lambda row: row[0])
    return _deadline(now, until, label, window)


def _dates_for(user: User, window: EvaluationWindow) -> list[tuple[datetime, str]]:
    """An agency waits for its own due date, an assessor for the close, the city's people for each date."""
    if user.has_role(Role.OPD_OPERATOR, Role.OPD_HEAD):
        return [(window.inputs_due_at, _("OPD inputs due"))]
    if user.has_role(Role.ASSESSOR):
        return [(window.closes_at, _("Scoring closes"))]
    return [
        (window.inputs_due_at, _("OPD inputs due")),
        (window.opens_at, _("Review window opens")),
        (window.closes_at, _("Review window closes")),
    ]


def _deadline(now: datetime, until: datetime, label: str, window: EvaluationWindow) -> dict[str, Any]:
    days = (until - now).days
    left = dates.left(until, now)
    return {
        "label": label,
        "left": _("%(time)s left") % {"time": left},
        "iso": until.isoformat(),
        "at": dates.wib(until, window.city.timezone),
        "tone": "soon" if days < SOON_DAYS else "",
        "track": charts.days_track(TRACK_DAYS, min(days, TRACK_DAYS), _("%(time)s left") % {"time": left}),
        "sample": window.sample,
        "countdown": days < SOON_DAYS,
    }
