"""A city whose third quarter is due on 10 October 2022, with the usual ladder, and people with addresses."""

from collections.abc import Callable

import pytest

from opd import owing, tallies, tasks
from opd.models import City, ReportingPeriod, User


@pytest.fixture
def period(city: City) -> ReportingPeriod:
    """Operator on the 3rd, head on the 10th, assistant on the 15th of October."""
    row = owing.usual_period(city, 2022, 3)
    row.save()
    return row


@pytest.fixture
def addresses(cast: dict[str, User]) -> dict[str, str]:
    """Everybody of the cast has one; return address -> name in the cast."""
    for name, user in cast.items():
        User.objects.filter(pk=user.pk).update(email=f"{name}@contoh.invalid")
    return {f"{name}@contoh.invalid": name for name in cast}


@pytest.fixture
def recount(city: City) -> Callable[[], None]:
    """Programmes of these tests come by the side door: their summary is counted anew."""
    return lambda: tallies.rebuild(city.pk)


@pytest.fixture(autouse=True)
def _workers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is worked on where it is rung."""
    monkeypatch.setattr(tasks.send_digest, "apply_async", lambda args, **options: tasks.send_digest(*args))
