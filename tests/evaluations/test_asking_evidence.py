"""Evidence of the self-assessment: claimed, changed, shown again, frozen with what the city stands for."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from evaluations import actions
from evaluations.models import Answer, EvaluationWindow, Exhibit, LateEntry, SnapshotItem
from smartcity.lib import clock
from tests.evaluations.asked import at_status, write
from tests.opd.posting import PDF, content_of


def test_the_same_file_claimed_otherwise_is_pointed_out(asked, cast, dinkes, as_user):
    actions.assign_questions(window=asked.window, codes=["B-2"], opd=dinkes, by=cast["reviewer"])
    other = Answer.objects.for_page().get(question__code="B-2")
    desk = as_user(cast["operator"])
    add_pdf(asked, desk, document_date="2022-03-01", page="1")
    page = f"/windows/{asked.window_id}/answers/B-2/"
    add_pdf(other, desk, document_date="2022-03-01", page="1")
    assert "tanggal lain" not in desk.get(page).text
    other.exhibits.update(document_date="2021-05-02")
    text = desk.get(page).text
    assert "tanggal lain di B-1" in text
    assert "Lebih tua dari tahun yang dievaluasi" in text


def test_evidence_is_changed_removed_and_read_by_those_who_may(asked, cast, second, as_user):
    desk = as_user(cast["operator"])
    piece = add_pdf(asked, desk)
    edit = f"/exhibits/{piece.pk}/"
    form = {
        "kind": "report",
        "title": "Laporan tahunan",
        "document_date": "2022-08-31",
        "page": "3",
        "version": "1",
    }
    assert desk.post(edit, form).status_code == 302
    assert desk.post(edit, form | {"title": "Lain"}).status_code == 409
    piece.refresh_from_db()
    assert (piece.title, piece.page, piece.version) == ("Laporan tahunan", "3", 2)
    for user, code in ((second, 404), (cast["reviewer"], 404), (cast["operator"], 200), (cast["head"], 200)):
        assert opened(as_user(user), f"{edit}file/") == code, user
    at_status(asked, "submitted", cast)
    assert opened(as_user(cast["reviewer"]), f"{edit}file/") == 200
    assert as_user(cast["reviewer"]).post(f"{edit}remove/").status_code == 403
    assert desk.post(f"{edit}remove/").status_code == 403, "handed in: it stays as it is"
    actions.move_answer(pk=asked.pk, name="return", by=cast["reviewer"], note="Ganti.")
    assert desk.post(f"{edit}remove/").status_code == 302
    assert not Exhibit.objects.exists()


def test_last_years_answer_stands_beside(asked, cast, as_user, closed_last_year):
    text = as_user(cast["operator"]).get(f"/windows/{asked.window_id}/answers/B-1/").text
    assert "Jawaban 2021" in text
    assert "Tahun lalu begini." in text


@pytest.fixture
def closed_last_year(window, cast, city, instrument) -> EvaluationWindow:
    """The window of the year before, with an answer to B-1; never opened, so its answers stand as they are."""
    before = EvaluationWindow.objects.create(
        city=city, year=2021, stage="Tahap I", instrument=instrument,
        inputs_due_at=window.inputs_due_at - timedelta(days=365),
        opens_at=window.opens_at - timedelta(days=365), closes_at=window.closes_at - timedelta(days=365),
    )  # fmt: skip
    actions.save_answer(
        window=before,
        question_code="B-1",
        self_score=Decimal(2),
        text="Tahun lalu begini.",
        version=0,
        by=cast["reviewer"],
    )
    return before


def test_only_what_the_city_stands_for_is_frozen_with_its_evidence(
    asked, cast, dinkes, seat, colleague_seat, as_user
):
    window = asked.window
    actions.assign_questions(window=window, codes=["B-2"], opd=dinkes, by=cast["reviewer"])
    unread = Answer.objects.for_page().get(question__code="B-2")
    write(unread, cast["operator"], text="KENARI-BELUM-DITERIMA")
    actions.move_answer(pk=unread.pk, name="submit", by=cast["head"])
    add_pdf(asked, as_user(cast["operator"]))
    at_status(asked, "accepted", cast)
    assert "1 pertanyaan" in as_user(cast["reviewer"]).get(f"/windows/{window.pk}/answers/").text
    with clock.at(window.opens_at):
        actions.open_window(window, by=cast["reviewer"])
        frozen = window.snapshot().items.of_kind(SnapshotItem.Kind.ANSWER).payloads()
        assert set(frozen) == {"B-1"}
        assert [piece["title"] for piece in frozen["B-1"]["evidence"]] == ["laporan"]
        sha = frozen["B-1"]["evidence"][0]["sha256"]
        assert window.snapshot().evidence(sha)["title"] == "laporan"
        with pytest.raises(actions.TooLate):
            write(unread, cast["operator"], text="KENARI-TERLAMBAT")
    assert LateEntry.objects.get().remark == "KENARI-TERLAMBAT"


def add_pdf(answer: Answer, desk: Client, **details: str) -> Exhibit:
    file = io.BytesIO(PDF)
    file.name = "laporan.pdf"
    sent = desk.post(
        f"/answers/{answer.pk}/evidence/", {"file": file, **details}, headers={"X-Requested-With": "upload"}
    )
    assert sent.status_code == 201, sent.content
    return answer.exhibits.latest("pk")


def opened(desk: Client, address: str) -> int:
    """The status of a file's answer, read to its end so that nothing stays open."""
    answer = desk.get(address)
    if answer.streaming:
        content_of(answer)
    return answer.status_code
