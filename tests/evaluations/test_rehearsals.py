"""A rehearsal from its preparation to the comparison, through its addresses; what is refused, and in which words."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from evaluations import actions
from evaluations.loading import load
from evaluations.models import EvaluationWindow, Question, Result, Score, Seat
from evaluations.tasks import close_due_windows
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations import rehearsing
from tests.evaluations.builders import CLOSES as REAL_CLOSES
from tests.evaluations.builders import OPENS as REAL_OPENS
from tests.evaluations.builders import SMALL, areas, as_file, score_all
from tests.evaluations.rehearsing import CLOSES, DURING, OPENS, REMARK

pytestmark = pytest.mark.django_db
TIMES = {"opens_at": "2022-09-20T08:00", "closes_at": "2022-09-23T16:00"}
OWN = "GLADI-OWN"


@pytest.fixture(autouse=True)
def _during_the_rehearsal():
    with clock.at(DURING):
        yield


@pytest.fixture
def answered(window, cast):
    """The reviewer wrote two answers for the city: one as it is, one too high."""
    for code, value in (("B-2", 2), ("I-GOV-2", 4)):
        actions.save_answer(
            window=window, question_code=code, self_score=value, text="Ada.", version=0, by=cast["reviewer"]
        )  # fmt: skip
    return window


@pytest.fixture
def running(asked, answered, verified, cast, second):
    """Opened: the planner holds everything, the operators of two agencies all areas; B-1 was answered by DINKES."""
    actions.save_answer(
        window=answered, question_code="B-1", self_score=3, text="Ada.", version=asked.version, by=cast["operator"]
    )  # fmt: skip
    actions.move_answer(pk=asked.pk, name="submit", by=cast["head"])
    actions.move_answer(pk=asked.pk, name="accept", by=cast["reviewer"])
    made = rehearsing.prepare(answered, cast["reviewer"])
    for name in (cast["planner"], cast["operator"], second):
        rehearsing.seat(made, name, cast["reviewer"])
    rehearsing.begin(made, cast["reviewer"])
    return made


def url(name: str, *args: object) -> str:
    return reverse(f"evaluations:{name}", args=args)


def text(answer) -> str:
    return str(answer.content.decode())


def seat_of(window: EvaluationWindow, user) -> Seat:
    return Seat.objects.select_related("window__instrument", "window__city", "user").get(
        window=window, user=user
    )


# --- the whole way ----------------------------------------------------------------------------------------


def test_from_preparing_to_the_comparison(as_user, answered, cast, second):
    reviewer, planner = as_user(cast["reviewer"]), as_user(cast["planner"])
    with clock.at(OPENS - timedelta(days=3)):
        made = reviewer.post(url("rehearsal_create", answered.pk), TIMES | {"key": "b" * 32})
        twice = reviewer.post(url("rehearsal_create", answered.pk), TIMES | {"key": "b" * 32})
        rehearsal = EvaluationWindow.with_rehearsals.get(rehearsal_of=answered)
        assert made["Location"] == twice["Location"] == url("rehearsal", rehearsal.pk)
        assert (str(rehearsal), rehearsal.instrument_id, rehearsal.closes_at) == (
            "Gladi 1 2022", answered.instrument_id, CLOSES,
        )  # fmt: skip
        held = {
            "areas": [area.pk for area in areas(rehearsal, "lintas", "gov", "liv")],
            "until": "2022-10-30T16:00",
        }
        for user in (cast["planner"], second):
            assert reviewer.post(url("seats", rehearsal.pk), held | {"user": user.pk}).status_code == 302
    with clock.at(OPENS):
        opened = reviewer.post(url("window_move", rehearsal.pk, "open"))
        assert opened["Location"] == url("rehearsal", rehearsal.pk)
        assert planner.post(url("declare", rehearsal.pk), {"answer": "none"}).status_code == 302
    for row in Question.objects.scored().filter(section__instrument=rehearsal.instrument):
        planner.post(
            url("score", rehearsal.pk, row.code),
            {"value": "1", "remark": f"{REMARK} {row.code}", "reason": "", "version": "0"},
        )
    assert planner.post(url("hand_in", rehearsal.pk)).status_code == 302
    assert (
        "perbandingan tersedia setelah"
        in text(reviewer.get(url("rehearsal_comparison", rehearsal.pk))).lower()
    )
    with clock.at(CLOSES):
        close_due_windows()
        html = text(reviewer.get(url("rehearsal_comparison", rehearsal.pk)))
    assert "Dua pertanyaan perlu dilihat sebelum panel melihatnya" in html
    assert html.index("I-GOV-2") < html.index("B-2"), "the largest optimism first"
    assert f"{REMARK} I-GOV-2" in html
    assert f'href="{url("answer", answered.pk, "I-GOV-2")}"' in html
    assert "+3,00" in html
    assert "Panel" not in html.split("h-questions")[1].split("</thead>")[0]


def test_a_mended_answer_is_told_apart(as_user, answered, cast):
    rehearsal = rehearsing.held(answered, cast)
    actions.save_answer(
        window=answered, question_code="I-GOV-2", self_score=2, text="Diperbaiki.", version=1, by=cast["reviewer"]
    )  # fmt: skip
    html = text(as_user(cast["reviewer"]).get(url("rehearsal_comparison", rehearsal.pk)))
    assert "1 nilai mandiri sudah diubah sejak gladi" in html
    assert "semula 4,00" in html


def test_beside_the_panel_once_there_is_one(as_user, answered, cast, seat, colleague_seat, verified):
    """Two questions were too high for the panel: own staff had seen one, and was milder by one point throughout."""
    rehearsal = rehearsing.held(answered, cast, 2)
    with clock.at(REAL_OPENS):
        actions.open_window(answered, by=cast["reviewer"])
        for one in (seat, colleague_seat):
            actions.declare(one, by=one.user)
            one.refresh_from_db()
    with clock.at(REAL_CLOSES - timedelta(days=1)):
        for one in (seat, colleague_seat):
            score_all(one, 1)
            actions.hand_in(seat=one, by=one.user)
    with clock.at(REAL_CLOSES):
        actions.close_window(answered)
        html = text(as_user(cast["reviewer"]).get(url("rehearsal_comparison", rehearsal.pk)))
        played = text(as_user(cast["planner"]).get(url("rehearsal_comparison", rehearsal.pk)))
        assert url("answer", answered.pk, "I-GOV-2") not in html, "nothing can be mended any more"
    assert "Gladi terhadap panel" in html
    assert "Pada 2 pertanyaan, panel memberi nilai" in html
    assert "gladi sudah menemukan 1 di antaranya" in html
    assert html.count("sudah ditemukan gladi") == 1
    assert html.count("tidak ditemukan gladi") == 1
    assert "+1,00" in html
    assert played.count("Gladi terhadap panel") == html.count("Gladi terhadap panel")


def test_what_the_panel_gave_is_not_shown_to_agencies(
    as_user, running, answered, cast, second, seat, colleague_seat
):
    """They read what own staff gave, as everybody who handed in; the panel's numbers are for the city's people."""
    for user in (cast["planner"], cast["operator"], second):
        rehearsing.score(seat_of(running, user))
    rehearsing.close(running)
    with clock.at(REAL_OPENS):
        actions.open_window(answered, by=cast["reviewer"])
    with clock.at(REAL_CLOSES):
        actions.close_window(answered)
        assert "Gladi terhadap panel" in text(
            as_user(cast["leader"]).get(url("rehearsal_comparison", running.pk))
        )
        operator = text(as_user(second).get(url("rehearsal_comparison", running.pk)))
    assert REMARK in operator
    assert "Gladi terhadap panel" not in operator


# --- nobody judges their own house --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["B-1", "Q-LIV-1"], ids=["answered-by-the-agency", "quick-win-of-the-agency"]
)
def test_an_operator_does_not_score_the_own_house(as_user, running, cast, code):
    client = as_user(cast["operator"])
    assert code in text(client.get(url("sheet", running.pk))).split("h-own")[-1]
    shown = client.get(url("score", running.pk, code), follow=True)
    assert OWN in text(shown)
    body = {"value": "3", "remark": "Bagus.", "reason": "", "version": "0"}
    refused = client.post(url("score", running.pk, code), body)
    assert refused.status_code == 302
    quick = client.post(url("score", running.pk, code), body, HTTP_X_REQUESTED_WITH="autosave")
    assert OWN in text(quick)
    with pytest.raises(NotReady, match=OWN):
        actions.save_score(
            seat=seat_of(running, cast["operator"]), question_code=code, value=3, remark="Bagus.", version=0,
            by=cast["operator"],
        )  # fmt: skip
    assert not Score.objects.filter(question__code=code).exists()
    assert OWN not in text(as_user(cast["planner"]).get(url("score", running.pk, code)))


def test_who_wrote_an_answer_for_the_city_does_not_score_it(answered, cast):
    """The reviewer typed B-2 and I-GOV-2; the planner did not."""
    made = rehearsing.prepare(answered, cast["reviewer"])
    for name in ("reviewer", "planner"):
        rehearsing.seat(made, cast[name], cast["reviewer"])
    rehearsing.begin(made, cast["reviewer"])
    own = {row.code for row in seat_of(made, cast["reviewer"]).own_questions.all()}
    assert own == {"B-2", "I-GOV-2"}
    assert not seat_of(made, cast["planner"]).own_questions.exists()


def test_own_questions_are_not_asked_for_at_the_hand_in_and_not_expected(running, cast, second):
    for user in (cast["planner"], cast["operator"], second):
        rehearsing.score(seat_of(running, user))
    rehearsing.close(running)
    levels = Result.with_rehearsals.get().payload["assessed"]["questions"]
    assert (levels["B-1"]["given"], levels["B-1"]["expected"]) == (2, 2)
    assert (levels["B-2"]["given"], levels["B-2"]["expected"]) == (3, 3)


def test_what_nobody_may_score_is_said_before_it_opens(as_user, answered, cast):
    made = rehearsing.prepare(answered, cast["reviewer"])
    rehearsing.seat(made, cast["reviewer"], cast["reviewer"])
    html = text(as_user(cast["reviewer"]).get(url("rehearsal", made.pk)))
    assert "2 pertanyaan tidak dapat dinilai siapa pun" in html
    assert "B-2, I-GOV-2" in html


def test_a_seat_given_while_it_runs_has_its_own_questions_too(running, person, city, dinkes, cast):
    late = person("operator-dinkes-2", "operator", city, dinkes)
    actions.seat_assessor(
        window=running, user=late, areas=areas(running, "lintas"), until=CLOSES + timedelta(days=1), by=cast["reviewer"]
    )  # fmt: skip
    assert "B-1" in {row.code for row in seat_of(running, late).own_questions.all()}


def test_the_workbook_leaves_them_out_and_says_what_it_is(as_user, running, cast):
    answer = as_user(cast["operator"]).get(url("score_book_file", running.pk))
    assert 'filename="GLADI-' in answer["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert {row[0].value for row in book["Nilai"].iter_rows(min_row=2)} == {
        "B-2",
        "I-GOV-2",
        "I-LIV-1",
        "Q-GOV-1",
    }
    assert any(
        "Gladi oleh pegawai" in str(cell.value) for page in book for row in page.iter_rows() for cell in row
    )


# --- blind, and labelled --------------------------------------------------------------------------------------


def test_colleagues_are_blind_until_both_have_handed_in(as_user, running, cast, second):
    rehearsing.score(seat_of(running, cast["planner"]))
    for user in (second, cast["reviewer"], cast["leader"]):
        for name in ("rehearsal", "rehearsal_comparison", "sheet"):
            assert REMARK not in text(as_user(user).get(url(name, running.pk))), name
    rehearsing.score(seat_of(running, second))
    assert REMARK in text(as_user(second).get(url("sheet", running.pk))).split("h-colleagues")[-1]


def test_every_page_of_a_rehearsal_is_labelled(as_user, running, answered, cast, second):
    label = '<p class="rehearsal"><strong>Gladi</strong>'
    reviewer, player = as_user(cast["reviewer"]), as_user(second)
    pages = [
        (reviewer, url("rehearsals")), (reviewer, url("rehearsal_create", answered.pk)),
        *((reviewer, url(name, running.pk)) for name in ("rehearsal", "seats", "material", "rehearsal_comparison")),
        (player, url("rehearsals")), (player, url("score", running.pk, "B-2")),
        *((player, url(name, running.pk)) for name in ("sheet", "declare", "score_book", "rehearsal_comparison")),
    ]  # fmt: skip
    for client, address in pages:
        html = text(client.get(address))
        assert html.count(label) == 1, address
    stale = {"value": "3", "remark": "x", "reason": "", "version": "7"}
    assert label in text(player.post(url("score", running.pk, "B-2"), stale))
    rehearsing.score(seat_of(running, second))
    rehearsing.close(running)
    for client in (reviewer, player):
        assert label in text(client.get(url("rehearsal_comparison", running.pk)))
    assert label not in text(reviewer.get(url("window", answered.pk)))


def test_who_plays_finds_the_sheet_and_the_bar_leads_there(as_user, running, cast, second):
    html = text(as_user(second).get(url("rehearsals")))
    assert url("sheet", running.pk) in html
    assert f'href="{url("rehearsals")}"' in text(as_user(second).get(url("own_answers")))
    assert f'href="{url("rehearsals")}"' not in text(as_user(cast["head"]).get(url("own_answers")))


def test_an_agency_without_a_seat_knows_of_none(as_user, running, cast):
    assert as_user(cast["head"]).get(url("rehearsal", running.pk)).status_code == 404
    assert "Gladi 1" not in text(as_user(cast["head"]).get(url("rehearsals")))


def test_who_does_not_take_part_gives_the_seat_up(as_user, running, second):
    answer = as_user(second).post(
        url("declare", running.pk), {"answer": "conflict", "conflict": "Saya menulis semua bukti."}, follow=True
    )  # fmt: skip
    assert answer.status_code == 200
    assert as_user(second).get(url("sheet", running.pk)).status_code == 404


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"closes_at": "2022-10-03T08:01"}, "sebelum jendela evaluasi dibuka"),
        ({"closes_at": "2022-09-20T08:00"}, "ditutup sesudah dibuka"),
        ({"opens_at": "besok"}, "is-invalid"),
    ],
    ids=["into-the-real-window", "closes-when-it-opens", "no-date"],
)
def test_times_that_do_not_fit_are_said(as_user, answered, cast, changes, sentence):
    answer = as_user(cast["reviewer"]).post(url("rehearsal_create", answered.pk), TIMES | changes)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not EvaluationWindow.with_rehearsals.rehearsals().exists()


def test_one_at_a_time_and_the_number_goes_on(as_user, answered, cast):
    client, begin = as_user(cast["reviewer"]), url("rehearsal_create", answered.pk)
    pages = (url("window", answered.pk), url("rehearsals"))
    assert all(begin in text(client.get(page)) for page in pages)
    rehearsing.prepare(answered, cast["reviewer"])
    assert not any(begin in text(client.get(page)) for page in pages)
    second = client.post(url("rehearsal_create", answered.pk), TIMES)
    assert second.status_code == 422
    assert "satu per satu" in text(second)
    EvaluationWindow.with_rehearsals.rehearsals().delete()
    first = rehearsing.held(answered, cast)
    client.post(
        url("rehearsal_create", answered.pk),
        {"opens_at": "2022-09-25T08:00", "closes_at": "2022-09-27T08:00"},
    )
    names = EvaluationWindow.with_rehearsals.rehearsals().order_by("pk").values_list("stage", flat=True)
    assert list(names) == [first.stage, "Gladi 2"]


def test_no_real_window_is_called_like_a_rehearsal(as_user, instrument, cast):
    data = {
        "year": "2022", "stage": "gladi 1", "instrument": str(instrument.pk), "inputs_due_at": "2022-09-30T16:00",
        "opens_at": "2022-10-03T08:00", "closes_at": "2022-10-08T16:00",
    }  # fmt: skip
    answer = as_user(cast["reviewer"]).post(url("window_create"), data)
    assert answer.status_code == 422
    assert "hanya untuk gladi" in text(answer)


def test_it_is_not_extended_into_the_real_window(as_user, running, cast):
    client = as_user(cast["reviewer"])
    body = {"until": "2022-10-03T09:00", "reason": "Belum selesai."}
    refused = client.post(url("window_extend", running.pk), body)
    assert refused.status_code == 422
    assert "sebelum jendela evaluasi dibuka" in text(refused)
    assert (
        client.post(url("window_extend", running.pk), body | {"until": "2022-09-25T09:00"}).status_code == 302
    )
    running.refresh_from_db()
    assert running.closes_at > CLOSES


def test_after_the_real_opening_there_is_nothing_to_rehearse(as_user, answered, cast, seat, colleague_seat):
    waiting = rehearsing.prepare(answered, cast["reviewer"])
    rehearsing.seat(waiting, cast["planner"], cast["reviewer"])
    with clock.at(REAL_OPENS):
        actions.open_window(answered, by=cast["reviewer"])
    client = as_user(cast["reviewer"])
    assert client.get(url("rehearsal_create", answered.pk)).status_code == 403
    assert "sudah dibuka" in text(client.get(url("rehearsal", waiting.pk)))
    assert "sudah dibuka" in text(client.post(url("window_move", waiting.pk, "open"), follow=True))
    with pytest.raises(WrongStatus):
        actions.save_rehearsal(
            rehearsal=EvaluationWindow.with_rehearsals.for_page().get(pk=waiting.pk),
            by=cast["reviewer"],
            version=1,
        )


def test_another_question_list_is_taken_over_with_the_areas_chosen_anew(as_user, answered, cast):
    made = rehearsing.prepare(answered, cast["reviewer"])
    rehearsing.seat(made, cast["planner"], cast["reviewer"])
    other = load(as_file(SMALL | {"instrument": SMALL["instrument"] | {"version": 2}}))
    EvaluationWindow.objects.filter(pk=answered.pk).update(instrument=other)
    client = as_user(cast["reviewer"])
    assert "daftar pertanyaan lain" in text(client.get(url("rehearsal", made.pk)))
    saved = client.post(url("rehearsal_edit", made.pk), TIMES | {"version": str(made.version)})
    assert saved.status_code == 302
    made.refresh_from_db()
    assert made.instrument_id == other.pk
    assert not Seat.objects.get(window=made).areas.exists()


def test_a_change_of_somebody_else_is_shown(as_user, answered, cast):
    made = rehearsing.prepare(answered, cast["reviewer"])
    body = TIMES | {"version": str(made.version)}
    client = as_user(cast["reviewer"])
    assert client.post(url("rehearsal_edit", made.pk), body).status_code == 302
    assert client.post(url("rehearsal_edit", made.pk), body).status_code == 409


def test_an_empty_self_assessment_is_no_rehearsal(as_user, window, cast):
    made = rehearsing.prepare(window, cast["reviewer"])
    rehearsing.seat(made, cast["planner"], cast["reviewer"])
    assert "Kota belum menjawab apa pun" in text(as_user(cast["reviewer"]).get(url("rehearsal", made.pk)))
    with clock.at(OPENS), pytest.raises(NotReady):
        actions.open_window(made, by=cast["reviewer"])


@pytest.mark.parametrize("who", ["assessor", "auditor", "leader", "administrator", "foreign_reviewer"])
def test_only_own_staff_is_seated(as_user, answered, cast, who):
    made = rehearsing.prepare(answered, cast["reviewer"])
    with pytest.raises(NotReady, match="bukan pegawai kota sendiri"):
        rehearsing.seat(made, cast[who], cast["reviewer"])
    assert (
        f'value="{cast[who].pk}"'
        not in text(as_user(cast["reviewer"]).get(url("seats", made.pk))).split("id_user")[1]
    )


def test_an_assessor_who_serves_the_city_too_does_not_play(answered, cast, person, city, kominfo):
    """Who may judge in earnest when the role ends must not have seen the city rehearse."""
    both = person("asesor-1", "operator", city, kominfo)
    made = rehearsing.prepare(answered, cast["reviewer"])
    with pytest.raises(NotReady, match="asesor"):
        rehearsing.seat(made, both, cast["reviewer"])


@pytest.mark.parametrize("who", ["planner", "operator", "leader", "auditor"])
def test_only_the_reviewer_prepares_one(as_user, answered, cast, who):
    expected = 404 if who == "operator" else 403
    assert as_user(cast[who]).get(url("rehearsal_create", answered.pk)).status_code == expected
