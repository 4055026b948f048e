"""Frozen inputs to one HTML document: cover, contents, chapters. The last step that knows Django.

Everything a person typed goes through the templates' escaping; the document's addresses name its font and its
photos and nothing else (`reports.pdf` answers no other).
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from reports.chapters import Chapter, chapters, words
from reports.schema import Inputs

FONT = "static/vendor/plus-jakarta-sans/plus-jakarta-sans-latin-wght-normal.woff2"
FONT_ADDRESS = "portal:font"
PHOTO_ADDRESS = "portal:photo/"


@dataclass(frozen=True)
class Composed:
    """A whole document, the digest of each part in order, and the SHA-256 of the photos it shows."""

    html: str
    css: str
    parts: dict[str, str]
    photos: frozenset[str]
    expected_pages: int

    @property
    def identifier(self) -> str:
        """Names the file by its content, so that the same inputs give the same bytes."""
        whole = "\n".join([self.css, self.html])
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def compose(inputs: Inputs) -> Composed:
    """Write the document in its own language, whatever the worker speaks. Raises chapters.UnknownSchema."""
    with translation.override(inputs["language"]):
        made = chapters(inputs)
        html = render_to_string("reports/pdf/readiness.html", _frame(inputs, made))
    photos = frozenset(photo for chapter in made for photo in chapter.photos)
    parts = {chapter.key: chapter.digest for chapter in made}
    # Cover, contents, one page a chapter (two for the tables), one a quick win: near enough for a bar.
    expected = 4 + len(made) + len(inputs["quick_wins"])
    return Composed(html, style(), parts, photos, expected)


def font() -> Path:
    """The bundled typeface, so that a report looks the same on every machine."""
    return Path(settings.BASE_DIR) / FONT


@cache
def style() -> str:
    """The style sheet of the report."""
    source = get_template("reports/pdf/readiness.css").template.origin.name  # type: ignore[attr-defined]
    return Path(source).read_text(encoding="utf-8")


def _frame(inputs: Inputs, made: list[Chapter]) -> dict[str, Any]:
    """The cover, the running lines and the table of contents."""
    year, city, span = inputs["year"], inputs["city"]["name"], words.window_span(inputs)
    state = words.moment(inputs["data"]["at"], inputs)
    return {
        "language": inputs["language"],
        "title": _("Smart City Readiness Report %(year)s, %(city)s") % {"year": year, "city": city},
        "author": _("Smart City secretariat of %(city)s") % {"city": city},
        "created": inputs["asked"]["at"],
        "head": _("Smart City Readiness Report %(year)s") % {"year": year},
        "foot": _("%(city)s · %(number)s version %(version)d · data of %(state)s")
        % {
            "city": city,
            "number": inputs["number"],
            "version": inputs["version"],
            "state": state.partition(", ")[2],
        },
        "city": city,
        "year": str(year),
        "window": _("Evaluation window %(span)s") % {"span": span}
        if span
        else _("Data of the year, no window yet"),
        "facts": _facts(inputs, state),
        "sample": _has_sample(inputs),
        "chapters": made,
        # A long table of contents is set closer, so that it keeps its page with the box below it.
        "dense": len(made) + sum(len(chapter.entries) for chapter in made) > 19,
        "tiles": [words.tile(row) for row in inputs["dimensions"]],
    }


def _facts(inputs: Inputs, state: str) -> list[tuple[str, str]]:
    """The lines of the cover below the title."""
    instrument, window = inputs["instrument"], inputs["window"]
    facts = []
    if instrument:
        facts.append(
            (
                _("Instrument"),
                _("%(title)s, version %(version)d")
                % {"title": instrument["title"], "version": instrument["version"]},
            )
        )
    if window and window["stage"]:
        facts.append((_("Stage"), window["stage"]))
    source = _("frozen %(state)s") if inputs["data"]["source"] == "snapshot" else "%(state)s"
    return [
        *facts,
        (_("State of the data"), source % {"state": state}),
        (_("Printed by"), words.asked_by(inputs)),
        (_("Printed at"), words.moment(inputs["asked"]["at"], inputs)),
        (
            _("Number, version"),
            _("%(number)s, version %(version)d") % {"number": inputs["number"], "version": inputs["version"]},
        ),
    ]


def _has_sample(inputs: Inputs) -> bool:
    """Whether anything in the report is invented for a demonstration."""
    cards = (inputs["self_assessed"], inputs["assessed"])
    return (
        any(card and card["sample"] for card in cards)
        or any(row["sample_fields"] for row in inputs["quick_wins"])
        or bool(inputs["window"] and inputs["window"]["sample"])
    )
