"""Keeping what a respondent answered: once, in time, and nothing about the person."""

import hashlib
from collections.abc import Mapping

from django.db import transaction

from opd.models import User
from smartcity.lib import clock
from surveys import tallies
from surveys.actions.steps import audited
from surveys.models import Mark, Response, Sheet, Source, State


class NotAccepted(Exception):
    """The form takes no answer now; `state` says why."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


@transaction.atomic
def keep_response(
    *, sheet: Sheet, marks: Mapping[int, int], number: str, helper: User | None = None
) -> Response:
    """Keep the marks (service -> 1 to 4) of one respondent; `number` is the form's own, so twice counts once.

    `helper` is the officer who sat beside the respondent. Form and round are locked: neither the quota nor the closing
    time can be passed in between. What the public sends leaves no trail of its own: its moment would point at a person.
    """
    sheet = _locked(sheet)
    token = hashlib.sha256(f"{sheet.code}:{number}".encode()).hexdigest()
    if first := Response.objects.with_token(token):
        return first
    if (state := state_of(sheet)) is not State.RUNNING:
        raise NotAccepted(state)
    services = sheet.services()
    if {service.pk for service in services} != set(marks):
        raise ValueError("a form is answered as a whole")
    response = Response.objects.create(
        sheet=sheet,
        on=clock.now().astimezone(sheet.round.city.zone()).date(),
        source=Source.HELPED if helper else Source.PUBLIC,
        token=token,
    )
    Mark.objects.bulk_create(
        [Mark(response=response, service=service, value=marks[service.pk]) for service in services]
    )
    if helper:
        audited(sheet.round, "survey.helped", helper, sheet)
    return response


def state_of(sheet: Sheet) -> State:
    """What a form says now: too early, running, over, or that it has all the answers it needs."""
    state = sheet.round.state(clock.now())
    return State.FULL if state is State.RUNNING and tallies.is_full(sheet) else state


def _locked(sheet: Sheet) -> Sheet:
    rows = Sheet.objects.select_for_update(of=("self", "round"))
    return rows.select_related("round__city").get(pk=sheet.pk)
