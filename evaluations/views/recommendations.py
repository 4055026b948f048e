"""Recommendations: the list and its files, one with its steps and history, its correction, and its moves."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dimensions.models import SmartDimension
from evaluations import follow_up, orders, rules
from evaluations.access import posted_version
from evaluations.actions import recommendations as actions
from evaluations.forms.recommendations import (
    CorrectionForm,
    MoveForm,
    RecommendationFilter,
    RecommendationForm,
)
from evaluations.models import Instrument, Recommendation, RecommendationSource
from evaluations.structure import structure_of
from evaluations.views.recommendation_page import page_of, recommendation_or_404
from evaluations.workflow import RECOMMENDATION
from opd.access import city_of, give_back, person, posted_key
from opd.actions.ladder import local_day
from opd.exchange.listing import BATCH, Listing
from opd.models import City, Opd, User
from opd.views.exports import respond
from opd.views.program_page import both_texts
from smartcity.lib import clock, paging
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.sorting import Sorting
from smartcity.lib.spreadsheets import OutColumn
from smartcity.lib.workflow import NotReady, WrongStatus

PAGE = 50


def listed(
    request: HttpRequest, user: User, city: City
) -> tuple[RecommendationFilter, Sorting, "QuerySet[Recommendation]"]:
    """The recommendations a person may see, as the address narrows and sorts them; page and files list the same."""
    if not rules.may_read_recommendations(user):
        raise PermissionDenied
    seen = Recommendation.objects.visible_to(user).of_city(city.pk)
    years = seen.order_by("-for_year").values_list("for_year", flat=True).distinct()
    filters = RecommendationFilter(
        request.GET,
        opds=Opd.objects.of_city(city).order_by("short"),
        dimensions=SmartDimension.objects.of_set(city.dimension_set_id),
        years=list(years),
    )
    rows = seen.narrowed(local_day(city, clock.now()), **filters.narrowing())
    sorting = orders.RECOMMENDATIONS.read(request.GET)
    return filters, sorting, rows.for_list().order_by(*sorting.fields)


@require_GET
def recommendations(request: HttpRequest) -> HttpResponse:
    """The register: who follows up what, until when, and how it stands."""
    user, city = person(request), city_of(request)
    filters, sorting, rows = listed(request, user, city)
    page = paging.page(rows, request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    may_keep = rules.may_keep_recommendations(user, city.pk)
    seen = Recommendation.objects.visible_to(user).of_city(city.pk)
    context = {
        "filters": filters,
        "sorting": sorting,
        "page": page,
        "rows": follow_up.rows_of(page.object_list, city),
        "counts": follow_up.counts(rows.order_by().values_list("status", flat=True)),
        "left": seen.unclosed().count(),
        "may_keep": may_keep,
        "to_carry": seen.to_carry(city.evaluation_year).count() if may_keep else 0,
        "year": str(city.evaluation_year),
    }
    return render(request, "evaluations/recommendation_list.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a workbook or CSV, narrowed and sorted as the page is."""
    user, city = person(request), city_of(request)
    _filters, _sorting, rows = listed(request, user, city)
    return respond(request, _listing(rows, user, city), f"rekomendasi-{city.evaluation_year}")


def _listing(rows: "QuerySet[Recommendation]", user: User, city: City) -> Listing:
    columns = [
        OutColumn(_("Number"), width=14),
        OutColumn(_("Shown in the evaluation of"), "year"),
        OutColumn(_("Source"), width=20),
        OutColumn(_("Where it is written"), width=28),
        OutColumn(_("Recommendation"), width=60),
        OutColumn(_("About"), width=20),
        OutColumn(_("Dimension"), width=24),
        OutColumn(_("Owner"), width=16),
        OutColumn(_("Due"), "date"),
        OutColumn(_("Status"), width=20),
        OutColumn(_("Steps done"), "number", 10),
        OutColumn(_("Steps"), "number", 10),
        OutColumn(_("Pieces of evidence"), "number", 10),
        OutColumn(_("What was done"), width=60),
    ]
    today = local_day(city, clock.now())

    def lines() -> Iterator[list[Any]]:
        row: Any
        for row in rows.iterator(chunk_size=BATCH):
            yield [
                row.code,
                row.for_year,
                str(RecommendationSource(row.source).label),
                row.reference,
                row.text,
                follow_up.about(row.section, row.question),
                str(row.dimension or ""),
                row.opd.short,
                row.due_on,
                follow_up.badge(row.status, late=row.is_late(today))["label"],
                row.steps_done,
                row.steps_all,
                row.pieces,
                row.done_note if follow_up.may_read_closing(user, row) else "",
            ]

    return Listing(_("Recommendations"), columns, lines())


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Write down what the letter, the minutes or the city itself recommends, and for whom."""
    user, city = person(request), city_of(request)
    if not rules.may_keep_recommendations(user, city.pk):
        raise PermissionDenied
    form = RecommendationForm(
        typed(request.POST) if request.method == "POST" else None, city=city, sections=_sections(city)
    )
    if request.method == "POST" and form.is_valid():
        row = actions.give(
            city=city, values=form.cleaned_data, by=user, key=posted_key(request, "recommendation", city.pk)
        )
        sentence = _("%(code)s is given to %(opd)s. Its people are told.")
        messages.success(request, sentence % {"code": row.code, "opd": row.opd.short})
        return redirect(row)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    return render(
        request, "evaluations/recommendation_form.html", context, status=422 if form.errors else 200
    )


def _sections(city: City) -> list[tuple[str, str]]:
    """The sections of the newest instrument of the city's dimension set, by name."""
    instrument = Instrument.objects.newest_first().filter(dimension_set=city.dimension_set_id).first()
    return [(row.code, str(row.name)) for row in structure_of(instrument).sections] if instrument else []


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One recommendation: owner, day, steps, what closes it, and everything that became of it."""
    row = recommendation_or_404(request, pk)
    return render(request, "evaluations/recommendation.html", page_of(request, row))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a recommendation and say why; when somebody was first, both texts are shown."""
    user, city, row = person(request), city_of(request), recommendation_or_404(request, pk)
    if not rules.may_correct_recommendation(user, row):
        raise PermissionDenied
    options: dict[str, Any] = {"city": city, "sections": _sections(city)}
    version = str(row.version)
    data = typed(request.POST) if request.method == "POST" else None
    form = CorrectionForm(data, instance=get_object_or_404(Recommendation, pk=pk), **options)
    if request.method == "POST":
        asked = posted_version(request)
        version = str(asked)
        if form.is_valid():
            try:
                actions.correct(
                    pk=pk, values=form.values(), reason=form.cleaned_data["reason"], version=asked, by=user
                )
            except StaleVersion as stale:
                return _conflict(request, form, CorrectionForm(instance=stale.current, **options))
            messages.success(request, _("The recommendation is corrected. Its history keeps the old words."))
            return redirect(row)
    context = {"form": form, "row": row, "version": version}
    return render(
        request, "evaluations/recommendation_form.html", context, status=422 if form.errors else 200
    )


def _conflict(request: HttpRequest, form: CorrectionForm, saved: CorrectionForm) -> HttpResponse:
    current = saved.instance
    conflict = both_texts(
        form,
        saved,
        action=reverse("evaluations:recommendation_edit", args=[current.pk]),
        back_url=current.get_absolute_url(),
        current=current,
        said="recommendation.corrected",
    )
    return render(request, "409.html", {"conflict": conflict}, status=409)


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Begin, propose, return, close, drop, open again: the moves of RECOMMENDATION in evaluations/workflow.py."""
    row = recommendation_or_404(request, pk)
    if name not in actions.BY_BUTTON:
        raise Http404
    form, version = MoveForm(typed(request.POST)), posted_version(request)
    if not form.is_valid():
        return _not_moved(request, row, " ".join(map(str, form.errors["note"])))
    try:
        actions.move(pk=pk, name=name, by=person(request), note=form.cleaned_data["note"], version=version)
    except StaleVersion:
        sentence = _("The recommendation was changed meanwhile. Read it again, then decide. [REC-STALE]")
        return _not_moved(request, row, sentence)
    except NotReady as refusal:
        reasons = " ".join(str(problem.text) for problem in refusal.problems)
        return _not_moved(
            request, row, _("Not possible yet. %(reasons)s Nothing was lost.") % {"reasons": reasons}
        )
    except WrongStatus as refusal:
        return _not_moved(request, row, str(refusal))
    messages.success(request, f"{row.code}: {RECOMMENDATION.moves[name].past}.")
    return redirect(row)


def _not_moved(request: HttpRequest, row: Recommendation, sentence: str) -> HttpResponse:
    """Say why, and give the words back that were typed with it."""
    messages.error(request, sentence)
    give_back(request, request.POST.get("note", ""))
    return redirect(row)


@require_POST
def carry(request: HttpRequest) -> HttpResponse:
    """Carry everything that is not closed to the evaluation of the year worked on."""
    city = city_of(request)
    carried = actions.carry_over(city=city, by=person(request))
    if carried:
        sentence = ngettext(
            "%(count)s recommendation is carried to the evaluation of %(year)s.",
            "%(count)s recommendations are carried to the evaluation of %(year)s.",
            len(carried),
        )
        messages.success(request, sentence % {"count": len(carried), "year": city.evaluation_year})
    else:
        messages.info(request, _("Nothing is left to carry over."))
    return redirect(f"{reverse('evaluations:recommendations')}?year={city.evaluation_year}")
