"""The house rules a machine can hold: direction of imports, one writer of a status, rows only through querysets."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
APPS = ("dimensions", "opd", "evaluations", "surveys", "reports")


def python_files(*folders: str) -> list[Path]:
    return [
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
    ]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if found.search(line)
    ]


def test_imports_point_one_way() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_status_is_written_in_one_place() -> None:
    """The door writes it; a lease does for reports and imports, and the demonstration records the past."""
    writers = lines_with(r"\.status = |update\(status=", python_files(*APPS, "smartcity"))
    allowed = (
        "smartcity/lib/workflow.py",
        "reports/models/job.py",
        "opd/models/imports.py",
        "smartcity/demo/year_2022.py",
        "smartcity/demo/quarters.py",
        "evaluations/actions/window.py",
    )
    assert [line for line in writers if not line.startswith(allowed)] == []


def test_views_ask_querysets_not_tables() -> None:
    assert (
        lines_with(r"\.objects\.all\(\)", [p for p in python_files(*APPS) if "views" in p.as_posix()]) == []
    )


def test_only_the_clock_knows_the_time() -> None:
    """A deadline that reads another clock cannot be tested at its last second."""
    files = [p for p in python_files(*APPS, "smartcity") if p.name != "clock.py"]
    assert lines_with(r"timezone\.now\(|datetime\.now\(|date\.today\(|utcnow\(", files) == []


def test_rules_and_workflow_know_no_models() -> None:
    files = [
        ROOT / app / name
        for app in ("opd", "evaluations", "surveys", "reports")
        for name in ("rules.py", "workflow.py")
    ]
    found = []
    for path in filter(Path.exists, files):
        body = path.read_text(encoding="utf-8").split("if TYPE_CHECKING:")[0]
        found += [str(path) for line in body.splitlines() if re.match(r"from \w+\.models", line)]
    assert found == []


def test_no_text_from_people_is_marked_safe() -> None:
    """Charts and lines of tables escape what they write; the QR code is drawn from the report's own number."""
    drawn = ("smartcity/lib/charts/", "smartcity/lib/lines.py", "reports/chapters/approval.py")
    found = lines_with(r"mark_safe\(", python_files(*APPS, "smartcity"))
    assert [line for line in found if not line.startswith(drawn)] == []
    templates = list((ROOT / "templates").rglob("*.html"))
    assert lines_with(r"\|\s*safe\b|autoescape off", templates) == []


def test_templates_hold_no_inline_script_or_style() -> None:
    """The content security policy would refuse them; the printed report has its own sheet."""
    templates = list((ROOT / "templates").rglob("*.html"))
    assert lines_with(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", templates) == []


@pytest.mark.django_db
def test_the_workflow_page_is_in_step() -> None:
    call_command("workflow_docs", "--check")
