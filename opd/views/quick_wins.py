"""Quick wins: list, create, read, fill in section by section, and every move."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dimensions.models import SmartDimension
from opd import actions, orders, rules
from opd.access import (
    city_of,
    editable_quick_win,
    give_back,
    person,
    posted_key,
    posted_version,
    quick_win_or_404,
)
from opd.forms.quick_wins import SECTION_FORMS, CreateForm, ListFilter, MoveForm, readable_of, unreadable_of
from opd.models import Evidence, Opd, Program, QuickWin, Status, Tally
from opd.payload import counted_of, quick_win_payload
from opd.presentation.plan import opd_name
from opd.presentation.quick_wins import (
    badge,
    badge_html,
    evidence_row,
    field_rows,
    history_rows,
    meter,
    receipt_row,
    small_html,
    tile_html,
)
from opd.views.form_page import conflict_context, form_page, saved_parts
from opd.workflow import QUICK_WIN
from smartcity.lib import clock, dates, decimals, lines, paging
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus

PAGE = 50


@require_GET
def quick_wins(request: HttpRequest) -> HttpResponse:
    """The list: of one's agency, or of the city for those who see it."""
    user, city = person(request), city_of(request)
    if not rules.may_list(user):
        raise PermissionDenied
    dimensions = Tally.objects.dimensions_of(city)
    filters = ListFilter(
        request.GET,
        dimensions=dimensions,
        opds=Opd.objects.of_city(city),
        statuses=Status.choices,
        usual={"year": city.evaluation_year},
    )
    year = filters.chosen("year") or city.evaluation_year
    rows = QuickWin.objects.visible_to(user).of_city(city.pk).in_year(year)
    found = rows.narrowed(**filters.wanted()).lines()
    sorting = orders.QUICK_WINS.read(request.GET)
    page = paging.page(found, request.GET.get("page", ""), order=sorting.fields, size=PAGE)
    context = {
        "filters": filters,
        "sorting": sorting,
        "page": page,
        "lines": lines.draw("opd/parts/quick_win_line.html", _list_rows(page.object_list, dimensions)),
        "many": decimals.display(paging.MOST_COUNTED, 0),
        "year": year,
        "may_create": rules.may_create(user),
    }
    return render(request, "opd/quick_win_list.html", context)


def _list_rows(found: list[dict[str, Any]], dimensions: list[SmartDimension]) -> list[dict[str, str]]:
    """What each line says, ready to print."""
    tiles = {row.pk: tile_html(row) for row in dimensions}
    if elsewhere := {line["dimension_id"] for line in found} - tiles.keys():
        # An earlier year may have had another set of dimensions.
        tiles |= {row.pk: tile_html(row) for row in SmartDimension.objects.filter(pk__in=elsewhere)}
    address = paging.addresses("opd:quick_win")
    unsure = small_html(_("not confirmed"))
    rows = []
    for line in found:
        told = line["told_name"] is not None  # back with another agency: what it writes there is its own
        name, acronym = (line[f"told_{key}" if told else key] for key in ("name", "acronym"))
        rows.append(
            {
                "url": address(line["pk"]),
                "title": acronym or name,
                "name": small_html(name) if acronym else "",
                "dimension": tiles[line["dimension_id"]],
                "opd": line["opd__short"],
                "confirmed": "" if line["owner_confirmed"] else unsure,
                "status": badge_html(line["status"]),
                "complete": "" if told else f"{line['filled']}/{line['total']}",
                "changed": dates.short_date(line["updated_at"]),
            }
        )
    return rows


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A draft needs an agency, a dimension and a name; the rest follows section by section."""
    user, city = person(request), city_of(request)
    if not rules.may_create(user):
        raise PermissionDenied
    opds = Opd.objects.entered_by(user.opds())
    if not opds:
        raise PermissionDenied
    blank = QuickWin(city=city, year=city.evaluation_year, opd=opds[0], created_by=user)
    form = CreateForm(typed(request.POST) if request.method == "POST" else None, instance=blank, opds=opds)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        quick_win = actions.create_quick_win(
            by=user,
            opd=values.pop("opd", opds[0]),
            year=city.evaluation_year,
            values=values,
            key=posted_key(request),
        )
        return redirect("opd:quick_win_edit", quick_win.pk)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex, "year": city.evaluation_year}
    return render(request, "opd/quick_win_create.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read one quick win with its history; reviewers read what was last submitted."""
    user, quick_win = person(request), quick_win_or_404(request, pk)
    owner = rules.is_owner(user, quick_win)
    last = quick_win.submissions.order_by("-sequence").first()
    payload = quick_win_payload(quick_win) if owner or last is None else last.payload
    pieces = Evidence.objects.visible_to(user).of(quick_win).for_list()
    line = list(QuickWin.objects.visible_to(user).line_of(quick_win))
    context = {
        "quick_win": quick_win,
        "subtitle": quick_win.subtitle,
        "dimension": payload["dimension"],
        "opd": opd_name(quick_win.opd),
        "programs": Program.objects.visible_to(user).of_quick_win(quick_win),
        "status": badge(quick_win.status),
        "rows": field_rows(payload, skip=["name", "acronym", "dimension"]),
        "note": quick_win.note if owner else "",
        "evidence": [evidence_row(piece, year=quick_win.year) for piece in pieces],
        "history": history_rows(quick_win.events.all(), inside=owner),
        "receipts": [receipt_row(receipt) for receipt in quick_win.submissions.order_by("-sequence")],
        "meter": meter(
            *((quick_win.filled, quick_win.total) if owner or last is None else counted_of(payload))
        ),
        "may_edit": rules.may_edit(user, quick_win),
        "may_review": rules.may_note(user, quick_win),
        "line": [
            {
                "url": row.get_absolute_url(),
                "code": row.code,
                "title": row.title,
                "earlier": row.year < quick_win.year,
            }
            for row in line
        ],
        "may_continue": rules.may_continue(user, quick_win)
        and all(row.year < quick_win.year for row in line),
        "offers": [
            offer
            for offer in QUICK_WIN.offered_to(user, quick_win)
            if offer.move.name not in ("return", "verify")  # these are decided on the review page
        ],
        "edit_url": reverse("opd:quick_win_edit", args=[quick_win.pk]),
        "key": uuid.uuid4().hex,
    }
    return render(request, "opd/quick_win_detail.html", context)


@require_GET
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form: every section saves by itself, what is missing stays in sight."""
    quick_win = editable_quick_win(request, pk)
    return render(request, "opd/quick_win_form.html", form_page(person(request), quick_win))


@require_POST
def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Save one section. What cannot be read is kept with its sentence; a stale version shows both texts."""
    quick_win = editable_quick_win(request, pk)
    if section not in SECTION_FORMS:
        raise Http404
    version = posted_version(request)
    form = SECTION_FORMS[section](typed(request.POST), instance=quick_win)
    form.is_valid()
    quick_win.refresh_from_db()  # validating wrote the typed values onto the instance
    by_script = request.headers.get("X-Requested-With") == "autosave"
    try:
        saved = actions.save_section(
            pk=pk,
            section=section,
            values=readable_of(form, section),
            unreadable=unreadable_of(form),
            version=version,
            by=person(request),
        )
    except StaleVersion as stale:
        context = {"conflict": conflict_context(form, section, stale.current)}
        if by_script:
            html = render(request, "components/conflict.html", context).content.decode()
            return JsonResponse({"conflict_html": html}, status=409)
        return render(request, "409.html", context, status=409)
    if by_script:
        return JsonResponse(saved_parts(request, saved, form, section))
    if form.errors:
        messages.warning(
            request, _("Saved, except what could not be read. It is marked below; your text is kept.")
        )
    else:
        messages.success(request, _("Saved %(at)s.") % {"at": dates.clock_time(clock.now())})
    return redirect(f"{reverse('opd:quick_win_edit', args=[pk])}#section-{section}")


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Every move goes through here: submit, return, verify and the others of opd/workflow.py."""
    quick_win = quick_win_or_404(request, pk)
    if name not in QUICK_WIN.moves:
        raise Http404
    form = MoveForm(typed(request.POST))
    if not form.is_valid():
        return _not_moved(request, quick_win, " ".join(map(str, form.errors["note"])))
    note = form.cleaned_data["note"]
    try:
        quick_win = actions.move(pk=pk, name=name, by=person(request), note=note, key=posted_key(request, pk))
    except NotReady as refusal:
        reasons = ", ".join(str(problem.text) for problem in refusal.problems)
        sentence = _("Not possible yet. Still missing: %(reasons)s. Nothing was lost.") % {"reasons": reasons}
        return _not_moved(request, quick_win, sentence)
    except WrongStatus as refusal:
        return _not_moved(request, quick_win, str(refusal))
    messages.success(request, _done(quick_win, name))
    return redirect("opd:queue" if name in ("return", "verify") else quick_win)


def _not_moved(request: HttpRequest, quick_win: QuickWin, sentence: str) -> HttpResponse:
    """Say why, give the words back that were typed with it, and return to where the button stood."""
    messages.error(request, sentence)
    give_back(request, request.POST.get("note", ""))
    return redirect(_back(request, quick_win))


def _back(request: HttpRequest, quick_win: QuickWin) -> str:
    """The page the button stood on: the review for reviewers, else the quick win."""
    if rules.may_note(person(request), quick_win):
        return reverse("opd:review", args=[quick_win.pk])
    return quick_win.get_absolute_url()


def _done(quick_win: QuickWin, name: str) -> str:
    """The sentence after a move; a submission names its receipt."""
    if name == "submit":
        receipt = quick_win.submissions.order_by("-sequence")[0]
        return _("%(title)s is submitted. Number %(number)s, %(at)s.") % {
            "title": quick_win.title,
            "number": receipt.number,
            "at": dates.wib(receipt.at),
        }
    return f"{quick_win.title}: {QUICK_WIN.moves[name].past}."
