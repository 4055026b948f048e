"""The reviewer's desk: one item with what changed, the notes on its fields, and the replies to them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opd import actions, audit, changes, rules
from opd.access import give_back, note_or_404, person, posted_note_version, record_or_404
from opd.forms.quick_wins import NoteForm, ReplyForm
from opd.models import NO_NOTE, Evidence, Note, ProgressNote, User
from opd.presentation.quick_wins import badge, evidence_row, history_rows, note_rows
from opd.views.kinds import KINDS, kind_of
from smartcity.lib import clock, dates
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady

DECISIONS = ("return", "verify")


@require_GET
def review(request: HttpRequest, pk: int, kind: str = "quick_win") -> HttpResponse:
    """One item: what changed since the last look first, then the rest, then the evidence."""
    user, record = person(request), record_or_404(request, KINDS[kind].model, pk)
    submission = record.submissions.order_by("-sequence").first()
    if submission is None or not rules.may_review_queue(user):
        raise PermissionDenied
    return render(request, "opd/review.html", _review_page(user, record, submission))


def _review_page(
    user: User, record: Any, submission: Any, typed: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The page's context; `typed` holds a note that could not be kept yet, with its error."""
    payload, kind = submission.payload, kind_of(record)
    base = record.submissions.filter(sequence=submission.sequence - 1).first()
    decided = record.events.filter(move__in=DECISIONS, at__lt=submission.at).first()
    changed = changes.between(base.payload, payload, kind.fields) if base else []
    notes = list(record.notes.select_related("author"))
    drafts = note_rows(note for note in notes if note.sent_at is None)
    for field, row in (typed or {}).items():
        drafts[field] = [row]
    earlier = [row for rows in note_rows(note for note in notes if note.sent_at).values() for row in rows]
    asked = {row["field"] for row in earlier}
    names = {change.field for change in changed}
    pieces = Evidence.objects.visible_to(user).of(record).for_list()
    return (
        kind.addresses(record)
        | kind.review_extra(record, payload)
        | {
            "dimension": record.dimension,
            "status": badge(record.status),
            "payload": payload,
            "waiting": dates.duration(clock.now() - submission.at) if rules.awaits_decision(record) else "",
            "seen_at": dates.wib(decided.at) if base and decided else "",
            "changes": [
                {
                    "name": change.field,
                    "label": str(kind.by_name[change.field].label),
                    "before": kind.shown(change.field, base.payload if base else {}),
                    "after": kind.shown(change.field, payload),
                    "added": change.added,
                    "removed": change.removed,
                    "answers": change.field in asked,
                    "draft": drafts.get(change.field, [None])[0],
                }
                for change in changed
            ],
            "rows": [
                row | {"draft": drafts.get(row["name"], [None])[0]}
                for row in kind.rows(payload, skip=[*kind.hidden_in_review, *names])
            ],
            "evidence": [evidence_row(piece, year=record.year) for piece in pieces],
            "evidence_note": {
                "name": "evidence",
                "label": str(kind.by_name["evidence"].label),
                "draft": drafts.get("evidence", [None])[0],
            },
            "drafts": [row for rows in drafts.values() for row in rows],
            "earlier": earlier,
            "history": history_rows(record.events.all(), inside=rules.is_owner(user, record)),
            "may_note": rules.may_note(user, record),
            "offers": kind.workflow.offered_to(user, record),
            "own_house": rules.awaits_decision(record) and not rules.may_verify(user, record),
        }
    )


@require_POST
def note(request: HttpRequest, pk: int, kind: str = "quick_win") -> HttpResponse:
    """Keep a note on one field; it goes to the agency when the item is returned. A stale one shows both texts."""
    record = record_or_404(request, KINDS[kind].model, pk)
    field, text = request.POST.get("field", ""), request.POST.get("text", "")
    if field not in KINDS[kind].by_name:
        raise PermissionDenied
    seen = posted_note_version(request)
    form = NoteForm(typed(request.POST))
    if not form.is_valid():
        return _unkept_note(request, record, field, text, " ".join(map(str, form.errors["text"])))
    words, by = form.cleaned_data["text"], person(request)
    try:
        kept = actions.write_note(owner=record, field=field, text=words, by=by, seen=seen)
    except StaleVersion as stale:
        return _overtaken_note(request, record, field, words, stale.current)
    if request.headers.get("X-Requested-With") == "autosave":
        answer = {"version": kept.version if kept else NO_NOTE, "saved_at": dates.clock_time(clock.now())}
        return JsonResponse(answer | {"errors": {}, "parts": _note_parts(request, record)})
    messages.success(
        request,
        _("The note is kept. It is sent when you return the item.")
        if text.strip()
        else _("The note is removed."),
    )
    return redirect(f"{reverse(KINDS[kind].review, args=[pk])}#r-{field}")


def _note_parts(request: HttpRequest, record: Any) -> dict[str, str]:
    """What follows a kept note on the page: the list of notes, and what may be decided now."""
    submission = record.submissions.order_by("-sequence")[0]
    context = _review_page(person(request), record, submission)
    return {
        "part-notes": render_to_string("opd/parts/notes.html", context, request),
        "part-moves": render_to_string("opd/parts/review_moves.html", context, request),
    }


def _overtaken_note(
    request: HttpRequest, record: Any, field: str, text: str, kept: Note | ProgressNote | None
) -> HttpResponse:
    """A colleague wrote or removed this note meanwhile: both texts, and nothing saved."""
    event = audit.last_to("note.written" if kept else "note.removed", record)
    by = kept.author if kept else event.actor if event else None
    at = kept.created_at if kept else event.at if event else clock.now()
    label = _("Note on %(label)s") % {"label": kind_of(record).by_name[field].label}
    conflict = {
        "action": reverse(kind_of(record).note, args=[record.pk]),
        "version": kept.version if kept else NO_NOTE,
        "by": str(by or ""),
        "at": dates.clock_time(at),
        "back_url": f"{reverse(kind_of(record).review, args=[record.pk])}#r-{field}",
        "rows": [
            {"name": "text", "label": label, "theirs": kept.text if kept else "", "mine": text, "long": True}
        ],
        "hidden": [("field", field)],
    }
    if request.headers.get("X-Requested-With") == "autosave":
        html = render_to_string("components/conflict.html", {"conflict": conflict}, request)
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)


def _unkept_note(request: HttpRequest, record: Any, field: str, text: str, error: str) -> HttpResponse:
    """The page again with the text still in its box and the sentence beside it."""
    if request.headers.get("X-Requested-With") == "autosave":
        return JsonResponse({"errors": {"text": error}}, status=422)
    user, submission = person(request), record.submissions.order_by("-sequence")[0]
    if not rules.may_note(user, record):
        raise PermissionDenied
    typed = {
        field: {
            "field": field,
            "label": kind_of(record).by_name[field].label,
            "text": text,
            "version": request.POST.get("version", ""),
            "error": error,
            "at": "",
        }
    }
    context = _review_page(user, record, submission, typed)
    return render(request, "opd/review.html", context, status=422)


@require_POST
def reply(request: HttpRequest, pk: int, kind: str = "quick_win") -> HttpResponse:
    """Answer a note in words, when the field itself is right."""
    asked = note_or_404(request, KINDS[kind].model, pk)
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
    owner = asked.quick_win if isinstance(asked, Note) else asked.progress
    return redirect(f"{KINDS[kind].edit_url(owner)}#f-{asked.field}")
