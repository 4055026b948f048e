"""The personal calendar feed, and the page on which its secret address is made and taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from opd import actions
from opd.access import city_of, person
from opd.calendar import entries, ics
from opd.models import CalendarFeed
from smartcity.lib import dates


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """What is in the feed; a new address is shown in the answer that makes it, and never again."""
    user, city = person(request), city_of(request)
    address = ""
    if request.method == "POST":
        if "revoke" in request.POST:
            actions.revoke_feed(by=user)
            messages.success(
                request, _("The address was taken back. Calendars that use it no longer get dates.")
            )
            return redirect("opd:calendar")
        token = actions.renew_feed(by=user)
        address = request.build_absolute_uri(reverse("opd:calendar_feed", args=[token]))
    feed = CalendarFeed.objects.of_person(user).first()
    rows = [
        {"at": dates.wib(entry.ends, city.timezone), "iso": entry.ends.isoformat(), "what": entry.summary}
        for entry in entries(user, city)
    ]
    context = {"address": address, "since": dates.wib(feed.created_at) if feed else "", "dates": rows}
    answer = render(request, "opd/calendar.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@login_not_required
@require_GET
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The dates of whoever holds the secret; 404 when it is unknown, taken back, or its account is closed."""
    feed = CalendarFeed.objects.of_token(token)
    city = feed.user.city() if feed else None
    if feed is None or city is None:
        raise Http404
    if not CalendarFeed.objects.counted(feed):
        return HttpResponse(status=429, headers={"Retry-After": "3600"})
    answer = HttpResponse(
        ics(feed.user, city, request.build_absolute_uri), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'inline; filename="smartcity.ics"'
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
