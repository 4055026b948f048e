"""A claimed dossier to a stored file, step by step, telling each step."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

from evaluations.models import Seat
from reports import rules, store
from reports.dossier import archive
from reports.dossier.contents import contents_of
from reports.dossier.material import Altered, UnknownSchema, material_of
from reports.models import Dossier, DossierCause, DossierStage
from smartcity.lib import files

# Per cent at which a stage begins: nearly all the time goes into copying.
BEGINS = {DossierStage.READ: 2, DossierStage.COPY: 8, DossierStage.CHECK: 96}
PAUSE = 0.5  # seconds between two writes of the same stage


class Failed(Exception):
    """Building stopped; `cause` is one of DossierCause, `detail` says where."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause, self.detail = cause, detail


@dataclass(frozen=True)
class Built:
    """A stored file."""

    sha256: str
    size: int
    entries: int


def build(dossier: Dossier) -> Built:
    """Make and store the archive of a claimed dossier. Raises Failed, or LeaseLost when another took over."""
    city_id = dossier.city_id
    seated = Seat.objects.usable_by(dossier.requested_by).filter(window=dossier.snapshot.window_id).exists()
    if not rules.may_build_dossier(dossier.requested_by, city_id, seated=seated):
        raise Failed(DossierCause.RIGHT)
    dossier.progress(DossierStage.READ, BEGINS[DossierStage.READ])
    with translation.override(settings.LANGUAGE_CODE):
        try:
            contents = contents_of(material_of(dossier.snapshot))
        except UnknownSchema as error:
            raise Failed(DossierCause.SCHEMA) from error
        except Altered as error:
            raise Failed(DossierCause.ALTERED, str(error)) from error
        try:
            return _packed(dossier, contents)
        except archive.Missing as error:
            piece = error.piece
            raise Failed(DossierCause.MISSING, f"{piece.owner}: {piece.facts['title']}"[:300]) from error
        except OSError as error:
            raise Failed(DossierCause.STORAGE) from error


def _packed(dossier: Dossier, contents: archive.Contents) -> Built:
    total = sum(piece.size for piece in contents.files)
    with store.incoming(f"dossier-{dossier.pk}") as file:
        entries = archive.pack(file, contents, files.open_stored, _teller(dossier, total))
        dossier.progress(DossierStage.CHECK, BEGINS[DossierStage.CHECK])
        sha256, size = store.settle(file, store.ZIP)
    return Built(sha256, size, entries)


def _teller(dossier: Dossier, total: int) -> archive.Teller:
    """Return what turns copied bytes into per cent, and writes it down not too often."""
    begin, end = BEGINS[DossierStage.COPY], BEGINS[DossierStage.CHECK]
    last = [-PAUSE]

    def tell(copied: int) -> None:
        if time.monotonic() - last[0] < PAUSE:
            return
        last[0] = time.monotonic()
        dossier.progress(DossierStage.COPY, begin + (end - begin) * min(copied, total) // max(total, 1))

    return tell
