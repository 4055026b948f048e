"""One recommendation: what its page shows, its steps, and the evidence that closes it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaluations import follow_up, rules
from evaluations.actions import recommendations as actions
from evaluations.forms.recommendations import StepForm
from evaluations.models import Exhibit, Recommendation, RecommendationStep
from evaluations.workflow import RECOMMENDATION
from opd import claims, uploads
from opd.access import give_back, person, posted_key
from opd.actions.ladder import local_day
from opd.forms.quick_wins import LinkForm, UploadForm
from opd.models import EvidenceKind, User
from opd.presentation.quick_wins import evidence_row, tile_html
from smartcity.lib import clock, dates, files
from smartcity.lib.forms import typed
from smartcity.lib.workflow import NotReady, WrongStatus

STEP_MOVES = ("done", "open", "remove")


def recommendation_or_404(request: HttpRequest, pk: int) -> Recommendation:
    """A recommendation the person may read."""
    return get_object_or_404(Recommendation.objects.visible_to(person(request)).for_page(), pk=pk)


def page_of(
    request: HttpRequest,
    row: Recommendation,
    *,
    step_form: StepForm | None = None,
    link_form: LinkForm | None = None,
) -> dict[str, Any]:
    """Return the context of evaluations/recommendation.html; the forms are those that could not be taken."""
    user, city = person(request), row.city
    today, closing = local_day(city, clock.now()), follow_up.may_read_closing(user, row)
    offers = [offer for offer in RECOMMENDATION.offered_to(user, row) if offer.move.name in actions.BY_BUTTON]
    return {
        "recommendation": row,
        "row": follow_up.row_of(row, today),
        "dimension": tile_html(row.dimension) if row.dimension else "",
        "steps": follow_up.step_rows(row.steps.all(), today),
        "may_plan": rules.may_plan_steps(user, row),
        "may_work": rules.may_work_on(user, row),
        "step_form": step_form or StepForm(),
        "done_note": row.done_note if closing else "",
        "proposed": dates.wib(row.proposed_at, city.timezone) if closing and row.proposed_at else "",
        "closed": dates.wib(row.closed_at, city.timezone) if row.closed_at else "",
        "chain": follow_up.chain_of(row),
        "history": follow_up.history_of(row.events.all(), city.timezone, closing=closing),
        "offers": offers,
        "note_label": _("What was done") if rules.may_work_on(user, row) else _("Reason"),
        "may_correct": rules.may_correct_recommendation(user, row),
        "upload_form": UploadForm(),
        "link_form": link_form or LinkForm(prefix="link"),
        "key": uuid.uuid4().hex,
        **evidence_of(user, row),
    }


def evidence_of(user: User, row: Recommendation) -> dict[str, Any]:
    """The evidence a person may read, with what speaks against each piece."""
    editable = rules.may_work_on(user, row)
    pieces = list(Exhibit.objects.visible_to(user).filter(recommendation=row).for_list())
    said = claims.contradictions(pieces) if editable else {}
    return {
        "evidence": [
            evidence_row(
                piece,
                year=row.for_year,
                editable=editable,
                place="evaluations:exhibit",
                more=said.get(piece.pk, ()),
            )
            for piece in pieces
        ],
        "upload_url": reverse("evaluations:recommendation_evidence", args=[row.pk]) if editable else "",
        "link_url": reverse("evaluations:recommendation_link", args=[row.pk]) if editable else "",
        "choose_url": reverse("evaluations:bank_choose", args=["recommendation", row.pk]) if editable else "",
    }


# --- steps -----------------------------------------------------------------------------------------------------


@require_POST
def add_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a dated step."""
    row, user = recommendation_or_404(request, pk), person(request)
    form = StepForm(typed(request.POST))
    if not (rules.may_follow_up(user, row) or rules.may_keep_recommendations(user, row.city_id)):
        raise PermissionDenied
    if not form.is_valid():
        context = page_of(request, row, step_form=form)
        return render(request, "evaluations/recommendation.html", context, status=422)
    try:
        actions.plan_step(pk=pk, by=user, key=posted_key(request, "step", pk), **form.cleaned_data)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        give_back(request, form.cleaned_data["text"])
    return redirect(f"{row.get_absolute_url()}#steps")


@require_POST
def step(request: HttpRequest, pk: int, step_pk: int, name: str) -> HttpResponse:
    """Say that a step is done, that it is not, or take it away."""
    row, user = recommendation_or_404(request, pk), person(request)
    if name not in STEP_MOVES:
        raise Http404
    try:
        if name == "remove":
            actions.remove_step(pk=pk, step_pk=step_pk, by=user)
        else:
            actions.mark_step(pk=pk, step_pk=step_pk, done=name == "done", by=user)
    except RecommendationStep.DoesNotExist:  # removed by a colleague at the same moment
        raise Http404 from None
    except (NotReady, WrongStatus) as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{row.get_absolute_url()}#steps")


# --- evidence --------------------------------------------------------------------------------------------------


@require_POST
def add_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one or several files, check each by its content, and attach them."""
    row = _writable(request, pk)

    def attach(accepted: files.Accepted, values: dict[str, Any]) -> None:
        key = posted_key(request, "recommendation", row.pk, accepted.sha256)
        actions.add_evidence(row=row, by=person(request), accepted=accepted, values=values, key=key)

    added, errors = uploads.take(uploads.sent_in(request), attach)
    return _added(request, row, errors=errors, added=added)


@require_POST
def add_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a link; nothing is fetched from it. What cannot be taken stands in its form again."""
    row = _writable(request, pk)
    form = LinkForm(typed(request.POST), prefix="link")
    if not form.is_valid():
        context = page_of(request, row, link_form=form)
        return render(request, "evaluations/recommendation.html", context, status=422)
    values = {"kind": EvidenceKind.LINK, **form.cleaned_data}
    key = posted_key(request, "recommendation", row.pk, values["url"], values["title"])
    try:
        actions.add_evidence(row=row, by=person(request), values=values, key=key)
    except files.Refused as refusal:
        return _added(request, row, errors=[refusal.message])
    return _added(request, row, added=1)


def _writable(request: HttpRequest, pk: int) -> Recommendation:
    row = recommendation_or_404(request, pk)
    if not rules.may_work_on(person(request), row):
        raise PermissionDenied
    return row


def _added(
    request: HttpRequest, row: Recommendation, *, errors: list[str] | None = None, added: int = 0
) -> HttpResponse:
    """What became of an upload: the list of what closes the recommendation follows."""

    def html() -> str:
        context = evidence_of(person(request), recommendation_or_404(request, row.pk))
        return render_to_string("opd/parts/evidence_list.html", context, request)

    url = f"{row.get_absolute_url()}#evidence"
    return uploads.answer(request, url=url, html=html, errors=errors or (), added=added)
