"""A closed consensus as `evaluations/minutes.py` freezes it, by hand: two sections, three seats, one conflict."""

import copy
from typing import Any

DIGEST = "ab" * 32


def level(value: str | None) -> dict[str, Any]:
    return {"value": value, "given": 1, "expected": 1}


def card(index: str | None, base: str, impact: str, gov: str) -> dict[str, Any]:
    return {
        "index": index, "provisional": "2.5", "missing": [], "given": 3, "expected": 3, "groups": {}, "questions": {},
        "sections": {"BASE": level(base), "IMPACT": level(impact)}, "dimensions": {"GOV": level(gov)},
    }  # fmt: skip


def line(code: str, section: str, scores: dict[int, int | None], **facts: Any) -> dict[str, Any]:
    return {
        "code": code, "section": section, "dimension": "", "text": f"Pertanyaan {code}.", "self": "3",
        "scores": [{"seat": seat, "value": value} for seat, value in scores.items()], "mean": "2", "spread": 0,
        "flags": [], "value": "2", "changed": False, "reason": "",
    } | facts  # fmt: skip


def seat(number: int, *areas: str, conflict: bool = False) -> dict[str, Any]:
    handed = "" if conflict else f"NA-2022-000{number}"
    at = None if conflict else "2022-10-07T03:00:00+00:00"
    return {
        "seat": number, "areas": list(areas), "conflict": conflict, "number": handed, "at": at,
        "digest": "c" * 64 if handed else "",
    }  # fmt: skip


_PAYLOAD: dict[str, Any] = {
    "schema": 2, "language": "id", "number": "KP-2022-0007-1", "revision": 1, "reason": "", "sample": True,
    "closed_at": "2022-10-07T10:04:00+00:00",
    "window": {
        "id": 7, "city": {"code": "21.72", "name": "Kota Tanjungpinang", "timezone": "Asia/Jakarta"}, "year": 2022,
        "stage": "Tahap II", "name": "Evaluasi 2022, Tahap II", "opens_at": "2022-10-03T01:00:00+00:00",
        "closes_at": "2022-10-08T09:00:00+00:00",
    },
    "instrument": {"title": "Instrumen kecil", "version": 1, "digest": "d" * 64},
    "snapshot": "e" * 64, "snapshot_version": 1, "lead": 2,
    "panel": [seat(1, "Lintas bidang", "Governance"), seat(2, "Lintas bidang"), seat(3, "Living", conflict=True)],
    "offices": {"chair": "Bappelitbang", "secretariat": "Dinas Kominfo"},
    "thresholds": {"spread": 2, "gap": "1.5"},
    "sections": [
        {"code": "BASE", "name": "Dasar", "weight": "40"}, {"code": "IMPACT", "name": "Dampak", "weight": "60"},
    ],
    "dimensions": [{"code": "GOV", "name": "Smart Governance", "letter": "G", "hue": 1}],
    "lines": [
        line("B-1", "BASE", {1: 1, 2: 3}, spread=2, flags=["spread"], value="2.5", changed=True,
             reason="Bukti dibuka bersama."),
        line("B-2", "BASE", {1: None, 2: 2}),
        line("I-1", "IMPACT", {1: 2}, dimension="GOV", self=None),
    ],
    "self": card("3.1", "3", "3.2", "3.2"), "mean": card("2", "2", "2", "2"),
    "consensus": card("2.15", "2.25", "2", "2"),
    "interview": {
        "planned_at": "2022-10-05T02:00:00+00:00", "started_at": "2022-10-05T02:05:00+00:00",
        "ended_at": "2022-10-05T03:35:00+00:00", "way": "online", "place": "Ruang rapat",
        "parts": [{
            "key": "opening", "title": "Pembukaan dan paparan", "minutes": 10,
            "runs": [{"from": "2022-10-05T02:05:00+00:00", "to": "2022-10-05T02:17:00+00:00"}],
        }],
        "notes": [{"code": "B-1", "text": "Matriks diperlihatkan."}, {"code": "", "text": "Semua hadir."}],
    },
    "clarifications": [{
        "number": "KL-2022-0001", "code": "B-1", "opd": "DISHUB", "text": "Halaman mana?", "state": "late",
        "asked_at": "2022-10-04T02:00:00+00:00", "due_at": "2022-10-05T02:00:00+00:00", "answered_at": None,
        "answer": "",
    }],
    "recommendations": {
        "given": [{"code": "R-2022-01", "text": "Tetapkan peta jalan.", "opd": "DISKOMINFO", "due_on": "2023-03-01",
                   "reference": "halaman 4"}],
        "followed": [{"code": "R-2021-01", "text": "Beri tanggal pada bukti.", "opd": "DLH", "status": "closed"}],
    },
}  # fmt: skip


def payload(**changes: Any) -> dict[str, Any]:
    """A copy, with changes at its first level."""
    return copy.deepcopy(_PAYLOAD) | changes


def first_schema() -> dict[str, Any]:
    """As it was frozen before minutes were printed."""
    later = ("language", "snapshot_version", "offices", "dimensions", "self", "recommendations")
    return {key: value for key, value in payload(schema=1).items() if key not in later}
