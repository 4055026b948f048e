"""The masterplan in the report: counts, shares, money, achievement, read back from the PDF; and their source."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from dimensions.models import SmartDimension
from evaluations.models import EvaluationWindow, SnapshotItem
from opd import tallies
from opd.models import City, CityBudget, MasterPlan, Opd, PlanStatus, Program, ProgramYear, State, User
from opd.trend import COUNTS
from reports import context, document
from reports.chapters import chapters as build_chapters
from reports.schema import Inputs
from smartcity.lib import clock
from tests.reports import sample
from tests.reports.conftest import CLOSES, OPENS
from tests.reports.reading import Read, rendered

#: The layout of 2020: 131 programmes, 79 running, 16 in discussion, 36 not started.
STATES = ["RUNNING"] * 79 + ["IN_DISCUSSION"] * 16 + ["NOT_STARTED"] * 36


def program(place: int, state: str, inputs: Inputs, **changes: Any) -> Any:
    dimension = inputs["dimensions"][place % 6]
    sub = dimension["sub_dimensions"][place % 3]
    return {
        "code": f"{dimension['code']}-{place:03d}",
        "name": f"Program ke-{place}",
        "opd": sample.OFFICES["DLH" if place % 2 else "DISHUB"],
        "dimension": dimension["code"],
        "sub_dimension": sub["code"],
        "category": "SERVICE",
        "sub_activity_code": "2.16.03.2.02.09" if place == 0 else "",
        "indicator": "Jumlah layanan",
        "unit": "layanan",
        "state": state,
        "state_reason": "",
        "target": "200",
        "actual": "301",
        "achievement": "150.5" if place == 0 else "40",
        "budget": "1000000",
        "absorbed": "250000",
        "fund_source": "CSR" if place == 1 else "APBD",
        "sample": False,
    } | changes


def told(year: int, sets: list[str], **counts: int) -> Any:
    return {"year": year, "counts": dict.fromkeys(COUNTS, 0) | counts, "sets": sets}


def with_plan() -> Inputs:
    inputs = sample.inputs(assessed=True)
    inputs["plan"] = {
        "title": "Masterplan Smart City",
        "regulation": "Perwako 84/2020",
        "year_from": 2019,
        "year_to": 2028,
        "vision": "Kota cerdas",
        "apbd": "1300000000",
        "apbd_sample": False,
        "programs": [program(place, state, inputs) for place, state in enumerate(STATES)],
        "years": [
            told(2020, ["Susunan 2018"], running=60, not_started=71, programs=131, measured=100, reached=12),
            told(2021, ["Susunan 2018"], running=70, done=1, not_started=60, programs=131),
            told(2022, ["Susunan 2018"], running=7, programs=7),  # printed is what the chapter counts
        ],
    }
    return inputs


@pytest.fixture(scope="module")
def report() -> Read:
    return rendered(with_plan())


def words(report: Read, chapter: str) -> str:
    """The running text of a chapter's pages, single-spaced."""
    pages = [page for page in report.pages if f", {chapter}" in page.splitlines()[0]]
    assert pages, chapter
    return re.sub(r"\s+", " ", " ".join(pages))


def test_counts_and_shares_are_those_of_the_citys_own_layout(report: Read) -> None:
    text = words(report, "Masterplan dan program kerja")
    assert "Sudah berjalan 79 60,31%" in text
    assert "Dalam pembahasan 16 12,21%" in text
    assert "Belum dilaksanakan 36 27,48%" in text
    assert "Semua program 131 100,00%" in text


def test_money_is_added_up_and_measured_against_the_whole_apbd(report: Read) -> None:
    text = words(report, "Output: anggaran dan fondasi")
    assert "Semua OPD 131 Rp130.000.000 Rp1.000.000 Rp32.750.000 25,0%" in text
    assert "10,00%" in text  # 130 million of 1.3 billion
    assert "1 dari 131 program yang beranggaran mencantumkan kode sub kegiatan." in text
    assert "2.16.03.2.02.09" in text


def test_achievement_is_not_capped(report: Read) -> None:
    text = words(report, "Outcome: target dan realisasi")
    assert "150,5%" in text
    assert text.count("40,0%") == 130


def test_the_years_are_drawn_with_their_table_and_rule(report: Read) -> None:
    text = words(report, "Masterplan dan program kerja")
    assert "Rencana dari tahun ke tahun" in text
    assert "12 dari 100 target tercapai" in text  # in the picture
    assert "belum ada target yang terukur" in text
    for row in ("2020 60 – – 71 131 45,80% 12 dari 100", "2021 70 1 – 60 131 54,20% –",
                "2022 79 – 16 36 131 60,31% 1 dari 131"):  # fmt: skip
        assert row in text, row
    assert "(sudah berjalan + selesai) : semua program × 100%" in text
    assert "susunan dimensi yang berbeda" not in text


def test_years_of_another_set_of_dimensions_are_no_trend_by_dimension() -> None:
    inputs = with_plan()
    inputs["plan"]["years"][2]["sets"] = ["Rancangan <2026>"]  # type: ignore[index,typeddict-item]
    html = document.compose(inputs).html
    assert "2020 sampai 2021: Susunan 2018; 2022: Rancangan &lt;2026&gt;." in html


def test_no_programme_of_another_set_is_left_out() -> None:
    """Branding fell away since, and a dimension of the same code has other parts: both stand under their codes."""
    inputs = with_plan()
    inputs["plan"]["programs"][0] |= {"dimension": "OLD", "sub_dimension": "OLD-A", "name": "Program lama"}  # type: ignore[index,typeddict-item]
    inputs["plan"]["programs"][1] |= {"sub_dimension": "LAIN-B", "name": "Bagian lama"}  # type: ignore[index,typeddict-item]
    with translation.override("id"):
        chapters = {row.key: row.context for row in build_chapters(inputs)}
    by_dimension = chapters["plan"]["by_dimension"]
    assert by_dimension[-1]["tile"]["name"] == "OLD (susunan lain)"
    assert sum(int(row["whole"]) for row in by_dimension) == int(chapters["plan"]["whole"]) == 131
    told = [
        line["name"]
        for row in chapters["outcome"]["dimensions"]
        for group in row["groups"]
        for line in group["rows"]
    ]
    assert len(told) == 131
    assert {"Program lama", "Bagian lama"} <= set(told)


@pytest.mark.parametrize("years", [None, [], [told(2022, ["Susunan 2018"], running=7)]])
def test_without_an_earlier_year_there_is_no_trend(years: Any) -> None:
    """Snapshots of before the years were kept are printed as they always were."""
    inputs = with_plan()
    inputs["plan"]["years"] = years  # type: ignore[index,typeddict-item]
    if years is None:
        del inputs["plan"]["years"]  # type: ignore[index,typeddict-item]
    html = document.compose(inputs).html
    assert "chapter-plan" in html
    assert "plan-trend" not in html


def test_a_stopped_programme_says_why() -> None:
    inputs = with_plan()
    inputs["plan"]["programs"][3] |= {"state": "STOPPED", "state_reason": "Digabung <b>dengan</b> lain"}  # type: ignore[index,typeddict-item]
    html = document.compose(inputs).html
    assert "Digabung &lt;b&gt;dengan&lt;/b&gt; lain" in html


def test_inputs_of_the_first_schema_are_still_printed() -> None:
    inputs = sample.inputs(assessed=True)
    inputs["schema"] = 1
    inputs.pop("plan", None)
    assert "chapter-plan" not in document.compose(inputs).html


def test_without_a_masterplan_its_chapters_are_left_out() -> None:
    inputs = sample.inputs(assessed=True)
    inputs["plan"] = None
    assert "chapter-plan" not in document.compose(inputs).html


# --- Where it comes from --------------------------------------------------------------------------


@pytest.fixture
def planned(city: City, cast: dict[str, User]) -> ProgramYear:
    """One approved programme with figures for 2022, and one that is still a draft."""
    plan = MasterPlan.objects.create(
        city=city, title="Masterplan", regulation="Perwako 84/2020", year_from=2019, year_to=2028
    )
    CityBudget.objects.create(city=city, year=2022, total=Decimal("1000000000"))
    dimension = SmartDimension.objects.of_set(city.dimension_set).with_sub_dimensions()[0]
    made = []
    for code, status in (("GOV-01", PlanStatus.APPROVED), ("GOV-02", PlanStatus.DRAFT)):
        row = Program.objects.create(
            city=city,
            plan=plan,
            opd=Opd.objects.of_city(city)[0],
            dimension=dimension,
            sub_dimension=dimension.sub_dimensions.all()[0],
            code=code,
            name=f"rahasia {code}" if status == PlanStatus.DRAFT else "Kanal pengaduan",
            status=status,
            submitted_at=OPENS,
            approved_at=OPENS,
            created_by=cast["planner"],
        )
        made.append(
            ProgramYear.objects.create(
                program=row, year=2022, target=200, actual=90, budget=5_000_000, state=State.RUNNING
            )
        )
    return made[0]


@pytest.fixture
def freeze(city: City, cast: dict[str, User]) -> Callable[[EvaluationWindow | None], Inputs]:
    def make(window: EvaluationWindow | None) -> Inputs:
        with clock.at(CLOSES) as now:
            return context.freeze(
                city=city, year=2022, window=window, number="LK-2022-2172", version=1,
                by=cast["reviewer"], role="reviewer", at=now,
            )  # fmt: skip

    return make


def test_only_approved_programmes_are_told(freeze, planned: ProgramYear) -> None:
    inputs = freeze(None)
    assert "rahasia" not in json.dumps(inputs)
    assert [(row["code"], row["target"], row["achievement"]) for row in inputs["plan"]["programs"]] == [
        ("GOV-01", "200", "45")
    ]
    assert inputs["plan"]["apbd"] == "1000000000"


def test_the_plan_is_frozen_with_the_window(
    freeze, planned: ProgramYear, request: pytest.FixtureRequest
) -> None:
    for year, state in ((2021, State.NOT_STARTED), (2023, State.DONE)):
        ProgramYear.objects.create(program=planned.program, year=year, state=state)
    tallies.rebuild(planned.program.city_id)
    window = request.getfixturevalue("open_window")  # opened now, with the plan in place
    ProgramYear.objects.filter(year=2021).update(state=State.STOPPED, state_reason="Digabung")
    planned.actual = Decimal(199)
    planned.save()
    tallies.rebuild(planned.program.city_id)
    inputs = freeze(window)
    assert inputs["plan"]["programs"][0]["actual"] == "90"
    years = [(row["year"], row["counts"]["not_started"], row["sets"]) for row in inputs["plan"]["years"]]
    name = planned.program.dimension.dimension_set.name
    assert years == [(2021, 1, [name]), (2022, 0, [name])]
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE evaluations_snapshotitem SET digest = 'x' WHERE kind = %s", [SnapshotItem.Kind.PROGRAM]
        )
