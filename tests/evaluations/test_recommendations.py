"""Recommendations: every move by every role, the way from year to year, Baseline questions and the snapshot."""

from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations import actions as evaluation
from evaluations import follow_up, freezing, invariants
from evaluations.actions import recommendation_lines
from evaluations.actions import recommendations as actions
from evaluations.loading import load
from evaluations.models import (
    Answer,
    EvaluationWindow,
    Exhibit,
    Recommendation,
    RecommendationStatus,
    SnapshotItem,
)
from evaluations.workflow import RECOMMENDATION
from opd.models import AuditEvent, Membership, Notification, Role
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, DUE, OPENS, SMALL, as_file, raw_refused
from tests.evaluations.test_workflow import ROLES

LINK = {"kind": "link", "title": "Berita acara", "url": "https://contoh.go.id/ba"}
VALUES = {
    "year": 2021, "source": "letter", "reference": "B-21/2022", "text": "Inventaris aplikasi dilengkapi.",
    "due_on": date(2022, 10, 20), "section": "OUTPUT", "question": "OP-8",
}  # fmt: skip


@pytest.fixture
def row(city, dinkes, cast):
    """Given to DINKES; its owner in the cast is operator and head of that agency."""
    return actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"])


def fresh(row):
    return Recommendation.objects.for_page().get(pk=row.pk)


def propose(row, cast, note="Inventaris selesai."):
    if not row.exhibits.exists():
        actions.add_evidence(row=row, by=cast["operator"], values=LINK)
    return actions.move(pk=row.pk, name="propose", by=cast["operator"], note=note)


def bring_to(row, status, cast):
    """Take a recommendation to a status by its people."""
    if status in ("proposed", "returned", "closed"):
        propose(row, cast)
    if status == "returned":
        actions.move(pk=row.pk, name="return", by=cast["reviewer"], note="Kurang lengkap.")
    if status == "closed":
        actions.move(pk=row.pk, name="close", by=cast["reviewer"])
    if status == "dropped":
        actions.move(pk=row.pk, name="drop", by=cast["reviewer"], note="Tidak berlaku lagi.")
    if status == "running":
        actions.move(pk=row.pk, name="start", by=cast["operator"])
    if status == "carried":
        row.city.evaluation_year = 2023
        row.city.save()
        actions.carry_over(city=row.city, by=cast["reviewer"])
    return fresh(row)


OWNER, JUDGE, KEEPER = ("operator", "head"), ("reviewer",), ("reviewer", "planner")
LEFT = ("open", "running", "returned", "proposed")
ALLOWED = {
    *product(["open"], ["start"], OWNER),
    *product(["open", "running", "returned"], ["propose"], OWNER),
    *product(["proposed"], ["return", "close"], JUDGE),
    *product(LEFT, ["drop"], JUDGE),
    *product(["closed", "dropped"], ["reopen"], JUDGE),
    *product(LEFT, ["carry"], KEEPER),
}


@pytest.mark.parametrize("status", RecommendationStatus.values)
def test_no_other_move_exists(status, row, cast):
    """Every move by every role from a status, each in a savepoint of its own."""
    row = bring_to(row, status, cast)
    if status in ("open", "running"):
        row.exhibits.create(uploaded_by=cast["operator"], **LINK)
    made, before = set(), row.events.count()
    for move, role in product(RECOMMENDATION.moves, ROLES):
        with transaction.atomic():
            if step(row, move, cast.get(role) or cast["outsider"]):
                assert fresh(row).status == RECOMMENDATION.moves[move].target
                made.add((status, move, role))
            else:
                assert (fresh(row).status, row.events.count()) == (status, before)
            transaction.set_rollback(True)
    assert made == {cell for cell in ALLOWED if cell[0] == status}


def step(row, move, by):
    """Try one move; whether it was made."""
    row, now, changes = fresh(row), clock.now(), {"closed_at": None, "closed_by": None}
    if move == "carry":
        row.city.evaluation_year = 2023
        row.city.save()
    if move == "close":
        changes = {"closed_at": now, "closed_by": by}
    if move == "propose":
        changes |= {"done_note": "Selesai.", "proposed_at": now, "proposed_by": by}
    try:
        RECOMMENDATION.make(row, move, by=by, note="Alasan.", changes=changes)
    except (WrongStatus, PermissionDenied):
        return False
    return True


def test_nobody_closes_what_their_own_house_proposes(city, kominfo, cast, person):
    """KOMINFO's own is judged by the planner of another house, never by its reviewer."""
    person("operator-kominfo", Role.OPD_OPERATOR, city, kominfo)
    row = actions.give(city=city, values=VALUES | {"opd": kominfo}, by=cast["reviewer"])
    with pytest.raises(PermissionDenied):
        RECOMMENDATION.make(row, "drop", by=cast["reviewer"], note="Selesai.")


# --- the way of one ------------------------------------------------------------------------------------------


def test_it_cannot_be_proposed_without_evidence_or_words(row, cast):
    with pytest.raises(NotReady, match=r"evidence|bukti"):
        actions.move(pk=row.pk, name="propose", by=cast["operator"], note="Selesai.")
    actions.add_evidence(row=row, by=cast["operator"], values=LINK)
    with pytest.raises(NotReady):
        actions.move(pk=row.pk, name="propose", by=cast["operator"], note=" ")
    assert fresh(row).status == "running"  # the evidence has begun it


def test_steps_begin_it_and_are_done_or_not(row, cast):
    step = actions.plan_step(
        pk=row.pk, text="Kumpulkan daftar.", due_on=date(2022, 9, 1), by=cast["operator"]
    )
    assert fresh(row).status == "running"
    actions.mark_step(pk=row.pk, step_pk=step.pk, done=True, by=cast["head"])
    actions.mark_step(pk=row.pk, step_pk=step.pk, done=True, by=cast["head"])  # twice is once
    assert row.events.filter(move="step_done").count() == 1
    with pytest.raises(NotReady):
        actions.remove_step(pk=row.pk, step_pk=step.pk, by=cast["operator"])
    with pytest.raises(PermissionDenied):
        actions.mark_step(pk=row.pk, step_pk=step.pk, done=False, by=cast["reviewer"])
    found = fresh(row)
    assert (found.steps_done, found.steps_all) == (1, 1)


def test_the_secretariat_writes_a_step_without_beginning_it_for_the_agency(row, cast):
    actions.plan_step(pk=row.pk, text="Rapat.", due_on=date(2022, 9, 1), by=cast["planner"])
    assert fresh(row).status == "open"


def test_pressed_twice_is_once(row, city, dinkes, cast):
    first = actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"], key="k" * 32)
    again = actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"], key="k" * 32)
    assert first == again
    assert first.number == row.number + 1
    propose(row, cast)
    events = AuditEvent.objects.count()
    propose(row, cast)
    assert AuditEvent.objects.count() == events


def test_a_correction_says_why_and_keeps_the_old_words(row, cast, kominfo):
    values = {name: getattr(row, name) for name in actions.GIVEN} | {"opd": kominfo}
    with pytest.raises(NotReady):
        actions.correct(pk=row.pk, values=values, reason="", version=row.version, by=cast["reviewer"])
    with pytest.raises(StaleVersion):
        actions.correct(
            pk=row.pk, values=values, reason="Salah.", version=row.version + 5, by=cast["reviewer"]
        )
    actions.correct(pk=row.pk, values=values, reason="Salah OPD.", version=row.version, by=cast["reviewer"])
    event = row.events.get(move="correct")
    assert event.changes == {"opd": ["DINKES", "KOMINFO"]}


def test_what_is_settled_keeps_its_words_in_the_database_too(row, cast):
    bring_to(row, "closed", cast)
    for statement in (
        "UPDATE evaluations_recommendation SET text = 'lain'",
        "UPDATE evaluations_recommendation SET due_on = '2030-01-01'",
        "DELETE FROM evaluations_recommendationevent",
        "DELETE FROM evaluations_exhibit",
        "UPDATE evaluations_exhibit SET title = 'lain'",
    ):
        with raw_refused() as cursor:
            cursor.execute(statement)
    with raw_refused() as cursor:
        cursor.execute("UPDATE evaluations_recommendation SET number = 99")


def test_closing_evidence_is_not_changed_by_anybody_once_proposed(row, cast):
    propose(row, cast)
    piece = row.exhibits.get()
    for act in (
        lambda: evaluation.remove_exhibit(pk=piece.pk, by=cast["operator"]),
        lambda: evaluation.change_exhibit(pk=piece.pk, values={"title": "x"}, version=1, by=cast["operator"]),
        lambda: actions.add_evidence(row=row, by=cast["operator"], values=LINK),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- who reads what ------------------------------------------------------------------------------------------


def test_each_sees_what_is_theirs(row, cast, city, kominfo, person):
    stranger = person("operator-lain", Role.OPD_OPERATOR, city, kominfo)
    seeing = {name for name, user in cast.items() if Recommendation.objects.visible_to(user).exists()}
    assert seeing == {"operator", "head", "reviewer", "planner", "auditor", "leader"}
    assert not Recommendation.objects.visible_to(stranger).exists()


def test_evidence_is_read_when_proposed_and_by_leadership_when_closed(row, cast):
    def readers():
        return {name for name, user in cast.items() if Exhibit.objects.visible_to(user).exists()}

    actions.add_evidence(row=row, by=cast["operator"], values=LINK)
    assert readers() == {"operator", "head"}
    with clock.at(clock.now() + timedelta(hours=1)):
        propose(row, cast)
    assert readers() == {"operator", "head", "reviewer", "planner", "auditor"}
    actions.move(pk=row.pk, name="close", by=cast["reviewer"])
    assert readers() == {"operator", "head", "reviewer", "planner", "auditor", "leader"}


def test_leadership_reads_what_was_done_only_once_it_is_closed(row, cast):
    propose(row, cast, note="KANARI-USUL")
    client = Client()
    client.force_login(cast["leader"])
    assert "KANARI-USUL" not in client.get(row.get_absolute_url()).content.decode()
    assert (
        "KANARI-USUL"
        not in client.get(reverse("evaluations:recommendations_file"), {"format": "csv"}).getvalue().decode()
    )
    actions.move(pk=row.pk, name="close", by=cast["reviewer"])
    assert "KANARI-USUL" in client.get(row.get_absolute_url()).content.decode()


# --- people are told -----------------------------------------------------------------------------------------


def told(user):
    return list(Notification.objects.of_user(user).unread().values_list("title", flat=True))


def test_people_are_told_what_is_theirs_to_do(row, cast):
    assert "R-2021-01" in told(cast["operator"])[0]
    propose(row, cast)
    assert told(cast["operator"]) == []
    assert len(told(cast["reviewer"])) == 1
    assert told(cast["planner"]) == []  # the reviewer decides, she does not
    actions.move(pk=row.pk, name="return", by=cast["reviewer"], note="Kurang.")
    assert told(cast["reviewer"]) == []
    assert len(told(cast["head"])) == 1


def test_due_soon_and_late_are_each_told_once_for_their_day(row, cast, city):
    Notification.objects.all().delete()
    zone = ZoneInfo(city.timezone)

    def remind(day):
        with clock.at(datetime(2022, 10, day, 9, tzinfo=zone)):
            return recommendation_lines.remind(city)

    assert remind(5) == 0
    assert (remind(6), remind(7)) == (1, 0)
    assert (remind(20), remind(21), remind(22)) == (0, 1, 0)
    assert Notification.objects.filter(user=cast["reviewer"]).count() == 1  # of what is late only
    with clock.at(datetime(2022, 10, 22, 9, tzinfo=zone)):
        values = {name: getattr(row, name) for name in actions.GIVEN} | {"due_on": date(2022, 10, 30)}
        actions.correct(pk=row.pk, values=values, reason="Diundur.", version=row.version, by=cast["reviewer"])
    assert (remind(22), remind(31)) == (1, 1)


# --- from year to year ---------------------------------------------------------------------------------------


def test_nothing_is_carried_before_the_next_year_has_begun(row, city, cast):
    assert actions.carry_over(city=city, by=cast["reviewer"]) == []
    with pytest.raises(PermissionDenied):
        actions.carry_over(city=city, by=cast["operator"])


def test_the_unclosed_go_on_and_keep_their_chain(row, city, cast, dinkes):
    step = actions.plan_step(pk=row.pk, text="Satu.", due_on=date(2022, 9, 1), by=cast["operator"])
    actions.plan_step(pk=row.pk, text="Dua.", due_on=date(2022, 9, 9), by=cast["operator"])
    actions.mark_step(pk=row.pk, step_pk=step.pk, done=True, by=cast["operator"])
    actions.add_evidence(row=row, by=cast["operator"], values=LINK)
    done = actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"])
    bring_to(done, "closed", cast)
    city.evaluation_year = 2023
    city.save()
    (new,) = actions.carry_over(city=city, by=cast["planner"])
    assert actions.carry_over(city=city, by=cast["planner"]) == []
    assert (new.code, new.for_year, new.origin_id, new.status) == (row.code, 2023, row.pk, "open")
    assert [step.text for step in new.steps.all()] == ["Dua."]
    assert new.exhibits.get().url == LINK["url"]
    old = fresh(row)
    assert (old.status, old.carried_to) == ("carried", new)
    with raw_refused() as cursor:
        cursor.execute("UPDATE evaluations_recommendation SET status = 'open' WHERE id = %s", [old.pk])
    assert [link["year"] for link in follow_up.chain_of(fresh(new))] == ["2022"]
    with pytest.raises(NotReady):
        actions.move(pk=done.pk, name="reopen", by=cast["reviewer"], note="Ternyata belum.")
    assert list(invariants.contradictions()) == []


def test_a_broken_chain_is_found(row, city, cast):
    bring_to(row, "carried", cast)
    new = Recommendation.objects.get(for_year=2023)
    Recommendation.objects.filter(pk=new.pk).update(origin=None)
    assert any("carried" in text for text in invariants.contradictions())


# --- Baseline and the snapshot -------------------------------------------------------------------------------


@pytest.fixture
def baseline(small, city, cast):
    """A window whose first section is the Baseline of the domain guide."""
    small["sections"][0]["code"] = "BASELINE"
    instrument = load(as_file(small | {"instrument": SMALL["instrument"] | {"code": "BASE"}}))
    return EvaluationWindow.objects.create(
        city=city, year=2022, stage="Tahap I", instrument=instrument,
        inputs_due_at=DUE, opens_at=OPENS, closes_at=CLOSES,
    )  # fmt: skip


def test_the_baseline_question_shows_them_and_takes_their_evidence_once(row, baseline, cast):
    bring_to(row, "closed", cast)
    client = Client()
    client.force_login(cast["reviewer"])
    evaluation.save_answer(
        window=baseline, question_code="B-1", self_score=2, text="Ya.", version=0, by=cast["reviewer"]
    )
    page = client.get(reverse("evaluations:answer", args=[baseline.pk, "B-1"])).content.decode()
    assert "R-2021-01" in page
    other = client.get(reverse("evaluations:answer", args=[baseline.pk, "Q-GOV-1"])).content.decode()
    assert "R-2021-01" not in other
    answer = Answer.objects.get()
    for _press in range(2):
        client.post(reverse("evaluations:exhibit_follow_up", args=[answer.pk]))
    assert [piece.url for piece in answer.exhibits.all()] == [LINK["url"]]


def test_only_what_is_closed_gives_its_evidence(row, baseline, cast):
    propose(row, cast)
    answer = evaluation.save_answer(
        window=baseline, question_code="B-1", self_score=2, text="Ya.", version=0, by=cast["reviewer"]
    )
    assert evaluation.take_closing_evidence(answer=answer, by=cast["reviewer"]) == 0


def test_an_agency_asked_for_baseline_reads_and_takes_its_own_only(
    row, baseline, city, kominfo, cast, person
):
    bring_to(row, "closed", cast)
    stranger = person("operator-lain", Role.OPD_OPERATOR, city, kominfo)
    evaluation.assign_questions(window=baseline, codes=["B-1"], opd=kominfo, by=cast["reviewer"])
    client = Client()
    client.force_login(stranger)
    page = client.get(reverse("evaluations:answer", args=[baseline.pk, "B-1"])).content.decode()
    assert "R-2021-01" not in page
    assert evaluation.take_closing_evidence(answer=Answer.objects.for_page().get(), by=stranger) == 0


def test_the_snapshot_keeps_what_the_city_stands_for(row, baseline, city, dinkes, cast):
    bring_to(row, "closed", cast)
    other = actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"])
    actions.add_evidence(row=other, by=cast["operator"], values=LINK | {"title": "KANARI-BUKTI"})
    actions.move(pk=other.pk, name="propose", by=cast["operator"], note="KANARI-USUL")
    snapshot = freezing.freeze(baseline, by=cast["reviewer"])
    frozen = snapshot.items.of_kind(SnapshotItem.Kind.RECOMMENDATION).payloads()
    assert frozen["R-2021-01"]["done_note"] == "Inventaris selesai."
    assert frozen["R-2021-01"]["evidence"][0]["url"] == LINK["url"]
    assert (frozen["R-2021-02"]["status"], frozen["R-2021-02"]["done_note"]) == ("proposed", "")
    assert "KANARI" not in str(frozen)
    assert list(freezing.contradictions()) == []


def test_assessors_read_the_frozen_follow_up_beside_baseline_only(row, baseline, verified, cast, city):
    from tests.evaluations.builders import areas

    bring_to(row, "closed", cast)
    seat = evaluation.seat_assessor(
        window=baseline, user=cast["assessor"], areas=areas(baseline, "lintas", "gov", "liv"),
        until=CLOSES + timedelta(days=7), by=cast["reviewer"],
    )  # fmt: skip
    with clock.at(OPENS):
        evaluation.open_window(baseline, by=cast["reviewer"])
        evaluation.declare(seat, by=cast["assessor"])
    client = Client()
    client.force_login(cast["assessor"])
    page = client.get(reverse("evaluations:score", args=[baseline.pk, "B-1"])).content.decode()
    assert "R-2021-01" in page
    assert "Inventaris selesai." in page
    page = client.get(reverse("evaluations:score", args=[baseline.pk, "Q-GOV-1"])).content.decode()
    assert "R-2021-01" not in page
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(reverse("evaluations:recommendations")).status_code == 403
    assert "R-2021-01" in client.get(reverse("evaluations:material", args=[baseline.pk])).content.decode()


# --- pages ---------------------------------------------------------------------------------------------------


def queries(client, url):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_pages_ask_as_often_for_many_as_for_few(row, baseline, city, dinkes, cast):
    client = Client()
    client.force_login(cast["reviewer"])
    pages = [
        reverse("evaluations:recommendations"),
        reverse("evaluations:answer", args=[baseline.pk, "B-1"]),
        reverse("evaluations:recommendations_file") + "?format=csv",
    ]
    for url in pages:
        client.get(url)  # what a process keeps of the instrument is read once, whatever is listed
    few = [queries(client, url) for url in pages]
    for _number in range(12):
        more = actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"])
        actions.add_evidence(row=more, by=cast["operator"], values=LINK)
    assert [queries(client, url) for url in pages] == few


def test_words_typed_with_a_refused_move_come_back(row, cast):
    client = Client()
    client.force_login(cast["operator"])
    url = reverse("evaluations:recommendation_move", args=[row.pk, "propose"])
    page = client.post(url, {"note": "Kata-kata saya.", "version": row.version}, follow=True).content.decode()
    assert "Kata-kata saya." in page
    assert client.post(url, {"note": "x"}).status_code == 400  # a guard does not vanish with its field


def test_two_who_correct_see_both_texts(row, cast):
    client = Client()
    client.force_login(cast["reviewer"])
    url = reverse("evaluations:recommendation_edit", args=[row.pk])
    typed = {
        "source": "letter", "reference": "B-21/2022", "text": "Teks saya.", "opd": row.opd_id,
        "due_on": "2022-10-20", "section": "", "question": "", "reason": "Perbaikan.", "version": row.version,
    }  # fmt: skip
    assert client.post(url, typed).status_code == 302
    answer = client.post(url, typed | {"text": "Teks orang kedua."})
    assert answer.status_code == 409
    assert "Teks saya." in answer.content.decode()
    assert "Teks orang kedua." in answer.content.decode()


def test_the_list_is_narrowed_and_sorted(row, city, kominfo, cast):
    actions.give(
        city=city, by=cast["reviewer"],
        values=VALUES | {"opd": kominfo, "text": "Bentuk forum.", "due_on": date(2022, 9, 1), "source": "minutes"},
    )  # fmt: skip
    client = Client()
    client.force_login(cast["reviewer"])
    url = reverse("evaluations:recommendations")

    def codes(**query):
        return [row["code"] for row in client.get(url, query).context["rows"]]

    assert codes() == ["R-2021-02", "R-2021-01"]
    assert codes(sort="code") == ["R-2021-01", "R-2021-02"]
    assert codes(status="late") == ["R-2021-02"]
    assert codes(source="letter") == ["R-2021-01"]
    assert codes(opd="KOMINFO", q="forum") == ["R-2021-02"]
    assert codes(year="2030") == ["R-2021-02", "R-2021-01"]  # a wrong value narrows nothing


def test_the_successor_of_an_agency_keeps_its_tasks(row, city, dinkes, kominfo, cast, person):
    heir = person("operator-penerus", Role.OPD_OPERATOR, city, kominfo)
    dinkes.successor, dinkes.valid_to = kominfo, date(2022, 10, 1)
    dinkes.save()
    assert Membership.objects.filter(user=heir).exists()
    assert Recommendation.objects.of_own_opds(heir).get() == row


def test_freezing_asks_as_often_for_many_as_for_few(row, baseline, city, dinkes, cast):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            freezing.contents(baseline)
        return len(seen)

    bring_to(row, "closed", cast)
    few = asked()
    for number in range(6):
        more = actions.give(city=city, values=VALUES | {"opd": dinkes}, by=cast["reviewer"])
        bring_to(more, "closed" if number % 2 else "dropped", cast)
    assert asked() == few
    reasons = {row["dropped_because"] for row in follow_up.to_freeze(baseline) if row["status"] == "dropped"}
    assert reasons == {"Tidak berlaku lagi."}
