"""What the minutes of the panel say, frozen when the lead closes the consensus (schema 2).

One plain dict with a digest: the table, the reasons, the talk, and every name and figure a document of it prints, so
that nothing is read from live rows afterwards. Seats are told by number. Schema 1 lacks the city's own series, the
dimensions' names, the recommendations and the offices that sign; `reports/minutes/` prints both. Nothing here writes.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation

from evaluations import consensus, run_sheet
from evaluations.consensus import Line, text_of
from evaluations.models import (
    Clarification,
    EvaluationWindow,
    Interview,
    Recommendation,
    Reconciliation,
    SnapshotItem,
    lead_of,
)
from evaluations.results import card_payload, frozen_answers
from evaluations.scoring import as_decimal
from evaluations.structure import Structure, structure_of
from opd.models import Membership, Role
from smartcity.lib import clock

SCHEMA = 2
READABLE = (1, 2)


def payload_of(reconciliation: Reconciliation, number: str) -> dict[str, Any]:
    """Everything the minutes say, in the portal's own language whatever the lead reads the pages in."""
    with translation.override(settings.LANGUAGE_CODE):
        return _head(reconciliation, number) | _values(reconciliation) | _talk(reconciliation.window)


def _head(reconciliation: Reconciliation, number: str) -> dict[str, Any]:
    """What it is about, who took part, and who signs."""
    window = reconciliation.window
    places, lead, snapshot = consensus.places_of(window), lead_of(window), window.snapshot()
    return {
        "schema": SCHEMA,
        "language": settings.LANGUAGE_CODE,
        "number": number,
        "revision": reconciliation.revision,
        "reason": reconciliation.reason,
        "closed_at": clock.now().isoformat(),
        "sample": reconciliation.sample or window.sample,
        "window": {
            "id": window.pk,
            "city": {"code": window.city.code, "name": window.city.name, "timezone": window.city.timezone},
            "year": window.year,
            "stage": window.stage,
            "name": str(window),
            "opens_at": window.opens_at.isoformat(),
            "closes_at": window.closes_at.isoformat(),
        },
        "instrument": {
            "title": window.instrument.title,
            "version": window.instrument.version,
            "digest": window.instrument.digest,
        },
        "snapshot": snapshot.digest if snapshot else "",
        "snapshot_version": snapshot.version if snapshot else None,
        "lead": places.get(lead.pk) if lead else None,
        "panel": _panel(window, places),
        "offices": _offices(window),
    }


def _values(reconciliation: Reconciliation) -> dict[str, Any]:
    """The table and the three series worked out of it: the city's own, the mean of the scores, the consensus."""
    window = reconciliation.window
    structure, answers = structure_of(window.instrument), frozen_answers(window)
    table = consensus.lines(window, reconciliation)
    return {
        "thresholds": {"spread": settings.PORTAL_PANEL_SPREAD, "gap": str(settings.PORTAL_PANEL_GAP)},
        "sections": [
            {"code": row.code, "name": row.name.id, "weight": format(row.weight.normalize(), "f")}
            for row in structure.sections
        ],
        "dimensions": [
            {"code": row.code, "name": row.name.id, "letter": row.letter, "hue": row.hue}
            for row in structure.dimensions.values()
        ],
        "lines": [_line(line) for line in table],
        "self": card_payload(consensus.self_card(structure, answers)),
        "mean": card_payload(consensus.mean_card(structure, table, answers)),
        "consensus": card_payload(consensus.card(structure, table, answers)),
    }


def _talk(window: EvaluationWindow) -> dict[str, Any]:
    """What was asked, said and recommended."""
    structure = structure_of(window.instrument)
    return {
        "interview": _interview(window, structure),
        "clarifications": [_item(row) for row in _items(window)],
        "recommendations": {"given": _given(window), "followed": _followed(window)},
    }


def _line(line: Line) -> dict[str, Any]:
    agreed = None if line.agreed is None else as_decimal(line.agreed)
    mean = None if line.mean is None else as_decimal(line.mean)
    return {
        "code": line.question.code,
        "section": line.question.section,
        "dimension": line.question.dimension,
        "text": line.question.text.id,
        "self": text_of(line.own),
        "scores": [{"seat": seat, "value": row["value"]} for seat, row in sorted(line.scores.items())],
        "mean": text_of(mean),
        "spread": line.spread,
        "flags": list(line.flags),
        "value": text_of(agreed),
        "changed": line.changed,
        "reason": line.reason,
    }


def _panel(window: EvaluationWindow, places: Mapping[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "seat": places[seat.pk],
            "areas": [area.name for area in seat.areas.all()],
            "conflict": seat.conflict is not None,
            "number": seat.hand_in.number if seat.handed_in_at else "",
            "at": seat.hand_in.at.isoformat() if seat.handed_in_at else None,
            "digest": seat.hand_in.digest if seat.handed_in_at else "",
        }
        for seat in window.seats.for_list()
    ]


def _offices(window: EvaluationWindow) -> dict[str, str]:
    """Who signs for the city: the planner's agency chairs the team, the reviewer's is its secretariat."""
    held = Membership.objects.valid_now().of_roles([Role.PLANNER, Role.REVIEWER]).order_by("-pk")
    rows = held.filter(city=window.city_id, opd__isnull=False).select_related("opd")
    found = {row.role: row.opd.official_name for row in rows if row.opd}
    return {"chair": found.get(Role.PLANNER, ""), "secretariat": found.get(Role.REVIEWER, "")}


def _interview(window: EvaluationWindow, structure: Structure) -> dict[str, Any] | None:
    """The talk as it was held; None when there was none."""
    interview = Interview.objects.of_window(window).first()
    if interview is None:
        return None
    runs: dict[int, list[dict[str, str | None]]] = {}
    for run in interview.runs.all():
        ended = run.ended_at.isoformat() if run.ended_at else None
        runs.setdefault(run.slot_id, []).append({"from": run.started_at.isoformat(), "to": ended})
    notes = interview.notes.exclude(text="").select_related("question").order_by("pk")
    return {
        "planned_at": interview.planned_at.isoformat() if interview.planned_at else None,
        "started_at": interview.started_at.isoformat() if interview.started_at else None,
        "ended_at": interview.ended_at.isoformat() if interview.ended_at else None,
        "way": interview.way,
        "place": interview.place,
        "parts": [
            {
                "key": slot.key,
                "title": run_sheet.title(structure, slot.key),
                "minutes": slot.minutes,
                "runs": runs.get(slot.pk, []),
            }
            for slot in interview.slots.order_by("order", "pk")
        ],
        "notes": [{"code": row.question.code if row.question else "", "text": row.text} for row in notes],
    }


def _items(window: EvaluationWindow) -> list[Clarification]:
    rows = Clarification.objects.filter(window=window).for_page()
    return list(rows.order_by("asked_at", "pk"))


def _item(item: Clarification) -> dict[str, Any]:
    """A doubt and its outcome; the words of an answer only when it came in time."""
    state = item.state_at(clock.now())
    return {
        "number": item.number,
        "code": item.question.code,
        "opd": item.opd.short,
        "text": item.text,
        "state": str(state),
        "asked_at": item.asked_at.isoformat(),
        "due_at": item.due_at.isoformat(),
        "answered_at": item.answered_at.isoformat() if item.answered_at else None,
        "answer": item.answer if state == "answered" else "",
    }


def _given(window: EvaluationWindow) -> list[dict[str, Any]]:
    """Recommendations of this evaluation that the secretariat wrote down as said by the panel, until now."""
    rows = Recommendation.objects.of_city(window.city_id).said_in_minutes(window.year).select_related("opd")
    return [
        {
            "code": row.code,
            "text": row.text,
            "opd": row.opd.short,
            "due_on": row.due_on.isoformat(),
            "reference": row.reference,
        }
        for row in rows
    ]


def _followed(window: EvaluationWindow) -> list[dict[str, Any]]:
    """Recommendations of earlier evaluations as the panel found them: frozen with what it judged."""
    snapshot = window.snapshot()
    frozen = snapshot.items.of_kind(SnapshotItem.Kind.RECOMMENDATION).payloads() if snapshot else {}
    return [
        {"code": code, "text": row["text"], "opd": row["opd"]["short"], "status": row["status"]}
        for code, row in sorted(frozen.items())
    ]
