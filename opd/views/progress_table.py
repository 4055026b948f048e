"""The lines of the list of quarterly reports: a programme with a cell for each quarter, two hundred cells a page.

Reports come as plain values and cells are drawn like form letters (smartcity/lib/lines.py), for here both are
most of what the page costs.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opd import rules
from opd.models import Progress, ProgressSubmission, ReportingPeriod, Status, User
from opd.models.period import QUARTERS
from opd.presentation.progress import lateness, with_unit
from opd.presentation.quick_wins import badge_html
from smartcity.lib import clock, lines, paging

NOTHING = SafeString()
#: Outside the agency a figure is read where it was handed in as it stands.
_SHOWN = (Status.SUBMITTED, Status.VERIFIED)
_PRIMARY = SafeString(' class="btn btn-primary btn--sm"')
#: What a line reads of its programme; rules.may_report asks the status.
PROGRAM = ("pk", "code", "name", "status", "opd_id", "opd__short")
_READ = ("pk", "program_id", "opd_id", "quarter", "status", "value", "late", "corrections", "submitted_at")


def draw(
    request: HttpRequest,
    user: User,
    programs: list[Any],
    year: int,
    periods: dict[int, ReportingPeriod],
    due: int,
) -> SafeString:
    """Return the lines of some approved programmes (see PROGRAM); `due` is the quarter whose reports are asked for now.

    Two queries: the reports, and when the late ones were first submitted.
    """
    reports: Any = Progress.objects.visible_to(user).filter(
        program__in=[row.pk for row in programs], year=year
    )
    by_place = {(row.program_id, row.quarter): row for row in reports.values_list(*_READ, named=True)}
    late = [row.pk for row in by_place.values() if row.late]
    receipts = ProgressSubmission.objects.filter(progress__in=late, sequence=1)
    table = _Table(request, user, year, periods, due, dict(receipts.values_list("progress", "at")))
    own = user.opds()
    rows = []
    for program in programs:
        line = {
            "name": program.name,
            "code": program.code,
            "opd": NOTHING if own else format_html(" · {}", program.opd__short),
        }
        for letter, quarter in zip("abcd", QUARTERS, strict=True):
            line[f"q{letter}"] = table.cell(program, quarter, by_place.get((program.pk, quarter)))
        rows.append(line)
    return lines.draw("opd/parts/quarter_line.html", rows)


class _Table:
    """What the cells of a page have in common."""

    def __init__(
        self,
        request: HttpRequest,
        user: User,
        year: int,
        periods: dict[int, ReportingPeriod],
        due: int,
        sent: dict[int, datetime],
    ) -> None:
        self.user, self.year, self.due, self.sent = user, year, due, sent
        self.now, self.own, self.periods = clock.now(), user.opds(), periods
        self.open = {
            number: number not in periods or periods[number].is_open(self.now) for number in QUARTERS
        }
        self.request = request
        self.report = lines.letter(
            "opd/parts/quarter_report.html",
            *("url", "css", "word", "quarter", "name", "badge", "value", "late", "tag"),
        )
        self.value = lines.letter("opd/parts/quarter_value.html", "value")
        self.badges = {status.value: badge_html(status) for status in Status}
        # What was never handed in is late by the same time in every line.
        self.late_now = {quarter: self._late(quarter, None) for quarter in QUARTERS}
        self.none = {
            quarter: lines.draw("opd/parts/quarter_none.html", [{"late": late}])
            for quarter, late in self.late_now.items()
        }
        self.read, self.edit = paging.addresses("opd:progress"), paging.addresses("opd:progress_edit")
        self.words = {True: pgettext("quarter", "Fill in"), False: _("Read")}
        self.tag = format_html('<span class="tag">{}</span>', _("Corrected"))

    @cached_property
    def token(self) -> str:
        """Asked for only where there is a form: it makes the answer one's own."""
        return get_token(self.request)

    def cell(self, program: Any, quarter: int, report: Any) -> SafeString:
        """One quarter of one programme; `report` has the values of _READ, or is None."""
        if report is None:
            return self._empty(program, quarter)
        own = report.opd_id in self.own
        edits = own and report.status in (Status.DRAFT, Status.RETURNED) and rules.may_edit(self.user, report)
        told = own or report.status in _SHOWN
        primary = edits and (quarter == self.due or report.status == Status.RETURNED)
        row = {
            "url": (self.edit if edits else self.read)(report.pk),
            "css": _PRIMARY if primary else NOTHING,
            "word": self.words[edits],
            "quarter": str(quarter),
            "name": program.name,
            "badge": self.badges[report.status],
            "value": self.value({"value": with_unit(report.value, "")}) if told else NOTHING,
            "late": self._late_of(report, quarter) if report.late or report.submitted_at is None else NOTHING,
            "tag": self.tag if report.corrections else NOTHING,
        }
        return self.report(row)

    def _empty(self, program: Any, quarter: int) -> SafeString:
        if not (program.opd_id in self.own and self.open[quarter] and rules.may_report(self.user, program)):
            return self.none[quarter]
        row = {
            "token": self.token,
            "program": str(program.pk),
            "year": str(self.year),
            "quarter": str(quarter),
            "css": "btn-primary" if quarter == self.due else "btn-quiet",
            "name": program.name,
            "late": self.late_now[quarter],
        }
        return lines.draw("opd/parts/quarter_start.html", [row])

    def _late_of(self, report: Any, quarter: int) -> SafeString:
        """What came late, by the day it first came; what was never handed in, by now."""
        sent = self.sent.get(report.pk)
        return self._late(quarter, sent) if sent else self.late_now[quarter]

    def _late(self, quarter: int, sent: datetime | None) -> SafeString:
        by = lateness(self.periods.get(quarter), sent, self.now)
        return lines.draw("opd/parts/quarter_late.html", [{"late": by}]) if by else NOTHING
