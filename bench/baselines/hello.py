"""The cheapest views: nothing at all, and one row of a table."""

from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello")


def one_query(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Session.objects.get(pk=request.COOKIES["sessionid"]).session_key)
