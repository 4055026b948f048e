"""A person's calendar feed: make its secret address, or take it back."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from opd import audit
from opd.models import CalendarFeed, City, User
from opd.models.feed import digest_of_token, new_token
from smartcity.lib import clock


@transaction.atomic
def renew_feed(*, by: User) -> str:
    """Give the person a new secret and return it, this once; an address given before stops working."""
    city, token = _city_of(by), new_token()
    feed, _created = CalendarFeed.objects.update_or_create(
        user=by,
        defaults={"digest": digest_of_token(token), "created_at": clock.now(), "hour": None, "reads": 0},
    )
    audit.record(by=by, action="calendar.renewed", obj=feed, city_id=city.pk, year=city.evaluation_year)
    return token


@transaction.atomic
def revoke_feed(*, by: User) -> None:
    """Take the address back: whoever still has it finds nothing. Without one there is nothing to do."""
    city = _city_of(by)
    feed = CalendarFeed.objects.of_person(by).select_for_update().first()
    if feed is None:
        return
    audit.record(by=by, action="calendar.revoked", obj=feed, city_id=city.pk, year=city.evaluation_year)
    feed.delete()


def _city_of(by: User) -> City:
    city = by.city()
    if city is None:
        raise PermissionDenied
    return city
