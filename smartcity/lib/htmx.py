"""What a view needs to know about htmx."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def wants_partial(request: HttpRequest) -> bool:
    """Whether the page asked for a fragment of itself rather than for the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def varies(response: HttpResponse) -> HttpResponse:
    """Mark a response that differs for htmx, so that no cache hands a fragment to a person."""
    patch_vary_headers(response, ["HX-Request"])
    return response
