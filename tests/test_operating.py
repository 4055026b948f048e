"""docs/operating.md names what exists: every setting, every command, every unit."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
UNITS = sorted(path.name for path in (ROOT / "deploy" / "systemd").iterdir())


def test_every_setting_is_explained() -> None:
    source = (ROOT / "smartcity" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:env\.\w+|_required_in_production)\(\s*"([A-Z_]+)"', source))
    shells = "".join(
        (ROOT / "bin" / name).read_text(encoding="utf-8") for name in ("serve", "_lib.sh", "setup")
    )
    read |= set(re.findall(r"\$\{?PORTAL_([A-Z_]+)", shells)) - {"PYTHON"}
    explained = set(re.findall(r"^\| `PORTAL_([A-Z_]+)`", GUIDE, re.MULTILINE))
    assert read == explained


def test_every_command_exists() -> None:
    named = set(re.findall(r"^manage (\w+)|`manage (\w+)", GUIDE, re.MULTILINE))
    words = {first or second for first, second in named}
    assert words
    assert words <= set(get_commands())


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_starts_what_exists(unit: str) -> None:
    text = (ROOT / "deploy" / "systemd" / unit).read_text(encoding="utf-8")
    for program in re.findall(r"^ExecStart=/opt/portal/(\S+)", text, re.MULTILINE):
        assert program == ".venv/bin/python" or (ROOT / program).is_file()
    for other in re.findall(r"portal[\w-]*\.service", text):
        assert other in UNITS
