"""Headers every answer carries, and the reference code that joins a page, a log line and an audit event."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import patch_cache_control

from smartcity import errors
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


def methods(get_response: Handler) -> Handler:
    """Say in words what an empty 405 says: a person meets one who opens or reloads the address of a form."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return errors.wrong_method(request, response["Allow"])
        return response

    return middleware


class LoginRequired(LoginRequiredMiddleware):
    """Django's door, but a form that comes after its session ended gets its words back."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        return errors.signed_out(request) or super().handle_no_permission(request, view_func)
