"""Instrument files: what loads, what is refused and how the refusal says it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

import evaluations
from evaluations.instrument_file import SIZE_LIMIT, InstrumentRefused, read
from evaluations.loading import load
from evaluations.models import EvaluationWindow, Instrument, Question
from evaluations.structure import structure_of
from tests.evaluations.builders import as_file, question

DATA = Path(evaluations.__file__).parent / "data"
SAMPLE, MOBILITY = DATA / "instrument-sample-2022.yaml", DATA / "instrument-variant-mobility.yaml"

Change = Callable[[dict[str, Any]], Any]


def test_the_sample_loads_with_all_its_questions(db):
    instrument = load(SAMPLE.read_bytes())
    structure = structure_of(instrument)
    assert instrument.label == "Instrumen contoh 2022, versi 1"
    weights = {row.code: int(row.weight) for row in structure.sections}
    assert weights == {"BASELINE": 10, "OUTPUT": 20, "OUTCOME": 30, "IMPACT": 20, "QUICK_WIN": 20}
    assert [len(row.questions) for row in structure.sections] == [3, 9, 18, 24, 30]
    assert sum(not row.scored for row in structure.questions.values()) == 18
    assert [step.score for step in structure.rubrics["R-0-4"]] == [4, 3, 2, 1, 0]
    assert [row.letter for row in structure.dimensions.values()] == ["G", "B", "E", "L", "S", "N"]
    assert structure.sections[2].levels == ("question", "sub_dimension", "smart_dimension")
    assert instrument.respondents == 50


def test_the_mobility_variant_loads_beside_it(db):
    load(SAMPLE.read_bytes())
    structure = structure_of(load(MOBILITY.read_bytes()))
    subs = {code: len(row.sub_dimensions) for code, row in structure.dimensions.items()}
    assert subs == {"GOV": 3, "ECO": 3, "LIV": 2, "SOC": 3, "ENV": 3, "MOB": 4}
    assert "BRD" not in structure.dimensions
    assert len(structure.questions) == 84
    assert Instrument.objects.count() == 2


def test_the_same_text_twice_changes_nothing(small, db):
    first = load(as_file(small))
    kept = list(Question.objects.values_list("pk", flat=True))
    again = load(b"# a comment more\n" + as_file(small))
    assert (again.pk, again.loaded_at) == (first.pk, first.loaded_at)
    assert list(Question.objects.values_list("pk", flat=True)) == kept


def test_a_changed_version_not_in_use_is_renewed(small, db):
    first = load(as_file(small))
    before = structure_of(first).questions["B-1"].text
    small["sections"][0]["questions"][0]["text_id"] = "Bunyi baru."
    second = load(as_file(small))
    assert second.pk == first.pk
    assert str(before) == "Pertanyaan B-1."
    assert str(structure_of(second).questions["B-1"].text) == "Bunyi baru."


def test_a_version_in_use_is_never_changed(window: EvaluationWindow, small):
    small["sections"][0]["questions"][0]["text_id"] = "Bunyi baru."
    with pytest.raises(InstrumentRefused, match=r"INS-USED"):
        load(as_file(small))
    assert Question.objects.get(code="B-1").text == "Pertanyaan B-1."
    small["instrument"]["version"] = 2
    assert load(as_file(small)).pk != window.instrument_id


def test_a_dimension_set_keeps_its_dimensions(instrument, small):
    small["instrument"]["version"] = 2
    small["dimension_set"]["dimensions"][1]["sub_dimensions"].append(
        {"code": "LIV-B", "order": 2, "name_id": "Baru"}
    )
    with pytest.raises(InstrumentRefused, match=r"INS-SET"):
        load(as_file(small))
    assert Instrument.objects.count() == 1


def _weights(data: dict[str, Any]) -> None:
    data["sections"][1]["weight"] = 50


def _nested(data: dict[str, Any]) -> None:
    deep: Any = {}
    for _ in range(30):
        deep = [deep]
    data["instrument"]["notes_en"] = deep


REFUSED: dict[str, tuple[Change, str]] = {
    "weights": (_weights, r"Bobot berjumlah 110\. Jumlah bobot semua bagian harus 100\. \[INS-WEIGHT\]"),
    "weight-zero": (lambda d: d["sections"][0].update(weight=0), r"sections/BASE/weight: .*“0”.*INS-VALUE"),
    "weight-text": (lambda d: d["sections"][0].update(weight="40"), r"sections/BASE/weight.*INS-VALUE"),
    "weight-absent": (lambda d: d["sections"][0].pop("weight"), r"sections/BASE/weight.*INS-VALUE"),
    "weight-nan": (lambda d: d["sections"][0].update(weight=float("nan")), r"INS-YAML"),
    "no-section": (lambda d: d.update(sections=[]), r"sections: .*INS-VALUE"),
    "no-head": (lambda d: d.pop("instrument"), r"instrument: .*INS-VALUE"),
    "year-as-text": (lambda d: d["instrument"].update(year="2022"), r"instrument/year.*2017.*INS-VALUE"),
    "version-bool": (lambda d: d["instrument"].update(version=True), r"instrument/version.*INS-VALUE"),
    "code-is-no": (lambda d: d["areas"][0].update(code=False), r"areas/False/code.*INS-VALUE"),
    "hidden-letter": (lambda d: d["areas"][0].update(name_id="a\u202eb"), r"areas/lintas/name_id.*INS-VALUE"),
    "question-twice": (
        lambda d: d["sections"][0]["questions"].append(question("B-1", "lintas")), r"“B-1”.*INS-ONCE"),
    "question-in-two-sections": (
        lambda d: d["sections"][2]["questions"].append(question("B-1", "gov", "GOV")), r"“B-1”.*INS-ONCE"),
    "section-twice": (lambda d: d["sections"][1].update(code="BASE"), r"“BASE”.*INS-ONCE"),
    "order-twice": (lambda d: d["sections"][1].update(order=1), r"“1”.*order.*INS-ONCE"),
    "sub-in-two-dimensions": (
        lambda d: d["dimension_set"]["dimensions"][1]["sub_dimensions"][0].update(code="GOV-A"),
        r"“GOV-A”.*INS-ONCE"),
    "unknown-area": (
        lambda d: d["sections"][0]["questions"][0].update(area="laut"),
        r"sections/BASE/questions/B-1/area: .*“laut”.*gov, lintas, liv.*INS-VALUE"),
    "unknown-dimension": (
        lambda d: d["sections"][2]["questions"][0].update(smart_dimension="MOB"),
        r"sections/QW/questions/Q-GOV-1/smart_dimension: .*“MOB”.*GOV, LIV.*INS-VALUE"),
    "no-dimension": (
        lambda d: d["sections"][2]["questions"][0].pop("smart_dimension"),
        r"Q-GOV-1/smart_dimension.*INS-VALUE"),
    "sub-of-another-dimension": (
        lambda d: d["sections"][1]["questions"][0].update(sub_dimension="LIV-A"),
        r"I-GOV-1/sub_dimension.*INS-VALUE"),
    "unknown-rubric": (lambda d: d["sections"][0]["questions"][0].update(rubric="X"),
        r"B-1/rubric.*INS-VALUE"),
    "no-rubric": (lambda d: d["sections"][0]["questions"][0].pop("rubric"), r"B-1/rubric.*INS-VALUE"),
    "unknown-kind": (lambda d: d["sections"][0]["questions"][0].update(kind="essay"), r"B-1/kind.*INS-VALUE"),
    "unknown-method": (
        lambda d: d["sections"][0]["aggregation"].update(method="median"),
        r"BASE/aggregation/method.*INS-VALUE"),
    "levels-of-another-method": (
        lambda d: d["sections"][0]["aggregation"].update(levels=["question", "quick_win"]),
        r"BASE/aggregation/levels.*INS-VALUE"),
    "levels-no-list": (
        lambda d: d["sections"][0]["aggregation"].update(levels="question"),
        r"BASE/aggregation/levels.*INS-VALUE"),
    "dimension-without-question": (
        lambda d: d["sections"][1]["questions"].pop(), r"sections/IMPACT: .*LIV.*INS-COVER"),
    "score-of-rubric": (
        lambda d: d["rubrics"][0]["levels"][0].update(score=5), r"rubrics/R/levels/5/score.*INS-VALUE"),
    "score-twice": (lambda d: d["rubrics"][0]["levels"][0].update(score=1), r"“1”.*score.*INS-ONCE"),
    "unknown-evidence-type": (
        lambda d: d["sections"][0]["questions"][0]["evidence"][0].update(type="video"),
        r"B-1/evidence.*INS-VALUE"),
    "nested": (_nested, r"INS-YAML"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_is_refused_with_where_and_what_is_expected(case, small, db):
    change, sentence = REFUSED[case]
    change(small)
    with pytest.raises(InstrumentRefused, match=sentence):
        load(as_file(small))
    assert not Instrument.objects.exists()


def test_all_mistakes_are_told_at_once(small):
    _weights(small)
    small["sections"][0]["questions"][0]["area"] = "laut"
    with pytest.raises(InstrumentRefused) as refusal:
        read(as_file(small))
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"\xff\xfe", "INS-TEXT"),
        (b"a: [1, 2", "INS-YAML"),
        (b"- 1\n- 2\n", "INS-YAML"),
        (b"", "INS-YAML"),
        (b"a: &x [1]\nb: *x\n", "INS-YAML"),
        (b"a: 1\na: 2\n", "INS-YAML"),
        (b"a: !!python/object/apply:os.system [ls]\n", "INS-YAML"),
        (b"a: !!binary aGFsbG8=\n", "INS-YAML"),
        (b"#" + b"x" * SIZE_LIMIT, "INS-SIZE"),
    ],
    ids=["not-utf8", "broken", "list", "empty", "alias", "key-twice", "object", "binary", "too-large"],
)
def test_what_is_no_plain_yaml_is_refused(source, code):
    with pytest.raises(InstrumentRefused, match=code):
        read(source)


def test_a_weight_may_have_decimals(small, db):
    for section, weight in zip(small["sections"], (12.5, 67.5, 20), strict=True):
        section["weight"] = weight
    instrument = load(as_file(small))
    assert [str(row.weight) for row in structure_of(instrument).sections] == ["12.50", "67.50", "20.00"]


def test_the_command_loads_the_samples_and_says_so(db, capsys):
    call_command("load_instrument")
    assert "Instrumen contoh 2022, versi 1" in capsys.readouterr().out
    assert Instrument.objects.count() == 2


def test_the_command_checks_without_writing(db, capsys):
    call_command("load_instrument", str(SAMPLE), check=True)
    assert "instrument-sample-2022.yaml: Instrumen contoh 2022, versi 1" in capsys.readouterr().out
    assert not Instrument.objects.exists()


def test_the_command_tells_what_is_wrong(db, tmp_path, small):
    _weights(small)
    path = tmp_path / "lembar.yaml"
    path.write_bytes(as_file(small))
    with pytest.raises(CommandError, match=r"lembar\.yaml:\s+.*INS-WEIGHT"):
        call_command("load_instrument", str(path))
    with pytest.raises(CommandError, match=r"tidak-ada\.yaml"):
        call_command("load_instrument", str(tmp_path / "tidak-ada.yaml"))


def test_hints_say_what_convinces_and_a_data_question_asks_for_figures(small, db):
    row = small["sections"][0]["questions"][0]
    row |= {
        "kind": "data",
        "evidence": [{"type": "report", "text_id": "SK", "text_en": "Decree", "needs": ["date"]}],
    }
    question = structure_of(load(as_file(small))).questions["B-1"]
    assert (question.scored, question.asks_figures) == (True, True)
    assert [hint["text"] for hint in question.hints] == [
        "angka sebelum dan sesudah, dengan satuan, periode dan sumbernya", "SK (tanggal dokumen)"
    ]  # fmt: skip
    with translation.override("en"):
        assert question.hints[1]["text"] == "Decree (the date of the document)"


def test_a_data_question_is_scored_like_any_other(small, db):
    small["sections"][0]["questions"][0]["kind"] = "data"
    instrument = load(as_file(small))
    assert "B-1" in {row.code for row in structure_of(instrument).scored_in({"lintas"})}
    small["sections"][0]["questions"][0].pop("rubric")
    with pytest.raises(InstrumentRefused, match=r"B-1/rubric.*INS-VALUE"):
        load(as_file(small))
