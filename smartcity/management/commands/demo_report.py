"""Ask for the readiness report of 2022 as the reviewer would, wait for the worker, and print the file's path.

With --sign-ins ADDRESS it prints where to go and one sign-in per role instead.
"""

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluations.models import EvaluationWindow
from opd.models import Membership
from reports import actions, store
from reports.models import Report, Status
from reports.tasks import ring_on_commit
from smartcity.demo.cast import SHOWN, person
from smartcity.demo.year_2022 import YEAR
from smartcity.management.commands.seed_demo import SIGN_IN

KEY, PATIENCE_SECONDS = "demonstration-2022", 300


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-ins", metavar="ADDRESS", default="")

    def handle(self, *args: Any, sign_ins: str, **options: Any) -> None:
        if sign_ins:
            self._print_sign_ins(sign_ins)
        else:
            self.stdout.write(str(self._report()))

    def _report(self) -> Path:
        reviewer = person("pemeriksa")
        window = EvaluationWindow.objects.select_related("city").get(year=YEAR)
        report = actions.request_report(by=reviewer, city=window.city, year=YEAR, window=window, key=KEY)
        if report.status != Status.READY:
            ring_on_commit(report.pk)
        report = self._finished(report)
        target = settings.PORTAL_VAR / "demo" / report.file_name
        source = store.open_intact(report.sha256)
        if source is None:
            raise CommandError("The stored report is missing or was altered.")
        with source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        return Path(target)

    def _finished(self, report: Report) -> Report:
        end, shown = time.monotonic() + PATIENCE_SECONDS, ""
        while time.monotonic() < end:
            report.refresh_from_db()
            if report.status == Status.READY:
                return report
            if report.status == Status.FAILED:
                raise CommandError(f"The report failed: {report.cause}")
            if (line := f"{report.percent:3d}%  {report.stage}") != shown:
                self.stderr.write(shown := line)
            time.sleep(0.3)
        raise CommandError("The worker did not finish the report; see worker.log in the demo folder.")

    def _print_sign_ins(self, address: str) -> None:
        path = settings.PORTAL_VAR / "demo" / SIGN_IN
        password = path.read_text(encoding="utf-8").strip() if path.exists() else "?"
        self.stdout.write(f"\nOpen {address} and sign in. The password of every account is  {password}\n\n")
        for username in SHOWN:
            roles = Membership.objects.filter(user__username=username)
            words = ", ".join(str(held.get_role_display()) for held in roles)
            self.stdout.write(f"  {username:<20} {words}")
        self.stdout.write("\nStop with Ctrl+C.\n")
