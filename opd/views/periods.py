"""The dates of the quarters and of the ladder: read by everybody, set by the reviewer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opd import owing, rules
from opd.access import city_of, person
from opd.actions.periods import save_periods
from opd.forms.periods import PeriodForm
from opd.models import City
from opd.views.board import year_of
from smartcity.lib.models import StaleVersion


@require_http_methods(["GET", "POST"])
def periods(request: HttpRequest) -> HttpResponse:
    """The four quarters of a year; those not set yet come with the usual dates."""
    user, city = person(request), city_of(request)
    if not rules.may_see_board(user):
        raise PermissionDenied
    year, may_set = year_of(request, city), rules.may_set_periods(user, city.pk)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    rows = owing.periods_of(city, year)
    forms = [PeriodForm(request.POST or None, period=period) for period in rows]
    versions = {row.quarter: row.version if row.pk else 0 for row in rows}
    status = 200
    if request.method == "POST":
        versions = {row.quarter: _version(request, row.quarter) for row in rows}
        status = 422
        valid = [form.is_valid() for form in forms]  # each tells its errors
        if all(valid):
            values = [(form.period.quarter, versions[form.period.quarter], form.values()) for form in forms]
            try:
                save_periods(city=city, year=year, values=values, by=user)
            except StaleVersion:
                status = 409
                versions = {row.quarter: row.version if row.pk else 0 for row in rows}
                messages.warning(
                    request, _("Somebody changed these dates before you. Compare and save again. [VER-STALE]")
                )
            else:
                messages.success(request, _("The dates are saved."))
                return redirect(f"{reverse('opd:periods')}?year={year}")
    return render(
        request, "opd/periods.html", _context(city, year, forms, versions, may_set, status), status=status
    )


def _context(
    city: City, year: int, forms: list[PeriodForm], versions: dict[int, int], may_set: bool, status: int
) -> dict[str, Any]:
    saved = [PeriodForm(period=form.period) for form in forms]
    return {
        "year": str(year),
        "before": str(year - 1),
        "after": str(year + 1),
        "may_set": may_set,
        "quarters": [
            {
                "quarter": str(form.period.quarter),
                "form": form,
                "version": str(versions[form.period.quarter]),
                "set": form.period.pk is not None,
                "sample": form.period.sample,
                "theirs": kept if status == 409 else None,
                "facts": [(field.label, field.initial) for field in kept],
            }
            for form, kept in zip(forms, saved, strict=True)
        ],
    }


def _version(request: HttpRequest, quarter: int) -> int:
    version = request.POST.get(f"q{quarter}-version", "")
    if not version.isdecimal() or len(version) > 9:
        raise BadRequest("the form came without its version")
    return int(version)
