"""From handed-in scores to the result: both series, what is missing, and where every number comes from."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import evaluations
from evaluations import actions, results
from evaluations.loading import load
from evaluations.models import Area, EvaluationWindow, Result, Score, Seat
from evaluations.structure import structure_of
from evaluations.views.city_index import compared
from opd.models import City, Role
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from tests.evaluations.builders import CLOSES, DUE, LONG_AGO, OPENS, score_all

MOBILITY = Path(evaluations.__file__).parent / "data" / "instrument-variant-mobility.yaml"

SELF = {
    "B-1": "4",
    "B-2": "2",
    "I-GOV-1": "3.5",
    "I-GOV-2": "3",
    "I-LIV-1": "4",
    "Q-GOV-1": "3",
    "Q-LIV-1": "1",
}
ASSESSOR = {"B-1": 3, "B-2": 2, "I-GOV-2": 2, "Q-GOV-1": 4}
COLLEAGUE = {"B-1": 4, "B-2": 2, "I-LIV-1": 1, "Q-LIV-1": 0}


def answer(window: EvaluationWindow, code: str, value: str | None, by) -> None:
    actions.save_answer(
        window=window, question_code=code, self_score=None if value is None else Decimal(value),
        text="Terbukti.", respondents=50, version=0, by=by,
    )  # fmt: skip


def give(seat: Seat, scores: dict[str, int | None]) -> None:
    for code, value in scores.items():
        actions.save_score(
            seat=seat, question_code=code, value=value, remark="Terbukti.", version=0, by=seat.user,
            reason="" if value is not None else "Bukti tidak terbaca.",
        )  # fmt: skip
    actions.hand_in(seat=seat, by=seat.user)


@pytest.fixture
def answered(window, seat, colleague_seat, verified, cast) -> EvaluationWindow:
    """An opened window whose city answered everything."""
    for code, value in SELF.items():
        answer(window, code, value, cast["planner"])
    with clock.at(OPENS):
        actions.open_window(window, by=cast["reviewer"])
    for one in (seat, colleague_seat):
        actions.declare(one, by=one.user)
    return window


def close(window: EvaluationWindow) -> Result:
    with clock.at(CLOSES):
        return actions.close_window(window)


def test_both_series_are_worked_out_side_by_side(answered, seat, colleague_seat):
    give(seat, ASSESSOR)
    give(colleague_seat, COLLEAGUE)
    result = close(answered)
    payload = result.payload
    # self: base 3; impact GOV 3.25, LIV 4 -> 3.625; quick wins 3, 1 -> 2
    assert payload["self"]["index"] == str(Decimal("1.2") + Decimal("1.45") + Decimal("0.4"))
    # assessed: base (3.5 + 2) / 2 = 2.75; impact GOV (3.5 + 2) / 2, LIV 1 -> 1.875; quick wins 4, 0 -> 2
    assert payload["assessed"]["index"] == str(Decimal("1.1") + Decimal("0.75") + Decimal("0.4"))
    assert result.index == Decimal("2.25")
    assert payload["complete"]
    assert payload["assessed"]["questions"]["B-1"] == {"value": "3.5", "given": 2, "expected": 2}
    assert payload["assessed"]["questions"]["I-GOV-2"] == {"value": "2", "given": 1, "expected": 1}
    groups = payload["assessed"]["groups"]
    assert groups["IMPACT"]["smart_dimension"]["GOV"] == {"value": "2.75", "given": 2, "expected": 2}
    assert groups["QW"]["quick_win"]["LIV"] == {"value": "0", "given": 1, "expected": 1}
    assert payload["self"]["sections"]["IMPACT"]["value"] == "3.625"
    assert payload["quick_wins"] == [
        {"code": "QW-2022-0001", "title": "TOSSA", "dimension": "LIV", "opd": "DINKES"}
    ]


def test_a_survey_mean_counts_in_both_series(answered, seat, colleague_seat):
    give(seat, ASSESSOR)
    payload = close(answered).payload
    for series in ("self", "assessed"):
        assert payload[series]["questions"]["I-GOV-1"] == {"value": "3.5", "given": 1, "expected": 1}


def test_scores_that_were_not_handed_in_do_not_count(answered, seat, colleague_seat):
    give(seat, ASSESSOR)
    score_all(colleague_seat, 4)
    payload = close(answered).payload
    assert payload["assessed"]["questions"]["B-1"] == {"value": "3", "given": 1, "expected": 2}
    assert payload["assessed"]["questions"]["Q-LIV-1"] == {"value": None, "given": 0, "expected": 1}
    assert payload["assessed"]["sections"]["QW"] == {"value": "4", "given": 1, "expected": 2}


def test_without_any_score_the_result_is_incomplete(window, seat, colleague_seat, cast):
    actions.open_window(window, by=cast["reviewer"])
    result = close(window)
    assert (result.index, result.provisional) == (None, None)
    assert not result.payload["complete"]
    assert result.payload["assessed"]["missing"] == ["BASE", "IMPACT", "QW"]
    assert result.payload["self"]["index"] is None


def test_one_empty_section_gives_a_provisional_value_only(answered, seat, colleague_seat):
    give(seat, ASSESSOR | {"B-1": None, "B-2": None})
    result = close(answered)
    assert result.index is None
    assert result.payload["assessed"]["missing"] == ["BASE"]
    # impact GOV 2.75, LIV missing -> 2.75; quick win GOV 4: (2.75 * 40 + 4 * 20) / 60
    assert result.provisional == (Decimal("190") / 60).quantize(Decimal("1e-13"))
    reason = result.payload["questions"][0]["scores"]
    assert reason == [{"seat": 1, "value": None, "remark": "Terbukti.", "reason": "Bukti tidak terbaca."}]


def test_a_seat_with_a_conflict_is_neither_given_nor_expected(answered, seat, colleague_seat, cast):
    score_all(colleague_seat, 4)
    actions.declare(colleague_seat, conflict="Adik kepala dinas.", by=cast["colleague"])
    give(seat, ASSESSOR)
    payload = close(answered).payload
    assert payload["assessed"]["questions"]["B-1"] == {"value": "3", "given": 1, "expected": 1}
    assert [row["conflict"] for row in payload["panel"]] == [False, True]


def test_the_result_is_reproducible_and_signed(answered, seat, colleague_seat):
    give(seat, ASSESSOR)
    give(colleague_seat, COLLEAGUE)
    result = close(answered)
    assert result.digest == digest_of(result.payload)
    assert results.contradictions() == []
    assert result.payload["inputs"]["snapshot"]["digest"] == answered.snapshot().digest
    assert {row["digest"] for row in result.payload["panel"]} == {
        seat.hand_in.digest,
        colleague_seat.hand_in.digest,
    }


def test_the_panel_appears_by_number_only(answered, seat, colleague_seat):
    give(seat, ASSESSOR)
    text = str(close(answered).payload)
    assert seat.user.username not in text
    assert seat.user.title not in text


def test_a_changed_input_is_named(answered, seat, colleague_seat):
    give(seat, ASSESSOR)
    close(answered)
    Seat.objects.filter(pk=colleague_seat.pk).update(conflict="Ditambah belakangan.")
    assert any("recomputed" in text for text in results.contradictions())


def test_the_citys_own_card_before_the_opening_reads_the_answers_so_far(window, seat, colleague_seat, cast):
    answer(window, "B-1", "4", cast["planner"])
    card = results.self_card(window)
    assert (card.index, card.sections["BASE"].section.value) == (None, 4)
    assert card.sections["BASE"].section.provisional
    assert card.provisional == 4


def test_a_city_with_mobility_works_without_a_change_of_code(db, person, kominfo):
    """A second city under the draft regulation: other dimensions, uneven sub-dimensions, the same code."""
    instrument = load(MOBILITY.read_bytes())
    city = City.objects.create(
        code="35.99", name="Kota Mobilitas", evaluation_year=2027, dimension_set=instrument.dimension_set
    )
    reviewer = person("kominfo-mob", Role.REVIEWER, city, kominfo)
    assessor = person("asesor-mob", Role.ASSESSOR, city)
    window = EvaluationWindow.objects.create(
        city=city, year=2027, stage="Tahap I", instrument=instrument,
        inputs_due_at=DUE, opens_at=OPENS, closes_at=CLOSES,
    )  # fmt: skip
    seat = actions.seat_assessor(
        window=window, user=assessor, areas=Area.objects.filter(instrument=instrument),
        until=CLOSES + timedelta(days=1), by=reviewer,
    )  # fmt: skip
    structure = structure_of(instrument)
    for code, row in structure.questions.items():
        if not row.scored:
            answer(window, code, "3", reviewer)
    actions.open_window(window, by=reviewer)
    actions.declare(seat, by=assessor)
    score_all(seat, 3)
    # mobility has four sub-dimensions, living two: one better score moves them unevenly
    for code in ("OC-MOB-SEA", "OC-LIV-HLT"):
        score = Score.objects.get(question__code=code)
        actions.save_score(
            seat=seat, question_code=code, value=4, remark="Terukur.", version=score.version, by=assessor
        )
    actions.hand_in(seat=seat, by=assessor)
    outcome = close(window).payload["assessed"]["groups"]["OUTCOME"]["smart_dimension"]
    assert outcome["MOB"]["value"] == "3.25"
    assert outcome["LIV"]["value"] == "3.5"
    assert "BRD" not in outcome
    assert Result.objects.get().index == Decimal(3) + Decimal("0.3") * (Decimal("0.75") / 6)


def test_city_membership_dates_are_those_of_the_tests(cast):
    """Guards the fixtures: everybody's role began long before the window."""
    assert all(row.valid_from == LONG_AGO for user in cast.values() for row in user.memberships.all())


def test_the_profile_says_when_another_instrument_asked(window):
    earlier = EvaluationWindow(year=2021, instrument_id=window.instrument_id)
    rows = [Result(window=earlier)]
    assert compared(rows, window, 2022) == {"before_year": "2021", "before_other": False}
    earlier.instrument_id += 1
    assert compared(rows, window, 2022)["before_other"]
    assert compared(rows, window, 2021) == {"before_year": "", "before_other": False}
