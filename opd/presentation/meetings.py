"""Plain rows for the pages of meetings: decisions as tasks, their history, and the line of a meeting."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext

from opd import rules
from opd.models import City, Decision, DecisionEvent, DecisionStatus, Meeting, Role, User
from opd.workflow import DECISION
from smartcity.lib import clock, dates, decimals

BADGES = {
    DecisionStatus.OPEN: ("diajukan", "clock"),
    DecisionStatus.DONE: ("terverifikasi", "ok"),
    DecisionStatus.REOPENED: ("dikembalikan", "back"),
}
EVENT_CSS = {"finish": "is-ok", "reopen": "is-returned", "correct": "is-sent"}


def today_in(city: City) -> date:
    """The day it is in the city."""
    return clock.now().astimezone(city.zone()).date()


def decision_badge(decision: Decision, today: date) -> dict[str, str]:
    """Return css, icon and label for status_badge.html; a task past its day is late, whatever else it is."""
    if decision.is_late(today):
        return {"css": "terlambat", "icon": "late", "label": pgettext("a decision", "Late")}
    css, icon = BADGES[DecisionStatus(decision.status)]
    return {"css": css, "icon": icon, "label": str(decision.get_status_display())}


def decision_rows(user: User, city: City, decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """Decisions as plain rows: owner, day, how it stands, and whether this person may say that it is done."""
    today = today_in(city)
    return [decision_row(user, city, row, today) for row in decisions]


def decision_row(user: User, city: City, row: Decision, today: date) -> dict[str, Any]:
    """One decision; it comes with its meeting, agency and programme (`for_list`)."""
    return {
        "pk": row.pk,
        "url": row.get_absolute_url(),
        "version": row.version,
        "number": row.number,
        "text": row.text,
        "opd": row.opd.short,
        "program": row.program.name if row.program else "",
        "program_url": row.program.get_absolute_url() if row.program else "",
        "meeting": row.meeting.title,
        "meeting_url": row.meeting.get_absolute_url(),
        "due": dates.long_date(row.due_on),
        "status": decision_badge(row, today),
        "open": row.status == DecisionStatus.OPEN and not row.is_late(today),
        "done": dates.wib(row.done_at, city.timezone) if row.done_at else "",
        "done_note": row.done_note,
        "may_finish": row.status != DecisionStatus.DONE and rules.may_finish(user, row),
    }


def decision_history(events: Iterable[DecisionEvent], zone: str) -> list[dict[str, Any]]:
    """Return the timeline of a decision, newest first; a correction says what stood there before."""
    return [
        {
            "css": EVENT_CSS.get(event.move, ""),
            "verb": _verb(event.move),
            "text": " · ".join(filter(None, [_role(event), *_corrected(event.changes)])),
            "iso": event.at.isoformat(),
            "at": dates.wib(event.at, zone),
            "note": event.note,
        }
        for event in events
    ]


def _verb(move: str) -> str:
    if move in DECISION.moves:
        return str(DECISION.moves[move].past)
    return pgettext("a decision", "Corrected") if move == "correct" else pgettext("a decision", "Decided")


def _role(event: DecisionEvent) -> str:
    return str(Role(event.role).label) if event.role else ""


def _corrected(changes: Mapping[str, list[str]]) -> list[str]:
    """One phrase for each field that was corrected: "owner: DLH → DISHUB"."""
    found = []
    for name, (before, after) in changes.items():
        label = str(Decision._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        both = [_shown(name, value) for value in (before, after)]
        found.append(f"{label}: {both[0]} → {both[1]}")
    return found


def _shown(name: str, value: str) -> str:
    if name == "due_on":
        return dates.short_date(date.fromisoformat(value))
    return value or decimals.UNKNOWN


def meeting_line(row: Meeting, city: City) -> dict[str, str]:
    """A meeting in a list."""
    return {
        "url": row.get_absolute_url(),
        "changes_url": f"{reverse('opd:changes')}?meeting={row.pk}",
        "title": row.title,
        "held": dates.wib(row.held_at, city.timezone),
        "place": row.place,
    }
