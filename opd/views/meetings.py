"""Meetings: the list with what is open, one meeting with its decisions, and the agenda to print."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import agenda as table
from opd import rules
from opd.access import city_of, give_back, person, posted_key, posted_version
from opd.actions import meetings as actions
from opd.forms.meetings import DecisionForm, DoneForm, MeetingForm
from opd.models import City, Decision, Meeting, User
from smartcity.lib import clock, dates
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus

PAGE, LONGEST_LIST = 20, 200


@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """What was decided and is open, then the meetings."""
    user, city = person(request), city_of(request)
    if not rules.may_see_meetings(user):
        raise PermissionDenied
    found = Meeting.objects.visible_to(user).of_city(city.pk)
    page = Paginator(found.newest_first(), PAGE).get_page(request.GET.get("page", ""))
    open_now = Decision.objects.visible_to(user).of_city(city.pk).open().for_list()[:LONGEST_LIST]
    context = {
        "page": page,
        "meetings": [_line(row, city) for row in page.object_list],
        "decisions": decision_rows(user, city, open_now),
        "may_keep": rules.may_keep_meetings(user, city.pk),
        "agenda": rules.may_keep_meetings(user, city.pk) or not user.opds(),
    }
    return render(request, "opd/meeting_list.html", context)


def decision_rows(user: User, city: City, decisions: Any) -> list[dict[str, Any]]:
    """Decisions as plain rows: owner, day, whether late, and whether this person may say that it is done."""
    today = clock.now().astimezone(ZoneInfo(city.timezone)).date()
    return [
        {
            "pk": row.pk,
            "number": row.number,
            "text": row.text,
            "opd": row.opd.short,
            "program": row.program.name if row.program else "",
            "program_url": row.program.get_absolute_url() if row.program else "",
            "meeting": row.meeting.title,
            "meeting_url": row.meeting.get_absolute_url(),
            "due": dates.long_date(row.due_on),
            "late": row.is_late(today),
            "done": dates.wib(row.done_at, city.timezone) if row.done_at else "",
            "done_note": row.done_note,
            "may_finish": row.done_at is None and rules.may_finish(user, row),
        }
        for row in decisions
    ]


def _line(row: Meeting, city: City) -> dict[str, str]:
    return {
        "url": row.get_absolute_url(),
        "title": row.title,
        "held": dates.wib(row.held_at, city.timezone),
        "place": row.place,
    }


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
    may_keep = rules.may_keep_meetings(user, city.pk)
    of_the_city = may_keep or not user.opds()
    decisions = meeting.decisions.visible_to(user).for_list().order_by("number")
    before = Meeting.objects.of_city(city.pk).filter(held_at__lt=meeting.held_at).newest_first().first()
    return {
        "meeting": meeting,
        "held": dates.wib(meeting.held_at, city.timezone),
        "decisions": decision_rows(user, city, decisions),
        "before": _line(before, city) if before and of_the_city else None,
        "changes": table.changes_since(city, before.held_at) if before and of_the_city else [],
        "may_keep": may_keep,
        "of_the_city": of_the_city,
        "form": form or (DecisionForm(city=city) if may_keep else None),
        "key": uuid.uuid4().hex,
    }


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


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner says that a decision was carried out, and how."""
    decision = get_object_or_404(
        Decision.objects.visible_to(person(request)).select_related("meeting"), pk=pk
    )
    form = DoneForm(typed(request.POST))
    back = f"{decision.meeting.get_absolute_url()}#decision-{pk}"
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        actions.move_decision(pk=pk, name="finish", note=note, by=person(request))
    except (NotReady, WrongStatus) as refusal:
        messages.error(request, str(refusal))
        give_back(request, request.POST.get("note", ""))
        return redirect(back)
    messages.success(request, _("Noted as carried out. The next meeting sees it."))
    return redirect(back)


@require_GET
def agenda(request: HttpRequest) -> HttpResponse:
    """What is open now, agency by agency and dimension by dimension, to print and take along."""
    user, city = person(request), city_of(request)
    if not (rules.may_see_meetings(user) and not user.opds()) and not rules.may_keep_meetings(user, city.pk):
        raise PermissionDenied
    last = Meeting.objects.of_city(city.pk).filter(held_at__lte=clock.now()).newest_first().first()
    context = {
        "now": dates.wib(clock.now(), city.timezone),
        "year": city.evaluation_year,
        "last": _line(last, city) if last else None,
        "changes": table.changes_since(city, last.held_at) if last else [],
        "opds": table.by_opd(city),
        "dimensions": table.by_dimension(city),
    }
    return render(request, "opd/agenda.html", context)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    """A meeting the person may see."""
    return get_object_or_404(Meeting.objects.visible_to(person(request)).select_related("city"), pk=pk)
