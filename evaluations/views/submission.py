"""The submission of the city: looked at as a whole, proposed, approved or returned, and its receipt."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from evaluations import actions
from evaluations.access import city_window_or_404, posted_version
from evaluations.models import CitySubmission, EvaluationWindow
from evaluations.views.submission_page import receipt_page, submission_page
from evaluations.workflow import SUBMISSION
from opd.access import give_back, person, posted_key
from opd.models import User
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus


@require_GET
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything the city would submit: what stops it, what it costs, and whose turn it is."""
    window = city_window_or_404(request, pk)
    return render(request, "evaluations/submission.html", submission_page(person(request), window))


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Propose, take back, return or approve what was read; approving leads to the receipt."""
    window, user = city_window_or_404(request, pk), person(request)
    if name not in SUBMISSION.moves:
        raise Http404
    note = request.POST.get("note", "")[:4000]
    try:
        if name == "approve":
            return redirect(_approved(request, window, user))
        actions.move_submission(window=window, name=name, by=user, version=posted_version(request), note=note)
        messages.success(request, _SAID[name]())
    except (StaleVersion, actions.ContentChanged):
        give_back(request, note)
        text = _(
            "Something changed after you read this page. Nothing was done. Read it, then decide. [VER-STALE]"
        )
        messages.error(request, text)
    except NotReady as refusal:
        give_back(request, note)
        reasons = " ".join(str(problem.text) for problem in refusal.problems)
        text = _("Not possible yet. %(reasons)s Nothing was changed.")
        messages.error(request, text % {"reasons": reasons})
    except WrongStatus as refusal:
        give_back(request, note)
        messages.error(request, str(refusal))
    return redirect("evaluations:submission", pk)


def _approved(request: HttpRequest, window: EvaluationWindow, user: User) -> CitySubmission:
    seen = request.POST.get("seen", "")
    if len(seen) != 64:
        raise BadRequest("the form came without the mark of what was read")
    receipt = actions.approve_submission(
        window=window,
        by=user,
        version=posted_version(request),
        seen=seen,
        key=posted_key(request, "submission", window.pk),
    )
    text = _("Approved and frozen: version %(version)s, receipt %(number)s.")
    messages.success(request, text % {"version": receipt.version, "number": receipt.number})
    return receipt


_SAID = {
    "propose": lambda: _("Proposed. Bappelitbang is told."),
    "recall": lambda: _("The proposal is taken back."),
    "return": lambda: _("Returned. Kominfo is told, with your reason."),
}


@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt of an approved submission, to print."""
    rows = CitySubmission.objects.visible_to(person(request)).for_page()
    found = get_object_or_404(rows, number=number)
    return render(request, "evaluations/submission_receipt.html", receipt_page(found))
