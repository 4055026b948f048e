"""Two people at one form never overwrite each other, and nobody edits what has gone on."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from opd.forms.quick_wins import SECTION_FORMS
from opd.models import NO_NOTE, AuditEvent, QuickWin, User
from tests import scenarios
from tests.opd.posting import AUTOSAVE, address, note_on, row, save, shown
from tests.scenarios import House, again, typed

As = Callable[..., Client]


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


# --- two reviewers ----------------------------------------------------------------------------------


@pytest.fixture
def desks(house: House, as_: As) -> tuple[Client, Client]:
    """Two reviewers of the city, each with a browser."""
    other = User.objects.create(username="pemeriksa-kedua", title="Pemeriksa kedua")
    scenarios.grant(other, "reviewer", house.opd.city)
    return as_(house.decider), as_(other)


def test_a_note_of_a_colleague_is_not_overwritten(submitted: QuickWin, desks: tuple[Client, Client]) -> None:
    address, (first, second) = f"/quick-wins/{submitted.pk}/notes/", desks
    mine, theirs = (note_on(submitted, "target", words) for words in ("Per tahun?", "Satuannya?"))
    assert first.post(address, mine, headers=AUTOSAVE).status_code == 200
    answer = second.post(address, theirs, headers=AUTOSAVE)
    page = second.post(address, theirs)
    assert (answer.status_code, page.status_code) == (409, 409)
    for text in (answer.json()["conflict_html"], page.text):
        assert "Per tahun?" in text
        assert "Satuannya?" in text
        assert "Pejabat pemeriksa" in text
    assert submitted.notes.get().text == "Per tahun?"
    chosen = {name: shown(page.text, name) for name in ("field", "text", "version")}
    assert second.post(address, chosen).status_code == 302
    assert submitted.notes.get().text == "Satuannya?"


def test_a_note_removed_meanwhile_is_a_conflict_too(
    submitted: QuickWin, desks: tuple[Client, Client]
) -> None:
    address, (first, second) = f"/quick-wins/{submitted.pk}/notes/", desks
    first.post(address, note_on(submitted, "target", "Per tahun?"))
    mended = note_on(submitted, "target", "Per tahun atau per bulan?")
    first.post(address, note_on(submitted, "target", ""))
    page = second.post(address, mended)
    assert (page.status_code, submitted.notes.count()) == (409, 0)
    assert "Pejabat pemeriksa" in page.text
    assert shown(page.text, "version") == NO_NOTE


def test_the_same_note_from_both_is_no_conflict_and_the_answer_carries_its_version(
    submitted: QuickWin, desks: tuple[Client, Client]
) -> None:
    address, data = f"/quick-wins/{submitted.pk}/notes/", note_on(submitted, "target", "Per tahun?")
    answers = [desk.post(address, data, headers=AUTOSAVE) for desk in desks]
    assert {answer.json()["version"] for answer in answers} == {submitted.notes.get().version}
    more = data | {"text": "Per tahun?!", "version": answers[0].json()["version"]}
    assert desks[0].post(address, more, headers=AUTOSAVE).status_code == 200
    page = desks[1].get(f"/quick-wins/{submitted.pk}/review/").text
    assert submitted.notes.get().version in page


@pytest.mark.parametrize("version", [None, "", "1", "none ", "A" * 64, "0" * 63])
def test_a_note_without_its_version_is_a_bad_request(
    version: str | None, submitted: QuickWin, house: House, as_: As
) -> None:
    data = {"field": "target", "text": "Per tahun?"} | ({} if version is None else {"version": version})
    assert as_(house.decider).post(f"/quick-wins/{submitted.pk}/notes/", data).status_code == 400
    assert not submitted.notes.exists()


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
