"""Numbers as offices write them: what is shown can be typed, and what is not sure is refused."""

import doctest
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcity.lib import decimals
from smartcity.lib.decimals import NumberNotRead, display, exact, money, parse, percent, short_money, signed

D = Decimal
amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=4, allow_nan=False, allow_infinity=False)


def test_the_vectors_of_the_evaluation_hold_as_doctests():
    result = doctest.testmod(decimals)
    assert result.attempted >= 10
    assert result.failed == 0


# --- Showing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (D("3.475"), 2, "3,48"),
        (D("2.345"), 2, "2,35"),
        (D("-2.345"), 2, "-2,35"),
        (D("0.005"), 2, "0,01"),
        (D("-0.004"), 2, "0,00"),
        (D("999.995"), 2, "1.000,00"),
        (D("1E+3"), 0, "1.000"),
        (1250, 1, "1.250,0"),
        (0, 0, "0"),
        (None, 2, "–"),
    ],
)
def test_display_rounds_half_up_with_comma_and_groups(value, places, shown):
    assert display(value, places) == shown


@given(amounts, st.integers(0, 4))
def test_display_is_exactly_half_up(value, places):
    exact = abs(Fraction(value)) * 10**places
    expected = int(exact + Fraction(1, 2))  # floor of a positive number plus a half is half up
    shown = display(value, places)
    digits = int(re.sub(r"[^0-9]", "", shown))
    assert digits == expected
    assert shown.startswith("-") == (value < 0 and expected > 0)
    assert re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})*(,[0-9]+)?", shown)


def test_a_float_is_refused_because_it_has_lost_the_half():
    with pytest.raises(TypeError):
        display(2.345)
    with pytest.raises(TypeError):
        percent(0.5, 1)


@pytest.mark.parametrize("value", [D("NaN"), D("Infinity"), D("1E+70")])
def test_what_cannot_be_shown_is_an_error_not_a_figure(value):
    with pytest.raises(ValueError, match=r"finite|digits"):
        display(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.23", "+0,23"), ("-0.12", "-0,12"), ("0", "0,00"), ("-0.004", "0,00"), ("0.005", "+0,01")],
)
def test_an_improvement_carries_its_sign_unless_it_rounds_to_zero(value, shown):
    assert signed(D(value)) == shown
    assert signed(None) == "–"


@pytest.mark.parametrize(
    ("part", "whole", "places", "shown"),
    [
        (79, 131, 2, "60,31%"),
        (16, 131, 2, "12,21%"),
        (36, 131, 2, "27,48%"),
        (79, 131, 0, "60%"),
        (1, 8, 0, "13%"),
        (199, 200, 0, "99%"),
        (99_999, 100_000, 2, "99,99%"),
        (200, 200, 0, "100%"),
        (3, 2, 0, "150%"),
        (0, 5, 0, "0%"),
        (0, 0, 0, "–"),
        (None, 5, 0, "–"),
        (5, None, 0, "–"),
    ],
)
def test_percent_of_a_whole(part, whole, places, shown):
    assert percent(part, whole, places) == shown


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(0, 2))
def test_percent_says_hundred_only_for_what_is_complete(part, whole, places):
    shown = parse(percent(part, whole, places))
    assert (shown >= 100) == (part >= whole)


def test_money_is_written_in_full():
    assert money(D("18755371000")) == "Rp18.755.371.000,00"
    assert money(D("-2500.5")) == "-Rp2.500,50"
    assert money(None) == "–"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (18_755_371_000, "Rp18,8 miliar"),
        (5_000_000_000, "Rp5 miliar"),
        (999_960_000, "Rp1 miliar"),
        (999_940_000, "Rp999,9 juta"),
        (950_000, "Rp950.000"),
        (999_999, "Rp999.999"),
        (1_000_000, "Rp1 juta"),
        (1_030_000_000_000, "Rp1 triliun"),
        (2_500_000_000_000_000, "Rp2.500 triliun"),
        (-1_500_000, "-Rp1,5 juta"),
        (0, "Rp0"),
        (None, "–"),
    ],
)
def test_short_money_for_figures(value, shown):
    assert short_money(value) == shown


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("3,48", "3.48"),
        ("1.250,5", "1250.5"),
        ("1.250", "1250"),
        ("1.250.000", "1250000"),
        ("1250", "1250"),
        ("1250,50", "1250.50"),
        ("007", "7"),
        ("0", "0"),
        ("0,001", "0.001"),
        ("-0,12", "-0.12"),
        ("−0,12", "-0.12"),
        ("+0,23", "0.23"),
        (" 1.250,5 ", "1250.5"),
        ("60,3%", "60.3"),
        ("60,3 %", "60.3"),
        ("87,5 persen", "87.5"),
        ("Rp18.755.371.000,00", "18755371000.00"),
        ("18.755.371.000", "18755371000"),
        ("Rp 18.755.371.000", "18755371000"),
        ("Rp\u00a018.755.371.000", "18755371000"),
        ("rp. 5.000", "5000"),
        ("Rp5.000,-", "5000"),
        ("-Rp2.500,50", "-2500.50"),
        ("Rp-2.500,50", "-2500.50"),
        ("(25.000.000)", "-25000000"),
        ("(Rp 2.500,50)", "-2500.50"),
        ("( 60,3% )", "-60.3"),
    ],
)
def test_what_offices_type_is_read(typed, value):
    assert parse(typed) == D(value)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("3.48", "decimal_dot"),
        ("-3.48", "decimal_dot"),
        ("0.001", "decimal_dot"),
        ("0.500", "decimal_dot"),
        ("1250.5", "decimal_dot"),
        ("1,250.5", "grouping"),
        ("18,755,371,000", "grouping"),
        ("1.250.50", "grouping"),
        ("12.50,5", "grouping"),
        ("1250.000", "decimal_dot"),
        ("5 miliar", "scale_word"),
        ("5 milyar", "scale_word"),
        ("Rp5 miliar", "scale_word"),
        ("1,03 T", "scale_word"),
        ("5jt", "scale_word"),
        ("10rb", "scale_word"),
        ("1.5 M", "letters"),
        ("12O", "letters"),
        ("l2", "letters"),
        ("12 orang", "letters"),
        ("1e5", "letters"),
        ("0x10", "letters"),
        ("NaN", "unreadable"),
        ("Infinity", "unreadable"),
        ("", "empty"),
        (" \u00a0 ", "empty"),
        ("1" * 41, "too_long"),
        (",5", "unreadable"),
        ("5,", "unreadable"),
        ("1,2,3", "unreadable"),
        ("1 250", "unreadable"),
        ("10-20", "unreadable"),
        ("+-5", "unreadable"),
        ("--5", "unreadable"),
        ("- 5", "unreadable"),
        ("5,-", "unreadable"),
        ("Rp5-", "unreadable"),
        ("5_000", "unreadable"),
        ("٣", "unreadable"),
        ("１２", "unreadable"),
        ("²", "unreadable"),
        ("1\u202e2", "unreadable"),
        ("Rp5%", "kind"),
        ("Rp1,234", "cents"),
        ("Rp1,2345", "cents"),
    ],
)
def test_what_is_not_sure_is_refused_with_a_code(typed, code):
    with pytest.raises(NumberNotRead) as refusal:
        parse(typed)
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1,250.5", "Angka belum terbaca. Tulis 1.250,5, bukan 1,250.5."),
        ("3.48", "Angka belum terbaca. Tulis 3,48, bukan 3.48."),
        ("-18,755.25", "Angka belum terbaca. Tulis -18.755,25, bukan -18,755.25."),
        ("5 miliar", "Angka belum terbaca. Tulis 5.000.000.000, bukan 5 miliar."),
        ("1,03 T", "Angka belum terbaca. Tulis 1.030.000.000.000, bukan 1,03 T."),
        ("0,0005 rb", "Angka belum terbaca. Tulis 0,5, bukan 0,0005 rb."),
        ("Rp1,250", "Angka belum terbaca. Tulis 1.250, bukan 1,250."),
        ("12O", 'Angka belum terbaca karena memuat "O". Tulis angka saja, misalnya 1.250,5.'),
    ],
)
def test_the_refusal_says_how_the_same_figure_is_written(typed, sentence):
    with pytest.raises(NumberNotRead) as refusal:
        parse(typed)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("5%", "money"), ("5 persen", "money"), ("Rp5", "percent"), ("Rp5", "number"), ("5%", "number")],
)
def test_a_field_refuses_the_mark_of_another_kind(typed, kind):
    with pytest.raises(NumberNotRead) as refusal:
        parse(typed, kind=kind)
    assert refusal.value.code == "kind"


def test_a_money_field_takes_two_decimals_a_number_field_more():
    assert parse("1,250", kind="number") == D("1.25")
    assert parse("1,25", kind="money") == D("1.25")
    with pytest.raises(NumberNotRead) as refusal:
        parse("1,250", kind="money")
    assert refusal.value.code == "cents"


@given(amounts, st.integers(0, 4))
def test_what_is_shown_can_be_typed(value, places):
    shown = display(value, places)
    assert display(parse(shown), places) == shown
    assert parse(signed(value)) == parse(display(value))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=9))
def test_an_input_holds_the_number_itself(value):
    assert parse(exact(value)) == value
    assert exact(None) == ""


@given(amounts)
def test_money_and_number_read_the_same(value):
    assert parse(money(value), kind="money") == parse(display(value), kind="money") == parse(display(value))


@given(st.integers(1000, 10**12), st.integers(0, 99))
def test_a_figure_written_the_english_way_is_never_taken_for_another(whole, cents):
    with pytest.raises(NumberNotRead):
        parse(f"{whole:,}.{cents:02}")


@given(st.text(max_size=50) | st.text(alphabet="0123456789.,-+%Rp miljut", max_size=20))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        value, refusal = parse(text), None
    except NumberNotRead as error:
        value, refusal = D(0), error
    assert value.is_finite()
    if refusal:
        assert refusal.code
        assert str(refusal)
    else:
        assert re.sub(r"[^0-9]", "", text).lstrip("0").startswith(str(int(abs(value))).lstrip("0"))
