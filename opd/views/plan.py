"""The masterplan itself: what it promises, how far it is carried out, and what the planner keeps of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dimensions.models import SmartDimension
from opd import rules
from opd.access import city_of, person, posted_version
from opd.actions import plan as actions
from opd.forms.plan import CityBudgetForm, MasterPlanForm, NewYearForm
from opd.models import City, CityBudget, MasterPlan, PlanTally, Program, User
from opd.presentation.plan import state_counts
from opd.presentation.quick_wins import tile_html
from opd.views.program_page import both_texts
from smartcity.lib import clock, dates, decimals
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion

MOST_WAITING = 50


@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """Regulation, period, vision, strategies; counts of a year; and what waits for this person's decision."""
    user, city = person(request), city_of(request)
    if not rules.may_see_plan(user):
        raise PermissionDenied
    year = _year(request, city)
    found = MasterPlan.objects.shown_in(city)
    counts = state_counts(PlanTally.objects.visible_to(user).of_year(city.pk, year))
    budgets = CityBudget.objects.by_year(city.pk)
    context = {
        "plan": found,
        "year": year,
        "out_of_period": found is not None and not found.covers(year),
        "counts": counts,
        "dimensions": _dimensions(city, found, counts),
        "budgets": [_budget_row(row) for row in budgets.values()],
        "share": _share(counts["money"]["apbd"], budgets.get(year)),
        "waiting": _waiting(user, city),
        "may_keep": rules.may_keep_plan(user, city.pk),
        "years": range(found.year_from, max(found.year_to, city.evaluation_year) + 1) if found else [year],
        "whole_city": not user.opds() or bool(user.cities("reviewer", "planner", "auditor", "leadership")),
    }
    return render(request, "opd/plan.html", context)


def _year(request: HttpRequest, city: City) -> int:
    form = NewYearForm(request.GET)
    return form.cleaned_data["year"] if form.is_valid() else city.evaluation_year


def _dimensions(city: City, found: MasterPlan | None, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Each dimension with its strategies and how many of its programmes stand where."""
    strategies: dict[int, list[Any]] = {}
    for row in found.strategies.all() if found else ():
        strategies.setdefault(row.dimension_id, []).append(row)
    rows = []
    for dimension in SmartDimension.objects.of_set(city.dimension_set_id):
        cell = counts["by_dimension"].get(dimension.pk, {})
        rows.append(
            {
                "code": dimension.code,
                "name": str(dimension),
                "tile": tile_html(dimension),
                "strategies": strategies.get(dimension.pk, []),
                "programs": cell.get("programs", 0),
                "states": [
                    {"label": state["label"], "count": cell.get(state["name"], 0)}
                    for state in counts["states"]
                ],
                "url": f"{reverse('opd:programs')}?dimension={dimension.code}",
            }
        )
    return rows


def _budget_row(row: CityBudget) -> dict[str, Any]:
    return {
        "year": row.year,
        "total": decimals.money(row.total),
        "source": row.source,
        "sample": row.sample,
    }


def _share(apbd: Any, budget: CityBudget | None) -> str:
    return decimals.percent(apbd, budget.total, places=2) if budget else ""


def _waiting(user: User, city: City) -> list[dict[str, Any]]:
    """Programmes this person approves or returns, the longest wait first; agencies repeat, so each is asked once."""
    if not user.has_role("planner", "reviewer", city_id=city.pk):
        return []
    mine: dict[int, bool] = {}
    rows = []
    for row in Program.objects.visible_to(user).of_city(city.pk).waiting()[:MOST_WAITING]:
        if mine.setdefault(row.opd_id, rules.may_approve_program(user, row)):
            assert row.submitted_at is not None  # the constraint program_submitted_has_time
            rows.append(
                {
                    "url": row.get_absolute_url(),
                    "code": row.code,
                    "name": row.name,
                    "tile": tile_html(row.dimension),
                    "opd": row.opd.short,
                    "waiting": dates.duration(clock.now() - row.submitted_at),
                    "submitted": dates.wib(row.submitted_at),
                }
            )
    return rows


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The planner enters or changes the masterplan and its strategies."""
    user, city = person(request), city_of(request)
    if not rules.may_keep_plan(user, city.pk):
        raise PermissionDenied
    found = MasterPlan.objects.shown_in(city)
    dimensions = list(SmartDimension.objects.of_set(city.dimension_set_id))
    version = found.version if found else 0
    form = MasterPlanForm(
        typed(request.POST) if request.method == "POST" else None,
        instance=found or MasterPlan(city=city),
        dimensions=dimensions,
    )
    if request.method == "POST":
        sent = posted_version(request)
        if form.is_valid():
            try:
                actions.save_plan(
                    city=city,
                    pk=found.pk if found else None,
                    values=form.columns(),
                    strategies=form.strategies(),
                    version=sent,
                    by=user,
                )
            except StaleVersion as stale:
                return _plan_conflict(request, form, stale.current, dimensions)
            messages.success(request, _("The masterplan is saved."))
            return redirect("opd:plan")
    context = {"form": form, "plan": found, "version": str(version)}
    return render(request, "opd/plan_form.html", context, status=422 if form.errors else 200)


def _plan_conflict(
    request: HttpRequest, form: MasterPlanForm, current: MasterPlan, dimensions: list[SmartDimension]
) -> HttpResponse:
    conflict = both_texts(
        form,
        MasterPlanForm(instance=current, dimensions=dimensions),
        action=reverse("opd:plan_edit"),
        back_url=reverse("opd:plan_edit"),
        current=current,
        said="plan.saved",
    )
    return render(request, "409.html", {"conflict": conflict}, status=409)


@require_http_methods(["GET", "POST"])
def budget(request: HttpRequest, year: int) -> HttpResponse:
    """The planner sets the whole APBD of a year, against which shares are measured."""
    user, city = person(request), city_of(request)
    if not rules.may_keep_plan(user, city.pk):
        raise PermissionDenied
    if not NewYearForm({"year": year}).is_valid():
        raise Http404
    row = city.budgets.filter(year=year).first()
    form = CityBudgetForm(
        typed(request.POST) if request.method == "POST" else None,
        instance=row or CityBudget(city=city, year=year),
    )
    version = row.version if row else 0
    if request.method == "POST":
        sent = posted_version(request)
        if form.is_valid():
            try:
                actions.save_budget(city=city, year=year, values=form.cleaned_data, version=sent, by=user)
            except StaleVersion as stale:
                conflict = both_texts(
                    form,
                    CityBudgetForm(instance=stale.current),
                    action=reverse("opd:city_budget", args=[year]),
                    back_url=reverse("opd:city_budget", args=[year]),
                    current=stale.current,
                    said="budget.saved",
                )
                return render(request, "409.html", {"conflict": conflict}, status=409)
            messages.success(request, _("The APBD of %(year)s is saved.") % {"year": year})
            return redirect(f"{reverse('opd:plan')}?year={year}#budget")
    context = {"form": form, "year": year, "version": str(version), "new": row is None}
    return render(request, "opd/city_budget.html", context, status=422 if form.errors else 200)
