"""What every test can ask for. Infrastructure here; services in services.py, the cast in cast.py."""

from tests import environment

environment.prepare()  # before anything below imports a model

from collections.abc import Callable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import translation  # noqa: E402

from tests.services import broker, worker  # noqa: E402, F401

_DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what gains nothing on this run's database, and begin with the long ones.

    On PostgreSQL: no browser stories and nothing that never opens the database; both were seen on SQLite.
    """
    on_postgres = environment.database() == "postgres"
    kept, left_out = [], []
    for item in items:
        if on_postgres:
            wanted = _uses_database(item) and item.get_closest_marker("browser") is None
        else:
            wanted = item.get_closest_marker("postgres") is None
        (kept if wanted else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    for item in kept:
        # One Chromium and one background worker at a time: each pytest-xdist worker gets whole groups.
        for long in ("background", "browser"):
            if item.get_closest_marker(long):
                item.add_marker(pytest.mark.xdist_group(long))
    items[:] = sorted(kept, key=lambda item: not (item.get_closest_marker("background") or item.get_closest_marker("browser")))


def _uses_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & _DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    """Every test begins in the portal's language, whatever the one before it left active."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def private_files(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    """Give the test its own evidence and report folders; return the folder above both."""
    settings.PORTAL_EVIDENCE_ROOT = tmp_path / "evidence"
    settings.PORTAL_REPORT_ROOT = tmp_path / "reports"
    return tmp_path


@pytest.fixture
def count_queries() -> Callable[[Callable[[], object]], int]:
    """Return a function that tells how many queries its argument makes, called once."""

    def count(action: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            action()
        return len(captured)

    return count
