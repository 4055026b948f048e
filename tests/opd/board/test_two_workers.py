"""Two workers at the same moment: one reminder, one digest. On PostgreSQL, which really lets them."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail

from opd.actions import ladder, telling
from opd.models import City, Digest, Notification, Reminder, ReportingPeriod
from smartcity.lib import clock
from tests.opd.progress import reports
from tests.opd.test_races import at_once
from tests.scenarios import House

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NOW = datetime(2022, 10, 3, 1, tzinfo=UTC)


def test_two_workers_send_one_digest(
    transactional_db: None, house: House, period: ReportingPeriod, addresses: dict[str, str], recount: object
) -> None:
    reports.program(house)
    recount()  # type: ignore[operator]

    def climb() -> int:
        with clock.at(NOW):
            return ladder.climb(City.objects.get(pk=house.opd.city_id))

    def send() -> bool:
        with clock.at(NOW):
            return telling.send_digest(house.operator.pk, date(2022, 10, 3), "http://portal")

    assert sum(at_once([climb] * 4)) == 1
    assert Reminder.objects.count() == Notification.objects.count() == 1
    assert sorted(at_once([send] * 4)) == [False, False, False, True]
    assert len(mail.outbox) == 1
    assert Digest.objects.get().attempts == 1
