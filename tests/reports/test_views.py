"""The report pages, through their addresses: it works, stranger 404, wrong role 403, wrong method 405."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from evaluations.models import EvaluationWindow
from opd.models import City, Membership, User
from reports import store
from reports.models import Cause, Report, Stage, Status
from reports.tasks import build_report
from smartcity.lib import clock
from tests.reports.conftest import BEFORE, OPENS

READERS = ("reviewer", "planner", "leader", "auditor")
ASKERS = ("reviewer", "planner", "leader")
OTHERS = ("operator", "head", "assessor", "administrator")
LIST, CREATE = reverse("reports:reports"), reverse("reports:report_create")


@pytest.fixture(autouse=True)
def _during_preparation() -> Iterator[None]:
    with clock.at(BEFORE + timedelta(minutes=5)):
        yield


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr(build_report, "apply_async", lambda args, **options: rung.append(args[0]))
    return rung


@pytest.fixture
def as_(client: Client, cast: dict[str, User]) -> Callable[[str], Client]:
    def sign_in(name: str) -> Client:
        client.force_login(cast[name])
        return client

    return sign_in


@pytest.fixture
def made(city: City, cast: dict[str, User], private_files: object) -> Callable[..., Report]:
    """Make a report row in a status without building it."""

    def make(status: str = Status.READY, version: int = 1, **values: object) -> Report:
        facts: dict[str, object] = (
            {"lease_until": BEFORE} if status in (Status.QUEUED, Status.BUILDING) else {}
        )
        if status == Status.READY:
            content = f"%PDF-1.7 versi {version}".encode()
            facts |= {"sha256": store.keep(content), "size": len(content), "pages": 19, "finished_at": BEFORE}
        if status == Status.FAILED:
            facts |= {"cause": Cause.PAGES}
        return Report.objects.create(
            city=city, year=2022, number="LK-2022-2172", version=version, inputs={"schema": 1}, digest="ab" * 32,
            requested_by=cast["reviewer"], requested_role="reviewer", requested_at=BEFORE, status=status,
            idempotency_key=secrets.token_hex(16), **(facts | values),
        )  # fmt: skip

    return make


def _body(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def _fetch(client: Client, report: Report) -> HttpResponseBase:
    """Ask for the file and read it to its end, as a browser does."""
    response = client.get(reverse("reports:report_download", args=[report.pk]))
    if response.streaming:
        response.content_read = b"".join(response.streaming_content)
    return response


def _key(client: Client) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', client.get(LIST).content.decode())
    assert found
    return found[1]


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READERS)
def test_readers_see_the_list_and_the_file(name, as_, made) -> None:
    report, client = made(), as_(name)
    assert "Versi 1" in _body(client.get(LIST))
    assert client.get(report.get_absolute_url()).status_code == 200
    assert _fetch(client, report).status_code == 200


@pytest.mark.parametrize("name", OTHERS)
def test_others_have_no_list(name, as_, made) -> None:
    made()
    assert as_(name).get(LIST).status_code == 403


@pytest.mark.parametrize("name", [*OTHERS, "foreign_reviewer"])
@pytest.mark.parametrize("page", ["report", "report_status", "report_download", "report_retry"])
def test_a_report_answers_strangers_like_an_absent_one(name, page, as_, made) -> None:
    client, pk = as_(name), made().pk
    call = client.post if page == "report_retry" else client.get
    assert call(reverse(f"reports:{page}", args=[pk])).status_code == 404
    assert call(reverse(f"reports:{page}", args=[pk + 1000])).status_code == 404


@pytest.mark.parametrize("name", ["auditor", *OTHERS])
def test_who_may_not_ask_gets_403_and_leaves_nothing(name, as_, city, window, rings) -> None:
    response = as_(name).post(CREATE, {"source": window.pk, "key": "0" * 32})
    assert response.status_code == 403
    assert not Report.objects.exists()
    assert rings == []


def test_the_auditor_is_offered_nothing_to_change(as_, made) -> None:
    made(Status.FAILED)
    body = _body(as_("auditor").get(LIST))
    assert CREATE not in body
    assert "retry" not in body


def test_the_auditor_may_not_retry(as_, made) -> None:
    report = made(Status.FAILED)
    assert as_("auditor").post(reverse("reports:report_retry", args=[report.pk])).status_code == 403


def test_anonymous_is_sent_to_the_login(client, made) -> None:
    for address in (LIST, made().get_absolute_url()):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize(("page", "method"), [
    ("reports", "post"), ("report_create", "get"), ("report", "post"), ("report_status", "post"),
    ("report_download", "post"), ("report_retry", "get"),
])  # fmt: skip
def test_wrong_methods_are_405(page, method, as_, made) -> None:
    client, report = as_("reviewer"), made()
    address = reverse(f"reports:{page}", args=[] if page in ("reports", "report_create") else [report.pk])
    assert getattr(client, method)(address).status_code == 405


# --- Asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASKERS)
def test_asking_queues_a_report_and_rings_after_commit(
    name, as_, window, quick_wins, rings, django_capture_on_commit_callbacks
) -> None:
    client = as_(name)
    key = _key(client)
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        response = client.post(CREATE, {"source": window.pk, "key": key})
    assert (response.status_code, response.url) == (302, LIST)
    report = Report.objects.get()
    assert (report.status, report.version, report.window_id) == (Status.QUEUED, 1, window.pk)
    assert rings == []  # nothing was sent while the row was not yet there for others
    for callback in callbacks:
        callback()
    assert rings == [report.pk]


def test_a_double_click_is_one_report(as_, window, quick_wins, rings) -> None:
    client = as_("reviewer")
    key = _key(client)
    for _press in range(2):
        assert client.post(CREATE, {"source": window.pk, "key": key}).status_code == 302
    assert Report.objects.count() == 1


def test_one_report_at_a_time(as_, window, quick_wins, made, rings) -> None:
    made(Status.BUILDING, version=3)
    client = as_("reviewer")
    body = _body(client.get(LIST))
    assert 'aria-disabled="true"' in body
    assert "Tunggu versi 3 selesai dulu." in body
    response = client.post(CREATE, {"source": window.pk, "key": "1" * 32}, follow=True)
    assert "Tunggu versi 3 selesai dulu." in _body(response)
    assert Report.objects.count() == 1


def test_a_post_without_a_key_is_a_400(as_, window) -> None:
    assert as_("reviewer").post(CREATE, {"source": window.pk}).status_code == 400


def test_an_unknown_source_keeps_the_page(as_, window) -> None:
    response = as_("reviewer").post(CREATE, {"source": "999", "key": "1" * 32})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in _body(response)


def test_sources_say_which_data_is_used(as_, open_window: EvaluationWindow) -> None:
    with clock.at(OPENS + timedelta(hours=1)):
        body = _body(as_("reviewer").get(LIST))
    assert "Tahap II 2022, dibekukan 03/10/2022" in body


def test_without_a_window_the_year_can_be_reported(as_, city, quick_wins, rings) -> None:
    client = as_("reviewer")
    assert "Tahun 2022, keadaan hari ini" in _body(client.get(LIST))
    client.post(CREATE, {"source": "today", "key": _key(client)})
    report = Report.objects.get()
    assert (report.window, report.year) == (None, 2022)


def test_the_request_never_waits_for_a_broker(
    as_, window, quick_wins, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    def away(*args: object, **options: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(build_report, "apply_async", away)
    client = as_("reviewer")
    key = _key(client)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(CREATE, {"source": window.pk, "key": key}).status_code == 302
    assert Report.objects.get().status == Status.QUEUED


# --- Watching -------------------------------------------------------------------------------------


def test_the_list_shows_stage_and_per_cent(as_, made) -> None:
    made(Status.BUILDING, stage=Stage.LAYOUT, percent=57, started_at=BEFORE)
    body = _body(as_("leader").get(LIST))
    assert "Menata halaman" in body
    assert 'value="57" max="100"' in body
    assert '<li aria-current="step">Menata halaman</li>' in body


def test_the_status_is_a_part_that_asks_again(as_, made) -> None:
    report = made(Status.BUILDING, stage=Stage.WRITE, percent=71)
    address = reverse("reports:report_status", args=[report.pk])
    response = as_("reviewer").get(address, headers={"HX-Request": "true"})
    body = _body(response)
    assert f'hx-get="{address}?seen=write" hx-trigger="every 2s"' in body
    assert "<html" not in body
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(("seen", "said"), [("layout", True), ("write", False)])
def test_a_new_stage_is_said_aloud_once(seen, said, as_, made) -> None:
    address = reverse("reports:report_status", args=[made(Status.BUILDING, stage=Stage.WRITE, percent=71).pk])
    body = _body(as_("reviewer").get(address, {"seen": seen}, headers={"HX-Request": "true"}))
    assert ('id="progress-said" hx-swap-oob="innerHTML"' in body) is said


def test_the_last_status_brings_the_list_and_the_form(as_, made, window) -> None:
    report = made()
    response = as_("reviewer").get(
        reverse("reports:report_status", args=[report.pk]), headers={"HX-Request": "true"}
    )
    body = _body(response)
    assert "hx-trigger" not in body
    assert body.count("hx-swap-oob") == 3
    assert "Versi 1 siap" in body


def test_without_htmx_the_status_is_the_list(as_, made) -> None:
    response = as_("reviewer").get(reverse("reports:report_status", args=[made().pk]))
    assert (response.status_code, response.url) == (302, LIST)


def test_a_failure_says_why_and_can_be_tried_again(as_, made, rings) -> None:
    report = made(Status.FAILED)
    client = as_("planner")
    assert "RPT-PAGES" in _body(client.get(LIST))
    assert client.post(reverse("reports:report_retry", args=[report.pk])).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.attempts, report.cause) == (Status.QUEUED, 0, "")


def test_only_a_failed_report_can_be_tried_again(as_, made) -> None:
    assert as_("planner").post(reverse("reports:report_retry", args=[made().pk])).status_code == 403


# --- The file -------------------------------------------------------------------------------------


def test_the_download_is_the_file_under_its_number(as_, made) -> None:
    report = made(version=2)
    response = _fetch(as_("leader"), report)
    assert response.content_read == b"%PDF-1.7 versi 2"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="LK-2022-2172-V2.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_behind_nginx_the_server_sends_the_file(as_, made, settings) -> None:
    settings.PORTAL_ACCEL_REDIRECT = "/_private"
    report = made()
    response = _fetch(as_("leader"), report)
    assert response.content == b""
    assert response["X-Accel-Redirect"] == f"/_private/reports/{store.relative_path(report.sha256)}"


def test_who_lost_the_role_gets_no_file(as_, made, cast) -> None:
    client, report = as_("leader"), made()
    assert _fetch(client, report).status_code == 200
    Membership.objects.filter(user=cast["leader"]).update(valid_to=BEFORE)
    assert _fetch(client, report).status_code == 404


def test_a_report_that_is_not_ready_has_no_file(as_, made) -> None:
    report = made(Status.BUILDING)
    assert as_("leader").get(reverse("reports:report_download", args=[report.pk])).status_code == 404


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_file_is_never_sent(damage, as_, made) -> None:
    report = made()
    path = store.path_for(report.sha256)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(ContentFile(b"lain").read())
    response = as_("leader").get(reverse("reports:report_download", args=[report.pk]), follow=True)
    assert "RPT-FILE" in _body(response)


def test_the_detail_page_names_both_digests(as_, made) -> None:
    report = made()
    body = _body(as_("auditor").get(report.get_absolute_url()))
    assert report.sha256 in body
    assert "abab abab" in body


def test_cost_of_the_list_does_not_grow(as_, made, count_queries, window) -> None:
    client = as_("reviewer")
    for version in (1, 2):
        made(version=version)
    client.get(LIST)
    few = count_queries(lambda: client.get(LIST))
    for version in range(3, 19):
        made(version=version)
    assert count_queries(lambda: client.get(LIST)) == few
