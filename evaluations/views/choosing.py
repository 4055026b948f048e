"""Choosing documents of the bank as evidence, in two steps: tick them, then say how they are to be shown here."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from evaluations import bank, choosing, rules
from evaluations.access import answer_or_404, item_or_404
from evaluations.actions.choosing import show_documents
from evaluations.actions.clarifications import ReplyTooLate
from evaluations.choosing import Place
from evaluations.forms.choosing import ChooseFilter, ChosenForm
from evaluations.views.bank_page import line_of
from evaluations.views.recommendation_page import recommendation_or_404
from opd.access import city_of, editable_or_404, person, posted_key
from opd.models import Document, Progress, QuickWin
from opd.presentation.meetings import today_in
from smartcity.lib import clock, files, paging
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus

PAGE, MOST = 10, 20


@require_GET
def choose(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The first step: search the bank as far as one sees it, and tick. Ticks stay when the list is searched again."""
    user, place = person(request), place_or_404(request, kind, pk)
    today, filters = today_in(city_of(request)), ChooseFilter(request.GET, opds=[])
    rows = choosing.offered(user, place)
    ticked = list(rows.filter(pk__in=_ticked(request.GET.getlist("document"))).for_list())
    asked = bank.narrowed(rows, user, year=place.year, today=today, asked=filters.asked())
    found = asked.exclude(pk__in=[row.pk for row in ticked]).for_list()
    page = paging.page(found, request.GET.get("page", ""), order=("-pk",), size=PAGE)
    there = choosing.shown_already(place)

    def line(row: Document) -> dict[str, Any]:
        return line_of(user, row, place.year, today) | {"pk": row.pk, "there": row.key in there}

    context = {
        "place": place,
        "filters": filters,
        "narrowed": filters.narrows(),
        "chosen": [line(row) for row in ticked],
        "rows": [line(row) for row in page.object_list],
        "page": page,
        "choose_url": reverse("evaluations:bank_choose", args=[kind, pk]),
        "show_url": reverse("evaluations:bank_show", args=[kind, pk]),
    }
    return render(request, "evaluations/document_choose.html", context)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The second step: name, page and, where it is of an earlier year, "still valid?"; then they stand there."""
    place = place_or_404(request, kind, pk)
    posted = request.method == "POST"
    documents = _chosen(request, place)
    if not documents:
        messages.error(request, _("Tick at least one document first."))
        return redirect("evaluations:bank_choose", kind, pk)
    forms, status, stale = _forms(request, place, documents), 200, False
    if posted:
        wrong = [form for form in forms if not form.is_valid()]
        try:
            if not wrong:
                return _shown(request, place, forms)
        except StaleVersion:
            stale = True
        except (files.Refused, WrongStatus, ReplyTooLate) as refusal:
            messages.error(request, str(refusal))
            return redirect(place.url)
        status = 409 if stale else 422
        if stale:  # as they are now, without those that are offered no more
            documents = _offered(request, place, request.POST)
    context = {
        "place": place,
        "rows": _rows(request, place, documents, forms),
        "stale": stale,
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "choose_url": reverse("evaluations:bank_choose", args=[kind, pk]),
    }
    return render(request, "evaluations/document_show.html", context, status=status)


def _shown(request: HttpRequest, place: Place, forms: list[ChosenForm]) -> HttpResponse:
    """Show them, and say so where they stand now."""

    def key(form: ChosenForm) -> str | None:
        return posted_key(request, "bank", place.kind, place.owner.pk, form.document.pk)

    done = show_documents(place=place, choices=[form.choice(key(form)) for form in forms], by=person(request))
    if done.added:
        messages.success(
            request,
            ngettext(
                "%(count)s document of the bank is shown here now.",
                "%(count)s documents of the bank are shown here now.",
                done.added,
            )
            % {"count": done.added},
        )
    if done.ended:
        messages.info(request, _("Kept in the bank as no longer valid: %(count)s.") % {"count": done.ended})
    return redirect(place.url)


def _chosen(request: HttpRequest, place: Place) -> list[Document]:
    """The ticked documents that may be shown here; of a form that was sent twice also those that are shown by now.

    The action sees what the first press did, and does it once.
    """
    if request.method == "POST":
        rows = bank.seen_by(person(request)).of_city(place.owner.city_id)
        return list(rows.filter(pk__in=_ticked(request.POST.getlist("document"))).for_list().order_by("pk"))
    there = choosing.shown_already(place)
    return [row for row in _offered(request, place, request.GET) if row.key not in there]


def _offered(request: HttpRequest, place: Place, sent: QueryDict) -> list[Document]:
    rows = choosing.offered(person(request), place)
    return list(rows.filter(pk__in=_ticked(sent.getlist("document"))).for_list().order_by("pk"))


def _ticked(sent: list[str]) -> list[int]:
    return [int(pk) for pk in sent if pk.isdecimal() and len(pk) < 10][:MOST]


def _forms(request: HttpRequest, place: Place, documents: list[Document]) -> list[ChosenForm]:
    user, pages = person(request), choosing.pages_of(person(request), documents)
    return [
        ChosenForm(
            typed(request.POST) if request.method == "POST" else None,
            prefix=f"d{row.pk}",
            document=row,
            # one that was ended by the first press of this form is asked about once more, and left alone
            asks=choosing.asks(user, place, row) or row.ended,
            own=choosing.is_own(place, row),
            year=place.year,
            initial={
                "title": bank.name_for(user, row),
                "page": pages.get(row.pk, ""),
                "version": row.version,
            },
        )
        for row in documents
    ]


def _rows(
    request: HttpRequest, place: Place, documents: list[Document], forms: list[ChosenForm]
) -> list[dict[str, Any]]:
    """Each document with its form; the version is the one that is looked at now."""
    user, today = person(request), today_in(city_of(request))
    now = {row.pk: row for row in documents}
    return [
        line_of(user, now[form.document.pk], place.year, today)
        | {
            "pk": form.document.pk,
            "form": form,
            "asks": "holds" in form.fields,
            "version": now[form.document.pk].version,
        }
        for form in forms
        if form.document.pk in now
    ]


# --- the places --------------------------------------------------------------------------------------------------


def place_or_404(request: HttpRequest, kind: str, pk: int) -> Place:
    """A place the person may add evidence to now: 404 when unseen, 403 when seen."""
    builder = PLACES.get(kind)
    if builder is None:
        raise Http404
    return builder(request, pk)


def _quick_win(request: HttpRequest, pk: int) -> Place:
    row = editable_or_404(request, QuickWin, pk)
    url = f"{reverse('opd:quick_win_edit', args=[pk])}#evidence"
    return Place("quick-win", row, row.year, f"{row.code} {row.title}", url)


def _report(request: HttpRequest, pk: int) -> Place:
    row = editable_or_404(request, Progress, pk)
    url = f"{reverse('opd:progress_edit', args=[pk])}#evidence"
    return Place("report", row, row.year, f"{row.code} {row.program.name}", url)


def _answer(request: HttpRequest, pk: int) -> Place:
    row = answer_or_404(request, pk)
    if not rules.may_answer(person(request), row.window, row):
        raise PermissionDenied
    url = f"{reverse('evaluations:answer', args=[row.window_id, row.question.code])}#evidence"
    return Place("answer", row, row.window.year, f"{row.question.code} ({row.window})", url)


def _clarification(request: HttpRequest, pk: int) -> Place:
    row = item_or_404(request, pk)
    if not rules.may_reply(person(request), row) or not row.is_open(clock.now()):
        raise PermissionDenied
    return Place("clarification", row, row.window.year, row.number, f"{row.get_absolute_url()}#files")


def _recommendation(request: HttpRequest, pk: int) -> Place:
    row = recommendation_or_404(request, pk)
    if not rules.may_work_on(person(request), row):
        raise PermissionDenied
    return Place("recommendation", row, row.for_year, row.code, f"{row.get_absolute_url()}#evidence")


PLACES: Mapping[str, Callable[[HttpRequest, int], Place]] = {
    "quick-win": _quick_win,
    "report": _report,
    "answer": _answer,
    "clarification": _clarification,
    "recommendation": _recommendation,
}
