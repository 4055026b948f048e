"""Who holds which office, handing an office over, and what a newcomer finds."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from opd import actions, rules
from opd.access import city_of, person
from opd.forms.people import HandoverForm
from opd.models import (
    Decision,
    Evidence,
    Membership,
    Note,
    Program,
    Progress,
    ProgressNote,
    QuickWin,
    ReportingPeriod,
    User,
)
from opd.presentation.quick_wins import badge
from smartcity.lib import clock, dates
from smartcity.lib.forms import typed
from smartcity.lib.workflow import NotReady

MOST = 30


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who holds which role now, soon, and until lately, agency by agency; people appear by office."""
    user, city = person(request), city_of(request)
    if not rules.may_see_people(user):
        raise PermissionDenied
    keeps = rules.may_keep_people(user, city.pk)
    groups: dict[str, dict[str, Any]] = {}
    for held in Membership.objects.of_city(city.pk).for_page(clock.now()):
        name = held.opd.official_name if held.opd else str(city)
        group = groups.setdefault(name, {"name": name, "rows": []})
        group["rows"].append(_office(held, keeps=keeps and rules.may_hand_over(user, held)))
    return render(request, "opd/people.html", {"groups": list(groups.values()), "keeps": keeps})


def _office(held: Membership, *, keeps: bool) -> dict[str, Any]:
    now = clock.now()
    state = "soon" if held.valid_from > now else "ended" if held.valid_to and held.valid_to <= now else "now"
    return {
        "pk": held.pk,
        "role": held.get_role_display(),
        "acting": held.acting,
        "holder": str(held.user),
        "state": state,
        "closed": not held.user.is_active,
        "from": dates.short_date(held.valid_from),
        "to": dates.short_date(held.valid_to) if held.valid_to else "",
        "may_hand_over": keeps and state != "ended",
    }


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """End one person's role at a day and give it to another account from that day."""
    user, city = person(request), city_of(request)
    if not rules.may_see_people(user):
        raise PermissionDenied
    held = get_object_or_404(Membership.objects.of_city(city.pk).for_page(clock.now()), pk=pk)
    if not rules.may_hand_over(user, held):
        raise PermissionDenied
    form = HandoverForm(typed(request.POST) if request.method == "POST" else None, membership=held)
    if request.method == "POST" and form.is_valid():
        begin, end = form.moments()
        try:
            new = actions.hand_over(
                pk=pk,
                to=form.cleaned_data["to"],
                at=begin,
                until=end,
                acting=form.cleaned_data["acting"],
                by=user,
            )
        except NotReady as refusal:
            for problem in refusal.problems:
                form.add_error(problem.anchor.removeprefix("#id_"), str(problem.text))
        else:
            told = {"role": new.get_role_display(), "day": dates.short_date(new.valid_from)}
            messages.success(request, _("Handed over: %(role)s from %(day)s.") % told)
            return redirect("opd:people")
    place = held.opd.official_name if held.opd else str(city)
    context = {"form": form, "held": _office(held, keeps=True), "opd": place}
    return render(request, "opd/hand_over.html", context)


@require_GET
def handover(request: HttpRequest) -> HttpResponse:
    """What the agency still owes, and how it answered last year: a newcomer begins here."""
    user, city = person(request), city_of(request)
    if not rules.may_create(user):
        raise PermissionDenied
    year = city.evaluation_year
    period = ReportingPeriod.objects.of_city(city.pk).in_year(year).opened(clock.now()).first()
    context = {
        "year": year,
        "last": year - 1,
        "period": period,
        "unreported": _unreported(user, period) if period else [],
        "quick_wins": [
            _mine(row) for row in QuickWin.objects.with_person(user).in_year(year).for_list()[:MOST]
        ],
        "reports": [_mine(row) for row in Progress.objects.with_person(user).for_list()[:MOST]],
        "notes": _notes(user),
        "decisions": [
            {"url": row.get_absolute_url(), "text": row.text, "due": dates.short_date(row.due_on)}
            for row in Decision.objects.of_own_opds(user).open().for_list()[:MOST]
        ],
        **_last_year(user, year - 1),
    }
    return render(request, "opd/handover.html", context)


def _unreported(user: User, period: ReportingPeriod) -> list[dict[str, str]]:
    rows = Program.objects.of_own_opds(user).owing(period.year, period.quarter).for_list()
    return [{"url": row.get_absolute_url(), "title": row.name, "code": row.code} for row in rows[:MOST]]


def _mine(row: QuickWin | Progress) -> dict[str, Any]:
    return {"url": row.get_absolute_url(), "title": row.title, "code": row.code, "status": badge(row.status)}


def _notes(user: User) -> list[dict[str, str]]:
    found: list[Note | ProgressNote] = [
        *Note.objects.open()
        .filter(quick_win__in=QuickWin.objects.of_own_opds(user))
        .select_related("quick_win")[:MOST],
        *ProgressNote.objects.open()
        .filter(progress__in=Progress.objects.of_own_opds(user))
        .select_related("progress__program")[:MOST],
    ]
    owners = [(note, note.quick_win if isinstance(note, Note) else note.progress) for note in found]
    return [{"url": row.get_absolute_url(), "title": row.title, "text": note.text} for note, row in owners]


def _last_year(user: User, year: int) -> dict[str, Any]:
    """Last year's quick wins, what was told of obstacles and next steps, and the evidence it was proven with."""
    quick_wins = QuickWin.objects.of_own_opds(user).in_year(year).for_list()
    told = Progress.objects.of_own_opds(user).told_in(year).for_list()
    pieces = Evidence.objects.visible_to(user).of_own_year(user, year)
    return {
        "answered": [_mine(row) for row in quick_wins[:MOST]],
        "told": [
            {
                "url": row.get_absolute_url(),
                "title": row.title,
                "quarter": row.quarter,
                "obstacles": row.obstacles,
                "next_step": row.next_step,
            }
            for row in told[:MOST]
        ],
        "evidence": [
            {"url": piece.owner.get_absolute_url(), "title": piece.title, "of": piece.owner.title}
            for piece in pieces[:MOST]
        ],
    }
