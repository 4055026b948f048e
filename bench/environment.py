"""A portal as in production, on servers of its own: PostgreSQL, Redis, a folder; all gone at the end."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import Postgres, Redis

BASELINE_TEMPLATES = Path(__file__).parent / "baselines" / "templates"


@dataclass(frozen=True)
class Stage:
    """Where a run happens. `quick`: small sizes and few rounds."""

    folder: Path
    postgres: Postgres
    redis: Redis
    quick: bool

    def rounds(self, usual: int, quick: int = 2) -> int:
        return self.many(usual, quick)

    def many(self, usual: int, quick: int) -> int:
        """How many records, writes or tasks: `quick` of them under --quick."""
        return quick if self.quick else usual


@contextmanager
def stage(*, quick: bool) -> Iterator[Stage]:
    """Start the servers and Django, with an empty, migrated database; end them afterwards."""
    for name in [name for name in os.environ if name.startswith("PORTAL_") and name != "PORTAL_PYTHON"]:
        del os.environ[name]  # an installation of this machine is never what is measured
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    postgres, redis = Postgres(), Redis(folder)
    try:
        postgres.start()
        redis.start()
        _start_django(folder, postgres, redis)
        yield Stage(folder, postgres, redis, quick)
    finally:
        redis.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start_django(folder: Path, postgres: Postgres, redis: Redis) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "smartcity.settings",
        "PORTAL_DEBUG": "0",  # with it on, Django keeps every query and reads templates anew
        "PORTAL_SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_ALLOWED_HOSTS": "localhost",
        "PORTAL_HTTPS": "0",  # no redirect to https inside one process
        "PORTAL_VAR": str(folder),
        "PORTAL_DATABASE_URL": postgres.url("postgres"),
        "PORTAL_REDIS_URL": redis.url,
        "PORTAL_LOG_LEVEL": "CRITICAL",
    }
    (folder / "static").mkdir()
    import django
    from django.conf import settings

    # A statement may take as long as it takes to make a million rows.
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=5000"
    settings.TEMPLATES[0]["DIRS"].append(BASELINE_TEMPLATES)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    django.setup()

    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    use_new_database("city")


def use_new_database(name: str, template: str = "postgres") -> None:
    """Make a database as a copy of another one and go on in it."""
    from django.db import connection

    use_database("template1")
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    use_database(name)


def use_database(name: str) -> None:
    """Go on in another database of the same server; the first query connects."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
