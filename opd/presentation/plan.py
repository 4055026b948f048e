"""Plain rows for the pages of the masterplan: what a template shows of a programme, its years and its history."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opd.models import (
    Opd,
    PlanStatus,
    PlanTally,
    Program,
    ProgramEvent,
    ProgramYear,
    Role,
    State,
    StateChange,
)
from opd.workflow import PROGRAM
from smartcity.lib import dates, decimals

BADGES = {
    PlanStatus.DRAFT: ("draf", "pencil"),
    PlanStatus.SUBMITTED: ("diajukan", "send"),
    PlanStatus.RETURNED: ("dikembalikan", "back"),
    PlanStatus.APPROVED: ("terverifikasi", "ok"),
}
STATE_BADGES = {
    State.NOT_STARTED: ("draf", "clock"),
    State.IN_DISCUSSION: ("diajukan", "note"),
    State.RUNNING: ("terverifikasi", "refresh"),
    State.DONE: ("terkunci", "check"),
    State.STOPPED: ("terlambat", "close"),
}
#: Neighbours in a bar differ in more than colour: two filled tones, a light one, an outline, one with lines.
STATE_TONES = {
    State.RUNNING: "h3",
    State.DONE: "h4",
    State.IN_DISCUSSION: "h2",
    State.NOT_STARTED: "hollow",
    State.STOPPED: "lines",
}
UNTOLD_TONE = "track"
EVENT_CSS = {"submit": "is-sent", "return": "is-returned", "reopen": "is-returned", "approve": "is-ok"}


def plan_badge(status: str) -> dict[str, str]:
    """Return css, icon and label of the approval of a programme for status_badge.html."""
    css, icon = BADGES[PlanStatus(status)]
    return {"css": css, "icon": icon, "label": str(PlanStatus(status).label)}


def state_badge(state: str) -> dict[str, str] | None:
    """The same of how far a programme is carried out; None while nobody has said."""
    if not state:
        return None
    css, icon = STATE_BADGES[State(state)]
    return {"css": css, "icon": icon, "label": str(State(state).label)}


def plan_badge_html(status: str) -> SafeString:
    return _badge_html("plan", status, get_language())


def state_badge_html(state: str | None) -> SafeString | str:
    """The badge of a state, a dash while nobody has said."""
    return _badge_html("state", state, get_language()) if state else "–"


@lru_cache(maxsize=64)
def _badge_html(kind: str, value: str, language: str | None) -> SafeString:
    badge = plan_badge(value) if kind == "plan" else state_badge(value)
    return render_to_string("components/status_badge.html", {"status": badge})


def opd_name(opd: Opd) -> str:
    """The agency's name at the time, and who it is now where it was renamed or merged."""
    now = opd.now()
    if now is None:
        return opd.official_name
    return _("%(name)s (now %(now)s)") % {"name": opd.official_name, "now": now.official_name}


def program_rows(program: Program) -> list[dict[str, Any]]:
    """Label, text and sample mark of every field of a programme that is not a table of its own."""
    measured = program.baseline is not None
    unit = f" {program.unit}" if program.unit else ""
    texts = {
        "sub_dimension": str(program.sub_dimension),
        "strategy": program.strategy,
        "horizon": program.get_horizon_display(),
        "category": program.get_category_display(),
        "indicator": program.indicator,
        "unit": program.unit,
        "baseline": f"{decimals.exact(program.baseline)}{unit}" if measured else "",
        "measure": program.get_measure_display(),
        "better": program.get_better_display(),
        "activity": program.activity,
        "sub_activity": program.sub_activity,
        "sub_activity_code": program.sub_activity_code,
        "partners": program.partners,
        "start_date": dates.long_date(program.start_date) if program.start_date else "",
        "end_date": dates.long_date(program.end_date) if program.end_date else "",
        "updated_on": dates.long_date(program.updated_on) if program.updated_on else "",
        "note": program.note,
    }
    return [
        {
            "name": name,
            "label": _capital(str(Program._meta.get_field(name).verbose_name)),  # type: ignore[union-attr]
            "text": text,
            "sample": name in program.sample_fields and bool(text),
        }
        for name, text in texts.items()
    ]


def year_rows(program: Program, years: Iterable[ProgramYear]) -> list[dict[str, Any]]:
    """The table of years: figures as people read them, the achievement computed, not capped."""
    rows = []
    for row in years:
        row.program = program
        reached = row.achievement()
        rows.append(
            {
                "year": row.year,
                "target": decimals.exact(row.target) if row.target is not None else "",
                "actual": decimals.exact(row.actual) if row.actual is not None else "",
                "achievement": f"{decimals.display(reached, 1)}%" if reached is not None else "",
                "budget": decimals.money(row.budget) if row.budget is not None else "",
                "absorbed": decimals.money(row.absorbed) if row.absorbed is not None else "",
                "share": decimals.percent(row.absorbed, row.budget)
                if row.absorbed is not None and row.budget
                else "",
                "fund": row.get_fund_source_display(),
                "state": state_badge(row.state),
                "reason": row.state_reason,
                "carried": row.carried,
            }
        )
    return rows


def program_history(events: Iterable[ProgramEvent]) -> list[dict[str, Any]]:
    """Return the timeline of a programme, newest first."""
    return [
        {
            "css": EVENT_CSS.get(event.move, ""),
            "verb": str(PROGRAM.moves[event.move].past) if event.move in PROGRAM.moves else _("Created"),
            "text": str(Role(event.role).label) if event.role else "",
            "iso": event.at.isoformat(),
            "at": dates.wib(event.at),
            "note": event.note,
        }
        for event in events
    ]


#: How a turn of the state looks in the timeline.
STATE_CSS = {
    State.IN_DISCUSSION: "is-sent",
    State.RUNNING: "is-ok",
    State.DONE: "is-ok",
    State.STOPPED: "is-returned",
}


def state_history(program: Program, changes: Iterable[StateChange]) -> list[dict[str, Any]]:
    """Return how the state of a programme turned over the years, newest first: to what, from what, by whom, why."""
    sample = "years" in program.sample_fields
    return [
        {
            "css": STATE_CSS.get(State(row.target), "") if row.target else "",
            "verb": str(State(row.target).label) if row.target else _("No state yet"),
            "text": _turned(row),
            "iso": row.at.isoformat(),
            "at": dates.wib(row.at),
            "note": row.reason,
            "sample": sample,
        }
        for row in changes
    ]


def _turned(row: StateChange) -> str:
    """ "2021, before: In discussion, Reviewer": what is known of it."""
    said = [str(row.year)]
    if row.source:
        said.append(_("before: %(state)s") % {"state": State(row.source).label})
    if row.role:
        said.append(str(Role(row.role).label))
    return ", ".join(said)


def state_counts(tallies: Iterable[PlanTally]) -> dict[str, Any]:
    """How many programmes stand where in a year, with percentages of all, and the same by dimension.

    The layout of the city's own report of 2020: 131 programmes, 79 running (60,31%), 16 in discussion, 36 not started.
    """
    by_dimension: dict[int, dict[str, int]] = {}
    total: dict[str, int] = dict.fromkeys((*_COUNTED, "programs"), 0)
    money = {"apbd": Decimal(0), "other": Decimal(0), "absorbed": Decimal(0)}
    for tally in tallies:
        cell = by_dimension.setdefault(tally.dimension_id, dict.fromkeys(total, 0))
        for name in total:
            cell[name] += getattr(tally, name)
            total[name] += getattr(tally, name)
        money["apbd"] += tally.budget_apbd
        money["other"] += tally.budget_other
        money["absorbed"] += tally.absorbed
    states = [
        {
            "name": name,
            "state": name.upper() if name != "unknown" else "",
            "label": str(State(name.upper()).label) if name != "unknown" else _("Not told yet"),
            "count": total[name],
            "percent": decimals.percent(total[name], total["programs"], places=2),
        }
        for name in _COUNTED
        if total[name] or name in ("running", "in_discussion", "not_started")
    ]
    return {"programs": total["programs"], "states": states, "by_dimension": by_dimension, "money": money}


#: In the order leaders read them: what runs first.
_COUNTED = ("running", "in_discussion", "not_started", "done", "stopped", "unknown")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
