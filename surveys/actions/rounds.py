"""Preparing a round, choosing its services, the owner's word, opening and closing."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from dimensions.models import SubDimension
from opd.models import City, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import WrongStatus
from surveys import rules
from surveys.actions.steps import audited, locked_round, locked_service, tell
from surveys.models import Mode, Round, RoundEvent, Service, Sheet, Status
from surveys.workflow import ROUND

#: Read aloud and typed on a phone: no letter that looks like another or like a digit. 31^8 addresses.
LETTERS, LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 8
CHOSEN = ("name", "opd", "program", "quick_win")


def create_round(
    *, city: City, values: Mapping[str, Any], by: User, key: str | None, sample: bool = False
) -> Round:
    """Prepare a round, its target that of the instrument; the same idempotency `key` returns the first one."""
    if not rules.may_prepare_in(by, city.pk):
        raise PermissionDenied
    if first := Round.objects.made_with(key, by):
        return first
    target = values["instrument"].respondents
    try:
        with transaction.atomic():
            survey = Round.objects.create(
                city=city, target=target, created_by=by, sample=sample, idempotency_key=key, **values
            )
            tell(survey, "create", by)
            audited(survey, "survey.created", by, survey)
    except IntegrityError:
        # Two presses at once: the other one made the row. A twin without the key is a real conflict.
        first = Round.objects.made_with(key, by)
        if first is None:
            raise
        return first
    return survey


@transaction.atomic
def save_round(*, pk: int, values: Mapping[str, Any], version: int, by: User) -> Round:
    """Change form and times of a round in preparation; what is saved already is no conflict."""
    survey = locked_round(pk)
    if not rules.may_prepare_in(by, survey.city_id):
        raise PermissionDenied
    if survey.status != Status.DRAFT:
        raise WrongStatus
    changed = {name: value for name, value in values.items() if getattr(survey, name) != value}
    if not changed:
        return survey
    if survey.version != version:
        raise StaleVersion(survey)
    for name, value in changed.items():
        setattr(survey, name, value)
    survey.version += 1
    survey.updated_at = clock.now()
    survey.save()
    tell(survey, "edit", by)
    audited(survey, "survey.saved", by, survey)
    return survey


@transaction.atomic
def choose_service(
    *, survey: Round, sub_dimension: SubDimension, values: Mapping[str, Any], version: int, by: User
) -> Service:
    """Choose the service of a sub-dimension, or another one; `version` 0 where none was chosen yet.

    What the owner confirmed was the old choice, so another one has to be confirmed anew.
    """
    survey = locked_round(survey.pk)
    if not rules.may_prepare_in(by, survey.city_id):
        raise PermissionDenied
    if survey.status != Status.DRAFT:
        raise WrongStatus
    service = survey.services.filter(sub_dimension=sub_dimension).first()
    if service is not None and all(getattr(service, name) == values[name] for name in CHOSEN):
        return service
    if (service.version if service else 0) != version:
        raise StaleVersion(service)
    service = service or Service(round=survey, sub_dimension=sub_dimension, version=0)
    for name in CHOSEN:
        setattr(service, name, values[name])
    service.confirmed_at = service.confirmed_by = None
    service.version += 1
    service.save()
    tell(survey, "service", by, f"{sub_dimension.code}: {service.name} ({service.opd})", service)
    audited(survey, "survey.service", by, service)
    return service


@transaction.atomic
def confirm_service(*, pk: int, version: int, by: User) -> Service:
    """The owner says that it takes part in the survey of this service; pressed twice counts once."""
    service = locked_service(pk)
    if not rules.owns(by, service):
        raise PermissionDenied
    if service.confirmed_at is not None:
        return service
    if service.round.status != Status.DRAFT:
        raise WrongStatus
    if service.version != version:
        raise StaleVersion(service)
    service.confirmed_at, service.confirmed_by = clock.now(), by
    service.version += 1
    service.save()
    tell(service.round, "confirm", by, service.name, service)
    audited(service.round, "survey.confirmed", by, service)
    return service


@transaction.atomic
def move_round(survey: Round, name: str, *, by: User, note: str = "") -> RoundEvent:
    """Open or close a round (surveys/workflow.py); opening makes the forms with their addresses."""
    now = clock.now()
    changes = {"opened_at": now} if name == "open" else {"closed_at": now}
    event: RoundEvent = ROUND.make(survey, name, by=by, note=note.strip(), changes=changes)
    if name == "open":
        services = list(survey.services.all()) if survey.mode == Mode.SPLIT else [None]
        for service in services:
            Sheet.objects.create(round=survey, service=service, code=_new_code())
    audited(survey, f"survey.{name}", by, survey, reason=note.strip())
    return event


def _new_code() -> str:
    """A code nobody has: the address of a form."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
        if not Sheet.objects.with_code(code).exists():
            return code
