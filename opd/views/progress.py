"""Progress reports: begin, read, fill in, every move, and several approved at once."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import actions, rules
from opd.access import (
    editable_or_404,
    give_back,
    person,
    posted_key,
    posted_version,
    record_or_404,
    reported_program,
)
from opd.forms.progress import ProgressForm
from opd.forms.quick_wins import MoveForm
from opd.models import Evidence, Progress, ReportingPeriod
from opd.payload import progress_payload
from opd.presentation.progress import corrections, field_rows, figures
from opd.presentation.quick_wins import evidence_row, history_rows, meter, receipt_row
from opd.views.progress_page import conflict_context, form_page, head_of, saved_parts
from opd.workflow import PROGRESS
from smartcity.lib import clock, dates
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin the report of a programme and quarter, or open the one there is."""
    program_pk, year, quarter = (_number(request, name) for name in ("program", "year", "quarter"))
    if quarter not in (1, 2, 3, 4):
        raise Http404
    program = reported_program(request, program_pk, year)
    period = ReportingPeriod.objects.of_city(program.city_id).in_year(year).filter(quarter=quarter).first()
    if period and not period.is_open(clock.now()):
        messages.error(
            request,
            _("The reports of %(period)s open on %(day)s. Nothing was changed.")
            % {"period": period, "day": dates.long_date(period.opens_on)},
        )
        return redirect("opd:progress_list")
    progress = actions.start_progress(program=program, year=year, quarter=quarter, by=person(request))
    return redirect(
        "opd:progress_edit" if rules.may_edit(person(request), progress) else "opd:progress", progress.pk
    )


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read one report with its figures, corrections, receipts and history; others read what was submitted last."""
    user, progress = person(request), record_or_404(request, Progress, pk)
    owner = rules.is_owner(user, progress)
    last = progress.submissions.order_by("-sequence").first()
    payload = progress_payload(progress) if owner or last is None else last.payload
    pieces = Evidence.objects.visible_to(user).of(progress).for_list()
    context = head_of(progress) | {
        "rows": field_rows(payload),
        "figures": figures(progress, None if owner else payload),
        "corrections": corrections(progress),
        "evidence": [evidence_row(piece, year=progress.year) for piece in pieces],
        "history": history_rows(progress.events.all(), inside=owner),
        "receipts": [receipt_row(receipt) for receipt in progress.submissions.order_by("-sequence")],
        "meter": meter(progress.filled, progress.total),
        "may_edit": rules.may_edit(user, progress),
        "may_review": rules.may_note(user, progress),
        "offers": [
            offer
            for offer in PROGRESS.offered_to(user, progress)
            if offer.move.name not in ("return", "verify")  # these are decided on the review page
        ],
        "edit_url": reverse("opd:progress_edit", args=[progress.pk]),
        "key": uuid.uuid4().hex,
    }
    return render(request, "opd/progress_detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, which saves by itself. What cannot be read is kept with its sentence; a stale version shows both."""
    progress = editable_or_404(request, Progress, pk)
    if request.method == "GET":
        return render(request, "opd/progress_form.html", form_page(person(request), progress))
    version = posted_version(request)
    form = ProgressForm(typed(request.POST), instance=progress)
    form.is_valid()
    by_script = request.headers.get("X-Requested-With") == "autosave"
    try:
        saved = actions.save_progress(
            pk=pk,
            values=form.readable(),
            unreadable=form.unreadable(),
            version=version,
            by=person(request),
        )
    except StaleVersion as stale:
        context = {"conflict": conflict_context(form, stale.current)}
        if by_script:
            html = render(request, "components/conflict.html", context).content.decode()
            return JsonResponse({"conflict_html": html}, status=409)
        return render(request, "409.html", context, status=409)
    if by_script:
        return JsonResponse(saved_parts(request, saved, form))
    if form.errors:
        messages.warning(
            request, _("Saved, except what could not be read. It is marked below; your text is kept.")
        )
    else:
        messages.success(request, _("Saved %(at)s.") % {"at": dates.clock_time(clock.now())})
    return redirect(f"{reverse('opd:progress_edit', args=[pk])}#section-progress")


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Every move goes through here; after a decision the next waiting report is opened when that was asked."""
    progress = record_or_404(request, Progress, pk)
    if name not in PROGRESS.moves:
        raise Http404
    form = MoveForm(typed(request.POST))
    if not form.is_valid():
        return _not_moved(request, progress, " ".join(map(str, form.errors["note"])))
    note, key = form.cleaned_data["note"], posted_key(request, "progress", pk)
    try:
        progress = actions.move_progress(pk=pk, name=name, by=person(request), note=note, key=key)
    except NotReady as refusal:
        reasons = ", ".join(str(problem.text) for problem in refusal.problems)
        sentence = _("Not possible yet. Still missing: %(reasons)s. Nothing was lost.") % {"reasons": reasons}
        return _not_moved(request, progress, sentence)
    except WrongStatus as refusal:
        return _not_moved(request, progress, str(refusal))
    messages.success(request, _done(progress, name))
    if name in ("return", "verify"):
        return redirect(_next_waiting(request, progress))
    return redirect(progress)


def _next_waiting(request: HttpRequest, progress: Progress) -> str:
    """The report that has waited longest for this person, when the page asked for it; else the queue."""
    if request.POST.get("next") == "next":
        waiting = Progress.objects.of_city(progress.city_id).decided_by(person(request))
        following = waiting.values_list("pk", flat=True).first()
        if following is not None:
            return reverse("opd:progress_review", args=[following])
    return f"{reverse('opd:queue')}?kind=progress"


def _not_moved(request: HttpRequest, progress: Progress, sentence: str) -> HttpResponse:
    """Say why, give the words back that were typed with it, and return to where the button stood."""
    messages.error(request, sentence)
    give_back(request, request.POST.get("note", ""))
    if rules.may_note(person(request), progress):
        return redirect("opd:progress_review", progress.pk)
    return redirect(progress)


def _done(progress: Progress, name: str) -> str:
    """The sentence after a move; a submission names its receipt."""
    title = f"{progress.title}, TW {progress.quarter} {progress.year}"
    if name == "submit":
        receipt: Any = progress.submissions.order_by("-sequence")[0]
        return _("%(title)s is submitted. Number %(number)s, %(at)s.") % {
            "title": title,
            "number": receipt.number,
            "at": dates.wib(receipt.at),
        }
    return f"{title}: {PROGRESS.moves[name].past}."
