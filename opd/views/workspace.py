"""The first page: what is waiting for me, until when."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from opd import rules
from opd.access import city_of, person
from opd.models import Decision, Note, QuickWin, QuickWinEvent, Role, Status, Submission, User
from opd.presentation.meetings import decision_rows
from opd.presentation.quick_wins import (
    badge,
    history_rows,
    meter,
    missing_of,
    missing_rows,
    note_rows,
    receipt_row,
)
from opd.views.progress_tasks import progress_tasks
from smartcity.lib import dates

#: Where each role begins, the most urgent work first.
FIRST_PAGES = (
    ((Role.OPD_OPERATOR, Role.OPD_HEAD), "opd:workspace"),
    ((Role.ASSESSOR,), "evaluations:sheets"),
    ((Role.REVIEWER, Role.PLANNER), "opd:queue"),
    ((Role.LEADERSHIP, Role.AUDITOR), "evaluations:city"),
    ((Role.ADMINISTRATOR,), "admin:index"),
)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to the first page of their role."""
    user = person(request)
    for roles, page in FIRST_PAGES:
        if user.has_role(*roles):
            return redirect(page)
    return render(request, "opd/no_role.html", status=403)


@require_GET
def workspace(request: HttpRequest) -> HttpResponse:
    """What waits for this operator or head: returned first, then drafts, then what waits for others."""
    user, city = person(request), city_of(request)
    if not rules.may_create(user):
        return redirect("opd:home")
    rows = QuickWin.objects.of_own_opds(user).in_year(city.evaluation_year).for_detail()
    mine = list(rows.with_person(user))
    others = [row for row in rows.order_by("status", "number") if row not in mine]
    asked, returned = _asked(mine), _returned(mine)
    events = QuickWinEvent.objects.filter(quick_win__in=rows.values("pk")).select_related("quick_win")[:6]
    receipt = Submission.objects.visible_to(user).order_by("-at").first()
    agencies = {held.opd_id: held.opd for held in user.memberships_now() if held.opd_id in user.opds()}
    progress = progress_tasks(user, city)
    context = {
        "year": city.evaluation_year,
        "agencies": list(agencies.values()),
        "tasks": [_task(user, row, asked.get(row.pk, []), returned.get(row.pk)) for row in mine],
        "others": [_other(row) for row in others],
        "history": [history_rows([event], subject=event.quick_win.title)[0] for event in events],
        "receipt": receipt_row(receipt) if receipt else None,
        "progress": progress,
        "decisions": decision_rows(user, city, Decision.objects.of_own_opds(user).open().for_list()),
        "waiting": len(mine) + len(progress["rows"]),
        "has_head": any(row.opd.has_head() for row in rows[:1]),
    }
    return render(request, "opd/workspace.html", context)


def _asked(quick_wins: list[QuickWin]) -> dict[int, list[Note]]:
    """The notes still to be answered, by quick win: one query for the whole page."""
    notes: dict[int, list[Note]] = {}
    for note in Note.objects.open().filter(quick_win__in=quick_wins).select_related("author"):
        notes.setdefault(note.quick_win_id, []).append(note)
    return notes


def _returned(quick_wins: list[QuickWin]) -> dict[int, QuickWinEvent]:
    """The latest return of each quick win that is returned now."""
    now = [row for row in quick_wins if row.status == Status.RETURNED]
    events = QuickWinEvent.objects.filter(quick_win__in=now, target=Status.RETURNED)
    return {event.quick_win_id: event for event in events.order_by("at", "pk")}


def _task(
    user: User, quick_win: QuickWin, notes: list[Note], returned: QuickWinEvent | None
) -> dict[str, Any]:
    asked = [note for notes_of_field in note_rows(notes).values() for note in notes_of_field]
    page = quick_win.get_absolute_url()
    edit = f"{page}edit/" if rules.may_edit(user, quick_win) else page
    lacking = missing_of(quick_win, evidence=quick_win.evidence_count)  # type: ignore[attr-defined]
    return {
        "url": edit,
        "title": quick_win.title,
        "name": quick_win.subtitle,
        "dimension": quick_win.dimension,
        "kind": quick_win.get_status_kind_display(),
        "opd": quick_win.opd.short,
        "status": badge(quick_win.status),
        "returned": returned is not None,
        "returned_at": dates.wib(returned.at) if returned else "",
        "returned_note": returned.note if returned else "",
        "asks": [
            {"label": note["label"], "text": note["text"], "url": f"{edit}{note['anchor']}"} for note in asked
        ],
        "changed_at": dates.wib(quick_win.updated_at),
        "meter": meter(quick_win.filled, quick_win.total),
        "missing": missing_rows(lacking[:4], edit),
        "more_missing": max(0, len(lacking) - 4),
        "for_head": quick_win.status == Status.PROPOSED,
        "sample": bool(quick_win.sample_fields),
    }


def _other(quick_win: QuickWin) -> dict[str, Any]:
    return {
        "url": quick_win.get_absolute_url(),
        "title": quick_win.title,
        "name": quick_win.subtitle,
        "status": badge(quick_win.status),
        "state": quick_win.status,
    }
