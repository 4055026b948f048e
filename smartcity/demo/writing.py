"""Filling in a quick win in the demonstration through the very functions the pages use."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dimensions.models import SubDimension
from opd import actions
from opd.completeness import fields_of
from opd.forms.quick_wins import SECTION_FORMS, readable_of, unreadable_of
from opd.models import Evidence, Opd, QuickWin, User
from opd.storage import keep
from smartcity.demo import material
from smartcity.lib import files


def begin(opd: Opd, year: int, by: User, *, name: str, dimension: Any, acronym: str = "") -> QuickWin:
    """Create the draft of an agency."""
    values = {"name": name, "dimension": dimension, "acronym": acronym}
    return actions.create_quick_win(by=by, opd=opd, year=year, values=values, key=None)


def fill(quick_win: QuickWin, section: str, typed: Mapping[str, Any], by: User) -> QuickWin:
    """Type into one section as a person would: the text goes through the form."""
    current = QuickWin.objects.for_detail().get(pk=quick_win.pk)
    blank = SECTION_FORMS[section](instance=current)
    data = {name: blank[name].field.prepare_value(blank[name].initial) for name in blank.fields}
    data |= {name: str(text) for name, text in typed.items()}
    form = SECTION_FORMS[section]({k: "" if v is None else v for k, v in data.items()}, instance=current)
    if not form.is_valid():
        raise ValueError(f"{quick_win.title}, {section}: {form.errors.as_text()}")
    return actions.save_section(
        pk=quick_win.pk,
        section=section,
        values=readable_of(form, section),
        unreadable=unreadable_of(form),
        version=QuickWin.objects.get(pk=quick_win.pk).section_version(section),
        by=by,
    )


def choose_sub_dimension(quick_win: QuickWin, code: str, kind: str, by: User) -> None:
    """Fill in the identity section: sub-dimension by its code, and new or continued."""
    sub = SubDimension.objects.get(dimension=quick_win.dimension_id, code=code)
    fill(quick_win, "identity", {"sub_dimension": sub.pk, "status_kind": kind}, by)


def attach(quick_win: QuickWin, rows: Iterable[Mapping[str, Any]], by: User) -> None:
    """Make the invented files and attach them as an upload would be."""
    with TemporaryDirectory() as folder:
        for row in rows:
            path = _made(row, Path(folder))
            kind = row.get("kind", "photo")
            with files.inspect_upload(path, path.name, kind=kind) as accepted:
                stored = keep(accepted)
            values = {
                "kind": kind,
                "title": row["title"],
                "original_name": path.name,
                "document_date": _day(row.get("date")),
                "page": str(row.get("page", "")),
                "sample": True,
            }
            actions.add_evidence(owner=quick_win, by=by, stored=stored, values=values)


def complete_evidence(quick_win: QuickWin, row: Mapping[str, Any], by: User) -> None:
    """Say the date and the page of a document that was attached without them."""
    piece = Evidence.objects.get(quick_win=quick_win, original_name=f"{row['name']}.pdf")
    values = {"document_date": _day(row["date"]), "page": row["page"]}
    actions.change_evidence(pk=piece.pk, values=values, version=piece.version, by=by)


def mark_samples(quick_win: QuickWin, real: Iterable[str] = ()) -> None:
    """Mark every typed value as an example but those with a public source; written before submission.

    This is the one thing no page does: a person's own entry is never an example.
    """
    always_real = {"dimension", "name", "acronym", "evidence", "sub_dimension", *real}
    names = {field.name for section in SECTION_FORMS for field in fields_of(section)} - always_real
    row = QuickWin.objects.get(pk=quick_win.pk)
    row.sample_fields = sorted(name for name in names if getattr(row, name) not in (None, ""))
    row.save(update_fields=["sample_fields"])


def _made(row: Mapping[str, Any], folder: Path) -> Path:
    if row["type"] == "photo":
        return material.photo(row["scene"], folder, row["name"])
    return material.document(row["title"], row["pages"], folder, row["name"])


def _day(text: Any) -> date | None:
    return text if isinstance(text, date) or text is None else date.fromisoformat(text)
