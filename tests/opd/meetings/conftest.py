"""A meeting, its tasks, and the words of a page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from opd.actions import meetings
from opd.models import Decision, Meeting, Opd
from smartcity.lib import clock
from tests.scenarios import House

As = Callable[..., Client]


@pytest.fixture
def meeting(house: House) -> Meeting:
    values = {"title": "Rapat Dewan", "held_at": clock.now(), "minutes": "Rahasia notulen"}
    return meetings.create_meeting(city=house.opd.city, values=values, by=house.decider, key=None)


def task(
    meeting: Meeting, house: House, text: str = "Lengkapi bukti", days: int = 7, opd: Opd | None = None
) -> Decision:
    values = {"text": text, "opd": opd or house.opd, "due_on": (clock.now() + timedelta(days=days)).date()}
    return meetings.decide(meeting=meeting, values=values, by=house.decider, key=None)


def words(client: Client, address: str) -> str:
    """The page's text; cells of a table stand side by side without a space."""
    return " ".join(strip_tags(client.get(address).content.decode()).split())
