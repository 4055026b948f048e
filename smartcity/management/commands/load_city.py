"""Load a city with its agencies and wards from CSV files; loading again renews what changed.

    manage.py load_city 21.72 "Kota Tanjungpinang" --year 2022 --instrument SMARTCITY-2022-CONTOH \\
        --opds opd/data/opd.csv --wards opd/data/wards.csv
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluations.models import Instrument
from opd.loading import load_city, read_rows


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("name")
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument(
            "--instrument", required=True, help="code of a loaded instrument, for its dimensions"
        )
        parser.add_argument("--opds", type=Path, required=True)
        parser.add_argument("--wards", type=Path)

    def handle(
        self,
        *args: Any,
        code: str,
        name: str,
        year: int,
        instrument: str,
        opds: Path,
        wards: Path | None,
        **options: Any,
    ) -> None:
        found = (
            Instrument.objects.filter(code=instrument)
            .select_related("dimension_set")
            .order_by("-version")
            .first()
        )
        if found is None:
            raise CommandError(f"No instrument {instrument} is loaded; run load_instrument first.")
        city = load_city(
            code=code,
            name=name,
            evaluation_year=year,
            dimension_set=found.dimension_set,
            opds=read_rows(opds),
            wards=read_rows(wards) if wards else [],
        )
        self.stdout.write(f"{city}: {city.opds.count()} agencies, {city.wards.count()} wards.")
