"""Preparing a rehearsal (gladi) of a window: the times are its own, everything else it takes from the window."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions.steps import locked_window
from evaluations.actions.window import save_window
from evaluations.models import EvaluationWindow
from evaluations.rehearsal import ends_in_time
from opd.models import User
from smartcity.lib.workflow import NotReady, Problem, WrongStatus


@transaction.atomic
def save_rehearsal(*, rehearsal: EvaluationWindow, by: User, version: int | None = None) -> EvaluationWindow:
    """Write a prepared rehearsal: a new one of `rehearsal.rehearsal_of`, or the draft a person had read at `version`.

    Raises PermissionDenied, WrongStatus once the window it rehearses is opened, NotReady with what stands against it.
    """
    assert rehearsal.rehearsal_of is not None
    real = locked_window(rehearsal.rehearsal_of)
    if not rules.may_rehearse(by, real):
        raise PermissionDenied if not rules.may_prepare_in(by, real.city_id) else WrongStatus
    if rehearsal.pk is None:
        _take_over(rehearsal, real)
    elif rehearsal.instrument_id != real.instrument_id and rehearsal.is_prepared():
        rehearsal.instrument = real.instrument
        for seat in rehearsal.seats.all():  # areas belong to a question list: they are chosen anew
            seat.areas.clear()
    rehearsal.rehearsal_of = real
    rehearsal.inputs_due_at = rehearsal.opens_at
    if problems := ends_in_time(rehearsal, rehearsal.closes_at, "#id_closes_at"):
        raise NotReady(problems)
    return save_window(window=rehearsal, by=by, version=version)


def _take_over(rehearsal: EvaluationWindow, real: EvaluationWindow) -> None:
    """City, year and question list are those of the window; the number goes on counting."""
    held = EvaluationWindow.with_rehearsals.rehearsing(real)
    if held.running_or_prepared().exists():
        text = _("A rehearsal of this window is not closed yet. One at a time.")
        raise NotReady([Problem(text, "#id_opens_at")])
    rehearsal.city, rehearsal.year, rehearsal.sample = real.city, real.year, real.sample
    rehearsal.instrument = real.instrument
    rehearsal.stage = EvaluationWindow.with_rehearsals.of_city(real.city_id).in_year(real.year).free_name()
