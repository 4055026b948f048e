"""Long tables: a line drawn once and filled in for each row is what its template would have drawn each time."""

from pathlib import Path
from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from smartcity.lib import lines

TEMPLATE = "lines_of_a_test.html"


@pytest.fixture
def template(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A line of its own, in a folder the template engine looks into; nothing is kept from another test."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path], "APP_DIRS": False}]
    lines._kept.cache_clear()
    path = tmp_path / TEMPLATE
    path.write_text('<li class="{{ row.css }}">{% translate "Status" %}: {{ row.text }}, {{ row.text }}</li>')
    return path


@pytest.mark.parametrize(
    "text", ["biasa", "", "<script>alert(1)</script>", "\"'&", "\x02css\x03", "{{ row.css }}", "é\n"]
)
@pytest.mark.parametrize("debug", [True, False])
def test_a_line_is_what_the_template_draws_for_each_row(template, settings, debug, text) -> None:
    settings.DEBUG = debug
    rows = [{"css": "satu", "text": text}, {"css": "dua", "text": format_html("<b>{}</b>", text)}]
    drawn = lines.draw(TEMPLATE, rows)
    assert drawn == "".join(render_to_string(TEMPLATE, {"row": row}) for row in rows)
    assert isinstance(drawn, SafeString)
    assert "<script>" not in drawn


def test_no_row_is_no_line(template) -> None:
    assert lines.draw(TEMPLATE, []) == ""


def test_each_language_has_its_own_line(template, settings) -> None:
    settings.DEBUG = False
    row = [{"css": "satu", "text": "dua"}]
    seen = []
    for language in ("en", "id", "en"):
        with translation.override(language):
            seen.append(lines.draw(TEMPLATE, row))
            assert seen[-1] == render_to_string(TEMPLATE, {"row": row[0]})
    assert seen[0] == seen[2]


def test_the_template_of_a_line_cannot_decide(template) -> None:
    template.write_text("{% if row.text %}ada{% endif %}")
    with pytest.raises(TypeError, match="cannot decide by text"):
        lines.draw(TEMPLATE, [{"text": ""}])


def test_a_value_the_row_lacks_is_an_error_and_one_the_template_lacks_is_not(template) -> None:
    with pytest.raises(KeyError):
        lines.draw(TEMPLATE, [{"css": "a", "text": "b"}, {"css": "a"}])
    assert "b" in lines.draw(TEMPLATE, [{"css": "a", "text": "b", "more": "c"}])


def test_without_its_template_nothing_is_drawn(template) -> None:
    with pytest.raises(TemplateDoesNotExist):
        lines.draw("not_there.html", [{"text": "b"}])


def test_while_developing_nothing_is_kept(template, settings) -> None:
    """Django's own loader notices a changed template; a kept line would not."""
    for debug, kept in ((True, 0), (False, 1)):
        settings.DEBUG = debug
        lines.draw(TEMPLATE, [{"css": "a", "text": "b"}])
        assert lines._kept.cache_info().currsize == kept


def test_a_letter_draws_each_row_as_the_line_would(template, settings) -> None:
    settings.DEBUG = False
    draw = lines.letter(TEMPLATE, "css", "text")
    for text in ("biasa", "<script>", format_html("<b>{}</b>", "&")):
        drawn = draw({"css": "satu", "text": text, "more": "not asked for"})
        assert drawn == lines.draw(TEMPLATE, [{"css": "satu", "text": text}])
        assert isinstance(drawn, SafeString)
