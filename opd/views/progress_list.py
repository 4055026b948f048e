"""The quarters of a year, programme by programme, and the head's approval of several reports at once."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from opd import actions, orders, rules
from opd.access import city_of, person, posted_key
from opd.completeness import PROGRESS_BY_NAME, SAVE, SUBMIT, progress_missing
from opd.forms.progress import QuarterFilter, opd_options
from opd.models import (
    City,
    Opd,
    Program,
    Progress,
    ProgressNote,
    ReportingPeriod,
    User,
)
from opd.models.period import QUARTERS
from opd.presentation.progress import with_unit
from opd.views import progress_table
from smartcity.lib import clock, dates, paging
from smartcity.lib.workflow import NotReady, WrongStatus

PAGE, AT_ONCE = 50, 200


@require_GET
def progress_list(request: HttpRequest) -> HttpResponse:
    """One line per approved programme of a year, one cell per quarter."""
    user, city = person(request), city_of(request)
    if not rules.may_list(user):
        raise PermissionDenied
    filters = QuarterFilter(request.GET)
    year, periods, due = _asked(city, filters)
    filters.usual = {
        "year": city.evaluation_year,
        "quarter": due,
    }  # the quarter names the dates, not the rows
    found = listed(user, city, year, filters).values_list(*progress_table.PROGRAM, named=True)
    sorting = orders.PROGRESS.read(request.GET)
    page = paging.page(found, request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    own = user.opds()
    context = {
        "filters": filters,
        "sorting": sorting,
        "year": year,
        "years": [year - 1, year, year + 1],
        "quarter": due,
        "quarters": [_quarter_head(number, periods.get(number), due) for number in QUARTERS],
        "page": page,
        "lines": progress_table.draw(request, user, page.object_list, year, periods, due),
        "due": dates.wib(periods[due].due_at) if due in periods else "",
        "opds": [] if own else opd_options(Opd.objects.of_city(city), filters.chosen("opd")),
        "to_approve": Progress.objects.to_submit(user, year, due).count() if own else 0,
        "is_head": bool(user.headed_opds()),
    }
    return render(request, "opd/progress_list.html", context)


def _asked(city: City, filters: QuarterFilter) -> tuple[int, dict[int, ReportingPeriod], int]:
    """The year, its periods, and the quarter of the address; without one, whose reports were opened last."""
    year, now = filters.chosen("year") or city.evaluation_year, clock.now()
    periods = {row.quarter: row for row in ReportingPeriod.objects.of_city(city.pk).in_year(year)}
    opened = [row.quarter for row in periods.values() if row.is_open(now)]
    return year, periods, filters.chosen("quarter") or max(opened, default=1)


def listed(user: User, city: City, year: int, filters: QuarterFilter) -> Any:
    """An agency sees the programmes it leads; the city's people all of them. The page and its files list the same."""
    rows = Program.objects.visible_to(user).of_city(city.pk).approved().in_year(year)
    if user.opds():
        rows = rows.of_own_opds(user)
    elif opd := filters.chosen("opd"):
        rows = rows.filter(opd=opd)
    return rows.matching(filters.chosen("q") or "").select_related("opd")


def _quarter_head(number: int, period: ReportingPeriod | None, due: int) -> dict[str, Any]:
    return {
        "number": number,
        "due": dates.short_date(period.due_at) if period else "",
        "current": number == due,
    }


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest) -> HttpResponse:
    """Approve and submit the chosen reports of a quarter, each by itself; say which went, which not and why."""
    user, city = person(request), city_of(request)
    if not user.opds():
        raise PermissionDenied
    year, _periods, quarter = _asked(city, QuarterFilter(request.GET))
    results = _submit_chosen(request, user) if request.method == "POST" else []
    waiting = list(Progress.objects.to_submit(user, year, quarter).for_list().with_evidence_count()[:AT_ONCE])
    asked = _asked_fields(waiting)
    context = {
        "year": year,
        "quarter": quarter,
        "rows": [_to_approve(row, asked.get(row.pk, set())) for row in waiting],
        "is_head": bool(user.headed_opds()),
        "results": results,
        "went": sum(1 for row in results if row["number"]),
        "list_url": f"{reverse('opd:progress_list')}?year={year}&quarter={quarter}",
        "key": uuid.uuid4().hex,
    }
    return render(request, "opd/progress_approve.html", context)


def _asked_fields(reports: list[Progress]) -> dict[int, set[str]]:
    """The fields the reviewer asked about and nobody has answered yet, by report: one query."""
    asked: dict[int, set[str]] = {}
    for pk, field in (
        ProgressNote.objects.open().filter(progress__in=reports).values_list("progress", "field")
    ):
        asked.setdefault(pk, set()).add(field)
    return asked


def _to_approve(row: Progress, asked: set[str]) -> dict[str, Any]:
    """A line of the checkbox list, with what keeps it from going."""
    values = row.filled_values(evidence=row.evidence_count)  # type: ignore[attr-defined]
    lacking = progress_missing(values, by=(SAVE, SUBMIT))
    lacking += [PROGRESS_BY_NAME[name] for name in sorted(asked) if name in PROGRESS_BY_NAME]
    return {
        "pk": row.pk,
        "title": row.title,
        "code": row.program.code,
        "value": with_unit(row.value, row.program.unit),
        "state": row.get_state_display(),
        "url": row.get_absolute_url(),
        "lacking": ", ".join(dict.fromkeys(str(field.label) for field in lacking)),
        "no_evidence": not row.evidence_count and row.state != "NOT_STARTED",  # type: ignore[attr-defined]
    }


def _submit_chosen(request: HttpRequest, user: User) -> list[dict[str, str]]:
    """Submit each chosen report of one's own agencies in a transaction of its own."""
    chosen = [int(text) for text in request.POST.getlist("report") if text.isdecimal() and len(text) < 10]
    rows = Progress.objects.of_own_opds(user).filter(pk__in=chosen[:AT_ONCE]).for_list()
    return [_submit(request, row) for row in rows.order_by("program__code", "pk")]


def _submit(request: HttpRequest, row: Progress) -> dict[str, str]:
    number, why = "", ""
    try:
        moved = actions.move_progress(
            pk=row.pk, name="submit", by=person(request), key=posted_key(request, "progress", row.pk)
        )
        number = moved.submissions.order_by("-sequence")[0].number
    except NotReady as refusal:
        why = _("Still missing: %(reasons)s") % {
            "reasons": ", ".join(str(problem.text) for problem in refusal.problems)
        }
    except WrongStatus as refusal:
        why = str(refusal)
    except PermissionDenied:
        why = _("The head of the agency approves this report.")
    return {"title": row.title, "code": row.program.code, "number": number, "why": why}
