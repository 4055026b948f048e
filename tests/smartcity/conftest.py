"""Fixtures of the tests of smartcity.lib."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from smartcity.lib import files
from smartcity.lib.files.inspectors import child, limits
from tests.cast import as_, cast, city, complete, draft, house, houses, opds, submitted  # noqa: F401
from tests.smartcity import file_makers as make


@pytest.fixture
def accept(private_files: Path) -> Iterator[Callable[..., files.Accepted]]:
    """Send bytes the whole way; what is not stored is removed after the test."""
    taken = []

    def send(content: bytes, name: str = "berkas", *, kind: str = "report") -> files.Accepted:
        accepted = files.inspect_upload(make.write(private_files, content), name, kind=kind)
        taken.append(accepted)
        return accepted

    yield send
    for accepted in taken:
        accepted.discard()


@pytest.fixture
def refusal(private_files: Path) -> Callable[..., files.Refused]:
    """Send bytes the whole way and return the refusal; nothing may be left behind."""

    def send(content: bytes, *, kind: str = "report", name: str = "berkas.pdf") -> files.Refused:
        with pytest.raises(files.Refused) as caught:
            files.inspect_upload(make.write(private_files, content), name, kind=kind)
        assert list((private_files / "evidence/incoming").iterdir()) == []
        return caught.value

    return send


@pytest.fixture
def verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes | Callable[[], bytes]], str]:
    """Judge bytes in this process; return the code, or the format when they may come in."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # the inspectors change it

    def judge(content: bytes | Callable[[], bytes]) -> str:
        make.write(tmp_path, content if isinstance(content, bytes) else content(), "received")
        said = child.verdict(tmp_path, limits.EVERYTHING)
        return str(said["code"] if "code" in said else said["facts"]["format"])

    return judge
