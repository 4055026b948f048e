"""Recaps of paper forms: entered once, corrected by a new row."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import WrongStatus, acting_role
from surveys import rules
from surveys.actions.steps import audited, locked_service, tell
from surveys.models import Recap, Service, Status
from surveys.models.recap import COUNTS

FIGURES = (*COUNTS, "respondents", "mean")


@transaction.atomic
def enter_recap(
    *, service: Service, values: Mapping[str, Any], number: int, by: User, sample: bool = False
) -> Recap:
    """Enter or correct the recap of a service; `number` is that of the recap the person had read, 0 for none.

    `values`: the counts of the marks, or respondents and mean, and where the figures come from or why they change.
    """
    service = locked_service(service.pk)
    if not (rules.owns(by, service) or rules.may_prepare_in(by, service.city_id)):
        raise PermissionDenied
    if service.round.status == Status.DRAFT:
        raise WrongStatus
    last = Recap.objects.of_service(service).first()
    if last is not None and _says(last) == _wanted(values) and last.by_id == by.pk:
        return last  # pressed twice
    if (last.number if last else 0) != number:
        raise StaleVersion(last)
    recap = Recap.objects.create(
        service=service, number=number + 1, by=by, role=acting_role(by, service), at=clock.now(), sample=sample,
        **values,
    )  # fmt: skip
    tell(service.round, "recap", by, f"{service.name}: {values['reason']}", service)
    after = digest_of({name: str(getattr(recap, name)) for name in FIGURES})
    audited(service.round, "survey.recap", by, recap, after=after, reason=values["reason"])
    return recap


def _says(recap: Recap) -> dict[str, Any]:
    return {name: getattr(recap, name) for name in (*FIGURES, "reason")}


def _wanted(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in (*FIGURES, "reason")}
