"""The page of the submission: what it tells each role, its moves, the receipt, and where else one meets it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from evaluations import actions
from evaluations.models import Answer, CitySubmission, Snapshot, SubmissionProposal
from opd.models import QuickWin
from smartcity.lib import clock
from tests.evaluations.builders import OPENS
from tests.evaluations.test_submissions import answered, moved, say, submitted  # noqa: F401


@pytest.fixture(autouse=True)
def _before_the_opening():
    with clock.at(OPENS - timedelta(days=1)):
        yield


@pytest.fixture
def as_user(client, cast):
    def sign_in(name):
        client.force_login(cast[name])
        return client

    return sign_in


def page(client, window) -> str:
    answer = client.get(reverse("evaluations:submission", args=[window.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def press(client, window, name, text, **values):
    fields = {field: hidden(text, field) for field in ("version", "seen", "key")} | values
    return client.post(reverse("evaluations:submission_move", args=[window.pk, name]), fields, follow=True)


def test_from_the_proposal_to_the_receipt(answered, as_user, cast):  # noqa: F811
    reviewer = as_user("reviewer")
    text = page(reviewer, answered)
    assert "Tidak ada yang menghentikan pengajuan" in text
    assert "Indeks belum lengkap" in text  # two sections without a value
    told = press(reviewer, answered, "propose", text, note="Survei menyusul.").content.decode()
    assert "Bappelitbang diberi tahu" in told
    planner = as_user("planner")
    assert "Pengajuan kota" in planner.get(reverse("opd:queue")).content.decode()
    text = page(planner, answered)
    assert "Survei menyusul." in text
    assert "Giliran Anda" in text
    answer = press(planner, answered, "approve", text)
    receipt = CitySubmission.objects.get()
    assert answer.redirect_chain[-1][0] == receipt.get_absolute_url()
    printed = answer.content.decode()
    for word in (receipt.number, receipt.digest, receipt.snapshot.digest, "Survei menyusul.", "WIB"):
        assert word in printed
    assert press(planner, answered, "approve", text).redirect_chain == answer.redirect_chain
    assert CitySubmission.objects.count() == Snapshot.objects.count() == 1
    assert "Versi 1 sudah diajukan" in page(planner, answered)


def test_a_proposal_without_a_note_and_one_that_is_stopped_say_why(answered, as_user, verified):  # noqa: F811
    client = as_user("reviewer")
    text = page(client, answered)
    told = press(client, answered, "propose", text, note="  ").content.decode()
    assert "Belum dapat" in told or "Tulis alasan" in told
    QuickWin.objects.filter(pk=verified.pk).update(status="submitted")
    stopped = page(client, answered)
    assert "1 hal menghentikan pengajuan" in stopped
    assert 'id="c-quick-wins-judge"' in stopped
    assert 'aria-disabled="true"' in stopped
    told = press(client, answered, "propose", text, note="Kata saya.").content.decode()
    assert "Kata saya." in told  # nothing typed is lost
    assert not SubmissionProposal.objects.filter(status="proposed").exists()


def test_who_reads_an_old_page_approves_nothing(answered, as_user, cast):  # noqa: F811
    moved(answered, "propose", cast["reviewer"])
    planner = as_user("planner")
    text = page(planner, answered)
    say(answered, cast, "B-1", 4)
    told = press(planner, answered, "approve", text).content.decode()
    assert "[VER-STALE]" in told
    assert not CitySubmission.objects.exists()
    text = page(planner, answered)
    assert "Berubah sejak diusulkan" in text
    press(planner, answered, "approve", text)
    assert CitySubmission.objects.count() == 1


def test_a_return_reaches_the_reviewer_with_its_reason(answered, as_user, cast):  # noqa: F811
    moved(answered, "propose", cast["reviewer"])
    planner = as_user("planner")
    press(planner, answered, "return", page(planner, answered), note="Lengkapi survei.")
    reviewer = as_user("reviewer")
    assert "Lengkapi survei." in page(reviewer, answered)
    assert "Dikembalikan Bappelitbang" in reviewer.get(reverse("opd:queue")).content.decode()


@pytest.mark.parametrize("lacking", ["version", "seen"])
def test_a_form_without_its_guard_is_a_400(answered, as_user, cast, lacking):  # noqa: F811
    moved(answered, "propose", cast["reviewer"])
    planner = as_user("planner")
    text = page(planner, answered)
    fields = {field: hidden(text, field) for field in ("version", "seen", "key")}
    del fields[lacking]
    address = reverse("evaluations:submission_move", args=[answered.pk, "approve"])
    assert planner.post(address, fields).status_code == 400
    assert not CitySubmission.objects.exists()


def test_an_unknown_move_does_not_exist(answered, as_user):  # noqa: F811
    address = reverse("evaluations:submission_move", args=[answered.pk, "publish"])
    assert as_user("reviewer").post(address, {"version": "1"}).status_code == 404


def test_the_second_receipt_says_what_changed(answered, as_user, cast):  # noqa: F811
    submitted(answered, cast)
    say(answered, cast, "B-1", 4)
    say(answered, cast, "B-2", 2)
    assert "Belum ada di versi 1" in page(as_user("reviewer"), answered)
    second = submitted(answered, cast)
    text = as_user("auditor").get(second.get_absolute_url()).content.decode()
    assert second.payload["previous"] in text
    assert "Jawaban B-2" in text


def test_an_opened_window_says_whether_a_planner_approved(answered, seat, colleague_seat, as_user, cast):  # noqa: F811
    client = as_user("reviewer")
    address = answered.get_absolute_url()
    assert "Belum ada pengajuan yang disetujui" in client.get(address).content.decode()
    receipt = submitted(answered, cast)
    text = client.get(address).content.decode()
    assert "Buka dengan versi 1" in text
    assert receipt.number in text
    with clock.at(OPENS):
        told = client.post(reverse("evaluations:window_move", args=[answered.pk, "open"]), follow=True)
        assert "Yang dinilai adalah versi 1" in told.content.decode()
        assert "tidak disetujui perencana" not in told.content.decode()
        assert "Yang dinilai adalah versi 1" in page(client, answered)


def test_an_opening_without_approval_says_so_plainly(answered, seat, colleague_seat, as_user, cast):  # noqa: F811
    with clock.at(OPENS):
        actions.open_window(answered, by=cast["reviewer"])
        client = as_user("auditor")
        for name in ("window", "submission", "material"):
            text = client.get(reverse(f"evaluations:{name}", args=[answered.pk])).content.decode()
            assert "tidak disetujui perencana" in text, name


def test_leadership_reads_no_title_of_a_quick_win_in_work(answered, as_user, verified):  # noqa: F811
    QuickWin.objects.filter(pk=verified.pk).update(status="returned")
    assert "TOSSA" not in page(as_user("leader"), answered)
    assert "TOSSA" in page(as_user("planner"), answered)


def test_the_page_costs_the_same_for_few_and_many(answered, as_user, cast, count_queries, dinkes):  # noqa: F811
    client = as_user("planner")
    page(client, answered)
    few = count_queries(lambda: page(client, answered))
    for code in ("B-2", "I-GOV-2", "Q-GOV-1"):
        say(answered, cast, code, 3)
    actions.assign_questions(window=answered, codes=["Q-LIV-1", "I-LIV-1"], opd=dinkes, by=cast["reviewer"])
    assert Answer.objects.count() == 6
    assert count_queries(lambda: page(client, answered)) == few
