"""Getting rows for a person: 404 for what they may not know of, 403 for what they may not do."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from opd import rules
from opd.models import City, Evidence, Note, QuickWin, User


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


def quick_win_or_404(request: HttpRequest, pk: int) -> QuickWin:
    """A quick win the person may see."""
    return get_object_or_404(QuickWin.objects.visible_to(person(request)).for_detail(), pk=pk)


def editable_quick_win(request: HttpRequest, pk: int) -> QuickWin:
    """A quick win the person may edit now: 404 when unseen, 403 when seen."""
    quick_win = quick_win_or_404(request, pk)
    if not rules.may_edit(person(request), quick_win):
        raise PermissionDenied
    return quick_win


def evidence_or_404(request: HttpRequest, pk: int) -> Evidence:
    """A piece of evidence of a quick win the person may see."""
    return get_object_or_404(Evidence.objects.visible_to(person(request)), pk=pk)


def note_or_404(request: HttpRequest, pk: int) -> Note:
    """A note that was sent about a quick win the person may see."""
    seen = QuickWin.objects.visible_to(person(request))
    return get_object_or_404(Note.objects.sent().filter(quick_win__in=seen), pk=pk)
