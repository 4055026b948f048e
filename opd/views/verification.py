"""The reviewer's desk: the queue by waiting time, and one item with what changed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dimensions.models import SmartDimension
from opd import actions, changes, rules
from opd.access import city_of, give_back, note_or_404, person, quick_win_or_404
from opd.completeness import BY_NAME
from opd.forms import NoteForm, QueueFilter, ReplyForm
from opd.models import Evidence, Note, QuickWin, Submission, User
from opd.presentation import badge, evidence_row, field_rows, history_rows, note_rows, shown, tile_html
from opd.workflow import QUICK_WIN
from smartcity.lib import clock, dates, paging
from smartcity.lib.forms import typed
from smartcity.lib.workflow import NotReady

PAGE, LATE_AFTER_DAYS = 50, 3
DECISIONS = ("return", "verify")


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the longest wait first; and what has not arrived yet."""
    user, city = person(request), city_of(request)
    if not rules.may_review_queue(user):
        raise PermissionDenied
    filters = QueueFilter(request.GET, dimensions=SmartDimension.objects.of_set(city.dimension_set_id))
    waiting = QuickWin.objects.visible_to(user).of_city(city.pk).in_year(city.evaluation_year).waiting()
    if dimension := filters.chosen("dimension"):
        waiting = waiting.filter(dimension__code=dimension)
    listed = waiting.matching(filters.chosen("q") or "").for_queue()
    page = paging.page(listed, request.GET.get("page", ""), order=("submitted_at", "pk"), size=PAGE)
    deciding = _deciders(user, page.object_list)
    missing = QuickWin.objects.of_city(city.pk).in_year(city.evaluation_year).not_yet_submitted().for_list()
    address = paging.addresses("opd:review")
    context = {
        "filters": filters,
        "page": page,
        "rows": [_queue_row(row, address(row.pk)) for row in page.object_list if deciding[row.pk]],
        "others": [_queue_row(row, address(row.pk)) for row in page.object_list if not deciding[row.pk]],
        "filtered": any(filters.chosen(name) for name in ("q", "dimension")),
        "not_here": [_overview_row(row) for row in missing[:20]],
        "year": city.evaluation_year,
    }
    return render(request, "opd/queue.html", context)


def _deciders(user: User, rows: Any) -> dict[int, bool]:
    """For each row, whether this person decides it; agencies repeat, so each is asked once."""
    by_opd: dict[int, bool] = {}
    for row in rows:
        by_opd.setdefault(row.opd_id, rules.may_verify(user, row))
    return {row.pk: by_opd[row.opd_id] for row in rows}


def _queue_row(row: QuickWin, url: str) -> dict[str, Any]:
    now = clock.now()
    assert row.submitted_at is not None  # the constraint quick_win_submitted_has_time
    days = (now - row.submitted_at).days
    return {
        "url": url,
        "title": row.title,
        "name": row.name if row.acronym else "",
        "dimension": tile_html(row.dimension),
        "opd": row.opd.short,
        "waiting": dates.duration(now - row.submitted_at),
        "late": ngettext("over %(days)s day", "over %(days)s days", days) % {"days": days}
        if days >= LATE_AFTER_DAYS
        else "",
        "submitted": dates.short_date(row.submitted_at),
        "submitted_time": dates.clock_time(row.submitted_at),
        "first": not row.again,  # type: ignore[attr-defined]
        "confirmed": row.owner_confirmed,
    }


def _overview_row(row: QuickWin) -> dict[str, Any]:
    return {
        "title": row.title,
        "opd": row.opd.short,
        "hue": str(row.dimension.hue),
        "letter": row.dimension.letter,
        "status": badge(row.status),
    }


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what changed since the last look first, then the rest, then the evidence."""
    user, quick_win = person(request), quick_win_or_404(request, pk)
    submission = quick_win.submissions.order_by("-sequence").first()
    if submission is None or not rules.may_review_queue(user):
        raise PermissionDenied
    return render(request, "opd/review.html", _review_page(user, quick_win, submission))


def _review_page(
    user: User, quick_win: QuickWin, submission: Submission, typed: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The page's context; `typed` holds a note that could not be kept yet, with its error."""
    payload = submission.payload
    base = quick_win.submissions.filter(sequence=submission.sequence - 1).first()
    decided = quick_win.events.filter(move__in=DECISIONS, at__lt=submission.at).first()
    changed = changes.between(base.payload, payload) if base else []
    notes = list(Note.objects.filter(quick_win=quick_win).select_related("author"))
    drafts = note_rows(note for note in notes if note.sent_at is None)
    for field, row in (typed or {}).items():
        drafts[field] = [row]
    earlier = [row for rows in note_rows(note for note in notes if note.sent_at).values() for row in rows]
    asked = {row["field"] for row in earlier}
    names = {change.field for change in changed}
    pieces = Evidence.objects.visible_to(user).of(quick_win).for_list()
    before = base.payload["values"] if base else {}
    return {
        "quick_win": quick_win,
        "dimension": quick_win.dimension,
        "status": badge(quick_win.status),
        "payload": payload,
        "waiting": dates.duration(clock.now() - submission.at) if rules.awaits_decision(quick_win) else "",
        "seen_at": dates.wib(decided.at) if base and decided else "",
        "changes": [
            {
                "name": change.field,
                "label": str(BY_NAME[change.field].label),
                "before": shown(change.field, before),
                "after": shown(change.field, payload["values"]),
                "added": change.added,
                "removed": change.removed,
                "answers": change.field in asked,
                "draft": drafts.get(change.field, [None])[0],
            }
            for change in changed
        ],
        "rows": [
            row | {"draft": drafts.get(row["name"], [None])[0]}
            for row in field_rows(payload, skip=["name", "acronym", *names])
        ],
        "evidence": [evidence_row(piece, year=quick_win.year) for piece in pieces],
        "evidence_note": {
            "name": "evidence",
            "label": str(BY_NAME["evidence"].label),
            "draft": drafts.get("evidence", [None])[0],
        },
        "drafts": [row for rows in drafts.values() for row in rows],
        "earlier": earlier,
        "history": history_rows(quick_win.events.all(), inside=rules.is_owner(user, quick_win)),
        "may_note": rules.may_note(user, quick_win),
        "offers": QUICK_WIN.offered_to(user, quick_win),
        "own_house": rules.awaits_decision(quick_win) and not rules.may_verify(user, quick_win),
    }


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a note on one field; it goes to the agency when the item is returned."""
    quick_win = quick_win_or_404(request, pk)
    field, text = request.POST.get("field", ""), request.POST.get("text", "")
    if field not in BY_NAME:
        raise PermissionDenied
    form = NoteForm(typed(request.POST))
    if not form.is_valid():
        return _unkept_note(request, quick_win, field, text, " ".join(map(str, form.errors["text"])))
    actions.write_note(owner=quick_win, field=field, text=form.cleaned_data["text"], by=person(request))
    if request.headers.get("X-Requested-With") == "autosave":
        parts = _note_parts(request, quick_win)
        return JsonResponse({"saved_at": dates.clock_time(clock.now()), "errors": {}, "parts": parts})
    messages.success(
        request,
        _("The note is kept. It is sent when you return the item.")
        if text.strip()
        else _("The note is removed."),
    )
    return redirect(f"{reverse('opd:review', args=[pk])}#r-{field}")


def _note_parts(request: HttpRequest, quick_win: QuickWin) -> dict[str, str]:
    """What follows a kept note on the page: the list of notes, and what may be decided now."""
    submission = quick_win.submissions.order_by("-sequence")[0]
    context = _review_page(person(request), quick_win, submission)
    return {
        "part-notes": render_to_string("opd/parts/notes.html", context, request),
        "part-moves": render_to_string("opd/parts/review_moves.html", context, request),
    }


def _unkept_note(
    request: HttpRequest, quick_win: QuickWin, field: str, text: str, error: str
) -> HttpResponse:
    """The page again with the text still in its box and the sentence beside it."""
    if request.headers.get("X-Requested-With") == "autosave":
        return JsonResponse({"errors": {"text": error}}, status=422)
    user, submission = person(request), quick_win.submissions.order_by("-sequence")[0]
    if not rules.may_note(user, quick_win):
        raise PermissionDenied
    typed = {field: {"field": field, "label": BY_NAME[field].label, "text": text, "error": error, "at": ""}}
    context = _review_page(user, quick_win, submission, typed)
    return render(request, "opd/review.html", context, status=422)


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a note in words, when the field itself is right."""
    asked = note_or_404(request, pk)
    form = ReplyForm(typed(request.POST))
    try:
        if form.is_valid():
            actions.reply_to_note(note=asked, reply=form.cleaned_data["reply"], by=person(request))
            messages.success(request, _("Your reply is kept. The reviewer reads it beside the field."))
        else:
            messages.error(request, " ".join(map(str, form.errors["reply"])))
            give_back(request, request.POST.get("reply", ""))
    except NotReady as refusal:
        messages.error(request, str(refusal))
        give_back(request, request.POST.get("reply", ""))
    return redirect(f"{reverse('opd:quick_win_edit', args=[asked.quick_win_id])}#f-{asked.field}")
