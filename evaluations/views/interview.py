"""The interview: run sheet, its arrangement, one part with notes, the printed sheet, and the clock."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import rules, run_sheet
from evaluations.access import by_script, posted_version, seat_or_404, window_or_404
from evaluations.actions import interview as actions
from evaluations.forms.interview import PlanForm
from evaluations.models import InterviewNote, Seat
from evaluations.structure import structure_of
from evaluations.views.interview_page import Talk, interview_page, print_page, slot_page
from evaluations.workflow import INTERVIEW
from opd.access import give_back, person
from smartcity.lib import clock, dates
from smartcity.lib.models import StaleVersion
from smartcity.lib.text import tidy
from smartcity.lib.workflow import NotReady, WrongStatus


class NotDeclared(Exception):
    """The seat has to declare first; the page for it answers instead."""


@require_GET
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """The run sheet with its clock, for the panel and for the city's people."""
    try:
        talk = _talk(request, pk)
    except NotDeclared:
        return redirect("evaluations:declare", pk)
    return render(request, "evaluations/interview.html", interview_page(talk))


@require_GET
def slot(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One part: its questions with answer, evidence and doubts, and the panel's notes."""
    try:
        talk = _talk(request, pk)
    except NotDeclared:
        return redirect("evaluations:declare", pk)
    if key not in talk.minutes:
        raise Http404
    return render(request, "evaluations/interview_slot.html", slot_page(talk, key))


@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole run sheet on paper, with room to write."""
    try:
        talk = _talk(request, pk)
    except NotDeclared:
        return redirect("evaluations:declare", pk)
    return render(request, "evaluations/interview_print.html", print_page(talk))


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Arrange when, where, who leads, and the minutes of each part."""
    try:
        talk = _talk(request, pk)
    except NotDeclared:
        return redirect("evaluations:declare", pk)
    user, window = talk.user, talk.window
    if not rules.may_plan_interview(user, window, talk.lead, clock.now()):
        raise PermissionDenied
    found = talk.interview
    names_lead = rules.may_prepare(user, window)
    initial: dict[str, Any] = {
        "planned_at": found.planned_at,
        "way": found.way,
        "place": found.place,
        "lead": found.lead_id,
    }
    for place, (key, minutes) in enumerate(talk.minutes.items(), 1):
        initial |= {f"minutes-{key}": minutes, f"order-{key}": place}
    form = PlanForm(request.POST or None, interview=found, names_lead=names_lead, initial=initial)
    context: dict[str, Any] = {"form": form, "window": window, "version": str(found.version), "sentence": ""}
    status = 200
    if request.method == "POST":
        version, status = posted_version(request), 422
        if form.is_valid():
            try:
                actions.save_plan(window=window, plan=form.plan(), version=version, by=user)
            except NotReady as refusal:
                context["sentence"] = str(refusal)
            except ValidationError as error:
                form.add_error(None, error.messages)
            except StaleVersion as stale:
                status = 409
                context |= {"version": str(stale.current.version), "theirs": _theirs(talk, stale.current)}
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect("evaluations:interview", pk)
            else:
                messages.success(request, _("The run sheet is saved."))
                return redirect("evaluations:interview", pk)
    return render(request, "evaluations/interview_plan.html", context, status=status)


def _theirs(talk: Talk, current: Any) -> list[str]:
    """What somebody else saved meanwhile, in lines to compare with."""
    zone = talk.window.city.timezone
    lines = [
        dates.wib(current.planned_at, zone) if current.planned_at else _("no time"),
        f"{current.get_way_display()} {current.place}".strip(),
    ]
    slots = current.slots.order_by("order", "pk")
    return lines + [
        _("%(part)s: %(minutes)s minutes")
        % {"part": run_sheet.title(talk.structure, row.key), "minutes": row.minutes}
        for row in slots
    ]


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Start, end, take up: every move of an interview goes through here."""
    window = window_or_404(request, pk)
    if name not in INTERVIEW.moves:
        raise Http404
    try:
        actions.move(window=window, name=name, by=person(request), note=request.POST.get("note", ""))
    except (NotReady, WrongStatus) as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluations:interview", pk)


@require_POST
def run(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Start a part, or stop the one that runs."""
    window, user = window_or_404(request, pk), person(request)
    try:
        if request.POST.get("do") == "stop":
            actions.stop_slot(window=window, by=user)
        else:
            actions.start_slot(window=window, key=key, by=user)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluations:interview", pk)
    return redirect("evaluations:interview_slot", pk, key)


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the panel's note on one question, or on the talk (without a code)."""
    seat, user = seat_or_404(request, pk), person(request)
    version = posted_version(request)
    code, text = request.POST.get("code", "")[:20], tidy(request.POST.get("text", ""))[:20_000]
    try:
        saved = actions.save_note(seat=seat, code=code, text=text, version=version, by=user)
    except StaleVersion as stale:
        return _conflict(request, seat, code, text, stale.current)
    except NotReady as refusal:
        return _refused(request, seat, code, text, str(refusal))
    except ValidationError as error:
        return _refused(request, seat, code, text, " ".join(error.messages))
    except WrongStatus as refusal:
        if by_script(request):
            return JsonResponse({"errors": {"text": str(refusal)}}, status=422)
        give_back(request, text)
        messages.error(request, str(refusal))
        return redirect("evaluations:interview", pk)
    if by_script(request):
        at = dates.clock_time(saved.updated_at, seat.window.city.timezone)
        return JsonResponse({"version": saved.version, "saved_at": at, "errors": {}})
    return redirect(f"{_page_of(seat, code)}#note-{code or 'general'}")


def _page_of(seat: Seat, code: str) -> str:
    """The page a note is written on."""
    if not code:
        return reverse("evaluations:interview", args=[seat.window_id])
    key = run_sheet.key_of(structure_of(seat.window.instrument).questions[code])
    return reverse("evaluations:interview_slot", args=[seat.window_id, key])


def _refused(request: HttpRequest, seat: Seat, code: str, text: str, sentence: str) -> HttpResponse:
    """The page again with what was typed and the sentence at its field."""
    if by_script(request):
        return JsonResponse({"errors": {"text": sentence}}, status=422)
    talk = Talk(person(request), seat.window, seat)
    questions = talk.structure.questions
    key = run_sheet.key_of(questions[code]) if code else run_sheet.OPENING
    context = slot_page(talk, key, typed={"code": code, "text": text}, error=sentence)
    return render(request, "evaluations/interview_slot.html", context, status=422)


def _conflict(request: HttpRequest, seat: Seat, code: str, text: str, current: InterviewNote) -> HttpResponse:
    """What a colleague wrote beside what was typed here."""
    talk = Talk(person(request), seat.window, seat)
    conflict = {
        "action": reverse("evaluations:interview_note", args=[seat.window_id]),
        "back_url": _page_of(seat, code),
        "version": current.version,
        "version_key": f"note-{seat.window_id}-{code or 'general'}",
        "at": dates.clock_time(current.updated_at, seat.window.city.timezone),
        "by": talk.label(current.seat_id),
        "hidden": [("code", code)],
        "rows": [
            {"name": "text", "label": _("Note"), "theirs": current.text, "mine": text, "long": True},
        ],
    }
    if by_script(request):
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)


def _talk(request: HttpRequest, pk: int) -> Talk:
    """The interview of a window the person serves, or is seated in and declared for."""
    window, user = window_or_404(request, pk), person(request)
    if rules.may_read_answers(user, window):
        return Talk(user, window, None)
    seat = seat_or_404(request, pk)
    if not rules.may_look(user, seat, clock.now()):
        raise NotDeclared
    return Talk(user, seat.window, seat)
