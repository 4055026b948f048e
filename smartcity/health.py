"""Two addresses for the machine that watches the portal."""

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connections
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers too. The broker is left out: without it every page still works."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"status": "database away"}, status=503)
    return JsonResponse({"status": "ok"})
