"""What the suite needs before Django reads its settings: a folder of its own and none of the machine's services.

`prepare()` runs once in every pytest process, at the top of conftest.py. Which database the run uses is chosen
by PORTAL_TEST_DATABASE: "sqlite" (the default, a file, so that threads and workers meet on it as they do in the
demonstration) or "postgres" (a private server that the first process starts and ends).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.servers import Postgres

_KEPT = ("PORTAL_TEST_", "PORTAL_PYTHON")


def prepare() -> None:
    """Set the environment, then start Django. Called before any model is imported."""
    shared = os.environ.get("PORTAL_TEST_RUN")
    if shared is None:  # the first process; pytest-xdist's workers inherit what it sets
        for name in [
            name for name in os.environ if name.startswith("PORTAL_") and not name.startswith(_KEPT)
        ]:
            del os.environ[name]  # a developer's own installation is never what the tests write to
        shared = _folder_of_this_run()
        if database() == "postgres":
            _start_postgres(shared)
    own = Path(shared) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    (own / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "smartcity.settings",
        "PORTAL_DEBUG": "1",
        "PORTAL_VAR": str(own),
        "PORTAL_DATABASE_URL": os.environ.get("PORTAL_TEST_POSTGRES_URL")
        or f"sqlite:///{own}/portal.sqlite3",
    }
    _start_django(own)


def database() -> str:
    """Name the database this run is on: "sqlite" or "postgres"."""
    name = os.environ.get("PORTAL_TEST_DATABASE", "sqlite")
    if name not in {"sqlite", "postgres"}:
        raise SystemExit(f"PORTAL_TEST_DATABASE is {name!r}; it may be sqlite or postgres.")
    return name


def _folder_of_this_run() -> str:
    folder = tempfile.mkdtemp(prefix="portal-test-")
    os.environ["PORTAL_TEST_RUN"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _start_postgres(folder: str) -> None:
    server = Postgres()
    server.start()
    atexit.register(server.stop)
    os.environ["PORTAL_TEST_POSTGRES_URL"] = server.url("portal")


def _start_django(own: Path) -> None:
    from django.conf import settings

    # Argon2 takes 50 ms on purpose; the tests make hundreds of people.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    if database() == "sqlite":
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(own / "test.sqlite3")

    import django

    django.setup()
    if database() == "sqlite":
        _let_the_suite_empty_its_tables()


def _let_the_suite_empty_its_tables() -> None:
    """Between transactional tests Django empties every table; on SQLite that is DELETE, which triggers refuse.

    The triggers that keep the past are taken away for that moment and put back as they were.
    """
    from django.db.backends.sqlite3.operations import DatabaseOperations

    sql_flush = DatabaseOperations.sql_flush

    def around(self: DatabaseOperations, style: object, tables: list[str], **options: bool) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'"
            )
            triggers = cursor.fetchall()
        drop = [f"DROP TRIGGER {self.quote_name(name)}" for name, _ in triggers]
        return [*drop, *sql_flush(self, style, tables, **options), *(sql for _, sql in triggers)]

    DatabaseOperations.sql_flush = around
