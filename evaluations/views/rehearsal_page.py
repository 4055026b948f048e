"""What the pages of rehearsals (gladi) show: the list, and one rehearsal for the city. Plain rows for the templates."""

from typing import Any

from django.utils.translation import ngettext

from evaluations import rules
from evaluations.forms.windows import ExtendForm
from evaluations.models import EvaluationWindow, LateEntry, Seat, Status
from evaluations.presentation import badge, deadline, history, late_rows, receipt, times, window_row
from evaluations.rehearsal import nobody_scores
from evaluations.views.sheet_page import rows_of_seats
from evaluations.views.window_page import (
    conditions,
    frozen_facts,
    heading_of,
    may_begin_rehearsal,
    seat_rows_of,
    seats_of,
)
from evaluations.workflow import WINDOW
from opd.models import User
from smartcity.lib import clock, dates

NAMED = 8  # codes are named one by one up to here


def rehearsals_page(user: User) -> dict[str, Any]:
    """Return the context of evaluations/rehearsal_list.html: those of the city, one's own seats, what may be begun."""
    now = clock.now()
    city = user.city()
    held = EvaluationWindow.with_rehearsals.rehearsals().visible_to(user).for_page().newest_first()
    rows = [
        window_row(window, now) | {"of": str(window.rehearsal_of), "closed": window.is_published()}
        for window in held
        if rules.may_read_answers(user, window)
    ]
    ahead = EvaluationWindow.objects.of_city(city.pk).not_closed(now) if city else []
    return {
        "rows": rows,
        "seats": rows_of_seats(Seat.objects.held_by(user).rehearsals()),
        "may_begin": [window for window in ahead if may_begin_rehearsal(user, window)],
        "serves": rules.may_see_dashboard(user),
    }


def rehearsal_page(user: User, window: EvaluationWindow) -> dict[str, Any]:
    """Return the context of evaluations/rehearsal.html."""
    now, zone = clock.now(), window.city.timezone
    seats = seats_of(window)
    real = window.rehearsal_of
    assert real is not None
    may_extend = rules.may_extend(user, window, now) and now < real.opens_at
    return {
        "window": window,
        "real": {"title": str(real), "url": real.get_absolute_url(), "opens": dates.wib(real.opens_at, zone)},
        "status": badge(window, now),
        "heading": heading_of(window, seats, now),
        "window_deadline": deadline(window, now),
        "times": times(window),
        "conditions": conditions(window) if window.is_prepared() else [],
        "prepared": window.is_prepared(),
        "answered": window.judged_answers().counting().given().count(),
        "seats": seat_rows_of(window, seats),
        "uncovered": window.uncovered_areas(),
        "nobody": "" if window.status == Status.CLOSED else _nobody(window),
        "frozen": frozen_facts(window),
        "receipts": [receipt(seat.hand_in, zone) for seat in seats if seat.handed_in_at],
        "late": late_rows(
            LateEntry.objects.visible_to(user).filter(window=window).select_related("question", "user"), zone
        ),
        "history": history(window.events.all(), zone),
        "offers": WINDOW.offered_to(user, window),
        "may_prepare": rules.may_prepare(user, window),
        "may_edit": rules.may_prepare(user, window) and window.is_prepared(),
        "extend_form": ExtendForm(window=window, initial={"until": window.closes_at}) if may_extend else None,
        "published": window.is_published(),
        "seated": any(seat.user_id == user.pk and seat.conflict is None for seat in seats),
    }


def _nobody(window: EvaluationWindow) -> str:
    """The questions that will stay without a score, in a sentence; not a reason to wait."""
    if window.uncovered_areas():  # said by the condition already, and shorter
        return ""
    codes = nobody_scores(window)
    if not codes:
        return ""
    shown = ", ".join(codes[:NAMED]) + (" …" if len(codes) > NAMED else "")
    text = ngettext(
        "%(count)s question has nobody who may score it, because all who hold its area are of the house: %(codes)s.",
        "%(count)s questions have nobody who may score them, because all who hold their area are of the house: "
        "%(codes)s.",
        len(codes),
    )
    return text % {"count": len(codes), "codes": shown}
