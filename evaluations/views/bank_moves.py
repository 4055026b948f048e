"""What an agency does with a document: correct its particulars, answer whether it holds, replace it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from evaluations import bank
from evaluations.access import document_or_404, posted_version
from evaluations.actions import bank as replacing
from evaluations.forms.bank import DocumentForm, NewVersionForm, ValidityForm
from evaluations.views.bank_page import document_page, meta_of, use_row
from opd import rules
from opd.access import city_of, person
from opd.actions import documents as actions
from opd.models import Document
from opd.presentation.meetings import today_in
from smartcity.lib import files
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is said of the document itself; what a use says of it is corrected there."""
    document = _kept(request, pk)
    posted = request.method == "POST"
    form, stale = DocumentForm(typed(request.POST) if posted else None, instance=_again(document)), False
    if posted:
        version = posted_version(request)
        if form.is_valid():
            try:
                actions.save_document(pk=pk, values=form.cleaned_data, version=version, by=person(request))
                messages.success(request, _("The particulars are saved."))
                return redirect(document)
            except StaleVersion as refusal:
                document, stale = refusal.current, True
    context = {
        "document": document,
        "title": bank.name_for(person(request), document),
        "form": form,
        "stale": stale,
        "theirs": DocumentForm(instance=document) if stale else None,
    }
    return render(request, "evaluations/document_form.html", context, status=409 if stale else 200)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer "still valid?" for the evaluated year, and come back to where it was asked."""
    document, user, city = _kept(request, pk), person(request), city_of(request)
    version, form = posted_version(request), ValidityForm(typed(request.POST))
    status = 422
    if form.is_valid():
        holds = form.cleaned_data["holds"] == ValidityForm.YES
        try:
            actions.answer_validity(
                pk=pk,
                year=city.evaluation_year,
                holds=holds,
                valid_until=form.cleaned_data["valid_until"],
                note=form.cleaned_data["reason"],
                version=version,
                by=user,
            )
        except StaleVersion:
            status = 409
            form.add_error(
                None,
                _(
                    "Somebody changed this document before you. Look at it once more, then answer again. [VER-STALE]"
                ),
            )
        else:
            said = _("Confirmed: still valid for %(year)s.") if holds else _("Kept: no longer valid.")
            messages.success(request, said % {"year": city.evaluation_year} if holds else said)
            return redirect(_back(request) or document)
    context = document_page(user, city, document_or_404(request, pk), today_in(city))
    return render(
        request,
        "evaluations/document.html",
        context | {"validity_form": form, "back": _back(request)},
        status=status,
    )


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file of a newer version into the bank; nothing shows it before the next page is agreed to."""
    document, user = _kept(request, pk), person(request)
    posted = request.method == "POST"
    form = NewVersionForm(typed(request.POST) if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            with files.inspect_uploaded(form.cleaned_data["file"], kind=document.kind) as accepted:
                newer = actions.keep_file(
                    like=document,
                    accepted=accepted,
                    document_date=form.cleaned_data["document_date"],
                    valid_until=form.cleaned_data["valid_until"],
                    by=user,
                )
            return redirect("evaluations:document_replace", pk, newer.pk)
        except (files.Refused, NotReady) as refusal:
            form.add_error("file", str(refusal))
    context = {
        "document": document,
        "title": bank.name_for(user, document),
        "form": form,
        "uses": [use_row(use) for use in bank.uses_of(user, document)],
    }
    status = 422 if form.errors else 200
    return render(request, "evaluations/document_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, pk: int, newer_pk: int) -> HttpResponse:
    """Show where the document is used, and after consent let the newer version take its place where that may be."""
    document, newer, user = _kept(request, pk), _kept(request, newer_pk), person(request)
    if newer.replaced_by_id and document.replaced_by_id:  # a link to a version that was itself replaced since
        newest = bank.chain_of(user, document)[:1]
        if newest and newest[0].replaced_by_id is None:
            return redirect("evaluations:document_replace", pk, newest[0].pk)
    if request.method == "POST":
        version, shown = posted_version(request), request.POST.get("shown", "")
        try:
            event = replacing.replace_document(
                pk=pk,
                by_newer=newer_pk,
                chosen=request.POST.getlist("use"),
                shown=shown,
                version=version,
                by=user,
            )
        except StaleVersion:
            return _consent(request, document_or_404(request, pk), newer, stale=True)
        except NotReady as refusal:
            messages.error(request, str(refusal))
            return redirect(document)
        moved = len(event.facts["moved"])
        messages.success(
            request,
            ngettext(
                "Replaced. The newer version now stands in %(count)s place.",
                "Replaced. The newer version now stands in %(count)s places.",
                moved,
            )
            % {"count": moved},
        )
        return redirect(newer)
    return _consent(request, document, newer)


def _consent(
    request: HttpRequest, document: Document, newer: Document, *, stale: bool = False
) -> HttpResponse:
    user = person(request)
    uses = bank.uses_of(user, document)
    rows = [use_row(use) for use in uses]
    chosen = set(request.POST.getlist("use")) if stale else {row["token"] for row in rows if row["editable"]}
    context = {
        "document": document,
        "newer": newer,
        "title": bank.name_for(user, document),
        "newer_title": bank.name_for(user, newer),
        "meta": meta_of(document),
        "newer_meta": meta_of(newer),
        "movable": [row | {"chosen": row["token"] in chosen} for row in rows if row["editable"]],
        "kept": [row for row in rows if not row["editable"]],
        "shown": replacing.fingerprint(uses),
        "stale": stale,
    }
    return render(request, "evaluations/document_replace.html", context, status=409 if stale else 200)


def _kept(request: HttpRequest, pk: int) -> Document:
    """A document the person keeps: 404 when unseen, 403 when seen."""
    document = document_or_404(request, pk)
    if not rules.may_keep_document(person(request), document):
        raise PermissionDenied
    return document


def _again(document: Document) -> Document:
    """The row for a form to write on, so that what was typed never stands in the page's heading."""
    return Document.objects.select_related("stored_file", "opd").get(pk=document.pk)


def _back(request: HttpRequest) -> str:
    """Where the question was asked, when that is a page of the portal."""
    back: Any = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe and back != reverse("opd:home") else ""
