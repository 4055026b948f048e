"""Lines for people, written in the transaction of the change; the mail is the one digest of the next morning."""

from collections.abc import Iterable
from typing import Any

from opd.actions.ladder import local_day
from opd.models import City, Membership, Notification, Opd, Role, User
from opd.models.people import OF_AN_OPD
from smartcity.lib import clock


def of_agency(opd: Opd) -> list[User]:
    """Operators and heads of an agency, or of who stands for it today."""
    held = Membership.objects.valid_now().of_roles(OF_AN_OPD).filter(opd__in=[opd.pk, *opd.heirs()])
    return _people(held)


def of_city(city_id: int) -> list[User]:
    """Reviewers and planners of a city."""
    held = Membership.objects.valid_now().of_roles([Role.REVIEWER, Role.PLANNER]).filter(city=city_id)
    return _people(held)


def _people(held: Any) -> list[User]:
    rows = held.filter(user__is_active=True).select_related("user").order_by("pk")
    return list({row.user_id: row.user for row in rows}.values())


def write(
    people: Iterable[User],
    *,
    by: User | None,
    city: City,
    kind: str,
    about: str,
    pk: int,
    title: str,
    url: str,
    text: str = "",
) -> None:
    """One line for each of `people` but `by`. The same cause once more on the same day: the line asks again."""
    Notification.objects.bulk_create(
        (
            Notification(
                user=user,
                city=city,
                day=local_day(city, clock.now()),
                kind=kind,
                about=about,
                about_id=pk,
                title=title[:300],
                text=text[:500],
                url=url,
                created_at=clock.now(),
            )
            for user in people
            if by is None or user.pk != by.pk
        ),
        update_conflicts=True,
        update_fields=["title", "text", "url", "created_at", "read_at", "settled_at"],
        unique_fields=["user", "kind", "about", "about_id", "day"],
    )
