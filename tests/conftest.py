"""What every test can ask for. Infrastructure here; services in services.py, the cast in cast.py."""

from tests import environment

environment.prepare()  # before anything below imports a model

from collections.abc import Callable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import translation  # noqa: E402
from pytest_django import DjangoDbBlocker  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

from tests.ground import GROUND, plan_of  # noqa: E402
from tests.services import broker, worker  # noqa: E402, F401

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile(
    "suite", deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

_DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what gains nothing on this run's database.

    On PostgreSQL: no browser stories, no broker of files, nothing that never opens the database; SQLite has seen them.
    Nor the permission matrix: it asks the same views of both, and who sees which rows is tested by each app on both.
    """
    wanted = _gains_on_postgres if environment.database() == "postgres" else _gains_on_sqlite
    kept = [item for item in items if wanted(item)]
    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
    for item in kept:
        if item.get_closest_marker("browser") is not None:
            # the first of them waits for the whole city to be seeded; the sweep opens a hundred pages in one test
            item.add_marker(pytest.mark.timeout(600))


class Together(LoadScopeScheduling):
    """Whole folders of long stories go to one pytest-xdist worker, everything else test by test.

    So there is one Chromium with one seeded city, and never two Celery workers at a time.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in {"background", "browser"} else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    config.option.loadscopereorder = False  # pytest-django's order counts: whoever empties tables is last
    return Together(config, log)


def _gains_on_sqlite(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgres") is None


def _gains_on_postgres(item: pytest.Item) -> bool:
    if item.get_closest_marker("postgres") is not None:
        return True
    params = getattr(getattr(item, "callspec", None), "params", {})
    seen = params.get("broker") == "filesystem" or item.get_closest_marker("browser") is not None
    seen = seen or item.path.is_relative_to(Path(__file__).parent / "permissions")
    return _opens_database(item) and not seen


def _opens_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    return bool(names & _DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture of a test, however wide its scope: rows that it does not begin with are gone."""
    if plan_of(item) != GROUND.plan:
        GROUND.leave()


def pytest_sessionfinish() -> None:
    GROUND.leave()


@pytest.fixture
def _ground(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    if plan := plan_of(request.node):
        GROUND.stand_on(plan, django_db_blocker)


@pytest.fixture
def _django_db_helper(_ground: None, _django_db_helper: None) -> None:
    """What pytest-django's own fixtures for the database begin with: the ground comes before their transaction."""


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    """Every test begins in the portal's language, whatever the one before it left active."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _no_connection_left_open(request: pytest.FixtureRequest) -> None:
    """A test without the database starts without a connection to it, whichever test ran before it."""
    if not _opens_database(request.node):
        connections.close_all()


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
