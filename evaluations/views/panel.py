"""The panel: the reviewer's seats, and the assessor's declaration."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluations import actions, rules
from evaluations.access import city_window_or_404, seat_or_404
from evaluations.forms.windows import DeclarationForm, SeatForm
from evaluations.models import EvaluationWindow, Seat
from evaluations.presentation import badge, deadline, times
from evaluations.views.window_page import seat_rows
from opd.access import person
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, WrongStatus


@require_http_methods(["GET", "POST"])
def seats(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is seated for which areas; `?seat=` changes one, otherwise a new one is added."""
    window = _preparable(request, pk)
    chosen = request.GET.get("seat", "")
    seat = get_object_or_404(window.seats, pk=int(chosen)) if chosen.isdecimal() else Seat(window=window)
    form = SeatForm(request.POST or None, instance=seat)
    if request.method == "POST" and form.is_valid() and _seated(request, window, form):
        return redirect("evaluations:seats", pk)
    context = _page(window) | {"form": form, "changing": seat if seat.pk else None}
    return render(request, "evaluations/seats.html", context, status=422 if form.errors else 200)


def _seated(request: HttpRequest, window: EvaluationWindow, form: SeatForm) -> bool:
    """Give or change the seat; a refusal is written at its field."""
    values = form.cleaned_data
    try:
        actions.seat_assessor(window=window, **values, by=person(request))
    except NotReady as refusal:
        for problem in refusal.problems:
            form.add_error(problem.anchor.removeprefix("#id_"), str(problem.text))
        return False
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        return True
    messages.success(request, _("%(who)s is seated.") % {"who": values["user"]})
    return True


@require_POST
def remove(request: HttpRequest, pk: int, seat_pk: int) -> HttpResponse:
    """Take a seat away in which nothing was said yet."""
    window = _preparable(request, pk)
    seat = get_object_or_404(window.seats.select_related("user"), pk=seat_pk)
    try:
        actions.remove_seat(seat, by=person(request))
        messages.success(request, _("The seat of %(who)s is removed.") % {"who": seat.user})
    except WrongStatus:
        messages.error(request, _("This seat holds scores or a declaration and stays."))
    return redirect("evaluations:seats", pk)


def _preparable(request: HttpRequest, pk: int) -> EvaluationWindow:
    window = city_window_or_404(request, pk, rehearsals=True)
    if not rules.may_prepare(person(request), window):
        raise PermissionDenied
    return window


def _page(window: EvaluationWindow) -> dict[str, Any]:
    return {
        "window": window,
        "status": badge(window, clock.now()),
        "window_deadline": deadline(window, clock.now()),
        "seats": seat_rows(window),
        "uncovered": window.uncovered_areas(),
    }


@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """The declaration that comes before the first page of the material."""
    seat = seat_or_404(request, pk)
    user = person(request)
    form = DeclarationForm(request.POST or None, played=seat.window.is_rehearsal)
    if request.method == "POST":
        if not rules.may_declare(user, seat, clock.now()) or seat.window.is_published():
            raise PermissionDenied
        if form.is_valid():
            declared = actions.declare(seat, conflict=form.declared_conflict(), by=user)
            if declared.conflict is None:
                messages.success(request, _("Your declaration is kept. The material is open to you now."))
                return redirect("evaluations:sheet", pk)
            messages.success(
                request, _("Your declaration is kept. The reviewer seats somebody else. Thank you.")
            )
            return redirect("evaluations:rehearsals" if seat.window.is_rehearsal else "evaluations:sheets")
    window = seat.window
    context = {
        "form": form,
        "window": window,
        "seat": seat,
        "declared": seat.declared_at is not None,
        "may_declare": rules.may_declare(user, seat, clock.now()) and not window.is_published(),
        "window_deadline": deadline(window, clock.now()),
        "times": times(window),
        "areas": [area.name for area in seat.areas.order_by("order")],
    }
    return render(request, "evaluations/declaration.html", context, status=422 if form.errors else 200)
