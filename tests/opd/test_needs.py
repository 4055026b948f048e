"""What each step asks for: refused with the names of what is missing, and nothing is lost."""

from collections.abc import Callable

import pytest
from django.test import Client

from opd import actions
from opd.completeness import BY_NAME, FIELDS, SAVE, SECTIONS, SUBMIT, WINDOW, counted, fields_of, missing
from opd.forms.quick_wins import SECTION_FORMS
from opd.models import QuickWin, User
from opd.workflow import QUICK_WIN
from smartcity.lib.workflow import NotReady
from tests import scenarios
from tests.opd.posting import note_on
from tests.scenarios import VALUES, House, again, typed

As = Callable[..., Client]

#: Domain guide, section 9, by hand: the step at which each field must be there.
NEEDED = {
    "dimension": "save",
    "name": "save",
    "acronym": None,
    "sub_dimension": "submit",
    "status_kind": "submit",
    "problem": "submit",
    "description": "submit",
    "beneficiaries": "submit",
    "partners": None,
    "indicator": "submit",
    "unit": "submit",
    "baseline": "submit",
    "target": "submit",
    "realisation": "submit",
    "schedule": "submit",
    "budget": "submit",
    "fund_source": "submit",
    "sub_activity_code": None,
    "legal_basis": None,
    "link": None,
    "linked_program": None,
    "evidence": "window",
    "sustainability": "window",
}
TO_SUBMIT = sorted(name for name, step in NEEDED.items() if step == "submit")
FULL = dict.fromkeys(NEEDED, "terisi") | {"evidence": 1}


def test_every_field_is_asked_at_the_step_of_the_domain_guide() -> None:
    assert {field.name for field in FIELDS} == set(NEEDED)
    for step in (SAVE, SUBMIT, WINDOW):
        assert {field.name for field in missing({}, by=(step,))} == {
            n for n, s in NEEDED.items() if s == step
        }


def test_every_section_of_the_form_holds_its_fields() -> None:
    for section in SECTIONS:
        if section.name != "evidence":
            names = {field.name for field in fields_of(section.name)}
            assert set(SECTION_FORMS[section.name]._meta.fields or ()) == names


@pytest.mark.parametrize("name", [name for name, step in NEEDED.items() if step])
@pytest.mark.parametrize(("value", "filled"), [(None, False), ("", False), ("  \n", False), ("ada", True)])
def test_what_counts_as_empty(name: str, value: str | None, filled: bool) -> None:
    empty = {field.name for field in missing(FULL | {name: value})}
    assert empty == (set() if filled or (name == "evidence" and value == "  \n") else {name})


def test_a_zero_is_an_answer_but_no_evidence_is_none() -> None:
    assert missing(FULL | {"budget": 0, "baseline": 0, "target": 0, "realisation": 0}) == []
    assert [field.name for field in missing(FULL | {"evidence": 0})] == ["evidence"]


def test_the_meter_counts_what_is_asked_and_nothing_optional(draft: QuickWin, house: House) -> None:
    asked = sum(1 for step in NEEDED.values() if step)
    assert counted({}) == (0, asked)
    assert counted(FULL) == (asked, asked)
    assert (draft.filled, draft.total) == (2, asked)
    whole = scenarios.complete(house)
    assert (again(whole).filled, again(whole).total) == (asked, asked)


@pytest.mark.parametrize("name", TO_SUBMIT)
@pytest.mark.parametrize("move", ["propose", "submit"])
def test_neither_head_nor_reviewer_gets_it_without(name: str, move: str, house: House) -> None:
    quick_win = scenarios.complete(house, without=(name,))
    sender = house.operator if move == "propose" else house.submitter
    with pytest.raises(NotReady) as refusal:
        actions.move(pk=quick_win.pk, name=move, by=sender)
    assert [problem.anchor for problem in refusal.value.problems] == [f"#f-{name}"]
    assert again(quick_win).status == "draft"


@pytest.mark.parametrize(
    "name", ["partners", "sub_activity_code", "legal_basis", "link", "linked_program", "acronym"]
)
def test_what_is_optional_stops_nobody(name: str, house: House) -> None:
    assert scenarios.submitted(house, without=(name,)).status == "submitted"


def test_evidence_and_continuation_are_asked_by_the_reviewer_only(
    house: House, cast: dict[str, User]
) -> None:
    quick_win = scenarios.submitted(house, evidence=False, without=("sustainability",))
    with pytest.raises(NotReady) as refusal:
        actions.move(pk=quick_win.pk, name="verify", by=cast["reviewer"])
    assert [problem.anchor for problem in refusal.value.problems] == ["#evidence", "#f-sustainability"]
    assert again(quick_win).status == "submitted"


def test_a_refused_submission_names_what_is_missing(house: House, as_: As) -> None:
    quick_win = scenarios.complete(house, without=("target", "budget"))
    answer = as_(house.submitter).post(f"/quick-wins/{quick_win.pk}/moves/submit/", follow=True)
    assert f"{BY_NAME['target'].label}, {BY_NAME['budget'].label}" in answer.text
    assert not quick_win.submissions.exists()
    assert again(quick_win).version == quick_win.version


def test_the_button_that_is_not_possible_yet_gives_the_reasons(house: House, as_: As) -> None:
    quick_win = scenarios.complete(house, without=("target",))
    page = as_(house.submitter).get(f"/quick-wins/{quick_win.pk}/edit/").text
    assert 'aria-disabled="true"' in page
    assert 'href="#f-target"' in page


# --- notes ------------------------------------------------------------------------------------------


def test_a_return_needs_a_reason(submitted: QuickWin, cast: dict[str, User], as_: As) -> None:
    for note in ("", "   \n "):
        answer = as_(cast["reviewer"]).post(f"/quick-wins/{submitted.pk}/moves/return/", {"note": note})
        assert answer["Location"] == f"/quick-wins/{submitted.pk}/review/"
        assert again(submitted).status == "submitted"


@pytest.mark.parametrize(("move", "status"), [("send_back", "proposed"), ("reopen", "verified")])
def test_other_ways_back_need_a_reason_too(move: str, status: str, house: House) -> None:
    quick_win = scenarios.BY_STATUS[scenarios.Status(status)](house)
    by = house.submitter if move == "send_back" else house.decider
    with pytest.raises(NotReady):
        actions.move(pk=quick_win.pk, name=move, by=by, note=" ")
    assert again(quick_win).status == status
    assert QUICK_WIN.offered_to(by, quick_win)[0].problems == [], (
        "the reason is asked with the button, not before"
    )


def test_notes_on_fields_are_reason_enough_and_are_sent_with_the_return(
    submitted: QuickWin, house: House
) -> None:
    note = actions.write_note(owner=submitted, field="target", text="Per tahun?", by=house.decider)
    assert note is not None
    actions.move(pk=submitted.pk, name="return", by=house.decider)
    note.refresh_from_db()
    assert note.sent_at == submitted.events.filter(move="return").get().at


def test_the_agency_reads_a_note_only_once_it_is_sent(submitted: QuickWin, house: House, as_: As) -> None:
    actions.write_note(owner=submitted, field="target", text="Satuannya keliru.", by=house.decider)
    addresses = [f"/quick-wins/{submitted.pk}/", "/workspace/", f"/quick-wins/{submitted.pk}/edit/"]
    agency = as_(house.operator)
    assert not any("Satuannya keliru." in agency.get(address).text for address in addresses)
    actions.move(pk=submitted.pk, name="return", by=house.decider)
    assert "Satuannya keliru." in agency.get(addresses[1]).text
    assert "Satuannya keliru." in agency.get(addresses[2]).text


def test_verifying_with_a_note_that_was_not_sent_is_refused(
    submitted: QuickWin, house: House, as_: As
) -> None:
    desk = as_(house.decider)
    desk.post(f"/quick-wins/{submitted.pk}/notes/", note_on(submitted, "target", "Per tahun?"))
    desk.post(f"/quick-wins/{submitted.pk}/moves/verify/")
    assert again(submitted).status == "submitted"
    desk.post(f"/quick-wins/{submitted.pk}/notes/", note_on(submitted, "target", ""))
    desk.post(f"/quick-wins/{submitted.pk}/moves/verify/")
    assert again(submitted).status == "verified"


@pytest.fixture
def asked(house: House) -> QuickWin:
    """Returned with notes on the target and on the evidence."""
    return scenarios.returned(house, notes={"target": "Per tahun?", "evidence": "Tambahkan foto."})


def test_what_was_asked_must_be_answered_before_it_is_sent_again(asked: QuickWin, house: House) -> None:
    for move, by in (("propose", house.operator), ("submit", house.submitter)):
        with pytest.raises(NotReady) as refusal:
            actions.move(pk=asked.pk, name=move, by=by)
        assert {problem.anchor for problem in refusal.value.problems} == {"#f-target", "#evidence"}


def test_changing_the_field_and_the_evidence_answers(asked: QuickWin, house: House, as_: As) -> None:
    agency = as_(house.operator)
    agency.post(f"/quick-wins/{asked.pk}/sections/target/", typed(asked, "target", target="1.300"))
    assert asked.open_note_fields() == ["evidence"]
    agency.post(
        f"/quick-wins/{asked.pk}/links/", {"link-url": "https://example.go.id/foto", "link-title": "Foto"}
    )
    assert asked.open_note_fields() == []
    assert {note.answered_by for note in asked.notes.all()} == {house.operator}
    assert scenarios.submit(asked, house).status == "submitted"


def test_a_reply_in_words_answers(asked: QuickWin, house: House, as_: As) -> None:
    for note in asked.notes.all():
        answer = as_(house.operator).post(f"/notes/{note.pk}/reply/", {"reply": "Sudah benar."})
        assert answer.status_code == 302
    assert scenarios.submit(asked, house).status == "submitted"
    assert "Sudah benar." in as_(house.decider).get(f"/quick-wins/{asked.pk}/review/").text


def test_saving_the_same_values_again_answers_nothing(asked: QuickWin, house: House, as_: As) -> None:
    """Autosave sends whole sections: what was not touched is not an answer."""
    as_(house.operator).post(f"/quick-wins/{asked.pk}/sections/target/", typed(asked, "target"))
    assert sorted(asked.open_note_fields()) == ["evidence", "target"]


def test_the_line_ends_of_a_browser_are_no_answer(house: House, as_: As) -> None:
    text = "Baris satu.\nBaris dua."
    quick_win = scenarios.returned(house, problem=text, notes={"problem": "Bagi siapa?"})
    as_(house.operator).post(
        f"/quick-wins/{quick_win.pk}/sections/problem/",
        typed(quick_win, "problem", problem=text.replace("\n", "\r\n")),
    )
    assert quick_win.open_note_fields() == ["problem"]
    assert again(quick_win).problem == text


def test_something_unreadable_is_no_answer(asked: QuickWin, house: House, as_: As) -> None:
    as_(house.operator).post(
        f"/quick-wins/{asked.pk}/sections/target/", typed(asked, "target", target="seribu")
    )
    assert "target" in asked.open_note_fields()


def test_an_empty_reply_answers_nothing(asked: QuickWin, house: House, as_: As) -> None:
    note = asked.notes.get(field="target")
    as_(house.operator).post(f"/notes/{note.pk}/reply/", {"reply": "  "})
    note.refresh_from_db()
    assert note.answered_at is None


def test_a_colleague_does_not_overwrite_a_reply(asked: QuickWin, house: House, as_: As) -> None:
    note = asked.notes.get(field="target")
    as_(house.operator).post(f"/notes/{note.pk}/reply/", {"reply": "Per tahun."})
    answer = as_(house.submitter).post(f"/notes/{note.pk}/reply/", {"reply": "Per bulan."}, follow=True)
    note.refresh_from_db()
    assert (note.reply, note.answered_by) == ("Per tahun.", house.operator)
    assert "Per bulan." in answer.text, "what the second person wrote is lost"


def test_only_the_agency_replies_and_only_while_it_is_theirs(
    asked: QuickWin, house: House, cast: dict[str, User], as_: As
) -> None:
    address = f"/notes/{asked.notes.get(field='target').pk}/reply/"
    assert as_(cast["reviewer"]).post(address, {"reply": "Ya."}).status_code == 403
    assert as_(cast["operator_elsewhere"]).post(address, {"reply": "Ya."}).status_code == 404
    for field in ("target", "evidence"):
        actions.reply_to_note(note=asked.notes.get(field=field), reply="Benar.", by=house.operator)
    scenarios.submit(asked, house)
    assert as_(house.operator).post(address, {"reply": "Lagi."}).status_code == 403


def test_notes_are_written_by_whoever_decides_while_it_waits(
    submitted: QuickWin, cast: dict[str, User], house: House, as_: As
) -> None:
    address, note = f"/quick-wins/{submitted.pk}/notes/", note_on(submitted, "target", "Per tahun?")
    codes = {name: as_(cast[name]).post(address, note).status_code for name in cast if name != "disabled"}
    refused = {"operator": 403, "head": 403, "planner": 403, "auditor": 403}
    assert codes == dict.fromkeys(codes, 404) | refused | {"reviewer": 302}
    assert submitted.notes.count() == 1
    actions.move(pk=submitted.pk, name="return", by=house.decider)
    assert as_(cast["reviewer"]).post(address, note).status_code == 403


def test_a_note_stands_on_a_field_that_exists(submitted: QuickWin, house: House, as_: As) -> None:
    answer = as_(house.decider).post(f"/quick-wins/{submitted.pk}/notes/", {"field": "status", "text": "x"})
    assert answer.status_code in (403, 404)
    assert not submitted.notes.exists()


def test_a_note_that_cannot_be_kept_stays_in_its_box(submitted: QuickWin, house: House, as_: As) -> None:
    desk, address = as_(house.decider), f"/quick-wins/{submitted.pk}/notes/"
    text = "Satuan \u202e keliru."
    answer = desk.post(address, note_on(submitted, "target", text))
    assert (answer.status_code, submitted.notes.count()) == (422, 0)
    assert text in answer.text
    assert "[TXT-HIDDEN]" in answer.text
    by_script = desk.post(
        address, note_on(submitted, "target", text), headers={"X-Requested-With": "autosave"}
    )
    assert by_script.status_code == 422
    assert "[TXT-HIDDEN]" in by_script.json()["errors"]["text"]


def test_complete_means_the_values_of_the_scenarios(house: House) -> None:
    """The builders of these tests fill in everything; otherwise the refusals above prove nothing."""
    assert missing(scenarios.complete(house).filled_values()) == []
    assert set(VALUES) | {"dimension", "sub_dimension", "evidence"} == set(NEEDED)
