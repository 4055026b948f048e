"""Small choices a person makes for themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from opd.access import person
from opd.models import User


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or "as the device", and come back to the same page."""
    user, wanted = person(request), request.POST.get("theme", "")
    if wanted in User.Theme.values:
        user.theme = wanted
        user.save(update_fields=["theme"])
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "opd:home")
