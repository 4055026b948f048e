"""The self-assessment between secretariat and agency: who is asked, who writes, who accepts, who reads what."""

from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from evaluations import actions, rules
from evaluations.models import Answer, AnswerEvent
from evaluations.workflow import ANSWER
from opd.models import AuditEvent, Notification, Opd, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.asked import at_status, write

# --- who is asked -------------------------------------------------------------------------------------


def test_questions_are_asked_in_bulk_and_what_is_answered_stays(window, cast, dinkes, kominfo):
    codes = ["B-1", "B-2"]
    moved, left = actions.assign_questions(window=window, codes=codes, opd=dinkes, by=cast["reviewer"])
    assert (moved, left) == (codes, [])
    write(Answer.objects.for_page().get(question__code="B-1"), cast["operator"])
    moved, left = actions.assign_questions(window=window, codes=codes, opd=kominfo, by=cast["reviewer"])
    assert (moved, left) == (["B-2"], ["B-1"])
    assert {row.question.code: row.opd.short for row in Answer.objects.for_list()} == {
        "B-1": "DINKES",
        "B-2": "KOMINFO",
    }
    moved, left = actions.assign_questions(window=window, codes=codes, opd=None, by=cast["reviewer"])
    assert (moved, left) == (["B-2"], ["B-1"])
    assert AnswerEvent.objects.filter(move="assign").count() == 3
    assert AuditEvent.objects.filter(action="answer.assign").count() == 3


@pytest.mark.parametrize(
    "who", ["operator", "head", "planner", "auditor", "leader", "administrator", "assessor"]
)
def test_only_the_secretariat_asks(window, cast, dinkes, who):
    with pytest.raises(PermissionDenied):
        actions.assign_questions(window=window, codes=["B-1"], opd=dinkes, by=cast[who])
    assert not Answer.objects.exists()


def test_nobody_is_asked_once_the_answers_are_frozen_or_in_another_city(
    open_window, cast, dinkes, other_city
):
    foreign = Opd.objects.create(city=other_city, short="X", official_name="Dinas X", kind="dinas")
    for opd in (dinkes, foreign):
        with pytest.raises(PermissionDenied):
            actions.assign_questions(window=open_window, codes=["B-1"], opd=opd, by=cast["reviewer"])


def test_the_page_asks_for_what_was_chosen_and_says_what_happened(window, cast, dinkes, as_user):
    page = f"/windows/{window.pk}/answers/assign/"
    desk = as_user(cast["reviewer"])
    assert 'value="I-GOV-1" id="q-I-GOV-1" checked' in desk.get(f"{page}?dimension=GOV").text
    assert "checked" not in desk.get(page).text
    refused = desk.post(page, {"opd": dinkes.pk})
    assert (refused.status_code, Answer.objects.count()) == (422, 0)
    done = desk.post(page, {"opd": dinkes.pk, "questions": ["B-1", "B-2"]}, follow=True)
    assert "DINKES" in done.text
    assert set(Answer.objects.values_list("opd__short", flat=True)) == {"DINKES"}
    assert desk.post(page, {"opd": dinkes.pk, "questions": ["NICHT"]}).status_code == 422
    assert as_user(cast["planner"]).get(page).status_code == 403


# --- who writes, who moves ----------------------------------------------------------------------------


def test_the_agency_writes_what_it_was_asked_and_nobody_else_does(asked, cast, second):
    for name in ("reviewer", "planner", "auditor", "leader"):
        with pytest.raises(PermissionDenied):
            write(asked, cast[name])
    with pytest.raises(PermissionDenied):
        write(asked, second)
    assert write(asked, cast["operator"]).self_score == 3


def test_half_an_answer_is_saved_and_asked_for_proof_when_it_is_handed_in(asked, cast):
    write(asked, cast["operator"], score=3, text="")
    with pytest.raises(NotReady):
        actions.move_answer(pk=asked.pk, name="submit", by=cast["head"])
    actions.add_exhibit(
        answer=asked, by=cast["operator"], values={"kind": "link", "title": "JDIH", "url": "https://jdih.example.go.id/1"}
    )  # fmt: skip
    event = actions.move_answer(pk=asked.pk, name="submit", by=cast["head"])
    assert (event.target, event.role) == ("submitted", "head")


#: By hand: (status, move) -> who may. The agency has a head, so the operator does not hand in.
MAY = {
    ("draft", "submit"): {"head"},
    ("returned", "submit"): {"head"},
    ("submitted", "return"): {"reviewer"},
    ("submitted", "accept"): {"reviewer"},
    ("accepted", "reopen"): {"reviewer"},
}
STATUSES = ("draft", "submitted", "returned", "accepted")


@pytest.mark.parametrize(("status", "name"), list(product(STATUSES, ANSWER.moves)))
def test_every_status_move_and_person(asked, cast, second, status, name):
    answer = at_status(asked, status, cast)
    people = {key: user for key, user in cast.items() if user.is_active} | {"second": second}
    allowed = MAY.get((status, name), set())
    assert {key for key, user in people.items() if _offered(user, answer, name)} == allowed
    for key, user in people.items():
        if key not in allowed:
            with pytest.raises((PermissionDenied, WrongStatus)):
                actions.move_answer(pk=answer.pk, name=name, by=user, note="Karena.")
    assert Answer.objects.get(pk=answer.pk).status == status
    if allowed:
        actions.move_answer(pk=answer.pk, name=name, by=people[allowed.pop()], note="Karena.")
        assert Answer.objects.get(pk=answer.pk).status == ANSWER.moves[name].target


def _offered(user: User, answer: Answer, name: str) -> bool:
    return name in {offer.move.name for offer in ANSWER.offered_to(user, answer)}


def test_an_agency_without_a_head_hands_in_through_its_operator_and_the_planner_accepts_the_house(
    window, cast, kominfo, second
):
    actions.assign_questions(window=window, codes=["B-2"], opd=kominfo, by=cast["reviewer"])
    answer = Answer.objects.for_page().get()
    write(answer, second)
    actions.move_answer(pk=answer.pk, name="submit", by=second)
    answer = Answer.objects.for_page().get()
    assert not rules.may_judge_answer(cast["reviewer"], answer), (
        "nobody accepts the records of their own house"
    )


def test_a_return_says_why_and_the_agency_mends_exactly_that(asked, cast, as_user):
    answer = at_status(asked, "submitted", cast)
    with pytest.raises(NotReady):
        actions.move_answer(pk=answer.pk, name="return", by=cast["reviewer"])
    page = f"/windows/{answer.window_id}/answers/B-1/"
    as_user(cast["reviewer"]).post(f"/answers/{answer.pk}/moves/return/", {"note": "Sebut halamannya."})
    assert "Sebut halamannya." in as_user(cast["operator"]).get(page).text
    write(answer, cast["operator"], text="Halaman 12.")
    with pytest.raises(StaleVersion):
        actions.save_answer(
            window=answer.window,
            question_code="B-1",
            self_score=None,
            text="lama",
            version=1,
            by=cast["operator"],
        )
    actions.move_answer(pk=answer.pk, name="submit", by=cast["head"])
    assert "Halaman 12." in as_user(cast["reviewer"]).get(page).text


def test_the_same_press_twice_is_one_move(asked, cast):
    write(asked, cast["operator"])
    events = {actions.move_answer(pk=asked.pk, name="submit", by=cast["head"]).pk for _twice in range(2)}
    assert len(events) == 1


# --- who reads what -----------------------------------------------------------------------------------


def test_the_city_reads_what_was_handed_in_not_what_is_being_written(asked, cast, as_user):
    page, listed = f"/windows/{asked.window_id}/answers/B-1/", f"/windows/{asked.window_id}/answers/"
    write(asked, cast["operator"], score=4, text="KENARI-SATU")
    for name in ("reviewer", "planner", "auditor", "leader"):
        assert "KENARI" not in as_user(cast[name]).get(page).text, name
        assert "<strong>4</strong>" not in as_user(cast[name]).get(listed).text, name
    actions.move_answer(pk=asked.pk, name="submit", by=cast["head"])
    assert "KENARI-SATU" in as_user(cast["reviewer"]).get(page).text
    actions.move_answer(pk=asked.pk, name="return", by=cast["reviewer"], note="Kurang.")
    write(asked, cast["operator"], score=2, text="KENARI-DUA")
    for name in ("reviewer", "planner", "auditor"):
        text = as_user(cast[name]).get(page).text
        assert "KENARI-SATU" in text, name
        assert "KENARI-DUA" not in text, name
    assert "KENARI" not in as_user(cast["leader"]).get(page).text, "leadership waits until it is accepted"
    assert "KENARI-DUA" in as_user(cast["operator"]).get(page).text


def test_an_agency_opens_only_what_it_was_asked(asked, cast, second, as_user):
    desk = as_user(cast["operator"])
    home = f"/windows/{asked.window_id}/answers/"
    assert desk.get("/answers/").status_code == 200
    assert f'href="{home}"' in desk.get("/answers/").text
    assert (desk.get(home).status_code, desk.get(f"{home}B-1/").status_code) == (200, 200)
    assert "B-2" not in desk.get(home).text
    assert desk.get(f"{home}B-2/").status_code == 404
    assert desk.get(f"/windows/{asked.window_id}/").status_code == 404
    other = as_user(second)
    assert {other.get(address).status_code for address in (home, f"{home}B-1/")} == {404}
    assert other.post(f"/answers/{asked.pk}/moves/submit/").status_code == 404


# --- who is told --------------------------------------------------------------------------------------


def lines(user: User) -> list[str]:
    """What asks for a person's attention now."""
    return sorted(Notification.objects.of_user(user).unread().values_list("title", flat=True))


def test_each_step_is_told_once_to_who_has_the_next_one(window, cast, dinkes, second):
    actions.assign_questions(window=window, codes=["B-1", "B-2"], opd=dinkes, by=cast["reviewer"])
    asked = ["2 pertanyaan Tahap II 2022 diminta dari DINKES"]
    assert (lines(cast["operator"]), lines(cast["head"]), lines(second)) == (asked, asked, [])
    first, other = Answer.objects.for_page().order_by("question__code")
    for answer in (first, other):
        write(answer, cast["operator"])
        actions.move_answer(pk=answer.pk, name="submit", by=cast["head"])
    assert lines(cast["operator"]) == [], "everything is handed in"
    waits = ["Jawaban OPD menunggu diterima: Tahap II 2022"]
    assert (lines(cast["reviewer"]), lines(cast["planner"]), lines(cast["auditor"])) == (waits, [], [])
    returned = ["Dikembalikan: jawaban B-1 Tahap II 2022"]
    for _twice in range(2):  # a second return on the same day asks again
        actions.move_answer(pk=first.pk, name="return", by=cast["reviewer"], note="Sebut halamannya.")
        assert (lines(cast["operator"]), lines(cast["reviewer"])) == (returned, waits)
        write(first, cast["operator"], text="Halaman lain.")
        actions.move_answer(pk=first.pk, name="submit", by=cast["head"])
        assert lines(cast["operator"]) == []
    for answer in (first, other):
        actions.move_answer(pk=answer.pk, name="accept", by=cast["reviewer"])
    assert lines(cast["reviewer"]) == []


def test_nothing_asks_any_more_once_the_answers_are_frozen(asked, cast, seat, colleague_seat):
    assert lines(cast["operator"])
    with clock.at(asked.window.opens_at):
        actions.open_window(asked.window, by=cast["reviewer"])
    assert lines(cast["operator"]) == []


# --- the list --------------------------------------------------------------------------------------


def test_the_list_takes_few_queries_however_many_questions_were_asked(
    window, cast, dinkes, as_user, count_queries
):
    desk, page = as_user(cast["reviewer"]), f"/windows/{window.pk}/answers/"
    desk.get(page)
    few = count_queries(lambda: desk.get(page))
    actions.assign_questions(window=window, codes=["B-1", "B-2"], opd=dinkes, by=cast["reviewer"])
    for answer in Answer.objects.for_page():
        at_status(answer, "submitted", cast)
    assert count_queries(lambda: desk.get(page)) <= few
