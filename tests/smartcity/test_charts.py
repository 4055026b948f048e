"""Charts: the same picture for page and paper, names as text, missing shown as missing."""

import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from smartcity.lib.charts import (
    LIGHT,
    Axis,
    Bar,
    Part,
    Year,
    bars,
    days_track,
    line_swatch,
    mini_bar,
    radar,
    stacked_bar,
    swatch,
    years,
)
from smartcity.lib.charts.svg import PRINT, SCREEN, wrap
from tests.smartcity.drawings import a_radar, axes, by_class, read, said

D = Decimal
HOSTILE = "\"><script>alert(1)</script>&amp;'<!--"


def a_year(name: str) -> Year:
    parts = [Part(name, 79, "h3"), Part(name, 16, "hollow"), Part(name, 36, "lines")]
    return Year(name, parts, 70, 40, name, name)


ALL = {
    "radar": lambda **o: a_radar(axes("3.1", None, "2.6", "3.2", "2.2", "2.9", before="2"), **o),
    "bars": lambda **o: bars(
        [Bar("Wajah kota", D(2), "d2"), Bar("B", None)], title="B", description="x", **o
    ),
    "stacked_bar": lambda **o: stacked_bar(
        [Part("Jalan", 79, "h4"), Part("Belum", 36, "track")], title="P", **o
    ),
    "years": lambda **o: years([a_year("2022")], title="T", description="x", **o),
}
MARKS = {
    "days_track": lambda **o: days_track(14, 7, **o),
    "swatch": lambda **o: swatch("h2", late=True, **o),
    "line_swatch": lambda **o: line_swatch("before", **o),
}


# --- What holds for every chart ------------------------------------------------------------------


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
@pytest.mark.parametrize("for_print", [False, True])
def test_a_chart_is_named_and_described(draw, for_print):
    drawing = read(draw(key="abc", for_print=for_print))
    title, desc = drawing[0], drawing[1]
    assert (title.tag, desc.tag) == ("title", "desc")
    assert title.text
    assert desc.text
    assert drawing.get("role") == "img"
    assert drawing.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}" == "abc-t abc-d"


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
def test_the_key_must_be_an_id(draw):
    with pytest.raises(ValueError, match="id"):
        draw(key='a" onload="x')


@pytest.mark.parametrize("draw", {**ALL, **MARKS}.values(), ids={**ALL, **MARKS})
def test_paper_needs_no_page_style_and_the_page_no_colours(draw):
    paper, screen = draw(for_print=True), draw()
    shapes = [
        shape for shape in read(paper).iter() if shape.tag in ("rect", "path", "polygon", "circle", "line")
    ]
    assert shapes
    assert all(shape.get("fill") or shape.get("stroke") for shape in shapes)
    assert not any(shape.get("class") for shape in shapes)
    assert read(paper).get("width", "").endswith("mm")
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", paper)) <= set(LIGHT.values())
    assert "#" not in screen
    assert "style=" not in paper + screen


@pytest.mark.parametrize("for_print", [False, True])
def test_a_name_is_text_whoever_typed_it(for_print):
    hostile = [Axis(HOSTILE, hue, HOSTILE, D(1), D(2)) for hue in range(1, 7)]
    drawings = [
        radar(hostile, title=HOSTILE, description=HOSTILE, for_print=for_print),
        bars([Bar(HOSTILE, D(1))], title=HOSTILE, description=HOSTILE, for_print=for_print),
        stacked_bar([Part(HOSTILE, 1, "h1")], title=HOSTILE, for_print=for_print),
        days_track(2, 1, HOSTILE, for_print=for_print),
        mini_bar(1, 2, name=HOSTILE),
        years([a_year(HOSTILE)], title=HOSTILE, description=HOSTILE, for_print=for_print),
    ]
    for drawing in drawings:
        tags = {shape.tag for shape in read(drawing).iter()}
        assert tags <= {"svg", "title", "desc", "polygon", "path", "line", "circle", "rect", "text", "tspan"}
        assert not any(name.startswith("on") for shape in read(drawing).iter() for name in shape.attrib)
    assert read(drawings[0])[0].text == HOSTILE
    assert HOSTILE in read(drawings[2])[1].text
    assert read(drawings[4])[0].text == HOSTILE


def test_the_palette_on_paper_is_the_light_palette_of_the_page():
    tokens = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text(encoding="utf-8")
    light = tokens[tokens.index(":root") : tokens.index("@media screen")]
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", light))
    assert {name: colours.get(name) for name in LIGHT} == LIGHT


def test_every_class_on_the_page_is_styled():
    styles = "".join(
        sheet.read_text(encoding="utf-8") for sheet in (Path(settings.BASE_DIR) / "static/css").glob("*.css")
    )
    screen = [draw() for draw in (*ALL.values(), *MARKS.values())]
    classes = {
        name
        for text in (*SCREEN.values(), *screen)
        for group in re.findall(r'class="([^"]*)"', text)
        for name in group.split()
    }
    ours = classes - {"d-inline"}  # Bootstrap's
    assert {name for name in ours if not re.search(rf"\.{name}\b", styles)} == set()
    assert SCREEN.keys() == PRINT.keys()


# --- Radar ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(3, 9))
def test_any_number_of_axes_from_three_to_eight(count):
    drawing = a_radar(axes(*["2.5"] * count, before="1"))
    assert len(by_class(drawing, "pt")) == count
    assert len(by_class(drawing, "axis")) == count
    for shape in ("now", "before"):
        (polygon,) = by_class(drawing, shape)
        assert len(polygon.get("points").split()) == count
    assert [tile for hue in range(1, count + 1) for tile in by_class(drawing, f"d{hue}")]


@pytest.mark.parametrize("some", [axes("1", "2"), axes(*["1"] * 8) + axes("1")])
def test_other_numbers_of_axes_are_an_error(some):
    with pytest.raises(ValueError, match="three to eight"):
        a_radar(some)


@pytest.mark.parametrize(
    "axis",
    [
        Axis("X", 9, "X", D(1)),
        Axis("X", 0, "X", D(1)),
        Axis("X", 1, "X", D("4.01")),
        Axis("X", 1, "X", D(1), D(-1)),
    ],
)
def test_what_is_not_on_the_scale_is_an_error(axis):
    with pytest.raises(ValueError, match=r"hue|between"):
        a_radar([*axes("1", "2"), axis])


def test_a_value_stands_at_its_place_on_the_axis():
    drawing = a_radar(axes("4", "3", "2", "1"))
    ring = [
        tuple(map(float, corner.split(",")))
        for corner in by_class(drawing, "ring--4")[0].get("points").split()
    ]
    points = [(float(point.get("cx")), float(point.get("cy"))) for point in by_class(drawing, "pt")]
    for share, end, point in zip((1, 0.75, 0.5, 0.25), ring, points, strict=True):
        assert point == pytest.approx((end[0] * share, end[1] * share), abs=0.1)
    assert ring[0][0] == pytest.approx(0, abs=0.05)
    assert ring[0][1] < 0, "the first axis points up"
    assert ring[1][0] > 0, "the second is clockwise from it"


def test_the_figures_are_written_half_up_at_the_tips():
    assert (
        said(a_radar(axes("2.345", "3", "0")))
        == "1 | 2 | 3 | 4 | B | 3,00 | Branding | E | 0,00 | Economy | G | Governance 2,35"
    )


def test_a_missing_value_opens_the_shape_and_is_said():
    drawing = a_radar(axes("3", "2", None, "3", "2", "1"))
    assert not [shape for shape in by_class(drawing, "now") if shape.tag == "polygon"]
    (sides,) = by_class(drawing, "now")
    assert sides.get("d").count("M") == 4, "four sides of six: the two at the gap are not drawn"
    assert not re.search(r"L0 0|M0 0", sides.get("d")), "missing is not zero"
    assert len(by_class(drawing, "pt")) == 5
    assert "E | – | Economy | belum lengkap" in said(drawing)
    assert read(drawing)[1].text == "Nilai. Belum lengkap: Economy."


def test_open_sides_enclose_no_area():
    """Each side is its own two-point stroke, so the fill of the class has nothing to fill."""
    (sides,) = by_class(a_radar(axes("3", "2", None, "3", "2", "1")), "now")
    assert all(stroke.count("L") == 1 for stroke in sides.get("d").split("M")[1:])


def test_a_lonely_value_is_a_dot():
    drawing = a_radar(axes("3", None, None))
    assert by_class(drawing, "now") == []
    assert len(by_class(drawing, "pt")) == 1


def test_nothing_known_is_an_empty_radar_that_says_so():
    drawing = a_radar(axes(None, None, None))
    assert by_class(drawing, "now") == by_class(drawing, "before") == by_class(drawing, "pt") == []
    assert "Belum lengkap: Governance, Branding, Economy." in read(drawing)[1].text
    assert "Governance belum lengkap" in said(drawing)


def test_without_last_year_there_is_one_shape():
    assert by_class(a_radar(axes("3", "2", "1")), "before") == []


@pytest.mark.parametrize("count", range(3, 9))
@pytest.mark.parametrize("for_print", [False, True])
def test_labels_stay_inside_and_apart(count, for_print):
    """Tall labels (two lines and "belum lengkap") beside the upright one, at every number of axes."""
    some = [Axis("X", 1, "Lingkungan hidup berkelanjutan jangka panjang", None) for _ in range(count)]
    drawing = read(a_radar(some, for_print=for_print))
    x, y, width, height = map(float, drawing.get("viewBox").split())
    tiles = list(drawing.iter("rect"))
    boxes = [tuple(float(tile.get(name)) for name in ("x", "y", "width", "height")) for tile in tiles]
    assert len(boxes) == count
    for left, top, wide, high in boxes:
        assert x <= left <= left + wide <= x + width
        assert y <= top <= top + high <= y + height
    lines = [float(text.get("y")) for text in drawing.iter("text")]
    assert y < min(lines) <= max(lines) < y + height
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = abs(one[0] - other[0]) >= one[2] or abs(one[1] - other[1]) >= one[3]
            assert apart, (one, other)


def test_long_names_are_cut_at_words_and_stay_whole_in_the_description():
    assert wrap("Tata kelola sampah dan limbah", 15, 2) == ["Tata kelola", "sampah dan…"]
    assert wrap("Governance", 15, 2) == ["Governance"]
    assert wrap("Pertanggungjawabannya", 15, 2) == ["Pertanggungjaw…"]
    assert wrap("  ", 15, 2) == [""]


@given(st.text(max_size=60), st.integers(4, 30), st.integers(1, 3))
def test_a_cut_name_fits(text, longest, lines):
    cut = wrap(text, longest, lines)
    assert 1 <= len(cut) <= lines
    assert all(len(line) <= longest + 1 for line in cut)


@given(st.text(max_size=40), st.lists(st.none() | st.decimals(0, 4, places=2), min_size=3, max_size=8))
def test_any_name_and_any_values_draw(name, values):
    printable = "".join(character for character in name if character.isprintable())
    some = [Axis(printable[:1], 1, printable, value, value) for value in values]
    for for_print in (False, True):
        read(radar(some, title=printable, description=printable, for_print=for_print))


# --- Paper ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_the_printed_radar_carries_the_same_words(tmp_path):
    from weasyprint import HTML

    drawing = a_radar(axes("3.1", None, "2.6", "3.2", "2.2", "2.9", before="2"), for_print=True)
    target = tmp_path / "radar.pdf"
    HTML(string=f"<html lang=id><title>Radar</title><body>{drawing}").write_pdf(target)
    text = subprocess.run(["pdftotext", target, "-"], capture_output=True, text=True, check=True).stdout
    words = " ".join(text.split())
    for expected in ("Governance 3,10", "Branding", "belum lengkap", "Living 3,20"):
        assert expected in words
