"""Re-derive what must agree and name each contradiction; exit 1 when there is one."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluations import invariants
from opd import audit, tallies
from opd import invariants as opd_invariants
from opd.completeness import counted
from opd.models import QuickWin, StoredFile, Submission
from reports import store
from reports.models import Dossier, Minutes, Report, Status
from smartcity.lib import files
from smartcity.lib.models import digest_of
from surveys import invariants as surveys


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(contradictions())
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} contradictions.")
        self.stdout.write("Everything agrees.")


def contradictions() -> Iterator[str]:
    """Yield one sentence per contradiction, cheapest checks first."""
    yield from audit.contradictions()
    yield from tallies.contradictions()
    yield from _receipts()
    yield from opd_invariants.contradictions()
    yield from invariants.contradictions()
    yield from surveys.contradictions()
    yield from _completeness()
    yield from _evidence()
    yield from _reports()
    yield from _dossiers()
    yield from _minutes()


def _receipts() -> Iterator[str]:
    for receipt in Submission.objects.all().iterator():
        if digest_of(receipt.payload) != receipt.digest:
            yield f"receipt {receipt.number}: its digest does not fit its text"


def _completeness() -> Iterator[str]:
    for quick_win in QuickWin.objects.exclude(status="recorded").iterator():
        if (quick_win.filled, quick_win.total) != counted(quick_win.filled_values()):
            yield f"quick win {quick_win.code}: the stored completeness differs from its fields"


def _evidence() -> Iterator[str]:
    for stored in StoredFile.objects.all().iterator():
        if not files.is_intact(stored.sha256):
            yield f"evidence file {stored.sha256[:12]}: missing or altered"


def _reports() -> Iterator[str]:
    for report in Report.objects.all().iterator():
        if digest_of(report.inputs) != report.digest:
            yield f"report {report.pk}: its frozen data was altered"
        if report.status == Status.READY:
            file = store.open_intact(report.sha256)
            if file is None:
                yield f"report {report.pk}: its file is missing or altered"
            else:
                file.close()


def _dossiers() -> Iterator[str]:
    for dossier in Dossier.objects.ready().iterator():
        file = store.open_intact(dossier.sha256, store.ZIP)
        if file is None:
            yield f"dossier {dossier.pk}: its file is missing or altered"
        else:
            file.close()


def _minutes() -> Iterator[str]:
    for minutes in Minutes.objects.ready().select_related("reconciliation").iterator():
        file = store.open_intact(minutes.sha256)
        if file is None:
            yield f"minutes {minutes.reconciliation.number}: their file is missing or altered"
        else:
            file.close()
