"""What the tests of this folder build with: moments, a small instrument, a seat fully scored."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from django.db import DatabaseError, connection, transaction

from evaluations import actions
from evaluations.models import Area, EvaluationWindow, Seat
from evaluations.structure import structure_of

DUE = datetime(2022, 10, 1, 9, tzinfo=UTC)
OPENS = datetime(2022, 10, 3, 1, tzinfo=UTC)
CLOSES = datetime(2022, 10, 8, 9, tzinfo=UTC)
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

LEVELS = [
    {
        "score": score,
        "label_id": f"Tingkat {score}",
        "meaning_id": f"Arti {score}.",
        "meaning_en": f"Meaning {score}.",
    }
    for score in range(5)
]


def question(code: str, area: str, dimension: str = "", sub: str = "", kind: str = "score") -> dict[str, Any]:
    """A question as an instrument file writes it."""
    row = {
        "code": code,
        "kind": kind,
        "text_id": f"Pertanyaan {code}.",
        "area": area,
        "required": True,
        "evidence": [{"type": "report", "text_id": "Laporan"}],
    }
    row |= {"rubric": "R"} if kind == "score" else {}
    row |= {"smart_dimension": dimension} if dimension else {}
    return row | ({"sub_dimension": sub} if sub else {})


SMALL: dict[str, Any] = {
    "instrument": {
        "code": "KECIL", "version": 1, "year": 2022, "title_id": "Instrumen kecil", "official": False,
    },
    "dimension_set": {
        "code": "DUA",
        "name_id": "Dua dimensi",
        "dimensions": [
            {
                "code": "GOV", "order": 1, "name_id": "Smart Governance",
                "sub_dimensions": [{"code": "GOV-A", "order": 1, "name_id": "Layanan"}],
            },
            {
                "code": "LIV", "order": 2, "name_id": "Smart Living",
                "sub_dimensions": [{"code": "LIV-A", "order": 1, "name_id": "Kesehatan"}],
            },
        ],
    },
    "areas": [{"code": "lintas", "name_id": "Lintas bidang"}, {"code": "gov", "name_id": "Governance"},
              {"code": "liv", "name_id": "Living"}],
    "evidence_types": [{"code": "report", "name_id": "Laporan"}],
    "rubrics": [{"code": "R", "name_id": "Rubrik", "levels": LEVELS}],
    "sections": [
        {
            "code": "BASE", "order": 1, "name_id": "Dasar", "weight": 40,
            "aggregation": {"method": "mean_of_questions", "levels": ["question"]},
            "questions": [question("B-1", "lintas"), question("B-2", "lintas")],
        },
        {
            "code": "IMPACT", "order": 2, "name_id": "Dampak", "weight": 40,
            "aggregation": {"method": "mean_of_smart_dimensions", "levels": ["question", "smart_dimension"]},
            "questions": [
                question("I-GOV-1", "gov", "GOV", "GOV-A", "survey_mean"), question("I-GOV-2", "gov", "GOV"),
                question("I-LIV-1", "liv", "LIV"),
            ],
        },
        {
            "code": "QW", "order": 3, "name_id": "Quick win", "weight": 20,
            "aggregation": {"method": "mean_of_quick_wins", "levels": ["question", "quick_win"]},
            "questions": [question("Q-GOV-1", "gov", "GOV"), question("Q-LIV-1", "liv", "LIV")],
        },
    ],
}  # fmt: skip


def as_file(data: dict[str, Any]) -> bytes:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()


def areas(window: EvaluationWindow, *codes: str) -> list[Area]:
    return list(Area.objects.filter(instrument=window.instrument_id, code__in=codes))


def score_all(seat: Seat, value: int = 3) -> None:
    """Score every question of a seat, with a remark."""
    codes = set(seat.areas.values_list("code", flat=True))
    for row in structure_of(seat.window.instrument).scored_in(codes):
        actions.save_score(
            seat=seat, question_code=row.code, value=value, remark="Terbukti.", version=0, by=seat.user
        )


@contextmanager
def raw_refused() -> Iterator[Any]:
    """A raw cursor whose next statement must be refused by a trigger."""
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        yield cursor
