"""The clarification desk: the board by time left, one item, its answer and its files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from evaluations import desk, rules
from evaluations.access import by_script, item_or_404, posted_version
from evaluations.actions import clarifications as actions
from evaluations.forms.clarifications import ReplyForm
from evaluations.models import Clarification, Exhibit, KeptReply
from evaluations.views.clarification_page import board_page, item_page
from opd import uploads
from opd.access import give_back, person, posted_key
from smartcity.lib import dates, files
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """What is open, by time left, then what is over: the city's board, an agency's tasks, an assessor's doubts."""
    user = person(request)
    if not rules.may_read_desk(user):
        raise PermissionDenied
    return render(request, "evaluations/clarification_board.html", board_page(user, request.GET))


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: the doubt, until when, the answer in work for its agency, the sent one for all who may see it."""
    item = item_or_404(request, pk)
    return render(request, "evaluations/clarification.html", item_page(person(request), item))


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the answer, or send it (`do=send`); without a script the files come along in the same form."""
    item, user = item_or_404(request, pk), person(request)
    if not rules.may_reply(user, item):
        raise PermissionDenied
    version, form = posted_version(request), ReplyForm(typed(request.POST))
    if not form.is_valid():
        return _refused(request, item, form)
    text, sends = form.cleaned_data["answer"], request.POST.get("do") == "send"
    late: actions.ReplyTooLate | None = None
    try:
        errors, late = _take_all(request, item)
        if sends and not errors:
            return _sent(request, item, text, version)
        saved = actions.save_reply(pk=pk, text=text, version=version, by=user)
    except NotReady as refusal:
        for problem in refusal.problems:
            form.add_error("answer", str(problem.text))
        return _refused(request, item, form)
    except StaleVersion as stale:
        return _conflict(request, item, form, stale.current)
    except actions.ReplyTooLate as refusal:
        return _over(request, item, str(late if refusal.kept is None and late else refusal))
    except WrongStatus as refusal:
        give_back(request, text)
        return _over(request, item, str(refusal))
    if by_script(request):
        at = dates.clock_time(saved.updated_at, item.window.city.timezone)
        return JsonResponse({"version": saved.version, "saved_at": at, "errors": {}})
    for sentence in errors:
        messages.error(request, sentence)
    messages.success(request, _("The draft is saved. It is not sent yet."))
    return redirect(item)


def _sent(request: HttpRequest, item: Clarification, text: str, version: int) -> HttpResponse:
    """Send the answer and say the number and the second."""
    key = posted_key(request, "reply", item.pk)
    receipt = actions.send_reply(pk=item.pk, text=text, version=version, by=person(request), key=key)
    at = dates.wib(receipt.at, item.window.city.timezone)
    sentence = _("The answer is sent. Number %(number)s, %(time)s.")
    messages.success(request, sentence % {"number": receipt.number, "time": at})
    return redirect(item)


def _refused(request: HttpRequest, item: Clarification, form: ReplyForm) -> HttpResponse:
    """The page again with what was typed and the sentence at its field."""
    if by_script(request):
        errors = {name: " ".join(map(str, rows)) for name, rows in form.errors.items()}
        return JsonResponse({"errors": errors}, status=422)
    context = item_page(person(request), item_or_404(request, item.pk), reply_form=form)
    return render(request, "evaluations/clarification.html", context, status=422)


def _conflict(
    request: HttpRequest, item: Clarification, form: ReplyForm, current: Clarification
) -> HttpResponse:
    """The text of a colleague, or of another device, beside the one typed here."""
    conflict = {
        "action": reverse("evaluations:clarification_reply", args=[item.pk]),
        "back_url": item.get_absolute_url(),
        "version": current.version,
        "by": "",
        "at": dates.clock_time(current.updated_at, item.window.city.timezone),
        "rows": [
            {
                "name": "answer",
                "label": _("Answer"),
                "theirs": current.answer,
                "mine": form.data.get("answer", ""),
                "long": True,
            }
        ],
    }
    if by_script(request):
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)


def _over(request: HttpRequest, item: Clarification, sentence: str) -> HttpResponse:
    """Too late, or somebody was first: said where the person looks."""
    if by_script(request):
        return JsonResponse({"errors": {"answer": sentence}}, status=422)
    messages.error(request, sentence)
    return redirect(item)


# --- files -----------------------------------------------------------------------------------------------------


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one or several files, check each by its content, and put them into the answer."""
    item, user = item_or_404(request, pk), person(request)
    if not rules.may_reply(user, item):
        raise PermissionDenied
    uploads = request.FILES.getlist("file")
    if not uploads:
        return _attached(
            request, item, [_("Choose a file first. Your other entries are kept. [FILE-NONE]")], 0
        )
    try:
        errors, late = _take_all(request, item)
    except WrongStatus as refusal:
        return _attached(request, item, [str(refusal)], 0)
    if late is not None:
        return _attached(request, item, [str(late)], 0)
    return _attached(request, item, errors, len(uploads) - len(errors))


def _take_all(request: HttpRequest, item: Clarification) -> tuple[list[str], "actions.ReplyTooLate | None"]:
    """Attach every upload of the request; return the sentences of those refused, and that it was too late, if so."""
    late, errors = None, []
    for upload in request.FILES.getlist("file"):
        try:
            if sentence := _take(request, item, upload):
                errors.append(sentence)
        except actions.ReplyTooLate as refusal:  # kept; so are the ones after it
            late = refusal
    return errors, late


def _take(request: HttpRequest, item: Clarification, upload: "UploadedFile[bytes]") -> str:
    try:
        with files.inspect_uploaded(upload, kind="document") as accepted:
            actions.add_file(pk=item.pk, accepted=accepted, by=person(request))
    except files.Refused as refusal:
        return refusal.message
    return ""


def _attached(request: HttpRequest, item: Clarification, errors: list[str], added: int) -> HttpResponse:
    """What became of an upload: the files of the answer follow."""

    def html() -> str:
        context = {"files": desk.draft_files(item)}
        return render_to_string("evaluations/parts/clarification_files.html", context, request)

    told = ngettext("%(count)s file is added.", "%(count)s files are added.", added) % {"count": added}
    url = item.get_absolute_url()
    return uploads.answer(request, url=url, html=html, errors=errors, added=added, told=told)


@require_POST
def detach(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """Take a file out of an open answer."""
    item, user = item_or_404(request, pk), person(request)
    if not rules.may_reply(user, item):
        raise PermissionDenied
    try:
        actions.remove_file(pk=pk, file_pk=file_pk, by=user)
        messages.success(request, _("The file is removed."))
    except Exhibit.DoesNotExist:  # removed by a colleague at the same moment
        raise Http404 from None
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    return redirect(item)


@require_GET
def file(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """Send a file of an answer, after asking again who may see it."""
    facts = _facts(request, pk, sha256)
    return files.serve(sha256, download_name=facts["name"], media_type=facts["media_type"])


@require_GET
def preview(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """Send the small picture of a photo."""
    facts = _facts(request, pk, sha256)
    if not facts["has_preview"]:
        raise Http404
    return files.serve_preview(request, sha256, download_name=facts["title"])


def _facts(request: HttpRequest, pk: int, sha256: str) -> dict[str, Any]:
    """A file of the sent answer, of the one in work for its agency, or of what was kept for this person; else 404."""
    item, user = item_or_404(request, pk), person(request)
    found = list(item.receipt.payload["files"]) if hasattr(item, "receipt") else []
    if rules.may_reply(user, item):
        found += actions.files_of(item)
    for kept in KeptReply.objects.visible_to(user).filter(clarification=item):
        found += kept.files
    facts: dict[str, Any] | None = next((row for row in found if row["sha256"] == sha256), None)
    if facts is None:
        raise Http404
    return facts
