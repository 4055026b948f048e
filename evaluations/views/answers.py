"""The city's self-assessment: the list of questions, and one question with its autosave."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from evaluations import actions, rules
from evaluations.access import by_script, city_window_or_404, posted_version, question_or_404
from evaluations.forms import AnswerForm, SurveyForm
from evaluations.models import Answer, EvaluationWindow
from evaluations.presentation import badge, deadline
from evaluations.results import frozen_answers
from evaluations.structure import QuestionFacts, structure_of
from opd.access import person
from smartcity.lib import clock, dates, decimals
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady


@require_GET
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question with the city's answer, by section; the first empty one is a click away."""
    window = city_window_or_404(request, pk)
    context = _progress(window) | {
        "window": window,
        "status": badge(window, clock.now()),
        "window_deadline": deadline(window, clock.now()),
        "may_answer": rules.may_answer(person(request), window),
    }
    return render(request, "evaluations/answer_list.html", context)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One question: what the city answers, until the opening freezes it."""
    window = city_window_or_404(request, pk)
    question = question_or_404(window, code)
    user = person(request)
    if request.method == "GET":
        return _page(request, window, question, None)
    if not rules.may_write_answers(user, window):
        raise PermissionDenied
    version = posted_version(request)
    form = _form(window, question, request.POST)
    if not form.is_valid():
        return _refused(request, window, question, form)
    try:
        saved = actions.save_answer(
            window=window,
            question_code=code,
            version=version,
            by=user,
            **_values(question, form.cleaned_data),
        )
    except NotReady as refusal:
        for problem in refusal.problems:
            form.add_error(problem.anchor.removeprefix("#id_"), str(problem.text))
        return _refused(request, window, question, form)
    except StaleVersion as stale:
        return _conflict(request, window, question, form, stale.current)
    except actions.TooLate as refusal:
        if by_script(request):
            return JsonResponse({"errors": {"text": str(refusal)}}, status=422)
        messages.error(request, str(refusal))
        return redirect("evaluations:answer", pk, code)
    if by_script(request):
        return JsonResponse(_saved(request, window, question, saved))
    messages.success(
        request, _("Saved %(at)s.") % {"at": dates.clock_time(clock.now(), window.city.timezone)}
    )
    following = _around(window, question)["next"]
    return redirect(following["url"] if following else reverse("evaluations:answers", args=[pk]))


def _form(
    window: EvaluationWindow, question: QuestionFacts, data: Any = None, **kwargs: Any
) -> AnswerForm | SurveyForm:
    if not question.scored:
        return SurveyForm(data, **kwargs)
    return AnswerForm(data, steps=structure_of(window.instrument).rubrics[question.rubric], **kwargs)


def _values(question: QuestionFacts, cleaned: dict[str, Any]) -> dict[str, Any]:
    score = cleaned["self_score"]
    if question.scored:
        return {"self_score": Decimal(score) if score else None, "text": cleaned["text"], "respondents": None}
    return {"self_score": score, "text": cleaned["text"], "respondents": cleaned["respondents"]}


def _page(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, form: Any, status: int = 200
) -> HttpResponse:
    stored = Answer.objects.filter(window=window, question=question.pk).first()
    may_answer = rules.may_answer(person(request), window)
    if form is None and may_answer:
        form = _form(window, question, initial=_initial(question, stored))
    structure = structure_of(window.instrument)
    dimension = structure.dimensions.get(question.dimension)
    context = {
        "window": window,
        "question": question,
        "section": next(row for row in structure.sections if row.code == question.section),
        "dimension": dimension,
        "form": form if may_answer else None,
        "stored": _shown(question, stored, structure) if not may_answer else None,
        "version": str(stored.version if stored else 0),
        "saved_at": dates.clock_time(stored.updated_at, window.city.timezone) if stored else "",
        "hints": [hint["text"] for hint in question.hints],
        "steps": structure.rubrics.get(question.rubric, ()),
        "expected": str(window.instrument.respondents),
        "window_deadline": deadline(window, clock.now()),
        "sample": bool(stored and stored.sample),
        **_around(window, question),
    }
    return render(request, "evaluations/answer_form.html", context, status=status)


def _initial(question: QuestionFacts, stored: Answer | None) -> dict[str, Any]:
    if stored is None:
        return {}
    score: Any = stored.self_score
    if question.scored and score is not None:
        score = str(int(score))
    return {"self_score": score, "text": stored.text, "respondents": stored.respondents}


def _shown(question: QuestionFacts, stored: Answer | None, structure: Any) -> dict[str, Any]:
    from evaluations.freezing import answer_payload
    from evaluations.presentation import answer_facts

    return answer_facts(answer_payload(stored) if stored else None, question, structure)


def _around(window: EvaluationWindow, question: QuestionFacts) -> dict[str, Any]:
    """The questions before and after, and the place of this one."""
    codes = list(structure_of(window.instrument).questions)
    place = codes.index(question.code)

    def link(index: int) -> dict[str, str] | None:
        if not 0 <= index < len(codes):
            return None
        return {"code": codes[index], "url": reverse("evaluations:answer", args=[window.pk, codes[index]])}

    return {
        "previous": link(place - 1),
        "next": link(place + 1),
        "place": str(place + 1),
        "total": str(len(codes)),
    }


def _progress(window: EvaluationWindow) -> dict[str, Any]:
    """The questions by section with the city's answers as plain text."""
    structure = structure_of(window.instrument)
    given = frozen_answers(window)
    sections, filled, first = [], 0, None
    for section in structure.sections:
        rows = []
        for question in section.questions:
            row = _row(window, question, given.get(question.code))
            filled += row["filled"]
            first = first or (None if row["filled"] else row["url"])
            rows.append(row)
        sections.append(
            {"name": str(section.name), "rows": rows, "filled": str(sum(row["filled"] for row in rows))}
        )
    total = len(structure.questions)
    return {
        "sections": sections,
        "first_empty": first,
        "empty": total - filled,
        "meter": {
            "value": filled,
            "max": total,
            "label": _("%(filled)s of %(total)s questions answered") % {"filled": filled, "total": total},
        },
    }


def _row(window: EvaluationWindow, question: QuestionFacts, payload: Any) -> dict[str, Any]:
    score = payload["self_score"] if payload else None
    return {
        "code": question.code,
        "url": reverse("evaluations:answer", args=[window.pk, question.code]),
        "text": str(question.text),
        "score": "–" if score is None else decimals.exact(Decimal(score)),
        "filled": score is not None,
        "words": bool(payload and payload["text"]),
        "survey": not question.scored,
        "sample": bool(payload and payload["sample"]),
    }


def _saved(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, saved: Answer
) -> dict[str, Any]:
    context = _progress(window)
    return {
        "version": saved.version,
        "saved_at": dates.clock_time(saved.updated_at, window.city.timezone),
        "errors": {},
        "parts": {"part-meter": render_to_string("evaluations/parts/answer_meter.html", context, request)},
    }


def _refused(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, form: Any
) -> HttpResponse:
    if by_script(request):
        errors = {name: " ".join(map(str, sentences)) for name, sentences in form.errors.items()}
        return JsonResponse({"errors": errors}, status=422)
    return _page(request, window, question, form, status=422)


def _conflict(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, form: Any, current: Any
) -> HttpResponse:
    """Both texts side by side; nothing of either is lost."""
    theirs = _initial(question, current)
    rows = [
        {
            "name": name,
            "label": str(field.label),
            "theirs": str(field.prepare_value(theirs.get(name)) if theirs.get(name) is not None else ""),
            "mine": form.data.get(name, ""),
            "long": name == "text",
        }
        for name, field in form.fields.items()
    ]
    address = reverse("evaluations:answer", args=[window.pk, question.code])
    conflict = {
        "action": address,
        "back_url": address,
        "version": current.version,
        "version_key": f"answer-{window.pk}-{question.code}",
        "by": str(current.updated_by) if current.updated_by_id else "",
        "at": dates.clock_time(current.updated_at, window.city.timezone),
        "rows": rows,
    }
    if by_script(request):
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)
