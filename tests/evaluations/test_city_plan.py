"""The plan at a glance: its figures are those of the rows, each leads to them, and the page costs the same for many."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags

from dimensions.models import DimensionSet, SmartDimension, SubDimension
from evaluations.views.city_plan import SHOWN
from opd.models import (
    City,
    CityBudget,
    MasterPlan,
    Meeting,
    Opd,
    PlanStatus,
    Program,
    ProgramYear,
    State,
    User,
)
from opd.tallies import rebuild
from smartcity.lib import clock, decimals
from tests.evaluations.pages import Link, read, rows_behind

pytestmark = pytest.mark.django_db


def plan_of(city: City, by: User, count: int, *, opds: list[Opd]) -> None:
    """`count` approved programmes of this year: two of three run, the first reached its target."""
    plan, _made = MasterPlan.objects.get_or_create(
        city=city, title="Masterplan", defaults={"year_from": 2019, "year_to": 2099}
    )
    dimensions = list(SmartDimension.objects.of_set(city.dimension_set).with_sub_dimensions())
    for place in range(count):
        dimension = dimensions[place % len(dimensions)]
        row = Program.objects.create(
            city=city, plan=plan, opd=opds[place % len(opds)], dimension=dimension,
            sub_dimension=dimension.sub_dimensions.all()[0], code=f"{dimension.code}-{place:03d}",
            name=f"Program {place}",
            status=PlanStatus.APPROVED, submitted_at=clock.now(), approved_at=clock.now(), created_by=by,
        )  # fmt: skip
        ProgramYear.objects.create(
            program=row, year=city.evaluation_year, target=10, actual=20 if place == 0 else 5, budget=1_000_000,
            fund_source="CSR" if place == 1 else "APBD", absorbed=250_000,
            state=State.NOT_STARTED if place % 3 == 2 else State.RUNNING,
        )  # fmt: skip
    rebuild(city.pk)


@pytest.fixture
def planned(city: City, cast: dict[str, User]) -> City:
    plan_of(city, cast["planner"], 9, opds=list(Opd.objects.of_city(city)[:3]))
    CityBudget.objects.create(city=city, year=city.evaluation_year, total=Decimal("100000000"))
    return city


def text(client: Client, who: User) -> str:
    client.force_login(who)
    answer = client.get("/city/plan/")
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def test_figures_are_those_of_the_rows(client: Client, planned: City, cast: dict[str, User]) -> None:
    page = text(client, cast["leader"])
    assert "6 dari 9 program berjalan atau selesai" in page
    assert "66,67% dari 9" in page
    assert "1 dari 9 yang terukur mencapai target" in page
    assert "Rp9 juta" in page
    assert "Rp8 juta" in page
    assert "8,00% dari Rp100 juta" in page
    assert "25,00%" in page


def test_every_figure_tells_how_it_is_counted(client: Client, planned: City, cast: dict[str, User]) -> None:
    page = text(client, cast["leader"])
    assert "6 sudah berjalan + 3 belum dilaksanakan = 9" in page
    assert "6 : 9 × 100% = 66,67%" in page
    assert "1 : 9 × 100% = 11,11%" in page
    assert "Rp8.000.000,00 + Rp1.000.000,00 = Rp9.000.000,00" in page
    assert "Rp8.000.000,00 : Rp100.000.000,00 × 100% = 8,00%" in page
    html = client.get("/city/plan/").content.decode()
    assert html.count("<summary>Cara menghitung") >= 3 + 1 + 1 + 5


def test_who_entered_the_whole_budget_last_is_told(
    client: Client, planned: City, cast: dict[str, User]
) -> None:
    budget = CityBudget.objects.get()
    client.force_login(cast["planner"])
    client.post(
        f"/plan/budget/{budget.year}/",
        {"total": "200.000.000", "source": "Perda APBD 2022", "version": budget.version},
    )
    page = text(client, cast["leader"])
    assert "Sumber: Perda APBD 2022. Perubahan terakhir: Perencana" in page
    assert "4,00%" in page


def test_each_figure_leads_to_its_rows(client: Client, planned: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    page = client.get("/city/plan/").content.decode()
    address = f"/programs/?year={planned.evaluation_year}&amp;status=approved&amp;state=NOT_STARTED"
    assert address in page
    rows = client.get(address.replace("&amp;", "&")).content.decode()
    assert rows.count('<tr role="row">') - 1 == 3


READERS = ("leader", "planner", "reviewer", "auditor")


@pytest.fixture
def crowded(planned: City, cast: dict[str, User]) -> City:
    """Five agencies, one of them gone and its short name taken over; programmes nobody approved count nowhere."""
    for place in range(3):
        Opd.objects.create(city=planned, short=f"OPD{place}", official_name=f"Dinas {place}", kind="dinas")
    old = Opd.objects.create(
        city=planned, short="OPD0", official_name="Dinas lama", kind="dinas", valid_to=date(2022, 1, 1)
    )
    MasterPlan.objects.update(title="Masterplan lama")
    plan_of(planned, cast["planner"], 31, opds=[*Opd.objects.of_city(planned).exclude(pk=old.pk), old])
    kept = Program.objects.filter(code__endswith="-004")
    kept.update(status=PlanStatus.SUBMITTED)
    ProgramYear.objects.filter(program__code__endswith="-005").update(state="", actual=None, budget=None)
    ProgramYear.objects.filter(program__code__endswith="-007").update(state=State.DONE, fund_source="")
    ProgramYear.objects.create(program=kept[0], year=planned.evaluation_year - 1, state=State.DONE)
    rebuild(planned.pk)
    return planned


@pytest.mark.parametrize("who", READERS)
def test_every_cell_of_the_heat_map_leads_to_its_rows(
    client: Client, crowded: City, cast: dict[str, User], who: str
) -> None:
    client.force_login(cast[who])
    whole = sum(int(link.text.split("/")[1].split()[0]) for link in cells(client, "carried_out"))
    assert whole == ProgramYear.objects.begun_in(crowded.pk, crowded.evaluation_year).count()
    for show in SHOWN:
        for link in cells(client, show):
            count, every = (int(number) for number in link.text.split()[0].split("/"))
            assert rows_behind(client, link.url) == (every if show == "carried_out" else count) > 0
    shown = sum(
        int(link.text.split("/")[0])
        for show in ("running", "done", "not_started")
        for link in cells(client, show)
    )
    assert shown + ProgramYear.objects.begun_in(crowded.pk, 2022).filter(state="").count() == whole


def cells(client: Client, show: str) -> list[Link]:
    links = read(client, f"/city/plan/?show={show}").of("h-heat")
    return [link for link in links if link.url.startswith("/programs/")]


@pytest.mark.parametrize("who", READERS)
def test_every_number_of_the_page_leads_to_as_many_rows(
    client: Client, crowded: City, cast: dict[str, User], who: str
) -> None:
    client.force_login(cast[who])
    page = read(client, "/city/plan/")
    links = [link for _panel, link in page.links if link.url.startswith("/programs/")]
    numbers = [link for link in links if link.text.split(" ")[0].isdecimal()]
    assert len(numbers) > 30
    for link in numbers:
        assert rows_behind(client, link.url) == int(link.text.split(" ")[0]), link


def test_what_changed_since_the_last_meeting_leads_to_its_rows(
    client: Client, planned: City, cast: dict[str, User]
) -> None:
    Meeting.objects.create(
        city=planned, title="Rapat Dewan", held_at=clock.now() - timedelta(days=3), created_by=cast["planner"]
    )
    program = Program.objects.all()[0]
    for move, ago in (("approve", 1), ("return", 2), ("submit", 9)):
        program.events.create(
            move=move, source="submitted", target="approved", actor=cast["planner"], role="planner",
            at=clock.now() - timedelta(days=ago),
        )  # fmt: skip
    client.force_login(cast["leader"])
    links = read(client, "/city/plan/").of("h-since")
    assert "Rapat Dewan" in links[0].text
    assert [link.text for link in links[1:-1]] == ["Program yang persetujuannya berubah"]
    rows = client.get(links[1].url).content.decode()
    assert program.name in rows


def test_each_amount_is_the_sum_of_its_rows(client: Client, crowded: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    asked = {link.text: link.url for link in read(client, "/city/plan/").of("h-money")}
    rows = ProgramYear.objects.begun_in(crowded.pk, crowded.evaluation_year)
    for filters, column in (
        ({}, "budget"),
        ({"fund_source__in": ["APBD", ""]}, "budget"),
        ({"fund_source": "CSR"}, "budget"),
        ({}, "absorbed"),
    ):
        amounts = rows.filter(**filters, **{f"{column}__gt": 0}).values_list(column, flat=True)
        label = decimals.short_money(sum(amounts))
        assert rows_behind(client, asked[label]) == len(amounts)


def test_each_count_names_its_state_on_a_phone(client: Client, planned: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    page = client.get("/city/plan/").content.decode()
    assert 'data-label=""' not in page
    dimensions = SmartDimension.objects.of_set(planned.dimension_set).count()
    assert page.count(f'data-label="{State.RUNNING.label}"') == dimensions + 1  # and the whole


def test_years_of_another_set_of_dimensions_are_told_apart_and_lead_to_their_rows(
    client: Client, planned: City, cast: dict[str, User]
) -> None:
    """The city has mobility in the place of branding since this year; last year's programmes keep their dimension."""
    assert "susunan dimensi yang berbeda" not in text(client, cast["leader"])
    old, year = planned.dimension_set, planned.evaluation_year
    ProgramYear.objects.update(year=year - 1)
    new = DimensionSet.objects.create(code="baru", name="Susunan baru")
    moved = SmartDimension.objects.create(
        dimension_set=new, code="MOB", order=1, hue=7, letter="M", name="Smart Mobility"
    )
    SubDimension.objects.create(dimension=moved, code="MOB-A", name="Angkutan umum", order=1)
    planned.dimension_set = new
    planned.save()
    plan_of(planned, cast["planner"], 4, opds=list(Opd.objects.of_city(planned)[:3]))

    told = text(client, cast["leader"])
    assert f"susunan dimensi yang berbeda: {year - 1}: {old.name}; {year}: Susunan baru." in told
    for asked, counted in ((year - 1, 9), (year, 4)):
        page = read(client, f"/city/plan/?year={asked}")
        links = [link for link in page.of("h-dimensions") if link.text.isdecimal()]
        assert sum(rows_behind(client, link.url) for link in links if "dimension=" in link.url) >= counted
        for link in (*links, *page.of("h-heat")):
            if link.url.startswith("/programs/"):
                numbers = [int(word) for word in re.findall(r"\d+", link.text)]
                assert rows_behind(client, link.url) in numbers, link
    assert f"susunan dimensi yang berbeda: {year - 1}: {old.name}" in client.get("/years/").text


def test_without_a_budget_nothing_is_shared(client: Client, planned: City, cast: dict[str, User]) -> None:
    CityBudget.objects.all().delete()
    assert "Total APBD tahun ini belum diisi" in text(client, cast["leader"])


def test_a_year_without_programmes_says_so(client: Client, city: City, cast: dict[str, User]) -> None:
    assert "Belum ada program" in text(client, cast["leader"])


def test_the_page_asks_as_much_for_many(
    client: Client, planned: City, cast: dict[str, User], count_queries: Callable[[Callable[[], object]], int]
) -> None:
    client.force_login(cast["leader"])
    client.get("/city/plan/")
    few = count_queries(lambda: client.get("/city/plan/"))
    MasterPlan.objects.update(title="Masterplan lama")
    for place in range(20):
        Opd.objects.create(city=planned, short=f"OPD{place}", official_name=f"Dinas {place}", kind="dinas")
    plan_of(planned, cast["planner"], 40, opds=list(Opd.objects.of_city(planned)))
    ProgramYear.objects.filter(program__code__endswith="-003").update(state=State.DONE, absorbed=0)
    rebuild(planned.pk)
    assert count_queries(lambda: client.get("/city/plan/")) == few
