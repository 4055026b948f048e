"""What changes an item of the desk besides its answer: asking, withdrawing, more time, another agency."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluations import rules
from evaluations.access import item_or_404, seat_or_404
from evaluations.actions import TooLate, asking
from evaluations.actions import clarifications as actions
from evaluations.forms.clarifications import AskForm, ItemExtendForm, PassOnForm
from evaluations.models import Clarification, Seat
from evaluations.models.clarification import SPAN
from evaluations.structure import QuestionFacts, structure_of
from evaluations.tasks import ring_for_desk_on_commit
from evaluations.views.clarification_page import item_page
from opd.access import give_back, person, posted_key
from smartcity.lib import clock, dates
from smartcity.lib.forms import typed
from smartcity.lib.workflow import NotReady, WrongStatus


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Ask the city about one question of the sheet; it has 24 hours from this press."""
    seat, user = seat_or_404(request, pk), person(request)
    if seat.window.is_rehearsal:
        raise Http404
    if not rules.may_look(user, seat, clock.now()):
        return redirect("evaluations:declare", pk)
    question = _asked(seat, code)
    form = AskForm(typed(request.POST) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            text, key = form.cleaned_data["text"], posted_key(request, "ask", pk, code)
            item = asking.ask(seat=seat, question_code=code, text=text, by=user, key=key)
        except NotReady as refusal:
            for problem in refusal.problems:
                form.add_error("text", str(problem.text))
        except (TooLate, WrongStatus) as refusal:
            give_back(request, form.cleaned_data["text"])
            messages.error(request, str(refusal))
            return redirect("evaluations:score", pk, code)
        else:
            ring_for_desk_on_commit()
            sentence = _("Asked. Number %(number)s; the answer is due on %(time)s.")
            at = dates.wib(item.due_at, seat.window.city.timezone)
            messages.success(request, sentence % {"number": item.number, "time": at})
            return redirect(f"{reverse('evaluations:score', args=[pk, code])}#desk")
    context = _ask_page(seat, question, form)
    return render(request, "evaluations/clarification_ask.html", context, status=422 if form.errors else 200)


def _asked(seat: Seat, code: str) -> QuestionFacts:
    """A question this seat scores by hand."""
    areas = set(seat.areas.values_list("code", flat=True))
    for question in structure_of(seat.window.instrument).scored_in(areas):
        if question.code == code:
            return question
    raise Http404


def _ask_page(seat: Seat, question: QuestionFacts, form: AskForm) -> dict[str, Any]:
    now, window = clock.now(), seat.window
    zone = window.city.timezone
    last = asking.last_moment_to_ask(window)
    open_now = window.accepts_scores(now) and seat.handed_in_at is None
    return {
        "window": window,
        "question": question,
        "form": form,
        "owner": asking.proposed_owner(window, question),
        "due": dates.wib(now + SPAN, zone),
        "last": dates.wib(last, zone),
        "may_ask": open_now and now <= last,
        "open": open_now,
        "key": uuid.uuid4().hex,
    }


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the question back, with a reason."""
    item = item_or_404(request, pk)
    note = request.POST.get("note", "")
    try:
        actions.withdraw(pk=pk, reason=note[:4000], by=person(request))
        messages.success(request, _("The question is withdrawn. The agency need not answer any more."))
    except (NotReady, WrongStatus) as refusal:
        give_back(request, note)
        messages.error(request, str(refusal))
    return redirect(item)


@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an open item more time, with a reason that everybody reads."""
    item = item_or_404(request, pk)
    form = ItemExtendForm(typed(request.POST), item=item)
    may = rules.may_extend_item(person(request), item)
    return _moved(request, item, form, may, actions.extend, "extend_form", _("The time is extended."))


@require_POST
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an open item to another agency, with a reason; the time goes on."""
    item = item_or_404(request, pk)
    form = PassOnForm(typed(request.POST), item=item)
    may = rules.may_pass_on(person(request), item)
    return _moved(request, item, form, may, actions.pass_on, "pass_form", _("The question is passed on."))


def _moved(
    request: HttpRequest,
    item: Clarification,
    form: ItemExtendForm | PassOnForm,
    may: bool,
    action: Any,
    name: str,
    sentence: str,
) -> HttpResponse:
    """Make a move that has a form of its own; a refusal stands at its field, and nothing typed is lost."""
    user = person(request)
    if not may:
        raise PermissionDenied
    if form.is_valid():
        values = dict(form.cleaned_data)
        reason = values.pop("note", None) or values.pop("reason", "")
        try:
            action(pk=item.pk, reason=reason, by=user, **values)
        except NotReady as refusal:
            for problem in refusal.problems:
                field = problem.anchor.removeprefix("#id_")
                form.add_error(field if field in form.fields else None, str(problem.text))
        except WrongStatus as refusal:
            give_back(request, reason)
            messages.error(request, str(refusal))
            return redirect(item)
        else:
            ring_for_desk_on_commit()
            messages.success(request, sentence)
            return redirect(item)
    again: dict[str, Any] = {name: form}
    context = item_page(user, item_or_404(request, item.pk), **again)
    return render(request, "evaluations/clarification.html", context, status=422)
