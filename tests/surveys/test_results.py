"""Recaps and their corrections, exact means, and the way into the questionnaire."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from evaluations import actions as evaluation
from evaluations.models import Answer, LateEntry, Question
from opd.models import AuditEvent
from smartcity.lib import clock
from surveys import actions, tallies
from surveys.models import Mode, Recap, Round, Service
from surveys.presentation import mean_text
from surveys.tallies import Tally
from tests.surveys.builders import CLOSES, answered, opened

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def first(survey: Round) -> Service:
    return survey.services.order_by("sub_dimension__order")[0]


def entered(service: Service, by: Any, *counts: int, number: int = 0) -> Recap:
    values = {f"count_{mark}": count for mark, count in enumerate(counts, start=1)}
    return actions.enter_recap(
        service=service, values=values | {"respondents": sum(counts), "mean": None, "reason": "Kertas."},
        number=number, by=by,
    )  # fmt: skip


def counted(service: Service) -> Tally:
    return tallies.of_services([service])[service.pk]


# --- means ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "mean", "shown"),
    [
        ({4: 50}, Fraction(4), "4,00"),
        ({1: 1, 2: 2, 3: 30, 4: 17}, Fraction(163, 50), "3,26"),
        ({3: 2, 4: 1}, Fraction(10, 3), "3,33"),
        ({2: 1, 3: 2}, Fraction(8, 3), "2,67"),
        ({2: 131, 3: 69}, Fraction(469, 200), "2,35"),  # 2,345: half up, where half even gives 2,34
        ({}, None, "–"),
    ],
    ids=["all-four", "domain", "third", "two-thirds", "half-up", "nobody"],
)
def test_a_mean_is_exact_and_rounded_late(marks: dict[int, int], mean: Fraction | None, shown: str) -> None:
    tally = Tally(50, marks)
    assert (tally.mean, mean_text(tally.mean)) == (mean, shown)


def test_a_dimension_is_the_plain_mean_of_its_parts() -> None:
    """Not of its respondents: 8/3 of three and 4 of fifty weigh the same; who has no answer is left out."""
    parts = [Tally(50, {2: 1, 3: 2}), Tally(50, {4: 50}), Tally(50)]
    assert tallies.mean_of(parts) == Fraction(10, 3)
    assert tallies.mean_of([]) is None


def test_form_and_paper_are_one_mean(survey: Round, cast: Any) -> None:
    service = first(survey)
    for mark in (4, 3):
        answered(survey.sheets.get(), mark)
    entered(service, cast["reviewer"], 1, 0, 0, 0)
    assert (counted(service).mean, counted(service).respondents) == (Fraction(8, 3), 3)


# --- recaps --------------------------------------------------------------------------------------------------


def test_a_recap_of_counts(as_user: Any, survey: Round) -> None:
    service = first(survey)
    data = {"count_2": "5", "count_3": "27", "count_4": "18", "reason": "Kertas loket.", "version": 0}
    answer = as_user("operator").post(url("recap", service.pk), data)
    assert answer.status_code == 302
    recap = Recap.objects.get()
    assert (recap.counts(), recap.respondents, recap.mean) == ({1: 0, 2: 5, 3: 27, 4: 18}, 50, None)
    assert (recap.by.username, recap.role, recap.reason) == ("operator-dinkes", "operator", "Kertas loket.")
    assert mean_text(counted(service).mean) == "3,26"
    assert counted(service).enough
    assert AuditEvent.objects.filter(action="survey.recap").count() == 1


def test_a_recap_of_number_and_mean(as_user: Any, survey: Round) -> None:
    service = first(survey)
    data = {"respondents": "47", "mean": "3,2553", "reason": "Rekap cetak.", "version": 0}
    assert as_user("planner").post(url("recap", service.pk), data).status_code == 302
    assert counted(service).mean == Fraction(Decimal("3.2553"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Isi jumlah setiap jawaban"),
        ({"count_1": "1", "mean": "3", "respondents": "1"}, "jangan keduanya"),
        ({"count_1": "3", "count_2": "4", "respondents": "8"}, "adalah 7"),
        ({"mean": "4,01", "respondents": "50"}, "antara 1 dan 4"),
        ({"mean": "0,99", "respondents": "50"}, "antara 1 dan 4"),
        ({"mean": "3,2"}, "berapa orang"),
        ({"mean": "3,2", "respondents": "0"}, "berapa orang"),
        ({"mean": "3.2", "respondents": "9"}, "is-invalid"),
        ({"count_1": "-1"}, "is-invalid"),
        ({"count_1": "12O"}, "is-invalid"),
        ({"count_1": "4", "reason": ""}, "is-invalid"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_said_and_stays(as_user: Any, survey: Round, data: Any, sentence: str) -> None:
    sent = {"reason": "Alasan tetap ada.", "version": 0} | data
    answer = as_user("reviewer").post(url("recap", first(survey).pk), sent)
    assert (answer.status_code, Recap.objects.count()) == (422, 0)
    assert sentence.lower() in text(answer).lower()
    for value in data.values():
        assert not value or value in text(answer)


def test_a_correction_is_a_new_row_and_the_old_one_stays(as_user: Any, survey: Round, cast: Any) -> None:
    service = first(survey)
    entered(service, cast["operator"], 0, 0, 0, 50)
    client = as_user("reviewer")
    page = text(client.get(url("recap", service.pk)))
    assert 'value="50"' in page, "the figures in force are there to be corrected"
    data = {"count_3": "10", "count_4": "40", "reason": "Sepuluh kertas salah hitung.", "version": 1}
    assert client.post(url("recap", service.pk), data).status_code == 302
    assert client.post(url("recap", service.pk), data).status_code == 302, "pressed twice"
    assert list(Recap.objects.of_service(service).values_list("number", "count_4")) == [(2, 40), (1, 50)]
    assert mean_text(counted(service).mean) == "3,80"
    page = text(client.get(url("recap", service.pk)))
    for words in ("Sepuluh kertas salah hitung.", "Kertas.", "4: 50", "4: 40"):
        assert words in page


def test_a_recap_somebody_entered_meanwhile_is_shown(as_user: Any, survey: Round, cast: Any) -> None:
    service = first(survey)
    entered(service, cast["operator"], 0, 0, 0, 50)
    data = {"count_4": "49", "reason": "Saya hitung ulang.", "version": 0}
    answer = as_user("planner").post(url("recap", service.pk), data)
    assert (answer.status_code, Recap.objects.count()) == (409, 1)
    assert "Saya hitung ulang." in text(answer)
    assert "4: 50" in text(answer)
    assert as_user("planner").post(url("recap", service.pk), data | {"version": 1}).status_code == 302


def test_a_recap_is_written_once_in_the_database_itself(survey: Round, cast: Any) -> None:
    entered(first(survey), cast["operator"], 0, 0, 0, 50)
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE surveys_recap SET count_4 = 49, respondents = 49")
    with pytest.raises(IntegrityError), transaction.atomic():
        Recap.objects.create(
            service=first(survey), number=2, count_1=1, count_2=1, count_3=1, count_4=1, respondents=5,
            reason="x", by=cast["operator"],
        )  # fmt: skip


def test_a_full_recap_ends_the_form_of_its_service_only(city: Any, cast: Any, dinkes: Any) -> None:
    survey = opened(city, cast, dinkes, mode=Mode.SPLIT)
    entered(first(survey), cast["head"], 0, 0, 25, 25)
    full = [tallies.is_full(sheet) for sheet in survey.sheets.order_by("service__sub_dimension__order")]
    assert full == [True, False, False]


# --- into the questionnaire ----------------------------------------------------------------------------------


@pytest.fixture
def closed(survey: Round, cast: Any) -> Round:
    """Two marks by the form for all three, fifty on paper for the first; closed."""
    for marks in ((4, 3, 2), (3, 3, 1)):
        answered(survey.sheets.get(), *marks)
    entered(first(survey), cast["operator"], 1, 2, 30, 17)
    with clock.at(CLOSES):
        actions.move_round(survey, "close", by=cast["reviewer"])
    return Round.objects.get(pk=survey.pk)


def test_means_and_respondents_become_the_answers(as_user: Any, closed: Round, window: Any) -> None:
    client = as_user("planner")
    page = text(client.get(closed.get_absolute_url()))
    assert "3,2692 (52 responden)" in page
    client.post(url("take_over", closed.pk, window.pk))
    found = {
        row.question.code: (row.self_score, row.respondents)
        for row in Answer.objects.select_related("question")
    }
    assert found == {
        "I-GOV-1": (Decimal("3.2692"), 52),  # 170/52
        "I-GOV-2": (Decimal(3), 2),
        "I-GOV-3": (Decimal("1.5"), 2),
    }
    assert "Isi kuesioner sudah sama." in text(client.get(closed.get_absolute_url()))
    assert closed.events.filter(move="take_over", note="Tahap II 2022").count() == 1


def test_words_beside_an_answer_stay_and_a_correction_is_taken_over_again(
    as_user: Any, closed: Round, window: Any, cast: Any
) -> None:
    evaluation.save_answer(
        window=window, question_code="I-GOV-1", self_score=Decimal(2), respondents=9, text="Lihat lampiran.",
        version=0, by=cast["reviewer"],
    )  # fmt: skip
    client = as_user("reviewer")
    client.post(url("take_over", closed.pk, window.pk))
    answer = Answer.objects.get(question__code="I-GOV-1")
    assert (answer.text, answer.respondents, answer.version) == ("Lihat lampiran.", 52, 2)
    entered(first(closed), cast["operator"], 0, 0, 0, 50, number=1)
    client.post(url("take_over", closed.pk, window.pk))
    answer.refresh_from_db()
    assert (answer.self_score, answer.respondents) == (Decimal("3.9808"), 52)  # 207/52


def test_a_running_survey_is_no_answer(as_user: Any, survey: Round, window: Any) -> None:
    answered(survey.sheets.get(), 4)
    page = text(as_user("reviewer").post(url("take_over", survey.pk, window.pk), follow=True))
    assert "Tutup dahulu survei ini" in page
    assert not Answer.objects.exists()


def test_a_survey_nobody_answered_says_so(as_user: Any, survey: Round, window: Any, cast: Any) -> None:
    actions.move_round(survey, "close", by=cast["reviewer"], note="Tidak jadi.")
    page = text(as_user("reviewer").post(url("take_over", survey.pk, window.pk), follow=True))
    assert "Belum ada yang menjawab" in page
    assert not Answer.objects.exists()


def test_a_window_that_froze_its_answers_takes_nothing(
    as_user: Any, closed: Round, window: Any, cast: Any
) -> None:
    type(window).objects.filter(pk=window.pk).update(status="open", opened_at=window.opens_at)
    page = text(as_user("reviewer").post(url("take_over", closed.pk, window.pk), follow=True))
    assert "sudah dibekukan" in page
    assert (Answer.objects.count(), LateEntry.objects.count()) == (0, 0)
    assert "sudah dibekukan" in text(as_user("reviewer").get(closed.get_absolute_url()))


def test_a_question_asked_of_an_agency_is_named(
    as_user: Any, closed: Round, window: Any, cast: Any, dinkes: Any
) -> None:
    evaluation.assign_questions(window=window, codes=["I-GOV-2"], opd=dinkes, by=cast["reviewer"])
    page = text(as_user("reviewer").post(url("take_over", closed.pk, window.pk), follow=True))
    assert "I-GOV-2 ditanyakan kepada DINKES" in page
    assert not Answer.objects.filter(self_score__isnull=False).exists(), "all or none"


def test_a_window_of_another_year_or_instrument_is_refused(as_user: Any, closed: Round, window: Any) -> None:
    type(window).objects.filter(pk=window.pk).update(year=2021)
    assert as_user("reviewer").post(url("take_over", closed.pk, window.pk)).status_code == 403
    assert Question.objects.exists()
    assert not Answer.objects.exists()
