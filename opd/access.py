"""Getting rows for a person: 404 for what they may not know of, 403 for what they may not do."""

import hashlib
import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from opd import rules
from opd.models import NO_NOTE, City, Evidence, Note, Program, Progress, ProgressNote, QuickWin, User
from smartcity.lib.text import tidy


def person(request: HttpRequest) -> User:
    """The signed-in person; LoginRequiredMiddleware lets nobody else come this far."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def city_of(request: HttpRequest) -> City:
    """The city whose pages the person sees; without any role there is nothing to see."""
    city = person(request).city()
    if city is None:
        raise PermissionDenied
    return city


def record_or_404[R: (QuickWin, Progress)](request: HttpRequest, model: type[R], pk: int) -> R:
    """A quick win or progress report the person may see."""
    seen: Any = model._default_manager
    found: R = get_object_or_404(seen.visible_to(person(request)).for_detail(), pk=pk)
    return found


def editable_or_404[R: (QuickWin, Progress)](request: HttpRequest, model: type[R], pk: int) -> R:
    """One the person may edit now: 404 when unseen, 403 when seen."""
    record = record_or_404(request, model, pk)
    if not rules.may_edit(person(request), record):
        raise PermissionDenied
    return record


def quick_win_or_404(request: HttpRequest, pk: int) -> QuickWin:
    """A quick win the person may see."""
    return record_or_404(request, QuickWin, pk)


def editable_quick_win(request: HttpRequest, pk: int) -> QuickWin:
    """A quick win the person may edit now: 404 when unseen, 403 when seen."""
    return editable_or_404(request, QuickWin, pk)


def reported_program(request: HttpRequest, pk: int, year: int) -> Program:
    """An approved programme of a year the person may see."""
    seen = Program.objects.visible_to(person(request)).approved().in_year(year)
    return get_object_or_404(seen.select_related("opd"), pk=pk)


def evidence_or_404(request: HttpRequest, pk: int) -> Evidence:
    """A piece of evidence of a quick win the person may see."""
    return get_object_or_404(Evidence.objects.visible_to(person(request)), pk=pk)


def posted_version(request: HttpRequest) -> int:
    """The version a form carries; a guard that vanishes when a template forgets a field is no guard: 400."""
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise BadRequest("the form came without its version")
    return int(version)


def posted_note_version(request: HttpRequest) -> str:
    """The version of the note a form was drawn with, NO_NOTE where none stood yet: 400 without it."""
    version = request.POST.get("version", "")
    if version != NO_NOTE and not re.fullmatch(r"[0-9a-f]{64}", version):
        raise BadRequest("the note came without its version")
    return version


def posted_key(request: HttpRequest, *about: object) -> str | None:
    """The idempotency key of a form, bound to the person and to what it is about; None without a usable one.

    Bound, so that a page kept open never takes a second, different thing for a repetition of the first.
    """
    key = request.POST.get("key", "")
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        return None
    return hashlib.sha256(repr((key, person(request).pk, *map(str, about))).encode()).hexdigest()


def give_back(request: HttpRequest, words: str) -> None:
    """Show words that could not be kept once more, so that they can be copied: no text is lost with a refusal."""
    if words.strip():
        shown = tidy(words)[:20_000]
        messages.warning(
            request,
            _("What you wrote was not sent. Copy it if you still need it: %(words)s") % {"words": shown},
        )


def note_or_404(request: HttpRequest, model: type[QuickWin | Progress], pk: int) -> Note | ProgressNote:
    """A note that was sent about something the person may see."""
    user = person(request)
    if model is Progress:
        reports = Progress.objects.visible_to(user)
        asked = ProgressNote.objects.sent().filter(progress__in=reports)
        return get_object_or_404(asked.select_related("progress"), pk=pk)
    quick_wins = QuickWin.objects.visible_to(user)
    return get_object_or_404(Note.objects.sent().filter(quick_win__in=quick_wins), pk=pk)
