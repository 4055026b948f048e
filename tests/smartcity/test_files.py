"""Evidence files: what comes in, under which name, and what a person is told when it may not."""

import hashlib
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from smartcity.lib import files
from smartcity.lib.files import names, refusals, sandbox, storage
from smartcity.lib.files.inspectors import child, facts, identify, limits
from tests.smartcity import file_makers as make
from tests.smartcity import pdf_makers as make_pdf

Accept = Callable[..., files.Accepted]


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "pages"),
    [
        pytest.param(make_pdf.pdf(3), "laporan.pdf", 3, id="pdf"),
        pytest.param(make_pdf.signed_like_pdf(), "sk.pdf", 1, id="signed pdf"),
        pytest.param(make_pdf.shifted_pdf(), "pindai.pdf", 1, id="pdf whose table is off"),
        pytest.param(make_pdf.pdf() + b"\r\n\0\0" * 900, "pindai.pdf", 2, id="pdf filled with zeros"),
        pytest.param(make.xlsx(), "data.xlsx", None, id="xlsx"),
        pytest.param(make.docx(), "notulen.docx", None, id="docx"),
        pytest.param(make.docx_with_chart(), "laporan.docx", None, id="docx with a chart"),
    ],
)
def test_a_document_comes_in_as_it_is(accept: Accept, content: bytes, name: str, pages: int | None) -> None:
    accepted = accept(content, name)
    assert accepted.path_of_safe_copy.read_bytes() == content
    assert accepted.sha256 == hashlib.sha256(content).hexdigest()
    assert (accepted.name, accepted.pages, accepted.preview_bytes) == (name, pages, None)


link = make.docx_with_link


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(link("hyperlink", "https://tanjungpinangkota.go.id/"), id="link to the web"),
        pytest.param(link("hyperlink", "mailto:kominfo@contoh.id"), id="link to an address"),
        pytest.param(link("hyperlink", "file:///C:/Data/lampiran.docx"), id="link to a local file"),
        pytest.param(link("attachedTemplate", "file:///C:/Templat/kop.dotx"), id="own letterhead"),
        pytest.param(link("externalLinkPath", "Buku2.xlsx"), id="link to another workbook"),
        pytest.param(link("image", "../media/image1.png", "Internal"), id="own picture"),
        pytest.param(make.docx(make.field(" PAGE \\* MERGEFORMAT ")), id="page number"),
        pytest.param(make.docx(make.field('INCLUDEPICTURE "https://contoh.id/a.png"')), id="web picture"),
        pytest.param(make.docx("<w:p><w:t>DDEAUTO, singkatan</w:t></w:p>"), id="word about DDE"),
        pytest.param(make.docx(more={"word/fonts/font1.odttf": b"MZ" + b"\x13" * 60}), id="scrambled font"),
        pytest.param(make.docx(more={"word/vmlDrawing1.vml": "<xml><br><p></xml>"}), id="old drawing"),
        pytest.param(make.docx(more={"word/media/": ""}), id="folder entry"),
        pytest.param(make.docx(more={"word/kosong.bin": ""}), id="empty part"),
    ],
)
def test_what_offices_really_write_comes_in(tmp_path: Path, content: bytes) -> None:
    make.write(tmp_path, content, "received")
    assert child.verdict(tmp_path, limits.EVERYTHING)["facts"]["format"] == "docx"


def test_a_photographed_decree_is_a_decree_but_a_document_is_no_photo(accept: Accept) -> None:
    assert accept(make.jpeg(), "sk.jpg", kind="decree").media_type == "image/jpeg"
    with pytest.raises(files.Refused, match="FILE-TYPE"):
        accept(make_pdf.pdf(), "foto.pdf", kind="photo")


@pytest.mark.parametrize(
    ("content", "wanted", "said"),
    [
        (
            make_pdf.pdf(4),
            limits.EVERYTHING,
            {
                "facts": {
                    "format": "pdf",
                    "pages": 4,
                    "width": None,
                    "height": None,
                    "empty": (1, 2, 3, 4),
                    "faint": (),
                }
            },
        ),
        (make_pdf.pdf(4), limits.PHOTOS, {"code": "FILE-TYPE", "details": {"found": "pdf"}}),
        (
            make.jpeg() + b"\0" * files.PHOTO_BYTES,
            limits.EVERYTHING,
            {"code": "FILE-SIZE", "details": {"size": files.PHOTO_BYTES + 1798, "limit": files.PHOTO_BYTES}},
        ),
        (b"\0" * 50, limits.EVERYTHING, {"code": "FILE-EMPTY", "details": {}}),
        (b"#!/bin/sh", limits.EVERYTHING, {"code": "FILE-TYPE", "details": {"found": "program"}}),
        (make.SVG, limits.EVERYTHING, {"code": "FILE-TYPE", "details": {"found": "svg"}}),
        (make.HTML, limits.EVERYTHING, {"code": "FILE-TYPE", "details": {"found": "html"}}),
    ],
    ids=["a pdf", "a pdf, but a photo is wanted", "a large photo", "zeros", "a script", "svg", "html"],
)
def test_what_the_process_says(
    tmp_path: Path, content: bytes, wanted: frozenset[str], said: dict[str, object]
) -> None:
    make.write(tmp_path, content, "received")
    assert child.verdict(tmp_path, wanted) == said


def test_kinds_are_those_of_evidence() -> None:
    assert set(files.KINDS) == {
        "regulation", "decree", "minutes", "agreement", "report", "document", "data", "photo"
    }  # fmt: skip
    assert files.accept_attribute("photo") == ".jpg,.jpeg,.jpe,.jfif,.png,.webp"
    assert ".pdf" in files.accept_attribute("decree")
    with pytest.raises(KeyError):
        files.inspect_upload("/dev/null", "a", kind="link")


# --- sizes and sources ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "size", "limit"),
    [("photo", files.PHOTO_BYTES + 1, "10"), ("report", files.DOCUMENT_BYTES + 1, "25")],
    ids=["photo", "document"],
)
def test_too_large_is_refused_before_it_is_opened(
    accept: Accept, monkeypatch: pytest.MonkeyPatch, private_files: Path, kind: str, size: int, limit: str
) -> None:
    monkeypatch.setattr(sandbox, "examine", lambda *a: pytest.fail("was opened"))
    with pytest.raises(files.Refused) as caught:
        accept(b"\xff\xd8\xff" + b"\0" * (size - 3), "berkas.jpg", kind=kind)
    assert caught.value.code == "FILE-SIZE"
    assert f"{limit} MB" in caught.value.message
    assert list((private_files / "evidence/incoming").iterdir()) == []


def test_a_photo_among_documents_still_is_a_photo(accept: Accept) -> None:
    with pytest.raises(files.Refused) as caught:
        accept(make.jpeg() + b"\0" * files.PHOTO_BYTES, "sk.jpg", kind="decree")
    assert caught.value.code == "FILE-SIZE"
    assert "10 MB" in caught.value.message


def test_exactly_the_limit_is_accepted(accept: Accept) -> None:
    content = make.jpeg()
    assert accept(content + b"\0" * (files.PHOTO_BYTES - len(content)), "a.jpg", kind="photo").width == 320


def test_an_upload_is_copied_in_pieces(tmp_path: Path) -> None:
    pieces = (bytes(storage.CHUNK) for _ in range(80))  # 20 MB
    tracemalloc.start()
    size = storage.write_new(tmp_path / "a", pieces, limit=files.DOCUMENT_BYTES)
    with storage.open_no_follow(tmp_path / "a") as file:
        storage.digest(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 20 * limits.MB
    assert peak < 2 * limits.MB


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_what_django_received_comes_in(private_files: Path, on_disk: bool) -> None:
    content = make_pdf.pdf()
    if on_disk:
        uploaded: Any = TemporaryUploadedFile("laporan.pdf", "text/html", len(content), None)
        uploaded.write(content)
        uploaded.seek(0)
    else:
        uploaded = SimpleUploadedFile("laporan.pdf", content, "text/html")
    with uploaded, files.inspect_uploaded(uploaded, kind="report") as accepted:
        assert accepted.media_type == "application/pdf"
        assert accepted.name == "laporan.pdf"


def test_inspecting_leaves_the_upload_alone_and_nothing_behind(private_files: Path) -> None:
    path = make.write(private_files, make.jpeg())
    before = path.stat()
    with files.inspect_upload(path, "foto.jpg", kind="photo") as accepted:
        assert accepted.path_of_safe_copy.exists()
    assert list((private_files / "evidence/incoming").iterdir()) == []
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (before.st_mtime_ns, before.st_size)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form", "kept"),
    [
        ("foto kegiatan.jpg", "jpeg", "foto kegiatan.jpg"),
        ("FOTO.JPEG", "jpeg", "FOTO.JPEG"),
        ("foto.png", "jpeg", "foto.jpg"),
        ("laporan v2.1", "pdf", "laporan v2.1.pdf"),
        ("sk.pdf.exe", "pdf", "sk.pdf.exe.pdf"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\fakepath\\foto.jpg", "jpeg", "foto.jpg"),
        ("/", "pdf", "berkas.pdf"),
        ("", "pdf", "berkas.pdf"),
        (".pdf", "pdf", "pdf.pdf"),
        ("..", "docx", "berkas.docx"),
        ("CON.pdf", "pdf", "_CON.pdf"),
        ("lpt1", "xlsx", "_lpt1.xlsx"),
        ("conto.pdf", "pdf", "conto.pdf"),
        ('a<b>:"c|d?*.pdf', "pdf", "a_b___c_d__.pdf"),
        ("laporan . ", "pdf", "laporan.pdf"),
        ("laporan .pdf", "pdf", "laporan.pdf"),
        ("nama\u200bnol.pdf", "pdf", "namanol.pdf"),
        ("Surat\u00a0Edaran.pdf", "pdf", "Surat Edaran.pdf"),
        ("cafe\u0301.pdf", "pdf", "caf\u00e9.pdf"),
    ],
)
def test_names_are_mended(name: str, form: str, kept: str) -> None:
    assert names.with_ending(names.checked_name(name), form) == kept


@pytest.mark.parametrize("letter", ["a", "é", "字", "😀"])
def test_long_names_are_cut_for_every_file_system(letter: str) -> None:
    name = names.with_ending(names.checked_name(f"{letter * 400}.pdf"), "pdf")
    assert name.endswith(".pdf")
    assert len(name) <= files.MAX_NAME
    assert len(name.encode()) <= 200


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "\n",
        "\r",
        "\t",
        "\x1b",
        "\x7f",
        "\x85",
        "\u202e",
        "\u2066",
        "\u200f",
        "\u2028",
        "\ud800",
        "\ufeff",
    ],
    ids=ascii,
)
def test_names_that_hide_something_are_refused(accept: Accept, character: str) -> None:
    with pytest.raises(files.Refused) as caught:
        accept(make_pdf.pdf(), f"foto{character}gpj.pdf")
    assert caught.value.code == "FILE-NAME"
    assert character not in caught.value.message
    assert "foto\N{REPLACEMENT CHARACTER}gpj.pdf" in caught.value.message


def test_a_long_name_does_not_fill_the_sentence(accept: Accept) -> None:
    with pytest.raises(files.Refused) as caught:
        accept(b"", "panjang" * 100)
    assert len(caught.value.message) < 400


def test_percent_signs_in_a_name_are_letters(accept: Accept) -> None:
    with pytest.raises(files.Refused, match=r"100%\(name\)s %d\.pdf"):
        accept(b"", "100%(name)s %d.pdf")


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://tanjungpinangkota.go.id/berita/12?lang=id#isi",
        "http://jdih.contoh.go.id",
        "HTTPS://CONTOH.ID/",
        "https://drive.google.com/file/d/1a_B-c/view?usp=sharing",
        "https://contoh.id:8443/a%20b",
        "https://pemkot-kota.id/dokumen/“kutipan”",
        "https://203.0.113.7/laporan",
        "https://contoh.id/" + "a" * (files.MAX_LINK - 18),
    ],
)
def test_links_to_the_web_come_in(url: str) -> None:
    assert files.check_link(f"  {url}\n") == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "LINK-EMPTY"),
        ("  \n", "LINK-EMPTY"),
        ("javascript:alert(1)", "LINK-SCHEME"),
        ("data:text/html,x", "LINK-SCHEME"),
        ("file:///etc/passwd", "LINK-SCHEME"),
        ("ftp://contoh.id/a", "LINK-SCHEME"),
        ("//contoh.id/a", "LINK-SCHEME"),
        ("contoh.id/a", "LINK-SCHEME"),
        ("https:contoh.id", "LINK-SCHEME"),
        ("https:///contoh.id", "LINK-HOST"),
        ("https://", "LINK-HOST"),
        ("https://intranet/a", "LINK-HOST"),
        ("https://localhost:8000/a", "LINK-HOST"),
        ("https://[::1/a", "LINK-HOST"),
        ("https://contoh.id:99999/", "LINK-HOST"),
        ("https://-contoh-.id/", "LINK-HOST"),
        ("https://pengguna:sandi@contoh.id/", "LINK-LOGIN"),
        ("https://bank.id@contoh.id/", "LINK-LOGIN"),
        ("https://contoh.id/a b", "LINK-HIDDEN"),
        ("https://contoh.id/a\nb", "LINK-HIDDEN"),
        ("https://contoh.id/\u202egpj", "LINK-HIDDEN"),
        ("https://contoh.id/\u200b", "LINK-HIDDEN"),
        ("https://contoh.id/\0", "LINK-HIDDEN"),
        ("https://contoh.id/\ud800", "LINK-HIDDEN"),
        ("https://contoh.id\\@lain.id/", "LINK-HIDDEN"),
        ("https://contoh.id/" + "a" * files.MAX_LINK, "LINK-LONG"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_links_that_lead_astray_are_refused(url: str, code: str) -> None:
    with pytest.raises(files.Refused) as caught:
        files.check_link(url)
    assert caught.value.code == code
    assert caught.value.message.endswith(f"[{code}]")


# --- sentences ------------------------------------------------------------------------------------


def test_every_refusal_has_its_sentence() -> None:
    """Codes and words are agreed between two processes by their spelling; here is where they meet."""
    source = "".join(path.read_text() for path in Path(refusals.__file__).parent.rglob("*.py"))
    assert set(re.findall(r"FILE-[A-Z]+", source)) == set(refusals._SENTENCES)
    assert {*identify._FOUND, *limits.FORMATS, "doc", "xls", "ppt", "template", "unknown"} == set(
        refusals.FOUND
    )


@pytest.mark.parametrize("code", refusals._SENTENCES)
def test_a_sentence_says_what_to_do_and_what_was_kept(code: str) -> None:
    rejected = facts.Rejected(code, found="pdf", limit=files.PHOTO_BYTES, width=1, height=1, pages=4000)
    message = refusals.refused(rejected, name="a.jpg", wanted=limits.PHOTOS).message
    assert message.endswith(f"[{code}]")
    assert "'a.jpg'" in message
    assert "%(" not in message
    assert message.count(". ") >= 2


def test_a_wrong_type_is_said_in_plain_indonesian(accept: Accept) -> None:
    with pytest.raises(files.Refused) as caught:
        accept(make_pdf.pdf(), "foto.jpg", kind="photo")
    assert caught.value.message == (
        "Berkas 'foto.jpg' ternyata PDF. Unggah foto JPG, PNG, atau WEBP sampai 10 MB. "
        "Isian Anda yang lain tetap tersimpan. [FILE-TYPE]"
    )
