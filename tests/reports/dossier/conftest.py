"""A frozen window written by hand, so that both databases and any process hold the very same input."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dimensions.loading import load_dimension_set
from evaluations.loading import load
from evaluations.models import EvaluationWindow, Instrument, Seat, Snapshot, SnapshotItem
from opd.models import City, Membership, Opd, Role, User
from smartcity.lib import clock
from smartcity.lib.files import path_for
from smartcity.lib.models import digest_of
from tests.evaluations.builders import CLOSES, DUE, LONG_AGO, OPENS, SMALL, areas, as_file
from tests.ground import grounded

DURING = CLOSES - timedelta(days=2)
FROZEN = datetime(2022, 10, 3, 1, 0, 5, tzinfo=UTC)
FORMULA = '=HYPERLINK("https://jahat.example","buka")'
PDF, PHOTO, SHEET = b"%PDF-1.7 matriks", b"\xff\xd8 foto", b"PK lembar"


def piece(
    content: bytes | None, title: str, media_type: str = "application/pdf", **facts: Any
) -> dict[str, Any]:
    """A piece of evidence as payloads hold it; None: a link."""
    row = {
        "id": 1, "kind": "report", "title": title, "file_name": f"{title}.pdf", "url": "", "document_date": "",
        "page": "", "valid_until": "", "sample": False, "sha256": "", "media_type": "", "size": 0, "pages": None,
        "has_preview": False, "doubts": None,
    }  # fmt: skip
    if content is not None:
        row |= {"sha256": hashlib.sha256(content).hexdigest(), "media_type": media_type, "size": len(content)}
    return row | facts


def answer(question: str, score: str | None, text: str, *evidence: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": 1, "question": question, "opd": "KOMINFO", "self_score": score, "respondents": None,
        "text": text, "evidence": list(evidence), "sample": False,
    }  # fmt: skip


ANSWERS = [
    answer(
        "B-1",
        "3",
        FORMULA,
        piece(
            PDF,
            "Matriks tindak lanjut",
            document_date="2022-08-31",
            page="2",
            file_name="../../matriks é.pdf",
        ),
        piece(None, "Halaman JDIH", kind="link", file_name="", url="https://jdih.example/12"),
        piece(PHOTO, "=cmd|' /C calc'!A0", "image/jpeg", kind="photo", sample=True),
    ),
    answer("I-GOV-1", "3.27", "Rekap survei.") | {"respondents": 50},
]
QUICK_WIN = {
    "schema": 1, "id": 9, "code": "QW-2022-1", "year": 2022, "title": "TOSSA",
    "opd": {"id": 4, "short": "DINKES", "name": "Dinas Kesehatan", "confirmed": False},
    "dimension": {"code": "LIV", "order": 2, "name": "Smart Living", "letter": "L", "hue": 1, "sub_code": "",
                  "sub_name": ""},
    "values": {"problem": "Antrean rujukan.", "dimension": "Smart Living", "name": "Rujukan", "sub_dimension": ""},
    "evidence": [piece(SHEET, "Rekap rujukan", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")],
    "sample_fields": ["problem"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _during_the_window() -> Any:
    with clock.at(DURING):
        yield


@grounded(at=DURING)
def city() -> City:
    dimension_set = load_dimension_set(SMALL["dimension_set"])
    return City.objects.create(
        code="21.72", name="Kota Tanjungpinang", evaluation_year=2022, dimension_set=dimension_set
    )


@grounded(at=DURING)
def instrument(city: City) -> Instrument:
    return load(as_file(SMALL))


@grounded(at=DURING)
def cast(city: City) -> dict[str, User]:
    opd = Opd.objects.create(city=city, short="KOMINFO", official_name="Dinas Kominfo", kind="dinas")
    other = City.objects.create(
        code="21.71", name="Kota Lain", evaluation_year=2022, dimension_set=city.dimension_set
    )

    def person(name: str, role: str, at: City = city, home: Opd | None = None) -> User:
        user = User.objects.create(username=name, title=name)
        Membership.objects.create(user=user, role=role, city=at, opd=home, valid_from=LONG_AGO)
        return user

    return {
        "operator": person("operator", Role.OPD_OPERATOR, home=opd),
        "reviewer": person("kominfo", Role.REVIEWER, home=opd),
        "planner": person("bappelitbang", Role.PLANNER, home=opd),
        "auditor": person("inspektorat", Role.AUDITOR),
        "leader": person("wali-kota", Role.LEADERSHIP),
        "assessor": person("asesor", Role.ASSESSOR),
        "undeclared": person("asesor-baru", Role.ASSESSOR),
        "outsider": person("asesor-lain", Role.ASSESSOR, at=other),
        "foreign_reviewer": person("kominfo-lain", Role.REVIEWER, at=other),
    }


@grounded(at=DURING)
def window(city: City, instrument: Instrument, cast: dict[str, User]) -> EvaluationWindow:
    """Open, with one declared assessor and one who has not declared yet."""
    window = EvaluationWindow.objects.create(
        city=city, year=2022, stage="Tahap II", instrument=instrument, inputs_due_at=DUE, opens_at=OPENS,
        closes_at=CLOSES, status="open", opened_at=OPENS,
    )  # fmt: skip
    for name, declared in (("assessor", OPENS), ("undeclared", None)):
        seat = Seat.objects.create(
            window=window, user=cast[name], until=CLOSES + timedelta(days=7), declared_at=declared
        )
        seat.areas.set(areas(window, "lintas", "gov"))
    return window


def freeze(window: EvaluationWindow, version: int = 1, answers: list[dict[str, Any]] = ANSWERS) -> Snapshot:
    """Write a snapshot of fixed content; nothing in it comes from the database."""
    contents = [("answer", row["question"], row) for row in answers] + [("quick_win", "QW-2022-1", QUICK_WIN)]
    payload = {
        "schema": 1,
        "city": {"code": "21.72", "name": "Kota Tanjungpinang"},
        "window": {"id": 1, "year": 2022, "stage": "Tahap II", "sample": True},
        "opens_at": OPENS.isoformat(),
        "instrument": {"code": "KECIL", "version": 1, "title": "Instrumen kecil", "digest": "d" * 64},
        "items": [[kind, key, digest_of(row)] for kind, key, row in contents],
    }
    snapshot = Snapshot.objects.create(
        window=window, version=version, taken_at=FROZEN, payload=payload, digest=digest_of(payload)
    )
    SnapshotItem.objects.bulk_create(
        SnapshotItem(snapshot=snapshot, kind=kind, key=key, payload=row, digest=digest_of(row))
        for kind, key, row in contents
    )
    return snapshot


@pytest.fixture
def snapshot(window: EvaluationWindow) -> Snapshot:
    return freeze(window)


@pytest.fixture
def stored(private_files: Path) -> Path:
    """The bytes of every piece, in their places."""
    for content in (PDF, PHOTO, SHEET):
        path = path_for(hashlib.sha256(content).hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return private_files
