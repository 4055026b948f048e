"""The interview: who arranges, who keeps the time, what is noted, and that nothing of it sways anybody."""

from contextlib import nullcontext
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from evaluations import actions, run_sheet
from evaluations.actions import interview as talk
from evaluations.models import (
    Interview,
    InterviewEvent,
    InterviewNote,
    InterviewStatus,
    SlotRun,
    Way,
    lead_of,
)
from evaluations.structure import structure_of
from evaluations.workflow import INTERVIEW
from opd.models import AuditEvent, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, score_all
from tests.evaluations.test_workflow import ROLES

NOW = CLOSES - timedelta(days=2)


def plan(window, **changes):
    minutes = run_sheet.default_minutes(structure_of(window.instrument), 90)
    facts = {
        "planned_at": NOW,
        "way": Way.ONLINE,
        "place": "Ruang rapat",
        "minutes": minutes,
        "order": {key: place for place, key in enumerate(minutes, 1)},
    }
    return talk.Plan(**(facts | changes))


def note(seat, code="B-1", text="Perwako masih berlaku.", version=0, by=None):
    return talk.save_note(seat=seat, code=code, text=text, version=version, by=by or seat.user)


# --- the run sheet -----------------------------------------------------------------------------------------


def test_the_minutes_follow_the_weights_and_total_ninety(window):
    minutes = run_sheet.default_minutes(structure_of(window.instrument), 90)
    assert minutes == {
        "opening": 10,
        "section-BASE": 30,
        "dimension-GOV": 28,
        "dimension-LIV": 17,
        "closing": 5,
    }
    assert sum(minutes.values()) == 90


@pytest.mark.parametrize("total", [20, 37, 60, 90, 240])
def test_any_total_is_used_up_to_the_minute(window, total):
    minutes = run_sheet.default_minutes(structure_of(window.instrument), total)
    assert sum(minutes.values()) == total
    assert min(minutes.values()) >= 1


def test_every_question_is_in_exactly_one_part(window):
    structure = structure_of(window.instrument)
    codes = [row.code for rows in run_sheet.parts(structure).values() for row in rows]
    assert sorted(codes) == sorted(structure.questions)


@pytest.mark.parametrize(
    "who", ["operator", "planner", "auditor", "leader", "colleague", "outsider", "foreign_reviewer"]
)
def test_only_reviewer_and_lead_arrange(open_window, cast, who):
    with pytest.raises(PermissionDenied):
        talk.save_plan(window=open_window, plan=plan(open_window), version=0, by=cast[who])
    assert not Interview.objects.exists()


@pytest.mark.parametrize("who", ["reviewer", "assessor"])
def test_reviewer_and_lead_arrange(open_window, cast, who):
    interview = talk.save_plan(window=open_window, plan=plan(open_window), version=0, by=cast[who])
    assert (interview.version, interview.place, interview.slots.count()) == (1, "Ruang rapat", 5)
    assert AuditEvent.objects.filter(action="interview.plan").count() == 1


def test_the_minutes_must_total_ninety_to_the_minute(open_window, cast):
    minutes = run_sheet.default_minutes(structure_of(open_window.instrument), 90)
    minutes["closing"] += 1
    with pytest.raises(NotReady, match="91"):
        talk.save_plan(
            window=open_window, plan=plan(open_window, minutes=minutes), version=0, by=cast["reviewer"]
        )
    assert not Interview.objects.exists()


def test_two_tabs_arrange_and_the_second_is_told(open_window, cast):
    talk.save_plan(window=open_window, plan=plan(open_window), version=0, by=cast["reviewer"])
    with pytest.raises(StaleVersion) as stale:
        talk.save_plan(
            window=open_window, plan=plan(open_window, place="Lain"), version=0, by=cast["assessor"]
        )
    assert stale.value.current.place == "Ruang rapat"


def test_the_lead_is_the_first_seat_until_the_reviewer_names_another(open_window, seat, colleague_seat, cast):
    assert lead_of(open_window) == seat
    named = plan(open_window, lead=colleague_seat, names_lead=True)
    with pytest.raises(PermissionDenied):
        talk.save_plan(window=open_window, plan=named, version=0, by=cast["assessor"])
    talk.save_plan(window=open_window, plan=named, version=0, by=cast["reviewer"])
    assert lead_of(open_window) == colleague_seat


def test_a_lead_with_a_conflict_leads_nothing(open_window, seat, colleague_seat, cast):
    actions.declare(seat, conflict="Adik kepala dinas.", by=cast["assessor"])
    assert lead_of(open_window) == colleague_seat
    named = plan(open_window, lead=seat, names_lead=True)
    seat.refresh_from_db()
    with pytest.raises(ValidationError):
        talk.save_plan(window=open_window, plan=named, version=0, by=cast["reviewer"])


# --- the clock ---------------------------------------------------------------------------------------------

ALLOWED = {
    (status, move, who)
    for status, move in (("planned", "start"), ("running", "finish"), ("done", "resume"))
    for who in ("reviewer", "assessor")
}


@pytest.mark.parametrize(
    ("status", "move", "role"), [*product(InterviewStatus.values, INTERVIEW.moves, ROLES)]
)
def test_no_other_move_exists(status, move, role, open_window, cast):
    """`assessor` holds the first seat and leads; `nobody` is the clock, which moves nothing here."""
    with clock.at(NOW):
        if status != "planned":
            talk.move(window=open_window, name="start", by=cast["reviewer"])
        if status == "done":
            talk.move(window=open_window, name="finish", by=cast["reviewer"])
    before = InterviewEvent.objects.count()
    allowed = (status, move, role) in ALLOWED
    refused = nullcontext() if allowed else pytest.raises((WrongStatus, PermissionDenied, AttributeError))
    with clock.at(NOW), refused:
        talk.move(window=open_window, name=move, by=cast.get(role), note="Sambungan terputus.")
    assert InterviewEvent.objects.count() == before + allowed


@pytest.mark.parametrize("moment", [CLOSES, CLOSES + timedelta(hours=1)])
def test_no_interview_begins_after_the_window(open_window, cast, moment):
    with clock.at(moment), pytest.raises(NotReady):
        talk.move(window=open_window, name="start", by=cast["reviewer"])


def test_none_begins_before_the_opening(window, seat, cast):
    with pytest.raises(NotReady):
        talk.move(window=window, name="start", by=cast["reviewer"])


def test_taking_up_again_needs_a_reason(open_window, cast):
    for name in ("start", "finish"):
        talk.move(window=open_window, name=name, by=cast["reviewer"])
    with pytest.raises(NotReady):
        talk.move(window=open_window, name="resume", by=cast["reviewer"])


def test_one_part_runs_at_a_time_and_ending_ends_it(open_window, cast):
    lead = cast["assessor"]
    talk.move(window=open_window, name="start", by=lead)
    with clock.at(NOW):
        first = talk.start_slot(window=open_window, key="opening", by=lead)
    with clock.at(NOW + timedelta(minutes=9)):
        assert talk.start_slot(window=open_window, key="opening", by=lead) == first, "a second press"
        talk.start_slot(window=open_window, key="dimension-GOV", by=lead)
    with clock.at(NOW + timedelta(minutes=30)):
        talk.move(window=open_window, name="finish", by=lead)
    spans = [(run.slot.key, run.started_at, run.ended_at) for run in SlotRun.objects.select_related("slot")]
    nine, thirty = NOW + timedelta(minutes=9), NOW + timedelta(minutes=30)
    assert spans == [("opening", NOW, nine), ("dimension-GOV", nine, thirty)]


@pytest.mark.parametrize("who", ["colleague", "planner", "operator", "outsider", "leader"])
def test_nobody_else_keeps_the_time(open_window, cast, who):
    talk.move(window=open_window, name="start", by=cast["reviewer"])
    with pytest.raises(PermissionDenied):
        talk.start_slot(window=open_window, key="opening", by=cast[who])
    with pytest.raises(PermissionDenied):
        talk.stop_slot(window=open_window, by=cast[who])


# --- notes -------------------------------------------------------------------------------------------------


def test_a_note_is_the_panels_and_written_by_any_seat(open_window, seat, colleague_seat):
    note(seat)
    second = note(colleague_seat, text="Perwako masih berlaku sampai 2023.", version=1)
    assert InterviewNote.objects.get() == second
    assert (second.version, second.seat) == (2, colleague_seat)


def test_two_who_write_at_once_see_both_texts(open_window, seat, colleague_seat):
    note(seat)
    with pytest.raises(StaleVersion) as stale:
        note(colleague_seat, text="Saya menulis lain.", version=0)
    assert stale.value.current.text == "Perwako masih berlaku."
    assert note(seat, version=0).version == 1, "the same words twice are one save"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Menurut saya skor 3.", True),
        ("Nilai: 4, karena terbukti", True),
        ("score = 2", True),
        ("skornya 1 saja", True),
        ("Nilai 3 miliar rupiah", False),
        ("nilai 3,5 persen dari APBD", False),
        ("Nilai 40 pada survei", False),
        ("Nilai 4% lebih tinggi", False),
        ("Tiga halaman, skor belum dibahas", False),
    ],
)
def test_a_note_holds_no_score(open_window, seat, text, refused):
    with pytest.raises(NotReady, match="INT-SCORE") if refused else nullcontext():
        note(seat, text=text)
    assert InterviewNote.objects.exists() != refused


def test_hidden_characters_are_refused(open_window, seat):
    with pytest.raises(ValidationError):
        note(seat, text="a\u202eb")


def test_notes_are_for_seats_that_may_look(open_window, seat, colleague_seat, cast):
    note(seat, text="KANARI-CATATAN-WAWANCARA")
    actions.declare(colleague_seat, conflict="Adik kepala dinas.", by=cast["colleague"])
    people = {name: User.objects.get(pk=user.pk) for name, user in cast.items()}
    readers = {name for name, user in people.items() if InterviewNote.objects.visible_to(user).exists()}
    assert readers == {"assessor"}


@pytest.mark.parametrize("who", ["reviewer", "planner", "auditor", "leader"])
@pytest.mark.parametrize("route", ["interview", "interview_print", "slot"])
def test_the_city_reads_no_note_and_no_score(open_window, seat, colleague_seat, cast, client, who, route):
    note(seat, text="KANARI-CATATAN-WAWANCARA")
    note(seat, code="", text="KANARI-CATATAN-WAWANCARA")
    score_all(seat)
    actions.hand_in(seat=seat, by=seat.user)
    client.force_login(cast[who])
    name = "evaluations:interview_slot" if route == "slot" else f"evaluations:{route}"
    args = [open_window.pk, "section-BASE"] if route == "slot" else [open_window.pk]
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    body = answer.content.decode()
    assert "KANARI" not in body
    assert "Terbukti." not in body
    assert "<textarea" not in body


def test_before_the_declaration_the_declaration_is_shown(window, seat, colleague_seat, cast, client):
    actions.open_window(window, by=cast["reviewer"])
    client.force_login(cast["assessor"])
    for name in ("interview", "interview_print", "interview_plan"):
        answer = client.get(reverse(f"evaluations:{name}", args=[window.pk]))
        assert answer.url == reverse("evaluations:declare", args=[window.pk])


# --- pages -------------------------------------------------------------------------------------------------


def post_note(client, window, **values):
    facts = {"code": "B-1", "text": "Disebut di rapat.", "version": "0"} | values
    headers = {"X-Requested-With": "autosave"} if facts.pop("script", False) else {}
    return client.post(reverse("evaluations:interview_note", args=[window.pk]), facts, headers=headers)


def test_autosave_answers_with_the_version(open_window, cast, client):
    client.force_login(cast["assessor"])
    answer = post_note(client, open_window, script=True)
    assert answer.json()["version"] == 1
    assert answer.json()["errors"] == {}


def test_a_colleagues_words_stand_beside_mine(open_window, seat, cast, client):
    note(seat, text="Kata asesor pertama.")
    client.force_login(cast["colleague"])
    for script in (True, False):
        answer = post_note(client, open_window, text="Kata asesor kedua.", script=script)
        assert answer.status_code == 409
        html = answer.json()["conflict_html"] if script else answer.content.decode()
        assert "Kata asesor pertama." in html
        assert "Kata asesor kedua." in html
        assert 'name="code" value="B-1"' in html


def test_a_refused_note_comes_back_with_its_words(open_window, cast, client):
    client.force_login(cast["assessor"])
    answer = post_note(client, open_window, text="Skor 3 kata saya.")
    assert answer.status_code == 422
    assert "Skor 3 kata saya." in answer.content.decode()
    assert "INT-SCORE" in post_note(client, open_window, text="Skor 3.", script=True).json()["errors"]["text"]


def test_a_note_without_version_is_refused(open_window, cast, client):
    client.force_login(cast["assessor"])
    assert (
        client.post(reverse("evaluations:interview_note", args=[open_window.pk]), {"text": "x"}).status_code
        == 400
    )


def test_the_clock_is_right_without_a_script(open_window, cast, client):
    with clock.at(NOW):
        talk.move(window=open_window, name="start", by=cast["assessor"])
        talk.start_slot(window=open_window, key="opening", by=cast["assessor"])
    client.force_login(cast["colleague"])
    with clock.at(NOW + timedelta(minutes=4)):
        body = client.get(reverse("evaluations:interview", args=[open_window.pk])).content.decode()
    assert "Mulai pukul 16.00 WIB, direncanakan sampai 16.10 WIB" in body
    assert "Mulai pukul 16.00 WIB, direncanakan sampai 17.30 WIB" in body
    assert "6 menit lagi" in body


def test_the_form_keeps_what_was_typed_when_the_minutes_do_not_fit(open_window, cast, client):
    client.force_login(cast["reviewer"])
    minutes = run_sheet.default_minutes(structure_of(open_window.instrument), 90)
    body = {"version": "0", "way": "on_site", "place": "Balai kota", "planned_at": "", "lead": ""}
    for place, (key, number) in enumerate(minutes.items(), 1):
        body |= {f"minutes-{key}": number, f"order-{key}": place}
    url = reverse("evaluations:interview_plan", args=[open_window.pk])
    wrong = client.post(url, body | {"minutes-opening": 12})
    assert wrong.status_code == 422
    assert "92" in wrong.content.decode()
    assert "Balai kota" in wrong.content.decode()
    assert client.post(url, body | {"minutes-opening": 8, "minutes-closing": 7}).status_code == 302
    assert client.post(url, body).status_code == 409
    interview = Interview.objects.get()
    assert (interview.place, interview.slots.get(key="opening").minutes) == ("Balai kota", 8)


def test_a_part_that_is_not_there_is_not_found(open_window, cast, client):
    client.force_login(cast["assessor"])
    assert (
        client.get(reverse("evaluations:interview_slot", args=[open_window.pk, "dimension-XXX"])).status_code
        == 404
    )


@pytest.mark.parametrize("route", ["interview", "interview_print"])
def test_cost_does_not_grow_with_notes(open_window, seat, cast, client, route, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast["assessor"])
    url = reverse(f"evaluations:{route}", args=[open_window.pk])
    note(seat)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for code in ("B-2", "I-GOV-2", "I-LIV-1", "Q-GOV-1", ""):
        note(seat, code=code)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
