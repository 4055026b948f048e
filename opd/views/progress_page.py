"""The form of a progress report: what it shows, and what an autosave answers."""

import uuid
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from opd.completeness import PROGRESS_BY_NAME
from opd.forms.progress import ProgressForm, with_unreadable
from opd.forms.quick_wins import LinkForm, UploadForm
from opd.models import Progress, ReportingPeriod, User
from opd.presentation.progress import corrections, figures, lateness
from opd.presentation.quick_wins import badge, history_rows, meter, missing_rows, note_rows, still_valid_rows
from opd.views.form_page import conflict_of, evidence_rows, saver_of
from opd.workflow import PROGRESS
from smartcity.lib import clock, dates


def form_page(user: User, progress: Progress, *, link_form: LinkForm | None = None) -> dict[str, Any]:
    """Return the context of opd/progress_form.html; `link_form` is one that could not be taken."""
    notes = note_rows(progress.notes.open().select_related("author"))
    evidence = evidence_rows(progress)
    lacking = progress.lacking()
    form = with_unreadable(progress)
    return head_of(progress) | {
        "form": form,
        "fields": [
            {
                "field": form[name],
                "notes": notes.get(name, []),
                "optional": PROGRESS_BY_NAME[name].needed == "optional",
                "sample": name in progress.sample_fields,
            }
            for name in form.fields
        ],
        "saved_at": dates.clock_time(progress.updated_at) if progress.version > 1 else "",
        "evidence": evidence,
        "evidence_notes": notes.get("evidence", []),
        "asks": [note for rows in notes.values() for note in rows],
        "upload_form": UploadForm(),
        "link_form": link_form or LinkForm(prefix="link"),
        "meter": meter(progress.filled, progress.total),
        "missing": missing_rows(lacking) + still_valid_rows(evidence),
        "history": history_rows(progress.events.all()[:8]),
        "offers": PROGRESS.offered_to(user, progress),
        "key": uuid.uuid4().hex,
        "upload_url": reverse("opd:progress_evidence", args=[progress.pk]),
        "link_url": reverse("opd:progress_link", args=[progress.pk]),
        "choose_url": reverse("evaluations:bank_choose", args=["report", progress.pk]),
        "reply_name": "opd:progress_reply",
        "move_name": "opd:progress_move",
        "back_to": reverse("opd:progress_list"),
        "figures": figures(progress),
    }


def head_of(progress: Progress) -> dict[str, Any]:
    """What the head of every page of a report says: which one, where it stands, until when."""
    period = period_of(progress)
    first = progress.submissions.order_by("sequence").values_list("at", flat=True).first()
    late = lateness(period, first, clock.now()) if progress.late or first is None else ""
    return {
        "record": progress,
        "progress": progress,
        "program": progress.program,
        "dimension": progress.dimension,
        "status": badge(progress.status),
        "due": dates.wib(period.due_at) if period else "",
        "late": late,
        "corrected": progress.corrections,
    }


def review_extra(progress: Progress, payload: dict[str, Any]) -> dict[str, Any]:
    """What the review page shows of a report besides its fields: the figures, and what was corrected."""
    return head_of(progress) | {
        "subtitle": f"TW {progress.quarter} {progress.year}, {progress.program.code}",
        "figures": figures(progress, payload),
        "corrections": corrections(progress),
        "next_step": "next",
    }


def period_of(progress: Progress) -> ReportingPeriod | None:
    """The quarter with its dates, where the reviewer has set them."""
    found = ReportingPeriod.objects.of_city(progress.city_id).in_year(progress.year)
    return found.filter(quarter=progress.quarter).first()


def saved_parts(request: HttpRequest, progress: Progress, form: ProgressForm) -> dict[str, Any]:
    """What autosave.js needs: the new version, when, the errors, and the parts that changed."""
    return {
        "version": progress.version,
        "saved_at": dates.clock_time(clock.now()),
        "errors": {name: " ".join(map(str, errors)) for name, errors in form.errors.items()},
        "parts": side_parts(request, progress),
    }


def side_parts(request: HttpRequest, progress: Progress) -> dict[str, str]:
    """The parts of the page that follow every save: what is missing, the figures, and the buttons."""
    from opd.access import person

    fresh = Progress.objects.for_detail().get(pk=progress.pk)
    context = form_page(person(request), fresh)
    return {
        "part-missing": render_to_string("opd/parts/missing.html", context, request),
        "part-figures": render_to_string("opd/parts/figures.html", context, request),
        "part-moves": render_to_string("opd/parts/moves.html", context, request),
    }


def conflict_context(form: ProgressForm, current: Progress) -> dict[str, Any]:
    """Both texts of a report two people changed: theirs as saved, mine as typed."""
    address = reverse("opd:progress_edit", args=[current.pk])
    saved = ProgressForm(instance=Progress.objects.for_detail().get(pk=current.pk))
    rows = conflict_of(form, saved, {name: str(field.label) for name, field in PROGRESS_BY_NAME.items()})
    return rows | {
        "action": address,
        "version": current.version,
        "by": saver_of(current, "progress.saved"),
        "at": dates.clock_time(current.updated_at),
        "back_url": f"{address}#section-progress",
    }
