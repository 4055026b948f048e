"""Files that were made to harm, each refused with its code; or made harmless, when they are pictures.

Most are judged in this process, where a failure can be followed; whatever needs the ceilings of the
inspection process (bombs, crashes, time) goes through it.
"""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from smartcity.lib import files
from smartcity.lib.files.inspectors import identify, limits
from tests.smartcity import file_makers as make
from tests.smartcity import pdf_makers as make_pdf

Refusal = Callable[..., files.Refused]
Made = Callable[[], bytes]
Verdict = Callable[[bytes | Made], str]


# --- not what the name says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(make_pdf.pdf(), "PDF", id="pdf"),
        pytest.param(make.docx(), "DOCX", id="docx"),
        pytest.param(make.moving("GIF"), "GIF", id="gif"),
        pytest.param(make.encoded(make.picture(), "TIFF"), "TIFF", id="tiff"),
        pytest.param(make.encoded(make.picture(), "BMP"), "BMP", id="bmp"),
        pytest.param(make.SVG, "SVG", id="svg"),
        pytest.param(b'<?xml version="1.0"?>\n' + make.SVG, "SVG", id="svg with declaration"),
        pytest.param(make.HTML, "HTML", id="html"),
        pytest.param(b"\xef\xbb\xbf \n<script>alert(1)</script>", "HTML", id="script"),
        pytest.param(make.EPS, "EPS", id="eps"),
        pytest.param(make.HEIC, "HEIC", id="heic"),
        pytest.param(make.archive({"a.txt": b"x"}), "ZIP", id="zip"),
    ],
)
def test_a_photo_is_known_by_its_bytes(refusal: Refusal, content: bytes, found: str) -> None:
    refused = refusal(content, kind="photo", name="foto.jpg")
    assert refused.code == "FILE-TYPE"
    assert "'foto.jpg'" in refused.message
    assert f"({found})" in refused.message or f" {found}" in refused.message
    assert refused.message.endswith("[FILE-TYPE]")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(make.EXE, id="windows program"),
        pytest.param(b"\x7fELF\x02\x01\x01" + b"\0" * 200, id="linux program"),
        pytest.param(b"#!/bin/sh\nrm -rf /\n", id="shell script"),
        pytest.param(b"Rar!\x1a\x07\x01\0" + b"\0" * 100, id="rar"),
        pytest.param(b"7z\xbc\xaf'\x1c" + b"\0" * 100, id="7z"),
        pytest.param(b"\x1f\x8b\x08\0" + b"\0" * 100, id="gzip"),
        pytest.param(make.archive({"META-INF/MANIFEST.MF": b"x", "A.class": b"\xca\xfe\xba\xbe"}), id="jar"),
        pytest.param(b"{\\rtf1 {\\object}}", id="rtf"),
        pytest.param(b"nama;nilai\nA;1\n", id="csv"),
        pytest.param(b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 100, id="video"),
        pytest.param(make.OLE, id="ole"),
        pytest.param(make.OLE + "WordDocument".encode("utf-16-le") + b"\0" * 500, id="doc"),
        pytest.param(b"GIF89a" + make_pdf.pdf(), id="gif that is a pdf further in"),
        pytest.param(b"\n" * 10 + make_pdf.pdf(), id="pdf that begins later"),
        pytest.param(bytes(range(256)) * 8, id="noise"),
        pytest.param(
            make.docx(main=make.WORD.replace("wordprocessingml.document", "presentationml.presentation")),
            id="pptx",
        ),
        pytest.param(make.docx(main=make.WORD.replace("document.main", "template.main")), id="template"),
        pytest.param(
            make.docx(more={"[Content_Types].xml": make.content_types(("/a.xml", make.WORD))}),
            id="no main part",
        ),
    ],
)
def test_other_kinds_stay_out(verdict: Verdict, content: bytes) -> None:
    assert verdict(content) == "FILE-TYPE"


def test_what_puremagic_cannot_name_is_unknown(verdict: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    def helpless(path: Path) -> list[object]:
        raise identify.puremagic.PureError("no idea")

    monkeypatch.setattr(identify.puremagic, "magic_file", helpless)
    assert verdict(b"\x01\x02\x03") == "FILE-TYPE"
    assert verdict(make.png()) == "FILE-MIXED"  # one opinion is not enough


@pytest.mark.parametrize("content", [b"", b"\0" * 5000], ids=["no bytes", "only zeros"])
def test_nothing_is_not_evidence(refusal: Refusal, content: bytes) -> None:
    assert refusal(content).code == "FILE-EMPTY"


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(make.huge_png, "FILE-PIXELS", id="50000 x 50000 in the header"),
        pytest.param(make.huge_png(6_400, 6_400), "FILE-PIXELS", id="41 megapixels"),
        pytest.param(make.jpeg()[:-400], "FILE-BROKEN", id="jpeg cut off"),
        pytest.param(make.png()[:-200], "FILE-BROKEN", id="png cut off"),
        pytest.param(make.webp()[:-100], "FILE-BROKEN", id="webp cut off"),
        pytest.param(make.jpeg()[:20], "FILE-BROKEN", id="jpeg header only"),
        pytest.param(
            make.png()[:60] + b"\xff" * 40 + make.png()[100:], "FILE-BROKEN", id="png with wrong checksum"
        ),
        pytest.param(make.png_with_text_bomb, "FILE-BROKEN", id="comment that unpacks to 100 MB"),
        pytest.param(make.jpeg() + make_pdf.pdf(), "FILE-MIXED", id="small jpeg and pdf"),
        pytest.param(make.moving("PNG"), "FILE-MOVING", id="animated png"),
        pytest.param(make.moving("WEBP"), "FILE-MOVING", id="animated webp"),
    ],
)
def test_harmful_pictures_are_refused(verdict: Verdict, content: bytes | Made, code: str) -> None:
    assert verdict(content) == code


def test_the_pixel_bomb_is_seen_before_it_is_decoded(refusal: Refusal) -> None:
    refused = refusal(make.huge_png(), kind="photo", name="denah.png")
    assert refused.code == "FILE-PIXELS"
    assert "50000 × 50000" in refused.message


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(make.png_polyglot(), "foto.png", id="png and zip"),
        pytest.param(make.jpeg_polyglot(), "foto.jpg", id="jpeg and html"),
        pytest.param(
            make.encoded(Image.effect_noise((600, 400), 60), "JPEG") + make_pdf.pdf(),
            "a.jpg",
            id="jpeg and pdf",
        ),
        pytest.param(make.webp() + make.archive({"RAHASIA": b"x"}), "foto.webp", id="webp and zip"),
    ],
)
def test_a_picture_that_is_something_else_too_is_only_a_picture_afterwards(
    private_files: Path, content: bytes, name: str
) -> None:
    with files.inspect_upload(make.write(private_files, content), name, kind="photo") as accepted:
        for copy in (accepted.path_of_safe_copy.read_bytes(), accepted.preview_bytes):
            assert copy is not None
            for trace in (b"RAHASIA", b"<script", b"PK\x05\x06", b"%PDF", b"%%EOF"):
                assert trace not in copy
        assert not zipfile.is_zipfile(accepted.path_of_safe_copy)


# --- PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["disable", "generate"])
@pytest.mark.parametrize("place", make_pdf.PDF_SCRIPTS)
def test_a_pdf_that_acts_is_refused(verdict: Verdict, place: str, mode: str) -> None:
    """In plain sight, and packed into an object stream."""
    streams = getattr(pikepdf.ObjectStreamMode, mode)
    assert verdict(make_pdf.pdf_with_script(place, object_stream_mode=streams)) == "FILE-SCRIPT"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(make_pdf.pdf_with_disguised_name(), "FILE-SCRIPT", id="name behind escapes"),
        pytest.param(make_pdf.pdf_with_hidden_revision(), "FILE-SCRIPT", id="in an older revision"),
        pytest.param(make_pdf.pdf_with_attachment(), "FILE-EMBED", id="attachment"),
        pytest.param(make_pdf.pdf_with_attachment_annotation(), "FILE-EMBED", id="attachment on the page"),
        pytest.param(make_pdf.portfolio(), "FILE-EMBED", id="portfolio"),
        pytest.param(make_pdf.pdf_with_external_stream(), "FILE-LINK", id="content in another file"),
        pytest.param(make_pdf.encrypted_pdf(), "FILE-LOCKED", id="password"),
        pytest.param(make_pdf.encrypted_pdf(user=""), "FILE-LOCKED", id="printing lock"),
        pytest.param(make_pdf.pdf()[:-100], "FILE-BROKEN", id="cut off"),
        pytest.param(make_pdf.cut_off_web_pdf(), "FILE-BROKEN", id="fast web view cut off"),
        pytest.param(b"%PDF-1.7\nhalo\n%%EOF\n", "FILE-BROKEN", id="no objects"),
        pytest.param(make_pdf.pdf(pages=0), "FILE-BROKEN", id="no page"),
        pytest.param(make_pdf.pdf_with_endless_pages(), "FILE-BROKEN", id="a page tree without end"),
        pytest.param(make_pdf.pdf_with_double_key(), "FILE-BROKEN", id="a key twice"),
        pytest.param(
            lambda: make_pdf.pdf_with_object_stream_bomb(300), "FILE-BROKEN", id="object stream bomb"
        ),
        pytest.param(lambda: make_pdf.pdf(limits.MAX_PDF_PAGES + 1), "FILE-PAGES", id="too many pages"),
        pytest.param(make_pdf.pdf() + make.archive({"a": b"x"}), "FILE-MIXED", id="zip behind"),
        pytest.param(
            make_pdf.pdf() + make.archive({"a": b"x"}) + b"%%EOF", "FILE-MIXED", id="zip before a last mark"
        ),
        pytest.param(make_pdf.pdf() + make.HTML, "FILE-MIXED", id="web page behind"),
    ],
)
def test_harmful_pdf_are_refused(verdict: Verdict, content: bytes | Made, code: str) -> None:
    assert verdict(content) == code


def test_an_object_stream_bomb_does_not_fill_the_portal(refusal: Refusal) -> None:
    bomb = make_pdf.pdf_with_object_stream_bomb(900)
    assert len(bomb) < limits.MB
    assert refusal(bomb).code in {"FILE-BROKEN", "FILE-BOMB"}


# --- where the bytes come from --------------------------------------------------------------------


def test_a_link_is_not_followed(private_files: Path) -> None:
    secret = make.write(private_files, make.jpeg(), "rahasia")
    link = private_files / "tautan"
    link.symlink_to(secret)
    with pytest.raises(files.Refused, match="FILE-BROKEN"):
        files.inspect_upload(link, "foto.jpg", kind="photo")


def test_a_pipe_and_a_folder_are_not_waited_for(private_files: Path) -> None:
    pipe = private_files / "pipa"
    os.mkfifo(pipe)
    for path in (pipe, private_files, private_files / "tidak-ada"):
        with pytest.raises(files.Refused, match="FILE-BROKEN"):
            files.inspect_upload(path, "foto.jpg", kind="photo")


def test_a_file_that_changes_after_its_inspection_is_not_stored(private_files: Path) -> None:
    with files.inspect_upload(make.write(private_files, make_pdf.pdf()), "a.pdf", kind="report") as accepted:
        accepted.path_of_safe_copy.write_bytes(make_pdf.pdf_with_script("open_action"))
        with pytest.raises(OSError, match="changed"):
            files.store(accepted)
    assert list(files.stored_hashes()) == []
