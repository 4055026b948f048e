"""The form saves section by section, and no word is lost."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from opd import actions
from opd.models import QuickWin
from smartcity.lib.workflow import NotReady
from tests import scenarios
from tests.opd.posting import address, row, save, shown
from tests.scenarios import TYPED, VALUES, House, again, typed

As = Callable[..., Client]


# --- saving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", TYPED)
def test_every_section_saves_what_was_typed(section: str, draft: QuickWin, agency: Client) -> None:
    answer = save(agency, draft, section)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["version"], body["errors"]) == (2, {})
    assert re.fullmatch(r"\d{2}\.\d{2} WIB", body["saved_at"])
    assert set(body["parts"]) == {"part-missing", "part-moves", "part-sections"}
    saved = again(draft)
    assert {name: getattr(saved, name) for name in TYPED[section]} == {
        name: VALUES[name] for name in TYPED[section]
    }
    assert (saved.section_versions, saved.version) == ({section: 2}, 2)


def test_the_parts_follow_what_was_saved(draft: QuickWin, agency: Client) -> None:
    before = agency.get(f"/quick-wins/{draft.pk}/edit/").text
    assert 'href="#f-problem"' in before
    parts = save(agency, draft, "problem").json()["parts"]
    assert "#f-problem" not in parts["part-missing"]
    assert "#f-indicator" in parts["part-missing"]
    assert f'value="{again(draft).filled}"' in parts["part-missing"]


def test_without_script_it_is_an_ordinary_form(draft: QuickWin, agency: Client) -> None:
    answer = agency.post(address(draft, "problem"), typed(draft, "problem"))
    assert answer["Location"] == f"/quick-wins/{draft.pk}/edit/#section-problem"
    assert again(draft).problem == TYPED["problem"]["problem"]


def test_the_page_shows_what_is_saved(draft: QuickWin, agency: Client) -> None:
    for section in TYPED:
        save(agency, draft, section)
    page = agency.get(f"/quick-wins/{draft.pk}/edit/").text
    for section, texts in TYPED.items():
        for name, text in texts.items():
            if name not in ("status_kind", "fund_source"):
                assert shown(page, name) == text, (section, name)


def test_an_empty_number_is_empty_and_not_zero(complete: QuickWin, agency: Client) -> None:
    save(agency, complete, "target", target="", realisation="0")
    assert (again(complete).target, again(complete).realisation) == (None, Decimal(0))


def test_numbers_come_back_as_they_are_written_here(draft: QuickWin, agency: Client) -> None:
    save(agency, draft, "time", budget="Rp18.755.371.000,00")
    assert again(draft).budget == Decimal("18755371000.00")
    assert shown(agency.get(f"/quick-wins/{draft.pk}/edit/").text, "budget") == "18.755.371.000"


def test_a_changed_dimension_moves_with_its_part(complete: QuickWin, agency: Client) -> None:
    ids = scenarios.ids(complete.city, "LIV")
    save(agency, complete, "identity", **{name: str(pk) for name, pk in ids.items()})
    saved = again(complete)
    assert (saved.dimension.code, saved.sub_dimension.code) == ("LIV", "LIV-A")  # type: ignore[union-attr]


# --- what cannot be read ----------------------------------------------------------------------------

UNREADABLE = [
    ("target", "target", "1,250.5"),
    ("target", "target", "5 miliar"),
    ("target", "baseline", "12O"),
    ("target", "realisation", "9" * 15),
    ("target", "realisation", "0,00001"),
    ("time", "budget", "-5"),
    ("time", "budget", "1,5,5"),
    ("time", "budget", "60%"),
    ("time", "sub_activity_code", "2.16"),
    ("time", "link", "bukan alamat"),
    ("time", "link", "javascript:alert(1)"),
    ("identity", "name", ""),
    ("identity", "name", "n" * 201),
    ("identity", "acronym", "KA\u202eLA"),
    ("problem", "problem", "tersembunyi\u0007"),
    ("problem", "problem", "p" * 4001),
    ("problem", "problem", "p" * 20_000),
    ("problem", "partners", "a\u2066b"),
    ("continuation", "sustainability", "\ufeffmulai"),
]


@pytest.mark.parametrize(("section", "name", "text"), UNREADABLE)
def test_what_cannot_be_read_is_kept_and_shown_with_its_error(
    section: str, name: str, text: str, complete: QuickWin, agency: Client
) -> None:
    before = row(complete)
    answer = save(agency, complete, section, **{name: text})
    assert (answer.status_code, set(answer.json()["errors"])) == (200, {name})
    sentence = answer.json()["errors"][name]
    assert sentence
    saved = again(complete)
    assert saved.unreadable == {name: text}
    assert row(complete)[name] == before[name], "the last good value stays"
    page = agency.get(f"/quick-wins/{complete.pk}/edit/").text
    assert shown(page, name) == text
    assert sentence in unescape(page)


def test_the_other_fields_of_the_section_are_saved_all_the_same(draft: QuickWin, agency: Client) -> None:
    save(agency, draft, "target", target="seribu", unit="orang")
    saved = again(draft)
    assert (saved.unit, saved.baseline, saved.target) == ("orang", Decimal(12), None)


def test_what_cannot_be_read_counts_as_missing(complete: QuickWin, house: House, agency: Client) -> None:
    save(agency, complete, "target", target="seribu")
    assert again(complete).filled == complete.filled - 1
    with pytest.raises(NotReady) as refusal:
        actions.move(pk=complete.pk, name="submit", by=house.submitter)
    assert [problem.anchor for problem in refusal.value.problems] == ["#f-target"]


def test_once_it_can_be_read_it_counts_again(complete: QuickWin, agency: Client) -> None:
    save(agency, complete, "target", target="seribu")
    answer = save(agency, complete, "target", target="1.000")
    assert answer.json()["errors"] == {}
    saved = again(complete)
    assert (saved.unreadable, saved.target, saved.filled) == ({}, Decimal(1000), complete.filled)


def test_a_kept_text_survives_saving_another_section(complete: QuickWin, agency: Client) -> None:
    save(agency, complete, "target", target="seribu")
    save(agency, complete, "problem", problem="Lain.")
    assert again(complete).unreadable == {"target": "seribu"}


def test_a_part_of_another_dimension_is_refused_by_name(complete: QuickWin, agency: Client) -> None:
    other = scenarios.ids(complete.city, "LIV")["sub_dimension"]
    errors = save(agency, complete, "identity", sub_dimension=str(other)).json()["errors"]
    assert "Smart Governance" in errors["sub_dimension"]
    assert again(complete).sub_dimension.code == "GOV-A"  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["999999", "x", "1' OR 1=1", "9" * 30])
def test_a_choice_that_is_none_is_refused(value: str, complete: QuickWin, agency: Client) -> None:
    for name in ("dimension", "sub_dimension", "status_kind"):
        assert set(save(agency, complete, "identity", **{name: value}).json()["errors"]) <= {name}
    saved = again(complete)
    assert (saved.dimension.code, saved.status_kind) == ("GOV", "NEW")


def test_without_script_the_page_says_that_something_was_not_read(draft: QuickWin, agency: Client) -> None:
    answer = agency.post(address(draft, "target"), typed(draft, "target", target="seribu"), follow=True)
    assert shown(answer.text, "target") == "seribu"
    assert 'data-error-for="target">' in answer.text, "the sentence beside the field is hidden"


def test_a_nul_byte_is_left_out_and_the_words_are_kept(draft: QuickWin, agency: Client) -> None:
    """No word holds it, PostgreSQL cannot, and an error about it would help nobody."""
    answer = save(agency, draft, "problem", problem="Acara\u0000 kota", partners="a\u0000\u202eb")
    assert set(answer.json()["errors"]) == {"partners"}
    assert (again(draft).problem, again(draft).unreadable) == ("Acara kota", {"partners": "a\u202eb"})


def test_long_texts_with_many_lines_are_counted_as_people_count(draft: QuickWin, agency: Client) -> None:
    """A browser sends two characters for a line end that its own counter took for one."""
    text = "\n".join(["x"] * 2000)
    assert len(text) == 3999
    assert save(agency, draft, "problem", problem=text.replace("\n", "\r\n")).json()["errors"] == {}
    assert again(draft).problem == text


@pytest.mark.parametrize(
    "text",
    [
        "Warga 👩‍👩‍👧 dan 🎉",
        "ﺍﻟﻌﺮﺑﻴﺔ",
        "日本語",
        "e\u0301",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "a & b",
        "'\"",
    ],
)
def test_any_script_of_the_world_is_text(text: str, draft: QuickWin, agency: Client) -> None:
    assert save(agency, draft, "problem", problem=text).json()["errors"] == {}
    assert again(draft).problem == text
    page = agency.get(f"/quick-wins/{draft.pk}/edit/").text
    assert shown(page, "problem") == text
    assert "<script>alert" not in page


def test_a_lone_surrogate_never_reaches_a_row(draft: QuickWin, agency: Client) -> None:
    body = "version=1&problem=%ED%A0%80x&description=&beneficiaries=&partners="
    answer = agency.post(address(draft, "problem"), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    again(draft).problem.encode()
