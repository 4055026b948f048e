"""Pages that show nothing, or a scan nobody can read: told to who sends them in, never refused."""

from pathlib import Path

import pytest
from django.test import Client

from opd.models import QuickWin
from opd.models.evidence import pages_of
from smartcity.lib import files
from tests.opd.posting import upload
from tests.smartcity.pdf_makers import pages_pdf


def test_only_empty_pages_and_coarse_scans_are_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "dokumen.pdf"
    path.write_bytes(pages_pdf("text", "empty", "drawing", "scan", "coarse", "stamped", "empty"))
    with files.inspect_upload(path, "dokumen.pdf", kind="report") as accepted:
        assert (accepted.pages, accepted.empty, accepted.faint) == (7, (2, 7), (5,))


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("3", [3]),
        ("hal. 3", [3]),
        ("3-5", [3, 4, 5]),
        ("3 sampai 5", [3, 4, 5]),
        ("3 s.d. 5", [3, 4, 5]),
        ("3, 7", [3, 7]),
        ("lampiran", []),
        ("", []),
        ("5-3", [5, 3]),
    ],
)
def test_pages_as_people_write_them(text: str, pages: list[int]) -> None:
    assert pages_of(text) == pages


@pytest.mark.parametrize(
    ("kinds", "page", "sentence"),
    [
        (("text", "empty"), "2", "Halaman 2 kosong"),
        (("text", "empty"), "1", ""),
        (("text", "empty"), "", ""),
        (("empty", "empty"), "", "Semua halaman kosong"),
        (("text", "coarse"), "1-2", "Halaman 2 hasil pindai yang sulit dibaca"),
        (("coarse",), "", "Hasil pindai sulit dibaca"),
        (("text",), "4", "Dokumen ini hanya 1 halaman"),
    ],
)
def test_the_uploader_is_told(
    kinds: tuple[str, ...], page: str, sentence: str, draft: QuickWin, agency: Client
) -> None:
    data = pages_pdf(*kinds)
    assert upload(agency, draft, ("laporan.pdf", data)).status_code == 201
    piece = draft.evidence.get()
    piece.document_date, piece.page = piece.created_at.date().replace(year=2022), page
    doubts = [flag for flag in piece.flags(2022) if "belum diisi" not in flag]
    assert [sentence in flag for flag in doubts] == ([True] if sentence else [])


def test_a_file_kept_before_pages_were_looked_at_says_nothing(draft: QuickWin, agency: Client) -> None:
    upload(agency, draft, ("laporan.pdf", pages_pdf("empty")))
    piece = draft.evidence.get()
    assert piece.stored_file is not None
    type(piece.stored_file).objects.update(doubts=None)
    piece.refresh_from_db()
    piece.stored_file.refresh_from_db()
    piece.document_date, piece.page = piece.created_at.date().replace(year=2022), "1"
    assert piece.flags(2022) == []
