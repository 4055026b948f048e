"""Evidence: add a file or a link, say what to look at, open it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import actions, rules, uploads
from opd.access import editable_or_404, evidence_or_404, person, posted_key, posted_version
from opd.forms.quick_wins import EvidenceForm, LinkForm
from opd.models import Evidence, EvidenceKind, Progress, QuickWin
from opd.views.form_page import evidence_html
from opd.views.kinds import KINDS, kind_of
from smartcity.lib import files
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion


@require_POST
def add(request: HttpRequest, pk: int, kind: str = "quick_win") -> HttpResponse:
    """Take one or several files, check each by its content, and attach them."""
    record = editable_or_404(request, KINDS[kind].model, pk)

    def attach(accepted: files.Accepted, values: dict[str, Any]) -> None:
        key = posted_key(request, *_about(record), accepted.sha256)
        actions.add_evidence(owner=record, by=person(request), accepted=accepted, values=values, key=key)

    added, errors = uploads.take(uploads.sent_in(request), attach)
    return _answer(request, record, errors=errors, added=added)


@require_POST
def add_link(request: HttpRequest, pk: int, kind: str = "quick_win") -> HttpResponse:
    """Attach a link; nothing is fetched from it. What cannot be taken stands in its form again."""
    record = editable_or_404(request, KINDS[kind].model, pk)
    form = LinkForm(typed(request.POST), prefix="link")
    if not form.is_valid():
        context = KINDS[kind].form_page(person(request), record, link_form=form)
        return render(request, KINDS[kind].form_template, context, status=422)
    values = {"kind": EvidenceKind.LINK, **form.cleaned_data}
    key = posted_key(request, *_about(record), values["url"], values["title"])
    try:
        actions.add_evidence(owner=record, by=person(request), values=values, key=key)
    except files.Refused as refusal:
        return _answer(request, record, errors=[refusal.message])
    return _answer(request, record, added=1)


def _about(record: QuickWin | Progress) -> tuple[object, ...]:
    """What a key is bound to: the record, and of which kind it is."""
    return (record.pk,) if isinstance(record, QuickWin) else ("progress", record.pk)


def _answer(
    request: HttpRequest, record: QuickWin | Progress, *, errors: list[str] | None = None, added: int = 0
) -> HttpResponse:
    """What became of an upload: the list and what is missing follow."""

    def html() -> str:
        record.refresh_from_db()
        return evidence_html(request, record)

    return uploads.answer(
        request,
        url=_evidence_url(record),
        html=html,
        parts=lambda: kind_of(record).side_parts(request, record),
        errors=errors or (),
        added=added,
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what kind of document it is, its date, the page to look at, and until when it is valid."""
    piece = _own_evidence(request, pk)
    form = EvidenceForm(typed(request.POST) if request.method == "POST" else None, instance=piece)
    stale = False
    if request.method == "POST":
        version = posted_version(request)
        if form.is_valid():
            try:
                actions.change_evidence(pk=pk, values=form.cleaned_data, version=version, by=person(request))
                messages.success(request, _("Evidence is saved."))
                return redirect(_evidence_url(piece.owner))
            except StaleVersion:
                stale = True
            except Evidence.DoesNotExist:  # removed by a colleague at the same moment
                raise Http404 from None
    current = evidence_or_404(request, pk)
    context = {
        "piece": current,
        "owner": current.owner,
        "back_url": _evidence_url(current.owner),
        "form": form,
        "stale": stale,
        "theirs": EvidenceForm(instance=current) if stale else None,
    }
    return render(request, "opd/evidence_form.html", context, status=409 if stale else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a piece of evidence off a text that is still with the agency."""
    piece = _own_evidence(request, pk)
    try:
        actions.remove_evidence(pk=pk, by=person(request))
    except Evidence.DoesNotExist:  # removed by a colleague at the same moment
        raise Http404 from None
    messages.success(
        request, _("%(title)s is removed. Earlier receipts still name it.") % {"title": piece.title}
    )
    return redirect(_evidence_url(piece.owner))


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file, after asking again who may see it."""
    return uploads.send(evidence_or_404(request, pk))


@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the small picture of a photo."""
    return uploads.send_preview(request, evidence_or_404(request, pk))


def _evidence_url(record: QuickWin | Progress) -> str:
    """Where the record's evidence stands on its form."""
    return f"{kind_of(record).edit_url(record)}#evidence"


def _own_evidence(request: HttpRequest, pk: int) -> Evidence:
    piece = evidence_or_404(request, pk)
    if not rules.may_edit(person(request), piece.owner):
        raise PermissionDenied
    return piece
