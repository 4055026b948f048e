"""The life of a report: claimed once, told step by step, finished or failed with a cause, never lost."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.db import IntegrityError, transaction

from evaluations.models import EvaluationWindow
from opd.models import City, Evidence, Membership, User
from reports import actions, build, sandbox, store
from reports.chapters.approval import grouped
from reports.models import LEASE, MOST_ATTEMPTS, PATIENCE, Cause, LeaseLost, Report, Stage, Status
from reports.tasks import build_report, sweep_reports
from smartcity.lib import clock, files
from tests.reports.conftest import BEFORE
from tests.reports.reading import read

LATER = BEFORE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_render_process_is_left() -> Iterator[None]:
    yield
    sandbox.stop()


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which reports the bell was rung for."""
    rung: list[int] = []
    monkeypatch.setattr(build_report, "apply_async", lambda args, **options: rung.append(args[0]))
    return rung


@pytest.fixture
def report(
    city: City, window: EvaluationWindow, quick_wins: object, cast: dict[str, User], private_files: Path
) -> Report:
    """A report that waits, asked for by Kominfo."""
    return ask(city, window, cast["reviewer"])


def ask(city: City, window: EvaluationWindow | None, by: User, key: str = "0" * 32) -> Report:
    with clock.at(BEFORE):
        return actions.request_report(by=by, city=city, year=2022, window=window, key=key)


def test_a_report_is_built_stored_and_ready(photo: Evidence, report: Report, private_files: Path) -> None:
    build_report(report.pk)
    report.refresh_from_db()
    assert (report.status, report.percent, report.lease_until, report.lease_token) == (
        Status.READY,
        100,
        None,
        "",
    )
    content = store.path_for(report.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == report.sha256
    printed = read(content)
    assert (len(content), len(printed.pages)) == (report.size, report.pages)
    assert grouped(report.digest) in printed.words(report.pages)
    assert [path.name for path in (private_files / "reports").rglob("*") if path.is_file()] == [
        f"{report.sha256}.pdf"
    ]
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert len({name for page in opened.pages for name in page.get_images()}) == 1


def test_a_second_message_does_nothing(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.tasks.build", lambda claimed: build.Built("d" * 64, 1, 1))
    build_report(report.pk)
    report.refresh_from_db()
    before = (report.finished_at, report.attempts, report.sha256)
    build_report(report.pk)
    report.refresh_from_db()
    assert (report.finished_at, report.attempts, report.sha256) == before


def test_a_report_that_is_gone_is_no_error(db: None) -> None:
    build_report(404)


def test_the_same_data_gives_the_same_file(report: Report) -> None:
    claimed = Report.objects.claim(report.pk)
    assert claimed is not None
    first = build.build(claimed)
    sandbox.stop()
    assert build.build(claimed) == first


def test_progress_only_goes_forward(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(build, "PAUSE", 0.0)

    def tell(self: Report, stage: str, percent: int) -> None:
        told.append((stage, percent))
        self.stage, self.percent = stage, percent

    monkeypatch.setattr(Report, "progress", tell)
    build_report(report.pk)
    assert [percent for _stage, percent in told] == sorted(percent for _stage, percent in told)
    assert list(dict.fromkeys(stage for stage, _percent in told)) == list(Stage)[1:]
    assert len(told) > 10


# --- Failure --------------------------------------------------------------------------------------


def test_a_failure_is_raised_and_tried_again(
    report: Report, private_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object, **options: object) -> None:
        raise sandbox.RenderFailed("memory")

    monkeypatch.setattr(sandbox, "render", crash)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(build.Failed):
            build_report(report.pk)
        report.refresh_from_db()
        assert report.attempts == attempt
        assert report.status == (Status.FAILED if attempt == MOST_ATTEMPTS else Status.QUEUED)
    assert report.cause == Cause.MEMORY
    assert "RPT-MEMORY" in str(report.get_cause_display())
    assert list((private_files / "reports").rglob("*.pdf")) == []


def test_too_many_pages_is_not_tried_again(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = sandbox.Limits(pages=3)
    monkeypatch.setattr(sandbox, "Limits", lambda: tiny)
    with pytest.raises(build.Failed):
        build_report(report.pk)
    report.refresh_from_db()
    assert (report.status, report.cause, report.attempts) == (Status.FAILED, Cause.PAGES, 1)


def test_who_lost_the_right_gets_no_report(report: Report) -> None:
    Membership.objects.filter(user=report.requested_by).update(valid_to=BEFORE + timedelta(minutes=1))
    with clock.at(LATER), pytest.raises(build.Failed):
        build_report(report.pk)
    report.refresh_from_db()
    assert (report.status, report.cause) == (Status.FAILED, Cause.RIGHT)


def test_a_full_disk_has_its_own_words(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "keep", full)
    with pytest.raises(build.Failed):
        build_report(report.pk)
    report.refresh_from_db()
    assert report.status == Status.QUEUED


def test_a_photo_that_is_gone_from_disk_stops_nothing(photo: Evidence, report: Report) -> None:
    files.preview_path_for(photo.stored_file_id or "").unlink()
    build_report(report.pk)
    report.refresh_from_db()
    assert report.status == Status.READY


# --- Lease ----------------------------------------------------------------------------------------


def test_only_one_worker_claims(report: Report) -> None:
    assert Report.objects.claim(report.pk) is not None
    assert Report.objects.claim(report.pk) is None


def test_a_dead_worker_is_replaced_after_its_lease(report: Report) -> None:
    with clock.at(LATER):
        first = Report.objects.claim(report.pk)
    with clock.at(LATER + LEASE - timedelta(seconds=1)):
        assert Report.objects.claim(report.pk) is None
    with clock.at(LATER + LEASE + timedelta(seconds=1)):
        second = Report.objects.claim(report.pk)
    assert first is not None
    assert second is not None
    for outdated in (
        lambda: first.progress(Stage.WRITE, 80),
        lambda: first.finish(sha256="a" * 64, size=1, pages=1),
        lambda: first.fail(Cause.CRASHED),
    ):
        with pytest.raises(LeaseLost):
            outdated()
    second.finish(sha256="b" * 64, size=1, pages=1)
    report.refresh_from_db()
    assert (report.status, report.sha256) == (Status.READY, "b" * 64)


def test_progress_renews_the_lease(report: Report) -> None:
    with clock.at(LATER):
        claimed = Report.objects.claim(report.pk)
    assert claimed is not None
    with clock.at(LATER + LEASE - timedelta(seconds=1)) as now:
        claimed.progress(Stage.LAYOUT, 30)
        report.refresh_from_db()
        assert (report.lease_until, report.percent) == (now + LEASE, 30)


def test_a_worker_that_lost_its_lease_ends_quietly(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def steal(claimed: Report) -> build.Built:
        Report.objects.filter(pk=claimed.pk).update(lease_token="another")
        return build.Built("c" * 64, 1, 1)

    monkeypatch.setattr("reports.tasks.build", steal)
    build_report(report.pk)
    report.refresh_from_db()
    assert report.status == Status.BUILDING


# --- Sweep ----------------------------------------------------------------------------------------


def test_the_sweep_rings_for_a_lost_message_and_is_patient(report: Report, rings: list[int]) -> None:
    with clock.at(BEFORE + PATIENCE - timedelta(seconds=1)):
        sweep_reports()
    assert rings == []
    with clock.at(BEFORE + PATIENCE + timedelta(seconds=1)):
        sweep_reports()
        sweep_reports()
    assert rings == [report.pk]
    with clock.at(BEFORE + 3 * PATIENCE):
        sweep_reports()
    assert rings == [report.pk, report.pk]


def test_the_sweep_rings_for_a_dead_worker(report: Report, rings: list[int]) -> None:
    with clock.at(LATER):
        Report.objects.claim(report.pk)
        sweep_reports()
    assert rings == []
    with clock.at(LATER + LEASE + timedelta(seconds=1)):
        sweep_reports()
        assert rings == [report.pk]
        assert Report.objects.claim(report.pk) is not None


def test_the_sweep_gives_up_after_three_dead_workers(report: Report, rings: list[int]) -> None:
    now = LATER
    for _attempt in range(MOST_ATTEMPTS):
        with clock.at(now):
            assert Report.objects.claim(report.pk) is not None
        now += LEASE + timedelta(seconds=1)
    with clock.at(now):
        sweep_reports()
    report.refresh_from_db()
    assert (report.status, report.cause) == (Status.FAILED, Cause.CRASHED)
    assert rings == []


def test_the_sweep_leaves_finished_reports_alone(report: Report, rings: list[int]) -> None:
    Report.objects.filter(pk=report.pk).update(status=Status.FAILED, cause=Cause.TIME, lease_until=None)
    with clock.at(LATER):
        sweep_reports()
    assert rings == []


def test_a_broker_that_is_away_disturbs_nobody(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **options: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(build_report, "apply_async", away)
    with clock.at(LATER):
        sweep_reports()
    report.refresh_from_db()
    assert report.status == Status.QUEUED


# --- Asking ---------------------------------------------------------------------------------------


def test_the_same_key_gives_the_first_report(report: Report, cast: dict[str, User]) -> None:
    assert ask(report.city, report.window, cast["reviewer"]).pk == report.pk
    assert Report.objects.count() == 1


def test_versions_count_up_and_old_ones_stay(report: Report, cast: dict[str, User]) -> None:
    Report.objects.filter(pk=report.pk).update(status=Status.READY, sha256="a" * 64, lease_until=None)
    second = ask(report.city, report.window, cast["planner"], key="1" * 32)
    assert (second.version, second.number) == (2, "LK-2022-2172")
    report.refresh_from_db()
    assert (report.version, report.sha256) == (1, "a" * 64)


def test_a_version_exists_once(report: Report) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            city=report.city, year=2022, number="x", version=1, inputs={}, digest="", idempotency_key="other",
            requested_by=report.requested_by, requested_role="reviewer", lease_until=BEFORE,
        )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": {}},
        {"digest": "f" * 64},
        {"version": 9},
        {"status": "queued", "sha256": ""},
        {"sha256": "b"},
    ],
    ids=["inputs", "digest", "version", "status", "file"],
)
def test_the_past_cannot_change(report: Report, changes: dict[str, object]) -> None:
    Report.objects.filter(pk=report.pk).update(status=Status.READY, sha256="a" * 64, lease_until=BEFORE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).delete()


@pytest.mark.parametrize(
    "changes", [{"status": "ready"}, {"status": "failed"}, {"percent": 101}, {"sha256": "a"}]
)
def test_the_database_keeps_the_states_apart(report: Report, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**changes)


def test_asking_leaves_an_audit_event(report: Report) -> None:
    from opd.models import AuditEvent

    event = AuditEvent.objects.get(action="report.requested")
    assert (event.object_id, event.after, event.role) == (str(report.pk), report.digest, "reviewer")


# --- The render process ---------------------------------------------------------------------------


def test_the_render_process_knows_no_secret_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgres://user:geheim@127.0.0.1/portal")
    process = sandbox.RenderProcess()
    try:
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"geheim" not in environment
        assert b"PORTAL_" not in environment
        assert b"DJANGO" not in environment
    finally:
        process.close()
    assert not process.alive


@pytest.fixture
def job() -> Callable[[int], sandbox.Job]:
    def make(paragraphs: int) -> sandbox.Job:
        html = "<html lang=id><head><title>t</title></head><body>" + "<p>isi</p>" * paragraphs
        return sandbox.Job(html, "", {}, "x")

    return make


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (sandbox.Limits(pages=2), "pages"),
        (sandbox.Limits(memory_mb=150), "memory"),
        (sandbox.Limits(cpu_seconds=1), "time"),
        (sandbox.Limits(wall_seconds=1), "time"),
    ],
    ids=["pages", "memory", "cpu", "wall"],
)
def test_each_limit_ends_one_report_and_not_the_next(job, limits: sandbox.Limits, reason: str) -> None:
    with pytest.raises(sandbox.RenderFailed) as failed:
        sandbox.render(job(20_000), progress=lambda stage, page: None, limits=limits)
    assert failed.value.reason == reason
    assert sandbox.render(job(1), progress=lambda stage, page: None).pages == 1


def test_a_render_process_that_is_killed_is_replaced(job) -> None:
    sandbox.render(job(1), progress=lambda stage, page: None)
    process = sandbox._process
    assert process is not None
    os.killpg(process.pid, 9)
    with pytest.raises(sandbox.RenderFailed):
        process.render(job(1), limits=sandbox.Limits(), progress=lambda stage, page: None)
    assert sandbox.render(job(1), progress=lambda stage, page: None).pages == 1
