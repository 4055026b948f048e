"""One question of the self-assessment: what the page shows, and what an autosave answers."""

import uuid
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations import follow_up, rules
from evaluations.answering import (
    answer_of_last_year,
    improvement,
    other_claims,
    payload_read_by,
)
from evaluations.figures import initial, lacking
from evaluations.forms.answers import AnswerForm, DataForm, SurveyForm
from evaluations.models import Answer, EvaluationWindow, Exhibit
from evaluations.presentation import answer_badge, answer_facts, answer_history, deadline
from evaluations.structure import QuestionFacts, structure_of
from evaluations.workflow import ANSWER
from opd import claims
from opd.access import person
from opd.forms.quick_wins import LinkForm, UploadForm
from opd.models import EvidenceKind, User
from opd.presentation.quick_wins import evidence_row
from smartcity.lib import clock, dates, decimals


def form_of(
    window: EvaluationWindow, question: QuestionFacts, data: Any = None, **kwargs: Any
) -> AnswerForm | SurveyForm:
    """The form of a question: a level of its rubric, with figures where data is asked, or the survey's recap."""
    if not question.scored:
        return SurveyForm(data, **kwargs)
    form = DataForm if question.asks_figures else AnswerForm
    return form(data, steps=structure_of(window.instrument).rubrics[question.rubric], **kwargs)


def initial_of(question: QuestionFacts, stored: Answer | None) -> dict[str, Any]:
    if stored is None:
        return {}
    score: Any = stored.self_score
    if question.scored and score is not None:
        score = str(int(score))
    given = {"self_score": score, "text": stored.text, "respondents": stored.respondents}
    return given | initial(stored.figures) if question.asks_figures else given


def page_of(
    request: HttpRequest,
    window: EvaluationWindow,
    question: QuestionFacts,
    stored: Answer | None,
    *,
    form: Any = None,
    link_form: LinkForm | None = None,
) -> dict[str, Any]:
    """Return the context of evaluations/answer_form.html; `form` is one that could not be taken."""
    user = person(request)
    may_answer = rules.may_answer(user, window, stored)
    structure = structure_of(window.instrument)
    payload = payload_read_by(user, stored) if stored else None
    if form is None and may_answer:
        form = form_of(window, question, initial=initial_of(question, stored))
    evidence = evidence_of(user, window, stored, payload, editable=may_answer)
    return {
        "window": window,
        "city": rules.may_read_answers(user, window),
        "question": question,
        "answer": stored,
        "section": next(row for row in structure.sections if row.code == question.section),
        "dimension": structure.dimensions.get(question.dimension),
        "form": form if may_answer else None,
        "stored": answer_facts(payload, question, structure) if not may_answer else None,
        "version": str(stored.version if stored else 0),
        "saved_at": dates.clock_time(stored.updated_at, window.city.timezone) if stored else "",
        "hints": _hints(question, evidence["kinds"], payload),
        "steps": structure.rubrics.get(question.rubric, ()),
        "expected": str(window.instrument.respondents),
        "window_deadline": deadline(window, clock.now()),
        "sample": bool(payload and payload["sample"]),
        "status": answer_badge(stored.status) if stored and stored.opd else None,
        "asked_note": _last_note(stored),
        "history": answer_history(stored.events.all(), window.city.timezone) if stored and stored.opd else [],
        "before": _last_year(window, question, payload),
        "follow_up": follow_up.beside_question(user, window, question.section),
        "upload_form": UploadForm(),
        "link_form": link_form or LinkForm(prefix="link"),
        "key": uuid.uuid4().hex,
        **evidence,
        **moves_of(user, stored),
        **around(window, question, user),
    }


def evidence_of(
    user: User,
    window: EvaluationWindow,
    stored: Answer | None,
    payload: dict[str, Any] | None,
    *,
    editable: bool,
) -> dict[str, Any]:
    """The evidence a person may read, with what speaks against each piece: dates, pages, other claims."""
    if stored is None:
        return {"evidence": [], "kinds": set(), "upload_url": "", "link_url": "", "choose_url": ""}
    pieces = list(Exhibit.objects.visible_to(user).filter(answer=stored).for_list())
    if payload is not None and not editable:
        told = {piece["id"] for piece in payload.get("evidence", ())}
        pieces = [piece for piece in pieces if piece.pk in told]
    others = other_claims(stored, [piece.stored_file_id for piece in pieces if piece.stored_file_id])
    said = claims.contradictions(pieces) if editable else {}
    return {
        "evidence": [
            evidence_row(
                piece,
                year=window.year,
                editable=editable,
                place="evaluations:exhibit",
                more=dict.fromkeys(
                    [
                        *claims.conflicts(piece, others.get(str(piece.stored_file_id), [])),
                        *said.get(piece.pk, ()),
                    ]
                ),
            )
            for piece in pieces
        ],
        "kinds": {piece.kind for piece in pieces if not piece.flags(window.year)},
        "upload_url": reverse("evaluations:exhibit_add", args=[stored.pk]),
        "link_url": reverse("evaluations:exhibit_link", args=[stored.pk]),
        "choose_url": reverse("evaluations:bank_choose", args=["answer", stored.pk]),
    }


def _hints(question: QuestionFacts, kinds: set[str], payload: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What convinces, and whether it is there: the figures, or a piece of that kind with date and page."""
    labels = {str(kind): str(kind.label) for kind in EvidenceKind}
    rows = [
        {"text": hint["text"], "kind": labels.get(hint["type"], ""), "there": hint["type"] in kinds}
        for hint in question.hints
    ]
    if question.asks_figures:
        rows[0]["there"] = not lacking((payload or {}).get("figures"))
    return rows


def moves_of(user: User, stored: Answer | None) -> dict[str, Any]:
    """What the person may do with the answer now."""
    if stored is None or stored.opd_id is None:
        return {"offers": []}
    offers = ANSWER.offered_to(user, stored)
    writes = rules.may_answer(user, stored.window, stored)
    return {"offers": offers, "waits_for_head": writes and not offers}


def saved_parts(
    request: HttpRequest, window: EvaluationWindow, question: QuestionFacts, saved: Answer
) -> dict[str, Any]:
    """What autosave.js needs: the new version, when, and the parts that changed."""
    context = {"answer": saved, "window": window, "key": uuid.uuid4().hex}
    context |= moves_of(person(request), saved) | around(window, question, person(request))
    return {
        "version": saved.version,
        "saved_at": dates.clock_time(saved.updated_at, window.city.timezone),
        "errors": {},
        "parts": {"part-moves": render_to_string("evaluations/parts/answer_moves.html", context, request)},
    }


def around(window: EvaluationWindow, question: QuestionFacts, user: User) -> dict[str, Any]:
    """The questions before and after among those the person may open, and the place of this one."""
    codes = list(structure_of(window.instrument).questions)
    if not rules.may_read_answers(user, window):
        asked = set(window.answers.of_own_opds(user).values_list("question__code", flat=True))
        codes = [code for code in codes if code in asked]
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


def conflict_of(
    window: EvaluationWindow, question: QuestionFacts, form: Any, current: Answer
) -> dict[str, Any]:
    """Both texts of an answer two people changed: theirs as saved, mine as typed."""
    theirs = initial_of(question, current)
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
    return {
        "action": address,
        "back_url": address,
        "version": current.version,
        "version_key": f"answer-{window.pk}-{question.code}",
        "by": str(current.updated_by) if current.updated_by_id else "",
        "at": dates.clock_time(current.updated_at, window.city.timezone),
        "rows": rows,
    }


def _last_note(stored: Answer | None) -> dict[str, str] | None:
    """What the city asked when it returned the answer, while it waits to be mended."""
    if stored is None or stored.status != "returned":
        return None
    event = stored.events.first()
    return {"text": event.note, "at": dates.wib(event.at, stored.window.city.timezone)} if event else None


def _last_year(
    window: EvaluationWindow, question: QuestionFacts, payload: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Last year's answer beside this one: the words, the score, and how far this one is from it."""
    before = answer_of_last_year(window, question.code)
    if before is None:
        return None
    change = improvement(payload, before)
    facts = answer_facts(before, question, structure_of(window.instrument))
    return facts | {
        "year": str(before["year"]),
        "instrument": "" if before["same"] else before["instrument"],
        "change": "" if change is None else decimals.signed(change),
        "title": _("Answer of %(year)s") % {"year": before["year"]},
    }
