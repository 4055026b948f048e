"""Documents of the bank: still valid or not, particulars, and a newer version that takes an older one's place."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluations import actions, bank
from evaluations.actions.bank import fingerprint, replace_document
from evaluations.models import Answer
from opd import actions as agency
from opd.actions import documents
from opd.models import AuditEvent, Document, DocumentEvent, Evidence, User
from opd.presentation.quick_wins import evidence_row
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady
from tests.evaluations.bank import attach, client_of, document_of, quick_win, show, stored
from tests.evaluations.builders import raw_refused
from tests.opd.posting import PDF


@pytest.fixture
def asked(window, cast, dinkes) -> Answer:
    actions.assign_questions(window=window, codes=["B-1", "B-2"], opd=dinkes, by=cast["reviewer"])
    return Answer.objects.for_page().get(question__code="B-1")


@pytest.fixture
def old(dinkes, cast) -> Evidence:
    """A decree of 2019 shown for a quick win of 2022 that is being written."""
    return attach(
        quick_win(dinkes, cast["operator"]),
        cast["operator"],
        "SK lama",
        stored("sk"),
        document_date=date(2019, 2, 1),
    )


def flags(piece: Evidence) -> list[str]:
    return Evidence.objects.for_list().get(pk=piece.pk).flags(2022)


def say(document: Document, by: User, **said) -> Document:
    values = {"year": 2022, "holds": True, "version": document.version} | said
    return documents.answer_validity(pk=document.pk, by=by, **values)


def test_what_was_carried_over_is_asked_for_until_somebody_answers(old, cast):
    """The doubt, the question beside it and in what is missing; the answer with its office and time."""
    document, client = document_of(stored("sk")), client_of(cast["operator"])
    form = f"/quick-wins/{old.quick_win_id}/edit/"
    question = f"{document.get_absolute_url()}#still-valid"
    page = client.get(form).text
    assert "Lebih tua dari tahun yang dievaluasi" in page
    assert page.count(question) == 2, "beside the piece, and in what is missing"
    sent = client.post(
        f"{document.get_absolute_url()}validity/", {"holds": "yes", "version": document.version, "back": form}
    )
    assert (sent.status_code, sent["Location"]) == (302, form)
    page = client.get(form).text
    assert "Lebih tua dari tahun yang dievaluasi" not in page
    assert question not in page
    event = DocumentEvent.objects.get()
    assert (event.move, event.year, event.by, event.role) == ("confirmed", 2022, cast["operator"], "operator")
    assert "Masih berlaku, dipastikan (2022)" in client.get(document.get_absolute_url()).text
    assert AuditEvent.objects.filter(action="document.confirmed").count() == 1


def test_the_answer_is_for_its_year(old, cast):
    say(document_of(stored("sk")), cast["operator"], year=2021)
    assert len(flags(old)) == 1
    say(document_of(stored("sk")), cast["operator"])
    assert flags(old) == []


def test_no_needs_a_reason_and_is_a_doubt_of_its_own(old, cast):
    document, client = document_of(stored("sk")), client_of(cast["operator"])
    address = f"{document.get_absolute_url()}validity/"
    refused = client.post(address, {"holds": "no", "version": document.version, "reason": " "})
    assert refused.status_code == 422
    assert "Tulis mengapa tidak berlaku lagi" in refused.text
    said = {"holds": "no", "version": document.version, "reason": "Dicabut SK 12/2022"}
    for _twice in range(2):
        assert client.post(address, said).status_code == 302
    assert DocumentEvent.objects.get().note == "Dicabut SK 12/2022"
    assert flags(old) == ["Dinyatakan tidak berlaku lagi. Lepaskan, atau tunjukkan penggantinya."]
    assert not evidence_row(Evidence.objects.for_list().get(), year=2022, editable=True)["ask_url"]


def test_an_answer_from_an_old_page_is_told(old, cast):
    document = document_of(stored("sk"))
    stale = document.version
    say(document, cast["operator"])
    said = {"holds": "no", "version": stale, "reason": "Dicabut SK 12/2022"}
    refused = client_of(cast["head"]).post(f"{document.get_absolute_url()}validity/", said)
    assert refused.status_code == 409
    assert "Dicabut SK 12/2022" in refused.text, "what was typed is kept"
    assert not document_of(stored("sk")).ended


@pytest.mark.parametrize("back", ["https://jahat.example/", "//jahat.example", ""])
def test_the_way_back_stays_in_the_portal(old, cast, back):
    document = document_of(stored("sk"))
    sent = client_of(cast["operator"]).post(
        f"{document.get_absolute_url()}validity/", {"holds": "yes", "version": document.version, "back": back}
    )
    assert sent["Location"] == document.get_absolute_url()


def test_particulars_are_corrected_once_and_side_by_side_is_told(old, cast):
    document, client = document_of(stored("sk")), client_of(cast["operator"])
    address = f"{document.get_absolute_url()}edit/"
    said = {"kind": "decree", "period_from": "2019-01-01", "period_to": "2024-12-31", "note": "Lemari 3",
            "version": document.version}  # fmt: skip
    for _twice in range(2):
        assert client.post(address, said).status_code == 302
    refused = client.post(address, said | {"note": "Lemari 4"})
    assert refused.status_code == 409
    assert "Lemari 3" in refused.text
    assert "Lemari 4" in refused.text
    wrong = client.post(address, said | {"period_to": "2018-12-31"})
    assert wrong.status_code == 200
    assert "Akhir masa ada sebelum awalnya" in wrong.text
    found = document_of(stored("sk"))
    assert (found.kind, found.note, found.events.count()) == ("decree", "Lemari 3", 1)
    assert "SK lama" in client.get("/bank/?q=lemari").text


@pytest.mark.parametrize("who", ["reviewer", "planner", "auditor", "leader"])
def test_nobody_else_speaks_for_the_agency(old, cast, who):
    with pytest.raises(PermissionDenied):
        say(document_of(stored("sk")), cast[who])
    with pytest.raises(PermissionDenied):
        replace(document_of(stored("sk")), newer(old, cast), cast[who])


def test_the_history_is_written_once(old, cast):
    say(document_of(stored("sk")), cast["operator"])
    for statement in ("UPDATE opd_documentevent SET note = 'x'", "DELETE FROM opd_documentevent"):
        with raw_refused() as cursor:
            cursor.execute(statement)


# --- a newer version -----------------------------------------------------------------------------


def newer(old: Evidence, cast, name: str = "sk-baru") -> Document:
    """The newer file, in the bank without a use."""
    file = stored(name)
    made, _new = Document.objects.get_or_create(
        city=old.quick_win.city, opd=old.quick_win.opd, key=file.pk, stored_file=file, kind="decree",
        document_date=date(2022, 3, 1), names="SK baru",
    )  # fmt: skip
    return made


def replace(document: Document, new: Document, by: User, **said):
    uses = bank.uses_of(by, document)
    values = {
        "chosen": [use.token for use in uses if use.editable],
        "shown": fingerprint(uses),
        "version": document.version,
    } | said
    return replace_document(pk=document.pk, by_newer=new.pk, by=by, **values)


def shown_by(rows) -> set[str]:
    return {row.stored_file_id for row in rows}


def test_chosen_places_show_the_newer_version_and_the_others_keep_theirs(verified, old, cast, asked, dinkes):
    """A draft that was ticked, one that was not, an answer handed in, a verified quick win."""
    operator, document, new = cast["operator"], document_of(stored("sk")), newer(old, cast)
    other = attach(quick_win(dinkes, operator, "Kedua"), operator, "SK di kedua", stored("sk"))
    exhibit = show(asked, operator, "SK di jawaban", stored("sk"))
    kept = Evidence.objects.create(
        quick_win=verified, kind="decree", title="SK terverifikasi", uploaded_by=operator, stored_file=stored("sk"),
        document=document, created_at=verified.submitted_at,
    )  # fmt: skip
    actions.save_answer(
        window=asked.window,
        question_code="B-1",
        self_score=3,
        text="Ada.",
        version=asked.version,
        by=operator,
    )
    actions.move_answer(pk=asked.pk, name="submit", by=cast["head"])
    page = client_of(operator).get(f"{document.get_absolute_url()}newer/{new.pk}/").text
    for text in ("Layanan warga", "Kedua", "TOSSA", "B-1"):
        assert text in page
    document.refresh_from_db()
    event = replace(document, new, operator, chosen=[f"e{old.pk}", f"x{exhibit.pk}", f"e{kept.pk}"])
    assert [row["use"] for row in event.facts["moved"]] == [f"e{old.pk}"]
    assert {row["use"] for row in event.facts["kept"]} == {f"e{other.pk}", f"x{exhibit.pk}", f"e{kept.pk}"}
    old.refresh_from_db()
    assert (old.stored_file, old.document, old.title, old.document_date) == (
        stored("sk-baru"), new, "SK lama", date(2022, 3, 1),
    )  # fmt: skip
    for row in (other, exhibit, kept):
        row.refresh_from_db()
    assert shown_by([other, exhibit, kept]) == {stored("sk").pk}
    assert AuditEvent.objects.filter(action="document.replaced").count() == 1
    assert AuditEvent.objects.filter(action="evidence.replaced").count() == 1
    page = client_of(operator).get(new.get_absolute_url()).text
    assert "versi terbaru" in page
    assert (
        "Sudah ada versi barunya." in client_of(operator).get(f"/quick-wins/{other.quick_win_id}/edit/").text
    )


def test_an_answer_that_is_being_written_moves_too(old, cast, asked):
    exhibit = show(asked, cast["operator"], "SK di jawaban", stored("sk"))
    replace(document_of(stored("sk")), newer(old, cast), cast["operator"])
    exhibit.refresh_from_db()
    assert exhibit.stored_file == stored("sk-baru")


def test_consent_to_places_that_changed_since_is_no_consent(old, cast, dinkes):
    document, new = document_of(stored("sk")), newer(old, cast)
    client = client_of(cast["operator"])
    form = {
        "use": [f"e{old.pk}"], "shown": fingerprint(bank.uses_of(cast["operator"], document)),
        "version": document.version,
    }  # fmt: skip
    agency.change_evidence(pk=old.pk, values={"page": "9"}, version=old.version, by=cast["operator"])
    refused = client.post(f"{document.get_absolute_url()}newer/{new.pk}/", form)
    assert refused.status_code == 409
    old.refresh_from_db()
    assert (old.stored_file, Document.objects.get(pk=document.pk).replaced_by) == (stored("sk"), None)
    document.refresh_from_db()
    with pytest.raises(StaleVersion):
        replace(document, new, cast["operator"], version=document.version + 1)


def test_the_same_consent_twice_is_one_replacement(old, cast):
    document, new = document_of(stored("sk")), newer(old, cast)
    first = replace(document, new, cast["operator"])
    again = replace_document(
        pk=document.pk, by_newer=new.pk, chosen=[], shown="", version=document.version, by=cast["operator"]
    )
    assert again == first


def test_versions_are_a_chain_without_a_circle(old, cast):
    first, second = document_of(stored("sk")), newer(old, cast)
    replace(first, second, cast["operator"])
    third = newer(old, cast, "sk-ketiga")
    second.refresh_from_db()
    replace(second, third, cast["operator"])
    for row in (first, second, third):
        row.refresh_from_db()
        assert set(bank.chain_of(cast["operator"], row)) == {first, second, third}
    for old_one, new_one in ((third, first), (third, third), (first, second)):
        with pytest.raises(NotReady):
            replace(old_one, new_one, cast["operator"])


def test_a_newer_version_is_uploaded_looked_at_and_agreed_to(old, cast):
    document, client = document_of(stored("sk")), client_of(cast["operator"])
    address = f"{document.get_absolute_url()}newer/"
    assert client.get(address).status_code == 200
    assert "[FILE-NONE]" in client.post(address, {}).text
    sent = client.post(
        address, {"file": SimpleUploadedFile("sk-2022.pdf", PDF), "document_date": "2022-04-01"}
    )
    assert sent.status_code == 302, sent.text[:400]
    new = Document.objects.exclude(pk=document.pk).get()
    assert sent["Location"] == f"{address}{new.pk}/"
    assert (new.document_date, new.evidence.count(), new.replaces.count()) == (date(2022, 4, 1), 0, 0)
    page = client.get(sent["Location"])
    assert " checked>" in page.text
    old.refresh_from_db()
    assert old.document == document, "nothing changes before consent"
