"""What was prepared, by the areas of the Output questions: policies, institutions, applications and so on.

From the frozen answers and the evidence named with each: a regulation or decree is printed as its evidence says.
Nothing held is said to be nothing held (domain guide, section 13, item 5).
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chapters import words
from reports.schema import Foundation, Inputs, Piece
from smartcity.lib import decimals


def rows(inputs: Inputs) -> list[dict[str, Any]]:
    """One group for each area of the section, in the order of its questions; empty without a window."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in inputs.get("foundation", ()):
        groups.setdefault(row["area"], []).append(_question(row))
    return [{"name": name, "rows": found} for name, found in groups.items()]


def meetings(inputs: Inputs) -> str:
    """How often the council or team met in the year, as far as the portal's minutes know."""
    count = inputs.get("meetings")
    if not count:
        return _("Meetings in %(year)s: no data yet.") % {"year": inputs["year"]}
    return ngettext(
        "%(count)d meeting was written down in %(year)s.",
        "%(count)d meetings were written down in %(year)s.",
        count,
    ) % {"count": count, "year": inputs["year"]}


def _question(row: Foundation) -> dict[str, Any]:
    return {
        "code": row["code"],
        "text": row["text"],
        "score": words.score(row["score"], 0) if row["score"] is not None else decimals.UNKNOWN,
        "answer": words.narrative(row["answer"]),
        "pieces": [_piece(piece) for piece in row["evidence"]],
        "sample": row["sample"],
        "empty": not row["answer"] and not row["evidence"],
    }


def _piece(piece: Piece) -> str:
    """One line: "Keputusan: SK Tim Pelaksana 12/2022, 14/01/2022, halaman 1"."""
    parts = [f"{words.evidence_kind(piece['kind'])}: {piece['title']}"]
    if piece["document_date"]:
        parts.append(words.day(piece["document_date"]))
    if piece["page"]:
        parts.append(_("page %(page)s") % {"page": piece["page"]})
    return ", ".join(parts)
