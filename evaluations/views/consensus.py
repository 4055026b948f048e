"""The consensus: the table, one question, begin, close and correct."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import rules
from evaluations.access import by_script, posted_version, seat_or_404, window_or_404
from evaluations.actions import consensus as actions
from evaluations.consensus import Line
from evaluations.forms.consensus import ProposalForm
from evaluations.views.consensus_page import Board, question_page, table_page, wait_page
from opd.access import give_back, person
from smartcity.lib import clock, dates, decimals
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def consensus(request: HttpRequest, pk: int) -> HttpResponse:
    """The table, or what is waited for; a seat that has not handed in sees no score here either."""
    board = _board(request, pk)
    if board is None:
        return redirect("evaluations:declare", pk)
    if board.row is None:
        return render(request, "evaluations/consensus_wait.html", wait_page(board))
    return render(request, "evaluations/consensus.html", table_page(board, request.GET))


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One question: every score with its remark, the note of the interview, and the lead's proposal."""
    board = _board(request, pk)
    if board is None:
        return redirect("evaluations:declare", pk)
    line = next((row for row in board.lines if row.question.code == code), None)
    if line is None:
        raise Http404
    if request.method == "GET":
        return render(request, "evaluations/consensus_question.html", question_page(board, line))
    if not board.leads:
        raise PermissionDenied
    version = posted_version(request)
    form = ProposalForm(typed(request.POST))
    if not form.is_valid():
        return _refused(request, board, line, form, form.sentences())
    return _save(request, board, line, form, version)


def _save(request: HttpRequest, board: Board, line: Line, form: ProposalForm, version: int) -> HttpResponse:
    """Write the proposal, or answer with the sentence that says why not."""
    window, code = board.window, line.question.code
    try:
        saved = actions.propose(window=window, code=code, version=version, by=board.user, **form.cleaned_data)
    except StaleVersion as stale:
        return _conflict(request, board, code, form, stale.current)
    except ValidationError as error:
        return _refused(request, board, line, form, {"value": " ".join(error.messages)})
    except WrongStatus as refusal:
        if by_script(request):
            return JsonResponse({"errors": {"reason": str(refusal)}}, status=422)
        give_back(request, form.data.get("reason", ""))
        messages.error(request, str(refusal))
        return redirect("evaluations:consensus", window.pk)
    if not by_script(request):
        return redirect(question_page(_again(board), line)["next"] or _table(board))
    board = _again(board)
    after = next(row for row in board.lines if row.question.code == code)
    context = question_page(board, after)
    html = render_to_string("evaluations/parts/consensus_line.html", context, request)
    return JsonResponse(
        {
            "version": saved.version,
            "saved_at": dates.clock_time(saved.updated_at, board.zone),
            "errors": {},
            "parts": {"part-line": html},
        }
    )


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay the scores side by side."""
    try:
        actions.begin(window=window_or_404(request, pk), by=person(request))
    except NotReady as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluations:consensus", pk)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the consensus that was read at the version the form carries."""
    window, user = window_or_404(request, pk), person(request)
    try:
        row = actions.close(window=window, version=posted_version(request), by=user)
    except StaleVersion:
        messages.warning(
            request,
            _("A proposal changed after you read the table. Read it again, then close. [VER-STALE]"),
        )
    except NotReady as refusal:
        text = _("Not closed yet: %(count)s things are missing.")
        messages.error(request, text % {"count": len(refusal.problems)})
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("Consensus closed. Number %(number)s, %(time)s.")
        at = dates.wib(row.closed_at, window.city.timezone)
        messages.success(request, text % {"number": row.number, "time": at})
    return redirect("evaluations:consensus", pk)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a correction with its reason; the closed revision stays."""
    window, reason = window_or_404(request, pk), request.POST.get("note", "")
    try:
        actions.correct(window=window, reason=reason, by=person(request))
    except ValidationError as error:
        give_back(request, reason)
        messages.error(request, " ".join(error.messages))
    except (NotReady, WrongStatus) as refusal:
        give_back(request, reason)
        messages.error(request, str(refusal))
    return redirect("evaluations:consensus", pk)


def _board(request: HttpRequest, pk: int) -> Board | None:
    """The consensus for the city's people, or for a seat that may look; None while it must declare first."""
    window, user = window_or_404(request, pk), person(request)
    revision = request.GET.get("revision", "")
    if rules.may_read_answers(user, window):
        return Board(user, window, None, revision)
    seat = seat_or_404(request, pk)
    if not rules.may_look(user, seat, clock.now()):
        return None
    return Board(user, seat.window, seat, revision)


def _again(board: Board) -> Board:
    return Board(board.user, board.window, board.seat)


def _table(board: Board) -> str:
    return reverse("evaluations:consensus", args=[board.window.pk])


def _refused(
    request: HttpRequest, board: Board, line: Line, form: ProposalForm, errors: dict[str, str]
) -> HttpResponse:
    """The page again with what was typed and the sentence at its field."""
    if by_script(request):
        return JsonResponse({"errors": errors}, status=422)
    context = question_page(board, line, typed=form.typed(), errors=errors)
    return render(request, "evaluations/consensus_question.html", context, status=422)


def _conflict(
    request: HttpRequest, board: Board, code: str, form: ProposalForm, current: Any
) -> HttpResponse:
    """The proposal of the other tab beside the one typed here."""
    address = board.link(code)
    theirs = "" if current.value is None else decimals.exact(current.value)
    mine = form.typed()
    conflict = {
        "action": address,
        "back_url": address,
        "version": current.version,
        "version_key": f"consensus-{board.row.pk if board.row else 0}-{code}",
        "at": dates.clock_time(current.updated_at, board.zone),
        "rows": [
            {"name": "value", "label": _("Consensus"), "theirs": theirs, "mine": mine["value"]},
            {
                "name": "reason",
                "label": _("Reason"),
                "theirs": current.reason,
                "mine": mine["reason"],
                "long": True,
            },
        ],
    }
    if by_script(request):
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)
