"""Fill an empty portal with Kota Tanjungpinang and live through the year 2022. A second call changes nothing."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from dimensions.loading import load_indicators
from evaluations import loading
from opd import documents, finding
from opd.loading import load_city, read_rows
from opd.models import City
from smartcity.demo import bank, cast, council, follow, letters, plan, practice, quarters, surveys, year_2022
from smartcity.lib import clock

ROOT = Path(__file__).resolve().parents[3]
SINCE = datetime(2019, 1, 1, tzinfo=ZoneInfo("Asia/Jakarta"))
SIGN_IN = "sign-in.txt"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="", help="of every account; made up when not given")
        parser.add_argument("--no-practice", action="store_true", help="leave out the practice year")

    def handle(self, *args: Any, password: str, no_practice: bool, **options: Any) -> None:
        if City.objects.exists():
            self.stdout.write("The portal already holds a city; nothing was changed.")
            return
        password = password or secrets.token_urlsafe(9)
        city = self._load_city()
        cast.make_accounts(city, password, SINCE)
        self._keep_sign_in(password)
        self.stdout.write("Living through 2022 …")
        year_2022.record_public_sources(city)
        self._live_through_the_plan(city)
        documents.adopt(city.pk)
        if not no_practice:
            self.stdout.write("Preparing the practice year …")
            practice.prepare(city)
            plan.carry_over(city)
            quarters.prepare(city)
            council.meet(city)
            surveys.prepare(city)
            follow.of_today(city)
            documents.adopt(city.pk)
            bank.of_today(city)
        plan.link_quick_wins(city)
        finding.rebuild(city.pk)  # what was written past the door, in bulk

    def _live_through_the_plan(self, city: City) -> None:
        """Three years of the masterplan around the window of 2022: it freezes what is known when it opens."""
        plan.load(city)
        silent = [(quarters.LATE, 3), (quarters.LATE, 4)]
        quarters.verify_in_bulk(city, 2020, (1, 2, 3, 4))
        quarters.verify_in_bulk(city, 2021, (1, 2, 3, 4), without=silent[1:])
        quarters.verify_in_bulk(city, 2022, (1, 2))
        follow.of_2021(city)
        window = year_2022.replay(city)
        letters.arrive(city, window)
        surveys.of_2022(city)
        quarters.verify_in_bulk(city, 2022, (3, 4), without=silent)

    def _load_city(self) -> City:
        instruments = ROOT / "evaluations" / "data"
        instrument = loading.load((instruments / "instrument-sample-2022.yaml").read_bytes())
        loading.load((instruments / "instrument-variant-mobility.yaml").read_bytes())
        load_indicators(instrument.dimension_set, read_rows(ROOT / "dimensions" / "data" / "indicators.csv"))
        data = ROOT / "opd" / "data"
        return load_city(
            code="21.72",
            name="Kota Tanjungpinang",
            evaluation_year=clock.now().year,
            dimension_set=instrument.dimension_set,
            opds=read_rows(data / "opd.csv"),
            wards=read_rows(data / "wards.csv"),
        )

    def _keep_sign_in(self, password: str) -> None:
        """The demonstration's password is made up on this machine and readable by its owner only."""
        folder = settings.PORTAL_VAR / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / SIGN_IN
        path.touch(mode=0o600)
        path.write_text(password + "\n", encoding="utf-8")
