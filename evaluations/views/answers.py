"""One question of the self-assessment: answered with autosave, handed in, accepted or returned."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluations import actions, figures, rules
from evaluations.access import (
    answer_or_404,
    answering_window_or_404,
    by_script,
    posted_version,
    question_or_404,
)
from evaluations.models import Answer, EvaluationWindow
from evaluations.structure import QuestionFacts
from evaluations.views.answer_page import around, conflict_of, form_of, page_of, saved_parts
from evaluations.workflow import ANSWER
from opd.access import give_back, person
from opd.forms.quick_wins import MoveForm
from smartcity.lib import clock, dates
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One question: what is answered, until the opening freezes it."""
    window = answering_window_or_404(request, pk)
    question = question_or_404(window, code)
    user, stored = person(request), stored_answer(request, window, question)
    if request.method == "GET":
        return _page(request, window, question, stored)
    if not rules.may_write_answers(user, window, stored.opd_id if stored else None):
        raise PermissionDenied
    version, form = posted_version(request), form_of(window, question, typed(request.POST))
    if not form.is_valid():
        return _refused(request, window, question, stored, form)
    values = _values(question, form.cleaned_data)
    try:
        saved = actions.save_answer(window=window, question_code=code, version=version, by=user, **values)
    except NotReady as refusal:
        for problem in refusal.problems:
            form.add_error(problem.anchor.removeprefix("#id_"), str(problem.text))
        return _refused(request, window, question, stored, form)
    except StaleVersion as stale:
        return _conflict(request, window, question, form, stale.current)
    except (actions.TooLate, WrongStatus) as refusal:
        return _closed(request, window, question, form, refusal)
    if by_script(request):
        return JsonResponse(saved_parts(request, window, question, saved))
    messages.success(
        request, _("Saved %(at)s.") % {"at": dates.clock_time(clock.now(), window.city.timezone)}
    )
    following = around(window, question, user)["next"]
    return redirect(following["url"] if following else reverse("evaluations:answers", args=[pk]))


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Hand in, accept, return, open again: the moves of workflow.ANSWER."""
    row = answer_or_404(request, pk)
    if name not in ANSWER.moves:
        raise Http404
    page = reverse("evaluations:answer", args=[row.window_id, row.question.code])
    form = MoveForm(typed(request.POST))
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["note"])))
        give_back(request, request.POST.get("note", ""))
        return redirect(page)
    try:
        actions.move_answer(pk=pk, name=name, by=person(request), note=form.cleaned_data["note"])
    except NotReady as refusal:
        reasons = " ".join(str(problem.text) for problem in refusal.problems)
        messages.error(request, _("Not possible yet. %(reasons)s Nothing was lost.") % {"reasons": reasons})
        give_back(request, request.POST.get("note", ""))
        return redirect(page)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        give_back(request, request.POST.get("note", ""))
        return redirect(page)
    messages.success(request, f"{row.question.code}: {ANSWER.moves[name].past}.")
    following = around(row.window, question_or_404(row.window, row.question.code), person(request))["next"]
    return redirect(following["url"] if following else reverse("evaluations:answers", args=[row.window_id]))


def stored_answer(request: HttpRequest, window: EvaluationWindow, question: QuestionFacts) -> Answer | None:
    """The answer as it is stored, if there is one; 404 for a question an agency was not asked."""
    user = person(request)
    found = Answer.objects.visible_to(user).for_page().filter(window=window, question=question.pk).first()
    if found is None and not rules.may_read_answers(user, window):
        raise Http404
    return found


def _values(question: QuestionFacts, cleaned: dict[str, Any]) -> dict[str, Any]:
    score = cleaned["self_score"]
    if question.scored:
        values = {
            "self_score": Decimal(score) if score else None,
            "text": cleaned["text"],
            "respondents": None,
        }
        return values | ({"figures": figures.stored(cleaned)} if question.asks_figures else {})
    return {"self_score": score, "text": cleaned["text"], "respondents": cleaned["respondents"]}


def _page(
    request: HttpRequest,
    window: EvaluationWindow,
    question: QuestionFacts,
    stored: Answer | None,
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    context = page_of(request, window, question, stored, form=form)
    return render(request, "evaluations/answer_form.html", context, status=status)


def _refused(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, stored: Answer | None, form: Any
) -> HttpResponse:
    if by_script(request):
        errors = {name: " ".join(map(str, sentences)) for name, sentences in form.errors.items()}
        return JsonResponse({"errors": errors}, status=422)
    return _page(request, window, question, stored, form, status=422)


def _closed(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, form: Any, refusal: Exception
) -> HttpResponse:
    """Frozen, or handed in by a colleague meanwhile: the words are given back."""
    if by_script(request):
        return JsonResponse({"errors": {"text": str(refusal)}}, status=422)
    messages.error(request, str(refusal))
    if isinstance(refusal, WrongStatus):
        words = (form.cleaned_data["text"], figures.sentence(figures.stored(form.cleaned_data)))
        give_back(request, "\n".join(filter(None, words)))
    return redirect("evaluations:answer", window.pk, question.code)


def _conflict(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, form: Any, current: Any
) -> HttpResponse:
    """Both texts side by side; nothing of either is lost."""
    conflict = conflict_of(window, question, form, current)
    if by_script(request):
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)
