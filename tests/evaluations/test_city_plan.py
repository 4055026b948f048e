"""The plan at a glance: its figures are those of the rows, each leads to them, and the page costs the same for many."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags

from dimensions.models import SmartDimension
from opd.models import City, CityBudget, MasterPlan, Opd, PlanStatus, Program, ProgramYear, State, User
from opd.tallies import rebuild
from smartcity.lib import clock

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


def test_each_figure_leads_to_its_rows(client: Client, planned: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    page = client.get("/city/plan/").content.decode()
    address = f"/programs/?year={planned.evaluation_year}&amp;status=approved&amp;state=NOT_STARTED"
    assert address in page
    rows = client.get(address.replace("&amp;", "&")).content.decode()
    assert rows.count('<tr role="row">') - 1 == 3


def test_each_count_names_its_state_on_a_phone(client: Client, planned: City, cast: dict[str, User]) -> None:
    client.force_login(cast["leader"])
    page = client.get("/city/plan/").content.decode()
    assert 'data-label=""' not in page
    dimensions = SmartDimension.objects.of_set(planned.dimension_set).count()
    assert page.count(f'data-label="{State.RUNNING.label}"') == dimensions


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
    plan_of(planned, cast["planner"], 40, opds=list(Opd.objects.of_city(planned)))
    assert count_queries(lambda: client.get("/city/plan/")) == few
