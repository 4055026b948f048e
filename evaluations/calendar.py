"""The dates of review windows in people's calendars."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations.models import EvaluationWindow
from opd.calendar import Entry, register, since, until
from opd.models import City, Role, User


@register
def window_dates(user: User, city: City, begin: datetime, end: datetime) -> Iterable[Entry]:
    """An agency waits for its own due date, an assessor for opening and close, the city's people for each date."""
    serves = user.has_role(Role.REVIEWER, Role.PLANNER, Role.AUDITOR, Role.LEADERSHIP, city_id=city.pk)
    enters, windows = bool(user.opds()), EvaluationWindow.objects
    rows = windows.of_city(city.pk) if enters else windows.visible_to(user).of_city(city.pk)
    for window in rows.between(begin, end):
        page = window.get_absolute_url() if serves else reverse("opd:home")
        if serves or enters:
            yield until(
                f"window-{window.pk}-inputs", window.inputs_due_at, _("OPD inputs due") + f": {window}", page
            )
        if serves or not enters:
            yield since(
                f"window-{window.pk}-opens", window.opens_at, _("Review window opens") + f": {window}", page
            )
            yield until(
                f"window-{window.pk}-closes",
                window.closes_at,
                _("Review window closes") + f": {window}",
                page,
            )
