"""Evidence by address: what comes in, who may open it, and that a refusal leaves nothing behind."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from opd import actions
from opd.models import AuditEvent, Evidence, EvidenceKind, QuickWin, StoredFile, User
from smartcity.lib import files
from tests import scenarios
from tests.scenarios import House, again
from tests.smartcity import file_makers as make
from tests.smartcity import pdf_makers as make_pdf

As = Callable[..., Client]
UPLOAD = {"X-Requested-With": "upload"}
KEY = "0123456789abcdef" * 2
PDF = make_pdf.pdf(2)


@pytest.fixture
def agency(house: House, as_: As, private_files: Path) -> Client:
    return as_(house.operator)


def upload(
    client: Client, quick_win: QuickWin, *contents: tuple[str, bytes], script: bool = True, **more: str
) -> Any:
    posted: dict[str, Any] = {
        "file": [SimpleUploadedFile(name, content) for name, content in contents],
        **more,
    }
    headers = UPLOAD if script else None
    return client.post(f"/quick-wins/{quick_win.pk}/evidence/", posted, headers=headers)


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


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


# --- saying what it is ------------------------------------------------------------------------------


@pytest.fixture
def document(draft: QuickWin, house: House) -> Evidence:
    """A PDF by its row alone: for what is said about it, its bytes are not needed."""
    stored = StoredFile.objects.create(sha256="0" * 64, media_type="application/pdf", size=1000, pages=2)
    values = {"kind": "document", "title": "laporan", "original_name": "laporan.pdf"}
    return actions.add_evidence(quick_win=draft, by=house.operator, stored=stored, values=values)


@pytest.fixture
def uploaded(draft: QuickWin, agency: Client) -> Evidence:
    """A PDF that came in through the form."""
    upload(agency, draft, ("laporan.pdf", PDF))
    return draft.evidence.get()


def said(piece: Evidence, **changes: Any) -> dict[str, Any]:
    data = {
        "version": piece.version,
        "kind": "report",
        "title": "Laporan",
        "document_date": "2022-08-31",
        "page": "3",
    }
    return data | {"valid_until": ""} | changes


def test_what_is_claimed_can_be_completed(document: Evidence, draft: QuickWin, agency: Client) -> None:
    assert document.flags(2022)
    answer = agency.post(f"/evidence/{document.pk}/", said(document))
    assert answer["Location"] == f"/quick-wins/{draft.pk}/edit/#evidence"
    document.refresh_from_db()
    assert (document.kind, document.page, document.version) == ("report", "3", 2)
    assert document.flags(2022) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"document_date": "kemarin"}, "document_date"),
        ({"title": ""}, "title"),
        ({"title": "a\u2066b"}, "title"),
        ({"page": "1\u202e"}, "page"),
        ({"kind": "link"}, "kind"),
        ({"kind": "photo"}, "kind"),
        ({"valid_until": "31/02/2022"}, "valid_until"),
    ],
)
def test_a_claim_that_cannot_be_read_stays_in_the_form(
    changes: dict[str, Any], name: str, document: Evidence, agency: Client
) -> None:
    answer = agency.post(f"/evidence/{document.pk}/", said(document, **changes))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {name}
    assert str(answer.context["form"][name].value()) == changes[name]
    assert Evidence.objects.get(pk=document.pk).version == 1


def test_only_a_picture_is_a_photo_and_a_link_stays_a_link(
    draft: QuickWin, house: House, agency: Client
) -> None:
    upload(agency, draft, ("foto.jpg", make.jpeg()))
    photo = draft.evidence.get()
    assert agency.post(f"/evidence/{photo.pk}/", said(photo, kind="photo")).status_code == 302
    link = scenarios.add_link(draft, by=house.operator)
    assert agency.post(f"/evidence/{link.pk}/", said(link, kind="report")).status_code == 200
    assert agency.post(f"/evidence/{link.pk}/", said(link, kind="link")).status_code == 302


def test_two_people_at_one_piece_see_both_texts(
    document: Evidence, house: House, as_: As, agency: Client
) -> None:
    stale = said(document, title="Judul operator")
    as_(house.submitter).post(f"/evidence/{document.pk}/", said(document, title="Judul kepala"))
    answer = agency.post(f"/evidence/{document.pk}/", stale)
    assert answer.status_code == 409
    assert "Judul operator" in answer.text
    assert "Judul kepala" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert Evidence.objects.get(pk=document.pk).title == "Judul kepala"


@pytest.mark.parametrize("version", [None, "", "x", "²", "9" * 5000])
def test_a_claim_without_its_version_is_a_bad_request(
    version: str | None, document: Evidence, agency: Client
) -> None:
    data = said(document)
    del data["version"]
    if version is not None:
        data["version"] = version
    assert agency.post(f"/evidence/{document.pk}/", data).status_code == 400
    assert Evidence.objects.get(pk=document.pk).version == 1


def test_a_piece_can_be_removed_while_it_is_with_the_agency(
    uploaded: Evidence, draft: QuickWin, agency: Client
) -> None:
    agency.post(f"/evidence/{uploaded.pk}/remove/")
    assert (draft.evidence.count(), again(draft).filled) == (0, draft.filled)
    assert files.is_intact(uploaded.stored_file_id or ""), "a receipt may name the bytes for years"
    assert agency.post(f"/evidence/{uploaded.pk}/remove/").status_code == 404


@pytest.mark.parametrize("change", ["remove", "change"])
def test_a_piece_that_vanished_meanwhile_is_not_found(
    change: str, document: Evidence, agency: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague removed it between the question and the lock."""

    def gone(**values: Any) -> None:
        Evidence.objects.get(pk=-1)

    monkeypatch.setattr(actions, f"{change}_evidence", gone)
    path = f"/evidence/{document.pk}/" + ("remove/" if change == "remove" else "")
    assert agency.post(path, said(document)).status_code == 404


FLAGS = [
    ({"document_date": None, "page": ""}, 1),
    ({"document_date": date(2022, 5, 1), "page": ""}, 1),
    ({"document_date": date(2022, 5, 1), "page": "2"}, 0),
    ({"document_date": date(2021, 5, 1), "page": "2"}, 1),
    ({"document_date": date(2021, 5, 1), "page": ""}, 2),
    ({"document_date": date(2021, 5, 1), "page": "2", "valid_until": date(2022, 1, 1)}, 0),
    ({"document_date": date(2021, 5, 1), "page": "2", "valid_until": date(2021, 12, 31)}, 1),
    ({"document_date": date(2023, 5, 1), "page": "2"}, 0),
    ({"kind": EvidenceKind.PHOTO}, 0),
    ({"kind": EvidenceKind.PHOTO, "document_date": date(2020, 1, 1)}, 1),
    ({"kind": EvidenceKind.LINK, "stored_file_id": None, "url": "https://a.go.id"}, 0),
]


@pytest.mark.parametrize(("facts", "count"), FLAGS)
def test_flags_warn_of_what_an_assessor_will_doubt(facts: dict[str, Any], count: int) -> None:
    assert len(Evidence(**{"kind": "report", "stored_file_id": "0" * 64, **facts}).flags(2022)) == count


# --- out --------------------------------------------------------------------------------------------

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Frame-Options": "DENY",
}


def test_a_file_goes_out_in_its_cage(uploaded: Evidence, agency: Client) -> None:
    answer = agency.get(f"/evidence/{uploaded.pk}/file/")
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert answer["Content-Disposition"] == 'attachment; filename="laporan.pdf"'
    content_of(answer)


def test_a_preview_is_a_small_picture_inline(draft: QuickWin, agency: Client) -> None:
    upload(agency, draft, ("foto.png", make.png()))
    piece = draft.evidence.get()
    answer = agency.get(f"/evidence/{piece.pk}/preview/")
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert (answer["Content-Type"], answer["Content-Disposition"].partition(";")[0]) == (
        "image/jpeg",
        "inline",
    )
    assert Image.open(io.BytesIO(content_of(answer))).format == "JPEG"


def test_a_document_has_no_preview(document: Evidence, agency: Client) -> None:
    assert agency.get(f"/evidence/{document.pk}/preview/").status_code == 404


def test_who_may_open_a_file(
    uploaded: Evidence, draft: QuickWin, house: House, cast: dict[str, User], as_: As
) -> None:
    """By status of the quick win; whoever may not know of it finds nothing."""
    address = f"/evidence/{uploaded.pk}/file/"

    def openers() -> set[str]:
        found = set()
        for name, user in cast.items():
            if name == "disabled":
                continue
            answer = as_(user).get(address)
            assert answer.status_code in (200, 404), name
            if answer.status_code == 200:
                content_of(answer)
                found.add(name)
        return found

    assert openers() == {"operator", "head"}
    for section in scenarios.TYPED:
        actions.save_section(
            pk=draft.pk,
            section=section,
            values={name: scenarios.VALUES[name] for name in scenarios.TYPED[section]}
            | (
                {"sub_dimension_id": scenarios.ids(draft.city, "GOV")["sub_dimension"]}
                if section == "identity"
                else {}
            ),
            unreadable={},
            version=1,
            by=house.operator,
        )
    scenarios.submit(draft, house)
    city = {"operator", "head", "reviewer", "planner", "auditor"}
    assert openers() == city
    actions.move(pk=draft.pk, name="verify", by=house.decider)
    assert openers() == city | {"leader"}


def test_what_was_added_after_a_return_is_nobody_elses_yet(
    house: House, cast: dict[str, User], as_: As, agency: Client
) -> None:
    quick_win = scenarios.returned(house)
    upload(agency, quick_win, ("sesudah.pdf", PDF))
    late = quick_win.evidence.get(original_name="sesudah.pdf")
    for name in ("reviewer", "planner", "auditor"):
        client = as_(cast[name])
        assert client.get(f"/evidence/{late.pk}/file/").status_code == 404
        assert "sesudah" not in client.get(f"/quick-wins/{quick_win.pk}/").text
        assert "sesudah" not in client.get(f"/quick-wins/{quick_win.pk}/review/").text
    assert "sesudah" in agency.get(f"/quick-wins/{quick_win.pk}/").text
    scenarios.submit(quick_win, house)
    assert "sesudah" in as_(cast["reviewer"]).get(f"/quick-wins/{quick_win.pk}/review/").text


@pytest.mark.parametrize("status", ["proposed", "submitted", "verified"])
def test_evidence_is_not_touched_once_it_has_gone_on(status: str, house: House, agency: Client) -> None:
    quick_win = scenarios.BY_STATUS[scenarios.Status(status)](house)
    piece = quick_win.evidence.get()
    link = {"link-url": "https://example.go.id/x", "link-title": "Terlambat"}
    codes = [
        upload(agency, quick_win, ("sesudah.pdf", PDF)).status_code,
        agency.post(f"/quick-wins/{quick_win.pk}/links/", link).status_code,
        agency.get(f"/evidence/{piece.pk}/").status_code,
        agency.post(f"/evidence/{piece.pk}/", said(piece, kind="link")).status_code,
        agency.post(f"/evidence/{piece.pk}/remove/").status_code,
    ]
    assert codes == [403] * 5
    assert list(quick_win.evidence.values_list("pk", "version")) == [(piece.pk, 1)]


def test_nobody_else_touches_it(document: Evidence, draft: QuickWin, cast: dict[str, User], as_: As) -> None:
    for name, user in cast.items():
        if name in ("operator", "head", "disabled"):
            continue
        client = as_(user)
        assert client.post(f"/evidence/{document.pk}/", said(document)).status_code == 404, name
        assert client.post(f"/evidence/{document.pk}/remove/").status_code == 404, name
        assert upload(client, draft, ("a.pdf", PDF)).status_code == 404, name
    assert draft.evidence.count() == 1


def test_the_same_claim_again_is_no_conflict(document: Evidence, agency: Client) -> None:
    data = said(document)
    for _attempt in range(2):
        assert agency.post(f"/evidence/{document.pk}/", data).status_code == 302
    assert Evidence.objects.get(pk=document.pk).version == 2
