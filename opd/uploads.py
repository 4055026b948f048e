"""Files of evidence on their way in from a form, each checked, and out again to who may see them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from opd.forms.quick_wins import UploadForm
from opd.models import Claim, EvidenceKind
from smartcity.lib import files


@dataclass(frozen=True)
class Uploads:
    """What an upload form sent: the files, the claims made about all of them, and what was wrong with it."""

    files: list[UploadedFile] = field(default_factory=list)
    details: Mapping[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def sent_in(request: HttpRequest) -> Uploads:
    """Read an upload form; no file is looked at yet."""
    form, uploads = UploadForm(request.POST, request.FILES), request.FILES.getlist("file")
    if not uploads:
        return Uploads(errors=[_("Choose a file first. Your other entries are kept. [FILE-NONE]")])
    form.is_valid()
    wrong = [str(error) for name, errors in form.errors.items() if name != "file" for error in errors]
    return Uploads([] if wrong else uploads, form.cleaned_data, wrong)


def take(
    uploads: Uploads, attach: Callable[[files.Accepted, dict[str, Any]], object]
) -> tuple[int, list[str]]:
    """Check each file by its content and `attach` it with its claims; return how many, and the refusals."""
    errors = list(uploads.errors)
    for upload in uploads.files:
        try:
            with files.inspect_uploaded(
                upload, kind=uploads.details.get("kind") or EvidenceKind.DOCUMENT
            ) as accepted:
                attach(accepted, _claims(accepted, uploads.details))
        except files.Refused as refusal:
            errors.append(refusal.message)
    return len(uploads.files) - (len(errors) - len(uploads.errors)), errors


def answer(
    request: HttpRequest,
    *,
    url: str,
    html: Callable[[], str],
    parts: Callable[[], dict[str, str]] = dict,
    errors: Sequence[str] = (),
    added: int = 0,
    told: str = "",
) -> HttpResponse:
    """Say what became of an upload: JSON with the new list for the script, the page at `url` for everybody else.

    `html` draws the inside of the list and `parts` what else follows it; both are asked only when they are sent.
    `told` is the sentence of a list whose files need no more words.
    """
    by_script = request.headers.get("X-Requested-With") == "upload"
    if by_script and errors:
        return JsonResponse({"error": " ".join(errors)}, status=422)
    if by_script:
        return JsonResponse({"html": html(), "message": _("Added."), "parts": parts()}, status=201)
    for sentence in errors:
        messages.error(request, sentence)
    if added:
        messages.success(request, told or _("Evidence is added. Complete its date and the page to look at."))
    return redirect(url)


def _claims(accepted: files.Accepted, details: Mapping[str, Any]) -> dict[str, Any]:
    by_content = EvidenceKind.PHOTO if accepted.media_type.startswith("image/") else EvidenceKind.DOCUMENT
    return {
        "kind": details.get("kind") or by_content,
        "title": Path(accepted.name).stem[:200] or accepted.name[:200],
        "original_name": accepted.name[:255],
        "document_date": details.get("document_date"),
        "page": details.get("page", ""),
    }


def send(piece: Claim) -> HttpResponseBase:
    """Answer with the file of a piece of evidence; 404 for a link. The caller has asked who may see it."""
    stored = piece.stored_file
    if stored is None:
        raise Http404
    return files.serve(stored.sha256, download_name=piece.original_name, media_type=stored.media_type)


def send_preview(request: HttpRequest, piece: Claim) -> HttpResponseBase:
    """Answer with the small picture of a photo; 404 for everything else. The caller has asked who may see it."""
    stored = piece.stored_file
    if stored is None or not stored.has_preview:
        raise Http404
    return files.serve_preview(request, stored.sha256, download_name=piece.title)
