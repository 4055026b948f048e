"""Evidence files: what may come in, where it lies, how it goes out (the public names are all here).

    from smartcity.lib import files

    with files.inspect_uploaded(request.FILES["file"], kind="photo") as accepted:    # raises files.Refused
        files.store(accepted)                                                        # before the row, same
        transaction
    return files.serve(sha256, download_name=name, media_type=media_type)            # after asking who may
    see it

An upload passes four stations: `intake.py` copies it to a private folder and counts; `sandbox.py` has it
opened by a process with nothing to lose (`inspectors/`); `refusals.py` says what was wrong in a sentence;
`storage.py` keeps it under its SHA-256. The caller counts: MAX_ITEMS_PER_RECORD for one record, QUOTA_BYTES
for one agency.
"""

from smartcity.lib.files.inspectors.limits import DOCUMENT_BYTES, FORMATS, PHOTO_BYTES
from smartcity.lib.files.intake import (
    KINDS,
    Accepted,
    accept_attribute,
    inspect_upload,
    inspect_uploaded,
    store,
)
from smartcity.lib.files.links import MAX_LINK, check_link
from smartcity.lib.files.names import MAX_NAME
from smartcity.lib.files.refusals import Refused
from smartcity.lib.files.serving import PDF, Missing, serve, serve_preview, serve_readable
from smartcity.lib.files.storage import (
    has_preview,
    is_intact,
    open_preview,
    open_stored,
    path_for,
    preview_path_for,
    stored_hashes,
    sweep_incoming,
)

MAX_ITEMS_PER_RECORD = 30
QUOTA_BYTES = 2 * 1024**3

__all__ = [
    "DOCUMENT_BYTES",
    "FORMATS",
    "KINDS",
    "MAX_ITEMS_PER_RECORD",
    "MAX_LINK",
    "MAX_NAME",
    "PDF",
    "PHOTO_BYTES",
    "QUOTA_BYTES",
    "Accepted",
    "Missing",
    "Refused",
    "accept_attribute",
    "check_link",
    "has_preview",
    "inspect_upload",
    "inspect_uploaded",
    "is_intact",
    "open_preview",
    "open_stored",
    "path_for",
    "preview_path_for",
    "serve",
    "serve_preview",
    "serve_readable",
    "store",
    "stored_hashes",
    "sweep_incoming",
]
