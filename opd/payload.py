"""A quick win as plain JSON: what a receipt, a snapshot and a report hold of it (schema 1).

Whoever reads a payload written years ago finds the same keys: a change of meaning is a new schema.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from opd.completeness import FIELDS

if TYPE_CHECKING:
    from opd.models import Evidence, QuickWin

SCHEMA = 1
CHOICES = ("status_kind", "fund_source")


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
        "evidence": [evidence_payload(piece) for piece in quick_win.evidence.for_list()],
        "sample_fields": sorted(quick_win.sample_fields),
    }


def values_of(quick_win: "QuickWin") -> dict[str, str]:
    """Return every typed field as text; the empty string is "not filled in"."""
    values = {
        field.name: _plain(quick_win, field.name)
        for field in FIELDS
        if field.name not in ("evidence", "dimension")
    }
    return values | {"dimension": str(quick_win.dimension.name)}


def evidence_payload(piece: "Evidence") -> dict[str, Any]:
    """Return what is claimed about one piece of evidence, and the digest of its bytes."""
    stored = piece.stored_file
    return {
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
    value = getattr(quick_win, name)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        # 120.0000 and 120 are one value: the digest must not depend on the column's width.
        return format(value.normalize() if value else Decimal(0), "f")
    return str(value)
