"""Survey rounds for staff: the list, preparing one, its services, opening and closing, taking results over."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations.models import EvaluationWindow, Instrument
from opd.access import city_of, person, posted_key, posted_version
from opd.forms.plan import NewYearForm
from smartcity.lib import clock
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus
from surveys import actions, rules, tallies
from surveys.access import round_or_404, service_or_404, sub_dimension_or_404
from surveys.forms import RoundForm, ServiceForm
from surveys.models import Round, Service
from surveys.presentation import round_row
from surveys.views.round_page import round_page
from surveys.workflow import ROUND


@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds of a year with the quota of every service."""
    user, city = person(request), city_of(request)
    if not rules.may_list(user):
        raise PermissionDenied
    form = NewYearForm(request.GET)
    year = form.cleaned_data["year"] if form.is_valid() else city.evaluation_year
    seen = Round.objects.visible_to(user).of_city(city.pk)
    found = list(seen.in_year(year).for_page())
    counted = tallies.of_services(service for survey in found for service in survey.services.all())
    context = {
        "year": year,
        "years": sorted({year, city.evaluation_year, *seen.years()}, reverse=True),
        "rows": [round_row(survey, counted, clock.now()) for survey in found],
        "may_prepare": rules.may_prepare_in(user, city.pk),
    }
    return render(request, "surveys/round_list.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Prepare a round: dimension, form and times; the services are chosen on its page."""
    user, city = person(request), city_of(request)
    if not rules.may_prepare_in(user, city.pk):
        raise PermissionDenied
    year_form = NewYearForm(request.GET)
    year = year_form.cleaned_data["year"] if year_form.is_valid() else city.evaluation_year
    key = posted_key(request, "survey") if request.method == "POST" else None
    if first := Round.objects.made_with(key, user):
        return redirect(first)
    newest = Instrument.objects.newest_first().filter(dimension_set=city.dimension_set).first()
    blank = Round(city=city, year=year, **({"instrument": newest} if newest else {}))
    form = RoundForm(typed(request.POST) if request.method == "POST" else None, instance=blank)
    if request.method == "POST" and form.is_valid():
        values = form.values() | {"year": year}
        survey = actions.create_round(city=city, values=values, by=user, key=key)
        messages.success(request, _("The survey is prepared. Choose its services next."))
        return redirect(survey)
    context = {"form": form, "survey": None, "year": year, "key": request.POST.get("key") or uuid.uuid4().hex}
    return render(request, "surveys/round_form.html", context, status=422 if form.errors else 200)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One round."""
    survey = round_or_404(request, pk)
    return render(request, "surveys/round_detail.html", round_page(person(request), survey))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change form and times of a round in preparation; a stale version shows what is saved and keeps what was typed."""
    survey, user = round_or_404(request, pk), person(request)
    if not rules.may_prepare(user, survey):
        raise PermissionDenied
    form = RoundForm(typed(request.POST) if request.method == "POST" else None, instance=survey)
    status, version, theirs = 200, survey.version, None
    if request.method == "POST":
        version, status = posted_version(request), 422
        if form.is_valid():
            try:
                actions.save_round(pk=pk, values=form.values(), version=version, by=user)
            except StaleVersion as stale:
                status, version = 409, stale.current.version
                theirs = RoundForm(instance=Round.objects.for_page().get(pk=pk))
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect("surveys:round", pk)
            else:
                messages.success(request, _("The survey is saved."))
                return redirect("surveys:round", pk)
    context = {"form": form, "survey": survey, "year": survey.year, "version": version, "theirs": theirs}
    return render(request, "surveys/round_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Choose the service of a sub-dimension and its owner."""
    survey, user = round_or_404(request, pk), person(request)
    sub = sub_dimension_or_404(survey, code)
    if not rules.may_prepare(user, survey):
        raise PermissionDenied
    chosen = next((row for row in survey.services.all() if row.sub_dimension_id == sub.pk), None)
    version, status, theirs = chosen.version if chosen else 0, 200, None
    blank = chosen or Service(round=survey, sub_dimension=sub)
    form = ServiceForm(
        typed(request.POST) if request.method == "POST" else None, instance=blank, survey=survey
    )
    if request.method == "POST":
        version, status = posted_version(request), 422
        if form.is_valid():
            try:
                actions.choose_service(
                    survey=survey, sub_dimension=sub, values=form.cleaned_data, version=version, by=user
                )
            except StaleVersion as stale:
                status, version = 409, stale.current.version if stale.current else 0
                theirs = ServiceForm(instance=stale.current, survey=survey) if stale.current else None
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect("surveys:round", pk)
            else:
                messages.success(
                    request, _("The service is chosen. Its owner has to confirm that it takes part.")
                )
                return redirect(f"{survey.get_absolute_url()}#service-{code}")
    context = {"form": form, "survey": survey, "sub": sub, "version": version, "theirs": theirs}
    return render(request, "surveys/service_form.html", context, status=status)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner confirms that it takes part."""
    found = service_or_404(request, pk)
    address = f"{found.round.get_absolute_url()}#service-{found.sub_dimension.code}"
    try:
        actions.confirm_service(pk=pk, version=posted_version(request), by=person(request))
    except StaleVersion:
        messages.warning(
            request, _("The service was changed while you read it. Look at it, then confirm. [VER-STALE]")
        )
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Confirmed: %(opd)s takes part.") % {"opd": found.opd})
    return redirect(address)


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Open or close: every move of surveys/workflow.py goes through here."""
    survey, user = round_or_404(request, pk), person(request)
    if name not in ROUND.moves:
        raise Http404
    try:
        actions.move_round(survey, name, by=user, note=request.POST.get("note", ""))
    except NotReady as refusal:
        text = _("Not possible yet. %(reasons)s Nothing was changed.")
        messages.error(request, text % {"reasons": str(refusal)})
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _SAID[name]())
    return redirect("surveys:round", pk)


_SAID: dict[str, Any] = {
    "open": lambda: _("The survey is open. Print the sheets with the QR code next."),
    "close": lambda: _("The survey is closed. Its means can be taken over into the questionnaire."),
}


@require_POST
def take_over(request: HttpRequest, pk: int, window_pk: int) -> HttpResponse:
    """Write the means into the questionnaire of a window."""
    survey, user = round_or_404(request, pk), person(request)
    window = get_object_or_404(EvaluationWindow.objects.visible_to(user).for_page(), pk=window_pk)
    try:
        written = actions.take_over(survey=survey, window=window, by=user)
    except NotReady as refusal:
        messages.error(request, _("%(reasons)s Nothing was taken over.") % {"reasons": str(refusal)})
    except StaleVersion:
        messages.warning(
            request, _("Somebody wrote an answer at the same moment. Look at it, then take over. [VER-STALE]")
        )
    else:
        text = _("Taken over into %(window)s: %(count)s answers.")
        messages.success(request, text % {"window": window, "count": len(written)})
    return redirect(f"{reverse('surveys:round', args=[pk])}#results")
