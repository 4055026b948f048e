"""The pages of the consensus: nobody is swayed, nothing typed is lost, and the table costs the same for every panel."""

import pytest
from django.db import connection
from django.urls import reverse

from evaluations import actions
from evaluations.actions import consensus as agree
from evaluations.actions import interview as talk
from evaluations.models import Reconciliation, Score
from opd.models import User
from smartcity.lib import clock
from tests.evaluations.agreeing import close, propose, score
from tests.evaluations.builders import CLOSES

# --- nobody is swayed --------------------------------------------------------------------------------------

CITY = ("reviewer", "planner", "auditor", "leader")


def bodies(client, user, window):
    """Everything the pages of the consensus answer to a person."""
    client.force_login(User.objects.get(pk=user.pk))
    addresses = [
        reverse("evaluations:consensus", args=[window.pk]),
        reverse("evaluations:consensus_question", args=[window.pk, "B-1"]),
        reverse("evaluations:interview", args=[window.pk]),
        reverse("evaluations:interview_slot", args=[window.pk, "section-BASE"]),
        reverse("evaluations:interview_print", args=[window.pk]),
        reverse("evaluations:result", args=[window.pk]),
    ]
    return "".join(client.get(address).content.decode() for address in addresses)


@pytest.mark.parametrize("who", CITY)
def test_the_city_reads_the_consensus_only_when_closed_and_published(begun, seat, cast, client, who):
    talk.save_note(seat=seat, code="B-1", text="KANARI-CATATAN", version=0, by=seat.user)
    propose(begun, cast, reason="KANARI-ALASAN")
    assert "KANARI" not in bodies(client, cast[who], begun)
    close(begun, cast)
    assert "KANARI" not in bodies(client, cast[who], begun), "closed, but the window is not"
    with clock.at(CLOSES):
        assert "KANARI" not in bodies(client, cast[who], begun), "due, but not published"
        actions.close_window(begun)
        text = bodies(client, cast[who], begun)
    assert "KANARI-ALASAN" in text
    assert "KANARI-CATATAN" in text
    assert "asesor-1" not in text


@pytest.mark.parametrize("who", CITY)
def test_an_open_consensus_of_a_published_window_stays_with_the_panel(begun, seat, cast, client, who):
    talk.save_note(seat=seat, code="B-1", text="KANARI-CATATAN", version=0, by=seat.user)
    propose(begun, cast, reason="KANARI-ALASAN")
    with clock.at(CLOSES):
        actions.close_window(begun)
        text = bodies(client, cast[who], begun)
    assert "KANARI-ALASAN" not in text
    assert "KANARI-CATATAN" not in text


def test_a_seat_that_has_not_handed_in_reads_nothing(open_window, seat, colleague_seat, cast, client):
    score(seat, 0)
    actions.hand_in(seat=seat, by=seat.user)
    with clock.at(CLOSES):
        actions.close_window(open_window)
        agree.begin(window=open_window, by=cast["assessor"])
        propose(open_window, cast, reason="KANARI-ALASAN")
        text = bodies(client, cast["colleague"], open_window)
    assert "KANARI" not in text


@pytest.mark.parametrize("who", ["operator", "head", "administrator", "outsider", "foreign_reviewer"])
def test_strangers_find_no_consensus(begun, cast, client, who):
    client.force_login(cast[who])
    for name in ("consensus", "consensus_question"):
        args = [begun.pk, "B-1"] if name.endswith("question") else [begun.pk]
        assert client.get(reverse(f"evaluations:{name}", args=args)).status_code == 404


# --- pages -------------------------------------------------------------------------------------------------


def test_the_table_filters_flagged_and_sections(begun, cast, client):
    client.force_login(cast["colleague"])
    url = reverse("evaluations:consensus", args=[begun.pk])
    every = client.get(url).content.decode()
    flagged = client.get(url, {"show": "flagged"}).content.decode()
    section = client.get(url, {"section": "QW"}).content.decode()
    assert "B-2" in every
    assert "B-1" in flagged
    assert ">B-2<" not in flagged
    assert ">B-1<" not in section
    assert ">Q-GOV-1<" in section
    assert "<form" in every
    assert 'name="version"' not in every, "only the lead closes"


def test_the_lead_saves_by_script_and_sees_both_texts_when_late(begun, cast, client):
    client.force_login(cast["assessor"])
    url = reverse("evaluations:consensus_question", args=[begun.pk, "B-1"])
    script = {"X-Requested-With": "autosave"}
    first = client.post(url, {"value": "2,5", "reason": "Satu.", "version": "0"}, headers=script)
    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert "2,50" in first.json()["parts"]["part-line"]
    late = client.post(url, {"value": "3", "reason": "Dua.", "version": "0"}, headers=script)
    assert late.status_code == 409
    assert "Satu." in late.json()["conflict_html"]
    assert "Dua." in late.json()["conflict_html"]
    page = client.post(url, {"value": "3", "reason": "Dua.", "version": "0"})
    assert page.status_code == 409
    wrong = client.post(url, {"value": "9", "reason": "Tiga.", "version": "1"})
    assert wrong.status_code == 422
    assert "Tiga." in wrong.content.decode()
    assert client.post(url, {"value": "3", "reason": "Empat."}).status_code == 400


def test_close_and_correct_by_the_pages(begun, cast, client):
    propose(begun, cast)
    client.force_login(cast["assessor"])
    version = Reconciliation.objects.get().version
    client.post(reverse("evaluations:consensus_close", args=[begun.pk]), {"version": version})
    assert Reconciliation.objects.get().status == "closed"
    client.post(reverse("evaluations:consensus_correct", args=[begun.pk]), {"note": "Salah ketik."})
    assert Reconciliation.objects.of_window(begun).first().revision == 2


def test_cost_of_the_table_does_not_grow_with_proposals(begun, cast, client):
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast["assessor"])
    url = reverse("evaluations:consensus", args=[begun.pk])
    propose(begun, cast)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for code in ("B-2", "I-GOV-2", "I-LIV-1", "Q-GOV-1", "Q-LIV-1"):
        propose(begun, cast, code=code)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
    assert Score.objects.count() > 5
