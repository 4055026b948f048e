"""The process that opens other people's files: `main` is run once per upload, with nothing to lose.

It has no environment, no Django, no database; ceilings on memory, time and written bytes; and one line of
JSON to say. Whatever a hostile picture or PDF does to a C library ends here.
"""

import errno
import json
import resource
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import images, limits, office, pdfs
from .facts import Facts, Rejected
from .identify import identify

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def main(argv: list[str]) -> None:
    """Inspect `received`, write `safe` and `preview` for a photo, print the verdict.

    Arguments: folder, formats.
    """
    _limit()
    folder, wanted = Path(argv[0]), frozenset(argv[1].split(","))
    print(json.dumps(verdict(folder, wanted)))  # noqa: T201


def verdict(folder: Path, wanted: frozenset[str]) -> dict[str, Any]:
    """Return {"facts": …} or {"code": …, "details": …} for the file `received` in the folder."""
    try:
        return {"facts": asdict(examine(folder, wanted))}
    except Rejected as rejected:
        return {"code": rejected.code, "details": rejected.details}
    except (MemoryError, RecursionError) as error:
        return {"code": "FILE-BOMB", "details": {"detail": repr(error)[:200]}}
    except OSError as error:
        code = {errno.EFBIG: "FILE-BOMB"} | dict.fromkeys(_NO_ROOM, "FILE-ROOM")
        return {"code": code.get(error.errno or 0, "FILE-BROKEN"), "details": {"detail": repr(error)[:200]}}
    except Exception as error:  # a parser met what its authors did not expect: the file is not fit to keep
        return {"code": "FILE-BROKEN", "details": {"detail": repr(error)[:200]}}


def examine(folder: Path, wanted: frozenset[str]) -> Facts:
    """Inspect the file `received`. Raises Rejected, or whatever a parser raises on a broken file."""
    received = folder / "received"
    form = identify(received)
    if form not in wanted:
        raise Rejected("FILE-TYPE", found=form)
    if (size := received.stat().st_size) > limits.FORMATS[form].max_bytes:
        raise Rejected("FILE-SIZE", size=size, limit=limits.FORMATS[form].max_bytes)
    if limits.FORMATS[form].image:
        return images.inspect_image(received, form, safe_copy=folder / "safe", preview=folder / "preview")
    return pdfs.inspect_pdf(received) if form == "pdf" else office.inspect_office(received, form)


def _limit() -> None:
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits.CHILD_MEMORY, limits.CHILD_MEMORY),
        (resource.RLIMIT_CPU, limits.CHILD_CPU_SECONDS, limits.CHILD_CPU_SECONDS + 2),
        (resource.RLIMIT_FSIZE, limits.CHILD_FILE_BYTES, limits.CHILD_FILE_BYTES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
