"""Rehearsals (gladi): list, prepare, change, look at, and compare with the self-assessment and the panel."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from evaluations import actions, rules
from evaluations.access import city_window_or_404, posted_version, rehearsal_or_404
from evaluations.forms.windows import RehearsalForm
from evaluations.models import EvaluationWindow, Result
from evaluations.views.comparison_page import comparison_page, waiting_page
from evaluations.views.rehearsal_page import rehearsal_page, rehearsals_page
from opd.access import person, posted_key
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def rehearsals(request: HttpRequest) -> HttpResponse:
    """The rehearsals of the city, and the sheets of one's own seats in them."""
    user = person(request)
    if not rules.may_read_rehearsals(user):
        raise PermissionDenied
    return render(request, "evaluations/rehearsal_list.html", rehearsals_page(user))


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a rehearsal of a window in preparation: only its times are asked for."""
    real = city_window_or_404(request, pk)
    if not rules.may_rehearse(person(request), real):
        raise PermissionDenied
    key = posted_key(request, "rehearsal", pk)
    if key and (twin := EvaluationWindow.with_rehearsals.with_key(key).first()):
        return redirect(twin)
    blank = EvaluationWindow(rehearsal_of=real, city=real.city, idempotency_key=key)
    form = RehearsalForm(request.POST or None, instance=blank)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, _("The rehearsal is prepared. Seat your colleagues next."))
        return redirect(form.instance)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex, "real": real, "window": None}
    return render(request, "evaluations/rehearsal_form.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: RehearsalForm, version: int | None = None) -> bool:
    """Save what the form holds; a refusal is written at its field."""
    try:
        actions.save_rehearsal(rehearsal=form.save(commit=False), by=person(request), version=version)
    except NotReady as refusal:
        for problem in refusal.problems:
            form.add_error(problem.anchor.removeprefix("#id_"), str(problem.text))
        return False
    except WrongStatus as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One rehearsal for the city; who is seated is shown to the sheet."""
    window = rehearsal_or_404(request, pk)
    if not rules.may_read_answers(person(request), window):
        return redirect("evaluations:sheet", pk)
    return render(request, "evaluations/rehearsal.html", rehearsal_page(person(request), window))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the times of a rehearsal that is not opened yet."""
    window = rehearsal_or_404(request, pk)
    if not (rules.may_prepare(person(request), window) and window.is_prepared()):
        raise PermissionDenied
    real, read_at, status = window.rehearsal_of, window.version, 200
    form = RehearsalForm(request.POST or None, instance=window)
    if request.method == "POST":
        version, status = posted_version(request), 422
        try:
            if form.is_valid() and _saved(request, form, version):
                messages.success(request, _("The rehearsal is saved."))
                return redirect("evaluations:rehearsal", pk)
        except StaleVersion as stale:
            status, read_at = 409, stale.current.version
            messages.warning(
                request, _("Somebody changed this window before you. Compare and save again. [VER-STALE]")
            )
    current = get_object_or_404(EvaluationWindow.with_rehearsals.for_page(), pk=pk)
    theirs = RehearsalForm(instance=current) if status == 409 else None
    context = {"form": form, "window": current, "real": real, "version": str(read_at), "theirs": theirs}
    return render(request, "evaluations/rehearsal_form.html", context, status=status)


@require_GET
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """A closed rehearsal beside the self-assessment, and beside the panel's result once there is one."""
    window, user = rehearsal_or_404(request, pk), person(request)
    found = Result.with_rehearsals.visible_to(user).filter(window=window).first()
    if found is None:
        return render(request, "evaluations/rehearsal_wait.html", waiting_page(user, window))
    return render(request, "evaluations/rehearsal_comparison.html", comparison_page(user, window, found))
