"""The recap of paper forms of one service: enter it, correct it, read who entered what and why."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opd.access import person, posted_version
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus
from surveys import actions, rules, tallies
from surveys.access import service_or_404
from surveys.forms import RecapForm
from surveys.models import Recap, Service
from surveys.presentation import quota, recap_row


@require_http_methods(["GET", "POST"])
def recap(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the recap, or correct it by a new one; what was entered before stays in the history."""
    service, user = service_or_404(request, pk), person(request)
    if not rules.may_recap(user, service):
        raise PermissionDenied
    last = Recap.objects.of_service(service).first()
    form = RecapForm(typed(request.POST)) if request.method == "POST" else RecapForm(initial=_initial(last))
    number, status = last.number if last else 0, 200
    if request.method == "POST":
        number, status = posted_version(request), 422
        if form.is_valid():
            try:
                actions.enter_recap(service=service, values=form.cleaned_data, number=number, by=user)
            except StaleVersion as stale:
                number, status = stale.current.number if stale.current else 0, 409
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect(service.round)
            else:
                messages.success(request, _("The recap is saved."))
                return redirect(f"{service.round.get_absolute_url()}#service-{service.sub_dimension.code}")
    return render(request, "surveys/recap_form.html", _page(service, form, number, status), status=status)


def _page(service: Service, form: RecapForm, number: int, status: int) -> dict[str, Any]:
    recaps = Recap.objects.of_service(service)
    return {
        "service": service,
        "survey": service.round,
        "form": form,
        "version": number,
        "stale": status == 409,
        "quota": quota(tallies.of_services([service])[service.pk]),
        "recaps": [recap_row(row, service.round.city.timezone) for row in recaps],
    }


def _initial(last: Recap | None) -> dict[str, Any]:
    """The figures in force; the reason is asked anew."""
    if last is None:
        return {}
    counts = last.counts()
    if counts is not None:
        return {f"count_{mark}": count for mark, count in counts.items()}
    return {"respondents": last.respondents, "mean": last.mean}
