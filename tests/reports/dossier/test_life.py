"""The life of a dossier: asked for once, built by a worker, kept, taken along by few, and never half there."""

import errno
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from evaluations.models import EvaluationWindow, Seat, Snapshot, SnapshotItem
from opd.models import AuditEvent, User
from reports import store
from reports.dossier import actions, archive
from reports.models import Dossier, DossierCause, Status
from reports.tasks import build_dossier, sweep_reports
from smartcity.lib import clock, files
from tests.evaluations.builders import CLOSES
from tests.reports.dossier.conftest import PHOTO, freeze
from tests.reports.dossier.test_archive import packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr(build_dossier, "apply_async", lambda args, **options: rung.append(args[0]))
    return rung


@pytest.fixture
def dossier(snapshot: Snapshot, stored: Path, cast: dict[str, User]) -> Dossier:
    """Waiting to be built."""
    return actions.request_dossier(by=cast["reviewer"], snapshot=snapshot, seated=False)[0]


@pytest.fixture
def ready(dossier: Dossier) -> Dossier:
    build_dossier(dossier.pk)
    return Dossier.objects.for_page().get(pk=dossier.pk)


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def left_over(root: Path) -> list[Path]:
    return list((root / "reports" / "incoming").glob("*"))


def test_it_is_built_and_kept(ready: Dossier, snapshot: Snapshot, private_files: Path) -> None:
    assert (ready.status, ready.percent, ready.entries) == (Status.READY, 100, 9)
    content = store.path_for(ready.sha256, store.ZIP).read_bytes()
    assert content == packed(snapshot)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (ready.size, ready.sha256)
    assert left_over(private_files) == []
    event = AuditEvent.objects.get(action="dossier.built")
    assert (event.actor, event.after) == (None, ready.sha256)


def test_asking_twice_gives_the_first_one(ready: Dossier, snapshot: Snapshot, cast: dict[str, User]) -> None:
    again, created = actions.request_dossier(by=cast["assessor"], snapshot=snapshot, seated=True)
    assert (again.pk, created) == (ready.pk, False)
    build_dossier(ready.pk)  # a message that comes late
    assert Dossier.objects.get(pk=ready.pk).attempts == 1
    assert AuditEvent.objects.filter(action="dossier.requested").count() == 1


def test_a_missing_file_is_named_and_mended(
    dossier: Dossier, snapshot: Snapshot, private_files: Path, cast: dict[str, User]
) -> None:
    path = files.path_for(hashlib.sha256(PHOTO).hexdigest())
    path.unlink()
    with pytest.raises(Exception, match="missing"):
        build_dossier(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.cause) == (Status.FAILED, DossierCause.MISSING)
    assert dossier.detail == "B-1: =cmd|' /C calc'!A0"
    assert left_over(private_files) == []
    page = client_of(cast["planner"]).get(reverse("reports:dossiers", args=[snapshot.window_id]))
    assert b"DOS-FILE" in page.content
    assert b"B-1: =cmd|&#x27; /C calc&#x27;!A0" in page.content
    path.write_bytes(PHOTO)
    assert actions.retry(by=cast["planner"], dossier=dossier, seated=False)
    build_dossier(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.cause, dossier.requested_by) == (Status.READY, "", cast["planner"])


def test_a_full_disk_leaves_nothing_behind(
    dossier: Dossier, private_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried three times, then said; the half-written file is gone each time."""

    def full(*args: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive, "pack", full)
    for attempt in range(3):
        with (
            clock.at(clock.now() + timedelta(minutes=2 * attempt)),
            pytest.raises(Exception, match="storage"),
        ):
            build_dossier(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.cause) == (Status.FAILED, DossierCause.STORAGE)
    assert left_over(private_files) == []


def test_what_a_killed_worker_left_is_removed(dossier: Dossier, private_files: Path) -> None:
    folder = private_files / "reports" / "incoming"
    folder.mkdir(parents=True)
    mine, other = folder / f"dossier-{dossier.pk}-abcd", folder / f"dossier-{dossier.pk}0-abcd"
    mine.write_bytes(b"half")
    other.write_bytes(b"of another dossier")
    build_dossier(dossier.pk)
    assert left_over(private_files) == [other]


def test_altered_material_is_not_packed(
    snapshot: Snapshot, stored: Path, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database refuses to change an item, so the digest is what differs here."""
    dossier = actions.request_dossier(by=cast["reviewer"], snapshot=snapshot, seated=False)[0]
    monkeypatch.setattr("reports.dossier.material.digest_of", lambda payload: "0" * 64)
    with pytest.raises(Exception, match="altered"):
        build_dossier(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.cause) == (Status.FAILED, DossierCause.ALTERED)
    assert SnapshotItem.objects.count() == 3


def test_whoever_lost_the_right_gets_nothing(snapshot: Snapshot, stored: Path, cast: dict[str, User]) -> None:
    dossier = actions.request_dossier(by=cast["assessor"], snapshot=snapshot, seated=True)[0]
    Seat.objects.filter(user=cast["assessor"]).update(conflict="Saudara.")
    with pytest.raises(Exception, match="right"):
        build_dossier(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.cause) == (Status.FAILED, DossierCause.RIGHT)


def test_a_lost_message_is_rung_for_again(dossier: Dossier, rings: list[int]) -> None:
    sweep_reports()
    assert rings == []
    with clock.at(clock.now() + timedelta(minutes=2)):
        sweep_reports()
    assert rings == [dossier.pk]


def test_a_file_that_is_gone_is_built_again_the_same(
    ready: Dossier, snapshot: Snapshot, cast: dict[str, User], rings: list[int],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:  # fmt: skip
    before = ready.sha256
    store.path_for(before, store.ZIP).unlink()
    browser = client_of(cast["assessor"])
    answer = browser.get(reverse("reports:dossier_download", args=[ready.pk]), follow=True)
    assert answer.content.count(b"DOS-GONE") == 2  # the message, and the notice with its button
    assert not AuditEvent.objects.filter(action="dossier.taken").exists()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("reports:dossier_retry", args=[ready.pk]))
    assert rings == [ready.pk]
    build_dossier(ready.pk)
    ready.refresh_from_db()
    assert (ready.status, ready.sha256) == (Status.READY, before)
    browser.post(reverse("reports:dossier_retry", args=[ready.pk]))  # in order: stays as it is
    assert Dossier.objects.get(pk=ready.pk).status == Status.READY


def test_a_finished_one_does_not_go_and_keeps_its_snapshot(ready: Dossier, window: EvaluationWindow) -> None:
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Dossier.objects.filter(pk=ready.pk).delete()
    other = freeze(window, 2)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Dossier.objects.filter(pk=ready.pk).update(snapshot=other)


@pytest.mark.parametrize(
    ("name", "page", "build", "file"),
    [
        ("reviewer", 200, 302, 200),
        ("planner", 200, 302, 200),
        ("auditor", 200, 403, 200),
        ("assessor", 200, 302, 200),
        ("undeclared", 404, 404, 404),
        ("outsider", 404, 404, 404),
        ("foreign_reviewer", 404, 404, 404),
        ("operator", 404, 404, 404),
        ("leader", 403, 403, 404),
    ],
)
def test_who_may_have_it(
    ready: Dossier, cast: dict[str, User], name: str, page: int, build: int, file: int
) -> None:
    browser, window = client_of(cast[name]), ready.snapshot.window_id
    assert browser.get(reverse("reports:dossiers", args=[window])).status_code == page
    assert browser.post(reverse("reports:dossier_create", args=[window])).status_code == build
    answer = browser.get(reverse("reports:dossier_download", args=[ready.pk]))
    assert answer.status_code == file
    taken = AuditEvent.objects.filter(action="dossier.taken", actor=cast[name])
    assert taken.count() == (file == 200)
    if file == 200:
        assert answer["Content-Type"] == "application/zip"
        assert answer["Cache-Control"] == "private, no-store"
        assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == ready.sha256


def test_access_ends_with_the_seat(ready: Dossier, cast: dict[str, User]) -> None:
    browser = client_of(cast["assessor"])
    address = reverse("reports:dossier_download", args=[ready.pk])
    with clock.at(CLOSES + timedelta(days=8)):
        assert browser.get(address).status_code == 404


def test_the_panel_gets_the_version_that_is_judged(
    ready: Dossier, window: EvaluationWindow, cast: dict[str, User]
) -> None:
    freeze(window, 2)
    address = reverse("reports:dossiers", args=[window.pk])
    panel = client_of(cast["assessor"]).get(address).content.decode()
    city = client_of(cast["planner"]).get(address).content.decode()
    assert 'id="dossier-2"' in panel
    assert 'id="dossier-1"' not in panel
    assert 'id="dossier-2"' in city
    assert 'id="dossier-1"' in city


def test_the_page_says_how_far_it_is(dossier: Dossier, cast: dict[str, User]) -> None:
    browser = client_of(cast["assessor"])
    held = Dossier.objects.claim(dossier.pk)
    held.progress("copy", 42)
    page = browser.get(reverse("reports:dossiers", args=[dossier.snapshot.window_id])).content.decode()
    assert "Menyalin bukti dukung" in page
    assert 'hx-trigger="every 2s"' in page
    part = browser.get(
        reverse("reports:dossier_status", args=[dossier.pk]), {"seen": "read"}, headers={"HX-Request": "true"}
    )
    assert b'id="progress-said"' in part.content
    assert b"42" in part.content


def test_only_who_may_builds(snapshot: Snapshot, cast: dict[str, User]) -> None:
    with pytest.raises(PermissionDenied):
        actions.request_dossier(by=cast["auditor"], snapshot=snapshot, seated=False)
