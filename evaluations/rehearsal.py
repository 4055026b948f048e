"""What a rehearsal (gladi) has of its own: when it must end, and what nobody plays judge over. Nothing here writes.

Everything else is a window's: snapshot, seats, scores, hand-in, result (docs/adr/0025).
"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from evaluations.models import EvaluationWindow
from evaluations.structure import structure_of
from opd.models import QuickWin, User
from smartcity.lib.dates import wib
from smartcity.lib.workflow import Problem

OF_QUICK_WINS = "mean_of_quick_wins"


def own_questions(user: User, window: EvaluationWindow) -> set[int]:
    """Primary keys of the questions a person does not score: what their own house stands for, as it is now.

    That is what their agency answered, what they wrote themselves for the secretariat, and the quick win questions of
    a dimension in which their agency has a verified quick win.
    """
    structure = structure_of(window.instrument)
    answered = set(window.judged_answers().written_by_house_of(user).values_list("question__code", flat=True))
    house = Q(opd__in=user.home_opds()) | Q(opd__parent__in=user.home_opds())
    rows = QuickWin.objects.of_city(window.city_id).in_year(window.year).verified().filter(house)
    dimensions = set(rows.values_list("dimension__code", flat=True))
    of_quick_wins = {section.code for section in structure.sections if section.method == OF_QUICK_WINS}
    return {
        row.pk
        for row in structure.questions.values()
        if row.code in answered or (row.section in of_quick_wins and row.dimension in dimensions)
    }


def ends_in_time(window: EvaluationWindow, until: datetime, anchor: str) -> list[Problem]:
    """A rehearsal is over before the window it rehearses opens: two panels at once would sway each other."""
    real = window.rehearsal_of
    if real is None or until <= real.opens_at:
        return []
    text = _("A rehearsal ends before the review window opens, on %(time)s at the latest.")
    return [Problem(text % {"time": wib(real.opens_at, window.city.timezone)}, anchor)]


def nobody_scores(window: EvaluationWindow) -> list[str]:
    """Codes of the questions that no seat may score, because all who hold their area are of the house."""
    structure = structure_of(window.instrument)
    seats = list(window.seats.judging().select_related("user").prefetch_related("areas", "own_questions"))
    free: set[int] = set()
    for seat in seats:
        barred = own_questions(seat.user, window) if window.is_prepared() else seat.barred()
        held = {area.code for area in seat.areas.all()}
        free |= {row.pk for row in structure.scored_in(held)} - barred
    return [row.code for row in structure.questions.values() if row.scored and row.pk not in free]
