"""Frozen inputs beside the figures: the follow-up, the surveyed services, what was prepared, the clarifications.

Once a snapshot was taken, everything of it; before that the live rows by the same functions. Clarifications are asked
after the snapshot: they are told as they stand when the report is asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from evaluations import follow_up, freezing
from evaluations.models import Clarification, ClarificationStatus, EvaluationWindow, Snapshot, SnapshotItem
from evaluations.results import frozen_answers
from evaluations.structure import structure_of
from opd.models import City, Meeting

#: The section whose questions ask what the city has prepared (domain guide, section 2).
OUTPUT = "OUTPUT"
Kind = SnapshotItem.Kind
RECOMMENDED = (
    "code", "source", "reference", "text", "opd", "due_on", "status", "steps", "done_note", "dropped_because",
    "carried", "sample",
)  # fmt: skip


def about(
    window: EvaluationWindow | None, snapshot: Snapshot | None, city: City, year: int, at: datetime
) -> dict[str, Any]:
    """Return services, recommendations, foundation, meetings and clarifications of `reports.schema`."""
    return {
        "services": [_service(row) for row in _services(window, snapshot)],
        "recommendations": [_recommendation(row) for row in _recommendations(snapshot, city, year)],
        "foundation": _foundation(window) if window else [],
        "meetings": Meeting.objects.of_city(city.pk).filter(held_at__year=year, held_at__lte=at).count(),
        "clarifications": _clarifications(window, at) if window and window.opened_at else None,
    }


def _services(window: EvaluationWindow | None, snapshot: Snapshot | None) -> Iterable[Mapping[str, Any]]:
    if snapshot:
        return snapshot.items.of_kind(Kind.SERVICE).payloads().values()
    return freezing.services(window) if window else []


def _service(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("sub_dimension", "name", "opd", "sample")}


def _recommendations(snapshot: Snapshot | None, city: City, year: int) -> Iterable[Mapping[str, Any]]:
    if snapshot:
        frozen = snapshot.items.of_kind(Kind.RECOMMENDATION).payloads()
        return [payload for _code, payload in sorted(frozen.items())]
    return follow_up.payloads_of(city.pk, year)


def _recommendation(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in RECOMMENDED} | {
        "evidence": [piece["title"] for piece in row["evidence"]]
    }


def _foundation(window: EvaluationWindow) -> list[dict[str, Any]]:
    """The questions of Output with the answers the city stands for, by area in the order they are asked."""
    structure, answers = structure_of(window.instrument), frozen_answers(window)
    section = next((row for row in structure.sections if row.code == OUTPUT), None)
    found = []
    for question in section.questions if section else ():
        answer = answers.get(question.code) or {}
        found.append(
            {
                "area": structure.areas[question.area].id,
                "code": question.code,
                "text": question.text.id,
                "score": answer.get("self_score"),
                "answer": answer.get("text", ""),
                "evidence": [
                    {
                        "kind": piece["kind"],
                        "title": piece["title"],
                        "document_date": piece["document_date"] or None,
                        "page": piece["page"],
                    }
                    for piece in answer.get("evidence", ())
                ],
                "sample": bool(answer.get("sample")),
            }
        )
    return found


def _clarifications(window: EvaluationWindow, at: datetime) -> dict[str, int]:
    """Withdrawn ones are not counted; one whose time is over is unanswered, whether that was written down or not."""
    found = Clarification.objects.filter(window=window).exclude(status=ClarificationStatus.WITHDRAWN)
    counts = dict.fromkeys(("answered", "late", "unanswered", "open"), 0)
    for status, due_at in found.values_list("status", "due_at"):
        if status == ClarificationStatus.ASKED:
            counts["open" if at < due_at else "unanswered"] += 1
        else:
            counts[status] += 1
    return {"asked": sum(counts.values()), **counts}
