"""Start the inspection process for one upload, wait for its verdict, and read how it ended."""

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from smartcity.lib.files.inspectors import limits
from smartcity.lib.files.inspectors.facts import Facts, Rejected

log = logging.getLogger("portal.files")

# -I: no environment, no current folder. The inspectors are found by the folder they lie in, so that importing
# them does not import `smartcity`, and with it Celery and Django.
_RUN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from inspectors.child import main; main(sys.argv[1:])"
)
_COMMAND = [sys.executable, "-I", "-B", "-c", _RUN, str(Path(__file__).parent)]
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}

# How the kernel and C libraries end a process that wants too much: CPU time, an address it may not have, the
# memory killer. Any other signal is a parser that fell over the file.
_TOO_HEAVY = {signal.SIGXCPU, signal.SIGABRT, signal.SIGKILL}


class InspectionFailed(RuntimeError):
    """The inspection process could not do its work for a reason that is not the file's."""


def examine(folder: Path, wanted: frozenset[str]) -> Facts:
    """Inspect `folder`/received. Raises Rejected for the file's faults and InspectionFailed for the portal's.

    For a photo the process leaves `safe` and `preview` in the folder. About 0.15 s beside the work itself.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [*_COMMAND, str(folder), ",".join(sorted(wanted))],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_ENVIRONMENT,
            cwd=folder,
            timeout=limits.CHILD_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Rejected("FILE-BOMB", detail="wall clock") from None
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        log.warning("inspection ended by %s", name)
        raise Rejected("FILE-BOMB" if -done.returncode in _TOO_HEAVY else "FILE-BROKEN", detail=name)
    if done.returncode:
        raise InspectionFailed(done.stderr.decode(errors="replace")[-2000:])
    return _read(json.loads(done.stdout))


def _read(verdict: dict[str, Any]) -> Facts:
    if "code" in verdict:
        raise Rejected(verdict["code"], **verdict["details"])
    return Facts(**verdict["facts"])
