"""Several phones at the same moment, on a database that really lets them: PostgreSQL."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from surveys import invariants, tokens
from surveys.models import Response, Round, Sheet
from tests.opd.test_races import posts
from tests.surveys.builders import answered, opened

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PHONES = 6


@pytest.fixture
def sheet(transactional_db: None, city: Any, cast: Any, dinkes: Any) -> Sheet:
    """A joint form with one place left; its times are around the real present, which the threads see."""
    sheet = opened(city, cast, dinkes, target=3).sheets.get()
    for mark in (3, 4):
        answered(sheet, mark)
    now = timezone.now()
    Round.objects.update(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))
    return sheet


def test_the_last_place_is_given_once(sheet: Sheet) -> None:
    answers = _send(sheet, [tokens.issue(sheet) for _phone in range(PHONES)])
    assert Counter(answers) == {302: 1, 409: PHONES - 1}
    assert Response.objects.count() == 3


def test_one_form_sent_from_many_hands_counts_once(sheet: Sheet) -> None:
    assert Counter(_send(sheet, [tokens.issue(sheet)] * PHONES)) == {302: PHONES}
    assert Response.objects.count() == 3
    assert list(invariants.contradictions()) == []


def _send(sheet: Sheet, numbers: list[str]) -> list[int]:
    data = [{"a1": 4, "a2": 4, "a3": 4, "token": number} for number in numbers]
    clients = [Client() for _number in numbers]
    return [
        getattr(answer, "status_code", answer) for answer in posts(clients, sheet.get_absolute_url(), data)
    ]
