"""Bars, shares and small marks: lengths that tell the truth."""

from decimal import Decimal

import pytest

from smartcity.lib.charts import (
    Bar,
    Part,
    bars,
    days_track,
    describe,
    heat_step,
    line_swatch,
    mini_bar,
    stacked_bar,
    swatch,
)
from tests.smartcity.drawings import by_class, read, said

D = Decimal


# --- Bars and shares -----------------------------------------------------------------------------


@pytest.mark.parametrize("for_print", [False, True])
def test_bars_are_as_long_as_their_values(for_print):
    drawing = bars(
        [Bar("A", D(4)), Bar("B", D(2)), Bar("C", D(0)), Bar("D", None)],
        title="t",
        description="d",
        for_print=for_print,
    )
    widths = [float(rect.get("width")) for rect in read(drawing).iter("rect")]
    full = widths[0]
    assert widths == [full, full, full, full / 2, full, full], (
        "tracks for all four, bars for the two above zero"
    )
    assert "C | 0,00" in said(drawing)
    assert "D | belum lengkap" in said(drawing)


@pytest.mark.parametrize("rows", [[], [Bar("A", D("4.1"))], [Bar("A", D("-0.1"))], [Bar("A", D(1), "red")]])
def test_bars_refuse_what_they_cannot_draw(rows):
    with pytest.raises(ValueError, match=r"row|between|tone"):
        bars(rows, title="t", description="d")


def test_shares_fill_the_whole_in_proportion():
    drawing = stacked_bar([Part("A", 79, "h4"), Part("B", 16, "h2"), Part("C", 36, "track")], title="131")
    widths = [float(rect.get("width")) for rect in read(drawing).iter("rect")]
    assert sum(widths) == pytest.approx(1000 - 2 * 5, abs=0.2)
    assert widths == pytest.approx([990 * share / 131 for share in (79, 16, 36)], abs=0.1)
    assert read(drawing)[1].text == "A 79, B 16, C 36."


def test_one_in_ten_thousand_is_still_seen_and_nothing_is_not():
    drawing = stacked_bar([Part("A", 9999, "h4"), Part("B", 1, "h2"), Part("C", 0, "h1")], title="t")
    widths = [float(rect.get("width")) for rect in read(drawing).iter("rect")]
    assert len(widths) == 2
    assert widths[1] == 4
    assert sum(widths) == pytest.approx(995, abs=0.2)


@pytest.mark.parametrize("parts", [[], [Part("A", 0, "h4")]])
def test_a_whole_of_nothing_is_an_empty_track(parts):
    drawing = stacked_bar(parts, title="t", description="Belum ada program.")
    assert [rect.get("class") for rect in read(drawing).iter("rect")] == ["track"]


def test_a_share_is_not_negative_and_has_a_known_tone():
    with pytest.raises(ValueError, match="negative"):
        stacked_bar([Part("A", -1, "h4")], title="t")
    with pytest.raises(ValueError, match="tone"):
        stacked_bar([Part("A", 1, "h5")], title="t")


def test_shares_of_money_are_read_out_with_their_cents():
    drawing = stacked_bar([Part("APBD", D("1250.5"), "h4")], title="t")
    assert read(drawing)[1].text == "APBD 1.250,50."


@pytest.mark.parametrize(
    ("part", "whole", "filled", "name"),
    [
        (3, 17, "4.24", "3 dari 17"),
        (5, 5, "24.00", "5 dari 5"),
        (7, 5, "24.00", "7 dari 5"),
        (0, 5, None, "0 dari 5"),
        (0, 0, None, "0 dari 0"),
    ],
)
def test_mini_bar(part, whole, filled, name):
    drawing = read(mini_bar(part, whole))
    track, *bar = drawing.iter("rect")
    assert track.get("width") == "24"
    assert [rect.get("width") for rect in bar] == ([filled] if filled else [])
    assert drawing[0].text == name


def test_mini_bar_refuses_negative_counts():
    with pytest.raises(ValueError, match="negative"):
        mini_bar(-1, 3)


# --- Marks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "left", "cells", "filled", "name"),
    [
        (14, 7, 14, 7, "7 dari 14 hari tersisa"),
        (14, 20, 14, 14, "14 dari 14 hari tersisa"),
        (14, -3, 14, 0, "0 dari 14 hari tersisa"),
        (1, 1, 1, 1, "1 dari 1 hari tersisa"),
        (365, 1, 60, 1, "1 dari 365 hari tersisa"),
        (365, 365, 60, 60, "365 dari 365 hari tersisa"),
    ],
)
def test_days_track(total, left, cells, filled, name):
    drawing = days_track(total, left)
    days = by_class(drawing, "day")
    assert len(days) == cells
    assert ["day--left" in day.get("class") for day in days] == [False] * (cells - filled) + [True] * filled
    assert read(drawing).get("aria-label") == name
    assert float(days[-1].get("x")) + float(days[-1].get("width")) <= 100


def test_a_deadline_has_a_day():
    with pytest.raises(ValueError, match="day"):
        days_track(0, 0)


@pytest.mark.parametrize(
    ("percent", "step"),
    [
        (0, 0),
        (24, 0),
        (D("24.9"), 0),
        (25, 1),
        (49, 1),
        (50, 2),
        (74, 2),
        (75, 3),
        (99, 3),
        (D("99.99"), 3),
        (100, 4),
        (120, 4),
        (None, None),
    ],
)
def test_heat_step(percent, step):
    assert heat_step(percent) == step


def test_heat_has_no_step_below_zero():
    with pytest.raises(ValueError, match="negative"):
        heat_step(-1)


def test_swatches_are_decoration_beside_a_word():
    for drawing in (
        swatch("h0"),
        swatch("d7"),
        swatch("track"),
        line_swatch("now"),
        swatch("h0", for_print=True),
    ):
        assert read(drawing).get("aria-hidden") == "true"
    with pytest.raises(ValueError, match="tone"):
        swatch("h9")
    assert len(by_class(swatch("h0", late=True), "sudut")) == 1


def test_a_series_is_said_in_one_sentence():
    assert (
        describe("2022", [("Governance", D("3.1")), ("Society", None)])
        == "2022: Governance 3,10; Society belum lengkap."
    )
