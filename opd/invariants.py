"""What must agree between the agencies' records, re-derived; one sentence per contradiction."""

from collections.abc import Iterator
from itertools import groupby

from django.db.models import Count

from opd.completeness import progress_counted
from opd.models import ProgramYear, Progress, ProgressSubmission
from opd.models.progress import rolled_up
from smartcity.lib.models import digest_of


def contradictions() -> Iterator[str]:
    """Receipts, completeness and the figures of the years, of all progress reports."""
    for receipt in ProgressSubmission.objects.all().iterator():
        if digest_of(receipt.payload) != receipt.digest:
            yield f"receipt {receipt.number}: its digest does not fit its text"
    rows = Progress.objects.select_related("program").annotate(evidence_count=Count("evidence"))
    for row in rows.order_by("pk").iterator():
        if (row.filled, row.total) != progress_counted(row.filled_values(evidence=row.evidence_count)):
            yield f"progress {row.code}: the stored completeness differs from its fields"
    yield from _years()


def _years() -> Iterator[str]:
    """A year's figures are those of its verified reports; what is being corrected counts as it was verified."""
    rows = Progress.objects.filter(verified_at__isnull=False).select_related("program")
    ordered = rows.order_by("program", "year", "quarter").iterator()
    for (program, year), reports in groupby(ordered, key=lambda row: (row.program, row.year)):
        expected = rolled_up(program.measure, list(reports))
        stored = ProgramYear.objects.filter(program=program, year=year).values(*expected).first()
        if stored != expected:
            yield f"year {year} of {program.code}: its figures differ from the verified reports"
