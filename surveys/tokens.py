"""What makes one form count once: its own signed number, and a mark on the phone that sent it.

The number is made with the page and says nothing about who reads it. The mark is a cookie of this one address: it
says that this phone has answered, not what and not when.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from surveys.models import Sheet

SALT, LONGEST = "surveys.form", 24 * 3600
DAYS = 120  # longer than a survey runs


class Unusable(Exception):
    """The form came without its number, with a forged one, with that of another form, or after a day."""


def issue(sheet: Sheet) -> str:
    """Return a new signed number for a form."""
    return signing.dumps([sheet.code, secrets.token_urlsafe(12)], salt=SALT)


def number_in(token: str, sheet: Sheet) -> str:
    """Return the number a form came with, or raise Unusable."""
    try:
        code, number = signing.loads(token, salt=SALT, max_age=LONGEST)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Unusable from error
    if code != sheet.code:
        raise Unusable
    return str(number)


def cookie_name() -> str:
    """The prefix keeps a page elsewhere from setting it; the path keeps it with its own form."""
    return "__Secure-answered" if settings.PORTAL_HTTPS else "answered"


def has_answered(request: HttpRequest) -> bool:
    """Whether this phone has sent this form already; the browser sends the cookie to its own form only."""
    return cookie_name() in request.COOKIES


def mark_answered(response: HttpResponse, sheet: Sheet) -> None:
    """Remember on the phone that it has answered this form."""
    response.set_cookie(
        cookie_name(), "1", max_age=DAYS * 86_400, path=sheet.get_absolute_url(), httponly=True,
        secure=settings.PORTAL_HTTPS, samesite="Lax",
    )  # fmt: skip
