"""Where evidence lies and how it goes out: whole or not at all, under its hash, in a cage."""

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.test import override_settings

from smartcity.lib import files
from smartcity.lib.files import storage
from tests.smartcity import file_makers as make
from tests.smartcity import pdf_makers as make_pdf

Accept = Callable[..., files.Accepted]
HASH = "0123456789abcdef" * 4


@pytest.fixture
def stored(accept: Accept) -> str:
    """The hash of a stored photo."""
    accepted = accept(make.jpeg(), "foto.jpg", kind="photo")
    files.store(accepted)
    return accepted.sha256


def test_a_stored_file_lies_under_its_hash(accept: Accept, private_files: Path) -> None:
    accepted = accept(make.jpeg(), "foto.jpg", kind="photo")
    content = accepted.path_of_safe_copy.read_bytes()
    place = files.store(accepted)
    sha = accepted.sha256
    assert place == private_files / "evidence" / sha[:2] / sha[2:4] / sha == files.path_for(sha)
    assert place.read_bytes() == content
    assert files.preview_path_for(sha).read_bytes() == accepted.preview_bytes
    with files.open_stored(sha) as file, files.open_preview(sha) as preview:
        assert (file.read(), preview.read()) == (content, accepted.preview_bytes)
    assert files.has_preview(sha)
    assert files.is_intact(sha)
    assert list(files.stored_hashes()) == [sha]
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    accepted.discard()
    assert place.exists()


def test_storing_twice_changes_nothing(accept: Accept) -> None:
    first, second = accept(make_pdf.pdf_of_one_date()), accept(make_pdf.pdf_of_one_date())
    place = files.store(first)
    before = place.stat()
    assert files.store(second) == files.store(first) == place
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not files.has_preview(first.sha256)


_STORE = """
import sys
from pathlib import Path
from django.conf import settings
settings.configure(PORTAL_EVIDENCE_ROOT=sys.argv[1])
from smartcity.lib.files import storage
import hashlib
content = b"sama" * 500_000
sha = hashlib.sha256(content).hexdigest()
for number in range(25):
    with storage.incoming_folder() as folder:
        storage.write_new(folder / "received", [content], limit=len(content))
        place = storage.keep(folder / "received", sha, b"pratinjau")
        storage.remove_folder(folder)
    try:
        with storage.open_stored(sha) as file:
            assert storage.digest(file) == sha
    except FileNotFoundError:
        pass
    if number % 3 == 0:
        place.unlink(missing_ok=True)
"""


def test_processes_may_store_the_same_bytes_at_once(private_files: Path) -> None:
    """Three processes store, and now and then remove, the same file; each finds it whole or not at all."""
    root = private_files / "evidence"
    command = [sys.executable, "-c", _STORE, str(root)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    remaining = [path for path in root.rglob("*") if path.is_file()]
    assert {path.name.partition(".")[2] for path in remaining} <= {"", "preview"}
    for sha in files.stored_hashes():
        assert files.is_intact(sha)


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_full_disk_leaves_nothing_half(
    accept: Accept, monkeypatch: pytest.MonkeyPatch, private_files: Path, call: str
) -> None:
    accepted = accept(make.jpeg(), "foto.jpg", kind="photo")

    def full(*args: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, call, full)
    with pytest.raises(files.Refused) as caught:
        files.store(accepted)
    monkeypatch.undo()
    assert caught.value.code == "FILE-ROOM"
    remaining = [path for path in (private_files / "evidence").rglob("*") if path.is_file()]
    assert all(path.is_relative_to(private_files / "evidence/incoming") for path in remaining)


def test_a_full_disk_while_receiving_leaves_nothing(
    accept: Accept, monkeypatch: pytest.MonkeyPatch, private_files: Path
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(files.Refused, match="FILE-ROOM"):
        accept(make.jpeg())
    assert list((private_files / "evidence/incoming").iterdir()) == []


def test_any_other_fault_of_the_disk_is_not_the_persons(
    accept: Accept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(storage.os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        accept(make.jpeg())


def test_bytes_that_rotted_are_replaced(accept: Accept, stored: str) -> None:
    place = files.path_for(stored)
    place.chmod(0o600)
    place.write_bytes(b"rusak")
    assert not files.is_intact(stored)
    files.store(accept(make.jpeg(), "foto.jpg", kind="photo"))
    assert files.is_intact(stored)


def test_a_link_in_a_files_place_is_neither_followed_nor_written_through(
    accept: Accept, stored: str, private_files: Path
) -> None:
    victim = make.write(private_files, b"rahasia", "korban")
    for place in (files.path_for(stored), files.preview_path_for(stored)):
        place.unlink()
        place.symlink_to(victim)
    for opener in (files.open_stored, files.open_preview):
        with pytest.raises(FileNotFoundError):
            opener(stored)
    with pytest.raises(FileNotFoundError):
        files.serve(stored, download_name="a.jpg", media_type="image/jpeg")
    files.store(accept(make.jpeg(), "foto.jpg", kind="photo"))
    assert files.is_intact(stored)
    assert victim.read_bytes() == b"rahasia"
    assert not files.preview_path_for(stored).is_symlink()


def test_a_linked_folder_leads_nowhere(accept: Accept, stored: str, private_files: Path) -> None:
    outside = private_files / "luar"
    files.path_for(stored).parent.rename(outside)
    files.path_for(stored).parent.symlink_to(outside)
    with pytest.raises(FileNotFoundError):
        files.open_stored(stored)
    before = sorted(outside.iterdir())
    with pytest.raises(OSError, match="leads out"):
        files.store(accept(make.jpeg(), "foto.jpg", kind="photo"))
    assert sorted(outside.iterdir()) == before


@pytest.mark.parametrize(
    "wrong",
    ["", "../../etc/passwd", HASH[:-1], HASH + "0", HASH.upper(), f"{HASH}\n", "/" + HASH[1:]],
    ids=repr,
)
def test_only_a_hash_is_a_place(private_files: Path, wrong: str) -> None:
    for ask in (files.path_for, files.preview_path_for, files.open_stored, files.has_preview):
        with pytest.raises(ValueError, match="SHA-256"):
            ask(wrong)


def test_a_missing_file_is_missing(private_files: Path) -> None:
    assert not files.is_intact(HASH)
    assert not files.has_preview(HASH)
    with pytest.raises(FileNotFoundError):
        files.open_stored(HASH)
    files.path_for(HASH).mkdir(parents=True)
    with pytest.raises(FileNotFoundError):
        files.open_stored(HASH)


def test_uploads_of_a_killed_process_are_swept(accept: Accept, private_files: Path) -> None:
    old, new = accept(make.jpeg()), accept(make.jpeg())
    hour_ago = time.time() - 3700
    os.utime(old.path_of_safe_copy.parent, (hour_ago, hour_ago))
    assert files.sweep_incoming() == 1
    assert not old.path_of_safe_copy.exists()
    assert new.path_of_safe_copy.exists()


def test_no_other_folder_is_ever_removed(private_files: Path) -> None:
    for folder in (private_files, private_files / "evidence", private_files / "evidence/incoming", Path()):
        with pytest.raises(ValueError, match="not an upload"):
            storage.remove_folder(folder)
    assert private_files.is_dir()


# --- the way out ----------------------------------------------------------------------------------


def body(response: Any) -> bytes:
    content = b"".join(response)
    response.close()
    return content


@pytest.mark.parametrize("prefix", ["", "/_private/"], ids=["django sends", "nginx sends"])
@pytest.mark.parametrize("preview", [False, True], ids=["file", "preview"])
def test_a_file_goes_out_in_a_cage(stored: str, prefix: str, preview: bool) -> None:
    with override_settings(PORTAL_ACCEL_REDIRECT=prefix):
        if preview:
            response = files.serve_preview(HttpRequest(), stored, download_name="foto.jpg")
        else:
            response = files.serve(stored, download_name="foto.jpg", media_type="image/jpeg")
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == ("private, no-cache" if preview else "private, no-store")
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    kind = "inline" if preview else "attachment"
    assert response["Content-Disposition"] == f'{kind}; filename="foto.jpg"'
    path = files.preview_path_for(stored) if preview else files.path_for(stored)
    if prefix:
        assert response["X-Accel-Redirect"] == f"/_private/evidence/{path.relative_to(storage.root())}"
        assert body(response) == b""
    else:
        assert isinstance(response, FileResponse)
        assert "X-Accel-Redirect" not in response
        assert response["Content-Length"] == str(path.stat().st_size)
        assert body(response) == path.read_bytes()


def test_the_pages_policy_does_not_replace_the_files(stored: str) -> None:
    middleware = ContentSecurityPolicyMiddleware(lambda request: HttpResponse())
    response = files.serve(stored, download_name="a.jpg", media_type="image/jpeg")
    processed = middleware.process_response(HttpRequest(), response)
    assert processed["Content-Security-Policy"] == "sandbox; default-src 'none'"
    response.close()


@pytest.mark.parametrize(
    ("name", "media_type", "inline", "disposition"),
    [
        ("foto.jpg", "image/jpeg", True, 'inline; filename="foto.jpg"'),
        ("laporan.pdf", "application/pdf", True, 'attachment; filename="laporan.pdf"'),
        (
            "Laporan “é”.pdf",
            "application/pdf",
            False,
            "attachment; filename*=utf-8''Laporan%20%E2%80%9C%C3%A9%E2%80%9D.pdf",
        ),
        ('a"; filename="b.exe', "application/pdf", False, 'attachment; filename="a_; filename=_b.exe.pdf"'),
        ("a\r\nSet-Cookie: x=1", "application/pdf", False, 'attachment; filename="berkas.pdf"'),
        ("halaman.html", "text/html", True, 'attachment; filename="halaman.html"'),
        ("../../a.pdf", "application/pdf", False, 'attachment; filename="a.pdf"'),
        ("", "application/pdf", False, 'attachment; filename="berkas.pdf"'),
    ],
)
def test_how_a_download_is_called(
    stored: str, name: str, media_type: str, inline: bool, disposition: str
) -> None:
    response = files.serve(stored, download_name=name, media_type=media_type, inline=inline)
    response.close()
    assert response["Content-Disposition"] == disposition
    assert response["Content-Type"] == (
        "application/octet-stream" if media_type == "text/html" else media_type
    )


@pytest.mark.parametrize("prefix", ["", "/_private"], ids=["django", "nginx"])
def test_a_row_without_its_file_is_noticed(private_files: Path, prefix: str) -> None:
    with override_settings(PORTAL_ACCEL_REDIRECT=prefix):
        with pytest.raises(FileNotFoundError):
            files.serve(HASH, download_name="a.pdf", media_type="application/pdf")
        with pytest.raises(FileNotFoundError):
            files.serve_preview(HttpRequest(), HASH, download_name="a.jpg")
