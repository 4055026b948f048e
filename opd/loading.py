"""A city with its agencies and wards from CSV files: loading twice changes nothing."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db import transaction

from dimensions.models import DimensionSet
from opd.models import City, Opd, Ward

Row = Mapping[str, str]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a UTF-8 CSV file by its header line."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load_city(
    *,
    code: str,
    name: str,
    evaluation_year: int,
    dimension_set: DimensionSet,
    opds: Sequence[Row],
    wards: Sequence[Row],
) -> City:
    """Create or renew a city, its agencies (columns of opd.csv) and wards (columns of wards.csv)."""
    city, _created = City.objects.update_or_create(
        code=code, defaults={"name": name, "evaluation_year": evaluation_year, "dimension_set": dimension_set}
    )
    for row in opds:
        Opd.objects.update_or_create(
            city=city,
            short=row["short"],
            valid_to=None,
            defaults={"official_name": row["official_name"], "kind": row["kind"], "mark": row["mark"]},
        )
    by_short = {opd.short: opd for opd in Opd.objects.of_city(city)}
    for row in opds:
        if row["parent_short"]:
            Opd.objects.filter(pk=by_short[row["short"]].pk).update(parent=by_short[row["parent_short"]])
    for row in sorted(wards, key=lambda row: row["kode_wilayah"]):
        Ward.objects.update_or_create(
            code=row["kode_wilayah"],
            defaults={
                "city": city,
                "level": row["level"],
                "name": row["name"],
                "parent": Ward.objects.filter(code=row["parent_kode"]).first(),
            },
        )
    return city
