"""Every text has its Indonesian, with the same placeholders; nothing is fuzzy, nothing is left over."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_indonesian_texts_are_complete() -> None:
    done = subprocess.run(
        [ROOT / "bin/messages", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
