"""Lists on their way out: rows of records as an import reads them back, a few hundred at a time."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched
from typing import Any, BinaryIO

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from dimensions.models import SmartDimension
from opd.exchange import shapes
from opd.exchange.reference import reference
from opd.imports import Export, Kind, header_of
from opd.imports.fields import CHOICES
from opd.models import (
    City,
    ImportJob,
    Opd,
    Program,
    ProgramYear,
    Progress,
    ProgressSubmission,
    QuickWin,
    Status,
    Submission,
    User,
)
from smartcity.lib import spreadsheets
from smartcity.lib.spreadsheets import OutColumn

BATCH = 500
MOST_YEARS = 10
IN_MEMORY = 1_000_000

#: In these the agency's text is what was submitted last, so it is everybody's.
AS_SUBMITTED = frozenset({Status.SUBMITTED, Status.VERIFIED, Status.RECORDED})


@dataclass(frozen=True)
class Listing:
    """A table ready to be written: its sheet, its columns, its rows."""

    title: str
    columns: list[OutColumn]
    rows: Iterator[list[Any]]
    notes: tuple[str, ...] = ()

    def xlsx(self) -> BinaryIO:
        """Return the workbook; a large one lies on disk, not in memory."""
        out = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the response closes it
        spreadsheets.write_xlsx(out, self.title, self.columns, self.rows, notes=self.notes)  # type: ignore[arg-type]
        out.seek(0)
        return out  # type: ignore[return-value]

    def csv(self) -> Iterator[bytes]:
        return iter(spreadsheets.csv_pieces(self.columns, self.rows))


def programs(
    rows: "QuerySet[Program]",
    city: City,
    year: int,
    *,
    more_years: tuple[int, ...] = (),
    notes: tuple[str, ...] = (),
) -> Listing:
    """Return programmes in their order with the figures of all their years; state and source of funds are of `year`."""
    found = ProgramYear.objects.filter(program__in=rows.order_by().values("pk"))
    years = sorted({*found.order_by().values_list("year", flat=True).distinct(), year, *more_years})[
        -MOST_YEARS:
    ]
    export = _export(Kind.ACTION_PLAN, city, year, years)

    def lines() -> Iterator[list[Any]]:
        found = rows.values("pk", *shapes.PROGRAM_READ).iterator(chunk_size=BATCH)
        for batch in batched(found, BATCH):
            told, supporting = _told([row["pk"] for row in batch], years)
            for row in batch:
                pk = row["pk"]
                yield export.row(shapes.program_row(row, supporting[pk], told[pk], year))

    return Listing(_("Action plan %(year)s") % {"year": year}, export.columns(), lines(), notes)


def _told(pks: list[int], years: list[int]) -> tuple[dict[int, list[Any]], dict[int, list[str]]]:
    """Return the figures of the years and the supporting agencies of some programmes."""
    told: dict[int, list[Any]] = defaultdict(list)
    for figures in ProgramYear.objects.filter(program__in=pks, year__in=years).values(
        "program", *shapes.YEAR_READ
    ):
        told[figures["program"]].append(figures)
    supporting: dict[int, list[str]] = defaultdict(list)
    links = Program.supporting.through._default_manager.filter(program__in=pks)
    for pk, short in links.order_by("opd__short").values_list("program", "opd__short"):
        supporting[pk].append(short)
    return told, supporting


def quick_wins(
    rows: "QuerySet[QuickWin]", city: City, year: int, by: User, *, notes: tuple[str, ...] = ()
) -> Listing:
    """Return quick wins in their order; of another agency's only what it has submitted."""
    export, own = _export(Kind.QUICK_WIN, city, year, ()), by.opds()
    last = Submission.objects.filter(quick_win=OuterRef("pk")).order_by("-sequence")
    sent = rows.annotate(sent=Subquery(last.values("payload")[:1]))

    def lines() -> Iterator[list[Any]]:
        found: Any = sent
        for row in found.for_exchange().iterator(chunk_size=BATCH):
            if row.opd_id in own or row.status in AS_SUBMITTED or row.sent is None:
                yield export.row(shapes.quick_win_values(row))
            else:
                yield export.row(shapes.submitted_values(row.sent))

    return Listing(_("Quick wins %(year)s") % {"year": year}, export.columns(), lines(), notes)


def progress(rows: "QuerySet[Progress]", year: int, by: User) -> Listing:
    """Return quarterly reports of a year in their order; of another agency's only what it has submitted."""
    columns = [
        OutColumn(_("Programme code"), width=16),
        OutColumn(_("Work programme")),
        OutColumn(_("OPD"), width=16),
        OutColumn(_("Quarter"), "year"),
        OutColumn(_("Status"), width=16),
        OutColumn(_("Realisation"), "number"),
        OutColumn(_("Money absorbed"), "money"),
        OutColumn(_("State of implementation"), width=20),
        OutColumn(_("Obstacles"), width=40),
        OutColumn(_("Next step"), width=40),
    ]
    own = by.opds()
    last = ProgressSubmission.objects.filter(progress=OuterRef("pk")).order_by("-sequence")
    sent = rows.annotate(sent=Subquery(last.values("payload")[:1])).select_related("program", "opd")

    def lines() -> Iterator[list[Any]]:
        for row in sent.iterator(chunk_size=BATCH):
            head = [
                row.program.code,
                row.program.name,
                row.opd.short,
                row.quarter,
                str(row.get_status_display()),
            ]
            yield head + (
                _told_now(row) if row.opd_id in own or row.status in AS_SUBMITTED else _told_then(row.sent)
            )

    return Listing(_("Progress %(year)s") % {"year": year}, columns, lines())


def _told_now(row: Progress) -> list[Any]:
    return [row.value, row.absorbed, _state(row.state), row.obstacles, row.next_step]


def _told_then(payload: Any) -> list[Any]:
    if payload is None:
        return [None] * 5
    told = payload["values"]
    value, absorbed = (Decimal(told[name]) if told.get(name) else None for name in ("value", "absorbed"))
    return [
        value,
        absorbed,
        _state(told.get("state", "")),
        told.get("obstacles", ""),
        told.get("next_step", ""),
    ]


def _state(code: str) -> str:
    return CHOICES["status"].get(code, code)


def refused(job: ImportJob) -> Listing:
    """Return the rows of a list that were refused, as they were typed, each with its reasons."""
    kind = Kind(job.kind)
    names = [name for name in dict.fromkeys(job.mapping.values()) if name]
    columns = [OutColumn(header_of(kind, name)) for name in names]
    columns += [OutColumn(_("Original row"), "number", 10), OutColumn(_("Why it was refused"), width=80)]

    def lines() -> Iterator[list[Any]]:
        for row in job.rows.refused().iterator(chunk_size=BATCH):
            reasons = [answer["sentence"] for answer in row.answers if not answer["warning"]]
            # The text of a formula would come back as text, and be good.
            formulas = {answer["field"] for answer in row.answers if answer["code"] == "FORMULA"}
            cells = (None if name in formulas else row.typed.get(name) for name in names)
            yield [*cells, row.number, "\n".join(reasons)]

    return Listing(_("To be mended"), columns, lines())


def _export(kind: Kind, city: City, year: int, years: Any) -> Export:
    dimensions = SmartDimension.objects.of_set(city.dimension_set_id).with_sub_dimensions()
    opds = Opd.objects.of_city(city).order_by("short")
    kept = {row.short: row for row in [*opds.filter(valid_to__isnull=False), *opds.filter(valid_to=None)]}
    return Export(kind, years, reference(city, year, {row.code: row for row in dimensions}, kept))
