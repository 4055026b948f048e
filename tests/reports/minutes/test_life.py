"""The life of minutes: none before the closing, asked for once, built by a worker, kept, taken along by its readers."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from evaluations.actions import consensus as agree
from evaluations.models import EvaluationWindow, Reconciliation, Seat
from opd.models import AuditEvent, User
from reports import sandbox, store
from reports.minutes import actions
from reports.models import Minutes, MinutesCause, Status
from reports.tasks import build_minutes, sweep_reports
from smartcity.lib import clock
from tests.evaluations.agreeing import close
from tests.evaluations.builders import CLOSES

pytestmark = pytest.mark.django_db
ROLES = ("reviewer", "planner", "leader", "auditor", "assessor", "colleague", "operator", "head", "administrator",
         "outsider", "foreign_reviewer")  # fmt: skip


@pytest.fixture(autouse=True)
def _no_render_process_is_left() -> Iterator[None]:
    yield
    sandbox.stop()


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr(build_minutes, "apply_async", lambda args, **options: rung.append(args[0]))
    return rung


@pytest.fixture
def waiting(published: Reconciliation, cast: dict[str, User], private_files: object) -> Minutes:
    """Asked for by the reviewer."""
    return actions.request_minutes(by=cast["reviewer"], reconciliation=published)[0]


@pytest.fixture
def ready(waiting: Minutes) -> Minutes:
    build_minutes(waiting.pk)
    return Minutes.objects.for_page().get(pk=waiting.pk)


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def addresses(row: Reconciliation) -> list[str]:
    return [
        reverse("reports:minutes", args=[row.window_id]),
        reverse("reports:minutes_status", args=[row.pk]),
        reverse("reports:minutes_create", args=[row.pk]),
    ]


# --- Before there is anything ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ROLES)
def test_before_the_closing_there_is_nothing(
    begun: EvaluationWindow, cast: dict[str, User], who: str
) -> None:
    browser, row = client_of(cast[who]), Reconciliation.objects.get()
    page, status, create = addresses(row)
    codes = [browser.get(page).status_code, browser.get(status).status_code, browser.post(create).status_code]
    assert codes == [404, 404, 404]
    with pytest.raises(PermissionDenied):
        actions.request_minutes(by=cast[who], reconciliation=row)
    assert not Minutes.objects.exists()


@pytest.mark.parametrize("who", ["reviewer", "planner", "leader", "auditor"])
def test_closed_in_an_open_window_is_for_the_panel_alone(
    agreed: Reconciliation, cast: dict[str, User], private_files: object, who: str
) -> None:
    page, status, create = addresses(agreed)
    made = actions.request_minutes(by=cast["assessor"], reconciliation=agreed)[0]
    build_minutes(made.pk)
    browser = client_of(cast[who])
    file = reverse("reports:minutes_download", args=[made.pk])
    assert {browser.get(address).status_code for address in (page, status, file)} == {404}
    assert browser.post(create).status_code == 404
    taken = client_of(cast["colleague"]).get(file)
    assert (taken.status_code, taken.getvalue()[:5]) == (200, b"%PDF-")


# --- Built once and kept -----------------------------------------------------------------------------------


def test_it_is_built_and_kept(ready: Minutes) -> None:
    content = store.path_for(ready.sha256).read_bytes()
    assert (ready.status, ready.percent, len(content)) == (Status.READY, 100, ready.size)
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == ready.sha256
    event = AuditEvent.objects.get(action="minutes.built")
    assert (event.actor, event.after) == (None, ready.sha256)


def test_asking_twice_gives_the_first_one(ready: Minutes, cast: dict[str, User]) -> None:
    again, created = actions.request_minutes(by=cast["planner"], reconciliation=ready.reconciliation)
    assert (again.pk, created) == (ready.pk, False)
    build_minutes(ready.pk)  # a message that comes late
    assert Minutes.objects.get(pk=ready.pk).attempts == 1
    assert AuditEvent.objects.filter(action="minutes.requested").count() == 1


def test_a_file_that_is_gone_is_built_again_the_same(
    ready: Minutes, cast: dict[str, User], rings: list[int],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:  # fmt: skip
    before = ready.sha256
    store.path_for(before).unlink()
    sandbox.stop()
    browser = client_of(cast["leader"])
    answer = browser.get(reverse("reports:minutes_download", args=[ready.pk]), follow=True)
    assert answer.content.count(b"BA-GONE") == 2  # the message, and the notice with its button
    assert not AuditEvent.objects.filter(action="minutes.taken").exists()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("reports:minutes_retry", args=[ready.pk]))
    assert rings == [ready.pk]
    build_minutes(ready.pk)
    ready.refresh_from_db()
    assert (ready.status, ready.sha256) == (Status.READY, before)
    browser.post(reverse("reports:minutes_retry", args=[ready.pk]))  # in order: stays as it is
    assert Minutes.objects.get(pk=ready.pk).status == Status.READY


def test_a_correction_has_minutes_of_its_own(
    ready: Minutes, begun: EvaluationWindow, cast: dict[str, User], rings: list[int]
) -> None:
    agree.correct(window=begun, reason="Salah ketik.", by=cast["assessor"])
    browser, page = client_of(cast["reviewer"]), reverse("reports:minutes", args=[begun.pk])
    assert 'id="minutes-2"' not in browser.get(page).content.decode(), "it is not closed yet"
    second = close(begun, cast)
    text = browser.get(page).content.decode()
    assert text.index('id="minutes-2"') < text.index('id="minutes-1"')
    browser.post(reverse("reports:minutes_create", args=[second.pk]))
    made = Minutes.objects.get(reconciliation=second)
    build_minutes(made.pk)
    made.refresh_from_db()
    assert made.sha256 not in ("", ready.sha256)
    assert store.is_there(ready.sha256, ready.size), "the first one stays"


def test_a_finished_one_does_not_go_and_keeps_its_consensus(
    ready: Minutes, begun: EvaluationWindow, cast: dict[str, User]
) -> None:
    other = agree.correct(window=begun, reason="Salah ketik.", by=cast["assessor"])
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Minutes.objects.filter(pk=ready.pk).delete()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Minutes.objects.filter(pk=ready.pk).update(reconciliation=other)


# --- When it goes wrong ------------------------------------------------------------------------------------


def test_a_lost_message_is_rung_for_again(waiting: Minutes, rings: list[int]) -> None:
    sweep_reports()
    assert rings == []
    with clock.at(clock.now() + timedelta(minutes=2)):
        sweep_reports()
    assert rings == [waiting.pk]


def test_altered_material_is_not_printed(
    waiting: Minutes, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database refuses to change a closed consensus, so the digest is what differs here."""
    monkeypatch.setattr("reports.minutes.build.digest_of", lambda payload: "0" * 64)
    with pytest.raises(Exception, match="altered"):
        build_minutes(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.cause, waiting.sha256) == (Status.FAILED, MinutesCause.ALTERED, "")
    page = client_of(cast["planner"]).get(reverse("reports:minutes", args=[waiting.reconciliation.window_id]))
    assert b"BA-FROZEN" in page.content


def test_whoever_lost_the_right_gets_nothing(
    agreed: Reconciliation, cast: dict[str, User], private_files: object
) -> None:
    made = actions.request_minutes(by=cast["colleague"], reconciliation=agreed)[0]
    Seat.objects.filter(user=cast["colleague"]).update(until=clock.now())
    with pytest.raises(Exception, match="right"):
        build_minutes(made.pk)
    made.refresh_from_db()
    assert (made.status, made.cause) == (Status.FAILED, MinutesCause.RIGHT)
    assert actions.retry(by=cast["assessor"], minutes=made)
    build_minutes(made.pk)
    made.refresh_from_db()
    assert (made.status, made.requested_by) == (Status.READY, cast["assessor"])


# --- Who may have it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "page", "make", "file"),
    [
        ("reviewer", 200, 302, 200),
        ("planner", 200, 302, 200),
        ("leader", 200, 302, 200),
        ("auditor", 200, 403, 200),
        ("assessor", 200, 302, 200),
        ("colleague", 200, 302, 200),
        ("operator", 404, 404, 404),
        ("head", 404, 404, 404),
        ("administrator", 404, 404, 404),
        ("outsider", 404, 404, 404),
        ("foreign_reviewer", 404, 404, 404),
    ],
)
def test_who_may_have_it(
    ready: Minutes, cast: dict[str, User], who: str, page: int, make: int, file: int
) -> None:
    browser, row = client_of(cast[who]), ready.reconciliation
    shown, status, create = addresses(row)
    answer = browser.get(shown)
    assert answer.status_code == page
    assert (ready.sha256 in answer.content.decode()) == (page == 200)
    assert browser.post(create).status_code == make
    part = browser.get(status, headers={"HX-Request": "true"})
    assert (part.status_code == 200) == (page == 200)
    taken = browser.get(reverse("reports:minutes_download", args=[ready.pk]))
    assert taken.status_code == file
    assert AuditEvent.objects.filter(action="minutes.taken", actor=cast[who]).count() == (file == 200)
    if file == 200:
        assert taken["Content-Type"] == "application/pdf"
        assert taken["Cache-Control"] == "private, no-store"
        assert f'filename="BERITA-ACARA-{row.number}.pdf"' in taken["Content-Disposition"]
        assert hashlib.sha256(taken.getvalue()).hexdigest() == ready.sha256


def test_access_ends_with_the_seat(ready: Minutes, cast: dict[str, User]) -> None:
    browser = client_of(cast["assessor"])
    with clock.at(CLOSES + timedelta(days=8)):
        assert browser.get(reverse("reports:minutes_download", args=[ready.pk])).status_code == 404
        assert (
            browser.get(reverse("reports:minutes", args=[ready.reconciliation.window_id])).status_code == 404
        )


# --- The page ----------------------------------------------------------------------------------------------


def test_the_page_of_the_consensus_leads_to_it(published: Reconciliation, cast: dict[str, User]) -> None:
    """In place by a script, by a link without one; while the consensus is open there is neither."""
    page = reverse("evaluations:consensus", args=[published.window_id])
    text = client_of(cast["leader"]).get(page).content.decode()
    for address in addresses(published)[:2]:
        assert address in text


def test_an_open_consensus_leads_nowhere(begun: EvaluationWindow, cast: dict[str, User]) -> None:
    page = reverse("evaluations:consensus", args=[begun.pk])
    assert "/minutes/" not in client_of(cast["assessor"]).get(page).content.decode()


def test_the_auditor_is_told_who_makes_it(published: Reconciliation, cast: dict[str, User]) -> None:
    status = addresses(published)[1]
    part = client_of(cast["auditor"]).get(status, headers={"HX-Request": "true"}).content.decode()
    assert "<form" not in part
    assert "yang membuatnya" in part


def test_the_page_says_how_far_it_is(waiting: Minutes, cast: dict[str, User]) -> None:
    held = Minutes.objects.claim(waiting.pk)
    assert held is not None
    held.progress("layout", 42)
    status = addresses(waiting.reconciliation)[1]
    part = client_of(cast["planner"]).get(status, {"seen": "chapters"}, headers={"HX-Request": "true"})
    text = part.content.decode()
    assert "Menata halaman" in text
    assert "42" in text
    assert 'hx-trigger="every 2s"' in text
    assert 'id="progress-said"' in text
