"""The city imports are checked against, from the files the portal is delivered with."""

import csv
from collections.abc import Collection, Mapping
from pathlib import Path

from opd.imports import Agency, Dimension, Reference, Sub

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(__file__).parent / "samples"


def reference(
    year: int = 2022,
    codes: Mapping[str, str] | None = None,
    quick_wins: Mapping[tuple[int, str], Collection[str]] | None = None,
) -> Reference:
    with (ROOT / "opd/data/opd.csv").open(encoding="utf-8") as file:
        opds = tuple(Agency(row["short"], row["official_name"]) for row in csv.DictReader(file))
    return Reference(year, dimensions(), opds, codes or {}, quick_wins or {})


def dimensions() -> tuple[Dimension, ...]:
    with (ROOT / "dimensions/data/dimensions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {}
    subs: dict[str, list[Sub]] = {}
    for row in rows:
        names[row["dimension_code"]] = tuple(
            dict.fromkeys((row["dimension_name_id"], row["dimension_name_en"], row["dimension_gloss_id"]))
        )
        subs.setdefault(row["dimension_code"], []).append(
            Sub(row["sub_code"], (row["sub_name_id"], row["sub_name_en"]))
        )
    return tuple(Dimension(code, words, tuple(subs[code])) for code, words in names.items())
