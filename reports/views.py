"""The report pages: what is being built, the versions, one version, its file."""

import logging
import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opd.access import city_of, person
from opd.models import City
from reports import actions, rules, store
from reports.forms import ReportForm
from reports.models import Report, Status
from reports.presentation import row
from reports.sending import send
from reports.tasks import ring_on_commit
from smartcity.lib.htmx import varies, wants_partial
from smartcity.lib.workflow import NotReady

log = logging.getLogger("portal.reports")

VERSIONS_A_PAGE = 20


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What is being built, the versions that are ready, and the form for a new one."""
    city = _city(request)
    return render(request, "reports/report_list.html", _page(request, city))


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Freeze the data, queue the report, and go on at once: a worker builds it."""
    city = _city(request)
    if not rules.may_ask_in(person(request), city.pk):
        raise PermissionDenied
    form = ReportForm(request.POST, city=city)
    if not form.is_valid():
        if "key" in form.errors:
            raise BadRequest("no idempotency key")
        return render(request, "reports/report_list.html", _page(request, city, form), status=422)
    try:
        with transaction.atomic():
            report = actions.request_report(
                by=person(request),
                city=city,
                year=form.year(),
                window=form.window(),
                key=form.cleaned_data["key"],
            )
            ring_on_commit(report.pk)
    except NotReady as refusal:
        messages.error(request, str(refusal))
    return redirect("reports:reports")


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it is made of, and the digests to compare a printed copy with."""
    found = _report(request, pk)
    context = {
        "report": row(found),
        "may_retry": rules.may_retry(person(request), found),
    }
    return render(request, "reports/report_detail.html", context)


@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one report is, as the part of the page that asks every two seconds."""
    found = _report(request, pk)
    if not wants_partial(request):
        return varies(redirect("reports:reports"))
    context: dict[str, Any] = {"report": row(found), "say": _news(found, request.GET.get("seen", ""))}
    if not found.is_under_way:
        # The last answer also brings the list of versions and the form up to date, once.
        context |= _page(request, found.city) | {"finished": True}
    return varies(render(request, "reports/parts/progress.html", context))


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to whoever may see the report at this moment."""
    found = get_object_or_404(Report.objects.visible_to(person(request)).ready().for_list(), pk=pk)
    file = store.open_intact(found.sha256)
    if file is None:
        log.error("the file of report %s is missing or was changed on disk", found.pk)
        messages.error(
            request,
            _(
                "The file of version %(version)d is missing or was changed on disk. "
                "Build a new version. [RPT-FILE]"
            )
            % {"version": found.version},
        )
        return redirect("reports:reports")
    return send(file, found.sha256, store.PDF, found.file_name)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a failed report built again from the same frozen data."""
    found = _report(request, pk)
    with transaction.atomic():
        if actions.retry(by=person(request), report=found):
            ring_on_commit(found.pk)
    return redirect("reports:reports")


def _city(request: HttpRequest) -> City:
    """The city whose reports the person may read."""
    city = city_of(request)
    if not rules.may_read_in(person(request), city.pk):
        raise PermissionDenied
    return city


def _report(request: HttpRequest, pk: int) -> Report:
    """A report the person may see; any other answers like one that does not exist."""
    return get_object_or_404(
        Report.objects.visible_to(person(request)).select_related("city", "window"), pk=pk
    )


def _news(found: Report, seen: str) -> str:
    """What a screen reader should hear: the stage when it is another than the one seen, or the end."""
    if found.is_under_way:
        return str(found.get_stage_display()) if found.stage != seen else ""
    version = {"version": found.version}
    if found.status == Status.READY:
        return _("Version %(version)s is ready") % version
    return _("Version %(version)s was not finished") % version


def _page(request: HttpRequest, city: City, form: ReportForm | None = None) -> dict[str, Any]:
    """Everything the list shows, as plain rows."""
    found = Report.objects.visible_to(person(request)).of_city(city.pk).for_list()
    under_way = [row(report) for report in found.under_way()]
    may_ask = rules.may_ask_in(person(request), city.pk)
    if may_ask and form is None:
        form = ReportForm(initial={"key": secrets.token_hex(16)}, city=city)
    page = Paginator(found.ready(), VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "year": str(city.evaluation_year),
        "under_way": under_way,
        "page": page,
        "versions": [
            row(report) | {"latest": place == 0 and page.number == 1} for place, report in enumerate(page)
        ],
        "failed": [row(report) for report in found.failed()[:3]],
        "may_ask": may_ask,
        "form": form,
    }
