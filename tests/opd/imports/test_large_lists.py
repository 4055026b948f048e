"""Five thousand rows in and out, by the worker's steps and in bounded memory. Time is the benchmark's business."""

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from django.urls import reverse

from opd import tallies
from opd.actions import import_work
from opd.exchange import listing
from opd.imports import Export, Kind
from opd.models import City, ImportJob, ImportStatus, Program, User
from smartcity.lib.spreadsheets import write_xlsx
from tests.opd.imports.conftest import Desk
from tests.opd.imports.worlds import reference

ROWS = 5_000
MEGABYTE = 1024 * 1024


def test_five_thousand_rows_in_and_out(at_desk: Callable[[User], Desk], operator: User, city: City) -> None:
    desk = at_desk(operator)
    job = desk.upload(long_list(), "panjang.xlsx")
    assert job.status == ImportStatus.READING  # a worker's, not the request's
    page = desk.client.get(job.get_absolute_url())
    assert page.context["under_way"]
    assert 'hx-trigger="every 2s"' in page.content.decode()

    assert peak(lambda: import_work.work(job.pk)) < 150 * MEGABYTE
    job = desk.confirm(job)
    assert job.status == ImportStatus.CHECKING
    assert peak(lambda: import_work.work(job.pk)) < 200 * MEGABYTE
    assert desk.client.get(job.get_absolute_url(), headers={"HX-Request": "true"})["HX-Redirect"]
    assert desk.check_page(job).context["save_label"] == "Simpan 5.000 baris"

    job = desk.save(job)
    assert job.status == ImportStatus.SAVING
    assert desk.client.post(reverse("opd:import_save", args=[job.pk])).status_code == 302
    assert peak(lambda: import_work.work(job.pk)) < 200 * MEGABYTE
    job = ImportJob.objects.get(pk=job.pk)
    assert (job.status, job.created, Program.objects.count()) == (ImportStatus.SAVED, ROWS, ROWS)
    assert not hasattr(job, "file")
    assert list(tallies.contradictions()) == []

    def hand_out() -> None:
        listing.programs(Program.objects.visible_to(operator), city, 2022).xlsx().close()

    assert peak(hand_out) < 60 * MEGABYTE


def peak(action: Callable[[], object]) -> int:
    """Return by how many bytes an action made this process grow at the most."""
    before = _held("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    action()
    return _held("VmHWM") - before


def _held(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def long_list() -> bytes:
    export, out = Export(Kind.ACTION_PLAN, [2022], reference()), io.BytesIO()
    rows = (
        {
            "dimension": "GOV", "sub_dimension": "GOV-SRV", "code": f"GOV-{place:05d}", "name": f"Program {place}",
            "lead_opd": "DISBUDPAR", "supporting_opds": ["DISHUB", f"Kampus {place}"], "indicator": "Layanan",
            "unit": "buah", "target_2022": Decimal(place), "budget_2022": Decimal(1_000_000), "status": "RUNNING",
        }
        for place in range(ROWS)
    )  # fmt: skip
    write_xlsx(out, "Rencana Aksi", export.columns(), map(export.row, rows))
    return out.getvalue()
