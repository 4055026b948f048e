"""The evidence bank: every document with its validity and its uses, as a list, as a page, as a file."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaluations import bank, orders
from evaluations.access import document_or_404
from evaluations.forms.bank import BankFilter
from evaluations.views.bank_page import document_page, line_of, listing
from opd import rules
from opd.access import city_of, person
from opd.models import City, Opd, User
from opd.presentation.meetings import today_in
from opd.views.exports import respond
from smartcity.lib import decimals, files, paging

PAGE = 50


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """The list: of one's agency, or of the city for those who see it. What was asked stays in the address."""
    user, city = _reader(request)
    filters, rows = _listed(request, user, city)
    sorting = orders.BANK.read(request.GET)
    page = paging.page(rows.for_list(), request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    today = today_in(city)
    context = {
        "filters": filters,
        "sorting": sorting,
        "narrowed": filters.narrows(),
        "with_opd": len(filters.fields["opd"].choices) > 1,  # type: ignore[attr-defined]
        "page": page,
        "rows": [line_of(user, row, city.evaluation_year, today) for row in page.object_list],
        "many": decimals.display(paging.MOST_COUNTED, 0),
        "year": city.evaluation_year,
    }
    return render(request, "evaluations/bank.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as the page is narrowed, as a workbook or as CSV."""
    user, city = _reader(request)
    _filters, rows = _listed(request, user, city)
    found = listing(rows.order_by(*orders.BANK.read(request.GET).fields), user, city, today_in(city))
    return respond(request, found, f"bank-bukti-{city.evaluation_year}")


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: what it is, whether it still holds, its versions, and every place that shows it."""
    user, city = _reader(request)
    context = document_page(user, city, document_or_404(request, pk), today_in(city))
    back = request.GET.get("back", "")  # checked when it is used
    return render(request, "evaluations/document.html", context | {"back": back})


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file, after asking again who may see it."""
    user, _city = _reader(request)
    found = document_or_404(request, pk)
    stored = found.stored_file
    if stored is None:
        raise Http404
    return files.serve(stored.sha256, download_name=bank.name_for(user, found), media_type=stored.media_type)


@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the small picture of a photo."""
    user, _city = _reader(request)
    found = document_or_404(request, pk)
    if found.stored_file is None or not found.stored_file.has_preview:
        raise Http404
    name = bank.name_for(user, found)
    return files.serve_preview(request, found.stored_file.sha256, download_name=name)


def _reader(request: HttpRequest) -> tuple[User, City]:
    user, city = person(request), city_of(request)
    if not rules.may_read_bank(user):
        raise PermissionDenied
    return user, city


def _listed(request: HttpRequest, user: User, city: City) -> tuple[BankFilter, Any]:
    """What the page and its files list alike."""
    own = user.opds()
    opds = [] if own and not rules.may_review_queue(user) else list(Opd.objects.of_city(city))
    filters = BankFilter(request.GET, opds=opds)
    rows = bank.narrowed(
        bank.seen_by(user).of_city(city.pk),
        user,
        year=city.evaluation_year,
        today=today_in(city),
        asked=filters.asked(),
    )
    return filters, rows
