"""The filters and tags of the pages; without the `db` mark, so a query would fail the test."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from smartcity.lib import clock

NOON = datetime(2022, 9, 29, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    css: str
    icon: str
    label: str


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ x|number }}", Decimal("3.475"), "3,48"),
        ("{{ x|number:0 }}", 1250, "1.250"),
        ("{{ x|number }}", None, "–"),
        ("{{ x|signed }}", Decimal("0.23"), "+0,23"),
        ("{{ x|percent:131 }}", 79, "60%"),
        ("{{ x|percent:0 }}", 0, "–"),
        ("{{ x|money }}", Decimal("18755371000"), "Rp18.755.371.000,00"),
        ("{{ x|short_money }}", Decimal("18755371000"), "Rp18,8 miliar"),
        ("{{ x|wib }}", NOON, "Kamis, 29 September 2022, 16.00 WIB"),
        ("{{ x|wib:'Asia/Makassar' }}", NOON, "Kamis, 29 September 2022, 17.00 WITA"),
        ("{{ x|wib }}", None, "–"),
        ("{{ x|long_date }}", date(2022, 9, 16), "Jumat, 16 September 2022"),
        ("{{ x|long_date:'Asia/Jayapura' }}", NOON.replace(hour=16), "Jumat, 30 September 2022"),
        ("{{ x|short_date }}", date(2022, 9, 16), "16/09/2022"),
        ("{{ x|words }}", 0, "nol"),
        ("{{ x|words|capfirst }}", 2, "Dua"),
        ("{{ x|words }}", 11, "sebelas"),
        ("{{ x|words }}", 20, "dua puluh"),
        ("{{ x|words }}", 21, "21"),
        ("{{ x|words }}", 1250, "1.250"),
        ("{{ x|words }}", -1, "-1"),
    ],
)
def test_filters_write_as_offices_do(source, value, text):
    assert rendered(source, x=value) == text


def test_every_count_up_to_twenty_has_its_own_word():
    words = [rendered("{{ x|words }}", x=count) for count in range(21)]
    assert len(set(words)) == 21
    assert not any(any(character.isdigit() for character in word) for word in words)


def test_time_left_follows_the_servers_clock():
    until = datetime(2022, 9, 29, 11, 5, tzinfo=UTC)
    with clock.at(NOON):
        assert rendered("{{ until|left_until }}", until=until) == "2 jam 5 menit"
    assert rendered("{{ until|left_until:now }}", until=until, now=until) == "waktu habis"


def test_a_status_is_a_word_an_icon_and_a_ground():
    html = rendered("{% status_badge look %}", look=Look("diajukan", "send", "Diajukan"))
    assert 'class="status status--diajukan"' in html
    assert "#i-send" in html
    assert 'aria-hidden="true"' in html
    assert html.endswith("Diajukan</span>")


def test_a_status_label_is_text():
    assert "<b>" not in rendered("{% status_badge look %}", look=Look("draf", "pencil", "<b>Draf</b>"))


def test_an_icon_is_decoration_from_the_sprite():
    html = rendered("{% icon 'pencil' %}")
    assert html.startswith('<svg class="icon" aria-hidden="true">')
    assert "img/icons" in html
    assert html.count("#i-pencil") == 1


def test_an_invented_number_is_marked():
    assert rendered("{% sample %}") == '<span class="sample">contoh</span>'


def test_options_are_the_choices_of_a_select() -> None:
    rows = [
        {"value": "", "label": "Semua", "selected": False},
        {"value": 1234, "label": "Dinas <A> & B", "selected": True},
    ]
    drawn = Template("<select>{% options rows %}</select>").render(Context({"rows": rows}))
    assert drawn == (
        '<select><option value="">Semua</option>'
        '<option value="1234" selected>Dinas &lt;A&gt; &amp; B</option></select>'
    )
