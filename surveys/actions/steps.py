"""The steps all actions share: locking, the history, the audit trail."""

from typing import Any

from opd import audit
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.workflow import acting_role
from surveys.models import Round, RoundEvent, Service


def locked_round(pk: int) -> Round:
    """The round's row as it is now, locked until the transaction ends."""
    rows = Round.objects.select_for_update(of=("self",))
    return rows.select_related("city", "instrument", "dimension").get(pk=pk)


def locked_service(pk: int) -> Service:
    """A service with its round, both locked: the round cannot open or close in between."""
    rows = Service.objects.select_for_update(of=("self", "round"))
    return rows.select_related("round__city", "round__instrument", "sub_dimension", "opd").get(pk=pk)


def tell(survey: Round, move: str, by: User, note: str = "", service: Service | None = None) -> RoundEvent:
    """Add a line that changes no status to the history."""
    return RoundEvent.objects.create(
        round=survey, service=service, move=move, source=survey.status, target=survey.status, actor=by,
        role=acting_role(by, service or survey), note=note, at=clock.now(),
    )  # fmt: skip


def audited(survey: Round, action: str, by: User, obj: Any, *, after: str = "", reason: str = "") -> None:
    """Append to the city's chain of the year."""
    audit.record(
        by=by, action=action, obj=obj, city_id=survey.city_id, year=survey.year, after=after, reason=reason
    )
