"""Ask for the minutes of the panel and the readiness report of 2022 as the reviewer would, wait for the worker, and
print the paths of both files, the report last.

With --sign-ins ADDRESS it prints where to go and one sign-in per role instead.
"""

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluations.models import EvaluationWindow, Reconciliation
from opd.models import Membership
from reports import actions, store
from reports.minutes import actions as minutes_actions
from reports.models import Minutes, Report, Status
from reports.tasks import ring_for_minutes_on_commit, ring_on_commit
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
            # Asked for together: the worker draws one after the other without waiting.
            minutes, report = self._ask_for_minutes(), self._ask_for_report()
            for paper in (minutes, report):
                self.stdout.write(str(self._copied(self._finished(paper))))

    def _ask_for_report(self) -> Report:
        window = EvaluationWindow.objects.select_related("city").get(year=YEAR)
        report = actions.request_report(
            by=person("pemeriksa"), city=window.city, year=YEAR, window=window, key=KEY
        )
        if report.status != Status.READY:
            ring_on_commit(report.pk)
        return report

    def _ask_for_minutes(self) -> Minutes:
        reviewer = person("pemeriksa")
        closed = Reconciliation.objects.visible_to(reviewer).closed().filter(window__year=YEAR)
        newest = closed.select_related("window").latest("revision")
        minutes, _created = minutes_actions.request_minutes(by=reviewer, reconciliation=newest)
        if minutes.status != Status.READY:
            ring_for_minutes_on_commit(minutes.pk)
        return minutes

    def _finished(self, paper: Report | Minutes) -> Report | Minutes:
        end, shown = time.monotonic() + PATIENCE_SECONDS, ""
        while time.monotonic() < end:
            paper.refresh_from_db()
            if paper.status == Status.READY:
                return paper
            if paper.status == Status.FAILED:
                raise CommandError(f"{paper} failed: {paper.cause}")
            if (line := f"{paper.percent:3d}%  {paper.stage}") != shown:
                self.stderr.write(shown := line)
            time.sleep(0.3)
        raise CommandError(f"The worker did not finish {paper}; see worker.log in the demo folder.")

    def _copied(self, paper: Report | Minutes) -> Path:
        """The file where a person finds it by its name."""
        target = settings.PORTAL_VAR / "demo" / paper.file_name
        source = store.open_intact(paper.sha256)
        if source is None:
            raise CommandError(f"The stored file of {paper} is missing or was altered.")
        with source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        return Path(target)

    def _print_sign_ins(self, address: str) -> None:
        path = settings.PORTAL_VAR / "demo" / SIGN_IN
        password = path.read_text(encoding="utf-8").strip() if path.exists() else "?"
        self.stdout.write(f"\nOpen {address} and sign in. The password of every account is  {password}\n\n")
        for username in SHOWN:
            roles = Membership.objects.filter(user__username=username)
            words = ", ".join(str(held.get_role_display()) for held in roles)
            self.stdout.write(f"  {username:<20} {words}")
        self.stdout.write("\nStop with Ctrl+C.\n")
