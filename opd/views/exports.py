"""Lists out: what a person sees on a page, as a workbook or as CSV, and templates filled in with what is known."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from opd import orders, rules
from opd.access import city_of, person
from opd.exchange import listing
from opd.exchange.listing import Listing
from opd.forms.plan import ProgramFilter
from opd.forms.progress import QuarterFilter
from opd.forms.quick_wins import ListFilter
from opd.models import City, Opd, PlanTally, Program, Progress, QuickWin, Status, Tally, User
from opd.views import desk_exports, progress_list
from smartcity.lib.sorting import through

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a list is called in somebody's folder of downloads.
FILE_NAMES = {
    "programmes": "program-kerja",
    "quick-wins": "quick-win",
    "progress": "laporan-triwulan",
    "queue": "antrean",
    "board": "kelengkapan",
    "decisions": "keputusan",
    "changes": "perubahan",
}
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


@require_GET
def export(request: HttpRequest, what: str) -> HttpResponseBase:
    """The rows of a list page with the same filters, and no row or text the page would not show."""
    user, city = person(request), city_of(request)
    if what not in LISTS:
        raise Http404
    if not rules.may_list(user):
        raise PermissionDenied
    year, found = LISTS[what](request, user, city)
    return respond(request, found, f"{FILE_NAMES[what]}-{year}")


def _programs(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    opds = Opd.objects.of_city(city)
    filters = ProgramFilter(request.GET, dimensions=PlanTally.objects.dimensions_of(city), opds=opds)
    year = filters.chosen("year") or city.evaluation_year
    rows = Program.objects.visible_to(user).of_city(city.pk).narrowed(**filters.narrowing(year))
    sorting = orders.PROGRAMS.read(request.GET)
    return year, listing.programs(rows.order_by(*sorting.fields), city, year)


def _quick_wins(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    filters = ListFilter(
        request.GET,
        dimensions=Tally.objects.dimensions_of(city),
        opds=Opd.objects.of_city(city),
        statuses=Status.choices,
    )
    year = filters.chosen("year") or city.evaluation_year
    rows = QuickWin.objects.visible_to(user).of_city(city.pk).in_year(year)
    rows = rows.narrowed(**filters.wanted()).order_by(*orders.QUICK_WINS.read(request.GET).fields)
    return year, listing.quick_wins(rows, city, year, user)


def _progress(request: HttpRequest, user: User, city: City) -> tuple[int, Listing]:
    filters = QuarterFilter(request.GET)
    year = filters.chosen("year") or city.evaluation_year
    programs = progress_list.listed(user, city, year, filters)
    rows = Progress.objects.visible_to(user).of_programs(programs, year)
    rows = rows.order_by(*through(orders.PROGRESS.read(request.GET).fields, "program"), "quarter")
    return year, listing.progress(rows, year, user)


LISTS: dict[str, Callable[[HttpRequest, User, City], tuple[int, Listing]]] = {
    "programmes": _programs,
    "quick-wins": _quick_wins,
    "progress": _progress,
    **desk_exports.LISTS,
}


@require_GET
def template(request: HttpRequest, what: str) -> HttpResponseBase:
    """A table to fill in: the headings the import knows, and what the agency has entered already."""
    user, city = person(request), city_of(request)
    kinds = {"programmes": "action_plan", "quick-wins": "quick_win"}
    if what not in kinds:
        raise Http404
    if not rules.may_import(user, city.pk, kinds[what]):
        raise PermissionDenied
    year = city.evaluation_year
    found = _own_programs(user, city, year) if what == "programmes" else _own_quick_wins(user, city, year)
    return respond(request, found, f"templat-{FILE_NAMES[what]}-{year}")


def _own_programs(user: User, city: City, year: int) -> Listing:
    rows = Program.objects.visible_to(user).of_city(city.pk)
    if not rules.may_keep_plan(user, city.pk):
        rows = rows.of_own_opds(user)
    rows = rows.order_by("code", "pk")
    return listing.programs(rows, city, year, more_years=(year - 1, year + 1), notes=_notes())


def _own_quick_wins(user: User, city: City, year: int) -> Listing:
    rows = QuickWin.objects.of_own_opds(user).of_city(city.pk).in_year(year).order_by("number")
    return listing.quick_wins(rows, city, year, user, notes=_notes())


def _notes() -> tuple[str, ...]:
    return (
        _(
            "Fill in one row for each programme. Do not change the headings; the order of the columns is free."
        ),
        _(
            "Write numbers like 1.250,5 and dates like 16/09/2022. Separate several OPDs or partners by a semicolon."
        ),
        _("An empty cell leaves what is in the portal as it is. Rows without a change are passed over."),
        _(
            "Then open Import in the portal, choose this file, and look at every row before anything is saved."
        ),
    )


def respond(request: HttpRequest, found: Listing, name: str) -> HttpResponseBase:
    """Send a list: as a workbook, or as CSV piece by piece when the address asks for it."""
    response: HttpResponseBase
    if request.GET.get("format") == "csv":
        response = StreamingHttpResponse(found.csv(), content_type="text/csv; charset=utf-8")
        name = f"{name}.csv"
    else:
        response = FileResponse(found.xlsx(), content_type=XLSX)
        name = f"{name}.xlsx"
    for header, value in HEADERS.items():
        response[header] = value
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
