"""The Ministry's letter: entered and changed, its scan, published by a second person, corrected, withdrawn."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import rules
from evaluations.access import official_or_404, posted_version
from evaluations.actions import officials as actions
from evaluations.forms.officials import LetterForm, RoundForm
from evaluations.models import EvaluationWindow, Instrument, OfficialResult
from evaluations.structure import structure_of
from evaluations.views.official_page import official_page, sum_warning
from opd.access import city_of, give_back, person, posted_key
from opd.models import City, User
from smartcity.lib import files
from smartcity.lib.forms import typed
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One revision of a letter, with the computed values beside it."""
    row = official_or_404(request, pk)
    return render(request, "evaluations/official.html", official_page(person(request), row))


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Choose the round, a closed window or an earlier year, then enter what its letter says."""
    user, city = person(request), city_of(request)
    if not rules.may_enter_official(user, city.pk):
        raise PermissionDenied
    asked = typed(request.POST if request.method == "POST" else request.GET)
    window = _window(user, city, asked.get("window", ""))
    round_form = RoundForm(asked if "year" in asked else None, initial={"year": city.evaluation_year})
    if window is None and not round_form.is_valid():
        return _choose(request, user, city, round_form)
    chosen: dict[str, Any] = {} if window else dict(round_form.cleaned_data)
    instrument: Instrument = window.instrument if window else chosen["instrument"]
    form = LetterForm(asked if request.method == "POST" else None, structure=structure_of(instrument))
    if request.method == "POST" and form.is_valid():
        about = window.pk if window else sorted((name, str(value)) for name, value in chosen.items())
        key = posted_key(request, "official", city.pk, about)
        try:
            row = actions.enter_official(
                by=user, city=city, values=form.values() | chosen, window=window, key=key
            )
        except ValidationError as refusal:
            form.refuse(refusal.message_dict)
        except NotReady as refusal:
            form.refuse({"": [str(problem.text) for problem in refusal.problems]})
        except WrongStatus as refusal:
            form.refuse({"": [str(refusal)]})
        else:
            return _entered(request, row)
    context = {
        "form": form,
        "window": window,
        "round": chosen,
        "instrument": instrument,
        "key": request.POST.get("key") or uuid.uuid4().hex,
    }
    return render(request, "evaluations/official_form.html", context, status=422 if form.errors else 200)


def _window(user: User, city: City, asked: str) -> EvaluationWindow | None:
    if not asked:
        return None
    rows = EvaluationWindow.objects.visible_to(user).of_city(city.pk).closed().for_page()
    found = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
    if found is None:
        raise Http404
    return found


def _choose(request: HttpRequest, user: User, city: City, form: RoundForm) -> HttpResponse:
    """The closed windows that have no letter yet, and a form for another year."""
    taken = OfficialResult.objects.of_city(city.pk).filter(status__in=["draft", "published"])
    windows = EvaluationWindow.objects.visible_to(user).of_city(city.pk).closed().newest_first()
    context = {
        "windows": windows.exclude(pk__in=taken.filter(window__isnull=False).values("window")),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "evaluations/official_round.html", context, status=status)


def _entered(request: HttpRequest, row: OfficialResult) -> HttpResponse:
    """Say that it is kept and who is next; a sum that does not fit is a warning, never a refusal."""
    messages.success(
        request, _("The letter is entered. It is not published: somebody else looks at it first.")
    )
    if sentence := sum_warning(row):
        messages.warning(request, sentence)
    return redirect(row)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what was typed, until it is published."""
    row, user = official_or_404(request, pk), person(request)
    if not rules.may_change_official(user, row):
        raise PermissionDenied
    structure = structure_of(row.instrument)
    form = LetterForm(typed(request.POST) if request.method == "POST" else None, structure=structure, row=row)
    status, version, theirs = 200, row.version, None
    if request.method == "POST":
        version, status = posted_version(request), 422
        if form.is_valid():
            try:
                saved = actions.change_official(pk=pk, by=user, values=form.values(), version=version)
            except ValidationError as refusal:
                form.refuse(refusal.message_dict)
            except StaleVersion as stale:
                status, version = 409, stale.current.version
                theirs = LetterForm(structure=structure, row=stale.current)
                messages.warning(
                    request, _("Somebody changed this letter before you. Compare and save again. [VER-STALE]")
                )
            except WrongStatus as refusal:
                messages.error(request, str(refusal))
                return redirect(row)
            else:
                return _entered(request, saved)
    context = {
        "form": form,
        "row": row,
        "window": row.window,
        "instrument": row.instrument,
        "version": str(version),
        "theirs": theirs,
    }
    return render(request, "evaluations/official_form.html", context, status=status)


@require_POST
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the scan of the letter with a draft."""
    row, user = official_or_404(request, pk), person(request)
    if not rules.may_change_official(user, row):
        raise PermissionDenied
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first. Your other entries are kept. [FILE-NONE]"))
        return redirect(row)
    try:
        with files.inspect_uploaded(upload, kind="document") as accepted:
            actions.keep_scan(pk=pk, by=user, accepted=accepted)
        messages.success(request, _("The scan is kept."))
    except files.Refused as refusal:
        messages.error(request, refusal.message)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    return redirect(row)


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the scan, after asking again who may read the letter."""
    row = official_or_404(request, pk)
    if row.scan is None:
        raise Http404
    return files.serve(row.scan.sha256, download_name=row.scan_name, media_type=row.scan.media_type)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the correction of a published letter; it is published like the first, by a second person."""
    row, reason = official_or_404(request, pk), request.POST.get("note", "")
    try:
        draft = actions.correct_official(pk=pk, by=person(request), reason=reason)
    except (NotReady, WrongStatus) as refusal:
        give_back(request, reason)
        messages.error(request, str(refusal))
        return redirect(row)
    messages.success(
        request, _("Type what is wrong anew. The published numbers stay until the correction is published.")
    )
    return redirect("evaluations:official_edit", draft.pk)


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publish, discard or withdraw, for the version that was read."""
    row, note = official_or_404(request, pk), request.POST.get("note", "")
    if name not in actions.BY_BUTTON:
        raise Http404
    try:
        actions.move_official(
            pk=pk, name=name, by=person(request), version=posted_version(request), note=note[:4000]
        )
        messages.success(request, _SAID[name]())
    except StaleVersion:
        messages.error(
            request, _("The letter was changed after you read it. Read it again, then decide. [VER-STALE]")
        )
    except (NotReady, WrongStatus) as refusal:
        give_back(request, note)
        messages.error(request, str(refusal))
    return redirect(row)


_SAID = {
    "publish": lambda: _("The official result is published."),
    "discard": lambda: _("What was entered is discarded. It stays in the history."),
    "withdraw": lambda: _("The official result is withdrawn. Leadership and agencies no longer see it."),
}
