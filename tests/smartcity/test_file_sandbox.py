"""The process that opens other people's files: its ceilings, how its end is read, what it does not know."""

import json
import resource
import struct
from pathlib import Path

import pytest

from smartcity.lib.files import sandbox
from smartcity.lib.files.inspectors import child, facts, limits
from smartcity.lib.files.inspectors.facts import Rejected
from tests.smartcity import file_makers as make


def _child_that(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Let the inspection process be one that runs `code`, after the same ceilings were set."""
    prefix = "import sys; sys.path.insert(0, sys.argv.pop(1)); from inspectors import child; child._limit(); "
    command = [*sandbox._COMMAND[:-2], prefix + code, sandbox._COMMAND[-1]]
    monkeypatch.setattr(sandbox, "_COMMAND", command)
    make.write(folder, b"x", "received")


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("import os; os.kill(os.getpid(), 11)", "FILE-BROKEN"),
        ("import os; os.kill(os.getpid(), 9)", "FILE-BOMB"),
        ("import time; time.sleep(60)", "FILE-BOMB"),
    ],
    ids=["a parser crashes", "the memory killer comes", "it never ends"],
)
def test_how_a_process_ends_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, refused: str
) -> None:
    monkeypatch.setattr(limits, "CHILD_WALL_SECONDS", 1)
    _child_that(monkeypatch, tmp_path, code)
    with pytest.raises(Rejected) as caught:
        sandbox.examine(tmp_path, limits.EVERYTHING)
    assert caught.value.code == refused


def test_the_processor_ceiling_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child_that(
        monkeypatch, tmp_path, "child.resource.setrlimit(child.resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    )
    with pytest.raises(Rejected) as caught:
        sandbox.examine(tmp_path, limits.EVERYTHING)
    assert caught.value.details == {"detail": "SIGXCPU"}


def test_the_memory_ceiling_ends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "child.examine = lambda *a: bytes(2 * 1024**3); child.main(sys.argv[1:])"
    _child_that(monkeypatch, tmp_path, code)
    with pytest.raises(Rejected) as caught:
        sandbox.examine(tmp_path, limits.EVERYTHING)
    assert caught.value.code == "FILE-BOMB"


def test_the_portals_own_failure_is_no_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child_that(monkeypatch, tmp_path, "raise SystemExit('rusak')")
    with pytest.raises(sandbox.InspectionFailed, match="rusak"):
        sandbox.examine(tmp_path, limits.EVERYTHING)


def test_the_process_knows_neither_secrets_nor_the_portal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "RAHASIA")
    code = (
        "import os, json; known = sorted({'django', 'smartcity', 'celery'} & set(sys.modules)); "
        "print(json.dumps({'code': 'FILE-BROKEN', 'details': {'detail': f'{known} {dict(os.environ)}'}}))"
    )
    _child_that(monkeypatch, tmp_path, code)
    with pytest.raises(Rejected) as caught:
        sandbox.examine(tmp_path, limits.EVERYTHING)
    said = str(caught.value.details["detail"])
    assert said.startswith("[] ")
    assert "RAHASIA" not in said
    assert "PORTAL_" not in said


def test_the_process_limits_itself_before_it_opens_anything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ceilings: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(child.resource, "setrlimit", ceilings.__setitem__)

    def examine(*args: object) -> facts.Facts:
        assert {resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE} <= set(
            ceilings
        )
        return facts.Facts("pdf", pages=3)

    monkeypatch.setattr(child, "examine", examine)
    child.main([str(tmp_path), "pdf"])
    assert json.loads(capsys.readouterr().out) == {
        "facts": {"format": "pdf", "pages": 3, "width": None, "height": None, "empty": [], "faint": []}
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device"), "FILE-ROOM"),
        (OSError(27, "File too large"), "FILE-BOMB"),
        (OSError("broken data stream"), "FILE-BROKEN"),
        (MemoryError(), "FILE-BOMB"),
        (RecursionError(), "FILE-BOMB"),
        (struct.error("unpack"), "FILE-BROKEN"),
    ],
    ids=repr,
)
def test_what_a_parser_raises_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, code: str
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(child, "examine", fail)
    assert child.verdict(tmp_path, limits.EVERYTHING)["code"] == code
