"""The self-assessment as a list: what is answered by whom, and whom the secretariat asks."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from evaluations import actions, rules
from evaluations.access import answering_window_or_404, city_window_or_404
from evaluations.forms.answers import AnswerFilter, AssignForm
from evaluations.models import Answer, AnswerStatus, EvaluationWindow
from evaluations.presentation import answer_badge, badge, deadline
from evaluations.results import frozen_answers
from evaluations.structure import QuestionFacts, structure_of
from opd.access import person
from opd.models import Opd, User
from smartcity.lib import clock, decimals

#: The columns of the table of progress, in the order of the way.
STEPS = ("asked", "answered", "submitted", "accepted")
MOST_WINDOWS = 12


@require_GET
def own_answers(request: HttpRequest) -> HttpResponse:
    """The evaluations for which a person's agency was asked to answer, the newest first."""
    user = person(request)
    if not user.opds():
        raise PermissionDenied
    now = clock.now()
    rows = [
        {
            "url": reverse("evaluations:answers", args=[window.pk]),
            "title": str(window),
            "status": badge(window, now),
            "deadline": deadline(window, now),
            "meter": progress_of(window, user, own=True)["meter"],
            "sample": window.sample,
        }
        for window in EvaluationWindow.objects.asked_of(user).for_page().newest_first()[:MOST_WINDOWS]
    ]
    return render(request, "evaluations/answer_windows.html", {"rows": rows})


@require_GET
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question with its answer, by section; an agency finds those it was asked for."""
    window = answering_window_or_404(request, pk)
    user = person(request)
    city = rules.may_read_answers(user, window)
    context = progress_of(window, user) | {
        "window": window,
        "status": badge(window, clock.now()),
        "window_deadline": deadline(window, clock.now()),
        "city": city,
        "may_answer": window.accepts_answers() and user.has_role("operator", "head", "reviewer", "planner"),
        "may_assign": rules.may_assign(user, window),
    }
    filters = AnswerFilter(request.GET, structure=structure_of(window.instrument), opds=context["asked_opds"])
    context["filters"] = filters
    context["sections"] = _narrowed(context["sections"], filters)
    return render(request, "evaluations/answer_list.html", context)


def _narrowed(sections: list[dict[str, Any]], filters: AnswerFilter) -> list[dict[str, Any]]:
    for section in sections:
        section["rows"] = [row for row in section["rows"] if filters.matches(row)]
    return [section for section in sections if section["rows"]]


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask an agency for the answers to many questions at once; those of one dimension are a click away."""
    window = city_window_or_404(request, pk)
    user = person(request)
    if not rules.may_assign(user, window):
        raise PermissionDenied
    structure, opds = structure_of(window.instrument), Opd.objects.of_city(window.city)
    filters = AnswerFilter(request.GET, structure=structure, opds=list(opds))
    form = AssignForm(request.POST or None, opds=opds, codes=list(structure.questions))
    if request.method == "POST" and form.is_valid():
        opd = form.cleaned_data["opd"]
        moved, left = actions.assign_questions(
            window=window, codes=form.cleaned_data["questions"], opd=opd, by=user
        )
        _say(request, opd, moved, left)
        return redirect(request.get_full_path())
    context = progress_of(window, user)
    chosen = set(form.data.getlist("questions")) if form.is_bound else set()  # type: ignore[attr-defined]
    sections = _narrowed(context["sections"], filters)
    for row in (row for section in sections for row in section["rows"]):
        row["checked"] = row["code"] in chosen if form.is_bound else filters.narrows and not row["opd"]
    context |= {"window": window, "form": form, "filters": filters, "sections": sections}
    return render(request, "evaluations/answer_assign.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, opd: Opd | None, moved: list[str], left: list[str]) -> None:
    if moved and opd is None:
        text = ngettext(
            "%(count)s question is back with the secretariat.",
            "%(count)s questions are back with the secretariat.",
            len(moved),
        )
        messages.success(request, text % {"count": len(moved)})
    elif moved and opd:
        text = ngettext(
            "%(count)s question is now asked of %(opd)s.",
            "%(count)s questions are now asked of %(opd)s.",
            len(moved),
        )
        messages.success(request, text % {"count": len(moved), "opd": opd.short})
    if left:
        text = _("Left where they are, because they are answered already: %(codes)s.")
        messages.warning(request, text % {"codes": ", ".join(left)})
    if not moved and not left:
        messages.info(request, _("Nothing changed: these questions are there already."))


def progress_of(window: EvaluationWindow, user: User, *, own: bool = False) -> dict[str, Any]:
    """The questions a person may open, by section, with their answers as plain text, and how far each group is.

    `own` leaves out what the person reads for the city. Few queries, however many questions there are.
    """
    structure = structure_of(window.instrument)
    given = {row.question_id: row for row in window.answers.visible_to(user).for_list()}
    frozen = None if window.accepts_answers() else frozen_answers(window)
    city = rules.may_read_answers(user, window) and not own
    sections: list[dict[str, Any]] = []
    for section in structure.sections:
        rows = [
            _row(window, question, given.get(question.pk), user, frozen)
            for question in section.questions
            if city or _is_asked(given.get(question.pk), user)
        ]
        if rows:
            filled = str(sum(row["filled"] for row in rows))
            sections.append({"code": section.code, "name": str(section.name), "rows": rows, "filled": filled})
    rows = [row for section in sections for row in section["rows"]]
    filled = sum(row["filled"] for row in rows)
    return {
        "sections": sections,
        "first_empty": next((row["url"] for row in rows if row["mine"] and not row["filled"]), None),
        "empty": len(rows) - filled,
        "to_judge": sum(row["status_code"] == AnswerStatus.SUBMITTED for row in rows) if city else 0,
        "not_accepted": sum(row["waiting"] for row in rows),
        "asked_opds": sorted({row["opd"] for row in rows if row["opd"]}),
        "progress": _progress_tables(rows, structure),
        "meter": {
            "value": filled,
            "max": len(rows),
            "label": _("%(filled)s of %(total)s questions answered") % {"filled": filled, "total": len(rows)},
        },
    }


def _is_asked(answer: Answer | None, user: User) -> bool:
    return answer is not None and answer.opd_id in user.opds()


def _row(
    window: EvaluationWindow,
    question: QuestionFacts,
    answer: Answer | None,
    user: User,
    frozen: dict[str, Any] | None,
) -> dict[str, Any]:
    score, words, sample = _read(answer, user)
    if frozen is not None and not _is_asked(answer, user):
        told = frozen.get(question.code)
        score = Decimal(told["self_score"]) if told and told["self_score"] is not None else None
        words, sample = bool(told and told["text"]), bool(told and told["sample"])
    opd = answer.opd.short if answer and answer.opd else ""
    return {
        "code": question.code,
        "url": reverse("evaluations:answer", args=[window.pk, question.code]),
        "text": str(question.text),
        "section": question.section,
        "dimension": question.dimension,
        "score": "–" if score is None else decimals.exact(score),
        "filled": score is not None,
        "words": words,
        "survey": not question.scored,
        "sample": sample,
        "opd": opd,
        "status_code": answer.status if answer and opd else "",
        "status": answer_badge(answer.status) if answer and opd else None,
        "waiting": bool(answer and opd and not answer.is_counting),
        "mine": rules.may_answer(user, window, answer),
    }


def _read(answer: Answer | None, user: User) -> tuple[Decimal | None, bool, bool]:
    """Score, whether there are words, and whether it is an example: as this person may read it."""
    if answer is None:
        return None, False, False
    if rules.reads_as_written(user, answer):
        return answer.self_score, bool(answer.text), answer.sample
    told = answer.submitted if rules.reads_as_submitted(user, answer) else None
    if not told:
        return None, False, False
    score = told["self_score"]
    return None if score is None else Decimal(score), bool(told["text"]), told["sample"]


def _progress_tables(rows: list[dict[str, Any]], structure: Any) -> list[dict[str, Any]]:
    """How far each agency, section and dimension is: asked, answered, handed in, accepted."""
    sections = {row.code: str(row.name) for row in structure.sections}
    dimensions = {code: str(row.name) for code, row in structure.dimensions.items()}
    return [
        _table("opd", _("OPD"), rows, {row["opd"]: row["opd"] for row in rows if row["opd"]}),
        _table("section", _("Section"), rows, sections),
        _table("dimension", _("Dimension"), rows, dimensions),
    ]


def _table(key: str, label: str, rows: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    lines = [
        {"name": names[code], "key": key, "code": code, **_count(row for row in rows if row[key] == code)}
        for code in (sorted(names) if key == "opd" else names)
    ]
    return {"label": label, "lines": [line for line in lines if line["asked"]]}


def _count(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    counted = dict.fromkeys(STEPS, 0)
    for row in rows:
        counted["asked"] += 1
        counted["answered"] += row["filled"]
        counted["submitted"] += row["status_code"] in (AnswerStatus.SUBMITTED, AnswerStatus.ACCEPTED)
        # what the secretariat writes itself is nobody's to accept: it counts as soon as it is there
        counted["accepted"] += row["status_code"] == AnswerStatus.ACCEPTED or (
            not row["opd"] and row["filled"]
        )
    return counted
