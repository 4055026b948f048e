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
        for name in [name for name in os.environ if name.startswith("PORTAL_") and not name.startswith(_KEPT)]:
            del os.environ[name]  # a developer's own installation is never what the tests write to
        shared = _folder_of_this_run()
        if database() == "postgres":
            _start_postgres(shared)
    own = Path(shared) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    own.mkdir(exist_ok=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "smartcity.settings",
        "PORTAL_DEBUG": "1",
        "PORTAL_VAR": str(own),
        "PORTAL_DATABASE_URL": os.environ.get("PORTAL_TEST_POSTGRES_URL") or f"sqlite:///{own}/portal.sqlite3",
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
