"""Load instrument files: `manage.py load_instrument worksheet-2027.yaml`; without a file, the two samples."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from evaluations.instrument_file import SIZE_LIMIT, InstrumentRefused, read
from evaluations.loading import load

SAMPLES = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    """One file is one transaction: a refused file leaves the ones before it loaded."""

    help = "Load instrument files (YAML). The same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="instrument files; default: the samples")
        parser.add_argument("--check", action="store_true", help="only read and check the files")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"] or sorted(SAMPLES.glob("instrument-*.yaml")):
            try:
                with path.open("rb") as file:
                    source = file.read(SIZE_LIMIT + 1)
                said = self._check(source) if options["check"] else self._load(source)
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}") from None
            except InstrumentRefused as refusal:
                raise CommandError("\n".join([f"{path.name}:", *refusal.problems])) from None
            self.stdout.write(f"{path.name}: {said}")

    def _check(self, source: bytes) -> str:
        head = read(source)["instrument"]
        return _("%(title)s, version %(version)s") % {"title": head["title_id"], "version": head["version"]}

    def _load(self, source: bytes) -> str:
        return str(load(source).label)
