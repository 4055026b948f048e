"""The score sheet: the assessor's list, the sheet, one question, and the hand-in."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import actions, rules
from evaluations.access import by_script, posted_version, seat_or_404
from evaluations.forms.windows import ScoreForm
from evaluations.models import Seat
from evaluations.structure import structure_of
from evaluations.views.sheet_page import Sheet, score_page, sheet_page, sheet_rows
from opd.access import person, posted_key
from opd.models import User
from smartcity.lib import clock, dates
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def sheets(request: HttpRequest) -> HttpResponse:
    """The windows in which the person has a seat; with one running sheet, straight to it."""
    user = person(request)
    if not rules.is_assessor(user):
        raise PermissionDenied
    rows = sheet_rows(user)
    return render(request, "evaluations/sheet_list.html", {"rows": rows})


@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as a whole: what is scored, what is missing, the hand-in and its receipt."""
    seat = seat_or_404(request, pk)
    if not rules.may_look(person(request), seat, clock.now()):
        return redirect("evaluations:declare", pk)
    context = sheet_page(person(request), Sheet(seat)) | {"key": uuid.uuid4().hex}
    return render(request, "evaluations/sheet.html", context)


@require_http_methods(["GET", "POST"])
def score(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One question: the city's frozen answer and evidence, the rubric, the remark."""
    seat = seat_or_404(request, pk)
    user = person(request)
    if not rules.may_look(user, seat, clock.now()):
        return redirect("evaluations:declare", pk)
    page = Sheet(seat)
    question = page.asked.get(code)
    if question is None and code in {row.code for row in page.own}:
        return _own_house(request, pk)
    if question is None:
        raise Http404
    if request.method == "GET":
        return render(
            request, "evaluations/score.html", score_page(page, question, request.GET.get("file", ""))
        )
    version = posted_version(request)
    form = ScoreForm(request.POST, scores=structure_of(seat.window.instrument).allowed_scores(question))
    if not form.is_valid():
        return _refused(
            request, page, question, {name: " ".join(map(str, rows)) for name, rows in form.errors.items()}
        )
    return _save(request, page, question, form, version, user)


def _own_house(request: HttpRequest, pk: int) -> HttpResponse:
    """In a rehearsal: what one's own agency stands for is scored by somebody else."""
    if by_script(request):
        return JsonResponse({"errors": {"remark": str(actions.OWN_HOUSE)}}, status=422)
    messages.error(request, str(actions.OWN_HOUSE))
    return redirect("evaluations:sheet", pk)


def _save(
    request: HttpRequest, page: Sheet, question: Any, form: ScoreForm, version: int, user: User
) -> HttpResponse:
    """Write the score, or answer with the sentence that says why not."""
    try:
        saved = actions.save_score(
            seat=page.seat, question_code=question.code, version=version, by=user, **form.cleaned_data
        )
    except StaleVersion as stale:
        return _conflict(request, page.seat, question, form, stale.current)
    except ValidationError as error:
        return _refused(request, page, question, {"value": " ".join(error.messages)})
    except (actions.TooLate, WrongStatus) as refusal:
        if by_script(request):
            return JsonResponse({"errors": {"remark": str(refusal)}}, status=422)
        messages.error(request, str(refusal))
        return redirect("evaluations:sheet", page.seat.window_id)
    if by_script(request):
        return JsonResponse(_saved(request, page.seat, question, saved))
    following = Sheet(page.seat).around(question.code)["next"]
    return redirect(
        following["url"] if following else reverse("evaluations:sheet", args=[page.seat.window_id])
    )


def _saved(request: HttpRequest, seat: Seat, question: Any, saved: Any) -> dict[str, Any]:
    """What autosave needs: the new version, the time, and the parts that follow every score."""
    context = score_page(Sheet(seat), question, "")
    parts = ("list", "hand_in", "place")
    return {
        "version": saved.version,
        "saved_at": dates.clock_time(saved.updated_at, seat.window.city.timezone),
        "errors": {},
        "parts": {
            f"part-{name.replace('_', '-')}": render_to_string(
                f"evaluations/parts/score_{name}.html", context, request
            )
            for name in parts
        },
    }


def _refused(request: HttpRequest, page: Sheet, question: Any, errors: dict[str, str]) -> HttpResponse:
    """The page again with what was typed and the sentence at its field."""
    if by_script(request):
        return JsonResponse({"errors": errors}, status=422)
    typed = {name: request.POST.get(name, "") for name in ("value", "remark", "reason")}
    context = score_page(page, question, request.GET.get("file", ""), typed=typed, errors=errors)
    return render(request, "evaluations/score.html", context, status=422)


def _conflict(request: HttpRequest, seat: Seat, question: Any, form: ScoreForm, current: Any) -> HttpResponse:
    """The score of another tab or device beside the one typed here."""
    labels = {"value": _("Score"), "remark": _("Remark"), "reason": _("Why it is not scored")}
    address = reverse("evaluations:score", args=[seat.window_id, question.code])
    conflict = {
        "action": address,
        "back_url": address,
        "version": current.version,
        "version_key": f"score-{seat.pk}-{question.code}",
        "at": dates.clock_time(current.updated_at, seat.window.city.timezone),
        "rows": [
            {
                "name": name,
                "label": label,
                "theirs": "" if getattr(current, name) is None else str(getattr(current, name)),
                "mine": form.data.get(name, ""),
                "long": name != "value",
            }
            for name, label in labels.items()
        ],
    }
    if by_script(request):
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict, "window": seat.window}, status=409)


@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in every score of the seat; twice gives the first receipt again."""
    seat = seat_or_404(request, pk)
    try:
        receipt = actions.hand_in(
            seat=seat, by=person(request), idempotency_key=posted_key(request, "hand_in", seat.pk) or ""
        )
    except NotReady as refusal:
        text = _("Not handed in yet: %(count)s questions still need a score, a reason or a remark.")
        messages.error(request, text % {"count": len(refusal.problems)})
    except actions.TooLate as refusal:
        messages.error(request, str(refusal))
    else:
        zone = seat.window.city.timezone
        text = _("Handed in. Number %(number)s, %(time)s.")
        messages.success(request, text % {"number": receipt.number, "time": dates.wib(receipt.at, zone)})
    return redirect("evaluations:sheet", pk)
