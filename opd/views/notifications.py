"""What the portal told this person: the same lines as in the day's mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opd.access import person
from opd.models import Notification
from smartcity.lib import clock, dates

#: Older ones are done with, or stand in their own lists.
SHOWN = 100


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    """A person's own lines, the newest first."""
    user = person(request)
    lines = list(Notification.objects.of_user(user)[:SHOWN])
    context = {
        "shown": str(SHOWN),
        "full": len(lines) == SHOWN,
        "rows": [
            {
                "title": row.title,
                "text": row.text,
                "kind": row.get_kind_display() if row.kind == Notification.Kind.REMINDER else "",
                "url": row.url,
                "at": dates.wib(row.created_at),
                "iso": row.created_at.isoformat(),
                "unread": row.read_at is None and row.settled_at is None,
                "settled": row.settled_at is not None,
            }
            for row in lines
        ],
        "to_read": any(row.read_at is None and row.settled_at is None for row in lines),
    }
    return render(request, "opd/notification_list.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read. A personal choice, like the theme: nothing of the city changes."""
    Notification.objects.of_user(person(request)).filter(read_at__isnull=True).update(read_at=clock.now())
    messages.success(request, _("Everything is marked as read."))
    return redirect("opd:notifications")
