"""The city the sample workbooks are about: the delivered dimensions and agencies, a masterplan, and people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from dimensions.loading import load_dimension_set
from opd.loading import load_city, read_rows
from opd.models import City, ImportJob, MasterPlan, Opd, Role, User
from tests.ground import grounded
from tests.opd.imports.worlds import SAMPLES
from tests.scenarios import grant

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@grounded()
def city() -> City:
    base = Path(settings.BASE_DIR)
    dimensions: dict[str, dict[str, Any]] = {}
    for row in read_rows(base / "dimensions/data/dimensions.csv"):
        one = dimensions.setdefault(
            row["dimension_code"],
            {
                "code": row["dimension_code"],
                "order": len(dimensions) + 1,
                "name_id": row["dimension_name_id"],
                "name_en": row["dimension_name_en"],
                "gloss_id": row["dimension_gloss_id"],
                "sub_dimensions": [],
            },
        )
        one["sub_dimensions"].append(
            {
                "code": row["sub_code"],
                "order": len(one["sub_dimensions"]) + 1,
                "name_id": row["sub_name_id"],
                "name_en": row["sub_name_en"],
            }
        )
    dimension_set = load_dimension_set(
        {"code": "ENAM", "name_id": "Enam dimensi", "dimensions": list(dimensions.values())}
    )
    city = load_city(
        code="21.72", name="Kota Tanjungpinang", evaluation_year=2022, dimension_set=dimension_set,
        opds=read_rows(base / "opd/data/opd.csv"), wards=[],
    )  # fmt: skip
    MasterPlan.objects.create(city=city, title="Masterplan", year_from=2018, year_to=2028)
    return city


@grounded()
def opds(city: City) -> dict[str, Opd]:
    return {row.short: row for row in Opd.objects.of_city(city)}


@pytest.fixture
def person(city: City, opds: dict[str, Opd]) -> Callable[..., User]:
    def make(name: str, role: str, *shorts: str) -> User:
        user = User.objects.create(username=name, title=f"Pejabat {name}")
        for short in shorts or ("",):
            grant(user, role, city, opds.get(short))
        return user

    return make


@pytest.fixture
def operator(person: Callable[..., User]) -> User:
    return person("operator-disbudpar", Role.OPD_OPERATOR, "DISBUDPAR")


@pytest.fixture
def planner(person: Callable[..., User]) -> User:
    return person("perencana", Role.PLANNER, "BAPPELITBANG")


@dataclass
class Desk:
    """A person at the import pages."""

    user: User
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.user)

    def upload(
        self, content: bytes, name: str, kind: str = "action_plan", year: int = 2022, key: str = ""
    ) -> ImportJob:
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile(name, content, XLSX)
        response = self.client.post(
            reverse("opd:imports"), {"kind": kind, "year": year, "file": file, "key": key}
        )
        assert response.status_code == 302, response.content.decode()
        return ImportJob.objects.latest("pk")

    def sample(self, name: str, kind: str = "action_plan") -> ImportJob:
        return self.upload((SAMPLES / f"{name}.xlsx").read_bytes(), f"{name}.xlsx", kind)

    def confirm(self, job: ImportJob, choices: Mapping[str, str] | None = None) -> ImportJob:
        """Confirm the columns as they are proposed, but for `choices` (letter -> field)."""
        page = self.client.get(reverse("opd:import_map", args=[job.pk]))
        assert page.status_code == 200
        data = {"sheet": page.context["sheet"], "year": str(page.context["year"])}
        for column in page.context["columns"]:
            mapped = next((option["value"] for option in column["options"] if option["selected"]), "")
            data[f"c-{column['letter']}"] = mapped
        data |= {f"c-{letter}": name for letter, name in (choices or {}).items()}
        response = self.client.post(reverse("opd:import_map", args=[job.pk]), data)
        assert response.status_code == 302, response.content.decode()
        return ImportJob.objects.get(pk=job.pk)

    def check_page(self, job: ImportJob, show: str = "") -> Any:
        return self.client.get(reverse("opd:import_check", args=[job.pk]), {"show": show} if show else {})

    def save(self, job: ImportJob, *, only: list[int] | None = None) -> ImportJob:
        """Consent to what the first page shows, or to some of its rows."""
        rows = [row for row in self.check_page(job).context["rows"] if row["good"]]
        data = {
            "shown": [row["number"] for row in rows],
            "row": [row["number"] for row in rows] if only is None else only,
        }
        response = self.client.post(reverse("opd:import_save", args=[job.pk]), data)
        assert response.status_code == 302
        return ImportJob.objects.get(pk=job.pk)


@pytest.fixture
def at_desk() -> Callable[[User], Desk]:
    return Desk
