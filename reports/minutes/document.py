"""A closed consensus to one HTML document, in the portal's own language whatever the worker speaks.

Everything a person typed goes through the templates' escaping; the document's only address is its typeface.
"""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations.minutes import READABLE
from reports import document
from reports.chapters import UnknownSchema, approval
from reports.minutes import contents
from reports.minutes.contents import Payload

#: Rows of the long table that fit on a page, and the pages around it: near enough for a bar.
ROWS_A_PAGE, FRAME = 24, 6


def compose(payload: Payload, digest: str) -> document.Composed:
    """Write the document of a frozen payload with this digest. Raises chapters.UnknownSchema."""
    if payload["schema"] not in READABLE:
        raise UnknownSchema(payload["schema"])
    with translation.override(payload.get("language", settings.LANGUAGE_CODE)):
        html = render_to_string("reports/pdf/minutes.html", _frame(payload, digest))
    expected = FRAME + len(payload["lines"]) // ROWS_A_PAGE
    return document.Composed(html, document.style() + _style(), {}, frozenset(), expected)


@cache
def _style() -> str:
    """What minutes need beside the style sheet of the report."""
    source = get_template("reports/pdf/minutes.css").template.origin.name  # type: ignore[attr-defined]
    return Path(source).read_text(encoding="utf-8")


def _frame(payload: Payload, digest: str) -> dict[str, Any]:
    window, number, version = payload["window"], payload["number"], payload["revision"]
    city, chip = window["city"]["name"], pgettext("sample chip", "example")
    head = _("Minutes of the panel, %(city)s %(year)s") % {"city": city, "year": window["year"]}
    closed = contents.moment(payload, payload["closed_at"])
    return {
        "language": payload.get("language", settings.LANGUAGE_CODE),
        "title": f"{head}, {number}",
        "author": _("Panel of assessors for %(city)s") % {"city": city},
        "created": payload["closed_at"],
        "head": f"{head} ({chip})" if payload["sample"] else head,
        "foot": _("%(number)s version %(version)d · closed %(time)s")
        % {"number": number, "version": version, "time": closed.partition(", ")[2]},
        "window": window["name"],
        "city": city,
        "year": str(window["year"]),
        "stage": window["stage"],
        "place": city.removeprefix("Kota ").removeprefix("Kabupaten "),
        "closed": closed,
        "sample": payload["sample"],
        "number": number,
        "version": str(version),
        "before": str(version - 1) if version > 1 else "",
        "facts": contents.facts(payload),
        "parties": contents.parties(payload),
        "interview": contents.interview(payload),
        "results": contents.results(payload),
        "questions": contents.questions(payload),
        "talk": contents.talked_about(payload),
        "clarifications": contents.clarifications(payload),
        "recommendations": contents.recommendations(payload),
        "signatures": contents.signatures(payload),
        "material": approval.grouped(payload["snapshot"]),
        "material_version": payload.get("snapshot_version"),
        "digest": approval.grouped(digest),
        "code": approval.code(number, version, digest),
    }
