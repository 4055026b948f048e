"""Fields that read what an Indonesian office types, and keep what they cannot read."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from smartcity.lib.forms import DayField, NumberField, typed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250,5", "1250.5"),
        ("1250,5", "1250.5"),
        ("120", "120"),
        ("0", "0"),
        ("-5", "-5"),
        (" 60,3% ", "60.3"),
        ("Rp18.755.371.000,00", "18755371000.00"),
        ("0,0001", "0.0001"),
        ("9" * 14, "9" * 14),
        ("9" * 14 + ",9999", "9" * 14 + ".9999"),
        ("12,5000", "12.5000"),
    ],
)
def test_a_number_is_read(text: str, number: str) -> None:
    assert NumberField().clean(text) == Decimal(number)


@pytest.mark.parametrize("text", [None, "", "  ", "\t\n"])
def test_nothing_typed_is_no_number_and_not_zero(text: str | None) -> None:
    assert NumberField(required=False).clean(text) is None
    with pytest.raises(ValidationError):
        NumberField().clean(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,250.5", "grouping"),
        ("3.48", "decimal_dot"),
        ("5 miliar", "scale_word"),
        ("12O", "letters"),
        ("Rp1,234", "cents"),
        ("1e5", "letters"),
        ("NaN", "unreadable"),
        ("Infinity", "unreadable"),
        ("٣", "unreadable"),
        ("--5", "unreadable"),
        ("9" * 15, "too_long"),
        ("0,00001", "too_long"),
        ("9" * 41, "too_long"),
    ],
)
def test_a_number_that_is_unsure_is_refused_with_a_sentence(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        NumberField().clean(text)
    assert refusal.value.error_list[0].code == code
    assert len(refusal.value.messages[0]) > 20


def test_what_the_column_cannot_hold_is_refused_before_it_is_cut() -> None:
    money = NumberField(kind="money", places=2)
    assert money.clean("9" * 16) == Decimal("9" * 16)
    for text in ("9" * 17, "1,005"):
        with pytest.raises(ValidationError):
            money.clean(text)


def test_the_sentence_about_length_says_how_long() -> None:
    with pytest.raises(ValidationError) as refusal:
        NumberField(places=2, digits=5).clean("12345")
    assert "3" in refusal.value.messages[0]
    assert "2" in refusal.value.messages[0]


@pytest.mark.parametrize(
    ("value", "text"), [(Decimal("1250.5000"), "1.250,5"), (Decimal(0), "0"), (None, None), ("abc", "abc")]
)
def test_a_number_stands_in_its_box_as_it_would_be_typed(value: object, text: str | None) -> None:
    assert NumberField().prepare_value(value) == text


@pytest.mark.parametrize("text", ["1.250,5", "120", "0", "18.755.371.000", "0,0001", "-3,25"])
def test_what_is_shown_is_read_back(text: str) -> None:
    field = NumberField()
    assert field.prepare_value(field.clean(text)) == text


@pytest.mark.parametrize(
    ("text", "changed"),
    [("1.250,5", False), ("1250,50", False), ("1.251", True), ("", True), ("seribu", True)],
)
def test_a_number_written_otherwise_has_not_changed(text: str, changed: bool) -> None:
    assert NumberField(required=False).has_changed(Decimal("1250.5000"), text) == changed


@pytest.mark.parametrize(
    "text", ["2022-09-16", "16/09/2022", "16 September 2022", "Jumat, 16 September 2022"]
)
def test_a_day_is_read(text: str) -> None:
    assert DayField().clean(text) == date(2022, 9, 16)


@pytest.mark.parametrize(
    "text", ["31/02/2022", "kemarin", "16/09", "2022", "Senin, 16 September 2022", "٣/٩/٢٠٢٢"]
)
def test_a_day_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        DayField().clean(text)
    assert len(refusal.value.messages[0]) > 20


def test_no_day_is_no_day() -> None:
    assert DayField(required=False).clean("") is None
    assert DayField().clean(date(2022, 9, 16)) == date(2022, 9, 16)


def test_what_was_posted_is_tidied_value_by_value() -> None:
    posted = QueryDict(mutable=True)
    posted.setlist("kata", ["a\r\nb", "c\0"])
    posted["satu"] = "x"
    data = typed(posted)
    assert (data.getlist("kata"), data["satu"]) == (["a\nb", "c"], "x")
    assert posted.getlist("kata") == ["a\r\nb", "c\0"], "the request itself stays as it came"
