"""Decisions of meetings as tasks: the list, one with its history, its correction, and its moves."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dimensions.models import SmartDimension
from opd import orders, rules
from opd.access import city_of, give_back, person, posted_version
from opd.actions import meetings as actions
from opd.forms.meetings import CorrectionForm, DecisionFilter, DecisionMoveForm
from opd.models import City, Decision, DecisionStatus, Meeting, Opd, User
from opd.presentation.meetings import decision_history, decision_row, decision_rows, meeting_line, today_in
from opd.presentation.quick_wins import tile_html
from opd.views.program_page import both_texts
from opd.workflow import DECISION
from smartcity.lib import paging
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.sorting import Sorting
from smartcity.lib.workflow import NotReady, WrongStatus

PAGE = 50


def listed(
    request: HttpRequest, user: User, city: City
) -> tuple[DecisionFilter, Sorting, QuerySet[Decision]]:
    """The decisions a person may see, as the address narrows and sorts them; the page and its files list the same."""
    filters = DecisionFilter(
        request.GET,
        opds=Opd.objects.of_city(city).order_by("short"),
        dimensions=SmartDimension.objects.of_set(city.dimension_set_id),
    )
    rows = Decision.objects.visible_to(user).of_city(city.pk).for_list()
    rows = rows.narrowed(today_in(city), **filters.narrowing())
    # Who asks what is left asks what comes first.
    left = filters.chosen("status") in ("left", "late")
    sorting = orders.DECISIONS.read(request.GET, usual="due" if left else "")
    return filters, sorting, rows.order_by(*sorting.fields)


@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """Every decision as a task."""
    user, city = person(request), city_of(request)
    if not rules.may_see_meetings(user):
        raise PermissionDenied
    filters, sorting, rows = listed(request, user, city)
    page = paging.page(rows, request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    meeting = None
    if chosen := filters.chosen("meeting"):
        meeting = Meeting.objects.visible_to(user).of_city(city.pk).numbered(chosen)
    context = {
        "filters": filters,
        "sorting": sorting,
        "page": page,
        "decisions": decision_rows(user, city, page.object_list),
        "meeting": meeting_line(meeting, city) if meeting else None,
        "meeting_pk": str(chosen or ""),
    }
    return render(request, "opd/decision_list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision: owner, day, programme, what was done, and everything that became of it."""
    user, city, decision = person(request), city_of(request), _decision(request, pk)
    return render(request, "opd/decision_detail.html", _page(user, city, decision))


def _page(user: User, city: City, decision: Decision) -> dict[str, Any]:
    program = decision.program
    return {
        "decision": decision,
        "row": decision_row(user, city, decision, today_in(city)),
        "held": meeting_line(decision.meeting, city)["held"],
        "dimension": tile_html(program.dimension) if program else "",
        "owner": decision.opd.official_name,
        "offers": DECISION.offered_to(user, decision),
        "note_label": _("What was done")
        if decision.status != DecisionStatus.DONE
        else _("Why it is not done yet"),
        "may_correct": rules.may_correct_decision(user, decision),
        "history": decision_history(decision.events.all(), city.timezone),
    }


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a decision and say why; when somebody was first, both texts are shown."""
    user, city, decision = person(request), city_of(request), _decision(request, pk)
    if not rules.may_correct_decision(user, decision):
        raise PermissionDenied
    version = str(decision.version)
    form = CorrectionForm(
        typed(request.POST) if request.method == "POST" else None, instance=decision, city=city
    )
    if request.method == "POST":
        asked = posted_version(request)
        version = str(asked)
        if form.is_valid():
            try:
                actions.correct(
                    pk=pk, values=form.values(), reason=form.cleaned_data["reason"], version=asked, by=user
                )
            except StaleVersion as stale:
                return _conflict(request, form, stale.current, city)
            messages.success(request, _("The decision is corrected. Its history keeps the old words."))
            return redirect("opd:decision", pk)
    context = {"form": form, "decision": decision, "version": version}
    return render(request, "opd/decision_form.html", context, status=422 if form.errors else 200)


def _conflict(request: HttpRequest, form: CorrectionForm, current: Decision, city: City) -> HttpResponse:
    conflict = both_texts(
        form,
        CorrectionForm(instance=current, city=city),
        action=reverse("opd:decision_edit", args=[current.pk]),
        back_url=current.get_absolute_url(),
        current=current,
        said="decision.corrected",
    )
    return render(request, "409.html", {"conflict": conflict}, status=409)


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Report as carried out, or open again: the moves of DECISION in opd/workflow.py."""
    decision = _decision(request, pk)
    if name not in DECISION.moves:
        raise Http404
    form, version = DecisionMoveForm(typed(request.POST)), posted_version(request)
    if not form.is_valid():
        return _not_moved(request, decision, " ".join(map(str, form.errors["note"])))
    try:
        actions.move_decision(
            pk=pk, name=name, by=person(request), note=form.cleaned_data["note"], version=version
        )
    except StaleVersion:
        sentence = _("The decision was corrected meanwhile. Read it again, then report. [DEC-STALE]")
        return _not_moved(request, decision, sentence)
    except (NotReady, WrongStatus) as refusal:
        return _not_moved(request, decision, str(refusal))
    done = name == "finish"
    messages.success(
        request,
        _("Noted as carried out. The next meeting sees it.")
        if done
        else _("Opened again. Its owner sees it."),
    )
    return redirect(decision)


def _not_moved(request: HttpRequest, decision: Decision, sentence: str) -> HttpResponse:
    """Say why, and give the words back that were typed with it."""
    messages.error(request, sentence)
    give_back(request, request.POST.get("note", ""))
    return redirect(decision)


def _decision(request: HttpRequest, pk: int) -> Decision:
    """A decision the person may see."""
    return get_object_or_404(Decision.objects.visible_to(person(request)).for_list(), pk=pk)
