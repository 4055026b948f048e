"""Meetings: the list with what is open, one meeting with its decisions, and the agenda to print."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import agenda as table
from opd import orders, rules
from opd.access import city_of, person, posted_key, posted_version
from opd.actions import meetings as actions
from opd.forms.meetings import DecisionForm, MeetingFilter, MeetingForm
from opd.models import Decision, Meeting, User
from opd.presentation.meetings import decision_rows, meeting_line
from opd.views import changes_page
from smartcity.lib import clock, dates, paging
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion

PAGE, LONGEST_LIST = 20, 200


@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """What was decided and is open, then the meetings."""
    user, city = person(request), city_of(request)
    if not rules.may_see_meetings(user):
        raise PermissionDenied
    filters, sorting = MeetingFilter(request.GET), orders.MEETINGS.read(request.GET)
    found = Meeting.objects.visible_to(user).of_city(city.pk).narrowed(city.zone(), **filters.narrowing())
    page = paging.page(found, request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    open_now = Decision.objects.visible_to(user).of_city(city.pk).open().for_list()[:LONGEST_LIST]
    context = {
        "filters": filters,
        "sorting": sorting,
        "narrowed": any(filters.narrowing().values()),
        "page": page,
        "meetings": [meeting_line(row, city) for row in page.object_list],
        "decisions": decision_rows(user, city, open_now),
        "may_keep": rules.may_keep_meetings(user, city.pk),
        "agenda": rules.may_see_agenda(user, city.pk),
    }
    return render(request, "opd/meeting_list.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Write down a meeting: before it, to send the agenda; after it, with the minutes."""
    user, city = person(request), city_of(request)
    if not rules.may_keep_meetings(user, city.pk):
        raise PermissionDenied
    form = MeetingForm(typed(request.POST) if request.method == "POST" else None, city=city)
    if request.method == "POST" and form.is_valid():
        meeting = actions.create_meeting(city=city, values=form.values(), by=user, key=posted_key(request))
        messages.success(request, _("The meeting is saved. Add its decisions below."))
        return redirect(meeting)
    context = {"form": form, "meeting": None, "key": request.POST.get("key") or uuid.uuid4().hex}
    return render(request, "opd/meeting_form.html", context, status=422 if form.errors else 200)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting with its decisions, and what changed since the one before."""
    meeting = _meeting(request, pk)
    return render(request, "opd/meeting_detail.html", _detail(request, meeting))


def _detail(request: HttpRequest, meeting: Meeting, form: DecisionForm | None = None) -> dict[str, Any]:
    user, city = person(request), city_of(request)
    may_keep, of_the_city = rules.may_keep_meetings(user, city.pk), rules.may_see_agenda(user, city.pk)
    decisions = Decision.objects.visible_to(user).of_meeting(meeting).for_list()
    before = Meeting.objects.before(meeting) if of_the_city else None
    return {
        "meeting": meeting,
        "held": dates.wib(meeting.held_at, city.timezone),
        "decisions": decision_rows(user, city, decisions),
        "before": meeting_line(before, city) if before else None,
        "changes": _changes(user, meeting, before) if before else None,
        "may_keep": may_keep,
        "of_the_city": of_the_city,
        "form": form or (DecisionForm(city=city) if may_keep else None),
        "key": uuid.uuid4().hex,
    }


def _changes(user: User, meeting: Meeting, before: Meeting) -> dict[str, Any]:
    span = changes_page.between(meeting, before)
    return changes_page.summary(user, span, {"meeting": str(meeting.pk)})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a meeting, or write its minutes; a stale version shows what is saved and keeps what was typed."""
    user, city, meeting = person(request), city_of(request), _meeting(request, pk)
    if not rules.may_keep_meetings(user, city.pk):
        raise PermissionDenied
    form = MeetingForm(typed(request.POST) if request.method == "POST" else None, instance=meeting, city=city)
    status, theirs, version = 200, None, meeting.version
    if request.method == "POST":
        version, status = posted_version(request), 422
        if form.is_valid():
            try:
                actions.save_meeting(pk=pk, values=form.values(), version=version, by=user)
            except StaleVersion as stale:
                status, version = 409, stale.current.version
                theirs = MeetingForm(instance=Meeting.objects.get(pk=pk), city=city)
            else:
                messages.success(request, _("The meeting is saved."))
                return redirect("opd:meeting", pk)
    context = {"form": form, "meeting": meeting, "version": version, "theirs": theirs}
    return render(request, "opd/meeting_form.html", context, status=status)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a decision: it is a task of its owner from now on."""
    user, city, meeting = person(request), city_of(request), _meeting(request, pk)
    if not rules.may_keep_meetings(user, city.pk):
        raise PermissionDenied
    form = DecisionForm(typed(request.POST), city=city)
    if not form.is_valid():
        return render(request, "opd/meeting_detail.html", _detail(request, meeting, form), status=422)
    actions.decide(meeting=meeting, values=form.cleaned_data, by=user, key=posted_key(request, pk))
    messages.success(request, _("The decision is a task of its owner now."))
    return redirect(f"{reverse('opd:meeting', args=[pk])}#decisions")


@require_GET
def agenda(request: HttpRequest) -> HttpResponse:
    """What is open now, agency by agency and dimension by dimension, to print and take along."""
    user, city = person(request), city_of(request)
    if not rules.may_see_agenda(user, city.pk):
        raise PermissionDenied
    last = Meeting.objects.last_held(city.pk, clock.now())
    context = {
        "now": dates.wib(clock.now(), city.timezone),
        "year": city.evaluation_year,
        "last": meeting_line(last, city) if last else None,
        "changes": changes_page.summary(user, changes_page.since_meeting(city, last), {}) if last else None,
        "opds": table.by_opd(city),
        "dimensions": table.by_dimension(city),
    }
    return render(request, "opd/agenda.html", context)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    """A meeting the person may see."""
    return get_object_or_404(Meeting.objects.visible_to(person(request)).select_related("city"), pk=pk)
