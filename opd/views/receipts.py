"""Receipts to print: of quick wins and of progress reports."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opd.access import person
from opd.models import ProgressSubmission, Submission
from opd.presentation.quick_wins import receipt_row
from opd.views.kinds import kind_of


@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt to print: number, time, who, digest and what was submitted."""
    user = person(request)
    quick_wins = Submission.objects.visible_to(user).select_related("quick_win__opd")
    reports = ProgressSubmission.objects.visible_to(user).select_related("progress__program")
    found: Any = quick_wins.filter(number=number).first() or reports.filter(number=number).first()
    if found is None:
        raise Http404
    record = found.quick_win if isinstance(found, Submission) else found.progress
    context = {
        "receipt": receipt_row(found) | {"url": ""},
        "digest": found.digest,
        "payload": found.payload,
        "rows": kind_of(record).rows(found.payload, skip=["dimension"]),
        "evidence": found.payload["evidence"],
        "record": record,
    }
    return render(request, "opd/receipt.html", context)
