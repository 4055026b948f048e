"""What changed since a meeting or a day: the numbers, and the rows behind each of them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opd import rules, since
from opd.access import city_of, person
from opd.since import KINDS
from opd.views import changes_page
from smartcity.lib import dates

PAGE = 100


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Numbers by dimension and agency; with `?what=` the rows of one kind, narrowed as the address says."""
    user, city = person(request), city_of(request)
    if not rules.may_see_agenda(user, city.pk):
        raise PermissionDenied
    filters = changes_page.filters_of(request, city)
    span, asked = changes_page.span_of(user, city, filters)
    context = {
        "filters": filters,
        "asked": asked,
        "begin": dates.wib(span.since, city.timezone),
        "end": dates.wib(span.until, city.timezone),
        "summary": changes_page.summary(user, span, asked),
        "what": "",
    }
    if what := filters.chosen("what"):
        narrowed = {name: filters.chosen(name) for name in ("dimension", "opd")}
        found: Any = since.lines(user, span, what, **narrowed)
        page: Any = Paginator(found, PAGE).get_page(request.GET.get("page", ""))
        groups = changes_page.groups(page.object_list, city.timezone)
        context |= {"what": str(KINDS[what]), "total": page.paginator.count, "page": page, "groups": groups}
    return render(request, "opd/changes.html", context)
