"""The way in: copy what arrives to a private folder, inspect the copy, hand back what may be stored."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from django.core.files.uploadedfile import UploadedFile

from smartcity.lib.files import names, sandbox, storage
from smartcity.lib.files.inspectors import limits
from smartcity.lib.files.inspectors.facts import Facts, Rejected
from smartcity.lib.files.refusals import refused

#: What each kind of evidence may be. A photographed decree is a decree: documents may also be pictures.
KINDS = {"photo": limits.PHOTOS} | dict.fromkeys(
    ("regulation", "decree", "minutes", "agreement", "report", "document", "data"), limits.EVERYTHING
)

# The names of an upload's files in its folder, agreed with the inspection process.
_RECEIVED, _SAFE, _PREVIEW = "received", "safe", "preview"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An upload that passed. It lies in a private folder until `store` keeps it; `with` leaves nothing.

    `name` has the ending of what the file really is. `size` and `sha256` are of the safe copy: a photo made
    anew, a document as it came. `pages`, `empty` and `faint` (numbers of pages) only for PDF, `width`, `height`
    (pixels, upright) and `preview_bytes` (JPEG) for photos.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    path_of_safe_copy: Path
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    preview_bytes: bytes | None = None
    empty: tuple[int, ...] = ()
    faint: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()

    def discard(self) -> None:
        """Remove what was not stored."""
        storage.remove_folder(self.path_of_safe_copy.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def inspect_upload(path: Path | str, name: str, *, kind: str) -> Accepted:
    """Inspect the file at `path`, uploaded as `name` for evidence of a kind in KINDS. Raises Refused.

    The file itself is neither changed nor removed. Nothing is stored yet:

        with inspect_upload(path, name, kind="photo") as accepted:
            store(accepted)
    """
    return _inspect(_pieces_of(Path(path)), name, kind)


def inspect_uploaded(uploaded: "UploadedFile[bytes]", *, kind: str) -> Accepted:
    """Inspect a file of `request.FILES`, whether Django holds it in memory or on disk. Raises Refused."""
    return _inspect(uploaded.chunks(), uploaded.name or "", kind)


def store(accepted: Accepted) -> Path:
    """Keep an accepted upload under its SHA-256 and return its place. Raises Refused when the disk is full.

    Storing the same bytes again, or at the same moment in two processes, gives the same place and changes
    nothing.
    """
    try:
        with _full_disk_is_a_refusal():
            return storage.keep(accepted.path_of_safe_copy, accepted.sha256, accepted.preview_bytes)
    except Rejected as rejected:
        raise refused(rejected, name=accepted.name, wanted=limits.EVERYTHING) from rejected


def accept_attribute(kind: str) -> str:
    """Return what `<input type=file accept=…>` says for a kind of evidence:

    a hint to the browser, no check.
    """
    return ",".join(
        f".{ending}"
        for form in limits.FORMATS
        if form in KINDS[kind]
        for ending in limits.FORMATS[form].extensions
    )


def _inspect(pieces: Iterable[bytes], name: str, kind: str) -> Accepted:
    wanted = KINDS[kind]
    try:
        checked = names.checked_name(name)
        with _full_disk_is_a_refusal(), storage.incoming_folder() as folder:
            _receive(pieces, folder / _RECEIVED, limit=max(limits.FORMATS[form].max_bytes for form in wanted))
            facts = sandbox.examine(folder, wanted)
            return _accepted(folder, facts, names.with_ending(checked, facts.format))
    except Rejected as rejected:
        sandbox.log.info("upload refused: %s %s", rejected.code, rejected.details.get("detail", ""))
        raise refused(rejected, name=names.shown_name(name), wanted=wanted) from None


def _pieces_of(path: Path) -> Iterator[bytes]:
    try:
        file = storage.open_no_follow(path)
    except FileNotFoundError:
        raise Rejected("FILE-BROKEN", detail="no plain file") from None
    with file:
        while piece := file.read(storage.CHUNK):
            yield piece


def _receive(pieces: Iterable[bytes], target: Path, *, limit: int) -> None:
    """Copy the upload:

    what is inspected can then not be changed by whoever else can write to its first place.
    """
    try:
        size = storage.write_new(target, pieces, limit=limit)
    except storage.TooLarge:
        raise Rejected("FILE-SIZE", limit=limit) from None
    if size == 0:
        raise Rejected("FILE-EMPTY")


def _accepted(folder: Path, facts: Facts, name: str) -> Accepted:
    form = limits.FORMATS[facts.format]
    copy = folder / (_SAFE if form.image else _RECEIVED)
    with storage.open_no_follow(copy) as file:
        sha256 = storage.digest(file)
    if form.image:
        (folder / _RECEIVED).unlink()  # what the camera added goes now, not when the folder does
    return Accepted(
        name=name,
        media_type=form.media_type,
        size=copy.stat().st_size,
        sha256=sha256,
        path_of_safe_copy=copy,
        pages=facts.pages,
        width=facts.width,
        height=facts.height,
        empty=tuple(facts.empty),
        faint=tuple(facts.faint),
        preview_bytes=(folder / _PREVIEW).read_bytes() if form.image else None,
    )


@contextlib.contextmanager
def _full_disk_is_a_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in storage.NO_ROOM:
            raise Rejected("FILE-ROOM") from error
        raise
