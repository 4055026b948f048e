"""Dimension sets and indicators from data files: loading one twice changes nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from dimensions.models import DimensionSet, Indicator, SmartDimension, SubDimension

HUES = range(1, 9)
SPARE_HUE = 8
#: The numbers the portal's palette was made for; a set loaded on an empty portal gets them too.
KNOWN_HUES = {"GOV": 1, "BRD": 2, "ECO": 3, "LIV": 4, "SOC": 5, "ENV": 6, "MOB": 7}


@transaction.atomic
def load_dimension_set(data: Mapping[str, Any]) -> DimensionSet:
    """Create or renew the set described by `data` (keys code, name_id, mark, dimensions) and return it.

    Each dimension gets its letter (the first letter of its code no earlier dimension of the set has)
    and its hue (the number the code has already, here or in KNOWN_HUES, else the first one no code has).
    """
    dimension_set, _created = DimensionSet.objects.update_or_create(
        code=data["code"],
        defaults={"name": data["name_id"], "name_en": data.get("name_en", ""), "mark": data.get("mark", "")},
    )
    letters: set[str] = set()
    for row in sorted(data["dimensions"], key=lambda row: row["order"]):
        letter = next(letter for letter in f"{row['code']}XYZ" if letter not in letters)
        letters.add(letter)
        dimension, _created = SmartDimension.objects.update_or_create(
            dimension_set=dimension_set,
            code=row["code"],
            defaults={
                "order": row["order"],
                "letter": letter,
                "hue": _hue_of(row["code"]),
                "name": row["name_id"],
                "name_en": row.get("name_en", ""),
                "gloss": row.get("gloss_id", ""),
            },
        )
        for sub in row["sub_dimensions"]:
            SubDimension.objects.update_or_create(
                dimension=dimension,
                code=sub["code"],
                defaults={"order": sub["order"], "name": sub["name_id"], "name_en": sub.get("name_en", "")},
            )
    return dimension_set


def load_indicators(dimension_set: DimensionSet, rows: Iterable[Mapping[str, str]]) -> int:
    """Load example indicators (columns of indicators.csv) of the set's sub-dimensions; return how many."""
    subs = {sub.code: sub for sub in SubDimension.objects.filter(dimension__dimension_set=dimension_set)}
    known = [row for row in rows if row["sub_code"] in subs]
    for row in known:
        Indicator.objects.update_or_create(
            sub_dimension=subs[row["sub_code"]],
            name=row["name_id"],
            defaults={
                "name_en": row["name_en"],
                "unit": row["unit_id"],
                "value_kind": row["value_kind"],
                "better": row["better"],
                "mark": row["mark"],
            },
        )
    return len(known)


def _hue_of(code: str) -> int:
    """A dimension keeps its hue for life, so a new one never takes the hue of one that fell away."""
    taken = KNOWN_HUES | dict(SmartDimension.objects.values_list("code", "hue"))
    free = (hue for hue in HUES if hue not in taken.values())
    return taken[code] if code in taken else next(free, SPARE_HUE)
