"""A report as an ordered list of chapters, each a pure function of the frozen inputs.

A chapter knows neither its page numbers nor its neighbours: those are CSS counters of the whole document. The
same inputs give the same HTML, and with it the same digest, so an unchanged chapter can be recognised. Every
text is in the active language; `reports.document` activates the report's own.
"""

from reports.chapters import (
    approval,
    completeness,
    dimension,
    follow_up,
    impact,
    open_items,
    outcome,
    output,
    plan,
    summary,
)
from reports.chapters.chapter import Chapter, Entry
from reports.schema import READABLE, Inputs

__all__ = ["Chapter", "Entry", "chapters"]


class UnknownSchema(ValueError):
    """The inputs were written by a newer portal than this one."""


def chapters(inputs: Inputs) -> list[Chapter]:
    """Return the numbered chapters in order. Raises UnknownSchema."""
    if inputs["schema"] not in READABLE:
        raise UnknownSchema(inputs["schema"])
    makers = [
        summary.chapter,
        completeness.chapter,
        *([plan.chapter, output.chapter, outcome.chapter] if inputs.get("plan") else []),
        *([impact.chapter] if "services" in inputs and inputs["survey"] else []),
        *(dimension.maker(row) for row in inputs["dimensions"]),
        *([follow_up.chapter] if "recommendations" in inputs else []),
        open_items.chapter,
        approval.chapter,
    ]
    return [make(inputs, number) for number, make in enumerate(makers, 1)]
