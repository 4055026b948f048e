"""What differs between the pages of a quick win and of a progress report: addresses, fields, and the form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from opd.completeness import BY_NAME, FIELDS, PROGRESS_BY_NAME, PROGRESS_FIELDS, Field
from opd.models import Progress, QuickWin
from opd.presentation import progress as progress_rows
from opd.presentation import quick_wins as quick_win_rows
from opd.views import form_page, progress_page
from opd.workflow import PROGRESS, QUICK_WIN
from smartcity.lib.workflow import Workflow


@dataclass(frozen=True)
class Kind:
    """The pages of one kind of record; `key` names it in the browser's storage."""

    name: str
    model: Any
    workflow: Workflow
    key: str
    fields: tuple[Field, ...]
    by_name: dict[str, Field]
    hidden_in_review: tuple[str, ...]
    rows: Callable[..., list[dict[str, Any]]]
    shown: Callable[[str, Any], str]
    form_page: Callable[..., dict[str, Any]]
    form_template: str
    review_extra: Callable[[Any, Any], dict[str, Any]]
    side_parts: Callable[[HttpRequest, Any], dict[str, str]]
    edit: str
    move: str
    review: str
    note: str
    reply: str

    def edit_url(self, record: Any) -> str:
        return reverse(self.edit, args=[record.pk])

    def addresses(self, record: Any) -> dict[str, Any]:
        """What the shared parts of the templates need to know of the record's addresses."""
        return {
            "record": record,
            "record_key": f"{self.key}-{record.pk}",
            "note_url": reverse(self.note, args=[record.pk]),
            "move_name": self.move,
            "kind": self.name,
        }


def kind_of(record: Any) -> Kind:
    """The kind of a record."""
    return KINDS["progress" if isinstance(record, Progress) else "quick_win"]


KINDS = {
    "quick_win": Kind(
        name="quick_win",
        model=QuickWin,
        workflow=QUICK_WIN,
        key="qw",
        fields=FIELDS,
        by_name=BY_NAME,
        hidden_in_review=("name", "acronym"),
        rows=quick_win_rows.field_rows,
        shown=lambda name, payload: quick_win_rows.shown(name, payload["values"]),
        form_page=form_page.form_page,
        form_template="opd/quick_win_form.html",
        review_extra=form_page.review_extra,
        side_parts=form_page.side_parts,
        edit="opd:quick_win_edit",
        move="opd:quick_win_move",
        review="opd:review",
        note="opd:note_save",
        reply="opd:note_reply",
    ),
    "progress": Kind(
        name="progress",
        model=Progress,
        workflow=PROGRESS,
        key="progress",
        fields=PROGRESS_FIELDS,
        by_name=PROGRESS_BY_NAME,
        hidden_in_review=(),
        rows=progress_rows.field_rows,
        shown=progress_rows.shown,
        form_page=progress_page.form_page,
        form_template="opd/progress_form.html",
        review_extra=progress_page.review_extra,
        side_parts=progress_page.side_parts,
        edit="opd:progress_edit",
        move="opd:progress_move",
        review="opd:progress_review",
        note="opd:progress_note",
        reply="opd:progress_reply",
    ),
}
