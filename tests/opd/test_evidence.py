"""Evidence by address: what comes in, and that a refusal leaves nothing behind."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image

from opd.models import AuditEvent, Evidence, QuickWin, StoredFile
from smartcity.lib import files
from tests import scenarios
from tests.opd.posting import PDF, content_of, on_disk, upload
from tests.scenarios import House, again
from tests.smartcity import file_makers as make
from tests.smartcity import pdf_makers as make_pdf

As = Callable[..., Client]

KEY = "0123456789abcdef" * 2

# --- in ---------------------------------------------------------------------------------------------

OFFICE = "application/vnd.openxmlformats-officedocument"
GOOD = [
    ("foto.jpg", make.talkative_jpeg(), "image/jpeg", "photo", "JPG"),
    ("laporan.pdf", PDF, "application/pdf", "document", "PDF"),
    ("data.xlsx", make.xlsx(), f"{OFFICE}.spreadsheetml.sheet", "document", "XLSX"),
    ("sk.docx", make.docx(), f"{OFFICE}.wordprocessingml.document", "document", "DOCX"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "media_type", "kind", "tile"), GOOD, ids=[row[0] for row in GOOD]
)
def test_a_good_file_is_kept_and_comes_back(
    name: str,
    content: bytes,
    media_type: str,
    kind: str,
    tile: str,
    draft: QuickWin,
    agency: Client,
    house: House,
) -> None:
    answer = upload(agency, draft, (name, content))
    assert answer.status_code == 201
    piece = draft.evidence.get()
    stored = piece.stored_file
    assert stored is not None
    assert (piece.kind, piece.title, piece.original_name, piece.uploaded_by) == (
        kind, name.partition(".")[0], name, house.operator,
    )  # fmt: skip
    assert (stored.media_type, files.is_intact(stored.sha256)) == (media_type, True)
    assert name.partition(".")[0] in answer.json()["html"]
    assert again(draft).filled == draft.filled + 1
    sent = agency.get(f"/evidence/{piece.pk}/file/")
    body = content_of(sent)
    assert (len(body), sent["Content-Type"]) == (stored.size, media_type)
    if kind == "document":
        assert body == content


def test_a_photo_is_made_anew_without_its_place(draft: QuickWin, agency: Client) -> None:
    upload(agency, draft, ("foto.jpg", make.talkative_jpeg()))
    piece = draft.evidence.get()
    body = content_of(agency.get(f"/evidence/{piece.pk}/file/"))
    assert not Image.open(io.BytesIO(body)).getexif()
    assert b"RAHASIA" not in body
    assert piece.stored_file.has_preview  # type: ignore[union-attr]


def test_the_script_gets_the_list_and_the_parts_that_follow(house: House, agency: Client) -> None:
    quick_win = scenarios.complete(house, evidence=False)
    body = upload(agency, quick_win, ("laporan.pdf", PDF)).json()
    assert "laporan" in body["html"]
    assert "#evidence" not in body["parts"]["part-missing"]
    filled, total = again(quick_win).filled, quick_win.total
    assert f'value="{filled}" max="{total}"' in body["parts"]["part-missing"], "the meter stayed behind"


def test_several_files_at_once_and_the_bad_one_alone_is_refused(draft: QuickWin, agency: Client) -> None:
    answer = upload(agency, draft, ("a.pdf", PDF), ("b.exe", make.EXE), ("c.jpg", make.jpeg()), script=False)
    assert answer["Location"] == f"/quick-wins/{draft.pk}/edit/#evidence"
    assert sorted(draft.evidence.values_list("original_name", flat=True)) == ["a.pdf", "c.jpg"]
    page = agency.get(f"/quick-wins/{draft.pk}/edit/").text
    assert "b.exe" in page
    assert "[FILE-TYPE]" in page


def test_the_same_file_twice_is_stored_once_and_shown_twice(
    draft: QuickWin, house: House, agency: Client
) -> None:
    other = scenarios.draft(house)
    for quick_win in (draft, other):
        upload(agency, quick_win, ("laporan.pdf", PDF))
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (2, 1)


def test_a_double_press_keeps_one_piece(draft: QuickWin, agency: Client) -> None:
    for _press in range(2):
        assert upload(agency, draft, ("laporan.pdf", PDF), key=KEY).status_code == 201
    assert draft.evidence.count() == 1
    upload(agency, draft, ("lain.pdf", make_pdf.pdf(1)), key=KEY)
    assert draft.evidence.count() == 2, "another file from the same page is another piece"


def test_kind_date_and_page_may_come_along(draft: QuickWin, agency: Client) -> None:
    upload(agency, draft, ("sk.pdf", PDF), kind="decree", document_date="16/09/2022", page="3")
    piece = draft.evidence.get()
    assert (piece.kind, piece.document_date, piece.page) == ("decree", date(2022, 9, 16), "3")
    assert piece.flags(2022) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("document_date", "kemarin"), ("page", "h" * 41), ("page", "1\u202e2"), ("kind", "link")],
)
def test_a_detail_that_cannot_be_read_is_said_and_not_dropped(
    name: str, value: str, draft: QuickWin, agency: Client, private_files: Path
) -> None:
    answer = upload(agency, draft, ("sk.pdf", PDF), **{name: value})
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert (draft.evidence.count(), on_disk(private_files)) == (0, [])


# --- refused ----------------------------------------------------------------------------------------

BAD = [
    ("foto.jpg", PDF, "photo", "FILE-TYPE"),
    ("program.pdf", make.EXE, "", "FILE-TYPE"),
    ("halaman.html", make.HTML, "", "FILE-TYPE"),
    ("gambar.svg", make.SVG, "", "FILE-TYPE"),
    ("arsip.zip", make.archive({"a.txt": "a"}), "", "FILE-TYPE"),
    ("kosong.pdf", b"", "", "FILE-EMPTY"),
    ("rusak.pdf", PDF[: len(PDF) // 2], "", "FILE-BROKEN"),
    ("makro.docx", make.docx(main=make.WORD_MACRO), "", "FILE-MACRO"),
    ("jebakan.pdf", make_pdf.pdf_with_script("open_action"), "", "FILE-SCRIPT"),
    ("lampiran.pdf", make_pdf.pdf_with_attachment(), "", "FILE-EMBED"),
    ("xxe.xlsx", make.xlsx_with_xxe(), "", "FILE-XML"),
]


@pytest.mark.parametrize(("name", "content", "kind", "code"), BAD, ids=[f"{row[0]}-{row[3]}" for row in BAD])
def test_a_refused_file_leaves_no_row_and_no_byte(
    name: str, content: bytes, kind: str, code: str, complete: QuickWin, agency: Client, private_files: Path
) -> None:
    before = (
        QuickWin.objects.values().get(pk=complete.pk),
        AuditEvent.objects.count(),
        Evidence.objects.count(),
    )
    answer = upload(agency, complete, (name, content), kind=kind)
    assert answer.status_code == 422
    assert f"[{code}]" in answer.json()["error"]
    assert before == (
        QuickWin.objects.values().get(pk=complete.pk), AuditEvent.objects.count(), Evidence.objects.count(),
    )  # fmt: skip
    assert (StoredFile.objects.count(), on_disk(private_files)) == (0, [])


def test_a_name_that_reads_as_another_is_repaired(draft: QuickWin, agency: Client) -> None:
    """ "laporan", right to left, "exe.pdf": it is named after what it is."""
    upload(agency, draft, ("../../laporan\u202efdp.exe", PDF))
    assert draft.evidence.get().original_name == "laporanfdp.exe.pdf"


def test_nothing_chosen_is_said(draft: QuickWin, agency: Client) -> None:
    assert "[FILE-NONE]" in upload(agency, draft).json()["error"]


def test_a_quick_win_holds_only_so_many_pieces_links_included(
    draft: QuickWin, house: House, agency: Client, private_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_ITEMS_PER_RECORD", 2)
    scenarios.add_link(draft, by=house.operator)
    upload(agency, draft, ("laporan.pdf", PDF), key=KEY)
    stored = on_disk(private_files)
    refused = upload(agency, draft, ("foto.jpg", make.jpeg()))
    assert (
        refused.status_code,
        "[FILE-COUNT]" in refused.json()["error"] or "2" in refused.json()["error"],
    ) == (422, True)
    data = {"link-url": "https://example.go.id/", "link-title": "Lagi"}
    assert agency.post(f"/quick-wins/{draft.pk}/links/", data).status_code == 302
    assert (draft.evidence.count(), on_disk(private_files)) == (2, stored)
    assert upload(agency, draft, ("laporan.pdf", PDF), key=KEY).status_code == 201, (
        "a repetition is not one more"
    )


def test_an_agency_has_only_so_much_room(
    draft: QuickWin, house: House, agency: Client, private_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(agency, draft, ("laporan.pdf", PDF))
    stored = on_disk(private_files)
    monkeypatch.setattr(files, "QUOTA_BYTES", len(PDF) + 10)
    refused = upload(agency, scenarios.draft(house), ("lain.pdf", make_pdf.pdf(1)))
    assert refused.status_code == 422
    assert (Evidence.objects.count(), StoredFile.objects.count(), on_disk(private_files)) == (1, 1, stored)
    # The same bytes for something else take no more room.
    assert upload(agency, scenarios.draft(house), ("laporan.pdf", PDF)).status_code == 201
    assert (Evidence.objects.count(), StoredFile.objects.count(), on_disk(private_files)) == (2, 1, stored)


# --- links ------------------------------------------------------------------------------------------


def test_a_link_is_evidence(draft: QuickWin, agency: Client) -> None:
    data = {"link-url": "jdih.example.go.id/12", "link-title": "Perwako", "link-document_date": "2022-03-01"}
    agency.post(f"/quick-wins/{draft.pk}/links/", data)
    piece = draft.evidence.get()
    assert (piece.url, piece.kind, piece.document_date) == (
        "https://jdih.example.go.id/12",
        "link",
        date(2022, 3, 1),
    )
    assert agency.get(f"/evidence/{piece.pk}/file/").status_code == 404
    assert 'href="https://jdih.example.go.id/12"' in agency.get(f"/quick-wins/{draft.pk}/").text


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("javascript:alert(1)", "Bukti"),
        ("ftp://example.go.id/a", "Bukti"),
        ("https://nama:sandi@example.go.id/", "Bukti"),
        ("http://localhost:8000/", "Bukti"),
        ("bukan alamat", "Bukti"),
        ("https://example.go.id/" + "a" * 500, "Bukti"),
        ("https://example.go.id/", ""),
        ("https://example.go.id/", "Bu\u202ekti"),
        ("", "Bukti"),
    ],
)
def test_a_link_that_cannot_be_taken_stands_in_its_form_again(
    url: str, title: str, draft: QuickWin, agency: Client
) -> None:
    answer = agency.post(f"/quick-wins/{draft.pk}/links/", {"link-url": url, "link-title": title})
    assert (answer.status_code, draft.evidence.count()) == (422, 0)
    form = answer.context["link_form"]
    assert (form["url"].value(), form["title"].value()) == (url, title)
    assert form.errors
    assert "<details" in answer.text
