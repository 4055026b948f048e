"""Programmes of a small city, and builders that bring a report to a status through the door."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from opd import actions, tallies
from opd.models import Evidence, MasterPlan, Program, ProgramYear, Progress, ReportingPeriod
from opd.models import Status as Status
from smartcity.lib import clock
from tests.scenarios import YEAR, House

#: The end of the third quarter's reporting: 10 October 2022, 23.59 WIB.
DUE = datetime(2022, 10, 10, 16, 59, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "state": "RUNNING",
    "value": Decimal("40"),
    "absorbed": Decimal("25000000"),
    "obstacles": "Hujan.",
    "next_step": "Dinas membuka layanan kedua.",
}


def program(
    house: House, *, code: str = "GOV-01", years: Mapping[str, Any] | None = None, **more: Any
) -> Program:
    """An approved programme with a target of 100 and a budget for the year; the plan's own door is tested elsewhere."""
    city = house.opd.city
    plan, _made = MasterPlan.objects.get_or_create(
        city=city, title="Rencana induk", year_from=2020, year_to=2029
    )
    dimension = city.dimension_set.dimensions.get(code=more.pop("dimension", "GOV"))
    values = {
        "indicator": "Layanan daring",
        "unit": "layanan",
        "horizon": "SHORT",
        "category": "SERVICE",
    } | more
    row = Program.objects.create(
        city=city,
        plan=plan,
        opd=house.opd,
        dimension=dimension,
        sub_dimension=dimension.sub_dimensions.first(),
        code=code,
        name=more.get("name", f"Program {code}"),
        status="approved",
        submitted_at=clock.now(),
        approved_at=clock.now(),
        created_by=house.operator,
        **{name: value for name, value in values.items() if name != "name"},
    )
    figures = {"target": Decimal(100), "budget": Decimal(50_000_000)} | dict(years or {})
    ProgramYear.objects.create(program=row, year=YEAR, **figures)
    with transaction.atomic():
        tallies.refresh_plan(row, YEAR)
    return row


def period(house: House, quarter: int = 3, *, year: int = YEAR, due_at: datetime = DUE) -> ReportingPeriod:
    day = date(year, quarter * 3, 1)
    return ReportingPeriod.objects.create(
        city=house.opd.city,
        year=year,
        quarter=quarter,
        opens_on=day,
        due_at=due_at,
        remind_operator_on=day,
        remind_head_on=day,
        remind_assistant_on=day,
    )


def begun(
    house: House, *, of: Program | None = None, quarter: int = 3, year: int = YEAR, **more: Any
) -> Progress:
    """A draft with nothing in it."""
    row = of or program(house, **({"code": f"GOV-{Program.objects.count() + 1:02d}"} | more))
    return actions.start_progress(program=row, year=year, quarter=quarter, by=house.operator)


def fill(report: Progress, house: House, **values: Any) -> Progress:
    actions.save_progress(
        pk=report.pk, values=values, unreadable={}, version=again(report).version, by=house.operator
    )
    return again(report)


def complete(
    house: House, *, evidence: bool = True, values: Mapping[str, Any] | None = None, **more: Any
) -> Progress:
    """A draft that lacks nothing."""
    report = fill(begun(house, **more), house, **(VALUES | dict(values or {})))
    if evidence:
        link(report, house)
    return again(report)


def link(report: Progress, house: House, title: str = "Berita acara") -> Evidence:
    values = {"kind": "link", "title": title, "url": "https://example.go.id/berita"}
    return actions.add_evidence(owner=report, by=house.operator, stored=None, values=values)


def move(report: Progress, name: str, by: Any, note: str = "", key: str | None = None) -> Progress:
    actions.move_progress(pk=report.pk, name=name, by=by, note=note, key=key)
    return again(report)


def proposed(house: House, **more: Any) -> Progress:
    report = complete(house, **more)
    if house.head is None:
        with_a_head_who_leaves(report, house)
        return again(report)
    return move(report, "propose", house.operator)


def submitted(house: House, **more: Any) -> Progress:
    return move(complete(house, **more), "submit", house.submitter)


def returned(house: House, *, notes: Mapping[str, str] | None = None, **more: Any) -> Progress:
    report = submitted(house, **more)
    for field, text in (notes or {}).items():
        actions.write_note(owner=report, field=field, text=text, by=house.decider)
    return move(report, "return", house.decider, "" if notes else "Mohon diperiksa lagi.")


def verified(house: House, **more: Any) -> Progress:
    return move(submitted(house, **more), "verify", house.decider)


BY_STATUS = {
    "draft": complete,
    "proposed": proposed,
    "submitted": submitted,
    "returned": returned,
    "verified": verified,
}


def again(report: Progress) -> Progress:
    return Progress.objects.for_detail().get(pk=report.pk)


def with_a_head_who_leaves(report: Progress, house: House) -> None:
    from opd.models import User
    from tests.scenarios import fresh, grant

    head, _made = User.objects.get_or_create(username=f"kepala-lama-{house.opd.short.lower()}")
    membership = grant(head, "head", house.opd.city, house.opd)
    actions.move_progress(pk=report.pk, name="propose", by=fresh(house.operator))
    membership.delete()
