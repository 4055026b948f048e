"""The years side by side: bars on one scale, numbers where they fit, and nothing told by colour alone."""

import pytest

from smartcity.lib.charts import LIGHT, Part, Year, swatch, years
from tests.smartcity.drawings import by_class, read, said


def year(label: str, *parts: tuple[str, int], measured: int = 0, reached: int = 0) -> Year:
    drawn = [Part(f"{tone} part", value, tone) for tone, value in parts]
    whole = sum(value for _tone, value in parts)
    return Year(label, drawn, measured, reached, f"{whole} program", f"{reached} dari {measured}")


def a_trend(*rows: Year, **options) -> str:
    return years(rows, **{"title": "Tren", "description": "2021: 4 program.", **options})


@pytest.mark.parametrize(("for_print", "full"), [(False, 320), (True, 438)])
def test_every_year_is_drawn_on_one_scale(for_print, full):
    drawing = a_trend(
        year("2021", ("h3", 50)), year("2022", ("h3", 60), ("h2", 40), measured=80, reached=20),
        for_print=for_print,
    )  # fmt: skip
    widths = [float(rect.get("width")) for rect in read(drawing).iter("rect")]
    assert widths == pytest.approx(
        [full * 0.5 - 1.5, full * 0.6 - 1.5, full * 0.4 - 1.5, full * 0.8, full * 0.2], abs=0.1
    )


def test_a_number_stands_where_it_has_room_and_nothing_is_not_drawn():
    drawing = a_trend(year("2022", ("h3", 129), ("h2", 2), ("hollow", 0)))
    assert "129" in said(drawing).split(" | ")
    assert "2" not in said(drawing).split(" | ")
    assert len(list(read(drawing).iter("rect"))) == 2


def test_words_stay_within_the_picture():
    drawing = read(a_trend(year("2021", ("h3", 4)), year("2022", ("h4", 9), measured=9, reached=9)))
    _x, _y, width, height = (float(edge) for edge in drawing.get("viewBox").split())
    for text in drawing.iter("text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 < float(text.get("y")) < height
    assert {text.get("text-anchor") for text in drawing.iter("text")} == {"start", "middle", "end"}


def test_outlines_tell_neighbours_apart_without_colour():
    drawing = a_trend(year("2022", ("h3", 5), ("hollow", 5), ("lines", 5)))
    assert len(by_class(drawing, "h3")) == 1
    assert [shape.tag.rpartition("}")[2] for shape in by_class(drawing, "ring--4")] == [
        "rect",
        "rect",
        "path",
    ]


@pytest.mark.parametrize("name", ["hollow", "lines"])
def test_the_legend_has_the_same_marks(name):
    assert by_class(swatch(name), "ring--4")
    assert LIGHT["line-strong"] in swatch(name, for_print=True)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [year("2022", ("h3", -1))],
        [year("2022", ("h3", 1), measured=1, reached=2)],
        [year("2022", ("h3", 1), measured=-1)],
        [year("2022", ("red", 1))],
    ],
)
def test_what_cannot_be_drawn_is_refused(rows):
    with pytest.raises(ValueError, match=r"year|negative|tone"):
        a_trend(*rows)


def test_a_year_of_nothing_is_a_row_of_words():
    drawing = a_trend(year("2022"))
    assert not list(read(drawing).iter("rect"))
    assert said(drawing) == "2022 | 0 program | 0 dari 0"
