"""Pages of one programme: getting it, what its form shows, and both texts where two people changed it."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse

from opd import audit, rules
from opd.access import person
from opd.forms.plan import SECTION_FORMS, SECTIONS, NewYearForm
from opd.models import Program, User
from opd.presentation.plan import opd_name, plan_badge, program_history, year_rows
from opd.workflow import PROGRAM
from smartcity.lib import clock, dates

#: Short fields that stand side by side where there is room.
PAIRS = {"dimension": "sub_dimension", "horizon": "category", "unit": "baseline", "start_date": "end_date"}
REQUIRED = {"horizon", "category", "indicator", "unit"}


def program_or_404(request: HttpRequest, pk: int) -> Program:
    """A programme the person may see."""
    return get_object_or_404(Program.objects.visible_to(person(request)).for_detail(), pk=pk)


def editable_program(request: HttpRequest, pk: int) -> Program:
    """A programme the person may change now: 404 when unseen, 403 when seen."""
    program = program_or_404(request, pk)
    if not rules.may_edit_program(person(request), program):
        raise PermissionDenied
    return program


def program_form(user: User, program: Program, *, typed: forms.ModelForm | None = None) -> dict[str, Any]:
    """Return the context of opd/program_form.html; `typed` is a section that could not be saved."""
    years = list(program.years.order_by("year"))
    known = {row.year for row in years}
    span = range(program.plan.year_from, program.plan.year_to + 1)
    return {
        "program": program,
        "opd": opd_name(program.opd),
        "status": plan_badge(program.status),
        "sections": [_section(user, program, name, title, typed) for name, title, _form in SECTIONS],
        "years": year_rows(program, years),
        "empty_years": [year for year in span if year not in known],
        "new_year": NewYearForm(),
        "history": program_history(program.events.all()[:8]),
        **moves(user, program),
    }


def moves(user: User, program: Program) -> dict[str, Any]:
    """What the bar of decisions shows."""
    return {
        "offers": PROGRAM.offered_to(user, program),
        "edit_url": reverse("opd:program_edit", args=[program.pk]),
        "key": uuid.uuid4().hex,
    }


def _section(
    user: User, program: Program, name: str, title: Any, typed: forms.ModelForm | None
) -> dict[str, Any]:
    form_class = SECTION_FORMS[name]
    form = typed if isinstance(typed, form_class) else form_class(instance=program, by=user)
    fields: list[dict[str, Any]] = [
        {
            "field": form[field],
            "optional": not form.fields[field].required and field not in REQUIRED,
            "sample": field in program.sample_fields,
        }
        for field in form.fields
    ]
    rows: list[list[dict[str, Any]]] = []
    for cell in fields:
        if rows and PAIRS.get(rows[-1][0]["field"].name) == cell["field"].name:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return {
        "name": name,
        "title": title,
        "rows": rows,
        "left": sum(1 for field in form.fields if field in REQUIRED and not getattr(program, field)),
        "errors": form.non_field_errors(),
        "url": reverse("opd:program_section", args=[program.pk, name]),
    }


def saved_parts(request: HttpRequest, program: Program, user: User, errors: dict[str, Any]) -> dict[str, Any]:
    """What autosave.js needs: the new version, when, the errors, and the buttons."""
    context = {"program": program, **moves(user, program)}
    return {
        "version": program.version,
        "saved_at": dates.clock_time(clock.now()),
        "errors": {name: " ".join(map(str, found)) for name, found in errors.items()},
        "parts": {"part-moves": render_to_string("opd/parts/program_moves.html", context, request)},
    }


def both_texts(
    mine: forms.ModelForm, saved: forms.ModelForm, *, action: str, back_url: str, current: Any, said: str
) -> dict[str, Any]:
    """The context of conflict.html: field by field as saved and as typed; `said` is the audited action."""
    rows, hidden = [], []
    for name, field in mine.fields.items():
        here, there = mine[name].value(), saved[name].value()
        if isinstance(field, forms.ModelMultipleChoiceField):
            hidden += [(name, str(value)) for value in here or ()]
            continue
        text = field.prepare_value(here) if here is not None else ""
        if _readable(saved, name, there) == _readable(mine, name, here):
            hidden.append((name, text))
            continue
        rows.append(
            {
                "name": name,
                "label": str(mine[name].label),
                "theirs": _readable(saved, name, there),
                "mine": text,
                "long": isinstance(field.widget, forms.Textarea),
                "options": _options(field, here) if hasattr(field, "choices") else None,
            }
        )
    event = audit.last_to(said, current)
    return {
        "action": action,
        "back_url": back_url,
        "version": current.version,
        "by": str(event.actor) if event and event.actor else "",
        "at": dates.clock_time(event.at if event else clock.now()),
        "rows": rows,
        "hidden": hidden,
    }


def _options(field: Any, chosen: Any) -> list[dict[str, Any]]:
    chosen = str(chosen or "")
    return [
        {"value": str(value), "label": str(label), "chosen": str(value) == chosen}
        for value, label in field.choices
    ]


def _readable(form: forms.ModelForm, name: str, value: Any) -> str:
    """A choice is read by its label, everything else as it stands in the input."""
    field: Any = form.fields[name]
    if hasattr(field, "choices"):
        return {str(option): str(label) for option, label in field.choices}.get(str(value or ""), "")
    value = field.prepare_value(value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
