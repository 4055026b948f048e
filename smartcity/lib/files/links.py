"""Evidence that is an address: checked for what it is, never fetched."""

import unicodedata
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from smartcity.lib import text
from smartcity.lib.files.refusals import Refused

MAX_LINK = 1000  # characters

_host_and_path = URLValidator(schemes=["http", "https"])

_SENTENCES: Mapping[str, Promise] = {
    "LINK-EMPTY": gettext_lazy(
        "The link is empty. Copy the address from the browser, for example https://jdih.go.id/peraturan/12. "
        "Your other entries are kept. [LINK-EMPTY]"
    ),
    "LINK-LONG": gettext_lazy(
        "The link has %(length)s characters; at most %(limit)s are accepted. Copy the page's short address. "
        "Your other entries are kept. [LINK-LONG]"
    ),
    "LINK-HIDDEN": gettext_lazy(
        "The link contains spaces or hidden characters. Copy the address from the browser's address bar "
        "again. Your other entries are kept. [LINK-HIDDEN]"
    ),
    "LINK-SCHEME": gettext_lazy(
        "The link must begin with https:// or http://, for example https://jdih.go.id/peraturan/12. Your "
        "other entries are kept. [LINK-SCHEME]"
    ),
    "LINK-LOGIN": gettext_lazy(
        "The link contains a user name or password. Copy the address without it. Your other entries are "
        "kept. [LINK-LOGIN]"
    ),
    "LINK-HOST": gettext_lazy(
        "The link has no site that others can open. Copy the complete address from the browser, for example "
        "https://jdih.go.id/peraturan/12. Your other entries are kept. [LINK-HOST]"
    ),
}


def check_link(url: str) -> str:
    """Return the address without surrounding spaces. Raises Refused (LINK-…).

    Only http and https, at most MAX_LINK characters, no credentials, nothing hidden in it, a host name with a
    dot.
    """
    url = url.strip(" \t\r\n")
    if not url:
        raise _refused("LINK-EMPTY")
    if len(url) > MAX_LINK:
        raise _refused("LINK-LONG", length=len(url), limit=MAX_LINK)
    if any(_hides(character) for character in url):
        raise _refused("LINK-HIDDEN")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("LINK-HOST") from None
    if parts.scheme not in ("http", "https") or not url[len(parts.scheme) :].startswith("://"):
        raise _refused("LINK-SCHEME")
    if "@" in parts.netloc:
        raise _refused("LINK-LOGIN")
    if host.rstrip(".") == "localhost" or not _is_valid(url):
        raise _refused("LINK-HOST")
    return url


def _is_valid(url: str) -> bool:
    try:
        _host_and_path(url)
    except ValidationError:
        return False
    return True


def _hides(character: str) -> bool:
    # A backslash is a slash to browsers and a letter to parsers: the two would see different hosts.
    return (
        character in " \\"
        or character in text.ALLOWED_CONTROLS
        or text.forbidden_character(character) is not None
        or unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp")
    )


def _refused(code: str, **values: object) -> Refused:
    return Refused(code, str(_SENTENCES[code]) % values)
