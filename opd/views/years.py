"""From one year to the next: start it from the last, compare them, let a quick win go on."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opd import actions, rules
from opd.access import city_of, person, quick_win_or_404
from opd.models import MasterPlan, PlanTally, Program, ProgramYear, QuickWin, State, Tally
from opd.models.tally import STATES
from opd.trend import SET, gathered, plan_note
from smartcity.lib import decimals

MOST = 50


@require_GET
def years(request: HttpRequest) -> HttpResponse:
    """The years side by side, and what was carried over and waits for the agency's word."""
    user, city = person(request), city_of(request)
    if not rules.may_see_plan(user):
        raise PermissionDenied
    plans = {row["year"]: row for row in PlanTally.objects.visible_to(user).plans_by_year(city.pk)}
    quick_wins = {row["year"]: row for row in Tally.objects.visible_to(user).quick_wins_by_year(city.pk)}
    recorded = QuickWin.objects.visible_to(user).of_city(city.pk).recorded_by_year()
    for (
        year,
        count,
    ) in recorded.items():  # of the years before the portal: outside the procedure, so in no summary
        row = quick_wins.setdefault(year, {"quick_wins": 0, "verified": 0})
        row |= {"quick_wins": row["quick_wins"] + count, "recorded": count}
    seen = PlanTally.objects.visible_to(user).of_city(city.pk).filter(programs__gt=0)
    every = sorted(plans.keys() | quick_wins.keys())[-6:]
    carried = ProgramYear.objects.waiting_for_word(user).select_related("program__opd")
    context = {
        "years": every,
        "rows": _compared(
            [plans.get(year, {}) for year in every], [quick_wins.get(year, {}) for year in every]
        ),
        "carried": [
            {
                "pk": row.program_id,
                "year": row.year,
                "title": row.program.name,
                "url": row.program.get_absolute_url(),
            }
            for row in carried[:MOST]
        ],
        "note": plan_note(gathered(seen.values_list("year", SET).distinct())),
        "sample": MasterPlan.objects.has_sample_programs(city.pk),
        "may_start": rules.may_keep_plan(user, city.pk),
    }
    return render(request, "opd/years.html", context)


def _compared(plans: list[dict[str, Any]], quick_wins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line per measure, one cell per year."""

    def line(label: str, cells: list[str], *, head: bool = False) -> dict[str, Any]:
        return {"label": label, "cells": cells, "head": head}

    def numbers(rows: list[dict[str, Any]], name: str) -> list[str]:
        return [decimals.display(row[name], 0) if row else "–" for row in rows]

    def money(name: str) -> list[str]:
        return [decimals.money(row[name]) if row else "–" for row in plans]

    recorded = [decimals.display(row.get("recorded", 0), 0) if row else "–" for row in quick_wins]
    return [
        line(_("Work programmes"), numbers(plans, "programs"), head=True),
        *(line(str(State(name.upper()).label), numbers(plans, name)) for name in STATES),
        line(_("State not known"), numbers(plans, "unknown")),
        line(_("With a target"), numbers(plans, "with_target"), head=True),
        line(_("Target reached"), numbers(plans, "reached")),
        line(_("Budget from APBD"), money("budget_apbd"), head=True),
        line(_("Budget from other sources"), money("budget_other")),
        line(_("Money absorbed"), money("absorbed")),
        line(_("Quick wins"), numbers(quick_wins, "quick_wins"), head=True),
        line(_("Verified"), numbers(quick_wins, "verified")),
        *(
            [line(_("From public sources"), recorded)]
            if any(row.get("recorded") for row in quick_wins)
            else []
        ),
    ]


@require_http_methods(["GET", "POST"])
def year_start(request: HttpRequest) -> HttpResponse:
    """Preview what goes on, carry it over once; then, as a step of its own, let the city work on the new year."""
    user, city = person(request), city_of(request)
    if not rules.may_keep_plan(user, city.pk):
        raise PermissionDenied
    year = city.evaluation_year + 1
    if request.method == "POST":
        if request.POST.get("year") != str(year):
            messages.info(request, _("This year was started already."))
            return redirect("opd:year_start")
        if "switch" in request.POST:
            if request.POST.get("sure") != "yes":
                messages.error(request, _("Tick the box first: everybody's pages change to the new year."))
                return redirect("opd:year_start")
            actions.switch_year(city_id=city.pk, year=year, by=user)
            messages.success(request, _("The city now works on %(year)s.") % {"year": year})
            return redirect("opd:years")
        same = request.POST.get("targets") == "same"
        count = actions.start_year(city_id=city.pk, year=year, same_targets=same, by=user)
        messages.success(
            request, _("Carried over into %(year)s: %(count)s programmes.") % {"year": year, "count": count}
        )
        return redirect("opd:year_start")
    rows = ProgramYear.objects.carried_into(city.pk, year)
    context = {
        "year": year,
        "last": city.evaluation_year,
        "counts": _states(rows),
        "total": rows.count(),
        "without_target": rows.filter(target__isnull=True).count(),
        "ended": ProgramYear.objects.ended_in(city.pk, city.evaluation_year).count(),
        "started": ProgramYear.objects.begun_in(city.pk, year).count(),
        "programs": [
            {"title": row.program.name, "code": row.program.code, "opd": row.program.opd.short}
            for row in rows[:MOST]
        ],
        "more": max(0, rows.count() - MOST),
    }
    return render(request, "opd/year_start.html", context)


def _states(rows: Any) -> list[dict[str, Any]]:
    counts = rows.by_state()
    return [
        {"label": str(State(name).label) if name else _("State not known"), "count": n} for name, n in counts
    ]


@require_POST
def confirm(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """The agency confirms the figures that were carried over."""
    program = get_object_or_404(Program.objects.visible_to(person(request)), pk=pk)
    actions.confirm_year(pk=program.pk, year=year, by=person(request))
    messages.success(request, _("Confirmed: %(name)s, %(year)s.") % {"name": program.name, "year": year})
    return redirect("opd:years")


@require_POST
def continue_quick_win(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with this quick win next year: a draft that knows where it comes from."""
    quick_win = quick_win_or_404(request, pk)
    new = actions.continue_quick_win(pk=quick_win.pk, by=person(request))
    messages.success(
        request,
        _("%(code)s goes on from %(old)s. Its figures begin anew.")
        % {"code": new.code, "old": quick_win.code},
    )
    return redirect("opd:quick_win", new.pk)
