"""The search box: programmes, quick wins, evidence and notes a person may see."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opd import rules
from opd.access import city_of, person
from opd.models import Finding
from smartcity.lib import paging
from smartcity.lib.search import LONGEST_QUERY, asked, excerpt, marked
from smartcity.lib.text import tidy

FIRST, PAGE = 5, 25


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """A few of each kind, or one kind page by page. What was asked stays in the address."""
    user, city = person(request), city_of(request)
    if not rules.may_list(user):
        raise PermissionDenied
    query = tidy(request.GET.get("q", ""))[:LONGEST_QUERY]
    chosen = request.GET.get("kind", "")
    kinds = [kind for kind in Finding.Kind if chosen not in Finding.Kind.values or kind == chosen]
    groups = []
    page = None
    if asked(query):
        rows = Finding.objects.visible_to(user).of_city(city.pk).finding(query).for_list()
        for kind in kinds:
            found = rows.of_kind(kind)
            if len(kinds) == 1:
                page = paging.page(found, request.GET.get("page", ""), order=("place", "pk"), size=PAGE)
                groups.append(_group(kind, page.object_list, query, more=False))
            else:
                some = list(found[: FIRST + 1])
                groups.append(_group(kind, some[:FIRST], query, more=len(some) > FIRST))
    context = {
        "query": query,
        "asked": bool(asked(query)),
        "groups": [group for group in groups if group["rows"]],
        "one_kind": len(kinds) == 1,
        "page": page,
        "longest": LONGEST_QUERY,
    }
    return render(request, "opd/search.html", context)


def _group(kind: Finding.Kind, found: list[Finding], query: str, *, more: bool) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "label": kind.label,
        "more": more,
        "rows": [
            {
                "url": row.record.get_absolute_url(),
                "title": marked(row.title, query),
                "where": " · ".join(_where(row)),
                "text": marked(excerpt(row.text, query), query),
            }
            for row in found
        ],
    }


def _where(row: Finding) -> list[str]:
    """What the text belongs to, and whose it is. A note goes by the name of its record already."""
    name = [row.progress.program.name] if row.progress and row.kind == Finding.Kind.EVIDENCE else []
    return [*name, row.record.code, row.opd.short]
