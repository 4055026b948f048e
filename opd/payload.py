"""A quick win, a progress report, a programme as plain JSON: what receipts, snapshots and reports hold (schema 1).

Whoever reads a payload written years ago finds the same keys: a change of meaning is a new schema.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from opd.completeness import FIELDS, PROGRESS_FIELDS, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from opd.models import CityBudget, Claim, Document, MasterPlan, Program, ProgramYear, Progress, QuickWin
    from opd.trend import Told

SCHEMA = 1
CHOICES = ("status_kind", "fund_source")
PROGRAM_VALUES = (
    "code", "name", "strategy", "horizon", "category", "activity", "sub_activity", "sub_activity_code", "indicator",
    "unit", "baseline", "measure", "better", "partners", "start_date", "end_date", "updated_on", "note",
)  # fmt: skip
YEAR_VALUES = (
    "target",
    "actual",
    "stated",
    "budget",
    "absorbed",
    "fund_source",
    "state",
    "state_reason",
    "carried",
)


def quick_win_payload(quick_win: "QuickWin") -> dict[str, Any]:
    """Return the quick win and its evidence: decimals and dates as strings, files by SHA-256."""
    return {
        "schema": SCHEMA,
        "id": quick_win.pk,
        "code": quick_win.code,
        "year": quick_win.year,
        "title": quick_win.title,
        "opd": {
            "id": quick_win.opd_id,
            "short": quick_win.opd.short,
            "name": quick_win.opd.official_name,
            "confirmed": quick_win.owner_confirmed,
        },
        "dimension": _dimension(quick_win),
        "values": values_of(quick_win),
        "evidence": [evidence_payload(piece) for piece in pieces_of(quick_win, "evidence")],
        "sample_fields": sorted(quick_win.sample_fields),
    }


def progress_payload(progress: "Progress") -> dict[str, Any]:
    """Return a progress report, what it is measured against, and its evidence."""
    program = progress.program
    year = program.years.filter(year=progress.year).first()
    return {
        "schema": SCHEMA,
        "id": progress.pk,
        "code": progress.code,
        "year": progress.year,
        "quarter": progress.quarter,
        "title": progress.title,
        "opd": {"id": progress.opd_id, "short": progress.opd.short, "name": progress.opd.official_name},
        "program": {
            "id": program.pk,
            "code": program.code,
            "name": program.name,
            "indicator": program.indicator,
            "unit": program.unit,
            "measure": program.measure,
            "better": program.better,
            "target": plain(year.target) if year else "",
            "budget": plain(year.budget) if year else "",
        },
        "values": {
            field.name: plain(getattr(progress, field.name))
            for field in PROGRESS_FIELDS
            if field.name != "evidence"
        },
        "evidence": [evidence_payload(piece) for piece in progress.evidence.for_list()],
        "sample_fields": sorted(progress.sample_fields),
    }


def program_payload(program: "Program") -> dict[str, Any]:
    """Return a programme with its partners and the figures of its years."""
    return program_payload_of(
        program,
        supporting=program.supporting.values_list("pk", flat=True),
        quick_wins=program.quick_wins.values_list("pk", flat=True),
        years=program.years.order_by("year"),
    )


def program_payload_of(
    program: "Program",
    *,
    supporting: "Iterable[int]",
    quick_wins: "Iterable[int]",
    years: "Iterable[ProgramYear]",
) -> dict[str, Any]:
    """Return the same of what was read already. `years` come in their order."""
    return {
        "schema": SCHEMA,
        "id": program.pk,
        "plan": program.plan_id,
        "opd": program.opd_id,
        "dimension": program.dimension_id,
        "sub_dimension": program.sub_dimension_id,
        "status": program.status,
        "values": {name: plain(getattr(program, name)) for name in PROGRAM_VALUES},
        "supporting": sorted(supporting),
        "quick_wins": sorted(quick_wins),
        "years": [
            {"year": row.year} | {name: plain(getattr(row, name)) for name in YEAR_VALUES} for row in years
        ],
        "sample_fields": sorted(program.sample_fields),
    }


def program_year_payload(year: "ProgramYear") -> dict[str, Any]:
    """Return a programme as it stands in one year: what a snapshot freezes and a report prints of it."""
    program = year.program
    reached = year.achievement()
    return (
        {
            "schema": SCHEMA,
            "code": program.code,
            "name": program.name,
            "year": year.year,
            "opd": {"short": program.opd.short, "name": program.opd.official_name},
            "dimension": program.dimension.code,
            "sub_dimension": program.sub_dimension.code,
            "category": program.category,
            "sub_activity_code": program.sub_activity_code,
            "indicator": program.indicator,
            "unit": program.unit,
            "better": program.better,
            "achievement": plain(reached),
            "sample": bool(program.sample_fields),
        }
        | {name: plain(getattr(year, name)) for name in ("target", "actual", "budget", "absorbed")}
        | {
            "fund_source": year.fund_source,
            "state": year.state,
            "state_reason": year.state_reason,
        }
    )


def masterplan_payload(
    plan: "MasterPlan", budget: "CityBudget | None", years: "Sequence[Told]"
) -> dict[str, Any]:
    """Return the masterplan, the whole APBD of the year it is told for, and how the years up to it went."""
    return {
        "schema": SCHEMA,
        "title": plan.title,
        "regulation": plan.regulation,
        "year_from": plan.year_from,
        "year_to": plan.year_to,
        "vision": plan.vision,
        "apbd": plain(budget.total) if budget else "",
        "apbd_sample": bool(budget and budget.sample),
        "years": [{"year": row.year, "counts": row.counts, "sets": row.sets} for row in years],
    }


def plain(value: Any) -> str:
    """Return a stored value as text: decimals without the column's width, so that 120.0000 and 120 are one value."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    return str(value)


def values_of(quick_win: "QuickWin") -> dict[str, str]:
    """Return every typed field as text; the empty string is "not filled in"."""
    values = {
        field.name: _plain(quick_win, field.name)
        for field in FIELDS
        if field.name not in ("evidence", "dimension")
    }
    return values | {"dimension": str(quick_win.dimension.name)}


def counted_of(payload: "Mapping[str, Any]") -> tuple[int, int]:
    """Return how many of the fields asked were filled in when a quick win was submitted: (filled, asked)."""
    return counted(payload["values"] | {"evidence": len(payload["evidence"])})


def pieces_of(owner: Any, name: str) -> "Iterable[Claim]":
    """Return the evidence of a record in its order: as it was read with many others, or by one query.

    Whoever reads it ahead uses `for_list()`, which joins the files.
    """
    read = getattr(owner, "_prefetched_objects_cache", {}).get(name)
    rows: Iterable[Claim] = getattr(owner, name).for_list() if read is None else read
    return rows


def evidence_payload(piece: "Claim") -> dict[str, Any]:
    """Return what is claimed about one piece of evidence, the digest of its bytes, and what was said of its validity.

    `still_valid` stands there only once somebody has answered: what nobody was asked about keeps its digest.
    """
    stored = piece.stored_file
    said = validity_payload(piece.document)
    return ({"still_valid": said} if said else {}) | {
        "id": piece.pk,
        "kind": piece.kind,
        "title": piece.title,
        "file_name": piece.original_name,
        "url": piece.url,
        "document_date": piece.document_date.isoformat() if piece.document_date else "",
        "page": piece.page,
        "valid_until": piece.valid_until.isoformat() if piece.valid_until else "",
        "sample": piece.sample,
        "sha256": stored.sha256 if stored else "",
        "media_type": stored.media_type if stored else "",
        "size": stored.size if stored else 0,
        "pages": stored.pages if stored else None,
        "has_preview": bool(stored and stored.has_preview),
        "doubts": stored.doubts if stored else None,
    }


def validity_payload(document: "Document | None") -> dict[str, Any]:
    """Return the newest answer to "still valid?": yes or no, for which year, by which office, when; {} without one."""
    answer = document.answer if document else None
    if document is None or answer is None:
        return {}
    return {
        "holds": not document.ended,
        "year": answer.year,
        "valid_until": answer.valid_until.isoformat() if answer.valid_until else "",
        "by": str(answer.by),
        "role": answer.role,
        "at": answer.at.isoformat(),
    }


def _dimension(quick_win: "QuickWin") -> dict[str, Any]:
    dimension, sub = quick_win.dimension, quick_win.sub_dimension
    return {
        "code": dimension.code,
        "order": dimension.order,
        "name": dimension.name,
        "letter": dimension.letter,
        "hue": dimension.hue,
        "sub_code": sub.code if sub else "",
        "sub_name": sub.name if sub else "",
    }


def _plain(quick_win: "QuickWin", name: str) -> str:
    if name == "sub_dimension":
        return quick_win.sub_dimension.name if quick_win.sub_dimension else ""
    return plain(getattr(quick_win, name))
