"""A question list on its way in: upload, look, mend, consent. Every page works without JavaScript."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import actions, rules
from evaluations.access import draft_or_404, posted_version
from evaluations.instrument_file import InstrumentRefused
from evaluations.instrument_forms import HeadForm, QuestionForm, UploadForm
from evaluations.instrument_plain import plain_of
from evaluations.loading import refusals
from evaluations.models import InstrumentDraft
from evaluations.views import instrument_page as pages
from evaluations.views.instruments import as_file
from opd.access import city_of, person, posted_key
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose the file; it is read at once and shown, nothing is loaded."""
    user, city = person(request), city_of(request)
    if not rules.may_load_instruments(user, city.pk):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        draft = actions.start_draft(
            by=user, city=city, name=file.name, source=file.read(), key=posted_key(request, "draft", city.pk)
        )
        return redirect(draft)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    return render(request, "evaluations/instrument_upload.html", context, status=422 if form.errors else 200)


@require_GET
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be loaded: problems with their places, numbers, gaps, and the difference to what is there."""
    found = draft_or_404(request, pk)
    if found.loaded:
        return redirect(found.loaded)
    return render(request, "evaluations/instrument_draft.html", _page(found))


def _page(found: InstrumentDraft, problems: list[str] | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {"draft": found, "problems": problems or list(found.problems)}
    if found.content is None:
        return context
    refused = refusals(found.content)
    base = actions.base_of(found.content)
    context |= pages.content_page(found.content) | {
        "ignored": found.ignored,
        "refused": refused,
        "seen": actions.base_mark(found.content),
        "base": base,
        "replaces": base is not None and base.version == found.content["instrument"]["version"],
        "difference": pages.difference_page(plain_of(base), found.content) if base else None,
    }
    context["may_consent"] = not refused and not context["problems"]
    return context


@require_POST
def load(request: HttpRequest, pk: int) -> HttpResponse:
    """Consent: everything is loaded in one transaction or nothing, and once however often it is pressed."""
    found = draft_or_404(request, pk)
    try:
        instrument = actions.load_draft(pk=pk, by=person(request), seen=request.POST.get("seen", ""))
    except InstrumentRefused as refusal:
        return render(
            request, "evaluations/instrument_draft.html", _page(found, refusal.problems), status=422
        )
    except actions.BaseChanged:
        messages.warning(
            request,
            _("What this draft is compared with has changed meanwhile. Look again, then load it. [INS-BASE]"),
        )
        return redirect(found)
    if not found.loaded:
        messages.success(request, _("%(label)s is loaded.") % {"label": instrument.label})
    return redirect(instrument)


@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Change title, year and weights of a draft."""
    found = _open_draft(request, pk)
    form = HeadForm(request.POST or None, content=found.content)
    return _mended(request, found, form, "", "evaluations/instrument_mend.html")


@require_http_methods(["GET", "POST"])
def mend_question(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Change one question of a draft."""
    found = _open_draft(request, pk)
    rows = {row["code"]: row for section in found.content["sections"] for row in section["questions"]}
    if code not in rows:
        raise Http404
    form = QuestionForm(request.POST or None, content=found.content, row=rows[code])
    return _mended(request, found, form, code, "evaluations/instrument_mend.html")


def _open_draft(request: HttpRequest, pk: int) -> Any:
    found = draft_or_404(request, pk)
    if found.loaded or found.content is None:
        raise Http404
    return found


def _mended(request: HttpRequest, found: Any, form: Any, code: str, template: str) -> HttpResponse:
    """Save what a form changes; what cannot be is said above it, and what was typed stays in it."""
    problems: list[str] = []
    version, status = found.version, 200
    if request.method == "POST":
        status, version = 422, posted_version(request)
        if form.is_valid():
            try:
                actions.mend_draft(
                    pk=found.pk, by=person(request), version=version, changes=form.changes(), question=code
                )
                messages.success(request, _("The draft is changed. It counts only when it is loaded."))
                return redirect(found)
            except InstrumentRefused as refusal:
                problems = refusal.problems
            except StaleVersion as stale:
                status, version = 409, stale.current.version
                problems = [
                    _(
                        "This draft was changed before you, perhaps in another tab. Compare and save again. [VER-STALE]"
                    )
                ]
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect(found)
    context = {
        "draft": found,
        "form": form,
        "code": code,
        "version": str(version),
        "problems": problems,
        "total": sum((Decimal(row["weight"]) for row in found.content["sections"]), Decimal(0)),
    }
    return render(request, template, context, status=status)


@require_GET
def draft_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A draft as a file, to go on with in Excel or an editor."""
    return as_file(_open_draft(request, pk).content, kind)
