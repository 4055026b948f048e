"""Headers every answer carries, and the reference code that joins a page, a log line and an audit event."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from smartcity.lib import reference

Handler = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"


def request_id(get_response: Handler) -> Handler:
    """Give each request a short reference code, also shown on error pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = reference.begin(uuid.uuid4().hex[:12])
        try:
            response = get_response(request)
            response["X-Request-ID"] = reference.current()
            return response
        finally:
            reference.end(token)

    return middleware


def headers(get_response: Handler) -> Handler:
    """Add the permissions policy, and keep pages with unpublished numbers out of shared caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if not request.path.startswith("/static/") and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
