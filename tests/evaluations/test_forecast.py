"""The forecast: exact shares, two series, the step that gains most; the page says what its reader may know."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from evaluations import actions
from evaluations.forecast import ANSWER, PROVE, RAISE, VERIFY, Position, forecast, shares, steps
from evaluations.loading import load
from evaluations.models import Answer
from evaluations.scoring import Item, Part, grade
from evaluations.structure import structure_of
from opd.models import User
from smartcity.settings import BASE_DIR

DATA = BASE_DIR / "evaluations" / "data"
PARTS = [
    Part("BASE", Decimal(40), "mean_of_questions", (Item("B-1"), Item("B-2"))),
    Part(
        "IMPACT", Decimal(60), "mean_of_smart_dimensions",
        (Item("I-1", "GOV"), Item("I-2", "GOV"), Item("I-3", "LIV")), ("question", "smart_dimension"),
    ),
]  # fmt: skip
LEVELS = dict.fromkeys(("B-1", "B-2", "I-2", "I-3"), (0, 1, 2, 3, 4))


def test_shares_by_hand() -> None:
    assert shares(PARTS) == {
        "B-1": Fraction(1, 5), "B-2": Fraction(1, 5),
        "I-1": Fraction(3, 20), "I-2": Fraction(3, 20), "I-3": Fraction(3, 10),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["instrument-sample-2022.yaml", "instrument-variant-mobility.yaml"])
def test_shares_of_every_instrument_total_one(db: None, name: str) -> None:
    """Also with uneven sub-dimensions."""
    parts = structure_of(load((DATA / name).read_bytes())).parts()
    found = shares(parts)
    assert sum(found.values()) == 1
    assert set(found) == {item.code for part in parts for item in part.items}


@given(st.lists(st.integers(0, 4), min_size=5, max_size=5))
def test_the_index_is_the_sum_of_shares_times_values(values: list[int]) -> None:
    codes = ["B-1", "B-2", "I-1", "I-2", "I-3"]
    card = grade(PARTS, {code: [value] for code, value in zip(codes, values, strict=True)}, {})
    total = sum((shares(PARTS)[code] * value for code, value in zip(codes, values, strict=True)), Fraction(0))
    assert card.index is not None
    assert abs(Fraction(card.index) - total) < Fraction(1, 10**20)


def test_two_series_and_what_is_missing_stays_missing() -> None:
    places = {
        "B-1": Position(Decimal(3), verified=True),
        "B-2": Position(Decimal(1), verified=False),
        "I-3": Position(Decimal(4), verified=False, waits=True),
    }
    found = forecast(PARTS, places)
    assert found.verified.index is None
    assert found.verified.sections["BASE"].section.value == 3
    assert found.claimed.sections["BASE"].section.value == 2
    assert found.claimed.index == Decimal("3.2")  # 0.4 x 2 + 0.6 x 4


def test_the_step_that_gains_most_comes_first() -> None:
    places = {
        "B-1": Position(Decimal(3), verified=True),
        "B-2": Position(Decimal(2), verified=False),
        "I-1": Position(Decimal("3.27"), verified=True),
        "I-3": Position(Decimal(4), verified=False, waits=True),
    }
    found = [(step.code, step.kind, step.gain) for step in steps(PARTS, places, levels=LEVELS)]
    assert found == [
        ("I-3", VERIFY, Fraction(6, 5)),
        ("B-2", PROVE, Fraction(2, 5)),
        ("B-1", RAISE, Fraction(1, 5)),
        ("I-2", ANSWER, Fraction(3, 20)),
    ]


def test_nothing_is_left_at_the_top() -> None:
    places = {code: Position(Decimal(4), verified=True) for code in ("B-1", "B-2", "I-1", "I-2", "I-3")}
    assert steps(PARTS, places, levels=LEVELS) == []


# --- the page ---------------------------------------------------------------------------------------


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_says_each_reader_what_they_may_know(window, cast, dinkes):
    actions.assign_questions(window=window, codes=["B-1"], opd=dinkes, by=cast["reviewer"])
    answer = Answer.objects.for_page().get()
    actions.save_answer(
        window=window,
        question_code="B-1",
        self_score=Decimal(4),
        text="Bukti.",
        version=answer.version,
        by=cast["operator"],
    )
    actions.save_answer(
        window=window, question_code="B-2", self_score=Decimal(2), text="Ada.", version=0, by=cast["planner"]
    )
    page = f"/windows/{window.pk}/forecast/"
    claimed = "Dinyatakan 4; terima atau kembalikan."
    assert claimed not in desk(cast["reviewer"]).get(page).text, "it is being written"
    actions.move_answer(pk=answer.pk, name="submit", by=cast["head"])
    city = desk(cast["reviewer"]).get(page)  # handed in: the next step is the reviewer's
    assert claimed in city.text
    assert [step["code"] for step in city.context["steps"]][:2] == ["B-1", "B-2"]
    assert city.context["steps"][0]["gain"] == "+0,80"
    assert claimed not in desk(cast["leader"]).get(page).text, "leadership waits until it is accepted"
    own = desk(cast["operator"]).get(page)
    assert [(step["code"], step["what"]) for step in own.context["steps"]] == [
        ("B-1", "Dinyatakan 4; menunggu diterima.")
    ]
    assert own.context["figures"] == []
    assert [step["code"] for step in desk(cast["reviewer"]).get(f"{page}?opd=DINKES").context["steps"]] == [
        "B-1"
    ]
    for name, code in (
        ("assessor", 404),
        ("administrator", 404),
        ("foreign_reviewer", 404),
        ("auditor", 200),
    ):
        assert desk(cast[name]).get(page).status_code == code, name


def test_the_figures_follow_the_verified_and_the_claimed(window, cast):
    actions.save_answer(
        window=window, question_code="B-1", self_score=Decimal(3), text="Ada.", version=0, by=cast["reviewer"]
    )
    page, figures = f"/windows/{window.pk}/forecast/", {}
    for row in desk(cast["reviewer"]).get(page).context["figures"]:
        figures[row["label"]] = row["value"]
    assert (figures["Dari fakta terverifikasi"], figures["Dari semua yang dinyatakan"]) == ("–", "3,00")
    answer = Answer.objects.get()
    actions.add_exhibit(
        answer=answer,
        by=cast["reviewer"],
        values={"kind": "link", "title": "JDIH", "url": "https://jdih.example.go.id/1"},
    )
    rows = desk(cast["reviewer"]).get(page).context["figures"]
    assert [row["value"] for row in rows] == ["3,00", "3,00"]
