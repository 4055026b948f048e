"""The reviewer's queue: quick wins and progress reports that wait for a decision, the longest wait first."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dimensions.models import SmartDimension
from opd import rules
from opd.access import city_of, person
from opd.forms.quick_wins import QueueFilter
from opd.models import City, Progress, ProgressTally, QuickWin, Tally, User
from opd.presentation.quick_wins import badge, tile_html
from smartcity.lib import clock, dates, paging

PAGE, LATE_AFTER_DAYS = 50, 3


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the longest wait first; and what has not arrived yet."""
    user, city = person(request), city_of(request)
    if not rules.may_review_queue(user):
        raise PermissionDenied
    progress, filters, found = listed(request, user, city)
    page = paging.page(found, request.GET.get("page", ""), order=("submitted_at", "pk"), size=PAGE)
    deciding = _deciders(user, page.object_list)
    missing = QuickWin.objects.of_city(city.pk).in_year(city.evaluation_year).not_yet_submitted().for_list()
    address = paging.addresses("opd:progress_review" if progress else "opd:review")
    context = {
        "filters": filters,
        "kind": "progress" if progress else "quick_win",
        "tabs": _tabs(user, city, progress),
        "page": page,
        "rows": [_queue_row(row, address(row.pk)) for row in page.object_list if deciding[row.pk]],
        "others": [_queue_row(row, address(row.pk)) for row in page.object_list if not deciding[row.pk]],
        "filtered": any(filters.chosen(name) for name in ("q", "dimension")),
        "not_here": [] if progress else [_overview_row(row) for row in missing[:20]],
        "year": city.evaluation_year,
    }
    return render(request, "opd/queue.html", context)


def listed(request: HttpRequest, user: User, city: City) -> tuple[bool, QueueFilter, Any]:
    """Whether it is about reports, the filters, and what waits as the address narrows it: on the page and in files."""
    progress = request.GET.get("kind") == "progress"
    filters = QueueFilter(request.GET, dimensions=SmartDimension.objects.of_set(city.dimension_set_id))
    rows = _waiting(user, city, progress)
    if dimension := filters.chosen("dimension"):
        rows = rows.filter(dimension__code=dimension)
    return progress, filters, rows.matching(filters.chosen("q") or "").for_queue()


def _waiting(user: User, city: City, progress: bool) -> Any:
    """Quick wins of the evaluated year; progress reports of every year: an old one may come back corrected."""
    if progress:
        return Progress.objects.visible_to(user).of_city(city.pk).waiting()
    return QuickWin.objects.visible_to(user).of_city(city.pk).in_year(city.evaluation_year).waiting()


def _tabs(user: User, city: City, progress: bool) -> list[dict[str, Any]]:
    """The two kinds, each with how many wait for this person."""
    address = reverse("opd:queue")
    quick_wins = Tally.objects.waiting_for(user, city.pk, city.evaluation_year)
    reports = ProgressTally.objects.reports_waiting_for(user, city.pk)
    return [
        {"label": _("Quick wins"), "url": address, "count": quick_wins, "current": not progress},
        {
            "label": _("Quarterly reports"),
            "url": f"{address}?kind=progress",
            "count": reports,
            "current": progress,
        },
    ]


def _deciders(user: User, rows: Any) -> dict[int, bool]:
    """For each row, whether this person decides it; agencies repeat, so each is asked once."""
    by_opd: dict[int, bool] = {}
    for row in rows:
        by_opd.setdefault(row.opd_id, rules.may_verify(user, row))
    return {row.pk: by_opd[row.opd_id] for row in rows}


def _queue_row(row: QuickWin | Progress, url: str) -> dict[str, Any]:
    now = clock.now()
    assert (
        row.submitted_at is not None
    )  # the constraints quick_win_submitted_has_time, progress_submitted_has_time
    days = (now - row.submitted_at).days
    return {
        "url": url,
        "title": row.title,
        "name": _below(row),
        "dimension": tile_html(row.dimension),
        "opd": row.opd.short,
        "waiting": dates.duration(now - row.submitted_at),
        "late": ngettext("over %(days)s day", "over %(days)s days", days) % {"days": days}
        if days >= LATE_AFTER_DAYS
        else "",
        "submitted": dates.short_date(row.submitted_at),
        "submitted_time": dates.clock_time(row.submitted_at),
        "first": not row.again,  # type: ignore[union-attr]
        "confirmed": isinstance(row, Progress) or row.owner_confirmed,
    }


def _below(row: QuickWin | Progress) -> str:
    """The grey line under the title: the whole name, or the quarter."""
    if isinstance(row, Progress):
        quarter = f"TW {row.quarter} {row.year} · {row.program.code}"
        return " · ".join([quarter, _("correction")]) if row.corrections else quarter
    return row.name if row.acronym else ""


def _overview_row(row: QuickWin) -> dict[str, Any]:
    return {
        "title": row.title,
        "opd": row.opd.short,
        "hue": str(row.dimension.hue),
        "letter": row.dimension.letter,
        "status": badge(row.status),
    }
