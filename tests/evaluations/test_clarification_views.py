"""The clarification desk through its addresses: asking, answering with files, the board, and who reads which word."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from evaluations.actions import clarifications as desk
from evaluations.models import Clarification, EvaluationWindow, KeptReply, Seat
from opd.models import Opd, Role
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, SECOND
from tests.evaluations.desk import ASKED, AUTOSAVE, DAY, KEY, UPLOAD, again, ask, client_of, fresh, photo

LATER = ASKED + timedelta(hours=5)


@pytest.fixture
def item(open_window: EvaluationWindow, colleague_seat: Seat, private_files: Any) -> Clarification:
    """The colleague asks DINKES about its quick win."""
    return ask(colleague_seat, "Q-LIV-1", text="KANARI-TANYA: rekap yang mana?")


def url(item: Clarification, name: str = "clarification") -> str:
    return reverse(f"evaluations:{name}", args=[item.pk])


def reply(item: Clarification, **more: Any) -> dict[str, Any]:
    return {"answer": "", "version": item.version, "key": KEY} | more


def body(response: Any) -> bytes:
    """The whole body; reading a streamed one to its end also closes its file."""
    return b"".join(response.streaming_content) if response.streaming else response.content


# --- asking ------------------------------------------------------------------------------------------------


def test_an_assessor_asks_from_the_question_of_the_sheet(open_window, colleague_seat, cast):
    client = client_of(cast["colleague"])
    address = reverse("evaluations:clarification_ask", args=[open_window.pk, "Q-LIV-1"])
    with clock.at(ASKED):
        sheet = client.get(reverse("evaluations:score", args=[open_window.pk, "Q-LIV-1"])).text
        assert address in sheet
        form = client.get(address).text
        assert "DINKES, Dinas Kesehatan" in form
        assert "Rabu, 5 Oktober 2022, 08.00 WIB" in form
        for _press in range(2):
            answer = client.post(address, {"text": "Rekap yang mana?", "key": KEY}, follow=True)
        item = Clarification.objects.get()
        assert item.number in answer.text
        assert "Menunggu jawaban" in answer.text
        assert "1 hari lagi" in answer.text


def test_a_refused_question_stays_in_its_form(open_window, colleague_seat, cast):
    client = client_of(cast["colleague"])
    address = reverse("evaluations:clarification_ask", args=[open_window.pk, "Q-LIV-1"])
    with clock.at(CLOSES - DAY + SECOND):
        assert "<textarea" not in client.get(address).text
        answer = client.post(address, {"text": "Terlalu dekat?", "key": KEY})
    assert answer.status_code == 422
    assert "Terlalu dekat?" in answer.text
    assert "[KL-SPAN]" in answer.text
    with clock.at(CLOSES):
        answer = client.post(address, {"text": "Sudah tutup?", "key": KEY}, follow=True)
    assert "Sudah tutup?" in answer.text, "words that could not be kept are given back"
    assert not Clarification.objects.exists()


@pytest.mark.parametrize("code", ["B-9", "I-LIV-1", "Q-GOV-1"])
def test_only_questions_of_the_own_sheet_have_a_form(open_window, colleague_seat, cast, code):
    address = reverse("evaluations:clarification_ask", args=[open_window.pk, code])
    expected = 200 if code == "I-LIV-1" else 404
    assert client_of(cast["colleague"]).get(address).status_code == expected


# --- answering ---------------------------------------------------------------------------------------------


def test_without_a_script_text_and_several_files_go_in_one_form(item, cast):
    client = client_of(cast["operator"])
    with clock.at(LATER):
        files = [photo("satu.png"), photo("dua.png", "#000")]
        saved = client.post(
            url(item, "clarification_reply"), reply(item, answer="Halaman 3.", file=files, do="save"),
            follow=True,
        )  # fmt: skip
        assert "Belum dikirim" in saved.text
        assert [again(item).answer, again(item).exhibits.count(), again(item).status] == [
            "Halaman 3.",
            2,
            "asked",
        ]
        sent = client.post(
            url(item, "clarification_reply"),
            reply(again(item), answer="Halaman 3 dan 4.", file=[photo("tiga.png", "#fff")], do="send"),
            follow=True,
        )
    receipt = again(item).receipt
    assert receipt.number in sent.text
    assert "5 Oktober" not in receipt.number
    assert len(receipt.payload["files"]) == 3
    assert "<textarea" not in sent.text, "locked"


def test_a_refused_file_is_named_and_the_words_are_kept(item, cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    bad = SimpleUploadedFile("jahat.exe", b"MZ not a picture", "application/octet-stream")
    with clock.at(LATER):
        page = client_of(cast["operator"]).post(
            url(item, "clarification_reply"),
            reply(item, answer="Kata-kata.", file=bad, do="send"),
            follow=True,
        )
    assert "jahat.exe" in page.text
    assert (again(item).status, again(item).answer) == ("asked", "Kata-kata."), "nothing is sent half"


def test_autosave_keeps_the_draft_and_shows_both_texts_on_conflict(item, cast):
    operator, head = client_of(cast["operator"]), client_of(cast["head"])
    address = url(item, "clarification_reply")
    with clock.at(LATER):
        first = operator.post(address, reply(item, answer="Operator."), **AUTOSAVE)
        assert (first.status_code, first.json()["version"]) == (200, item.version + 1)
        second = head.post(address, reply(item, answer="Kepala."), **AUTOSAVE)
    assert second.status_code == 409
    assert "Operator." in second.json()["conflict_html"]
    assert "Kepala." in second.json()["conflict_html"]


def test_several_files_in_one_drop_and_one_taken_off(item, cast):
    client = client_of(cast["operator"])
    with clock.at(LATER):
        for upload in (photo(), photo("dua.png", "#000")):
            answer = client.post(url(item, "clarification_attach"), {"file": upload}, **UPLOAD)
            assert answer.status_code == 201
        assert answer.json()["html"].count("<li>") == 2
        gone = again(item).exhibits.first()
        client.post(reverse("evaluations:clarification_file_remove", args=[item.pk, gone.pk]))
        assert client.post(url(item, "clarification_attach"), {}, **UPLOAD).status_code == 422
    assert again(item).exhibits.count() == 1


def test_a_version_is_asked_for(item, cast):
    with clock.at(LATER):
        answer = client_of(cast["operator"]).post(url(item, "clarification_reply"), {"answer": "Ya."})
    assert answer.status_code == 400


def test_what_comes_too_late_is_kept_with_its_files_for_author_and_reviewer(item, cast):
    with clock.at(item.due_at):
        page = client_of(cast["operator"]).post(
            url(item, "clarification_reply"),
            reply(item, answer="KANARI-LAMBAT", file=[photo("lambat.png")], do="send"),
            follow=True,
        )
        assert "[KL-LATE]" in page.text
        assert "KANARI-LAMBAT" in page.text
        kept = KeptReply.objects.exclude(files=[]).get()
        sha = kept.files[0]["sha256"]
        seen = {
            name: client_of(cast[name]).get(url(item)).text
            for name in ("operator", "head", "reviewer", "planner", "colleague")
        }
        address = reverse("evaluations:clarification_file", args=[item.pk, sha])
        served = {name for name in seen if body(client_of(cast[name]).get(address))[:4] == b"\x89PNG"}
    assert {name for name, text in seen.items() if "KANARI-LAMBAT" in text} == {"operator", "reviewer"}
    assert served == {"operator", "reviewer"}
    assert again(item).status == "late"


# --- who reads which word ----------------------------------------------------------------------------------


def test_a_draft_is_read_by_its_agency_alone_and_the_answer_by_who_asked(item, cast, open_window):
    sheet = reverse("evaluations:score", args=[open_window.pk, "Q-LIV-1"])
    with clock.at(LATER):
        desk.save_reply(pk=item.pk, text="KANARI-DRAF", version=item.version, by=fresh(cast["operator"]))
        for name in ("reviewer", "planner", "leader", "auditor", "colleague"):
            text = client_of(cast[name]).get(url(item)).text
            assert "KANARI-TANYA" in text
            assert "KANARI-DRAF" not in text
        assert "KANARI-DRAF" not in client_of(cast["colleague"]).get(sheet).text
        version = again(item).version
        desk.send_reply(pk=item.pk, text="KANARI-JAWAB", version=version, by=fresh(cast["operator"]))
        beside = client_of(cast["colleague"]).get(sheet).text
    assert "KANARI-JAWAB" in beside
    assert "KANARI-TANYA" in beside


def test_another_assessor_another_agency_and_strangers_read_nothing(item, cast, person, city, open_window):
    dlh = Opd.objects.create(city=city, short="DLH", official_name="DLH", kind="dinas")
    cast["stranger"] = person("operator-dlh", Role.OPD_OPERATOR, city, dlh)
    pages = [url(item), reverse("evaluations:clarifications"), "/workspace/", "/notifications/"]
    pages += [reverse("evaluations:score", args=[open_window.pk, code]) for code in ("B-1", "Q-GOV-1")]
    with clock.at(LATER):
        for name in ("assessor", "stranger", "outsider", "foreign_reviewer", "administrator"):
            client = client_of(cast[name])
            assert client.get(url(item)).status_code == 404
            for page in pages:
                text = client.get(page, follow=True).text
                assert "KANARI" not in text
                assert item.number not in text


# --- the board ---------------------------------------------------------------------------------------------


def test_the_board_is_sorted_by_time_left_in_words(open_window, colleague_seat, seat, cast):
    second = ask(seat, "B-1", at=ASKED + timedelta(hours=3))
    first = ask(colleague_seat, "Q-LIV-1")
    third = ask(seat, "B-2", at=ASKED + timedelta(hours=4))
    with clock.at(ASKED + timedelta(hours=20, minutes=48)):
        text = client_of(cast["reviewer"]).get(reverse("evaluations:clarifications")).text
    places = [text.index(item.number) for item in (first, second, third)]
    assert places == sorted(places)
    assert "3 jam 12 menit lagi" in text
    assert "sampai Rabu, 5 Oktober 2022, 08.00 WIB" in text
    assert f'data-countdown="{first.due_at.isoformat()}"' in text


def test_what_is_over_stands_below_with_word_and_icon(item, cast):
    with clock.at(item.due_at):
        text = client_of(cast["leader"]).get(reverse("evaluations:clarifications")).text
    assert "Tidak ada pertanyaan yang menunggu jawaban" in text
    assert "Tidak dijawab" in text
    assert "#i-warn" in text


def test_the_workspace_and_the_bar_say_what_waits_for_the_agency(item, cast):
    with clock.at(LATER):
        text = client_of(cast["operator"]).get("/workspace/").text
        other = client_of(cast["reviewer"]).get("/queue/").text
    assert "Satu pertanyaan asesor menunggu jawaban Anda" in text
    assert item.number in text
    assert "19 jam lagi" in text
    assert "/clarifications/" in other


def test_the_reviewer_passes_on_and_extends_with_reasons(item, cast, kominfo):
    client = client_of(cast["reviewer"])
    with clock.at(LATER):
        bad = client.post(url(item, "clarification_extend"), {"until": "2022-10-07T10:00", "reason": ""})
        assert bad.status_code == 422
        until = {"until": "2022-10-07T10:00", "reason": "Listrik padam."}
        page = client.post(url(item, "clarification_extend"), until, follow=True).text
        assert "Listrik padam." in page
        assert "Jumat, 7 Oktober 2022, 10.00 WIB" in page
        none = client.post(url(item, "clarification_pass_on"), {"opd": kominfo.pk, "note": " "})
        assert none.status_code == 422
        client.post(url(item, "clarification_pass_on"), {"opd": kominfo.pk, "note": "Bukan Dinkes."})
    assert again(item).opd == kominfo
    with clock.at(LATER):
        assert client_of(cast["operator"]).get(url(item)).status_code == 404


def test_words_of_an_item_that_went_elsewhere_stay_readable_for_their_author(item, cast, kominfo):
    with clock.at(LATER):
        desk.save_reply(pk=item.pk, text="KANARI-PINDAH", version=item.version, by=fresh(cast["operator"]))
        desk.pass_on(pk=item.pk, opd=kominfo, reason="Bukan Dinkes.", by=fresh(cast["reviewer"]))
        boards = {
            name: client_of(cast[name]).get("/clarifications/").text
            for name in ("operator", "head", "leader")
        }
        assert {name for name, text in boards.items() if "KANARI-PINDAH" in text} == {"operator"}
        assert item.text not in boards["operator"]
        assert "KANARI-PINDAH" in client_of(cast["reviewer"]).get(url(item)).text


def test_withdrawing_gives_a_reason_back_that_came_too_late(item, cast):
    with clock.at(item.due_at):
        page = client_of(cast["colleague"]).post(
            url(item, "clarification_withdraw"), {"note": "Sudah jelas bagi saya."}, follow=True
        )
    assert "Sudah jelas bagi saya." in page.text
    assert again(item).status == "asked"


def test_the_board_costs_the_same_for_many(open_window, colleague_seat, cast, count_queries):
    client = client_of(cast["reviewer"])
    for number in range(2):
        ask(colleague_seat, "Q-LIV-1", text=f"Yang ke-{number}?")
    with clock.at(LATER):
        client.get("/clarifications/")
        few = count_queries(lambda: client.get("/clarifications/"))
    for number in range(10):
        ask(colleague_seat, "B-1", text=f"Lagi {number}?")
    with clock.at(LATER):
        assert count_queries(lambda: client.get("/clarifications/")) == few
