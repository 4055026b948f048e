"""What a person typed into a form that was not taken, shown once more on the page that says so.

Nothing is kept: the words travel from the browser into the answer to the same request, so nobody else can read
them and nothing has to be forgotten later. Only a form that a page of this portal sent by itself gets its words
back: a page elsewhere must not be able to write into ours (trust rules: a forged POST prefills nothing).
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

#: Characters of all texts together. The longest form of the portal holds about half of it.
LIMIT = 128 * 1024
#: Characters a phone shows in one line, so that no text is half hidden; lines of a long text.
ONE_LINE, TALL = 28, 6
#: The field that remembers on which page the words were typed while they are sent around.
PAGE = "typed_on"
#: The field in which every form of a signed-in person says under which account it was opened.
OWNER = "typed_by"
#: Never sent back, whatever the form: it is secret, or worth nothing after this request.
SECRET = re.compile(r"csrfmiddlewaretoken|passw|secret|token|otp|recovery", re.IGNORECASE)
#: Fields a page fills in for itself.
MARKS = re.compile(rf"(?:.*-)?(?:version|key|next|field|shown|program|quarter|{PAGE}|{OWNER})")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
BY_SCRIPT = ("HX-Request", "X-Requested-With")


@dataclass(frozen=True)
class Line:
    """One field: its name in the form, its label on the page, what was typed, and how many lines it is shown in."""

    name: str
    label: str
    text: str
    rows: int


@dataclass(frozen=True)
class Words:
    """A form that was not taken: where it was going, where it was typed, what a person wrote and chose.

    `hidden` are choices and marks of the page, in their order; `files` the names of files that came along and are
    not kept; `cut` says that it was more than `LIMIT`, and that lines are missing. `owner` is the mark of the account
    under which the form was opened, empty when the form does not tell.
    """

    action: str
    page: str
    lines: tuple[Line, ...]
    hidden: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    cut: bool
    owner: str

    @property
    def whole(self) -> bool:
        """Whether sending it once more sends what the person sent: nothing cut off, no file to choose again."""
        return bool(self.lines) and not self.cut and not self.files

    def belong_to_another_than(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        """Whether somebody else is signed in than the person who typed: nothing is sent in another's name."""
        return bool(self.owner) and user.is_authenticated and self.owner != mark_of(user)


def of(request: HttpRequest) -> Words | None:
    """The words of a form the portal's own page sent; None for anything else, or when no form can be read."""
    if not own_form(request) or _of_an_account(request):
        return None
    try:
        posted, files = request.POST, request.FILES
    except (SuspiciousOperation, UnreadablePostError, MultiPartParserError):
        return None  # too large or broken off: the browser still has it, and the page says so
    lines, hidden, cut = _sorted(posted, _fields(request, posted))
    names = tuple(file.name or "" for name in files for file in files.getlist(name))
    page, owner = form_page(request, posted), posted.get(OWNER, "")
    return Words(request.path, page, lines, hidden, names, cut, owner)


def mark_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """The mark of an account in its own forms: it tells nothing about it. Empty for who is signed out."""
    if not user.is_authenticated:
        return ""
    return salted_hmac("smartcity.typed", str(user.pk), algorithm="sha256").hexdigest()[:20]


def own_form(request: HttpRequest) -> bool:
    """Whether a page of this portal sent this form by itself: no script, and no page from elsewhere."""
    return (
        request.method == "POST"
        and request.content_type in FORM_TYPES
        and not any(name in request.headers for name in BY_SCRIPT)
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        and _own(request)
    )


def form_page(request: HttpRequest, posted: Mapping[str, str]) -> str:
    """The path of the page the form stands on, for coming back to it; empty when unknown.

    A form may stand on the answer to another form (two texts side by side, a mistake to correct). That address
    cannot be opened; then it is the nearest above it that can.
    """
    page = posted.get(PAGE, "")
    if not page and _origin_of(referer := request.headers.get("Referer", "")) in _origins(request):
        parts = urlsplit(referer)
        page = f"{parts.path}?{parts.query}" if parts.query else parts.path
    own = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return that_opens(page) if own else ""


def that_opens(page: str) -> str:
    """The page, or the nearest one above it when its address only takes forms."""
    path = page.partition("?")[0]
    if opens(path):
        return page
    while path != "/" and not opens(path):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return path


def opens(path: str) -> bool:
    """Whether there is a page at this address: a view that Django's `require_POST` guards has none."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return False
    while inspect.isfunction(view):
        allowed = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if allowed is not None:
            return "GET" in allowed
        view = getattr(view, "__wrapped__", None)
    return True


def _own(request: HttpRequest) -> bool:
    """As Django's own check: Origin where the browser sends it ("null" is nobody's), else Referer."""
    origin = request.headers.get("Origin")
    return (origin or _origin_of(request.headers.get("Referer", ""))) in _origins(request)


def _origins(request: HttpRequest) -> set[str]:
    return {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}


def _origin_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _of_an_account(request: HttpRequest) -> bool:
    """Signing in, passwords and codes: forms of which nothing is shown."""
    match = request.resolver_match
    return match is None or (match.url_name or "").startswith("account_")


def _sorted(
    posted: QueryDict, fields: Mapping[str, forms.Field]
) -> tuple[tuple[Line, ...], tuple[tuple[str, str], ...], bool]:
    """Part what a person wrote from choices and marks; what no longer fits is left out and said to be missing."""
    lines: list[Line] = []
    hidden: list[tuple[str, str]] = []
    left, cut = LIMIT, False
    for name, values in posted.lists():
        if SECRET.search(name) or name in (PAGE, OWNER):
            continue
        for value in values:
            text = str(value)
            left -= len(text)
            if left < 0:
                cut = True
            elif _written(name, text, fields):
                lines.append(_line(name, text, fields))
            else:
                hidden.append((name, text))
    return tuple(lines), tuple(hidden), cut


def _written(name: str, text: str, fields: Mapping[str, forms.Field]) -> bool:
    """Whether a person wrote this. Of a field without a form, one word is a choice or a mark of the page."""
    if not text.strip() or MARKS.fullmatch(name):
        return False
    field = fields.get(_bare(name))
    if field is None:
        return len(text.split()) > 1
    return not field.widget.is_hidden and not isinstance(field, forms.ChoiceField | forms.BooleanField)


def _line(name: str, text: str, fields: Mapping[str, forms.Field]) -> Line:
    field = fields.get(_bare(name))
    label = str(field.label or "") if field else ""
    if "\n" in text or field is None or isinstance(field.widget, forms.Textarea):
        rows = TALL
    else:
        rows = 1 if len(text) <= ONE_LINE else 2
    return Line(name, label or _bare(name).replace("_", " ").capitalize(), text, rows)


def _fields(request: HttpRequest, posted: QueryDict) -> Mapping[str, forms.Field]:
    """The fields of that form of the app which fits best what was posted: most names, then fewest others."""
    app = (request.resolver_match.app_names or [""])[0] if request.resolver_match else ""
    names = {_bare(name) for name in posted}
    best: Mapping[str, forms.Field] = {}
    for form in _forms(forms.BaseForm):
        fields = getattr(form, "base_fields", {})
        if not form.__module__.startswith(f"{app}.forms"):
            continue
        if (len(names & fields.keys()), -len(fields)) > (len(names & best.keys()), -len(best)):
            best = fields
    return best


def _forms(kind: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for form in kind.__subclasses__():
        yield form
        yield from _forms(form)


def _bare(name: str) -> str:
    """The name without the prefix of a form that stands on a page several times (link-title, q3-due_at)."""
    return name.rpartition("-")[2]
