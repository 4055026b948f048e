"""A rehearsal is kept apart: it shows on none of the pages where the city's real evaluations are read.

Each page is asked twice: with a closed rehearsal of last year and one of this year under way it must be silent about
them, and with the one place that keeps them apart taken away it must not; so none of these canaries is dead.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from evaluations import actions
from evaluations.invariants import contradictions
from evaluations.loading import load
from evaluations.models import (
    Answer,
    EvaluationWindow,
    HandIn,
    Question,
    Result,
    Seat,
    SeatQuerySet,
    Snapshot,
)
from evaluations.models.result import ResultQuerySet
from evaluations.models.snapshot import SnapshotQuerySet
from evaluations.models.window import WindowQuerySet
from opd.calendar import ics
from opd.models import AuditEvent, City, Notification, User
from reports.actions import request_report
from reports.dossier.actions import request_dossier
from reports.forms import ReportForm
from smartcity.lib import clock
from smartcity.settings import BASE_DIR
from tests.evaluations import rehearsing
from tests.evaluations.builders import DUE, OPENS, SMALL, as_file, raw_refused
from tests.evaluations.rehearsing import REMARK

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 9, 19, 3, tzinfo=UTC)
GLADI = "Gladi 1"
#: (who, page, what only a leak would put there)
PAGES = [
    ("leader", "evaluations:city", GLADI),
    ("reviewer", "evaluations:windows", GLADI),
    ("leader", "evaluations:years", GLADI),
    ("leader", "evaluations:trend", GLADI),
    ("reviewer", "evaluations:forecast", "Hasil 2021"),
    ("reviewer", "evaluations:official_create", GLADI),
    ("reviewer", "reports:reports", GLADI),
    ("assessor", "evaluations:sheets", GLADI),
    ("operator", "evaluations:own_answers", GLADI),
]
IDS = [name for _who, name, _canary in PAGES]


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def last_year(city, instrument) -> EvaluationWindow:
    return EvaluationWindow.objects.create(
        city=city, year=2021, stage="Tahap I", instrument=instrument,
        inputs_due_at=DUE - timedelta(days=300), opens_at=OPENS - timedelta(days=300),
        closes_at=OPENS - timedelta(days=290),
    )  # fmt: skip


@pytest.fixture
def rehearsed(last_year, window, cast, verified) -> EvaluationWindow:
    """Last year's is closed with a result; this year's is frozen and opens tomorrow, the nearest date there is."""
    actions.save_answer(
        window=last_year, question_code="B-1", self_score=4, text="Ada.", version=0, by=cast["reviewer"]
    )  # fmt: skip
    opens = last_year.opens_at - timedelta(days=20)
    rehearsing.held(last_year, cast, opens=opens, closes=opens + timedelta(days=3))
    coming = rehearsing.prepare(window, cast["reviewer"])
    rehearsing.seat(coming, cast["planner"], cast["reviewer"])
    rehearsing.begin(coming, cast["reviewer"], at=NOW - timedelta(hours=1))
    return coming


@pytest.fixture
def leaking(monkeypatch) -> None:
    """Take the one place away that keeps rehearsals apart."""
    for rows in (WindowQuerySet, ResultQuerySet, SeatQuerySet, SnapshotQuerySet):
        monkeypatch.setattr(rows, "real", lambda self: self.all())


def page(cast, who: str, name: str, window: EvaluationWindow) -> str:
    client = Client()
    client.force_login(cast[who], backend="allauth.account.auth_backends.AuthenticationBackend")
    args = [window.pk] if name == "evaluations:forecast" else []
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(("who", "name", "canary"), PAGES, ids=IDS)
def test_the_pages_of_real_evaluations_know_no_rehearsal(cast, window, rehearsed, who, name, canary):
    html = page(cast, who, name, window)
    assert canary not in html
    assert "Gladi 1" not in html
    assert REMARK not in html


#: Two lists are empty for other reasons, too: an assessor holds no seat in a rehearsal, an agency none of its answers.
LEAKY = [row for row in PAGES if row[1] not in ("evaluations:sheets", "evaluations:own_answers")]


@pytest.mark.usefixtures("leaking")
@pytest.mark.parametrize(("who", "name", "canary"), LEAKY, ids=[row[1] for row in LEAKY])
def test_each_of_these_canaries_is_alive(cast, window, rehearsed, who, name, canary):
    assert canary in page(cast, who, name, window)


def test_the_sheets_of_assessors_know_no_seat_of_a_rehearsal_even_of_a_colleague(
    cast, rehearsed, person, other_city
):
    """Who judges elsewhere and plays at home has two lists."""
    person("bappelitbang", "assessor", other_city)
    assert GLADI not in page(cast, "planner", "evaluations:sheets", rehearsed)


@pytest.mark.usefixtures("leaking")
def test_the_canary_of_the_sheets_is_alive(cast, rehearsed, person, other_city):
    person("bappelitbang", "assessor", other_city)
    assert GLADI in page(cast, "planner", "evaluations:sheets", rehearsed)


def test_the_next_date_is_that_of_the_real_window(cast, rehearsed):
    """For agencies, the city's people and the page of the sign-in; the rehearsal opens tomorrow."""
    for who, name in (("operator", "opd:workspace"), ("reviewer", "opd:queue")):
        html = page(cast, who, name, rehearsed)
        assert "2022-10-01T09:00" in html, who
        assert "2022-09-20T01:00" not in html, who
    sign_in = Client().get(reverse("account_login")).content.decode()
    assert "2022-10-01T09:00" in sign_in
    assert "2022-09-20T01:00" not in sign_in


@pytest.mark.usefixtures("leaking")
def test_the_canaries_of_the_next_date_are_alive(cast, rehearsed):
    assert "2022-09-20T01:00" in page(cast, "operator", "opd:workspace", rehearsed)
    assert "2022-09-20T01:00" in page(cast, "reviewer", "opd:queue", rehearsed)


def feed(user: User, city: City) -> str:
    return ics(user, city, lambda path: f"https://contoh.invalid{path}").decode()


def test_the_calendar_knows_the_real_window_only(cast, city, rehearsed):
    for who in ("operator", "reviewer", "planner", "leader"):
        said = feed(cast[who], city)
        assert "Gladi" not in said, who
        assert "Tahap II" in said, who


@pytest.mark.usefixtures("leaking")
def test_the_canary_of_the_calendar_is_alive(cast, city, rehearsed):
    for who in ("operator", "reviewer"):
        assert "Gladi" in feed(cast[who], city)


def test_a_readiness_report_has_no_rehearsal_as_its_source(cast, city, rehearsed):
    """Neither the form nor the action takes one."""
    assert not ReportForm({"source": str(rehearsed.pk), "key": "a" * 32}, city=city).is_valid()
    with pytest.raises(PermissionDenied):
        request_report(by=cast["reviewer"], city=city, year=2022, window=rehearsed, key="kunci-gladi")


@pytest.mark.parametrize(
    "name",
    [
        "window",
        "window_edit",
        "answers",
        "submission",
        "interview",
        "interview_plan",
        "consensus",
        "forecast",
        "result",
    ],
)
@pytest.mark.parametrize("who", ["reviewer", "planner", "leader", "assessor", "operator"])
def test_pages_that_know_no_rehearsals_answer_like_an_absent_one(cast, as_user, rehearsed, name, who):
    assert as_user(cast[who]).get(reverse(f"evaluations:{name}", args=[rehearsed.pk])).status_code == 404


def test_no_dossier_is_made_of_a_rehearsal(cast, as_user, rehearsed):
    assert as_user(cast["reviewer"]).get(reverse("reports:dossiers", args=[rehearsed.pk])).status_code == 404
    snapshot = Snapshot.objects.select_related("window").get(window=rehearsed)
    with pytest.raises(PermissionDenied):
        request_dossier(by=cast["reviewer"], snapshot=snapshot, seated=False)


@pytest.mark.parametrize(
    "name", ["rehearsal", "rehearsal_comparison", "sheet", "material", "declare", "score_book"]
)
@pytest.mark.parametrize(
    "who", ["assessor", "colleague", "outsider", "foreign_reviewer", "operator", "administrator"]
)
def test_who_is_not_concerned_never_sees_it(cast, as_user, rehearsed, name, who):
    assert as_user(cast[who]).get(reverse(f"evaluations:{name}", args=[rehearsed.pk])).status_code == 404


def test_assessors_have_no_page_of_rehearsals(cast, as_user, rehearsed):
    for who in ("assessor", "administrator"):
        assert as_user(cast[who]).get(reverse("evaluations:rehearsals")).status_code == 403


def test_the_real_window_goes_its_way(cast, window, asked, rehearsed, seat, colleague_seat):
    """Answers stay open, nobody is told that they are frozen; the window opens with a copy of its own."""
    assert Notification.objects.filter(about="asked").unread().exists()
    actions.save_answer(
        window=window, question_code="B-1", self_score=3, text="Sudah diperbaiki.", version=asked.version,
        by=cast["operator"],
    )  # fmt: skip
    with clock.at(OPENS):
        frozen = actions.open_window(window, by=cast["reviewer"])
    assert frozen.version == 1
    assert frozen.window_id == window.pk
    assert "rehearsal_of" not in frozen.payload["window"]
    with clock.at(window.closes_at):
        actions.close_window(window)
    assert Result.objects.filter(window__year=2022).get().window_id == window.pk


def test_a_result_of_a_rehearsal_is_no_index(rehearsed, city):
    assert not Result.objects.of_city(city.pk).exists()
    assert Result.with_rehearsals.of_city(city.pk).count() == 1


def test_a_receipt_and_the_frozen_words_say_what_they_are(rehearsed):
    receipt = HandIn.objects.get()
    assert receipt.number.startswith("GLADI-2021-")
    assert receipt.payload["window"]["rehearsal_of"]
    assert all(row.payload["window"]["rehearsal_of"] for row in Snapshot.objects.all())
    assert Result.with_rehearsals.get().payload["window"]["rehearsal_of"]


def test_a_question_list_used_by_a_rehearsal_alone_is_used(city, instrument, rehearsed):
    """The window may ask by another list by now; what was rehearsed still says by which questions."""
    other = load(as_file(SMALL | {"instrument": SMALL["instrument"] | {"code": "LAIN"}}))
    EvaluationWindow.objects.filter(city=city).update(instrument=other)
    assert instrument.used


def test_what_hangs_on_a_rehearsal_and_counts_is_named(cast, city, rehearsed):
    assert [row for row in contradictions() if "rehearsal" in row] == []
    question = Question.objects.get(code="B-1", section__instrument=rehearsed.instrument)
    Answer.objects.create(window=rehearsed, question=question, updated_by=cast["reviewer"])
    assert [row for row in contradictions() if "rehearsal" in row] != []


def test_only_these_places_ask_for_rehearsals():
    """A new query that means rehearsals is a decision; one that does not never meets them."""
    found = {
        str(path.relative_to(BASE_DIR))
        for app in ("evaluations", "opd", "reports", "surveys", "smartcity")
        for path in (BASE_DIR / app).rglob("*.py")
        if ".with_rehearsals" in path.read_text(encoding="utf-8")
    }
    assert found == {
        "evaluations/access.py",
        "evaluations/actions/rehearsals.py",
        "evaluations/actions/steps.py",
        "evaluations/invariants.py",
        "evaluations/models/instrument.py",
        "evaluations/results.py",
        "evaluations/tasks.py",
        "evaluations/views/rehearsal_page.py",
        "evaluations/views/rehearsals.py",
        "evaluations/views/window_page.py",
    }


def test_the_trail_says_that_it_was_a_rehearsal(rehearsed):
    assert AuditEvent.objects.filter(action="window.open").exists()
    assert Seat.objects.real().count() == 0


def test_the_database_never_makes_a_real_window_of_a_rehearsal(rehearsed, window):
    with raw_refused() as cursor:
        cursor.execute(
            "UPDATE evaluations_evaluationwindow SET rehearsal_of_id = NULL WHERE id = %s", [rehearsed.pk]
        )
    with raw_refused() as cursor:
        cursor.execute(
            "UPDATE evaluations_evaluationwindow SET rehearsal_of_id = %s WHERE id = %s",
            [rehearsed.pk, window.pk],
        )
