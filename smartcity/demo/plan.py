"""The masterplan of the demonstration: 131 programmes with three years of progress, and the year now worked on.

Real are the regulation, the vision, the number of programmes, the three counts of 2020 (79 running, 16 in
discussion, 36 not started, reported on 27 November 2020) and the names marked so in `programs.csv`. Every
target, value, budget and date is invented and marked as an example. The past is written in bulk: each row is
what the actions would have left, without living through 1,500 reports one by one.
"""

import hashlib
import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from dimensions.models import SmartDimension, SubDimension
from opd import audit
from opd.loading import read_rows
from opd.models import (
    City,
    CityBudget,
    MasterPlan,
    Opd,
    PlanStatus,
    Program,
    ProgramEvent,
    ProgramYear,
    QuickWin,
    ReportingPeriod,
    State,
    Strategy,
)
from opd.tallies import rebuild
from smartcity.demo.cast import person
from smartcity.lib import clock

HERE = Path(__file__).parent
WIB = ZoneInfo("Asia/Jakarta")
PAST = (2020, 2021, 2022)
#: How many programmes stand where, in the order of `_ranked`: the first of each year are furthest.
STATES: dict[int, tuple[tuple[str, int], ...]] = {
    2020: ((State.RUNNING, 79), (State.IN_DISCUSSION, 16), (State.NOT_STARTED, 36)),
    2021: ((State.DONE, 6), (State.RUNNING, 87), (State.IN_DISCUSSION, 12), (State.NOT_STARTED, 24),
           (State.STOPPED, 2)),
    2022: ((State.DONE, 18), (State.RUNNING, 90), (State.IN_DISCUSSION, 8), (State.NOT_STARTED, 11),
           (State.STOPPED, 4)),
}  # fmt: skip
#: The share of a programme's final target that a year aims at.
SHARES = {2020: Decimal("0.35"), 2021: Decimal("0.65"), 2022: Decimal(1)}
STOPPED_BECAUSE = "Digabung dengan program lain setelah tinjauan masterplan (contoh)."
STRATEGIES = {
    "GOV": ("Layanan publik terpadu", "Birokrasi digital", "Satu Data kota"),
    "BRD": ("Smart Tourism & Seaport", "Tanjungpinang Investment Lounge", "Smart Landmark"),
    "ECO": ("Ekosistem usaha lokal", "Kesejahteraan warga", "Transaksi nontunai"),
    "LIV": ("Permukiman tertata", "Kota sehat", "Mobilitas antarpulau"),
    "SOC": ("Komunitas budaya", "Belajar sepanjang hayat", "Kota aman"),
    "ENV": ("Pesisir lestari", "Sampah berkurang", "Hemat energi"),
}
#: Of these, only the strategies of branding are documented (domain guide, section 8).
REAL_STRATEGIES = frozenset({"BRD"})
#: Of a programme; "years" are its figures and how its state turned.
SAMPLES = (
    "indicator", "unit", "baseline", "horizon", "category", "measure", "better", "start_date", "end_date",
    "code", "opd", "years",
)  # fmt: skip


@transaction.atomic
def load(city: City) -> None:
    """The masterplan with its 131 programmes and the figures of 2020 to 2022, approved."""
    planner = person("perencana")
    at = datetime(2020, 1, 20, 9, 0, tzinfo=WIB)
    with clock.at(at):
        plan = _masterplan(city)
        programs = [_program(plan, row, at) for row in _coded(city, read_rows(HERE / "programs.csv"))]
        Program.objects.bulk_create(programs)
        ProgramEvent.objects.bulk_create(
            ProgramEvent(program=row, move=move, target=target, actor=planner, role="planner", at=at)
            for row in programs
            for move, target in (("create", "draft"), ("submit", "submitted"), ("approve", "approved"))
        )
        ranked = _ranked(programs)
        ProgramYear.objects.bulk_create(
            planned(row, year, state)
            for year in PAST
            for row, state in zip(ranked, _states(year), strict=True)
        )
        _periods_and_budgets(city, PAST)
        rebuild(city.pk)
        audit.record(
            by=planner,
            action="plan.loaded",
            obj=plan,
            city_id=city.pk,
            year=PAST[0],
            reason="131 program kerja",
        )


@transaction.atomic
def carry_over(city: City) -> None:
    """The year now worked on: what is neither finished nor stopped goes on, with invented figures."""
    year, share = city.evaluation_year, Decimal("1.15")
    if year in PAST:
        return
    ranked = _ranked(list(Program.objects.filter(city=city)))
    rows = []
    for place, (row, before) in enumerate(zip(ranked, _states(2022), strict=True)):
        if before in (State.DONE, State.STOPPED):
            continue
        state = State.RUNNING if place < 112 else State.IN_DISCUSSION if place < 120 else State.NOT_STARTED
        rows.append(planned(row, year, state, share=share))
    ProgramYear.objects.bulk_create(rows)
    _periods_and_budgets(city, (year,))
    rebuild(city.pk)


def link_quick_wins(city: City) -> None:
    """Tie each quick win to the programme that bears its name."""
    programs = list(Program.objects.filter(city=city))
    for quick_win in QuickWin.objects.of_city(city.pk):
        words = [quick_win.acronym] if quick_win.acronym else [quick_win.name]
        for program in programs:
            if any(word.lower() in program.name.lower() for word in words):
                program.quick_wins.add(quick_win)


def planned(program: Program, year: int, state: str, *, share: Decimal | None = None) -> ProgramYear:
    """Target, budget and state of a year, not saved; the same programme and year give the same figures."""
    dice = dice_of(program.code, year)
    base, final = program.baseline or Decimal(0), Decimal(str(program.final))  # type: ignore[attr-defined]
    reach = share or SHARES[year]
    target = final * reach if program.measure == "per_period" else base + (final - base) * reach
    return ProgramYear(
        program=program,
        year=year,
        target=rounded(max(target, Decimal(0)), final),
        budget=Decimal(dice.randrange(90, 3200)) * 250_000,
        fund_source=dice.choice(
            ("APBD", "APBD", "APBD", "APBD", "APBD", "APBD", "DAK", "APBN", "CSR", "OTHER")
        ),
        state=state,
        state_reason=STOPPED_BECAUSE if state == State.STOPPED else "",
    )


def dice_of(*words: object) -> random.Random:
    """Chance that falls the same way each time, by what it is about."""
    return random.Random(hashlib.sha256(repr(words).encode()).digest())  # noqa: S311  (invented figures, no secret)


def rounded(value: Decimal, like: Decimal) -> Decimal:
    """Whole numbers where the final target is one and large, else one decimal."""
    return value.quantize(Decimal(1) if like == like.to_integral() and like > 15 else Decimal("0.1"))


def due_of(year: int, quarter: int) -> datetime:
    """A quarter's reports are due on the tenth of the month after it, 16.00 WIB."""
    month = quarter * 3 + 1
    return datetime(year + month // 13, (month - 1) % 12 + 1, 10, 16, 0, tzinfo=WIB)


def _masterplan(city: City) -> MasterPlan:
    plan = MasterPlan.objects.create(
        city=city,
        title="Masterplan Smart City Kota Tanjungpinang",
        regulation="Perwako 84/2020",
        year_from=2019,
        year_to=2028,
        vision="Tanjungpinang Cerdas, Kota Pusaka, dan Investasi",
        sample_fields=["year_to", MasterPlan.PROGRAMS],
    )
    dimensions = {row.code: row for row in SmartDimension.objects.of_set(city.dimension_set)}
    Strategy.objects.bulk_create(
        Strategy(
            plan=plan, dimension=dimensions[code], order=order, text=text, sample=code not in REAL_STRATEGIES
        )
        for code, texts in STRATEGIES.items()
        if code in dimensions
        for order, text in enumerate(texts, start=1)
    )
    return plan


def _coded(city: City, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The lines of the file with their rows of agency and sub-dimension, and a running code."""
    opds = {opd.short: opd for opd in Opd.objects.of_city(city)}
    found = SubDimension.objects.filter(dimension__dimension_set=city.dimension_set).select_related(
        "dimension"
    )
    subs = {sub.code: sub for sub in found}
    numbers: dict[str, int] = {}
    coded = []
    for row in rows:
        numbers[row["sub"]] = numbers.get(row["sub"], 0) + 1
        code = f"{row['sub']}-{numbers[row['sub']]:02d}"
        coded.append(row | {"code": code, "opd": opds[row["opd"]], "sub": subs[row["sub"]]})
    return coded


def _program(plan: MasterPlan, row: dict[str, Any], at: datetime) -> Program:
    sub: SubDimension = row["sub"]
    program = Program(
        city_id=plan.city_id,
        plan=plan,
        opd=row["opd"],
        dimension=sub.dimension,
        sub_dimension=sub,
        status=PlanStatus.APPROVED,
        strategy=STRATEGIES[sub.dimension.code][min(sub.order, 3) - 1],
        start_date=date(2020, 1, 2),
        end_date=date({"SHORT": 2021, "MEDIUM": 2024, "LONG": 2028}[row["horizon"]], 12, 31),
        baseline=Decimal(row["baseline"]),
        created_by=person("perencana"),
        submitted_at=at,
        approved_at=at,
        created_at=at,
        updated_at=at,
        sample_fields=[*SAMPLES, *([] if row["real"] else ["name"])],
        **{
            name: row[name]
            for name in ("code", "name", "category", "horizon", "measure", "better", "indicator", "unit")
        },
    )
    program.final = Decimal(row["target"])  # type: ignore[attr-defined]
    return program


def _ranked(programs: list[Program]) -> list[Program]:
    """Real names first, the others in an order of chance; with the final target of each from the file."""
    targets = {row["name"]: Decimal(row["target"]) for row in read_rows(HERE / "programs.csv")}
    for program in programs:
        program.final = targets[program.name]  # type: ignore[attr-defined]
    return sorted(programs, key=lambda row: ("name" in row.sample_fields, dice_of(row.code).random()))


def _states(year: int) -> list[str]:
    return [str(state) for state, count in STATES[year] for _ in range(count)]


def _periods_and_budgets(city: City, years: tuple[int, ...]) -> None:
    for year in years:
        CityBudget.objects.create(
            city=city,
            year=year,
            total=Decimal(1_000_000_000_000) + (year - 2020) * 18_000_000_000,
            sample=True,
        )
        for quarter in (1, 2, 3, 4):
            due = due_of(year, quarter)
            ReportingPeriod.objects.create(
                city=city,
                year=year,
                quarter=quarter,
                opens_on=(due - timedelta(days=15)).date(),
                due_at=due,
                remind_operator_on=(due - timedelta(days=7)).date(),
                remind_head_on=due.date(),
                remind_assistant_on=(due + timedelta(days=5)).date(),
                sample=True,
            )
