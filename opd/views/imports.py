"""Lists in: upload, columns, what would be saved, consent, result. Every page works without JavaScript."""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import orders, rules
from opd.access import city_of, person, posted_key
from opd.actions import import_work
from opd.actions import imports as actions
from opd.actions.import_saving import key_of
from opd.exchange import listing
from opd.exchange.found import Pointer, pointer_of, table_of, tables_of, tops_of
from opd.forms.quick_wins import ImportForm
from opd.forms.shared import ImportFilter
from opd.imports import Kind, Proposal, propose, year_of
from opd.models import ImportJob, ImportKind, ImportStatus, Outcome, Program, QuickWin
from opd.presentation import imports as pages
from opd.tasks import ring_for_import_on_commit
from opd.views.exports import respond
from smartcity.lib import paging
from smartcity.lib.htmx import varies, wants_partial
from smartcity.lib.workflow import WrongStatus

IMPORTS_A_PAGE, ROWS_A_PAGE, LINKS = 20, 50, 50


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """One's own lists, and the form for another one."""
    user, city = person(request), city_of(request)
    kinds = [kind for kind in ImportKind if rules.may_import(user, city.pk, kind)]
    if not kinds:
        raise PermissionDenied
    form = ImportForm(
        request.POST or None, request.FILES or None, kinds=kinds, initial={"year": city.evaluation_year}
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        job = actions.start_import(
            by=user, city=city, kind=values["kind"], year=values["year"], name=values["file"].name,
            content=values["file"].read(), key=posted_key(request),
        )  # fmt: skip
        return _go_on(job)
    filters, sorting = ImportFilter(request.GET), orders.IMPORTS.read(request.GET)
    own = ImportJob.objects.visible_to(user).for_list().select_related("city", "opd")
    own = own.narrowed(**filters.narrowing())
    page = paging.page(own, request.GET.get("page", ""), order=sorting.fields, size=IMPORTS_A_PAGE)
    context = {
        "form": form,
        "kinds": [
            {"value": kind.value, "label": kind.label, "checked": form["kind"].value() == kind.value}
            for kind in kinds
        ],
        "year": form["year"].value() or "",
        "key": uuid.uuid4().hex,
        "filters": filters,
        "sorting": sorting,
        "narrowed": any(filters.narrowing().values()),
        "page": page,
        "rows": [pages.job_row(job) for job in page.object_list],
    }
    return render(request, "opd/import_list.html", context, status=422 if form.errors else 200)


def _go_on(job: ImportJob) -> HttpResponse:
    """Do the next step now when it is short; a long one is a worker's. Then show where the list stands."""
    if import_work.is_small(job):
        import_work.work(job.pk)
    else:
        ring_for_import_on_commit(job.pk)
    return redirect(job)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a list stands: how far the work is, the result, or the page on which something is to be decided."""
    job = _job(request, pk)
    partial = wants_partial(request)
    if partial and not job.is_under_way:
        response = HttpResponse()  # the page is another one now: it is loaded anew
        response["HX-Redirect"] = job.get_absolute_url()
        return varies(response)
    if job.status == ImportStatus.READ:
        pointless = not tables_of(job.found) or pointer_of(job.found)
        return redirect("opd:import_table" if pointless else "opd:import_map", job.pk)
    if job.status == ImportStatus.CHECKED:
        return redirect("opd:import_check", job.pk)
    context = {"job": pages.job_row(job), "under_way": job.is_under_way}
    if job.status == ImportStatus.SAVED:
        context |= _result(request, job)
    template = "opd/parts/import_progress.html" if partial else "opd/import_detail.html"
    return varies(render(request, template, context))


def _result(request: HttpRequest, job: ImportJob) -> dict[str, Any]:
    """The records that were made and changed, as links, and what was left."""
    rows = list(job.rows.saved()[:LINKS])
    keys = {key_of(job, row.number) for row in rows if row.outcome == Outcome.CREATE}
    changed = {row.object_id for row in rows if row.outcome == Outcome.CHANGE}
    model: Any = Program if job.kind == ImportKind.ACTION_PLAN else QuickWin
    seen = model.objects.visible_to(person(request)).from_import(keys, changed)
    return {
        "records": [{"url": row.get_absolute_url(), "title": str(row)} for row in seen],
        "more": max(0, job.created + job.changed - LINKS),
        "counts": job.counts(),
    }


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """Which row of which sheet has the headings: for lists in which the portal found none, or the wrong one."""
    job = _job(request, pk)
    if job.status not in (ImportStatus.READ, ImportStatus.CHECKED):
        return redirect(job)
    place = request.POST.get("place", pages.place_of(job))
    error = job.error if pointer_of(job.found) else ""
    if request.method == "POST":
        pointer = _pointer(request, job)
        if pointer is not None:
            try:
                return _go_on(actions.point_out(pk=pk, by=person(request), pointer=pointer))
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect(job)
        error = _("Choose the row in which the columns have their names, then press the button. [IMP-PICK]")
    context = {
        "job": pages.job_row(job),
        "found": bool(tables_of(job.found)),
        "sheets": pages.sheets(job, place),
        "height": request.POST.get("height", ""),
        "error": error,
    }
    return render(request, "opd/import_table.html", context, status=422 if request.method == "POST" else 200)


def _pointer(request: HttpRequest, job: ImportJob) -> Pointer | None:
    """Return the row that was chosen, or None when there is no such row."""
    number, _dash, row = request.POST.get("place", "").partition("-")
    for place, top in enumerate(tops_of(job.found)):
        if str(place) == number and row in {str(shown) for shown, _cells in top["top"]}:
            height = {"1": 1, "2": 2}.get(request.POST.get("height", ""))
            return Pointer(top["sheet"], int(row), height)
    return None


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column holds: a proposal to correct. Confirming it has every row checked; nothing is saved yet."""
    job = _job(request, pk)
    if job.status not in (ImportStatus.READ, ImportStatus.CHECKED):
        return redirect(job)
    tables = tables_of(job.found)
    if not tables:
        return redirect("opd:import_table", pk)
    data = request.POST if request.method == "POST" else request.GET
    found = next((one for one in tables if one["sheet"] == data.get("sheet", job.sheet)), tables[0])
    proposal, clashes = _proposal(job, found, data)
    if request.method == "POST" and not proposal.missing and not clashes:
        try:
            job = actions.map_columns(
                pk=pk, by=person(request), sheet=found["sheet"], year=proposal.year, proposal=proposal
            )
        except WrongStatus as refusal:
            messages.error(request, str(refusal))
            return redirect(job)
        return _go_on(job)
    years = sorted({proposal.year + step for step in range(-3, 4)} | _years_of(proposal))
    context = {
        "job": pages.job_row(job),
        "sheets": [{"name": one["sheet"], "rows": one["rows"], "current": one is found} for one in tables],
        "sheet": found["sheet"],
        "rows": found["rows"],
        "header_rows": " + ".join(map(str, found["header_rows"])),
        "year": proposal.year,
        "columns": pages.column_rows(proposal, found["first"], years, clashes),
        "missing": pages.missing_labels(proposal),
        "posted": request.method == "POST",
        "per_year": job.kind == ImportKind.ACTION_PLAN,
    }
    return render(request, "opd/import_map.html", context, status=422 if request.method == "POST" else 200)


def _proposal(job: ImportJob, found: dict[str, Any], data: Any) -> tuple[Proposal, list[str]]:
    """Return how the columns are read, and the letters of columns chosen for a field that another one holds."""
    kind, table = Kind(job.kind), table_of(found)
    typed = data.get("year", "")
    year = int(typed) if re.fullmatch(r"20[0-9]{2}", typed) else None
    if year is None:
        year = job.year if job.mapping else year_of(table, kind, job.year)
    kept = actions.remembered(job.city_id, job.opd_id, job.kind)
    proposal = propose(table, kind, year, kept)
    chosen = {name[2:]: field for name, field in data.items() if name.startswith("c-")}
    if not chosen and found["sheet"] == job.sheet and year == job.year:
        chosen = dict(job.mapping)
    try:
        mapped = proposal.with_choices(chosen)
    except ValueError:
        return proposal, []
    read = mapped.fields
    letters = {one.column.letter: one.column.index for one in mapped.columns}
    return mapped, [
        letter
        for letter, field in chosen.items()
        if field and letter in letters and letters[letter] not in read
    ]


def _years_of(proposal: Proposal) -> set[int]:
    endings = (name.rpartition("_")[2] for name in proposal.fields.values())
    return {int(ending) for ending in endings if len(ending) == 4 and ending.isdecimal()}


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What saving would do, row by row, and which rows are to be saved."""
    job = _job(request, pk)
    if job.status != ImportStatus.CHECKED:
        return redirect(job)
    if request.method == "POST":
        _choose(request, job)
        return redirect(request.get_full_path())
    show = request.GET.get("show", "")
    rows = job.rows.showing(show)
    page = paging.page(rows, request.GET.get("page", ""), order=("number",), size=ROWS_A_PAGE)
    counts = job.counts()
    context = {
        "job": pages.job_row(job),
        "counts": pages.counts_words(counts),
        "refused": counts["refused"],
        "drafts": counts["draft"],
        "chosen": counts["chosen"],
        "good": counts["create"] + counts["change"],
        "save_label": pages.save_label(counts["chosen"]),
        "filters": pages.filters(job, counts, show),
        "page": page,
        "rows": pages.check_rows(page.object_list, Kind(job.kind), job.city),
    }
    return render(request, "opd/import_check.html", context)


def _choose(request: HttpRequest, job: ImportJob) -> None:
    """Keep the ticks of a page; or choose every good row, or none."""
    everything = request.POST.get("all", "")
    try:
        if everything in ("yes", "no"):
            actions.choose_all(pk=job.pk, by=person(request), chosen=everything == "yes")
        else:
            actions.choose_rows(
                pk=job.pk,
                by=person(request),
                shown=_numbers(request, "shown"),
                ticked=_numbers(request, "row"),
            )
    except WrongStatus as refusal:
        messages.error(request, str(refusal))


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [
        int(text)
        for text in request.POST.getlist(name)
        if text.isascii() and text.isdecimal() and len(text) < 8
    ]


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Consent: the chosen rows are saved, all in one transaction or none, and once however often it is pressed."""
    job = _job(request, pk)
    if job.status == ImportStatus.CHECKED:
        _choose(request, job)
        if not job.rows.chosen_to_save().exists():
            messages.warning(request, _("No row is chosen. Tick at least one row, then save. [IMP-NONE]"))
            return redirect("opd:import_check", pk)
    try:
        job = actions.consent(pk=pk, by=person(request))
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect(job)
    return _go_on(job)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a list once more that was not finished."""
    _job(request, pk)
    return _go_on(actions.try_again(pk=pk, by=person(request)))


@require_GET
def refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows with their reasons, to mend and bring in again."""
    job = _job(request, pk)
    return respond(request, listing.refused(job), f"ditolak-{job.pk}")


def _job(request: HttpRequest, pk: int) -> ImportJob:
    """One's own import, while one may still bring in lists; any other answers like one that does not exist."""
    job = get_object_or_404(
        ImportJob.objects.visible_to(person(request)).select_related("city", "opd", "by"), pk=pk
    )
    if not rules.may_import(person(request), job.city_id, job.kind):
        raise PermissionDenied
    return job
