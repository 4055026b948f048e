"""bin/backup: what was there comes back, files are kept once, and nothing is ever overwritten."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.servers import postgres_program

SCRIPT = Path(settings.BASE_DIR) / "bin" / "backup"


class Installation:
    """A database with one table and a folder of evidence; bin/backup needs no more to be told from another."""

    def __init__(self, var: Path, database_url: str) -> None:
        self.var, self.evidence = var, var / "evidence"
        self.evidence.mkdir(parents=True)
        self.environment = os.environ | {"PORTAL_VAR": str(var), "PORTAL_DATABASE_URL": database_url}

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, SCRIPT, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def keep(self, content: bytes) -> Path:
        """Store a file under its hash, as the portal does."""
        name = hashlib.sha256(content).hexdigest()
        path = self.evidence / name[:2] / name[2:4] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path.relative_to(self.evidence)


def on_sqlite(var: Path) -> Installation:
    return Installation(var, f"sqlite:///{var / 'portal.sqlite3'}")


def write(installation: Installation, *words: str) -> None:
    with closing(sqlite3.connect(installation.var / "portal.sqlite3")) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS said (word TEXT)")
        database.executemany("INSERT INTO said VALUES (?)", [(word,) for word in words])


def read(installation: Installation) -> list[str]:
    with closing(sqlite3.connect(installation.var / "portal.sqlite3")) as database:
        return [word for (word,) in database.execute("SELECT word FROM said ORDER BY word")]


def the_backup(folder: Path) -> Path:
    (made,) = (path for path in folder.iterdir() if path.name != "files")
    return made


def test_everything_comes_back(tmp_path: Path) -> None:
    old, new, shelf = on_sqlite(tmp_path / "old"), on_sqlite(tmp_path / "new"), tmp_path / "shelf"
    write(old, "satu")
    file = old.keep(b"bukti")
    (old.evidence / "incoming" / "x").mkdir(parents=True)
    (old.evidence / "incoming" / "x" / "upload").write_bytes(b"half an upload")

    done = old.run(shelf)
    assert done.returncode == 0, done.stderr
    write(old, "dua")  # after the backup: must not come back
    done = new.run("--restore", the_backup(shelf))

    assert done.returncode == 0, done.stderr
    assert read(new) == ["satu"]
    kept = [path.relative_to(new.evidence) for path in new.evidence.rglob("*") if path.is_file()]
    assert kept == [file]
    assert (new.evidence / file).read_bytes() == b"bukti"


def test_rows_still_in_the_write_ahead_log_are_in_the_backup(tmp_path: Path) -> None:
    old, new, shelf = on_sqlite(tmp_path / "old"), on_sqlite(tmp_path / "new"), tmp_path / "shelf"
    write(old, "satu")
    with closing(sqlite3.connect(old.var / "portal.sqlite3")) as still_open:
        still_open.execute("PRAGMA wal_autocheckpoint=0")
        with still_open:
            still_open.execute("INSERT INTO said VALUES ('dua')")
        assert old.run(shelf).returncode == 0
    assert new.run("--restore", the_backup(shelf)).returncode == 0
    assert read(new) == ["dua", "satu"]


def test_a_file_is_copied_once_for_all_backups(tmp_path: Path) -> None:
    old, shelf = on_sqlite(tmp_path / "old"), tmp_path / "shelf"
    write(old, "satu")
    file = old.keep(b"bukti")
    old.run(shelf)
    copy = shelf / "files" / "evidence" / file
    first = copy.stat().st_ino
    the_backup(shelf).rename(shelf / "yesterday")
    old.keep(b"baru")
    assert "1 new files" in old.run(shelf).stdout
    assert copy.stat().st_ino == first


def test_restore_never_overwrites(tmp_path: Path) -> None:
    old, shelf = on_sqlite(tmp_path / "old"), tmp_path / "shelf"
    write(old, "satu")
    old.run(shelf)
    write(old, "dua")
    done = old.run("--restore", the_backup(shelf))
    assert done.returncode != 0
    assert "never overwrites" in done.stderr
    assert read(old) == ["dua", "satu"]


def test_interrupted_backup_does_not_look_whole(tmp_path: Path) -> None:
    old, shelf = on_sqlite(tmp_path / "old"), tmp_path / "shelf"
    (old.var / "portal.sqlite3").write_bytes(b"this is no database, and reading it must stop the backup")
    assert old.run(shelf).returncode != 0
    assert the_backup(shelf).suffix == ".unfinished"


@pytest.mark.postgres
def test_postgres_comes_back(tmp_path: Path) -> None:
    shelf, server = tmp_path / "shelf", settings.DATABASES["default"]
    psql = [
        postgres_program("psql"),
        "-XAqt",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        server["HOST"],
        "-U",
        server["USER"],
    ]

    def sql(database: str, *statements: str) -> str:
        words = [word for statement in statements for word in ("-c", statement)]
        return subprocess.check_output([*psql, "-d", database, *words], text=True).strip()

    def on_postgres(name: str) -> Installation:
        sql("postgres", f"CREATE DATABASE {name}")
        return Installation(tmp_path / name, f"postgres://{server['USER']}@/{server['HOST']}/{name}")

    old, new = on_postgres(f"old_{os.getpid()}"), on_postgres(f"new_{os.getpid()}")
    try:
        sql(f"old_{os.getpid()}", "CREATE TABLE said (word text)", "INSERT INTO said VALUES ('satu')")
        file = old.keep(b"bukti")
        done = old.run(shelf)
        assert done.returncode == 0, done.stderr
        done = new.run("--restore", the_backup(shelf))
        assert done.returncode == 0, done.stderr
        assert sql(f"new_{os.getpid()}", "SELECT word FROM said") == "satu"
        assert (new.evidence / file).read_bytes() == b"bukti"
        again = new.run("--restore", the_backup(shelf))
        assert again.returncode != 0
        assert "not empty" in again.stderr
    finally:
        for name in ("old", "new"):
            sql("postgres", f"DROP DATABASE {name}_{os.getpid()} WITH (FORCE)")
