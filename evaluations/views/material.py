"""The frozen material: what the city is judged by, for its own people and for the panel."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from evaluations import follow_up, rules
from evaluations.access import snapshot_or_404
from evaluations.models import SnapshotItem
from evaluations.presentation import answer_facts, frozen_files, short_digest
from evaluations.structure import QuestionFacts, Structure, structure_of
from opd.access import person
from opd.presentation.quick_wins import field_rows
from smartcity.lib import dates, files


@require_GET
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """Every frozen quick win with its evidence, what became of the recommendations, then every frozen answer."""
    snapshot = snapshot_or_404(request, pk)
    window = snapshot.window
    structure = structure_of(window.instrument)
    serves = rules.may_read_answers(person(request), window)
    quick_wins = snapshot.items.of_kind(SnapshotItem.Kind.QUICK_WIN).payloads()
    answers = snapshot.items.of_kind(SnapshotItem.Kind.ANSWER).payloads()
    recommended = snapshot.items.of_kind(SnapshotItem.Kind.RECOMMENDATION).payloads()
    context: dict[str, Any] = {
        "window": window,
        "recommendations": follow_up.frozen_rows(pk, (row for _code, row in sorted(recommended.items()))),
        "serves": serves,
        "unapproved": serves and not window.is_rehearsal and window.last_submission() is None,
        "frozen_at": dates.wib(snapshot.taken_at, window.city.timezone),
        "version": str(snapshot.version),
        "digest": short_digest(snapshot.digest),
        "dossiers": rules.may_take_along(
            person(request), window, seated=not rules.may_read_answers(person(request), window)
        ),
        "quick_wins": [_quick_win(pk, code, payload) for code, payload in sorted(quick_wins.items())],
        "sections": [
            {
                "name": str(section.name),
                "rows": [_answer(pk, row, answers.get(row.code), structure) for row in section.questions],
            }
            for section in structure.sections
        ],
    }
    return render(request, "evaluations/material.html", context)


def _answer(
    window_id: int, question: QuestionFacts, payload: dict[str, Any] | None, structure: Structure
) -> dict[str, Any]:
    facts = answer_facts(payload, question, structure)
    return {
        "code": question.code,
        "text": str(question.text),
        "text_given": facts["text"],
        "score": facts["score"],
        "figures": facts["figures"],
        "respondents": facts["respondents"],
        "opd": (payload or {}).get("opd", ""),
        "files": frozen_files(window_id, [payload] if payload else []),
    }


def _quick_win(window_id: int, code: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": code,
        "title": payload["title"],
        "opd": payload["opd"]["name"],
        "confirmed": payload["opd"]["confirmed"],
        "dimension": payload["dimension"],
        "rows": [row for row in field_rows(payload, skip=["dimension"]) if row["text"]],
        "files": frozen_files(window_id, [payload]),
    }


@require_GET
def snapshot_file(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """Send a frozen file, after asking again who may see the snapshot that holds it."""
    piece = _piece(request, pk, sha256)
    return files.serve(
        piece["sha256"], download_name=piece["file_name"] or piece["title"], media_type=piece["media_type"]
    )


@require_GET
def snapshot_read(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """Show a frozen PDF in the browser, for links that name a page of it."""
    piece = _piece(request, pk, sha256)
    if piece["media_type"] != files.PDF:
        raise Http404
    return files.serve_readable(piece["sha256"], download_name=piece["file_name"] or piece["title"])


@require_GET
def snapshot_preview(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """Send the small picture of a frozen photo."""
    piece = _piece(request, pk, sha256)
    if not piece["has_preview"]:
        raise Http404
    return files.serve_preview(request, piece["sha256"], download_name=piece["title"])


def _piece(request: HttpRequest, pk: int, sha256: str) -> dict[str, Any]:
    piece = snapshot_or_404(request, pk).evidence(sha256)
    if piece is None:
        raise Http404
    return piece
