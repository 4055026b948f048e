"""A masterplan with programmes that come to a status through the door."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from opd import actions
from opd.models import City, MasterPlan, PlanStatus, Program, User
from tests.cast import as_, cast, city, foreign_reviewer, house, houses, opds  # noqa: F401
from tests.scenarios import House, fresh

Make = Callable[..., Program]


@pytest.fixture
def plan(city: City) -> MasterPlan:  # noqa: F811
    return MasterPlan.objects.create(
        city=city, title="Masterplan Kota", regulation="Perwako 84/2020", year_from=2019, year_to=2023
    )


@pytest.fixture
def make(plan: MasterPlan, houses: dict[str, House], cast: dict[str, User]) -> Make:  # noqa: F811
    """Return a function that makes a complete programme of an agency in a status."""

    def program(agency: str = "DISBUDPAR", status: str = PlanStatus.DRAFT, **changes: Any) -> Program:
        home = houses[agency]
        dimension = plan.city.dimension_set.dimensions.get(code="GOV")
        values = {
            "dimension": dimension,
            "sub_dimension": dimension.sub_dimensions.get(code="GOV-A"),
            "code": f"P-{Program.objects.count() + 1:03d}",
            "name": "Kota ramah wisata",
            "horizon": "SHORT",
            "category": "SERVICE",
            "indicator": "Kunjungan",
            "unit": "orang",
        } | changes
        made = actions.create_program(
            by=fresh(home.operator), plan=plan, opd=home.opd, values=values, key=None
        )
        figures = {"target": Decimal(100), "budget": Decimal(5_000_000), "fund_source": "APBD"}
        actions.save_program_year(
            pk=made.pk, year=2022, values=figures, by=fresh(home.operator), version=None
        )
        approver = cast["reviewer"] if agency == "BAPPELITBANG" else cast["planner"]
        for move, by in {
            PlanStatus.DRAFT: (),
            PlanStatus.SUBMITTED: (("submit", home.submitter),),
            PlanStatus.RETURNED: (("submit", home.submitter), ("return", approver)),
            PlanStatus.APPROVED: (("submit", home.submitter), ("approve", approver)),
        }[PlanStatus(status)]:
            actions.move_program(pk=made.pk, name=move, by=fresh(by), note="Mohon dilengkapi.")
        return Program.objects.for_detail().get(pk=made.pk)

    return program
