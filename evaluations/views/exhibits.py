"""Evidence of an answer: add files or a link, say what to look at, open it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import actions, follow_up, rules
from evaluations.access import answer_or_404, exhibit_or_404, posted_version, question_or_404
from evaluations.actions.exhibits import owner_of
from evaluations.answering import payload_read_by
from evaluations.forms.answers import ExhibitForm
from evaluations.models import Answer, Exhibit, Recommendation
from evaluations.views.answer_page import evidence_of, page_of
from opd import uploads
from opd.access import person, posted_key
from opd.forms.quick_wins import LinkForm
from opd.models import EvidenceKind
from smartcity.lib import files
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one or several files, check each by its content, and attach them."""
    row = _writable(request, pk)

    def attach(accepted: files.Accepted, values: dict[str, Any]) -> None:
        key = posted_key(request, "exhibit", row.pk, accepted.sha256)
        actions.add_exhibit(answer=row, by=person(request), accepted=accepted, values=values, key=key)

    added, errors = uploads.take(uploads.sent_in(request), attach)
    return _answer(request, row, errors=errors, added=added)


@require_POST
def add_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a link; nothing is fetched from it. What cannot be taken stands in its form again."""
    row = _writable(request, pk)
    form = LinkForm(typed(request.POST), prefix="link")
    if not form.is_valid():
        question = question_or_404(row.window, row.question.code)
        context = page_of(request, row.window, question, row, link_form=form)
        return render(request, "evaluations/answer_form.html", context, status=422)
    values = {"kind": EvidenceKind.LINK, **form.cleaned_data}
    key = posted_key(request, "exhibit", row.pk, values["url"], values["title"])
    try:
        actions.add_exhibit(answer=row, by=person(request), values=values, key=key)
    except files.Refused as refusal:
        return _answer(request, row, errors=[refusal.message])
    return _answer(request, row, added=1)


@require_POST
def take_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what closed last year's recommendations for a Baseline answer too: one press, each piece once."""
    row = _writable(request, pk)
    if not follow_up.is_asked(row.question.section.code):
        raise Http404
    try:
        taken = actions.take_closing_evidence(answer=row, by=person(request))
    except files.Refused as refusal:
        return _answer(request, row, errors=[refusal.message])
    if not taken:
        messages.info(request, _("Everything that closed a recommendation is here already."))
    return _answer(request, row, added=taken)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what kind of document it is, its date, the page to look at, and until when it is valid."""
    piece, owner = _own_exhibit(request, pk)
    form = ExhibitForm(typed(request.POST) if request.method == "POST" else None, instance=piece)
    stale = False
    if request.method == "POST":
        version = posted_version(request)
        if form.is_valid():
            try:
                actions.change_exhibit(pk=pk, values=form.cleaned_data, version=version, by=person(request))
                messages.success(request, _("Evidence is saved."))
                return redirect(_page_url(owner))
            except StaleVersion:
                stale = True
            except Exhibit.DoesNotExist:  # removed by a colleague at the same moment
                raise Http404 from None
    current: Any = exhibit_or_404(request, pk)
    context = {
        "piece": current,
        "owner": {"title": owner.question.code if isinstance(owner, Answer) else owner.code},
        "back_url": _page_url(owner),
        "form": form,
        "stale": stale,
        "theirs": ExhibitForm(instance=current) if stale else None,
    }
    return render(request, "opd/evidence_form.html", context, status=409 if stale else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a piece of evidence off an answer or recommendation that is still with its writer."""
    piece, owner = _own_exhibit(request, pk)
    try:
        actions.remove_exhibit(pk=pk, by=person(request))
    except Exhibit.DoesNotExist:  # removed by a colleague at the same moment
        raise Http404 from None
    messages.success(request, _("%(title)s is removed.") % {"title": piece.title})
    return redirect(_page_url(owner))


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file, after asking again who may see it."""
    return uploads.send(exhibit_or_404(request, pk))


@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the small picture of a photo."""
    return uploads.send_preview(request, exhibit_or_404(request, pk))


def _writable(request: HttpRequest, pk: int) -> Answer:
    row = answer_or_404(request, pk)
    if not rules.may_answer(person(request), row.window, row):
        raise PermissionDenied
    return row


def _own_exhibit(request: HttpRequest, pk: int) -> tuple[Exhibit, Answer | Recommendation]:
    """A piece the person may change, and what it hangs on."""
    piece, user = exhibit_or_404(request, pk), person(request)
    owner = owner_of(piece)
    may = (
        rules.may_answer(user, owner.window, owner)
        if isinstance(owner, Answer)
        else rules.may_work_on(user, owner)
    )
    if not may:
        raise PermissionDenied
    return piece, owner


def _answer(
    request: HttpRequest, row: Answer, *, errors: list[str] | None = None, added: int = 0
) -> HttpResponse:
    """What became of an upload: the list of the answer's evidence follows."""

    def html() -> str:
        user = person(request)
        context = evidence_of(user, row.window, row, payload_read_by(user, row), editable=True)
        return render_to_string("opd/parts/evidence_list.html", context, request)

    return uploads.answer(request, url=_page_url(row), html=html, errors=errors or (), added=added)


def _page_url(row: Answer | Recommendation) -> str:
    """Where the evidence stands on the page of what it hangs on."""
    if isinstance(row, Recommendation):
        return f"{row.get_absolute_url()}#evidence"
    return f"{reverse('evaluations:answer', args=[row.window_id, row.question.code])}#evidence"
