"""Review windows: list, prepare, open, extend, close."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import actions, rules
from evaluations.access import city_window_or_404, posted_version, window_or_404
from evaluations.forms.windows import ExtendForm, WindowForm
from evaluations.models import EvaluationWindow, Instrument
from evaluations.presentation import window_row
from evaluations.views.rehearsal_page import rehearsal_page
from evaluations.views.window_page import window_page
from evaluations.workflow import WINDOW
from opd.access import city_of, person, posted_key
from smartcity.lib import clock, dates
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def windows(request: HttpRequest) -> HttpResponse:
    """Every window of the city, newest first."""
    user, city = person(request), city_of(request)
    if not rules.may_see_dashboard(user):
        raise PermissionDenied
    rows = EvaluationWindow.objects.visible_to(user).for_page().newest_first()
    context = {
        "rows": [window_row(window, clock.now()) for window in rows],
        "may_prepare": rules.may_prepare_in(user, city.pk),
    }
    return render(request, "evaluations/window_list.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Prepare a window: year, stage, instrument and its three times."""
    user, city = person(request), city_of(request)
    if not rules.may_prepare_in(user, city.pk):
        raise PermissionDenied
    blank = EvaluationWindow(
        city=city, year=city.evaluation_year, idempotency_key=posted_key(request, "window")
    )
    blank.instrument = Instrument.objects.newest_first().filter(dimension_set=city.dimension_set).first()  # type: ignore[assignment]
    if request.method == "POST" and (twin := _first_press(blank)):
        return redirect(twin)
    form = WindowForm(request.POST or None, instance=blank)
    if request.method == "POST" and form.is_valid():
        try:
            window = actions.save_window(window=form.save(commit=False), by=user)
        except IntegrityError:  # two presses at the same moment: the first one won
            return redirect(_first_press(blank) or "evaluations:windows")
        messages.success(request, _("The window is prepared. Seat the assessors next."))
        return redirect(window)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex, "window": None}
    return render(request, "evaluations/window_form.html", context, status=422 if form.errors else 200)


def _first_press(blank: EvaluationWindow) -> EvaluationWindow | None:
    """The row an earlier press of the same button made."""
    if blank.idempotency_key is None:
        return None
    return EvaluationWindow.objects.of_city(blank.city_id).with_key(blank.idempotency_key).first()


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One window for the city; an assessor is shown to the sheet."""
    window = window_or_404(request, pk)
    user = person(request)
    if not rules.may_read_answers(user, window):
        return redirect("evaluations:sheet", pk)
    return render(request, "evaluations/window_detail.html", window_page(user, window))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a window that is still in preparation."""
    window = city_window_or_404(request, pk)
    user = person(request)
    if not (rules.may_prepare(user, window) and window.is_prepared()):
        raise PermissionDenied
    read_at = window.version
    form = WindowForm(request.POST or None, instance=window)
    status = 200
    if request.method == "POST":
        version = posted_version(request)
        status = 422
        if form.is_valid():
            try:
                actions.save_window(window=form.save(commit=False), by=user, version=version)
                messages.success(request, _("The window is saved."))
                return redirect("evaluations:window", pk)
            except StaleVersion as stale:
                status, read_at = 409, stale.current.version
                messages.warning(
                    request, _("Somebody changed this window before you. Compare and save again. [VER-STALE]")
                )
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect("evaluations:window", pk)
    current = EvaluationWindow.objects.for_page().get(pk=pk)
    context = {
        "form": form,
        "window": current,
        "version": str(read_at),
        "theirs": WindowForm(instance=current) if status == 409 else None,
    }
    return render(request, "evaluations/window_form.html", context, status=status)


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Open or close, also a rehearsal: every move of evaluations/workflow.py goes through here."""
    window = city_window_or_404(request, pk, rehearsals=True)
    user = person(request)
    if name not in WINDOW.moves:
        raise Http404
    try:
        messages.success(request, _MOVES[name](window, user, request.POST.get("note", "")))
    except NotReady as refusal:
        reasons = " ".join(str(problem.text) for problem in refusal.problems)
        messages.error(
            request, _("Not possible yet. %(reasons)s Nothing was changed.") % {"reasons": reasons}
        )
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    return redirect(window)


def _open(window: EvaluationWindow, user: Any, note: str) -> str:
    snapshot = actions.open_window(window, by=user, note=note)
    if window.last_submission() is not None:
        return _("Opened. Version %(version)s is judged, as Bappelitbang approved it.") % {
            "version": snapshot.version
        }
    text = _("Frozen and opened. Snapshot %(version)s, %(time)s.")
    return text % {"version": snapshot.version, "time": dates.wib(snapshot.taken_at, window.city.timezone)}


def _close(window: EvaluationWindow, user: Any, note: str) -> str:
    actions.close_window(window, by=user, note=note)
    if window.is_rehearsal:
        return _("Closed. The comparison can be read.")
    return _("Closed. The result is computed.")


_MOVES = {"open": _open, "close": _close}


@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the closing time later, also of a rehearsal, with a reason that everybody reads."""
    window = city_window_or_404(request, pk, rehearsals=True)
    user = person(request)
    if not rules.may_prepare_in(user, window.city_id):
        raise PermissionDenied
    form = ExtendForm(request.POST, window=window)
    if form.is_valid():
        try:
            actions.extend_window(window, **form.cleaned_data, by=user)
        except NotReady as refusal:
            for problem in refusal.problems:
                form.add_error(problem.anchor.removeprefix("#id_"), str(problem.text))
        except (actions.TooLate, WrongStatus) as refusal:
            messages.error(request, str(refusal))
            return redirect(window)
    if form.errors:
        page, name = (rehearsal_page, "rehearsal") if window.is_rehearsal else (window_page, "window_detail")
        context = page(user, window) | {"extend_form": form}
        return render(request, f"evaluations/{name}.html", context, status=422)
    messages.success(request, _("The window is extended. The reason stands in the history."))
    return redirect(window)
