"""The sheet to hang up: QR code, short address and how to go about it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from opd.access import person
from smartcity.lib import dates
from surveys import qr, rules
from surveys.access import sheet_or_404
from surveys.models import Sheet
from surveys.presentation import sheet_row


def _handed_out(request: HttpRequest, code: str) -> Sheet:
    sheet = sheet_or_404(request, code)
    if not rules.may_hand_out(person(request), sheet.round):
        raise PermissionDenied
    return sheet


@require_GET
def print_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet of one form, to print."""
    sheet = _handed_out(request, code)
    context = {
        "survey": sheet.round,
        "sheet": sheet_row(sheet),
        "services": [{"name": row.name, "opd": str(row.opd)} for row in sheet.services()],
        "until": dates.wib(sheet.round.closes_at, sheet.round.city.timezone),
    }
    return render(request, "surveys/sheet_print.html", context)


@require_GET
def code_image(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code as an SVG file; it never changes, so the browser of this person may keep it."""
    response = HttpResponse(qr.drawn(_handed_out(request, code)), content_type="image/svg+xml")
    patch_cache_control(response, private=True, max_age=86_400)
    return response
