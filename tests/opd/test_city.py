"""A city from its files, and agencies whose names change over time."""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from dimensions.loading import load_dimension_set
from opd.loading import load_city, read_rows
from opd.models import City, Membership, Opd, Ward
from tests.scenarios import DIMENSIONS, LONG_AGO

OPDS = [
    {
        "short": "DKPPKB",
        "official_name": "Dinas Kesehatan",
        "kind": "dinas",
        "mark": "documented",
        "parent_short": "",
    },
    {"short": "LABKES", "official_name": "UPTD Labkes", "kind": "uptd", "mark": "", "parent_short": "DKPPKB"},
]
WARDS = [
    {"kode_wilayah": "21.72.01.1001", "level": "kelurahan", "name": "Dompak", "parent_kode": "21.72.01"},
    {"kode_wilayah": "21.72", "level": "kota", "name": "Tanjungpinang", "parent_kode": ""},
    {"kode_wilayah": "21.72.01", "level": "kecamatan", "name": "Bukit Bestari", "parent_kode": "21.72"},
]


@pytest.fixture
def load(db: None):  # type: ignore[no-untyped-def]
    def run(**changes: object) -> City:
        facts = {
            "code": "21.72",
            "name": "Kota Tanjungpinang",
            "evaluation_year": 2022,
            "opds": OPDS,
            "wards": WARDS,
        }
        return load_city(**{**facts, "dimension_set": load_dimension_set(DIMENSIONS), **changes})  # type: ignore[arg-type]

    return run


def everything() -> tuple[list[object], ...]:
    return tuple(list(model.objects.order_by("pk").values()) for model in (City, Opd, Ward))


def test_a_city_is_loaded_with_its_agencies_and_wards(load) -> None:  # type: ignore[no-untyped-def]
    city = load()
    assert Opd.objects.get(city=city, short="LABKES").parent.short == "DKPPKB"
    assert Ward.objects.get(code="21.72.01.1001").parent.parent.code == "21.72"


def test_loading_twice_changes_nothing(load) -> None:  # type: ignore[no-untyped-def]
    load()
    before = everything()
    load()
    assert everything() == before


def test_a_corrected_file_corrects_the_row(load) -> None:  # type: ignore[no-untyped-def]
    load()
    load(opds=[{**OPDS[0], "official_name": "Dinas Kesehatan dan KB"}, OPDS[1]], evaluation_year=2023)
    assert Opd.objects.get(short="DKPPKB").official_name == "Dinas Kesehatan dan KB"
    assert (Opd.objects.count(), City.objects.get().evaluation_year) == (2, 2023)


def test_a_file_that_names_no_parent_leaves_nothing_half_done(load) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(KeyError):
        load(opds=[{**OPDS[0], "parent_short": "TIDAK-ADA"}])
    assert not City.objects.exists()


def test_rows_are_read_by_their_header(tmp_path: Path) -> None:
    path = tmp_path / "opd.csv"
    path.write_text('short,official_name\nDISHUB,"Dinas, Perhubungan"\n', encoding="utf-8")
    assert read_rows(path) == [{"short": "DISHUB", "official_name": "Dinas, Perhubungan"}]


def test_an_agency_of_the_past_may_have_had_the_same_short_name(city: City) -> None:
    facts = {"city": city, "short": "DISPAR", "kind": "dinas"}
    new = Opd.objects.create(official_name="Baru", valid_from=date(2021, 1, 1), **facts)
    old = Opd.objects.create(official_name="Lama", valid_to=date(2021, 1, 1), successor=new, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Opd.objects.create(official_name="Kembar", **facts)
    assert list(Opd.objects.of_city(city).in_force(date(2020, 12, 31))) == [old]
    assert list(Opd.objects.of_city(city).in_force(date(2021, 1, 1))) == [new]


def test_periods_end_after_they_begin(city: City, cast: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Opd.objects.create(
            city=city,
            short="X",
            official_name="X",
            kind="dinas",
            valid_from=date(2022, 1, 2),
            valid_to=date(2022, 1, 1),
        )
    membership = Membership.objects.first()
    assert membership is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(valid_to=LONG_AGO)


@pytest.mark.parametrize("role", ["operator", "head"])
def test_an_operator_and_a_head_belong_to_an_agency(role: str, city: City, cast: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=cast["leader"], role=role, city=city)  # type: ignore[misc]
