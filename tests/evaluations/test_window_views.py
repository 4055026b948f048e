"""Windows, seats, answers and results through their addresses."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaluations import actions
from evaluations.models import Answer, EvaluationWindow, Result, Score, Seat
from opd.models import QuickWin, Tally
from opd.tallies import rebuild
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, OPENS, areas, score_all

SCRIPT = {"HTTP_X_REQUESTED_WITH": "autosave", "HTTP_ACCEPT": "application/json"}
LATER = CLOSES + timedelta(days=1)


@pytest.fixture
def as_user(cast) -> Any:
    """Return a client signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def url(name: str, *args: object) -> str:
    return reverse(f"evaluations:{name}", args=args)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def times(**changes: str) -> dict[str, str]:
    """What the window form posts: times on the city's own clock."""
    return {
        "year": "2022", "stage": "Tahap I",
        "inputs_due_at": "2022-09-30T16:00", "opens_at": "2022-10-03T08:00", "closes_at": "2022-10-08T16:00",
    } | changes  # fmt: skip


# --- preparing --------------------------------------------------------------------------------------------


def test_a_window_is_prepared_in_the_citys_time(as_user, instrument):
    client = as_user("reviewer")
    data = times(instrument=str(instrument.pk), key="a" * 32)
    answer = client.post(url("window_create"), data)
    window = EvaluationWindow.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, window.get_absolute_url())
    assert window.closes_at == CLOSES, "16.00 WIB is 09.00 UTC"
    client.post(url("window_create"), data)
    assert EvaluationWindow.objects.count() == 1, "a double click gives the first row again"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"closes_at": "2022-10-03T08:00"}, "ditutup sesudah dibuka"),
        ({"inputs_due_at": "2022-10-04T08:00"}, "Batas isian"),
        ({"opens_at": "besok"}, "is-invalid"),
        ({"stage": ""}, "is-invalid"),
        ({"year": "1999"}, "is-invalid"),
    ],
    ids=["closes-when-it-opens", "due-after-opening", "no-date", "no-stage", "year"],
)
def test_what_makes_no_sense_is_said_and_stays_typed(as_user, instrument, changes, sentence):
    data = times(instrument=str(instrument.pk), **changes)
    answer = as_user("reviewer").post(url("window_create"), data)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert data["closes_at"] in text(answer)
    assert not EvaluationWindow.objects.exists()


def test_a_stage_has_one_window(as_user, window, instrument):
    answer = as_user("reviewer").post(
        url("window_create"), times(stage="Tahap II", instrument=str(instrument.pk))
    )
    assert answer.status_code == 422
    assert "sudah mempunyai jendela" in text(answer)


def test_a_window_is_changed_by_version(as_user, window, instrument):
    client = as_user("reviewer")
    data = times(stage="Tahap III", instrument=str(instrument.pk))
    assert client.post(url("window_edit", window.pk), data).status_code == 400, "without its version"
    assert client.post(url("window_edit", window.pk), data | {"version": "1"}).status_code == 302
    stale = client.post(url("window_edit", window.pk), data | {"version": "1", "stage": "Tahap IV"})
    assert stale.status_code == 409
    assert "Tahap IV" in text(stale)
    assert "Tahap III" in text(stale)
    assert EvaluationWindow.objects.get().stage == "Tahap III"


def test_the_draft_says_what_is_missing_and_the_button_gives_the_reason(as_user, window, verified):
    page = text(as_user("reviewer").get(window.get_absolute_url()))
    assert "Lintas bidang" in page
    assert 'aria-disabled="true"' in page
    answer = as_user("reviewer").post(url("window_move", window.pk, "open"), follow=True)
    assert "Belum bisa." in text(answer)
    window.refresh_from_db()
    assert window.status == "draft"


def test_opening_and_closing_go_through_the_page(as_user, window, seat, colleague_seat):
    client = as_user("reviewer")
    assert "Salinan beku 1" in text(client.post(url("window_move", window.pk, "open"), follow=True))
    early = client.post(url("window_move", window.pk, "close"), follow=True)
    assert "tidak lebih awal" in text(early)
    with clock.at(CLOSES):
        client.post(url("window_move", window.pk, "close"))
        assert "Ditutup" in text(client.get(window.get_absolute_url()))
    assert Result.objects.count() == 1
    assert client.post(url("window_move", window.pk, "explode")).status_code == 404
    assert client.get(url("window_move", window.pk, "open")).status_code == 405


def test_extending_asks_for_a_later_time_and_a_reason(as_user, open_window):
    client = as_user("reviewer")
    for data in (
        {"until": "2022-10-07T16:00", "reason": "Alasan."},
        {"until": "2022-10-09T16:00", "reason": " "},
    ):
        answer = client.post(url("window_extend", open_window.pk), data)
        assert answer.status_code == 422
        assert data["until"] in text(answer)
    client.post(
        url("window_extend", open_window.pk), {"until": "2022-10-09T16:00", "reason": "Listrik padam."}
    )
    assert EvaluationWindow.objects.get().closes_at == LATER
    assert "Listrik padam." in text(client.get(open_window.get_absolute_url()))
    with clock.at(LATER):
        again = client.post(
            url("window_extend", open_window.pk),
            {"until": "2022-10-10T16:00", "reason": "Lagi."},
            follow=True,
        )
        assert "sudah ditutup" in text(again)
    assert EvaluationWindow.objects.get().closes_at == LATER


# --- seats ------------------------------------------------------------------------------------------------


def test_only_assessors_of_the_city_can_be_chosen(as_user, window, cast):
    page = text(as_user("reviewer").get(url("seats", window.pk)))
    assert "Asesor-1" in page
    for other in ("Asesor-Lain", "Bappelitbang", "Operator-Dinkes"):
        assert f">{other}</option>" not in page


def test_a_seat_is_given_changed_and_removed(as_user, window, cast):
    client = as_user("reviewer")
    chosen = [area.pk for area in areas(window, "lintas", "gov")]
    data = {"user": cast["assessor"].pk, "areas": chosen, "until": "2022-10-15T16:00"}
    assert client.post(url("seats", window.pk), data).status_code == 302
    seat = Seat.objects.get()
    assert "Living" in text(client.get(url("seats", window.pk)))
    change = {
        "user": cast["assessor"].pk,
        "areas": [area.pk for area in areas(window, "liv")],
        "until": "2022-10-16T16:00",
    }
    client.post(f"{url('seats', window.pk)}?seat={seat.pk}", change)
    assert list(seat.areas.values_list("code", flat=True)) == ["liv"]
    client.post(url("seat_remove", window.pk, seat.pk))
    assert not Seat.objects.exists()


def test_a_seat_that_ends_too_early_or_has_no_area_is_refused_at_its_field(as_user, window, cast):
    client = as_user("reviewer")
    lintas = [area.pk for area in areas(window, "lintas")]
    for data in ({"areas": lintas, "until": "2022-10-08T15:59"}, {"areas": [], "until": "2022-10-15T16:00"}):
        answer = client.post(url("seats", window.pk), data | {"user": cast["assessor"].pk})
        assert answer.status_code == 422
    assert not Seat.objects.exists()


def test_a_seat_of_another_window_is_a_404(as_user, window, seat, city, instrument):
    other = EvaluationWindow.objects.create(
        city=city, year=2021, stage="Tahap I", instrument=instrument, inputs_due_at=OPENS, opens_at=OPENS,
        closes_at=CLOSES,
    )  # fmt: skip
    client = as_user("reviewer")
    assert client.get(f"{url('seats', other.pk)}?seat={seat.pk}").status_code == 404
    assert client.post(url("seat_remove", other.pk, seat.pk)).status_code == 404


# --- answers ----------------------------------------------------------------------------------------------


def answer(
    client: Client, window: EvaluationWindow, code: str = "B-1", *, script: bool = True, **values: str
) -> Any:
    data = {"version": "0", "self_score": "3", "text": "Matriks.", "respondents": ""} | values
    return client.post(url("answer", window.pk, code), data, **(SCRIPT if script else {}))


def test_an_answer_saves_itself(as_user, window):
    reply = answer(as_user("planner"), window)
    data = json.loads(reply.content)
    assert (reply.status_code, data["version"], set(data["parts"])) == (200, 1, {"part-moves"})
    assert Answer.objects.get().self_score == 3


def test_a_survey_mean_is_typed_with_a_comma_and_a_dot_is_refused(as_user, window):
    client = as_user("planner")
    refused = answer(client, window, "I-GOV-1", self_score="3.27", respondents="50")
    assert (refused.status_code, list(json.loads(refused.content)["errors"])) == (422, ["self_score"])
    answer(client, window, "I-GOV-1", self_score="3,27", respondents="50", text="")
    assert str(Answer.objects.get().self_score) == "3.2700"
    assert "3,27" in text(client.get(url("answers", window.pk)))


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        ("B-1", {"text": ""}, "text"),
        ("B-1", {"self_score": "7"}, "self_score"),
        ("I-GOV-1", {"self_score": "3,2"}, "respondents"),
        ("I-GOV-1", {"self_score": "0,5", "respondents": "50"}, "self_score"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_stays_typed(as_user, window, code, values, field):
    client = as_user("planner")
    refused = answer(client, window, code, **values)
    assert (refused.status_code, list(json.loads(refused.content)["errors"])) == (422, [field])
    page = answer(client, window, code, script=False, **({"text": "Kata kota."} | values))
    assert page.status_code == 422
    assert values.get("text", "Kata kota.") in text(page)
    assert not Answer.objects.exists()


def test_two_people_at_one_answer_see_both_texts(as_user, window):
    answer(as_user("planner"), window, text="Milik perencana.")
    stale = answer(as_user("reviewer"), window, text="Milik pemeriksa.")
    html = json.loads(stale.content)["conflict_html"]
    assert stale.status_code == 409
    assert "Milik perencana." in html
    assert "Milik pemeriksa." in html
    page = answer(as_user("reviewer"), window, text="Milik pemeriksa.", script=False)
    assert (page.status_code, "Milik pemeriksa." in text(page)) == (409, True)


def test_frozen_answers_are_read_only_and_late_words_are_kept(as_user, open_window):
    client = as_user("planner")
    assert "data-autosave" not in text(client.get(url("answer", open_window.pk, "B-1")))
    assert answer(client, open_window, text="Terlambat.").status_code == 422
    assert open_window.late_entries.get().remark == "Terlambat."


def test_the_list_names_the_next_empty_question(as_user, window):
    client = as_user("planner")
    answer(client, window, "B-1")
    page = text(client.get(url("answers", window.pk)))
    assert f'class="btn btn-primary" href="{url("answer", window.pk, "B-2")}"' in page
    gone = answer(client, window, "B-2", script=False)
    assert gone["Location"] == url("answer", window.pk, "I-GOV-1")


# --- result and dashboard -----------------------------------------------------------------------------------


@pytest.fixture
def scored(open_window, seat, colleague_seat) -> EvaluationWindow:
    """Both assessors have handed in; every score is a 2 with a telling remark."""
    for one in (seat, colleague_seat):
        score_all(one, 2)
    Score.objects.update(remark="KENARI")
    for one in (seat, colleague_seat):
        actions.hand_in(seat=one, by=one.user)
    return open_window


CITY_PAGES = ("window", "answers", "result", "material")


def test_no_page_of_the_city_shows_a_score_before_the_close(as_user, scored):
    for role in ("reviewer", "planner", "auditor", "leader"):
        client = as_user(role)
        for moment in (CLOSES - timedelta(seconds=1), CLOSES):
            with clock.at(moment):
                pages = [text(client.get(url(name, scored.pk))) for name in CITY_PAGES]
                pages += [text(client.get(url("city"))), text(client.get(url("windows")))]
        assert not [page for page in pages if "KENARI" in page or "Indeks 2,00" in page]


def test_the_result_shows_both_series_the_gap_and_every_remark(as_user, scored):
    with clock.at(CLOSES):
        actions.close_window(scored)
        page = text(as_user("leader").get(url("result", scored.pk)))
    assert "KENARI" in page
    assert "Indeks 2,00" in page
    assert "NA-2022-" in page
    assert "chart--radar" not in page, "two dimensions draw no radar"


def test_an_incomplete_result_says_so_and_shows_no_index(as_user, open_window):
    with clock.at(CLOSES):
        actions.close_window(open_window)
        page = text(as_user("reviewer").get(url("result", open_window.pk)))
    assert "Belum lengkap" in page
    assert "Dasar, Dampak, Quick win" in page
    assert "Indeks 0" not in page


def test_the_dashboard_counts_what_the_summary_says(as_user, window, verified, city, cast, dinkes):
    draft = QuickWin.objects.create(
        city=city, opd=dinkes, year=2022, number=2, dimension=verified.dimension, name="Rahasia draf",
        created_by=cast["operator"], filled=3, total=17,
    )  # fmt: skip
    QuickWin.objects.filter(pk=verified.pk).update(filled=17, total=17)
    rebuild(city.pk)
    page = text(as_user("leader").get(url("city")))
    assert "58%" in page
    assert "20 dari 34 isian" in page
    assert "Dinas Kesehatan" in page, "late: inputs were due and one is still a draft"
    assert "Belum ada quick win pada Smart Governance" in page
    assert draft.name not in page, "leadership sees no draft"


def test_nobody_is_late_before_the_inputs_are_due(as_user, window, verified, city):
    QuickWin.objects.filter(pk=verified.pk).update(status="draft", filled=3, total=17)
    rebuild(city.pk)
    with clock.at(window.inputs_due_at - timedelta(seconds=1)):
        assert "tidak ada yang terlambat" in text(as_user("leader").get(url("city")))
    with clock.at(window.inputs_due_at):
        assert "1 OPD terlambat" in text(as_user("leader").get(url("city")))


def test_an_empty_city_has_a_dashboard_too(as_user, city):
    page = text(as_user("leader").get(url("city")))
    assert "Belum ada quick win" in page
    assert "Belum ada jendela evaluasi" in page


def test_the_dashboard_costs_the_same_for_few_and_many(
    as_user, window, verified, city, cast, dinkes, count_queries
):
    client = as_user("leader")
    rebuild(city.pk)
    client.get(url("city"))
    few = count_queries(lambda: client.get(url("city")))
    QuickWin.objects.bulk_create(
        QuickWin(
            city=city, opd=dinkes, year=2022, number=number, dimension=verified.dimension, name=f"QW {number}",
            created_by=cast["operator"], status="verified", submitted_at=OPENS, verified_at=OPENS,
        )
        for number in range(10, 40)
    )  # fmt: skip
    rebuild(city.pk)
    assert Tally.objects.get().verified == 31
    assert count_queries(lambda: client.get(url("city"))) == few


@pytest.mark.parametrize("name", ["windows", "city", "sheets"])
def test_lists_are_for_those_they_concern(as_user, window, name):
    allowed = {"assessor", "colleague", "outsider"} if name == "sheets" else {
        "reviewer", "planner", "auditor", "leader", "foreign_reviewer"}  # fmt: skip
    for role in ("reviewer", "planner", "auditor", "leader", "foreign_reviewer", "assessor", "colleague", "outsider",
                 "operator", "head", "administrator"):  # fmt: skip
        assert as_user(role).get(url(name)).status_code == (200 if role in allowed else 403), role
