"""One year's scores under another version: by code, exact, missing is never zero, and the page says what it is."""

import copy
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import evaluations
from evaluations import actions
from evaluations.instrument_file import read
from evaluations.instrument_plain import plain
from evaluations.loading import load
from evaluations.models import EvaluationWindow, Result
from evaluations.results import card_payload, recomputed
from evaluations.scoring import Item, Part, grade, recompute
from evaluations.structure import structure_of
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, SMALL, as_file, question, score_all

MOBILITY = Path(evaluations.__file__).parent / "data" / "instrument-variant-mobility.yaml"


def parts_of(data: dict) -> list[Part]:
    """The arithmetic of plain data, without a database."""
    return [
        Part(
            row["code"],
            Decimal(row["weight"]),
            row["aggregation"]["method"],
            tuple(Item(q["code"], q["smart_dimension"], q["sub_dimension"]) for q in row["questions"]),
            tuple(row["aggregation"]["levels"]),
        )
        for row in data["sections"]
    ]


UNEVEN = parts_of(plain(read(MOBILITY.read_bytes())))
CODES = [item.code for part in UNEVEN for item in part.items]


@st.composite
def any_version(draw: st.DrawFn) -> list[Part]:
    """The mobility instrument under other weights, with some of its questions gone."""
    cuts = sorted(draw(st.sets(st.integers(1, 9999), min_size=len(UNEVEN) - 1, max_size=len(UNEVEN) - 1)))
    weights = [Decimal(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 10000], strict=True)]
    kept = draw(st.sets(st.sampled_from(CODES)))
    return [
        replace(part, weight=weight, items=tuple(i for i in part.items if i.code in kept) or part.items[:1])
        for part, weight in zip(UNEVEN, weights, strict=True)
    ]


answers = st.dictionaries(st.sampled_from(CODES), st.lists(st.integers(0, 4), max_size=3), max_size=60)


@given(any_version(), answers)
def test_under_any_version_no_value_leaves_the_scale_of_what_was_given(parts, given_scores):
    found = recompute(parts, given_scores, dict.fromkeys(given_scores, 3))
    counted = [score for code in found.shared for score in given_scores[code]]
    card = found.card
    levels = [
        *card.questions.values(),
        *card.dimensions.values(),
        *(one.section for one in card.sections.values()),
    ]
    for value in [*(level.value for level in levels), card.index, card.provisional]:
        assert value is None or min(counted) <= value <= max(counted)


@given(any_version(), answers, st.randoms(use_true_random=False))
def test_the_order_of_questions_sections_and_scores_never_matters(parts, given_scores, rng: random.Random):
    mixed = [
        Part(p.code, p.weight, p.method, tuple(rng.sample(p.items, len(p.items))), p.levels) for p in parts
    ]
    rng.shuffle(mixed)
    turned = dict(
        rng.sample([(c, rng.sample(row, len(row))) for c, row in given_scores.items()], len(given_scores))
    )
    one = recompute(parts, given_scores, dict.fromkeys(given_scores, 1))
    other = recompute(mixed, turned, dict.fromkeys(turned, 1))
    assert (one.card.index, one.card.provisional) == (other.card.index, other.card.provisional)
    assert one.card.sections == other.card.sections
    assert one.card.dimensions == other.card.dimensions
    assert (set(one.shared), set(one.unasked), set(one.dropped)) == (
        set(other.shared), set(other.unasked), set(other.dropped)
    )  # fmt: skip


@given(any_version(), answers)
def test_what_was_not_asked_is_missing_and_every_question_is_told_once(parts, given_scores):
    found = recompute(parts, given_scores, dict.fromkeys(given_scores, 2))
    asked = [item.code for part in parts for item in part.items]
    assert sorted([*found.shared, *found.unasked]) == sorted(asked)
    assert set(found.dropped) == set(given_scores) - set(asked)
    assert all(found.card.questions[code].exact is None for code in found.unasked)
    assert found.card == grade(
        parts, {c: given_scores[c] for c in found.shared}, dict.fromkeys(found.shared, 2)
    )


def test_uneven_sub_dimensions_weigh_by_their_dimension_not_by_their_number():
    """Mobility has four sub-dimensions and Living two: each dimension counts once (domain guide, section 3)."""
    outcome = next(part for part in UNEVEN if "sub_dimension" in part.path())
    scores = {item.code: [4 if item.dimension == "MOB" else 2] for item in outcome.items}
    graded = grade(UNEVEN, scores, {}).sections[outcome.code]
    assert [sum(i.dimension == code for i in outcome.items) for code in ("MOB", "LIV")] == [4, 2]
    assert graded.groups["smart_dimension"]["MOB"].exact == 4
    assert graded.section.exact == Fraction(4 + 5 * 2, 6)  # a mean of the 18 sub-dimensions would be 22/9
    half = scores | {item.code: [] for item in outcome.items if item.sub_dimension in ("MOB-PUB", "MOB-SEA")}
    assert grade(UNEVEN, half, {}).sections[outcome.code].section.exact == Fraction(14, 6)


MISSING = [
    ("question", {"a1"}, Fraction(3), (3, 4)),  # its neighbour stands for the sub-dimension
    ("sub-dimension", {"a1", "a2"}, Fraction(7, 2), (2, 4)),
    ("dimension", {"a1", "a2", "b1"}, Fraction(4), (1, 4)),
    ("section", {"a1", "a2", "b1", "c1"}, None, (0, 4)),
]


@pytest.mark.parametrize(("level", "gone", "value", "counted"), MISSING, ids=[row[0] for row in MISSING])
def test_a_table_of_what_is_missing_at_every_level(level, gone, value, counted):
    """Scores 1, 1 | 3 | 4: sub-dimensions A1 (1, 1) and A2 (3) of dimension A, and C (4)."""
    items = (Item("a1", "A", "A1"), Item("a2", "A", "A1"), Item("b1", "A", "A2"), Item("c1", "C", "C1"))
    part = Part(
        "O", Decimal(60), "mean_of_smart_dimensions", items, ("question", "sub_dimension", "smart_dimension")
    )
    rest = Part("R", Decimal(40), "mean_of_questions", (Item("r"),))
    scores = {"a1": [1], "a2": [1], "b1": [3], "c1": [4], "r": [2]}
    full = grade([part, rest], scores, {})
    assert full.sections["O"].section.exact == Fraction(3)  # ((1 + 3) / 2 + 4) / 2
    found = grade([part, rest], {code: row for code, row in scores.items() if code not in gone}, {})
    section = found.sections["O"].section
    assert (section.exact, (section.given, section.expected)) == (value, counted)
    if value is None:
        assert (found.index, found.provisional, found.missing_sections) == (None, Decimal(2), ["O"])
    else:
        assert found.index == (value * 60 + 2 * 40) / Fraction(100)
        assert section.provisional


# --- from frozen results -----------------------------------------------------------------------------------


@pytest.fixture
def closed(open_window: EvaluationWindow, seat, colleague_seat) -> Result:
    """A closed window, judged by version 1: everything 3, the survey not held."""
    for one in (seat, colleague_seat):
        score_all(one, 3)
        actions.hand_in(seat=one, by=one.user)
    with clock.at(CLOSES):
        actions.close_window(open_window)
    return Result.objects.get()


def version_two() -> dict:
    file = copy.deepcopy(SMALL)
    file["instrument"]["version"] = 2
    base, impact, _ = file["sections"]
    base["weight"], impact["weight"] = 20, 60
    base["questions"] = [question("B-9", "lintas"), base["questions"][1] | {"text_id": "Kata lain."}]
    return file


def test_under_its_own_version_a_result_is_what_was_published(closed: Result) -> None:
    found = recomputed(closed.payload, structure_of(closed.window.instrument))
    assert card_payload(found.card) == closed.payload["assessed"]
    assert (found.unasked, found.dropped) == ((), ())


def test_under_another_version_questions_go_by_code(closed: Result) -> None:
    found = recomputed(closed.payload, structure_of(load(as_file(version_two()))))
    assert (found.unasked, found.dropped) == (("B-9",), ("B-1",))
    assert found.card.questions["B-9"].exact is None
    assert found.card.questions["B-2"].given == 2
    assert found.card.index == 3
    assert Result.objects.get().digest == closed.digest


@pytest.fixture
def reader(client: Client, cast) -> Client:
    client.force_login(cast["leader"])
    return client


def test_the_page_offers_the_years_under_one_version_and_says_what_it_is(
    reader: Client, closed: Result
) -> None:
    other = load(as_file(version_two()))
    address = reverse("evaluations:trend")
    page = reader.get(address).content.decode()
    assert "Semua hasil di sini dinilai dengan daftar pertanyaan yang sama." in page
    assert "Dihitung ulang dengan" not in page
    page = reader.get(address, {"under": other.pk}).content.decode()
    for part in ("Dihitung ulang dengan Instrumen kecil, versi 2", "bukan hasil penilaian panel", "6 dari 7",
                 "1 pertanyaan belum ditanyakan waktu itu", "1 pertanyaan waktu itu tidak ikut dihitung",
                 "1 pertanyaan berbunyi lain"):  # fmt: skip
        assert part in page
    for odd in ("x", "0", "99999999999999999999", "-1"):
        assert reader.get(address, {"under": odd}).status_code == 200


def test_two_years_of_different_versions_are_not_subtracted(reader: Client, closed: Result, city) -> None:
    other = load(as_file(version_two()))
    payload = copy.deepcopy(closed.payload)
    payload["instrument"]["version"] = 2
    later = EvaluationWindow.objects.create(
        city=city, year=2023, stage="Tahap I", instrument=other, status="closed", closed_at=CLOSES,
        opened_at=CLOSES, inputs_due_at=closed.window.inputs_due_at, opens_at=closed.window.opens_at,
        closes_at=CLOSES,
    )  # fmt: skip
    Result.objects.create(window=later, index=closed.index, payload=payload, digest="0" * 64)
    shown = reader.get(f"{reverse('evaluations:city')}?year=2023").content.decode()
    assert "dinilai dengan versi lain dari yang sebelumnya" in shown
    page = reader.get(reverse("evaluations:trend"))
    html = page.content.decode()
    assert "bukan satu deret" in html
    assert "versi lain dari sebelumnya" in html
    assert [row["change"] for row in page.context["rows"]] == ["–", "–"]
    assert [row["name"] for row in page.context["rows"]] == ["Tahap II 2022", "Tahap I 2023"]


def test_the_page_is_for_the_city_alone(client: Client, closed: Result, cast) -> None:
    for who, code in (("auditor", 200), ("planner", 200), ("operator", 403), ("assessor", 403)):
        client.force_login(cast[who])
        assert client.get(reverse("evaluations:trend")).status_code == code
    client.force_login(cast["foreign_reviewer"])
    assert "Tahap II" not in client.get(reverse("evaluations:trend")).content.decode()
