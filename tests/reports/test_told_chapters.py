"""Impact, follow-up, what was prepared, clarifications: printed from frozen inputs, and what is missing is said."""

from typing import Any

from django.utils import translation

from reports.chapters import chapters
from reports.schema import Inputs
from tests.reports import sample

RECOMMENDATION: Any = {
    "code": "R-2021-01", "source": "letter", "reference": "B-21/2022", "text": "Lengkapi inventaris.",
    "opd": {"short": "DLH", "name": "Dinas LH"}, "due_on": "2022-09-30", "status": "closed", "steps": [2, 3],
    "done_note": "Inventaris selesai.", "dropped_because": "", "carried": True, "evidence": ["Laporan inventaris"],
    "sample": True,
}  # fmt: skip
ANSWER: Any = {
    "area": "Kebijakan", "code": "OP-1", "text": "Masterplan ditetapkan.", "score": "3", "answer": "Perwako berlaku.",
    "evidence": [{"kind": "regulation", "title": "Perwako 84/2020", "document_date": "2020-05-04", "page": "1"}],
    "sample": False,
}  # fmt: skip
UNANSWERED = ANSWER | {"area": "Literasi", "code": "OP-9", "answer": "", "evidence": [], "score": None}


def told(**changes: Any) -> Inputs:
    """The sample report with everything this schema adds."""
    inputs: Any = sample.inputs()
    dimension = inputs["dimensions"][0]
    inputs |= {
        "services": [
            {
                "sub_dimension": dimension["sub_dimensions"][0]["code"], "name": "KANARI-LAYANAN",
                "opd": {"short": "DISKOMINFO", "name": "Dinas Kominfo"}, "sample": True,
            }
        ],
        "recommendations": [RECOMMENDATION],
        "foundation": [ANSWER, UNANSWERED],
        "meetings": 2,
        "clarifications": {"asked": 7, "answered": 4, "late": 1, "unanswered": 1, "open": 1},
    }  # fmt: skip
    return inputs | changes  # type: ignore[no-any-return]


def html_of(inputs: Inputs, key: str) -> str:
    with translation.override("id"):
        return next(chapter.html for chapter in chapters(inputs) if chapter.key == key)


def test_the_follow_up_names_owner_state_and_what_closed_it() -> None:
    html = html_of(told(), "follow-up")
    for words in (
        "R-2021-01",
        "DLH",
        "30/09/2022",
        "Ditutup",
        "2 dari 3",
        "Inventaris selesai.",
        "Laporan inventaris",
    ):
        assert words in html
    assert "1 dari 1" in html


def test_an_empty_register_is_said_to_hold_nothing() -> None:
    assert "Belum ada data" in html_of(told(recommendations=[]), "follow-up")


def test_impact_tells_service_respondents_and_mean_and_what_is_provisional() -> None:
    inputs: Any = told()
    code = inputs["services"][0]["sub_dimension"]
    for row in inputs["survey"]:
        told_here = row["sub_dimension"] == code
        row |= {"respondents": 49 if told_here else None, "mean": "3.245" if told_here else None}
    html = html_of(inputs, "impact")
    for words in ("KANARI-LAYANAN", "DISKOMINFO", "49 dari 50", "3,25", "sementara"):
        assert words in html
    assert "belum lengkap" in html  # the other dimensions have no mean


def test_the_foundation_prints_the_evidence_and_says_what_is_missing() -> None:
    plan: Any = {
        "title": "Masterplan", "regulation": "", "year_from": 2019, "year_to": 2024, "vision": "", "apbd": None,
        "apbd_sample": False, "programs": [],
    }  # fmt: skip
    html = html_of(told(plan=plan), "output")
    for words in ("Perwako 84/2020", "04/05/2020", "Perwako berlaku.", "belum ada data", "2 rapat"):
        assert words in html


def test_clarifications_stand_with_the_open_items() -> None:
    html = html_of(told(), "open-items")
    assert "Klarifikasi" in html
    for count in (7, 4):
        assert f'<td class="r">{count}</td>' in html
    assert "Dijawab tepat waktu" not in html_of(told(clarifications=None), "open-items")


def test_a_report_of_an_older_schema_has_none_of_these_chapters() -> None:
    inputs: Any = sample.inputs() | {"schema": 2}
    assert {"impact", "follow-up"}.isdisjoint(chapter.key for chapter in chapters(inputs))
