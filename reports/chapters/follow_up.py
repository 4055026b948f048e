"""The chapter of the follow-up: last year's recommendations and what became of them (domain guide, 13, item 9)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from evaluations.models import RecommendationSource, RecommendationStatus
from reports.chapters import words
from reports.chapters.chapter import Chapter
from reports.schema import Inputs, Recommendation
from smartcity.lib import dates, decimals

BADGES = {
    RecommendationStatus.OPEN: "st-draft",
    RecommendationStatus.RUNNING: "st-submitted",
    RecommendationStatus.PROPOSED: "st-submitted",
    RecommendationStatus.RETURNED: "st-returned",
    RecommendationStatus.CLOSED: "st-verified",
}


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return every recommendation shown in this evaluation, with its owner, day, state and what closed it."""
    rows = inputs.get("recommendations", [])
    return Chapter(
        key="follow-up",
        number=number,
        title=_("Follow-up of the last evaluation's recommendations"),
        template="reports/pdf/follow_up.html",
        context={
            "lead": _lead(rows, inputs),
            "rows": [_row(row) for row in rows],
            "sample": any(row["sample"] for row in rows),
        },
    )


def _lead(rows: list[Recommendation], inputs: Inputs) -> str:
    if not rows:
        return _(
            "No data yet: no recommendation of an earlier evaluation is in the register for %(year)s."
        ) % {"year": inputs["year"]}
    counts = [
        f"{status.label} {found}"
        for status in RecommendationStatus
        if (found := sum(1 for row in rows if row["status"] == status))
    ]
    closed = sum(1 for row in rows if row["status"] == RecommendationStatus.CLOSED)
    said = _("%(closed)s recommendations are closed.") % {"closed": words.of(closed, len(rows))}
    return f"{said} {', '.join(counts)}."


def _row(row: Recommendation) -> dict[str, Any]:
    status = RecommendationStatus(row["status"])
    done, every = row["steps"]
    return {
        "code": row["code"],
        "text": row["text"],
        "source": _joined([str(RecommendationSource(row["source"]).label), row["reference"]]),
        "carried": row["carried"],
        "opd": row["opd"]["short"],
        "due": dates.short_date(date.fromisoformat(row["due_on"])),
        "badge": {"label": str(status.label), "css": BADGES.get(status, "")},
        "steps": words.of(done, every) if every else decimals.UNKNOWN,
        "note": words.narrative(row["done_note"] or row["dropped_because"]),
        "evidence": "; ".join(row["evidence"]),
    }


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)
