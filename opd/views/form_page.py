"""The quick win form page: what it shows, and what an autosave answers."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from opd import audit, claims
from opd.completeness import BY_NAME, SECTIONS, missing
from opd.forms.quick_wins import SECTION_FORMS, LinkForm, UploadForm, with_unreadable
from opd.models import Note, Progress, QuickWin, User
from opd.presentation.quick_wins import (
    badge,
    evidence_row,
    history_rows,
    meter,
    missing_rows,
    note_rows,
    still_valid_rows,
)
from opd.workflow import QUICK_WIN
from smartcity.lib import clock, dates

#: Short fields that stand side by side where there is room.
PAIRS = {
    "dimension": "sub_dimension",
    "unit": "baseline",
    "budget": "fund_source",
    "sub_activity_code": "legal_basis",
    "link": "linked_program",
}


def form_page(user: User, quick_win: QuickWin, *, link_form: LinkForm | None = None) -> dict[str, Any]:
    """Return the context of opd/quick_win_form.html; `link_form` is one that could not be taken."""
    notes = note_rows(
        Note.objects.sent().filter(quick_win=quick_win, answered_at=None).select_related("author")
    )
    evidence = evidence_rows(quick_win)
    lacking = missing(quick_win.filled_values(evidence=len(evidence)))
    return {
        "quick_win": quick_win,
        "dimension": quick_win.dimension,
        "status": badge(quick_win.status),
        "sections": [
            _section(quick_win, section.name, str(section.title), notes, lacking) for section in SECTIONS
        ],
        "evidence": evidence,
        "evidence_notes": notes.get("evidence", []),
        "asks": [note for rows in notes.values() for note in rows],
        "upload_form": UploadForm(),
        "link_form": link_form or LinkForm(prefix="link"),
        "meter": meter(quick_win.filled, quick_win.total),
        "missing": missing_rows(lacking) + still_valid_rows(evidence),
        "history": history_rows(quick_win.events.all()[:8]),
        "offers": QUICK_WIN.offered_to(user, quick_win),
        "key": uuid.uuid4().hex,
        "upload_url": reverse("opd:evidence_add", args=[quick_win.pk]),
        "link_url": reverse("opd:evidence_link", args=[quick_win.pk]),
        "choose_url": reverse("evaluations:bank_choose", args=["quick-win", quick_win.pk]),
        "record": quick_win,
        "reply_name": "opd:note_reply",
        "move_name": "opd:quick_win_move",
        "back_to": reverse("opd:workspace"),
    }


def review_extra(quick_win: QuickWin, payload: dict[str, Any]) -> dict[str, Any]:
    """What the review page shows of a quick win besides its fields."""
    return {
        "subtitle": quick_win.subtitle,
        "unsure": not quick_win.owner_confirmed,
        "next_step": "",
    }


def evidence_rows(record: QuickWin | Progress) -> list[dict[str, Any]]:
    """The evidence list of the form, with links to change and remove, and what is said of the same file elsewhere."""
    pieces = list(record.evidence.for_list())
    said = claims.contradictions(pieces)
    return [
        evidence_row(piece, year=record.year, editable=True, more=said.get(piece.pk, ())) for piece in pieces
    ]


def evidence_html(request: HttpRequest, record: QuickWin | Progress) -> str:
    """The inside of the evidence list, for the upload script."""
    return render_to_string("opd/parts/evidence_list.html", {"evidence": evidence_rows(record)}, request)


def saved_parts(
    request: HttpRequest, quick_win: QuickWin, form: forms.ModelForm, section: str
) -> dict[str, Any]:
    """What autosave.js needs: the new version, when, the errors, and the parts that changed."""
    return {
        "version": quick_win.section_version(section),
        "saved_at": dates.clock_time(clock.now()),
        "errors": {name: " ".join(map(str, errors)) for name, errors in form.errors.items()},
        "parts": side_parts(request, quick_win),
    }


def side_parts(request: HttpRequest, quick_win: QuickWin) -> dict[str, str]:
    """The parts of the page that follow every save: what is missing, and the buttons."""
    from opd.access import person

    context = form_page(person(request), quick_win)
    return {
        "part-missing": render_to_string("opd/parts/missing.html", context, request),
        "part-moves": render_to_string("opd/parts/moves.html", context, request),
        "part-sections": render_to_string("opd/parts/section_nav.html", context, request),
    }


def conflict_context(form: forms.ModelForm, section: str, current: QuickWin) -> dict[str, Any]:
    """Both texts of a section two people changed: theirs as saved, mine as typed."""
    saved = SECTION_FORMS[section](instance=current)
    rows = conflict_of(form, saved, {name: str(field.label) for name, field in BY_NAME.items()})
    return rows | {
        "action": reverse("opd:quick_win_section", args=[current.pk, section]),
        "version": current.section_version(section),
        "by": saver_of(current, "quick_win.saved"),
        "at": dates.clock_time(current.updated_at),
        "back_url": f"{reverse('opd:quick_win_edit', args=[current.pk])}#section-{section}",
    }


def conflict_of(form: forms.ModelForm, saved: forms.ModelForm, labels: dict[str, str]) -> dict[str, Any]:
    """The fields two people filled in otherwise, as rows, and the others as hidden values."""
    rows = []
    for name, field in form.fields.items():
        theirs, mine = saved[name].value(), form[name].value()
        widget = field.widget
        rows.append(
            {
                "name": name,
                "label": labels[name],
                "theirs": _readable(saved, name, theirs),
                "mine": field.prepare_value(mine) if mine is not None else "",
                "long": isinstance(widget, forms.Textarea),
                "options": _options(form, name)
                if isinstance(widget, forms.Select | forms.RadioSelect)
                else None,
                "same": str(theirs or "") == str(mine or ""),
            }
        )
    return {
        "rows": [row for row in rows if not row["same"]],
        "hidden": [(row["name"], row["mine"]) for row in rows if row["same"]],
    }


def saver_of(current: QuickWin | Progress, action: str) -> str:
    """Who saved last, by office: the person one may talk to."""
    event = audit.last_to(action, current)
    return str(event.actor) if event and event.actor else ""


def _section(
    quick_win: QuickWin, name: str, title: str, notes: dict[str, list[dict[str, Any]]], lacking: list[Any]
) -> dict[str, Any]:
    form = with_unreadable(SECTION_FORMS[name], quick_win) if name in SECTION_FORMS else None
    asked = sum(
        len(rows) for field, rows in notes.items() if field in BY_NAME and BY_NAME[field].section == name
    )
    fields = [
        {
            "field": form[field],  # type: ignore[index]
            "notes": notes.get(field, []),
            "optional": BY_NAME[field].needed == "optional",
            "sample": field in quick_win.sample_fields,
        }
        for field in (form.fields if form is not None else ())
    ]
    return {
        "name": name,
        "title": title,
        "form": form,
        "rows": _in_rows(fields),
        "left": max(asked, sum(1 for field in lacking if field.section == name)),
        "version": quick_win.section_version(name),
        "url": reverse("opd:quick_win_section", args=[quick_win.pk, name]) if form else "",
        "saved_at": dates.clock_time(quick_win.updated_at) if quick_win.section_version(name) > 1 else "",
    }


def _in_rows(fields: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Group the fields of a section into rows of one or two."""
    rows: list[list[dict[str, Any]]] = []
    for field in fields:
        if rows and PAIRS.get(rows[-1][0]["field"].name) == field["field"].name:
            rows[-1].append(field)
        else:
            rows.append([field])
    return rows


def _options(form: forms.ModelForm, name: str) -> list[dict[str, Any]]:
    chosen = str(form[name].value() or "")
    choices = form.fields[name].choices  # type: ignore[attr-defined]
    return [
        {"value": str(value), "label": str(label), "chosen": str(value) == chosen} for value, label in choices
    ]


def _readable(form: forms.ModelForm, name: str, value: Any) -> str:
    """A choice is read by its label, everything else as it stands in the input."""
    if hasattr(form.fields[name], "choices"):
        labels = {str(option): str(label) for option, label in form.fields[name].choices}  # type: ignore[attr-defined]
        return labels.get(str(value), "")
    return str(form.fields[name].prepare_value(value) or "")
