"""The minutes of a window's panel: every closed revision with its document, how far one is, and the file."""

import logging
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from evaluations.models import Reconciliation
from evaluations.presentation import short_digest
from opd.access import person
from opd.models import User
from reports import rules, store
from reports.minutes import actions
from reports.models import Minutes, Status, panel_seat_of
from reports.presentation import minutes_row
from reports.sending import send
from reports.tasks import ring_for_minutes_on_commit
from smartcity.lib import dates
from smartcity.lib.htmx import varies, wants_partial

log = logging.getLogger("portal.reports")


@require_GET
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Every closed revision of a window's consensus with its minutes, the newest first; 404 before there is one."""
    user = person(request)
    found = list(_closed(user).filter(window=pk).order_by("-revision"))
    if not found:
        raise Http404
    made = {row.reconciliation_id: row for row in Minutes.objects.visible_to(user).of_window(pk).for_page()}
    window = found[0].window
    context = {
        "window": window,
        "seated": panel_seat_of(user, pk),
        "rows": [_version(row, made.get(row.pk), latest=place == 0) for place, row in enumerate(found)],
        "may_make": _may_make(user, found[0]),
        "sample": found[0].sample,
    }
    return render(request, "reports/minutes.html", context)


@require_POST
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the minutes of a closed revision and go on at once: a worker builds them."""
    row = _revision(request, pk)
    with transaction.atomic():
        made, created = actions.request_minutes(by=person(request), reconciliation=row)
        if created:
            ring_for_minutes_on_commit(made.pk)
    return redirect("reports:minutes", row.window_id)


@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the minutes of one revision stand, as the part that two pages show and that asks every two seconds."""
    row = _revision(request, pk)
    if not wants_partial(request):
        return varies(redirect("reports:minutes", row.window_id))
    user = person(request)
    made = Minutes.objects.visible_to(user).for_page().filter(reconciliation=pk).first()
    newer = _closed(user).filter(window=row.window_id, revision__gt=row.revision)
    context = {
        "row": _version(row, made, latest=not newer.exists()),
        "say": _news(made, request.GET.get("seen", "")),
        "may_make": _may_make(user, row),
    }
    return varies(render(request, "reports/parts/minutes.html", context))


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to whoever may have it at this moment; that it was taken is written down."""
    found = get_object_or_404(Minutes.objects.visible_to(person(request)).ready().for_page(), pk=pk)
    file = store.open_intact(found.sha256)
    if file is None:
        log.error("the file of minutes %s is missing or was changed on disk", found.pk)
        messages.error(
            request,
            _(
                "The file of version %(version)s is missing or was changed on disk. Build it again: what was "
                "frozen is kept. [BA-GONE]"
            )
            % {"version": found.version},
        )
        return redirect("reports:minutes", found.reconciliation.window_id)
    actions.note_taken(by=person(request), minutes=found)
    return send(file, found.sha256, store.PDF, found.file_name)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have failed minutes built again, or those whose file is gone; any other stay as they are."""
    found = get_object_or_404(Minutes.objects.visible_to(person(request)).for_page(), pk=pk)
    with transaction.atomic():
        gone = found.status == Status.READY and not store.is_intact(found.sha256)
        again = actions.renew if gone else actions.retry
        if again(by=person(request), minutes=found):
            ring_for_minutes_on_commit(found.pk)
    return redirect("reports:minutes", found.reconciliation.window_id)


def _closed(user: User) -> Any:
    """The closed revisions a person may read; the payload stays where it is, a page needs none of it."""
    rows = Reconciliation.objects.visible_to(user).closed()
    return rows.select_related("window__city").defer("payload")


def _revision(request: HttpRequest, pk: int) -> Reconciliation:
    found: Reconciliation = get_object_or_404(_closed(person(request)), pk=pk)
    return found


def _may_make(user: User, row: Reconciliation) -> bool:
    return rules.may_make_minutes(user, row.city_id, seated=panel_seat_of(user, row.window_id))


def _version(row: Reconciliation, made: Minutes | None, *, latest: bool) -> dict[str, Any]:
    """One closed revision and its document."""
    zone = row.window.city.timezone
    shown = minutes_row(made) if made else None
    gone = made is not None and made.status == Status.READY and not store.is_there(made.sha256, made.size)
    if shown and gone:
        shown["status"] = {"css": "terlambat", "icon": "late", "label": _("File missing")}
    return {
        "pk": row.pk,
        "window_pk": row.window_id,
        "version": str(row.revision),
        "number": row.number,
        "closed_at": dates.wib(row.closed_at, zone),
        "digest": short_digest(row.digest),
        "reason": row.reason,
        "latest": latest,
        "minutes": shown,
        "gone": gone,
        "sample": row.sample,
    }


def _news(made: Minutes | None, seen: str) -> str:
    """What a screen reader should hear of a work it watched: the stage when it is a new one, or the end."""
    if made is None or not seen:
        return ""
    if made.is_under_way:
        return str(made.get_stage_display()) if made.stage != seen else ""
    return _("The minutes are ready") if made.status == Status.READY else _("The minutes were not finished")
