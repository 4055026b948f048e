"""Plain rows for the pages of an import: columns to confirm, rows to consent to. Every text is ready to print."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dimensions.models import SmartDimension
from opd.exchange import shapes
from opd.exchange.found import pointer_of, tables_of, tops_of
from opd.imports import Kind, Proposal, choices_of, field_of, header_of, label_of
from opd.imports.fields import CHOICES, Type
from opd.models import City, ImportJob, ImportRow, ImportStatus, Outcome
from smartcity.lib import dates, decimals

BADGES = {
    ImportStatus.READING: ("draf", "clock"),
    ImportStatus.READ: ("dikembalikan", "pencil"),
    ImportStatus.CHECKING: ("draf", "clock"),
    ImportStatus.CHECKED: ("diajukan", "eye"),
    ImportStatus.SAVING: ("draf", "clock"),
    ImportStatus.SAVED: ("terverifikasi", "ok"),
    ImportStatus.REFUSED: ("terlambat", "late"),
    ImportStatus.FAILED: ("terlambat", "late"),
}
OUTCOMES = {
    Outcome.CREATE: ("terverifikasi", "plus"),
    Outcome.CHANGE: ("diajukan", "pencil"),
    Outcome.SAME: ("draf", "check"),
    Outcome.REFUSED: ("terlambat", "late"),
}


def job_row(job: ImportJob) -> dict[str, Any]:
    """One import for a list or the head of its pages."""
    css, icon = BADGES[ImportStatus(job.status)]
    return {
        "pk": job.pk,
        "url": job.get_absolute_url(),
        "name": job.original_name,
        "kind": str(job.get_kind_display()),
        "year": str(job.year),
        "whose": job.opd_or_city,
        "at": dates.wib(job.created_at, job.city.timezone, weekday=False),
        "status": {"css": css, "icon": icon, "label": str(job.get_status_display())},
        "state": job.status,
        "percent": job.percent,
        "error": job.error,
        "saved": saved_words(job) if job.status == ImportStatus.SAVED else "",
    }


def saved_words(job: ImportJob) -> str:
    """How many rows were made and changed: "12 new, 3 changed"."""
    return _("%(new)s new, %(changed)s changed") % {
        "new": decimals.display(job.created, 0),
        "changed": decimals.display(job.changed, 0),
    }


# --- where the table stands ------------------------------------------------------------------------


def sheets(job: ImportJob, place: str) -> list[dict[str, Any]]:
    """The first rows of each sheet, to choose the row of headings. `place` is the one chosen: "0-12", sheet and row."""
    headers = {one["sheet"]: one["header_rows"] for one in tables_of(job.found)}
    longest = max(tops_of(job.found), key=lambda top: len(top["top"]), default={"sheet": ""})
    shown_first = job.sheet or longest["sheet"]
    chosen = place.partition("-")[0] if place else ""
    return [
        {
            "number": number,
            "name": top["sheet"],
            "open": str(number) == chosen if chosen else top["sheet"] == shown_first,
            "letters": [{"letter": letter, "hidden": hidden} for letter, hidden in top["letters"]],
            "rows": [
                {
                    "number": str(row),
                    "value": f"{number}-{row}",
                    "cells": cells,
                    "found": row in headers.get(top["sheet"], ()),
                    "checked": f"{number}-{row}" == place,
                }
                for row, cells in top["top"]
            ],
        }
        for number, top in enumerate(tops_of(job.found))
    ]


def place_of(job: ImportJob) -> str:
    """The row of headings as it is chosen now: what was pointed out last, else what the portal found."""
    numbers = {top["sheet"]: number for number, top in enumerate(tops_of(job.found))}
    pointer = pointer_of(job.found)
    if pointer is not None:
        return f"{numbers[pointer.sheet]}-{pointer.row}"
    found = next((one for one in tables_of(job.found) if one["sheet"] == job.sheet), None)
    return f"{numbers[job.sheet]}-{found['header_rows'][0]}" if found and job.sheet in numbers else ""


# --- columns ---------------------------------------------------------------------------------------


def column_rows(
    proposal: Proposal, first: Sequence[Sequence[Any]], years: Sequence[int], clashes: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """One column each: its heading, what stands in it, the fields it may hold, and what is to be asked about it."""
    choices = choices_of(proposal.kind, years)
    said = {answer.column: answer.sentence for answer in proposal.answers if answer.column}
    twice = set(clashes)
    return [
        {
            "letter": one.column.letter,
            "header": one.column.header,
            "hidden": one.column.hidden,
            "examples": [cells[one.column.letter] for _number, cells in first if cells.get(one.column.letter)][:3],
            "guess": {"value": one.guess, "label": capfirst(label_of(proposal.kind, one.guess))} if one.guess else None,
            "options": [
                {"value": name, "label": capfirst(label), "selected": name == one.field} for name, label in choices
            ],
            "mapped": bool(one.field),
            "said": _("Two columns cannot hold the same. Choose another field, or leave this one out.")
            if one.column.letter in twice
            else said.get(one.column.letter, ""),
            "wrong": one.column.letter in twice,
        }
        for one in proposal.columns
    ]  # fmt: skip


def missing_labels(proposal: Proposal) -> list[str]:
    """The needed fields no column holds, as headings people know."""
    return [header_of(proposal.kind, name) for name in proposal.missing]


# --- rows ------------------------------------------------------------------------------------------


def counts_words(counts: Mapping[str, int]) -> str:
    """The sentence at the top: "12 new, 3 changed, 2 without a change, 4 refused"."""
    return ", ".join(
        words % {"count": decimals.display(counts[name], 0)}
        for name, words in (
            ("create", _("%(count)s new")),
            ("change", _("%(count)s changed")),
            ("same", _("%(count)s without a change")),
            ("refused", _("%(count)s refused")),
        )
    )


def filters(job: ImportJob, counts: Mapping[str, int], chosen: str) -> list[dict[str, Any]]:
    """The ways to narrow the rows, with how many each shows."""
    base = reverse("opd:import_check", args=[job.pk])
    labels = [
        ("", _("All")),
        *((one.value, str(one.label)) for one in Outcome),
        ("draft", _("Saved as drafts")),
    ]
    total = sum(counts[one.value] for one in Outcome)
    return [
        {
            "label": label,
            "count": decimals.display(counts[name] if name else total, 0),
            "url": f"{base}?show={name}" if name else base,
            "current": name == chosen,
        }
        for name, label in labels
        if not name or counts[name] or name == chosen
    ]


def check_rows(rows: Iterable[ImportRow], kind: Kind, city: City) -> list[dict[str, Any]]:
    """Rows as they would be saved: what is new, what changes, why one is refused."""
    dimensions = SmartDimension.objects.of_set(city.dimension_set_id).with_sub_dimensions()
    names = {row.code: str(row) for row in dimensions}
    names |= {sub.code: str(sub) for row in dimensions for sub in row.sub_dimensions.all()}
    return [_check_row(row, kind, names) for row in rows]


def _check_row(row: ImportRow, kind: Kind, names: Mapping[str, str]) -> dict[str, Any]:
    values, before = shapes.from_json(kind, row.values), shapes.from_json(kind, row.before)
    css, icon = OUTCOMES[Outcome(row.outcome)]
    sentences = [(answer["sentence"], answer["warning"]) for answer in row.answers]
    incomplete = [answer["header"] for answer in row.answers if answer["code"] == "INCOMPLETE"]
    codes = [answer["code"] for answer in row.answers]
    return {
        "number": row.number,
        "title": str(values.get("name") or row.typed.get("name") or _("Row without a name")),
        "about": " · ".join(filter(None, (_either(row, "code"), _either(row, "lead_opd", "owner_opd")))),
        "outcome": {"css": css, "icon": icon, "label": str(row.get_outcome_display())},
        "good": row.outcome in (Outcome.CREATE, Outcome.CHANGE),
        "chosen": row.chosen,
        "draft": ", ".join(incomplete) if row.draft else "",
        "values": [
            {"label": capfirst(label_of(kind, name)), "text": shown(kind, name, value, names)}
            for name, value in values.items()
        ]
        if row.outcome == Outcome.CREATE
        else [],
        "changes": [
            {
                "label": capfirst(label_of(kind, name)),
                "old": shown(kind, name, old, names) or _("empty"),
                "new": shown(kind, name, values.get(name), names),
            }
            for name, old in before.items()
        ],
        "errors": [sentence for sentence, warning in sentences if not warning],
        "warnings": [
            sentence
            for (sentence, warning), code in zip(sentences, codes, strict=True)
            if warning and code != "INCOMPLETE"
        ],
    }  # fmt: skip


def _either(row: ImportRow, *names: str) -> str:
    """What a row says in one of these fields: as it was understood, else as it was typed."""
    return next((str(kept[name]) for kept in (row.values, row.typed) for name in names if name in kept), "")


def shown(kind: Kind, name: str, value: Any, names: Mapping[str, str]) -> str:
    """Return one value as people read it."""
    if value is None or value == "":
        return ""
    field, _year = field_of(kind, name)
    if isinstance(value, list):
        return "; ".join(value)
    if field.type == Type.MONEY:
        return decimals.money(value)
    if field.type == Type.PERCENT:
        return f"{decimals.exact(value)} %"
    if field.type == Type.NUMBER:
        return decimals.exact(value)
    if field.type == Type.DATE:
        return dates.long_date(value)
    if field.type == Type.CHOICE:
        return CHOICES[field.name].get(str(value), str(value))
    return (
        names.get(str(value), str(value))
        if field.type in (Type.DIMENSION, Type.SUB_DIMENSION)
        else str(value)
    )


def save_label(count: int) -> str:
    """The words on the one button."""
    return ngettext("Save %(count)s row", "Save %(count)s rows", count) % {
        "count": decimals.display(count, 0)
    }
