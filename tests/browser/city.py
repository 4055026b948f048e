"""The demonstration's city, seeded once and put back before every story.

The seed goes through the very functions the pages use, so it takes its time; a story gets a copy of the
database (page by page, through SQLite itself, so that nobody has to close anything) and of the evidence.
"""

import shutil
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import override_settings

PASSWORD = "peragaan-lokal"


class SeededCity:
    """The demonstration as `bin/demo` leaves it, kept in files; `put_back` makes it the present."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evidence = folder / "evidence"
        self.empty, self.full = folder / "empty.sqlite3", folder / "full.sqlite3"

    def seed(self) -> None:
        """Fill the test's database, keep a copy of it, and leave the database as it was."""
        _copy_out(self.empty)
        with override_settings(PORTAL_VAR=self.folder, PORTAL_EVIDENCE_ROOT=self.evidence):
            call_command("seed_demo", password=PASSWORD, stdout=StringIO())
        _copy_out(self.full)
        self.clear()

    def put_back(self, evidence: Path) -> None:
        """Make the seeded city the content of the test's database, its files those of `evidence`."""
        shutil.copytree(self.evidence, evidence, copy_function=_link)
        _copy_in(self.full)

    def clear(self) -> None:
        """Leave the database as migrations made it: what the rest of the suite expects."""
        _copy_in(self.empty)


def _copy_out(target: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)


def _copy_in(source: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(source)) as copy:
        copy.backup(connection.connection)


def _link(source: str, target: str) -> None:
    """A stored file is never written again, so a second name is as good as a copy."""
    Path(target).hardlink_to(source)
