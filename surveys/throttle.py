"""How many answers one network address may send to one form: enough for a waiting room, too few for a script.

No address is kept: it is hashed with a key that changes every day, and only the cache holds the hash, for minutes.
"""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from smartcity.lib import clock
from surveys.models import Sheet

MOST, SECONDS = 10, 600


def is_too_many(request: HttpRequest, sheet: Sheet) -> bool:
    """Count this answer and say whether its network address has sent too many in these ten minutes."""
    name = _name(request, sheet)
    if cache.add(name, 1, SECONDS):
        return False
    try:
        return cache.incr(name) > MOST
    except ValueError:  # it ran out between the two
        cache.set(name, 1, SECONDS)
        return False


def _name(request: HttpRequest, sheet: Sheet) -> str:
    """The keyed hash of address and form; another one every day."""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:  # the server does not say: all such answers are counted together
        address = ""
    day = clock.now().date().isoformat()
    return (
        "survey-"
        + salted_hmac(f"surveys.throttle.{day}", f"{sheet.code}|{address}", algorithm="sha256").hexdigest()
    )
