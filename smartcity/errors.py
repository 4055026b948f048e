"""Error pages: what happened, what was kept, what to do, and a reference code."""

import logging

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from smartcity import typed
from smartcity.lib import files, reference
from surveys.views import public as survey

log = logging.getLogger("portal.errors")


def _page(
    request: HttpRequest, status: int, template: str | None = None, words: typed.Words | None = None
) -> HttpResponse:
    words = words or typed.of(request)
    context: dict[str, object] = {"reference": reference.current(), "words": words}
    if words and words.belong_to_another_than(request.user):
        context["foreign"] = True
    return render(request, template or f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # A file that was lost is not a wrong address: whoever may see it should know what to do.
    return _page(request, 404, "file_missing.html" if isinstance(exception, files.Missing) else None)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that only takes forms was opened, or the other way round; `allowed` as in the Allow header."""
    response = _page(request, 405)
    response["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """This page must come whatever broke: it asks neither the database nor the context, and does without the words."""
    context: dict[str, object] = {"reference": reference.current()}
    try:
        context["words"] = typed.of(request)
    except Exception:
        log.exception("The words of a form could not be read beside an error")
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than its session: its words are shown, to be sent once more after a look or a sign-in.

    Signing in changes the token, so the form of who was signed in before always ends here, and is not sent on.
    """
    if request.resolver_match and request.resolver_match.view_name == "surveys:answer":
        return survey.unchecked(request)  # whoever answers has no account, and reads a page of the same frame
    return _page(request, 403, "403_csrf.html")


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """A form that came after its session ended: its words, or the sign-in and then its page; None for all else."""
    words = typed.of(request)
    if words and words.lines:
        return _page(request, 403, "403_csrf.html", words)
    return redirect_to_login(words.page) if words and words.page else None
