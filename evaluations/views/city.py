"""The city at a glance: how complete, who is late, what waits for a decision, where the index comes from."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaluations import rules
from evaluations.views.city_page import city_page
from opd.access import city_of, person


@require_GET
def city(request: HttpRequest) -> HttpResponse:
    """The dashboard of a year; `?year=` shows an earlier one."""
    user = person(request)
    if not rules.may_see_dashboard(user):
        raise PermissionDenied
    return render(
        request, "evaluations/city.html", city_page(user, city_of(request), request.GET.get("year", ""))
    )
