"""Recommendations as plain rows: for lists and pages, for the Baseline questions, and as the snapshot freezes them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations import rules
from evaluations.models import (
    EvaluationWindow,
    Recommendation,
    RecommendationEvent,
    RecommendationSource,
    RecommendationStatus,
    RecommendationStep,
)
from evaluations.presentation import frozen_files
from evaluations.workflow import RECOMMENDATION, RECOMMENDATION_EVENTS
from opd.actions.ladder import local_day
from opd.models import City, Role, User
from opd.payload import evidence_payload
from smartcity.lib import clock, dates, decimals

SCHEMA = 1
#: The section whose questions ask what became of the last evaluation (domain guide, sections 2 and 4): a code every
#: instrument brings, whatever its questions are called.
BASELINE = "BASELINE"

BADGES = {
    RecommendationStatus.OPEN: ("draf", "pencil"),
    RecommendationStatus.RUNNING: ("diajukan", "clock"),
    RecommendationStatus.PROPOSED: ("diajukan", "send"),
    RecommendationStatus.RETURNED: ("dikembalikan", "back"),
    RecommendationStatus.CLOSED: ("terverifikasi", "ok"),
    RecommendationStatus.DROPPED: ("draf", "close"),
    RecommendationStatus.CARRIED: ("draf", "arrow"),
}
EVENT_CSS = {"close": "is-ok", "return": "is-returned", "reopen": "is-returned", "propose": "is-sent"}


def badge(status: str, *, late: bool = False) -> dict[str, str]:
    """Return css, icon and label for status_badge.html; past its day it is late, whatever else it is."""
    if late:
        return {"css": "terlambat", "icon": "late", "label": pgettext("a recommendation", "Late")}
    css, icon = BADGES[RecommendationStatus(status)]
    return {"css": css, "icon": icon, "label": str(RecommendationStatus(status).label)}


def row_of(row: Recommendation, today: date) -> dict[str, Any]:
    """One recommendation of a list; it comes `for_list`."""
    return {
        "pk": row.pk,
        "url": row.get_absolute_url(),
        "code": row.code,
        "text": row.text,
        "opd": row.opd.short,
        "owner": row.opd.official_name,
        "source": str(RecommendationSource(row.source).label),
        "reference": row.reference,
        "about": about(row.section, row.question),
        "dimension": row.dimension,
        "year": str(row.year),
        "for_year": str(row.for_year),
        "due": dates.long_date(row.due_on),
        "due_short": dates.short_date(row.due_on),
        "status": badge(row.status, late=row.is_late(today)),
        "steps": steps_line(row.steps_done, row.steps_all),  # type: ignore[attr-defined]
        "pieces": row.pieces,  # type: ignore[attr-defined]
        "carried": row.for_year > row.year + 1 and row.origin_id is not None,
        "sample": row.sample,
    }


def about(section: str, question: str) -> str:
    """The section and question a recommendation is about, as far as it says so."""
    return " · ".join(filter(None, [section, question]))


def steps_line(done: int, every: int) -> str:
    """ "2 of 3 steps", or nothing where no step is planned."""
    return _("%(done)s of %(all)s steps") % {"done": done, "all": every} if every else ""


def rows_of(found: Iterable[Recommendation], city: City) -> list[dict[str, Any]]:
    today = local_day(city, clock.now())
    return [row_of(row, today) for row in found]


def step_rows(steps: Iterable[RecommendationStep], today: date) -> list[dict[str, Any]]:
    """The steps of one recommendation, by their day."""
    return [
        {
            "pk": step.pk,
            "text": step.text,
            "due": dates.long_date(step.due_on),
            "done": dates.long_date(step.done_on) if step.done_on else "",
            "late": step.done_on is None and step.due_on < today,
        }
        for step in steps
    ]


def chain_of(row: Recommendation) -> list[dict[str, str]]:
    """The same recommendation in its other years, the oldest first; two queries at most a link."""
    before, after = [], []
    link: Recommendation | None = row.origin
    while link is not None:
        before.append(link)
        link = link.origin
    link = getattr(row, "carried_to", None)
    while link is not None:
        after.append(link)
        link = getattr(link, "carried_to", None)
    return [
        {
            "url": other.get_absolute_url(),
            "year": str(other.for_year),
            "status": str(other.get_status_display()),
        }
        for other in [*reversed(before), *after]
    ]


def history_of(events: Iterable[RecommendationEvent], zone: str, *, closing: bool) -> list[dict[str, Any]]:
    """The timeline, newest first. `closing`: whether the reader may read what its agency says was done."""
    return [
        {
            "css": EVENT_CSS.get(event.move, ""),
            "verb": str(
                RECOMMENDATION.moves[event.move].past
                if event.move in RECOMMENDATION.moves
                else RECOMMENDATION_EVENTS[event.move]
            ),
            "text": " · ".join(
                filter(None, [str(Role(event.role).label) if event.role else "", *_corrected(event.changes)])
            ),
            "iso": event.at.isoformat(),
            "at": dates.wib(event.at, zone),
            "note": event.note if closing or event.move != "propose" else "",
        }
        for event in events
    ]


def _corrected(changes: Mapping[str, list[str]]) -> list[str]:
    """One phrase for each field that was corrected: "owner: DLH → DISHUB"."""
    found = []
    for name, both in changes.items():
        label = str(Recommendation._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        said = [_shown(name, value) for value in both]
        found.append(f"{label}: {said[0]} → {said[1]}")
    return found


def _shown(name: str, value: str) -> str:
    if not value:
        return decimals.UNKNOWN
    if name == "due_on":
        return dates.short_date(date.fromisoformat(value))
    return str(RecommendationSource(value).label) if name == "source" else value


# --- the Baseline questions --------------------------------------------------------------------------------------


def is_asked(section: str) -> bool:
    """Whether a question of this section asks what became of the recommendations."""
    return section == BASELINE


def beside_question(user: User, window: EvaluationWindow, section: str) -> dict[str, Any] | None:
    """Last year's recommendations beside a Baseline question, as far as the person reads them; None elsewhere.

    Two queries, however many there are.
    """
    if not is_asked(section):
        return None
    rows = Recommendation.objects.visible_to(user).of_city(window.city_id).in_evaluation(window.year)
    found = list(rows.standing().for_list().by_code())
    closed = [row for row in found if row.status == RecommendationStatus.CLOSED]
    return {
        "rows": rows_of(found, window.city),
        "counts": counts(row.status for row in found),
        "evidence": sum(row.pieces for row in closed),  # type: ignore[attr-defined]
        "list_url": f"{reverse('evaluations:recommendations')}?year={window.year}",
    }


def counts(statuses: Iterable[str]) -> list[dict[str, Any]]:
    """How many stand where, in the order of the way; what nobody is in is left out."""
    found = [str(status) for status in statuses]
    return [
        {**badge(status), "count": str(found.count(status))}
        for status in RecommendationStatus
        if status in found
    ]


# --- the snapshot ------------------------------------------------------------------------------------------------


def frozen_payload(row: Recommendation) -> dict[str, Any]:
    """A recommendation as plain JSON: what a snapshot freezes and a report prints.

    What its agency says was done, and the evidence, only once it is closed: before that the city does not stand for
    it. Of the steps the numbers only; a dropped one says why. The row comes `to_freeze`.
    """
    closed = row.status == RecommendationStatus.CLOSED
    drops: Any = row.drops if row.status == RecommendationStatus.DROPPED else ()  # type: ignore[attr-defined]
    pieces: Any = row.exhibits.all() if closed else ()
    return {
        "schema": SCHEMA,
        "code": row.code,
        "year": row.year,
        "for_year": row.for_year,
        "source": row.source,
        "reference": row.reference,
        "text": row.text,
        "section": row.section,
        "question": row.question,
        "dimension": row.dimension.code if row.dimension else "",
        "opd": {"short": row.opd.short, "name": row.opd.official_name},
        "due_on": row.due_on.isoformat(),
        "status": row.status,
        "steps": [row.steps_done, row.steps_all],  # type: ignore[attr-defined]
        "done_note": row.done_note if closed else "",
        "dropped_because": next((event.note for event in drops), ""),
        "closed_at": row.closed_at.isoformat() if row.closed_at else "",
        "carried": row.origin_id is not None,
        "evidence": [evidence_payload(piece) for piece in pieces],
        "sample": row.sample,
    }


def to_freeze(window: EvaluationWindow) -> Iterable[dict[str, Any]]:
    """What the evaluation of the window's year shows: each recommendation once, as it stands now. Three queries."""
    return payloads_of(window.city_id, window.year)


def payloads_of(city_id: int, year: int) -> Iterable[dict[str, Any]]:
    """The same of a city and evaluated year, with or without a window."""
    rows = Recommendation.objects.of_city(city_id).in_evaluation(year)
    for row in rows.standing().to_freeze():
        yield frozen_payload(row)


def frozen_rows(window_id: int, payloads: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Frozen recommendations for the pages of assessors: texts, and addresses of the frozen files."""
    return [
        {
            "code": row["code"],
            "text": row["text"],
            "opd": row["opd"]["short"],
            "source": str(RecommendationSource(row["source"]).label),
            "reference": row["reference"],
            "status": badge(row["status"]),
            "due": dates.long_date(date.fromisoformat(row["due_on"])),
            "steps": steps_line(*row["steps"]),
            "note": row["done_note"] or row["dropped_because"],
            "carried": row["carried"],
            "files": frozen_files(window_id, [{**row, "title": row["code"]}]),
            "sample": row["sample"],
        }
        for row in payloads
    ]


def waiting_for(user: User) -> list[dict[str, Any]]:
    """What the person's agencies have to follow up, the earliest day first: for the workspace."""
    city = user.city()
    if city is None or not user.opds():
        return []
    rows = Recommendation.objects.of_own_opds(user).with_owner()
    return rows_of(rows.for_list(), city)


def may_read_closing(user: User, row: Recommendation) -> bool:
    """Whether what was done is told to the person: proposed or closed, and theirs to read."""
    return bool(row.done_note) and rules.reads_closing(user, row)
