"""The empty database as migrations make it: made once, then copied by every process and every run that follows.

Migrating takes most of a minute of one core, a copy a moment. What is kept lies in .cache/tests; its name is a
digest of everything it is made from, so a changed migration never meets an old database. For SQLite that is the
file itself, for PostgreSQL a dump, from which each run's own server makes a database that it clones.

`python -m tests.template` makes it beside something else, for example while tests are collected.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".cache" / "tests"
#: Migrations, what they import, what decides which of them run, and the packages that carry others.
MADE_FROM = (
    "*/migrations/*.py",
    "smartcity/lib/*.py",
    "*/apps.py",
    "smartcity/settings.py",
    "requirements-dev.txt",
)
POSTGRES_NAME = "portal_template"
_OTHERS_KEPT = 3  # of each database, for those who go back and forth between branches


def sqlite_file() -> Path:
    """Return the migrated SQLite database, made now when it is not there yet."""
    return _kept("sqlite", sqlite3.sqlite_version, _migrate_into)


def copy_sqlite(target: Path) -> None:
    """Make `target` a database without rows, its tables and triggers as migrations leave them."""
    for leftover in target.parent.glob(f"{target.name}*"):  # the database of before, its -wal and -shm
        leftover.unlink()
    shutil.copyfile(sqlite_file(), target)


def ready_postgres(url: str) -> None:
    """Make the database `POSTGRES_NAME` at `url`, on the run's own server, for CREATE DATABASE ... TEMPLATE."""
    from tests.servers import postgres_program

    folder, version = url.split("@/")[1].rsplit("/", 1)[0], _postgres_version()
    with _alone(Path(os.environ["PORTAL_TEST_RUN"]) / "template.lock"):
        done = Path(os.environ["PORTAL_TEST_RUN"]) / "template.done"
        if done.exists():
            return
        to = ["-h", folder, "-U", "portal"]
        _run([postgres_program("createdb"), *to, POSTGRES_NAME])

        migrated_here = False

        def dump(target: Path) -> None:
            nonlocal migrated_here
            migrated_here = True
            _migrate(url)
            _run([postgres_program("pg_dump"), *to, "--no-owner", "-f", str(target), POSTGRES_NAME])

        kept = _kept("postgres", version, dump)
        if not migrated_here:
            quietly = ["-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "--single-transaction"]
            _run([postgres_program("psql"), *to, *quietly, "-f", str(kept), POSTGRES_NAME])
        done.touch()


def use(settings: Any) -> None:
    """Let this process's test database be a copy; its settings have got the name of their own already."""
    test = settings.DATABASES["default"]["TEST"]
    test["MIGRATE"] = False  # nothing is left to do
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        copy_sqlite(Path(test["NAME"]))
    else:
        test["TEMPLATE"] = POSTGRES_NAME


def make() -> None:
    """Make what this run's database is copied from."""
    url = os.environ.get("PORTAL_TEST_POSTGRES_URL")
    if url:
        ready_postgres(url.rsplit("/", 1)[0] + f"/{POSTGRES_NAME}")
    else:
        sqlite_file()


def _kept(database: str, version: str, build: Callable[[Path], None]) -> Path:
    """Return the kept file; the first who asks builds it, the others wait."""
    path = _path(database, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent / f"{database}.lock"):
        if not path.exists():
            partial = path.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            build(partial)
            partial.rename(path)
            _forget_old_ones(database)
        path.touch()
    return path


def _path(database: str, version: str) -> Path:
    digest = hashlib.sha256(repr((database, version, sys.version, django.get_version())).encode())
    for pattern in MADE_FROM:
        for source in sorted(ROOT.glob(pattern)):
            content = source.read_bytes()
            digest.update(f"{source.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return KEPT / f"{database}-{digest.hexdigest()[:20]}"


def _forget_old_ones(database: str) -> None:
    found = sorted(KEPT.glob(f"{database}-*"), key=lambda path: path.stat().st_mtime)
    for path in found[:-_OTHERS_KEPT]:
        path.unlink()


def _migrate_into(path: Path) -> None:
    _migrate(f"sqlite:///{path}")


def _migrate(url: str) -> None:
    """In a process of its own: no connection stays, and the settings are those of a new installation."""
    migrate = [
        sys.executable,
        str(ROOT / "manage.py"),
        "migrate",
        "--no-input",
        "--run-syncdb",
        "--verbosity=0",
    ]
    _run(migrate, env=os.environ | {"PORTAL_DEBUG": "1", "PORTAL_DATABASE_URL": url})


def _postgres_version() -> str:
    from tests.servers import postgres_program

    return subprocess.check_output([postgres_program("postgres"), "--version"], text=True)


def _run(command: list[str], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process of this machine is in here; one that is killed lets go."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    make()
