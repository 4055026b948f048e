"""Error pages: what happened, what was kept, what to do, and a reference code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from smartcity.lib import files, reference


def _page(request: HttpRequest, status: int, template: str | None = None) -> HttpResponse:
    context = {"reference": reference.current()}
    return render(request, template or f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # A file that was lost is not a wrong address: whoever may see it should know what to do.
    return _page(request, 404, "file_missing.html" if isinstance(exception, files.Missing) else None)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than its session: the words are kept by the browser, the page says how to go on."""
    return _page(request, 403, "403_csrf.html")
