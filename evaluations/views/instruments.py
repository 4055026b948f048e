"""Question lists: every version, what is in it, what differs between two, and a version as a file."""

import io
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from evaluations import actions, rules
from evaluations.access import instrument_or_404
from evaluations.instrument_plain import Plain, as_yaml, plain_of
from evaluations.instrument_sheet import write_sheet
from evaluations.models import Instrument, InstrumentDraft
from evaluations.views import instrument_page as pages
from opd.access import city_of, person, posted_key

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "yaml": "application/yaml; charset=utf-8",
}


@require_GET
def instruments(request: HttpRequest) -> HttpResponse:
    """Every version of every question list, and one's own drafts."""
    user, city = person(request), city_of(request)
    if not rules.may_read_instruments(user):
        raise PermissionDenied
    rows = Instrument.objects.for_list().newest_first()
    may_load = rules.may_load_instruments(user, city.pk)
    drafts = InstrumentDraft.objects.visible_to(user).waiting()[:10] if may_load else ()
    context = {
        "rows": [pages.instrument_row(row, city.timezone) for row in rows],
        "may_load": may_load,
        "drafts": [
            {"url": row.get_absolute_url(), "name": row.name, "refused": bool(row.problems)} for row in drafts
        ],
    }
    return render(request, "evaluations/instrument_list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: sections with weights, every question with its rubric and evidence, both languages."""
    instrument = instrument_or_404(request, pk)
    row = Instrument.objects.for_list().get(pk=pk)
    context = pages.content_page(plain_of(instrument)) | {
        "instrument": instrument,
        "row": pages.instrument_row(row, city_of(request).timezone),
        "others": pages.versions_of(instrument),
        "may_load": rules.may_load_instruments(person(request), city_of(request).pk),
        "key": uuid.uuid4().hex,
    }
    return render(request, "evaluations/instrument_detail.html", context)


@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs from another version of the same list (`?than=`, else the newest other), older on the left."""
    instrument = instrument_or_404(request, pk)
    others = list(Instrument.objects.of_code(instrument.code).exclude(pk=pk))
    asked = request.GET.get("than", "")
    than = next((row for row in others if str(row.pk) == asked), others[0] if others else None)
    context: dict[str, Any] = {"instrument": instrument}
    if than:
        older, newer = sorted((instrument, than), key=lambda row: row.version)
        context |= {
            "older": str(older.label),
            "newer": str(newer.label),
            "difference": pages.difference_page(plain_of(older), plain_of(newer)),
        }
    return render(request, "evaluations/instrument_compare.html", context)


@require_GET
def download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A version as a file that loads again without a difference."""
    instrument = instrument_or_404(request, pk)
    return as_file(plain_of(instrument), kind)


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new version: a draft with the same content under the next number."""
    instrument = instrument_or_404(request, pk)
    draft = actions.copy_draft(
        by=person(request),
        instrument=instrument,
        city=city_of(request),
        key=posted_key(request, "instrument", instrument.pk),
    )
    return redirect(draft)


def as_file(data: Plain, kind: str) -> HttpResponse:
    """Send plain data as "xlsx" or "yaml"; 404 for another kind."""
    if kind not in TYPES:
        raise Http404
    out = io.BytesIO()
    if kind == "xlsx":
        write_sheet(data, out)
    else:
        out.write(as_yaml(data))
    head = data["instrument"]
    response = HttpResponse(out.getvalue(), content_type=TYPES[kind])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    name = f"instrumen-{head['code']}-v{head['version']}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
