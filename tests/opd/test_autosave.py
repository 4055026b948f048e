"""The form saves section by section: no word is lost, and two people never overwrite each other."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from opd import actions
from opd.forms import SECTION_FORMS
from opd.models import AuditEvent, QuickWin, User
from smartcity.lib.workflow import NotReady
from tests import scenarios
from tests.scenarios import TYPED, VALUES, House, again, typed

As = Callable[..., Client]
AUTOSAVE = {"X-Requested-With": "autosave"}


@pytest.fixture
def agency(house: House, as_: As) -> Client:
    return as_(house.operator)


def address(quick_win: QuickWin, section: str) -> str:
    return f"/quick-wins/{quick_win.pk}/sections/{section}/"


def save(client: Client, quick_win: QuickWin, section: str, **changes: str) -> Any:
    """Send a section as the script does, in its present version; return the answer."""
    return client.post(
        address(quick_win, section), typed(again(quick_win), section, **changes), headers=AUTOSAVE
    )


def row(quick_win: QuickWin) -> dict[str, Any]:
    return QuickWin.objects.values().get(pk=quick_win.pk)


def shown(page: str, name: str) -> str:
    """What stands in a field of the page."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    if area:
        return unescape(area[1]).removeprefix("\n")
    (tag,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return unescape(value[1]) if (value := re.search(r'value="([^"]*)"', tag)) else ""


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


# --- two people -------------------------------------------------------------------------------------


@pytest.fixture
def overtaken(complete: QuickWin, house: House, as_: As) -> dict[str, str]:
    """The operator's form, filled in while the head saved the same section."""
    stale = typed(complete, "problem", problem="Tulisan operator.")
    assert save(as_(house.submitter), complete, "problem", problem="Tulisan kepala.").status_code == 200
    return stale


def test_a_stale_version_shows_both_texts_and_saves_nothing(
    overtaken: dict[str, str], complete: QuickWin, agency: Client
) -> None:
    before = row(complete)
    answer = agency.post(address(complete, "problem"), overtaken, headers=AUTOSAVE)
    assert answer.status_code == 409
    html = answer.json()["conflict_html"]
    page = agency.post(address(complete, "problem"), overtaken)
    assert page.status_code == 409
    for text in (html, page.text):
        assert "Tulisan operator." in text
        assert "Tulisan kepala." in text
        assert 'name="version" value="2"' in text
    assert row(complete) == before


def test_the_conflict_page_posts_a_whole_section(
    overtaken: dict[str, str], complete: QuickWin, agency: Client
) -> None:
    """Fields on which both agree travel along: a field left out would be emptied."""
    page = agency.post(address(complete, "problem"), overtaken).text
    data = {name: shown(page, name) for name in (*SECTION_FORMS["problem"]._meta.fields, "version")}  # type: ignore[misc]
    assert agency.post(address(complete, "problem"), data).status_code == 302
    saved = again(complete)
    assert (saved.problem, saved.partners) == ("Tulisan operator.", "PHRI")


def test_numbers_and_choices_stand_in_a_conflict_as_people_write_them(
    complete: QuickWin, house: House, as_: As, agency: Client
) -> None:
    stale = typed(complete, "time", budget="1.000", fund_source="CSR")
    save(as_(house.submitter), complete, "time", budget="2.500.000", fund_source="DAK")
    html = agency.post(address(complete, "time"), stale, headers=AUTOSAVE).json()["conflict_html"]
    for words in ("2.500.000", "1.000", "DAK", "CSR"):
        assert words in html


def test_the_same_save_again_is_no_conflict(complete: QuickWin, agency: Client) -> None:
    """The first answer got lost on a bad line; the browser sends once more."""
    data = typed(complete, "problem", problem="Sekali.")
    first = agency.post(address(complete, "problem"), data, headers=AUTOSAVE)
    count = AuditEvent.objects.count()
    second = agency.post(address(complete, "problem"), data, headers=AUTOSAVE)
    assert (first.json()["version"], second.status_code, second.json()["version"]) == (2, 200, 2)
    assert AuditEvent.objects.count() == count


def test_sections_edited_side_by_side_do_not_meet(
    complete: QuickWin, house: House, as_: As, agency: Client
) -> None:
    operator, head = typed(complete, "problem", problem="Baru."), typed(complete, "target", target="99")
    assert agency.post(address(complete, "problem"), operator, headers=AUTOSAVE).status_code == 200
    assert as_(house.submitter).post(address(complete, "target"), head, headers=AUTOSAVE).status_code == 200
    assert (again(complete).problem, again(complete).target) == ("Baru.", Decimal(99))


def test_adding_evidence_does_not_disturb_a_form_that_is_open(
    complete: QuickWin, house: House, agency: Client
) -> None:
    data = typed(complete, "problem", problem="Baru.")
    scenarios.add_link(complete, by=house.operator)
    assert agency.post(address(complete, "problem"), data, headers=AUTOSAVE).status_code == 200


@pytest.mark.parametrize("version", [None, "", "x", "-1", "1.0", "1 ", "²", "१x", "9" * 10, "9" * 5000])
def test_a_form_without_its_version_is_a_bad_request(
    version: str | None, complete: QuickWin, agency: Client
) -> None:
    before, data = row(complete), typed(complete, "problem", problem="Baru.")
    del data["version"]
    if version is not None:
        data["version"] = version
    assert agency.post(address(complete, "problem"), data, headers=AUTOSAVE).status_code == 400
    assert row(complete) == before


@pytest.mark.parametrize("version", ["0", "7", "999999999"])
def test_a_version_that_never_was_is_a_conflict(version: str, complete: QuickWin, agency: Client) -> None:
    before = row(complete)
    data = typed(complete, "problem", problem="Baru.", version=version)
    assert agency.post(address(complete, "problem"), data, headers=AUTOSAVE).status_code == 409
    assert row(complete) == before


# --- when it is not theirs --------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["proposed", "submitted", "verified", "recorded"])
def test_nobody_of_the_operators_edits_what_has_gone_on(status: str, house: House, agency: Client) -> None:
    quick_win = scenarios.BY_STATUS[scenarios.Status(status)](house)
    before, audit = row(quick_win), AuditEvent.objects.count()
    assert save(agency, quick_win, "problem", problem="Sesudahnya.").status_code == 403
    assert agency.get(f"/quick-wins/{quick_win.pk}/edit/").status_code == 403
    assert (row(quick_win), AuditEvent.objects.count()) == (before, audit)


def test_the_head_may_still_mend_what_lies_on_the_desk(house: House, as_: As) -> None:
    quick_win = scenarios.proposed(house)
    assert save(as_(house.submitter), quick_win, "problem", problem="Diperbaiki.").status_code == 200
    assert again(quick_win).status == "proposed"


def test_an_edit_that_was_begun_before_submitting_is_refused(
    complete: QuickWin, house: House, agency: Client
) -> None:
    data = typed(complete, "problem", problem="Terlambat.")
    scenarios.submit(complete, house)
    before = row(complete)
    assert agency.post(address(complete, "problem"), data, headers=AUTOSAVE).status_code == 403
    assert row(complete) == before


def test_nobody_else_edits_at_all(complete: QuickWin, cast: dict[str, User], as_: As) -> None:
    before = row(complete)
    for name, user in cast.items():
        if name not in ("operator", "head", "disabled"):
            assert save(as_(user), complete, "problem", problem="Asing.").status_code == 404, name
    assert row(complete) == before


@pytest.mark.parametrize("section", ["evidence", "nothing", "Problem"])
def test_a_section_that_is_none_is_not_found(section: str, draft: QuickWin, agency: Client) -> None:
    assert agency.post(address(draft, section), {"version": "1"}).status_code == 404


def test_fields_of_another_section_are_not_taken_along(draft: QuickWin, agency: Client) -> None:
    extra = {
        "status": "verified",
        "number": "99",
        "opd": "1",
        "owner_confirmed": "",
        "problem": "Lewat pintu lain.",
    }
    save(agency, draft, "target", **extra)
    saved = again(draft)
    assert (saved.status, saved.number, saved.opd_id, saved.problem) == (
        "draft",
        draft.number,
        draft.opd_id,
        "",
    )


# --- examples ---------------------------------------------------------------------------------------


@pytest.fixture
def example(complete: QuickWin) -> QuickWin:
    """As the demonstration leaves it: values marked as made up, with the line ends of a file."""
    complete.sample_fields, complete.problem = ["problem", "target", "unit"], "Contoh.\nBaris dua."
    complete.save(update_fields=["sample_fields", "problem"])
    return again(complete)


def test_a_value_a_person_changes_is_no_example_any_more(example: QuickWin, agency: Client) -> None:
    save(agency, example, "target", target="77")
    assert again(example).sample_fields == ["problem", "unit"]


def test_saving_without_changing_leaves_the_marks(example: QuickWin, agency: Client) -> None:
    save(agency, example, "target")
    save(agency, example, "problem", problem="Contoh.\r\nBaris dua.")
    assert again(example).sample_fields == ["problem", "target", "unit"]


def test_the_form_shows_the_mark_beside_the_field(example: QuickWin, agency: Client) -> None:
    page = agency.get(f"/quick-wins/{example.pk}/edit/").text
    marked = page.count('class="sample"')
    save(agency, example, "target", target="77")
    after = agency.get(f"/quick-wins/{example.pk}/edit/").text
    assert after.count('class="sample"') == marked - 1
