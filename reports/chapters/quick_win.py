"""A quick win on one page: problem, solution, who gains, figures, photos, evidence, what comes after."""

from typing import Any

from django.utils.translation import gettext as _

from reports.chapters import words
from reports.schema import Dimension, Evidence, Inputs, QuickWin
from smartcity.lib import decimals

PHOTOS = 2  # as many as fit beside each other; the others stand in the list of evidence


def photos_of(quick_win: QuickWin) -> list[str]:
    """Return the SHA-256 of the photos the page shows."""
    return [row["photo"] for row in quick_win["evidence"] if row["photo"]][:PHOTOS]


def page(quick_win: QuickWin, dimension: Dimension, inputs: Inputs) -> dict[str, Any]:
    """Return everything the page of one quick win says."""
    sample = set(quick_win["sample_fields"])
    narrative = _narrative(quick_win, sample)
    photos = [_photo(row) for row in quick_win["evidence"] if row["photo"]][:PHOTOS]
    return {
        "anchor": quick_win["code"].lower(),
        "code": quick_win["code"],
        "title": quick_win["title"],
        "sub_dimension": next(
            (sub["name"] for sub in dimension["sub_dimensions"] if sub["code"] == quick_win["sub_dimension"]),
            "",
        ),
        "line": _line(quick_win),
        "status": words.status(quick_win["status"]),
        "narrative": narrative,
        "figures": {
            "indicator": words.or_missing(quick_win["indicator"]),
            "unit": quick_win["unit"],
            "baseline": words.quantity(quick_win["baseline"]),
            "target": words.quantity(quick_win["target"]),
            "realisation": words.quantity(quick_win["realisation"]),
            "achieved": words.achieved(quick_win["target"], quick_win["realisation"]),
            "sample": bool(sample & {"indicator", "unit", "baseline", "target", "realisation"}),
            "until": words.local_day(inputs["data"]["at"], inputs),
        },
        "photo_size": _photo_size(narrative, quick_win),
        "one": len(photos) == 1,
        "photos": photos,
        "evidence": [_evidence(row) for row in quick_win["evidence"]],
    }


def _photo_size(rows: list[dict[str, Any]], quick_win: QuickWin) -> str:
    """Choose how high the photos are, so that a page of usual length stays one page.

    Heights in millimetres as readiness.css sets them; a text that is longer than guessed only flows on.
    """
    used = FRAME + sum(2.7 + 4.5 * _lines(row["text"], 86, row["sample"]) for row in rows)
    used += sum(2.7 + 4.2 * _lines(piece["title"], 42, piece["sample"]) for piece in quick_win["evidence"])
    left = TEXT_BLOCK - used
    return "" if left >= 60 else "low" if left >= 46 else "flat"


TEXT_BLOCK = 248.0
FRAME = 86.0  # title, line below it, table of figures, captions, headings


def _lines(text: str, width: int, sample: bool) -> int:
    """Guess the lines a text takes in a column of `width` letters; the chip "contoh" is eight wide."""
    return sum(max(1, -(-len(part) // width)) for part in (text + "x" * 8 * sample).split("\n"))


def _line(quick_win: QuickWin) -> str:
    """The line under the title: full name, agency, new or continued."""
    office = quick_win["opd"]["name"]
    if not quick_win["owner_confirmed"]:
        office = _("%(office)s (to be confirmed)") % {"office": office}
    name = quick_win["name"] if quick_win["name"] != quick_win["title"] else ""
    return " · ".join(part for part in (name, office, words.kind(quick_win["kind"])) if part)


def _narrative(quick_win: QuickWin, sample: set[str]) -> list[dict[str, Any]]:
    """Labelled paragraphs: what is optional is left out when empty, what is asked for says it is missing."""
    asked = [
        (_("Problem"), "problem", quick_win["problem"]),
        (_("Solution"), "description", quick_win["description"]),
        (_("Beneficiaries"), "beneficiaries", quick_win["beneficiaries"]),
        (_("Sustainability"), "sustainability", quick_win["sustainability"]),
    ]
    optional = [
        (_("Collaboration"), "partners", quick_win["partners"]),
        (_("Schedule"), "schedule", quick_win["schedule"]),
        (_("Budget ceiling"), "budget", _budget(quick_win)),
        (_("Legal basis"), "legal_basis", quick_win["legal_basis"]),
        (_("Link"), "link", quick_win["link"]),
    ]
    rows = [(label, field, words.or_missing(text)) for label, field, text in asked]
    rows += [(label, field, words.narrative(text)) for label, field, text in optional if text]
    return [{"label": label, "text": text, "sample": field in sample} for label, field, text in rows]


def _budget(quick_win: QuickWin) -> str:
    if quick_win["budget"] is None:
        return ""
    amount, source = decimals.money(words.exact(quick_win["budget"])), words.fund(quick_win["fund_source"])
    return f"{amount}, {source}" if source else amount


def _photo(row: Evidence) -> dict[str, Any]:
    day = words.day(row["document_date"]) if row["document_date"] else ""
    return {
        "address": f"portal:photo/{row['photo']}",
        "caption": ", ".join(part for part in (row["title"], day) if part),
        "alternative": _("Photo: %(title)s") % {"title": row["title"]},
        "missing": _("Photo that could not be printed: %(title)s") % {"title": row["title"]},
        "sample": row["sample"],
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    """One line of the list of evidence: what it is, of when, and where to look."""
    look = [row["url"]] if row["url"] else [_("page %(page)s") % {"page": row["page"]}] if row["page"] else []
    if row["valid_until"]:
        look.append(_("valid until %(day)s") % {"day": words.day(row["valid_until"])})
    return {
        "title": row["title"],
        "kind": words.evidence_kind(row["kind"]),
        "day": words.day(row["document_date"]),
        "look": ", ".join(look) or decimals.UNKNOWN,
        "sample": row["sample"],
        "doubtful": row["doubtful"],
    }
