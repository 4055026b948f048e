"""Programmes of the masterplan: list, enter, read, change section by section, give each year its figures, move on."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dimensions.models import SmartDimension
from opd import actions, orders, rules
from opd.access import city_of, give_back, person, posted_key, posted_version
from opd.forms.plan import SECTION_FORMS, NewProgramForm, NewYearForm, ProgramFilter, YearForm
from opd.forms.quick_wins import MoveForm
from opd.models import City, MasterPlan, Opd, PlanTally, Program, ProgramYear, QuickWin, User
from opd.presentation.plan import (
    opd_name,
    plan_badge,
    plan_badge_html,
    program_history,
    program_rows,
    state_badge_html,
    state_history,
    year_rows,
)
from opd.presentation.quick_wins import tile_html
from opd.views.program_page import (
    both_texts,
    editable_program,
    moves,
    program_form,
    program_or_404,
    saved_parts,
)
from opd.workflow import PROGRAM
from smartcity.lib import clock, dates, decimals, lines, paging
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus

PAGE = 50


@require_GET
def programs(request: HttpRequest) -> HttpResponse:
    """The list: of one's agency and what it supports, or of the city for those who see it."""
    user, city = person(request), city_of(request)
    if not rules.may_see_plan(user):
        raise PermissionDenied
    dimensions = PlanTally.objects.dimensions_of(city)
    filters = ProgramFilter(
        request.GET,
        dimensions=dimensions,
        opds=Opd.objects.of_city(city),
        usual={"year": city.evaluation_year},
    )
    year = filters.chosen("year") or city.evaluation_year
    found = Program.objects.visible_to(user).of_city(city.pk).narrowed(**filters.narrowing(year)).lines()
    sorting = orders.PROGRAMS.read(request.GET)
    page = paging.page(found, request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    context = {
        "filters": filters,
        "sorting": sorting,
        "page": page,
        "lines": lines.draw("opd/parts/program_line.html", _list_rows(page.object_list, dimensions, year)),
        "many": decimals.display(paging.MOST_COUNTED, 0),
        "year": year,
        "may_create": _may_create(user, city),
        "query": request.GET.urlencode(),
    }
    return render(request, "opd/program_list.html", context)


def _list_rows(
    found: list[dict[str, Any]], dimensions: list[SmartDimension], year: int
) -> list[dict[str, str]]:
    """What each line says, ready to print."""
    tiles = {row.pk: tile_html(row) for row in dimensions}
    if elsewhere := {line["dimension_id"] for line in found} - tiles.keys():
        tiles |= {row.pk: tile_html(row) for row in SmartDimension.objects.filter(pk__in=elsewhere)}
    states = ProgramYear.objects.states([line["pk"] for line in found], year)
    address = paging.addresses("opd:program")
    return [
        {
            "url": address(line["pk"]),
            "code": line["code"],
            "name": line["name"],
            "dimension": tiles[line["dimension_id"]],
            "opd": line["opd__short"],
            "state": state_badge_html(states.get(line["pk"])),
            "status": plan_badge_html(line["status"]),
            "changed": dates.short_date(line["updated_at"]),
        }
        for line in found
    ]


def _may_create(user: User, city: City) -> bool:
    return rules.may_create(user) or rules.may_keep_plan(user, city.pk)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A programme needs an agency, a place among the dimensions, a code and a name; the rest follows."""
    user, city = person(request), city_of(request)
    plan = MasterPlan.objects.shown_in(city)
    if not _may_create(user, city):
        raise PermissionDenied
    if plan is None:
        messages.info(request, _("The planner enters the masterplan first; programmes follow."))
        return redirect("opd:plan")
    keeper = rules.may_keep_plan(user, city.pk)
    opds = Opd.objects.of_city(city).in_force_today() if keeper else Opd.objects.entered_by(user.opds())
    if not opds:
        raise PermissionDenied
    key = posted_key(request)
    if key and (first := Program.objects.filter(idempotency_key=key, created_by=user).first()):
        return redirect("opd:program_edit", first.pk)  # pressed twice: the code is its own
    blank = Program(city=city, plan=plan, opd=opds[0], created_by=user)
    form = NewProgramForm(
        typed(request.POST) if request.method == "POST" else None, instance=blank, opds=opds
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            program = actions.create_program(
                by=user, plan=plan, opd=values.pop("opd", opds[0]), values=values, key=key
            )
            return redirect("opd:program_edit", program.pk)
        except IntegrityError:  # somebody took the code at the same moment
            form.add_error(
                "code", _("This code is already used in the masterplan. Choose another one. [PRG-CODE]")
            )
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex, "plan": plan}
    return render(request, "opd/program_create.html", context, status=422 if form.errors else 200)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read one programme: its fields, the table of its years, what belongs to it, and its history."""
    user, program = person(request), program_or_404(request, pk)
    context = {
        "program": program,
        "dimension": program.dimension,
        "opd": opd_name(program.opd),
        "status": plan_badge(program.status),
        "rows": program_rows(program),
        "years": year_rows(program, program.years.order_by("year")),
        "supporting": list(program.supporting.order_by("short")),
        "quick_wins": QuickWin.objects.visible_to(user).of_program(program),
        "history": program_history(program.events.all()),
        "states": state_history(program, program.state_changes.all()),
        "may_edit": rules.may_edit_program(user, program),
        **moves(user, program),
    }
    return render(request, "opd/program_detail.html", context)


@require_GET
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form: every section saves by itself, and the years stand in their own table."""
    program = editable_program(request, pk)
    return render(request, "opd/program_form.html", program_form(person(request), program))


@require_POST
def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Save one section, all of it or nothing: what cannot be read stays in the form with its sentence."""
    user, program = person(request), editable_program(request, pk)
    if section not in SECTION_FORMS:
        raise Http404
    version, by_script = posted_version(request), request.headers.get("X-Requested-With") == "autosave"
    form = SECTION_FORMS[section](typed(request.POST), instance=program, by=user)
    saved = None
    if form.is_valid():
        program.refresh_from_db()  # validating wrote the typed values onto the instance
        try:
            saved = actions.save_program(pk=pk, values=_values(form, user, program), version=version, by=user)
        except StaleVersion as stale:
            return _conflict(request, form, section, stale.current, by_script)
        except IntegrityError:  # somebody took the code at the same moment
            form.add_error(
                "code", _("This code is already used in the masterplan. Choose another one. [PRG-CODE]")
            )
    current = saved or program_or_404(request, pk)
    if by_script:
        parts = saved_parts(request, current, user, form.errors)
        return JsonResponse(parts, status=422 if form.errors else 200)
    if form.errors:
        messages.error(request, _("Not saved yet: something could not be read. It is marked below."))
        return render(request, "opd/program_form.html", program_form(user, current, typed=form), status=422)
    messages.success(request, _("Saved %(at)s.") % {"at": dates.clock_time(clock.now())})
    return redirect(f"{reverse('opd:program_edit', args=[pk])}#section-{section}")


def _values(form: Any, user: User, program: Program) -> dict[str, Any]:
    """The cleaned values; a quick win this person may not see stays linked."""
    values: dict[str, Any] = dict(form.cleaned_data)
    if "quick_wins" in values:
        unseen = program.quick_wins.exclude(pk__in=QuickWin.objects.visible_to(user).values("pk"))
        values["quick_wins"] = [*values["quick_wins"], *unseen]
    return values


def _conflict(
    request: HttpRequest, form: Any, section: str, current: Program, by_script: bool
) -> HttpResponse:
    conflict = both_texts(
        form,
        SECTION_FORMS[section](instance=current, by=person(request)),
        action=reverse("opd:program_section", args=[current.pk, section]),
        back_url=f"{reverse('opd:program_edit', args=[current.pk])}#section-{section}",
        current=current,
        said="program.saved",
    )
    if by_script:
        html = render(request, "components/conflict.html", {"conflict": conflict}).content.decode()
        return JsonResponse({"conflict_html": html}, status=409)
    return render(request, "409.html", {"conflict": conflict}, status=409)


@require_http_methods(["GET", "POST"])
def year(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """Target, budget and, until reports tell them, the figures of one year."""
    user, program = person(request), editable_program(request, pk)
    if not NewYearForm({"year": year}).is_valid():
        raise Http404
    reported = program.is_reported(year)
    row = program.years.filter(year=year).first()
    form = YearForm(
        typed(request.POST) if request.method == "POST" else None,
        instance=row or ProgramYear(program=program, year=year),
        reported=reported,
    )
    if request.method == "POST":
        version = posted_version(request)
        if form.is_valid():
            try:
                actions.save_program_year(
                    pk=pk, year=year, values=form.cleaned_data, by=user, version=version
                )
            except StaleVersion as stale:
                return _year_conflict(request, form, stale.current, year, reported)
            messages.success(request, _("The figures of %(year)s are saved.") % {"year": year})
            return redirect(f"{reverse('opd:program_edit', args=[pk])}#years")
    context = {
        "program": program,
        "form": form,
        "year": year,
        "reported": reported,
        "version": str(program.version),
        "new": row is None,
    }
    return render(request, "opd/program_year.html", context, status=422 if form.errors else 200)


def _year_conflict(
    request: HttpRequest, form: YearForm, current: Program, year: int, reported: bool
) -> HttpResponse:
    there = current.years.filter(year=year).first() or ProgramYear(program=current, year=year)
    conflict = both_texts(
        form,
        YearForm(instance=there, reported=reported),
        action=reverse("opd:program_year", args=[current.pk, year]),
        back_url=reverse("opd:program_year", args=[current.pk, year]),
        current=current,
        said="program.year_saved",
    )
    return render(request, "409.html", {"conflict": conflict}, status=409)


@require_GET
def new_year(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the form of the year that was typed."""
    program = editable_program(request, pk)
    form = NewYearForm(request.GET)
    if not form.is_valid():
        messages.error(request, _("Write a year between 2017 and 2100."))
        return redirect(f"{reverse('opd:program_edit', args=[pk])}#years")
    return redirect("opd:program_year", program.pk, form.cleaned_data["year"])


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, return, approve, reopen: every move of PROGRAM in opd/workflow.py."""
    program = program_or_404(request, pk)
    if name not in PROGRAM.moves:
        raise Http404
    form = MoveForm(typed(request.POST))
    if not form.is_valid():
        return _not_moved(request, program, " ".join(map(str, form.errors["note"])))
    try:
        program = actions.move_program(pk=pk, name=name, by=person(request), note=form.cleaned_data["note"])
    except NotReady as refusal:
        reasons = ", ".join(str(problem.text) for problem in refusal.problems)
        sentence = _("Not possible yet. Still missing: %(reasons)s. Nothing was lost.") % {"reasons": reasons}
        return _not_moved(request, program, sentence)
    except WrongStatus as refusal:
        return _not_moved(request, program, str(refusal))
    messages.success(request, f"{program.code}: {PROGRAM.moves[name].past}.")
    return redirect(program)


def _not_moved(request: HttpRequest, program: Program, sentence: str) -> HttpResponse:
    """Say why, and give the words back that were typed with it."""
    messages.error(request, sentence)
    give_back(request, request.POST.get("note", ""))
    return redirect(program)
