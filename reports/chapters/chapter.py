"""What every chapter is made of."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents below a chapter: its text and the anchor it leads to."""

    title: str
    anchor: str


@dataclass(frozen=True)
class Chapter:
    """One chapter: a template and plain rows of text. `number` is printed as "Chapter n"."""

    key: str
    number: int
    title: str
    template: str
    context: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    photos: frozenset[str] = frozenset()

    @property
    def anchor(self) -> str:
        return f"chapter-{self.key}"

    @cached_property
    def html(self) -> str:
        """The chapter's HTML, escaped by the template."""
        return render_to_string(self.template, {**self.context, "chapter": self})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the HTML: equal for an unchanged chapter, whatever page it begins on."""
        return hashlib.sha256(self.html.encode()).hexdigest()
