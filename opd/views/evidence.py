"""Evidence: add a file or a link, say what to look at, open it."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import actions, rules
from opd.access import editable_quick_win, evidence_or_404, person
from opd.forms import EvidenceForm, LinkForm, UploadForm
from opd.models import Evidence, EvidenceKind, QuickWin
from opd.storage import keep, room_for
from opd.views.form_page import evidence_html, side_parts
from smartcity.lib import files
from smartcity.lib.models import StaleVersion


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one or several files, check each by its content, and attach them."""
    quick_win = editable_quick_win(request, pk)
    form, uploads = UploadForm(request.POST, request.FILES), request.FILES.getlist("file")
    if not uploads:
        return _answer(request, quick_win, errors=[_("Choose a file first. Your other entries are kept. [FILE-NONE]")])
    details = form.cleaned_data if form.is_valid() else {}
    errors = [error for upload in uploads if (error := _take(request, quick_win, upload, details))]
    return _answer(request, quick_win, errors=errors, added=len(uploads) - len(errors))


def _take(request: HttpRequest, quick_win: QuickWin, upload: UploadedFile, details: dict[str, Any]) -> str:
    """Attach one upload; return the sentence of its refusal, or nothing."""
    try:
        room_for(quick_win, upload.size or 0)
        with files.inspect_uploaded(upload, kind=details.get("kind") or EvidenceKind.DOCUMENT) as accepted:
            stored = keep(accepted)
            name = accepted.name
    except files.Refused as refusal:
        return refusal.message
    by_content = EvidenceKind.PHOTO if stored.media_type.startswith("image/") else EvidenceKind.DOCUMENT
    values = {
        "kind": details.get("kind") or by_content,
        "title": Path(name).stem[:200] or name[:200],
        "original_name": name[:255],
        "document_date": details.get("document_date"),
        "page": details.get("page", ""),
    }
    key = request.POST.get("key", "")
    actions.add_evidence(
        quick_win=quick_win,
        by=person(request),
        stored=stored,
        values=values,
        key=f"{key}{stored.sha256[:32]}" if actions.is_key(key) else None,
    )
    return ""


@require_POST
def add_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a link; nothing is fetched from it."""
    quick_win = editable_quick_win(request, pk)
    form = LinkForm(request.POST, prefix="link")
    if not form.is_valid():
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return _answer(request, quick_win, errors=sentences)
    try:
        url = files.check_link(form.cleaned_data["url"])
    except files.Refused as refusal:
        return _answer(request, quick_win, errors=[refusal.message])
    values = {
        "kind": EvidenceKind.LINK,
        "title": form.cleaned_data["title"],
        "url": url,
        "document_date": form.cleaned_data["document_date"],
    }
    key = request.POST.get("key", "")
    actions.add_evidence(
        quick_win=quick_win, by=person(request), stored=None, values=values, key=key if actions.is_key(key) else None
    )
    return _answer(request, quick_win, added=1)


def _answer(
    request: HttpRequest, quick_win: QuickWin, *, errors: list[str] | None = None, added: int = 0
) -> HttpResponse:
    """JSON for the upload script, a page for everybody else."""
    by_script = request.headers.get("X-Requested-With") == "upload"
    if by_script and errors:
        return JsonResponse({"error": " ".join(errors)}, status=422)
    if by_script:
        html = evidence_html(request, quick_win)
        return JsonResponse({"html": html, "message": _("Added."), "parts": side_parts(request, quick_win)}, status=201)
    for sentence in errors or ():
        messages.error(request, sentence)
    if added:
        messages.success(request, _("Evidence is added. Complete its date and the page to look at."))
    return redirect(f"{reverse('opd:quick_win_edit', args=[quick_win.pk])}#evidence")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what kind of document it is, its date, the page to look at, and until when it is valid."""
    piece = _own_evidence(request, pk)
    form = EvidenceForm(request.POST or None, instance=piece)
    stale = False
    if request.method == "POST":
        version = request.POST.get("version", "")
        if not version.isdigit():
            raise BadRequest("the form came without its version")
        if form.is_valid():
            try:
                actions.change_evidence(pk=pk, values=form.cleaned_data, version=int(version), by=person(request))
                messages.success(request, _("Evidence is saved."))
                return redirect(f"{reverse('opd:quick_win_edit', args=[piece.quick_win_id])}#evidence")
            except StaleVersion:
                stale = True
    current = Evidence.objects.get(pk=pk)
    context = {"piece": current, "form": form, "stale": stale, "theirs": EvidenceForm(instance=current) if stale else None}
    return render(request, "opd/evidence_form.html", context, status=409 if stale else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a piece of evidence off a text that is still with the agency."""
    piece = _own_evidence(request, pk)
    actions.remove_evidence(pk=pk, by=person(request))
    messages.success(request, _("%(title)s is removed. Earlier receipts still name it.") % {"title": piece.title})
    return redirect(f"{reverse('opd:quick_win_edit', args=[piece.quick_win_id])}#evidence")


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the file, after asking again who may see it."""
    piece = evidence_or_404(request, pk)
    if piece.stored_file is None:
        raise Http404
    return files.serve(
        piece.stored_file.sha256, download_name=piece.original_name, media_type=piece.stored_file.media_type
    )


@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the small picture of a photo."""
    piece = evidence_or_404(request, pk)
    if piece.stored_file is None or not piece.stored_file.has_preview:
        raise Http404
    return files.serve_preview(piece.stored_file.sha256, download_name=piece.title)


def _own_evidence(request: HttpRequest, pk: int) -> Evidence:
    piece = evidence_or_404(request, pk)
    if not rules.may_edit(person(request), piece.quick_win):
        raise PermissionDenied
    return piece
