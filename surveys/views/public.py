"""The form anybody may open: small, without script, without sign-in, and it asks nothing about the person.

It is written without the frame of the portal: a weak line and an old phone shall do. An officer who helps a respondent
uses the same form under an address of its own, signed in, and as often as there are respondents.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opd.access import person
from opd.models import User
from smartcity.lib import dates
from surveys import actions, rules, tallies, throttle, tokens
from surveys.access import sheet_or_404
from surveys.actions.responses import state_of
from surveys.forms import AnswerForm
from surveys.models import Sheet, State
from surveys.presentation import quota

LANGUAGES = dict(settings.LANGUAGES)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form of an address, or keep what was answered."""
    with translation.override(_language(request)):
        sheet = Sheet.objects.for_page().with_code(code).first()
        if sheet is None:
            return _say(request, None, {"heading": _("This address does not exist"), "text": _unknown()}, 404)
        if request.method == "POST":
            return _take(request, sheet, None)
        if tokens.has_answered(request):
            return _say(request, sheet, {"heading": _("Thank you"), "text": _thanks(), "good": True})
        return _open(request, sheet, None)


@require_http_methods(["GET", "POST"])
def help_respondent(request: HttpRequest, code: str) -> HttpResponse:
    """The same form for an officer who sits beside a respondent."""
    sheet, user = sheet_or_404(request, code), person(request)
    if not rules.may_help(user, sheet.round):
        raise PermissionDenied
    return _take(request, sheet, user) if request.method == "POST" else _open(request, sheet, user)


def unchecked(request: HttpRequest) -> HttpResponse:
    """The form came without the browser's own token: cookies are blocked, or the page is a day old."""
    with translation.override(_language(request)):
        text = _(
            "Your answer was not counted, because this browser keeps no cookies. Allow them for this page, or ask "
            "an officer for help, then open the form again."
        )
        return _say(request, None, {"heading": _("Not sent"), "text": text, "again": request.path}, 403)


def _open(request: HttpRequest, sheet: Sheet, helper: User | None) -> HttpResponse:
    state = state_of(sheet)
    if state is not State.RUNNING:
        return _say(request, sheet, _closed(sheet, state))
    return _form(request, sheet, AnswerForm(services=sheet.services()), tokens.issue(sheet), helper)


def _take(request: HttpRequest, sheet: Sheet, helper: User | None) -> HttpResponse:
    """Keep the answer of a form that came back whole, in time, once."""
    form = AnswerForm(request.POST, services=sheet.services())
    token = request.POST.get("token", "")
    try:
        number = tokens.number_in(token, sheet)
    except tokens.Unusable:
        text = _(
            "This form was open for too long. Your choices are still here: look at them and send once more."
        )
        return _form(request, sheet, form, tokens.issue(sheet), helper, note=text, status=422)
    if not form.is_valid():
        if (state := state_of(sheet)) is not State.RUNNING:
            return _say(request, sheet, _closed(sheet, state, sent=True), 409)
        return _form(request, sheet, form, token, helper, status=422)
    done = _sent(sheet, helper, request)
    if helper is None:
        if tokens.has_answered(request):
            return done
        if throttle.is_too_many(request, sheet):
            text = _(
                "Many answers came from this network. Yours is still here: wait ten minutes and send once more."
            )
            answer = _form(request, sheet, form, token, None, note=text, status=429)
            answer["Retry-After"] = str(throttle.SECONDS)
            return answer
    try:
        actions.keep_response(sheet=sheet, marks=form.marks(), number=number, helper=helper)
    except actions.NotAccepted as refusal:
        return _say(request, sheet, _closed(sheet, refusal.state, sent=True), 409)
    if helper is None:
        tokens.mark_answered(done, sheet)
    return done


def _sent(sheet: Sheet, helper: User | None, request: HttpRequest) -> HttpResponseRedirect:
    """Back to the form's own address, so that a reload sends nothing."""
    if helper:
        return HttpResponseRedirect(f"{reverse('surveys:help', args=[sheet.code])}?sent=1")
    return HttpResponseRedirect(sheet.get_absolute_url() + _query(request))


def _form(
    request: HttpRequest, sheet: Sheet, form: AnswerForm, token: str, helper: User | None,
    *, note: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    context: dict[str, Any] = {
        "form": form,
        "token": token,
        "note": note,
        "dimension": str(sheet.round.dimension),
        "until": dates.wib(sheet.round.closes_at, sheet.round.city.timezone),
        "helper": helper is not None,
    }
    if helper:
        context |= {
            "back_url": sheet.round.get_absolute_url(),
            "sent": "sent" in request.GET,
            "meters": [quota(tally)["label"] for tally in tallies.of_services(sheet.services()).values()],
        }
    return _page(request, sheet, "surveys/public/form.html", context, status)


def _say(request: HttpRequest, sheet: Sheet | None, words: dict[str, Any], status: int = 200) -> HttpResponse:
    return _page(request, sheet, "surveys/public/said.html", words, status)


def _closed(sheet: Sheet, state: State, *, sent: bool = False) -> dict[str, Any]:
    """Why the form takes no answer, in a heading and a sentence; `sent`: this person had just pressed the button."""
    survey, zone = sheet.round, sheet.round.city.timezone
    if state is State.EARLY:
        at = dates.wib(survey.opens_at, zone)
        words = (_("The survey has not begun"), _("It can be answered from %(time)s on.") % {"time": at})
    elif state is State.FULL:
        words = (_("Enough people have answered"), _("This survey has all the answers it needs. Thank you."))
    else:
        end = min(survey.closes_at, survey.closed_at or survey.closes_at)
        words = (
            _("The survey is over"),
            _("It took answers until %(time)s.") % {"time": dates.wib(end, zone)},
        )
    heading, text = words
    lost = _("Your answer was not counted.")
    return {
        "heading": heading,
        "text": f"{text} {lost}" if sent else text,
        "good": state is State.FULL and not sent,
    }


def _page(
    request: HttpRequest, sheet: Sheet | None, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """Draw a page without the portal's frame: nothing is asked about a session, and nothing is kept in a cache."""
    language = translation.get_language() or "id"
    other = next(code for code in LANGUAGES if code != language)
    public = {
        "LANGUAGE_CODE": language,
        "other": {
            "code": other,
            "url": f"{request.path}?lang={other}",
            "name": translation.get_language_info(other)["name_local"],
        },
        "city": sheet.round.city.name if sheet else "",
        "sample": bool(sheet and sheet.round.sample),
        "action": request.path + _query(request),
        "csrf_token": get_token(request),
    }
    response = HttpResponse(render_to_string(template, public | context), status=status)
    response["Content-Language"] = language
    return response


def _language(request: HttpRequest) -> str:
    """Indonesian, or English where the address asks for it; no cookie remembers it."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in LANGUAGES else settings.LANGUAGE_CODE


def _query(request: HttpRequest) -> str:
    language = _language(request)
    return "" if language == settings.LANGUAGE_CODE else f"?lang={language}"


def _unknown() -> str:
    return _("Check it letter by letter, or scan the QR code once more.")


def _thanks() -> str:
    return _(
        "Your answer has been received. Each phone counts once; somebody else who uses this phone can answer "
        "with an officer's help."
    )
