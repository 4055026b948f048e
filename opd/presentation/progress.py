"""Plain rows for the pages of progress reports: fields, figures beside the form, lateness, corrections."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from opd.completeness import PROGRESS_FIELDS
from opd.models import Program, Progress, ProgressEvent, ProgressSubmission, ReportingPeriod, State, Status
from opd.models.program_year import achievement
from opd.presentation.quick_wins import badge
from smartcity.lib import dates, decimals

CORRECTED = ("state", "value", "absorbed")


def shown(name: str, payload: Mapping[str, Any]) -> str:
    """Return one value of a report's payload as people read it."""
    value = payload["values"].get(name, "")
    if value == "":
        return ""
    if name == "value":
        return with_unit(Decimal(value), payload["program"]["unit"])
    if name == "absorbed":
        return decimals.money(Decimal(value))
    if name == "state":
        return str(State(value).label)
    return str(value)


def with_unit(value: Decimal | None, unit: str) -> str:
    """Return a value with its unit; a dash when it is not known."""
    return f"{decimals.exact(value)} {unit}".strip() if value is not None else decimals.UNKNOWN


def field_rows(payload: Mapping[str, Any], *, skip: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return name, label, text and sample mark of every typed field of a report's payload."""
    hidden, invented = {"evidence", *skip}, set(payload.get("sample_fields", ()))
    if payload["values"].get("state") != State.STOPPED and not payload["values"].get("state_reason"):
        hidden.add("state_reason")
    return [
        {
            "name": field.name,
            "label": str(field.label),
            "text": shown(field.name, payload),
            "sample": field.name in invented,
        }
        for field in PROGRESS_FIELDS
        if field.name not in hidden
    ]


def lateness(period: ReportingPeriod | None, sent: datetime | None, now: datetime) -> str:
    """Return by how much a report came late, or is late by now; nothing when it is in time."""
    if period is None or (sent or now) < period.due_at:
        return ""
    return dates.duration((sent or now) - period.due_at)


def year_to_date(program: Program, own: Decimal | None, earlier: Iterable[Decimal | None]) -> Decimal | None:
    """The value of the year up to a report: its own, with the earlier quarters where they are added up."""
    if program.measure == Program.Measure.CUMULATIVE or own is None:
        return own
    return sum((value for value in earlier if value is not None), own)


def per_cent(value: Decimal | None) -> str:
    """Write an achievement as it is, over a hundred and below zero too."""
    return f"{decimals.display(value, 1)}%" if value is not None else decimals.UNKNOWN


def figures(progress: Progress, told: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What stands beside the form: target, budget, earlier quarters, last year, achievement, and what looks odd.

    `told` is the payload a reader outside the agency sees; of other quarters they see what was verified.
    """
    program = progress.program
    year = program.years.filter(year=progress.year).first()
    reports = _others(progress, inside=told is None)
    earlier = [row for row in reports if row.year == progress.year]
    before = next((row for row in reports if row.year < progress.year), None)
    value, absorbed = _own(progress, told)
    so_far = year_to_date(program, value, (row.value for row in earlier))
    target = year.target if year else None
    return {
        "indicator": program.indicator,
        "target": with_unit(target, program.unit),
        "budget": decimals.money(year.budget) if year else decimals.UNKNOWN,
        "absorbed_share": decimals.percent(absorbed, year.budget, 1)
        if year and year.budget and absorbed is not None
        else "",
        "per_period": program.measure == Program.Measure.PER_PERIOD,
        "lower_better": program.is_lower_better(),
        "so_far": with_unit(so_far, program.unit),
        "achievement": per_cent(achievement(target, so_far, program.better)),
        "earlier": [
            {"quarter": row.quarter, "value": with_unit(row.value, program.unit), "status": badge(row.status)}
            for row in earlier
        ],
        "last_year": with_unit(before.value, program.unit) if before else "",
        "last_year_label": f"TW {progress.quarter} {progress.year - 1}",
        "doubts": _doubts(progress.program, (value, absorbed), earlier, year.budget if year else None),
        "sample": bool(program.sample_fields),
    }


def _own(progress: Progress, told: Mapping[str, Any] | None) -> tuple[Decimal | None, Decimal | None]:
    """Value and money of the report itself: as they stand, or as they were submitted."""
    if told is None:
        return (
            None if "value" in progress.unreadable else progress.value,
            None if "absorbed" in progress.unreadable else progress.absorbed,
        )
    value, absorbed = (told["values"].get(name) for name in ("value", "absorbed"))
    return Decimal(value) if value else None, Decimal(absorbed) if absorbed else None


def _others(progress: Progress, *, inside: bool) -> list[Progress]:
    """The earlier quarters of this year, and the same quarter of the year before: one query."""
    rows = Progress.objects.filter(program=progress.program_id).of_neighbours(progress.year, progress.quarter)
    return list(rows if inside else rows.verified())


def _doubts(
    program: Program,
    own: tuple[Decimal | None, Decimal | None],
    earlier: list[Progress],
    budget: Decimal | None,
) -> list[str]:
    """What the operator may have mistyped; nothing is refused."""
    (value, absorbed), found = own, []
    last = next((row.value for row in reversed(earlier) if row.value is not None), None)
    if (
        program.measure == Program.Measure.CUMULATIVE
        and not program.is_lower_better()
        and value is not None
        and last is not None
        and value < last
    ):
        found.append(
            _("The realisation is lower than in the quarter before. It is told up to the end of the quarter.")
        )
    if budget is not None and absorbed is not None and absorbed > budget:
        found.append(_("More money is absorbed than the budget ceiling. Check both figures."))
    return found


def corrections(progress: Progress) -> list[dict[str, Any]]:
    """Return each correction of a verified report: the old figure, the new one, the reason, who and when."""
    opened = list(progress.events.filter(move="reopen").order_by("at", "pk"))
    if not opened:
        return []
    receipts = list(progress.submissions.order_by("sequence"))
    return [_correction(progress, event, receipts) for event in opened][::-1]


def _correction(
    progress: Progress, event: ProgressEvent, receipts: list[ProgressSubmission]
) -> dict[str, Any]:
    old = [row for row in receipts if row.at <= event.at][-1].payload
    later = next((row for row in receipts if row.at > event.at), None)
    new = later.payload if later else None
    return {
        "reason": event.note,
        "at": dates.wib(event.at),
        "iso": event.at.isoformat(),
        "open": new is None,
        "rows": [
            {
                "label": str(field.label),
                "before": shown(field.name, old) or decimals.UNKNOWN,
                "after": shown(field.name, new) or decimals.UNKNOWN if new else "",
                "same": new is not None and old["values"].get(field.name) == new["values"].get(field.name),
            }
            for field in PROGRESS_FIELDS
            if field.name in CORRECTED
        ],
        "verified": progress.status == Status.VERIFIED,
    }
