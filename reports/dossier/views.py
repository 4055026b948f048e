"""The dossiers of a window: which are there, how far one is, and the file."""

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from evaluations.models import Seat, Snapshot
from evaluations.presentation import short_digest
from opd.access import person
from reports import rules, store
from reports.dossier import actions
from reports.models import Dossier, Status
from reports.presentation import dossier_row
from reports.sending import send
from reports.tasks import ring_for_dossier_on_commit
from smartcity.lib import dates
from smartcity.lib.htmx import varies, wants_partial

log = logging.getLogger("portal.reports")


@require_GET
def dossiers(request: HttpRequest, pk: int) -> HttpResponse:
    """Every frozen version of a window with its dossier, the newest first; the panel sees what it judges."""
    return render(request, "reports/dossiers.html", _page(request, pk))


@require_POST
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the dossier of the newest version and go on at once: a worker builds it."""
    newest = _snapshots(request, pk)[0]
    with transaction.atomic():
        dossier, created = actions.request_dossier(
            by=person(request), snapshot=newest, seated=_is_seated(request, pk)
        )
        if created:
            ring_for_dossier_on_commit(dossier.pk)
    return redirect("reports:dossiers", pk)


@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one dossier is, as the part of the page that asks every two seconds."""
    found = _dossier(request, pk)
    window_id = found.snapshot.window_id
    if not wants_partial(request):
        return varies(redirect("reports:dossiers", window_id))
    row = _version(found.snapshot, found, latest=found.snapshot == _snapshots(request, window_id)[0])
    context = {
        "row": row,
        "say": _news(found, request.GET.get("seen", "")),
        "may_build": _may_build(request, found),
    }
    return varies(render(request, "reports/parts/dossier.html", context))


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to whoever may have it at this moment; that it was taken is written down."""
    found = get_object_or_404(Dossier.objects.visible_to(person(request)).ready().for_page(), pk=pk)
    file = store.open_intact(found.sha256, store.ZIP)
    if file is None:
        log.error("the file of dossier %s is missing or was changed on disk", found.pk)
        messages.error(
            request,
            _(
                "The file of version %(version)s is missing or was changed on disk. Build it again: what was "
                "frozen is kept. [DOS-GONE]"
            )
            % {"version": found.version},
        )
        return redirect("reports:dossiers", found.snapshot.window_id)
    actions.note_taken(by=person(request), dossier=found)
    return send(file, found.sha256, store.ZIP, found.file_name)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a failed dossier built again, or one whose file is gone; any other stays as it is."""
    found = _dossier(request, pk)
    seated = _is_seated(request, found.snapshot.window_id)
    with transaction.atomic():
        gone = found.status == Status.READY and not store.is_intact(found.sha256, store.ZIP)
        again = actions.renew if gone else actions.retry
        if again(by=person(request), dossier=found, seated=seated):
            ring_for_dossier_on_commit(found.pk)
    return redirect("reports:dossiers", found.snapshot.window_id)


def _snapshots(request: HttpRequest, window_id: int) -> list[Snapshot]:
    """The frozen versions a person may take along: of their city all, from a seat the one that is judged.

    404 for a window whose material they may not know of, 403 for whoever only reads it in the portal.
    """
    user = person(request)
    rows = Snapshot.objects.real().visible_to(user).filter(window=window_id).newest_first()
    found = list(rows.select_related("window__city", "window__instrument").defer("payload"))
    if not found:
        raise Http404
    if rules.may_read_dossiers_in(user, found[0].window.city_id):
        return found
    if not _is_seated(request, window_id):
        raise PermissionDenied
    return found[:1]


def _is_seated(request: HttpRequest, window_id: int) -> bool:
    return Seat.objects.usable_by(person(request)).filter(window=window_id).exists()


def _dossier(request: HttpRequest, pk: int) -> Dossier:
    return get_object_or_404(Dossier.objects.visible_to(person(request)).for_page(), pk=pk)


def _may_build(request: HttpRequest, dossier: Dossier) -> bool:
    seated = _is_seated(request, dossier.snapshot.window_id)
    return rules.may_build_dossier(person(request), dossier.city_id, seated=seated)


def _page(request: HttpRequest, window_id: int) -> dict[str, Any]:
    """Everything the page shows, as plain rows."""
    snapshots = _snapshots(request, window_id)
    window = snapshots[0].window
    seated = _is_seated(request, window_id)
    found = Dossier.objects.visible_to(person(request)).of_window(window_id).for_page()
    by_snapshot = {dossier.snapshot_id: dossier for dossier in found}
    rows = [
        _version(snapshot, by_snapshot.get(snapshot.pk), latest=place == 0)
        for place, snapshot in enumerate(snapshots)
    ]
    return {
        "window": window,
        "seated": seated,
        "rows": [row for row in rows if row["latest"] or row["dossier"]],
        "may_build": rules.may_build_dossier(person(request), window.city_id, seated=seated),
        "sample": window.sample,
    }


def _version(snapshot: Snapshot, dossier: Dossier | None, *, latest: bool) -> dict[str, Any]:
    gone = (
        dossier is not None
        and dossier.status == Status.READY
        and not store.is_there(dossier.sha256, dossier.size, store.ZIP)
    )
    row = dossier_row(dossier) if dossier else None
    if row and gone:
        row["status"] = {"css": "terlambat", "icon": "late", "label": _("File missing")}
    return {
        "version": str(snapshot.version),
        "frozen_at": dates.wib(snapshot.taken_at, snapshot.window.city.timezone),
        "digest": short_digest(snapshot.digest),
        "latest": latest,
        "window_pk": snapshot.window_id,
        "dossier": row,
        "gone": gone,
    }


def _news(found: Dossier, seen: str) -> str:
    """What a screen reader should hear: the stage when it is another than the one seen, or the end."""
    if found.is_under_way:
        return str(found.get_stage_display()) if found.stage != seen else ""
    if found.status == Status.READY:
        return _("The dossier is ready")
    return _("The dossier was not finished")
