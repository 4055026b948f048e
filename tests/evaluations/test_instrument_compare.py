"""What differs between two versions, and what a list leaves open."""

import copy
from typing import Any

from evaluations.instrument_compare import Change, compare, summary
from evaluations.instrument_file import read
from evaluations.instrument_plain import ignored_keys, plain
from tests.evaluations.builders import SMALL, as_file, question


def data(**changes: Any) -> dict[str, Any]:
    return plain(read(as_file(copy.deepcopy(SMALL) | changes)))


def test_a_version_does_not_differ_from_itself_under_another_number() -> None:
    other = data()
    other["instrument"] |= {"version": 2, "year": 2023}
    found = compare(data(), other)
    assert found.same
    assert found.weights == (
        Change("BASE", "40", "40"), Change("IMPACT", "40", "40"), Change("QW", "20", "20")
    )  # fmt: skip


def test_weights_questions_and_the_rest_are_told_apart() -> None:
    file = copy.deepcopy(SMALL)
    base, impact, _quick_wins = file["sections"]
    base["weight"], impact["weight"] = 30, 50
    base["questions"] = [question("B-3", "lintas"), base["questions"][1]]
    base["questions"][1] |= {"text_id": "Bunyi baru.", "required": False}
    impact["questions"][1]["evidence"].append({"type": "report", "text_id": "Foto", "needs": ["date"]})
    file["areas"][0]["name_id"] = "Lintas"
    found = compare(data(), plain(read(as_file(file))))
    assert [row for row in found.weights if row.before != row.after] == [
        Change("BASE", "40", "30"), Change("IMPACT", "40", "50")
    ]  # fmt: skip
    assert [row["code"] for row in found.added] == ["B-3"]
    assert [row["code"] for row in found.removed] == ["B-1"]
    changed = {row.code: row.changes for row in found.changed}
    assert changed == {
        "B-2": (Change("text_id", "Pertanyaan B-2.", "Bunyi baru."), Change("required", "true", "false")),
        "I-GOV-2": (Change("evidence", "report · Laporan", "report · Laporan\nreport · Foto · date"),),
    }
    assert found.other == (Change("areas/lintas/name_id", "Lintas bidang", "Lintas"),)
    assert not found.moved
    assert not found.same


def test_a_question_that_changes_its_section_is_one_change() -> None:
    file = copy.deepcopy(SMALL)
    moved = file["sections"][0]["questions"].pop()
    file["sections"][2]["questions"].append(moved | {"smart_dimension": "GOV"})
    found = compare(data(), plain(read(as_file(file))))
    assert (found.added, found.removed) == ((), ())
    assert found.changed[0].changes == (Change("smart_dimension", "", "GOV"), Change("section", "BASE", "QW"))


def test_an_inserted_question_is_no_new_order_and_a_swap_is() -> None:
    file = copy.deepcopy(SMALL)
    file["sections"][0]["questions"].insert(0, question("B-0", "lintas"))
    assert compare(data(), plain(read(as_file(file)))).moved == ()
    file["sections"][0]["questions"].reverse()
    assert compare(data(), plain(read(as_file(file)))).moved == ("BASE",)


def test_a_section_that_comes_or_goes_shows_in_the_weights() -> None:
    file = copy.deepcopy(SMALL)
    file["sections"].pop(0)
    file["sections"][0]["weight"] = 80
    found = compare(data(), plain(read(as_file(file))))
    assert Change("BASE", "40", "") in found.weights
    assert [row["code"] for row in found.removed] == ["B-1", "B-2"]


def test_the_summary_counts_and_names_the_gaps() -> None:
    file = copy.deepcopy(SMALL)
    file["areas"].append({"code": "laut", "name_id": "Laut"})
    file["rubrics"].append({"code": "Z", "levels": SMALL["rubrics"][0]["levels"][:3]})
    file["sections"][0]["questions"][0] |= {"text_en": "Question."}
    file["sections"][0]["questions"][1].pop("evidence")
    found = summary(plain(read(as_file(file))))
    assert (found.total, found.kinds) == (7, {"score": 6, "survey_mean": 1})
    assert found.sections == {"BASE": 2, "IMPACT": 3, "QW": 2}
    assert found.areas == {"lintas": 2, "gov": 3, "liv": 2, "laut": 0}
    assert found.dimensions == {"GOV": 3, "LIV": 2}
    assert found.sub_dimensions == {"GOV-A": 1, "LIV-A": 0}
    said = "\n".join(found.gaps)
    for part in (
        "subdimensi: LIV-A.", "bidang: laut.", "rubrik: Z.", "Inggris: B-2, ", "bukti untuk: B-2.",
        "0 sampai 4: Z.",
    ):  # fmt: skip
        assert part in said
    assert "dimensi: GOV" not in said


def test_what_the_portal_does_not_read_is_told() -> None:
    file = copy.deepcopy(SMALL) | {"sekions": [], "scale": {"anything": 1}}
    file["sections"][0]["questions"][0]["text_ind"] = "Salah ketik."
    file["areas"][0]["mark"] = "documented"
    assert ignored_keys(file) == ["sections/BASE/questions/B-1/text_ind", "sekions"]
