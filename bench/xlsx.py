"""Lists in and out (X1): an export beside openpyxl's write-only mode, an import beside its read-only mode.

An import is measured twice: every row of the list is a new programme, and every row changes one that is there.
"""

import io
import resource
import time
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from bench.baselines import workbook
from bench.city import Built, Size, build
from bench.content import Words
from bench.environment import Stage, use_new_database
from bench.measure import Row, once, ratios
from opd.actions import import_work, imports
from opd.exchange import listing
from opd.exchange.found import table_of
from opd.exchange.reference import World
from opd.imports import Export, Kind, propose
from opd.models import ImportJob, ImportStatus, MasterPlan, Membership, Program, Role, User
from smartcity.lib import clock
from smartcity.lib.spreadsheets import write_xlsx

OUT, IN = 10_000, 5_000
CHANGED = 5.0  # a change is compared, written and audited; a new row is only written
YEARS = (2021, 2022)


def rows(stage: Stage) -> list[Row]:
    use_new_database("lists")
    desk = Desk(stage)
    out, into = stage.many(OUT, 500), stage.many(IN, 250)
    count = stage.rounds(5)
    imported = [desk.bring_in(into, number) for number in range(count)]
    new_peak = _peak()
    changed = [desk.change(into, number) for number in range(min(count, 3))]
    changed_peak = _peak()
    desk.bring_in(max(0, out - Program.objects.count()), count)
    exported = [desk.hand_out(out) for _ in range(count)]
    return [
        Row(
            "X1-out",
            f"export {out} programmes / openpyxl write-only, the same cells",
            ratios([one["portal"] for one in exported], [one["openpyxl"] for one in exported]),
            1.2,
            facts={"ms": round(exported[-1]["portal"]), "of openpyxl": round(exported[-1]["openpyxl"])},
        ),
        Row(
            "X1-in",
            f"import {into} rows: parse, validate, store / openpyxl read-only",
            ratios(_work(imported), [one["openpyxl"] for one in imported]),
            2.5,
            facts=_steps(imported) | {"peak MB": new_peak},
        ),
        Row(
            "X1-changed",
            f"import {into} rows that change {into} programmes / openpyxl read-only",
            ratios(_work(changed), [one["openpyxl"] for one in changed]),
            CHANGED,
            facts=_steps(changed) | {"peak MB": changed_peak},
        ),
    ]


class Desk:
    """A city with a masterplan, and the planner who brings lists in and takes them out."""

    def __init__(self, stage: Stage) -> None:
        self.built: Built = build("21.91", Size(40, 0, 0), stage.folder)
        self.city = self.built.city
        reviewer = self.built.cast["reviewer"]
        Membership.objects.create(user=reviewer, role=Role.PLANNER, city=self.city, valid_from=clock.now())
        self.by = User.objects.get(pk=reviewer.pk)  # roles are kept on the instance
        MasterPlan.objects.create(city=self.city, title="Masterplan", year_from=2018, year_to=2028)
        world = World.of(self.city, self.by, Kind.ACTION_PLAN, YEARS[-1])
        self.export = Export(Kind.ACTION_PLAN, YEARS, world.reference)

    def bring_in(self, count: int, number: int) -> dict[str, float]:
        """Take a new list from upload to saving; return milliseconds of processor time, and openpyxl's for reading it."""
        spent, job = self._through(self._list(self._values(count, number)))
        assert (job.status, job.created) == (ImportStatus.SAVED, count), job.error
        return spent

    def change(self, count: int, number: int) -> dict[str, float]:
        """Take a list once more in which every row differs from what is stored, in words and in figures of a year."""
        values = (row | self._corrections(row) for row in self._values(count, number))
        spent, job = self._through(self._list(values))
        assert (job.status, job.changed) == (ImportStatus.SAVED, count), job.error
        return spent

    def _through(self, content: bytes) -> tuple[dict[str, float], ImportJob]:
        job = imports.start_import(
            by=self.by,
            city=self.city,
            kind="action_plan",
            year=YEARS[-1],
            name="daftar.xlsx",
            content=content,
            key=None,
        )
        spent = {"openpyxl": once(lambda: workbook.read(content)), "read": self._step(job)}
        proposal = propose(table_of(job.found[0]), Kind.ACTION_PLAN, YEARS[-1])
        imports.map_columns(pk=job.pk, by=self.by, sheet=job.sheet, year=YEARS[-1], proposal=proposal)
        spent["check"] = self._step(job)
        imports.consent(pk=job.pk, by=self.by)
        spent["save"] = self._step(job)
        return spent, job

    def _step(self, job: ImportJob) -> float:
        spent = once(lambda: import_work.work(job.pk))
        job.refresh_from_db()
        return spent

    def hand_out(self, count: int) -> dict[str, float]:
        """Write the programmes of the city; return milliseconds, and openpyxl's for the same cells."""
        rows = Program.objects.of_city(self.city.pk).filter(
            pk__in=Program.objects.order_by("pk").values("pk")[:count]
        )
        found = listing.programs(rows, self.city, YEARS[-1])
        start = time.process_time()
        found.xlsx().close()
        portal = (time.process_time() - start) * 1000
        cells = list(listing.programs(rows, self.city, YEARS[-1]).rows)
        assert len(cells) == count
        kinds = [column.kind for column in found.columns]
        titles = [column.title for column in found.columns]
        return {"portal": portal, "openpyxl": once(lambda: workbook.write(titles, kinds, cells))}

    def _list(self, values: Iterable[dict[str, Any]]) -> bytes:
        out = io.BytesIO()
        write_xlsx(out, "Rencana Aksi", self.export.columns(), map(self.export.row, values))
        return out.getvalue()

    @staticmethod
    def _corrections(row: dict[str, Any]) -> dict[str, Any]:
        """What an office corrects in autumn: what was reached and paid for, and the words about it."""
        return {
            "activity": f"{row['activity']} (diperbarui)", "actual_2022": Decimal(18),
            "achievement_2022": Decimal(75), "budget_2022": Decimal("98400000.00"), "note": f"{row['note']} Selesai.",
        }  # fmt: skip

    def _values(self, count: int, number: int) -> Iterator[dict[str, Any]]:
        words, subs = Words(), self.built.subs
        for place in range(count):
            dimension = self.built.dimensions[place % len(self.built.dimensions)]
            opd, other = self.built.opds[place % 40], self.built.opds[(place + 1) % 40]
            yield {
                "dimension": dimension.code, "sub_dimension": subs[dimension.pk][0].code,
                "code": f"{dimension.code}-{number:02d}-{place:05d}", "name": f"{words.name()} {place}",
                "strategy": words.name(), "activity": words.name(), "lead_opd": opd.short,
                "supporting_opds": [other.short, "Perguruan tinggi"], "indicator": words.name(), "unit": "layanan",
                "baseline_value": Decimal(place % 50), "target_2021": Decimal(20), "target_2022": Decimal(24),
                "actual_2022": Decimal(15), "achievement_2022": Decimal("62.5"), "budget_2022": Decimal("96400000.00"),
                "fund_source": "APBD", "horizon": "SHORT", "category": "APPLICATION", "status": "RUNNING",
                "updated_on": date(2022, 9, 16), "note": words.paragraph(8),
            }  # fmt: skip


def _work(rounds: list[dict[str, float]]) -> list[float]:
    """Parse, validate, store and save: what a list costs after its columns are confirmed."""
    return [one["check"] + one["save"] for one in rounds]


def _steps(rounds: list[dict[str, float]]) -> dict[str, int]:
    return {
        f"ms to {name}": round(sum(one[name] for one in rounds) / len(rounds))
        for name in ("read", "check", "save")
    }


def _peak() -> int:
    """The most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
