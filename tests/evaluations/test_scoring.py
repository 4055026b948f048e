"""The arithmetic: every vector of the domain guide, section 3, and what must always hold."""

import doctest
import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations import scoring
from evaluations.scoring import BadWeights, Item, Level, Part, grade, improvement, mean, weighted_index

WEIGHTS = {"BASELINE": 10, "OUTPUT": 20, "OUTCOME": 30, "IMPACT": 20, "QUICK_WIN": 20}
JAMBI = {"BASELINE": "3.84", "OUTPUT": "3.18", "OUTCOME": "3.53", "IMPACT": "3.63", "QUICK_WIN": "3.35"}


def decimals(texts: dict[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(text) for code, text in texts.items()}


def shown(value: Decimal) -> str:
    """Two decimals, half up, written here on purpose: a second opinion about what display does."""
    return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(".", ",")


def test_the_examples_in_the_module_are_true():
    result = doctest.testmod(scoring)
    assert result.attempted >= 5
    assert result.failed == 0


# --- vectors of the guide ----------------------------------------------------------------------------------


def test_jambi_2024_is_exactly_its_published_index():
    index = weighted_index(decimals(JAMBI), WEIGHTS)
    assert str(index) == "3.475"
    assert shown(index) == "3,48"


def test_the_weights_of_sleman_do_not_give_the_published_index():
    sleman = WEIGHTS | {"IMPACT": 30, "QUICK_WIN": 10}
    assert weighted_index(decimals(JAMBI), sleman) == Decimal("3.503")


def test_all_four_gives_four():
    index = weighted_index(dict.fromkeys(WEIGHTS, Decimal(4)), WEIGHTS)
    assert index == 4
    assert shown(index) == "4,00"


def test_rounding_happens_last():
    values = [Fraction(8, 3), Fraction(8, 3), *map(Decimal, ("3.18", "3.16", "3.20", "3.15"))]
    result = mean(values)
    assert str(result).startswith("3.00388")
    assert shown(result) == "3,00"
    assert (
        shown(
            mean(
                Decimal(shown(Decimal(v.numerator) / v.denominator).replace(",", "."))
                if isinstance(v, Fraction)
                else v
                for v in values
            )
        )
        == "3,01"
    )


def test_half_goes_up_even_when_it_comes_from_thirds():
    """Three thirds whose mean is exactly 2.345 stay exact; cut-off decimals would fall below the half."""
    thirds = [Fraction(7, 3), Fraction(7, 3), Fraction(7035, 1000) - Fraction(14, 3)]
    assert mean(thirds) == Decimal("2.345")
    assert shown(mean(thirds)) == "2,35"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [("3.10", "2.87", "0.23"), ("2.75", "2.87", "-0.12"), ("3.00", "3.00", "0.00")],
    ids=["ambon-2024", "fell", "same"],
)
def test_improvement_carries_its_sign(now, before, expected):
    assert improvement(Decimal(now), Decimal(before)) == Decimal(expected)


def test_improvement_over_an_unknown_year_is_unknown():
    assert improvement(Decimal("3.1"), None) is None
    assert improvement(None, Decimal("3.1")) is None


@pytest.mark.parametrize("code", WEIGHTS)
@pytest.mark.parametrize("how", ["none", "absent"])
def test_a_section_without_value_means_no_index(code, how):
    values = decimals(JAMBI) | {code: None}
    if how == "absent":
        del values[code]
    assert weighted_index(values, WEIGHTS) is None


def test_the_provisional_index_rescales_the_remaining_weights():
    values = {
        "BASELINE": Decimal(2),
        "OUTPUT": Decimal(4),
        "OUTCOME": None,
        "IMPACT": None,
        "QUICK_WIN": None,
    }
    assert scoring.provisional_index(values, WEIGHTS) == as_decimal(Fraction(2 * 10 + 4 * 20, 30))
    assert scoring.provisional_index({}, WEIGHTS) is None
    assert scoring.provisional_index(decimals(JAMBI), WEIGHTS) == Decimal("3.475")


@pytest.mark.parametrize(
    "numbers", [(10, 20, 30, 30, 20), (10, 20, 30, 20, 19), (0, 30, 30, 20, 20), (-10, 40, 30, 20, 20)]
)
def test_bad_weights_are_refused(numbers):
    weights = dict(zip(WEIGHTS, numbers, strict=True))
    with pytest.raises(BadWeights) as refusal:
        weighted_index(decimals(JAMBI), weights)
    assert refusal.value.total == sum(numbers)


def test_weights_may_be_shares_but_each_must_be_above_zero():
    shares = {code: Decimal(weight) / 100 for code, weight in WEIGHTS.items()}
    assert weighted_index(decimals(JAMBI), shares) == Decimal("3.475")
    with pytest.raises(BadWeights):
        weighted_index(decimals(JAMBI), shares | {"BASELINE": Decimal(0), "OUTPUT": Decimal("0.3")})


def test_a_value_without_weight_is_a_mistake():
    with pytest.raises(KeyError):
        weighted_index(decimals(JAMBI) | {"OTHER": Decimal(4)}, WEIGHTS)


# --- grading an instrument ---------------------------------------------------------------------------------


def instrument() -> list[Part]:
    """A small instrument with every method and chain of levels the data files use."""
    return [
        Part("B", Decimal(10), "mean_of_questions", (Item("B1"), Item("B2"))),
        Part("O", Decimal(40), "mean_of_smart_dimensions",
             (Item("O1", "GOV", "GOV-A"), Item("O2", "GOV", "GOV-A"),
              Item("O3", "GOV", "GOV-B"), Item("O4", "LIV", "LIV-A")),
             ("question", "sub_dimension", "smart_dimension")),
        Part("I", Decimal(30), "mean_of_smart_dimensions",
             (Item("I1", "GOV", "GOV-A"), Item("I2", "GOV", "GOV-A"),
              Item("I3", "GOV"), Item("I4", "LIV", "LIV-A")),
             ("question", "smart_dimension")),
        Part("Q", Decimal(20), "mean_of_quick_wins",
             (Item("Q1", "GOV"), Item("Q2", "GOV"), Item("Q3", "LIV"))),
    ]  # fmt: skip


FULL = {
    "B1": [3], "B2": [4],
    "O1": [4], "O2": [2], "O3": [1], "O4": [4],
    "I1": [Decimal("3.5")], "I2": [3], "I3": [1], "I4": [2],
    "Q1": [4], "Q2": [3], "Q3": [2],
}  # fmt: skip


def test_each_section_climbs_the_levels_its_instrument_names():
    card = grade(instrument(), FULL, {})
    values = {code: graded.section.value for code, graded in card.sections.items()}
    assert values == {
        "B": Decimal("3.5"),
        # sub-dimensions GOV-A (4+2)/2 = 3, GOV-B 1; dimensions GOV 2, LIV 4 (the four questions alone: 2.75)
        "O": Decimal("3"),
        # straight to the dimension: GOV (3.5+3+1)/3 = 2.5, LIV 2
        "I": Decimal("2.25"),
        "Q": Decimal("2.75"),
    }
    assert card.sections["O"].groups["sub_dimension"]["GOV-A"].value == 3
    assert card.sections["O"].groups["smart_dimension"]["GOV"].value == 2
    assert card.sections["I"].groups["smart_dimension"]["GOV"].value == Decimal("2.5")
    assert card.sections["Q"].groups["quick_win"] == {
        "GOV": Level(Fraction(7, 2), 2, 2),
        "LIV": Level(Fraction(2), 1, 1),
    }
    assert card.index == Decimal("0.35") + Decimal("1.2") + Decimal("0.675") + Decimal("0.55")
    assert card.provisional == card.index
    assert card.missing_sections == []


def test_sub_dimensions_count_once_each_however_many_questions_they_have():
    part = Part("O", Decimal(100), "mean_of_smart_dimensions",
                (Item("1", "GOV", "A"), Item("2", "GOV", "A"), Item("3", "GOV", "A"), Item("4", "GOV", "B")),
                ("question", "sub_dimension", "smart_dimension"))  # fmt: skip
    card = grade([part], {"1": [4], "2": [4], "3": [4], "4": [0]}, {})
    assert card.index == 2


def test_uneven_dimensions_weigh_the_same():
    """The mobility variant: two sub-dimensions under living, four under mobility."""
    items = (
        Item("1", "LIV", "L1"),
        Item("2", "LIV", "L2"),
        *(Item(str(n), "MOB", f"M{n}") for n in range(3, 7)),
    )
    part = Part(
        "O", Decimal(100), "mean_of_smart_dimensions", items, ("question", "sub_dimension", "smart_dimension")
    )
    card = grade([part], {"1": [4], "2": [2]} | {str(n): [1] for n in range(3, 7)}, {})
    assert card.index == 2


def test_a_question_is_the_mean_of_the_scores_given_and_says_how_many():
    card = grade(instrument(), FULL | {"B1": [3, 4]}, {"B1": 3})
    assert card.questions["B1"] == Level(Fraction(7, 2), 2, 3)
    assert card.questions["B1"].provisional
    assert card.sections["B"].section == Level(Fraction(15, 4), 3, 4)
    assert card.sections["B"].section.provisional


def test_missing_is_never_zero():
    without = {code: scores for code, scores in FULL.items() if code != "O4"}
    card = grade(instrument(), without, {})
    assert card.questions["O4"] == Level(None, 0, 1)
    assert card.sections["O"].groups["smart_dimension"]["LIV"].value is None
    assert card.sections["O"].section == Level(Fraction(2), 3, 4)
    assert card.index is not None


def test_a_zero_given_counts_as_zero():
    assert grade(instrument(), FULL | {"B1": [0], "B2": [0]}, {}).sections["B"].section == Level(
        Fraction(0), 2, 2
    )


def test_a_section_without_any_score_leaves_the_card_without_index():
    without = {code: scores for code, scores in FULL.items() if not code.startswith("Q")}
    card = grade(instrument(), without, {})
    assert card.index is None
    assert card.provisional == as_decimal(
        (Fraction("3.5") * 10 + Fraction(3) * 40 + Fraction("2.25") * 30) / Fraction(80)
    )
    assert card.missing_sections == ["Q"]


def test_nothing_given_gives_nothing():
    card = grade(instrument(), {}, {})
    assert (card.index, card.provisional) == (None, None)
    assert card.missing_sections == ["B", "O", "I", "Q"]
    assert not any(level.provisional for level in card.dimensions.values())


def test_the_dimension_profile_weighs_sections_as_the_index_does():
    card = grade(instrument(), FULL, {})
    # GOV: Outcome 2 (40), Impact 2.5 (30), quick win 3.5 (20)
    assert card.dimensions["GOV"].value == as_decimal(Fraction(2 * 40 + 75 + 70, 90))
    assert list(card.dimensions) == ["GOV", "LIV"]


def test_an_unknown_method_is_refused():
    with pytest.raises(KeyError, match="median"):
        grade([Part("X", Decimal(100), "median", (Item("1"),))], {"1": [4]}, {})


# --- what must always hold ---------------------------------------------------------------------------------

scores = st.lists(st.integers(0, 4), max_size=4)
series = st.fixed_dictionaries(dict.fromkeys(FULL, scores))


@given(series)
def test_every_value_stays_between_the_lowest_and_the_highest_score(given_scores):
    card = grade(instrument(), given_scores, {})
    everything = [score for row in given_scores.values() for score in row]
    levels = [*card.questions.values(), *card.dimensions.values()]
    levels += [graded.section for graded in card.sections.values()]
    levels += [
        level
        for graded in card.sections.values()
        for group in graded.groups.values()
        for level in group.values()
    ]
    for value in [*(level.value for level in levels), card.index, card.provisional]:
        assert value is None or min(everything) <= value <= max(everything)


@given(series, st.randoms(use_true_random=False))
def test_the_order_of_questions_and_scores_does_not_matter(given_scores, rng: random.Random):
    mixed = {code: rng.sample(row, len(row)) for code, row in given_scores.items()}
    parts = [
        Part(p.code, p.weight, p.method, tuple(rng.sample(p.items, len(p.items))), p.levels)
        for p in instrument()
    ]
    rng.shuffle(parts)
    one, other = grade(instrument(), given_scores, {}), grade(parts, mixed, {})
    assert (one.index, one.provisional) == (other.index, other.provisional)
    assert one.sections == other.sections
    assert one.dimensions == other.dimensions


@given(st.fixed_dictionaries({code: st.lists(st.integers(0, 4), min_size=1, max_size=3) for code in FULL}),
       st.sampled_from(sorted(FULL)), st.integers(0, 2))  # fmt: skip
def test_a_better_score_never_lowers_the_index(given_scores, code, position):
    row = given_scores[code]
    at = position % len(row)
    better = given_scores | {code: [*row[:at], min(4, row[at] + 1), *row[at + 1 :]]}
    low, high = grade(instrument(), given_scores, {}), grade(instrument(), better, {})
    assert low.index is not None
    assert high.index is not None
    assert low.index < high.index if row[at] < 4 else low.index == high.index


@given(st.lists(st.decimals(0, 4, places=2), min_size=5, max_size=5))
def test_the_index_is_the_sum_of_the_contributions(values):
    by_code = dict(zip(WEIGHTS, values, strict=True))
    assert weighted_index(by_code, WEIGHTS) == sum(
        value * WEIGHTS[code] / 100 for code, value in by_code.items()
    )


@given(series, st.integers(1, 3))
def test_counts_add_up(given_scores, seats):
    card = grade(instrument(), given_scores, dict.fromkeys(FULL, seats))
    for part in instrument():
        section = card.sections[part.code].section
        assert section.given == sum(len(given_scores[item.code]) for item in part.items)
        assert section.expected == seats * len(part.items)


def as_decimal(exact: Fraction) -> Decimal:
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def test_weights_may_be_shares_as_the_formula_writes_them() -> None:
    shares = {"a": Decimal("0.10"), "b": Decimal("0.90")}
    values = {"a": Decimal(4), "b": Decimal(2)}
    assert weighted_index(values, shares) == weighted_index(values, {"a": Decimal(10), "b": Decimal(90)})
    with pytest.raises(BadWeights):
        weighted_index(values, {"a": Decimal("0.10"), "b": Decimal("0.80")})
