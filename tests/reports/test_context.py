"""What is frozen into a report, and from where."""

import json
from collections.abc import Callable

import pytest

from evaluations.models import EvaluationWindow
from opd.models import City, Evidence, QuickWin, User
from reports import context
from reports.schema import Inputs
from smartcity.lib import clock
from tests.reports.conftest import CLOSES, OPENS


@pytest.fixture
def freeze(city: City, cast: dict[str, User]) -> Callable[..., Inputs]:
    def make(window: EvaluationWindow | None, role: str = "reviewer") -> Inputs:
        with clock.at(CLOSES) as now:
            return context.freeze(
                city=city, year=2022, window=window, number="LK-2022-2172", version=1,
                by=cast[role], role=role, at=now,
            )  # fmt: skip

    return make


def test_inputs_are_plain_json(freeze, window, quick_wins, photo: Evidence) -> None:
    inputs = freeze(window)
    assert json.loads(json.dumps(inputs)) == inputs


def test_before_the_window_live_rows_are_used(freeze, window, quick_wins: list[QuickWin]) -> None:
    inputs = freeze(window)
    assert inputs["data"]["source"] == "live"
    assert {row["status"] for row in inputs["quick_wins"]} == {"verified", "submitted"}
    assert len(inputs["quick_wins"]) == 5


def test_drafts_are_counted_and_never_told(freeze, window, quick_wins: list[QuickWin]) -> None:
    inputs = freeze(window)
    assert "rahasia" not in json.dumps(inputs)
    assert [row["draft"] for row in inputs["tally"] if row["opd"]["short"] == "DISDAGIN"] == [1]


def test_after_the_opening_the_snapshot_is_used(freeze, open_window, quick_wins: list[QuickWin]) -> None:
    siap = quick_wins[0]
    siap.problem = "Diubah sesudah dibekukan."
    siap.save(update_fields=["problem"])
    inputs = freeze(open_window)
    assert inputs["data"] | {"digest": ""} == {
        "source": "snapshot", "at": OPENS.isoformat(), "version": 1, "digest": "",
    }  # fmt: skip
    assert [row["title"] for row in inputs["quick_wins"]] == ["SIAP", "Teh Tarek", "Proklim"]
    assert inputs["quick_wins"][0]["problem"] == "Masalah yang dijawab SIAP."


def test_no_assessed_value_before_the_close(freeze, open_window) -> None:
    inputs = freeze(open_window)
    assert inputs["assessed"] is None
    assert inputs["self_assessed"]["given"] == 80


def test_after_the_close_both_series_come_from_the_result(freeze, closed_window) -> None:
    inputs, result = freeze(closed_window), closed_window.result.payload
    assert inputs["assessed"]["index"] == result["assessed"]["index"]
    assert inputs["self_assessed"]["index"] == result["self"]["index"]
    assert inputs["assessed"]["sub_dimensions"]["GOV-SRV"]["value"] == "2"
    assert inputs["outcome_section"] == "Outcome"


def test_without_a_window_there_is_no_index(freeze, city, quick_wins) -> None:
    inputs = freeze(None)
    assert inputs["self_assessed"] is None
    assert inputs["sections"] == []
    assert len(inputs["dimensions"]) == 6


def test_the_survey_tells_its_respondents(freeze, window) -> None:
    inputs = freeze(window)
    counts = {row["sub_dimension"]: row["respondents"] for row in inputs["survey"]}
    assert len(counts) == 18
    assert counts["GOV-SRV"] == 34
    assert inputs["survey_expected"] == 50


def test_photos_are_named_by_their_hash(freeze, window, photo: Evidence) -> None:
    siap = freeze(window)["quick_wins"][0]
    assert [row["photo"] for row in siap["evidence"]] == [photo.stored_file_id]


def test_who_asked_is_an_office_and_never_a_person(freeze, window, cast) -> None:
    assert freeze(window)["asked"] == {
        "at": CLOSES.isoformat(), "role": "reviewer", "office": "Dinas Komunikasi dan Informatika",
    }  # fmt: skip
    assert freeze(window, "leader")["asked"]["office"] == ""


def test_offices_that_sign_are_those_of_planner_and_reviewer(freeze, window) -> None:
    assert [row["office"]["short"] for row in freeze(window)["signatures"]] == ["BAPPELITBANG", "DISKOMINFO"]


def test_a_frozen_document_is_doubted_by_what_was_frozen(db, count_queries) -> None:  # type: ignore[no-untyped-def]
    """Whatever became of the file since: nothing live is asked, however many pieces there are."""
    row = {
        "kind": "report", "title": "Laporan", "url": "", "document_date": "2022-08-31", "page": "2", "valid_until": "",
        "sha256": "a" * 64, "pages": 3, "has_preview": False, "sample": False,
    }  # fmt: skip
    doubts = [None, {"empty": [], "faint": []}, {"empty": [2], "faint": []}, {"empty": [], "faint": [2]}]
    found: list[bool] = []
    queries = count_queries(
        lambda: found.extend(
            context._evidence({**row, "doubts": doubt}, 2022)["doubtful"] for doubt in doubts
        )
    )
    assert (found, queries) == ([False, False, True, True], 0)
    assert context._evidence(row, 2022)["doubtful"] is False, "frozen before pages were looked at"
