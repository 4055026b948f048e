"""Word and Excel files that were made to harm: each is refused with its code."""

import os
import struct
import zipfile
from collections.abc import Callable

import pytest

from smartcity.lib import files
from smartcity.lib.files.inspectors import limits
from tests.smartcity import file_makers as make
from tests.smartcity import pdf_makers as make_pdf

Refusal = Callable[..., files.Refused]
Made = Callable[[], bytes]
Verdict = Callable[[bytes | Made], str]

_SHARE = "file:////10.0.0.1/bagi/templat.dotm"


def _with_flag(package: bytes) -> bytes:
    """Mark the first part as encrypted, in both of its headers."""
    changed = bytearray(package)
    changed[6] |= 1
    changed[package.find(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def _renamed(package: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in package
    return package.replace(old, new)


def _with_bytes_before_the_directory(package: bytes) -> bytes:
    directory = package.find(b"PK\x01\x02")
    return package[:directory] + b"\0" * 50 + package[directory:]


def _with_symlink() -> bytes:
    package = bytearray(make.docx(more={"word/media/tautan": b"/etc/passwd"}))
    record = package.rfind(b"PK\x01\x02")
    package[record + 38 : record + 42] = struct.pack("<L", 0o120777 << 16)
    return bytes(package)


MACROS = {
    "docm renamed docx": lambda: make.docx(main=make.WORD_MACRO),
    "vbaProject in a plain docx": lambda: make.docx(more={"word/vbaProject.bin": b"x"}),
    "vbaProject under another name": lambda: make.docx(
        more={
            "[Content_Types].xml": make.content_types(
                ("/word/document.xml", make.WORD), ("/word/a.bin", "application/vnd.ms-office.vbaProject")
            ),
            "word/a.bin": b"x",
        }
    ),
    "link to a vbaProject": lambda: make.docx_with_link("vbaProject", "a.bin", "Internal"),
    "Excel 4 macro sheet": lambda: make.changed(make.xlsx(), {"xl/macrosheets/sheet1.xml": "<x/>"}),
    "ActiveX": lambda: make.docx(more={"word/activeX/activeX1.xml": "<x/>"}),
    "ActiveX by its link": lambda: make.docx_with_link("control", "a.xml", "Internal"),
    "capital letters": lambda: make.docx(more={"word/VBAPROJECT.BIN": b"x"}),
}
SCRIPTS = {
    "DDE field": lambda: make.docx(make.field(' DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc" ')),
    "DDE field in pieces": lambda: make.docx(make.field("D", "DE", "AUTO", " cmd")),
    "DDE after a harmless field": lambda: make.docx(make.field(" PAGE ")[:-6] + make.field(" DDE x ")[5:]),
    "DDE simple field": lambda: make.docx('<w:p><w:fldSimple w:instr="dde cmd calc"/></w:p>'),
    "DDE in a footnote": lambda: make.docx(
        more={"word/footnotes.xml": make.docx_members(make.field("DDE x"))["word/document.xml"]}
    ),
    "DDE in a workbook": lambda: make.changed(
        make.xlsx(),
        {"xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd"/></externalLink>'},
    ),
}
LINKS = {
    "template on the web": lambda: make.docx_with_link("attachedTemplate", "https://contoh.id/a.dotm"),
    "template on a share": lambda: make.docx_with_link("attachedTemplate", "\\\\10.0.0.1\\bagi\\a.dotm"),
    "template on a share by file:": lambda: make.docx_with_link("attachedTemplate", _SHARE),
    "template behind percent signs": lambda: make.docx_with_link("attachedTemplate", "%68ttps://contoh.id/a"),
    "template in capitals": lambda: make.docx_with_link("attachedTemplate", "HTTP://contoh.id/a"),
    "template by another protocol": lambda: make.docx_with_link(
        "attachedTemplate", "mhtml:https://contoh.id/a"
    ),
    "mode in capitals": lambda: make.docx_with_link("image", "https://contoh.id/a.png", "EXTERNAL"),
    "picture on the web": lambda: make.docx_with_link("image", "https://contoh.id/a.png"),
    "hyperlink that runs": lambda: make.docx_with_link("hyperlink", "javascript:alert(1)"),
    "hyperlink to a handler": lambda: make.docx_with_link("hyperlink", "ms-msdt:/id PCWDiagnostic"),
    "hyperlink to a share": lambda: make.docx_with_link("hyperlink", "file://10.0.0.1/bagi/a.docx"),
    "included text": lambda: make.docx(make.field('INCLUDETEXT "https://contoh.id/a.docx"')),
    "included picture on a share": lambda: make.docx(make.field('INCLUDEPICTURE "\\\\10.0.0.1\\a.png"')),
    "web query": lambda: make.changed(
        make.xlsx(),
        {
            "xl/connections.xml": '<connections><connection><webPr url="https://contoh.id"/></connection></connections>'
        },
    ),
    "data connection on opening": lambda: make.changed(
        make.xlsx(), {"xl/connections.xml": '<connections><connection refreshOnLoad="1"/></connections>'}
    ),
}
EMBEDDED = {
    "packaged program": lambda: make.docx(more={"word/embeddings/oleObject1.bin": make.OLE}),
    "OLE by its link": lambda: make.docx_with_link("oleObject", "embeddings/a.bin", "Internal"),
    "OLE elsewhere": lambda: make.docx_with_link("oleObject", "https://contoh.id/a.doc"),
    "web page as a chunk": lambda: make.docx_with_link("aFChunk", "a.html", "Internal"),
    "frame": lambda: make.docx_with_link("frame", "https://contoh.id/"),
    "program as a picture": lambda: make.docx(more={"word/media/image1.png": make.EXE}),
    "web page as a part": lambda: make.docx(more={"word/bagian.htm": make.HTML}),
    "PDF inside": lambda: make.docx(more={"word/media/image1.png": make_pdf.pdf()}),
    "archive among the pictures": lambda: make.docx(
        more={"word/media/image1.png": make.archive({"a": b"x"})}
    ),
    "archive as an embedding": lambda: make.docx(more={"word/embeddings/a.xlsx": make.archive({"a": b"x"})}),
    "Office file without a main part": lambda: make.docx(
        more={"word/embeddings/a.docx": make.archive({"[Content_Types].xml": make.content_types()})}
    ),
    "OLE by its type": lambda: make.docx(
        more={
            "[Content_Types].xml": make.content_types(
                ("/word/document.xml", make.WORD),
                ("/word/a.bin", make.WORD.replace("wordprocessingml", "oleObject")),
            ),
            "word/a.bin": b"x",
        }
    ),
    "archive two levels down": lambda: make.docx(
        more={"word/embeddings/a.docx": make.docx(more={"word/embeddings/b.xlsx": make.xlsx()})}
    ),
}
DECLARED = {
    "entity that reads a file": lambda: make.xlsx_with_xxe(),
    "entities without end": lambda: make.xlsx_with_billion_laughs(),
    "in the links": lambda: make.docx(
        more={"word/_rels/document.xml.rels": '<!DOCTYPE x SYSTEM "http://contoh.id/x.dtd"><Relationships/>'}
    ),
    "in the table of types": lambda: make.docx(
        more={
            "[Content_Types].xml": "<!DOCTYPE x []>"
            + make.content_types(("/word/document.xml", make.WORD))[38:]
        }
    ),
    "in UTF-16": lambda: make.docx(
        more={"word/styles.xml": '<?xml version="1.0"?><!DOCTYPE x []><x/>'.encode("utf-16")}
    ),
    "in a part that is not called xml": lambda: make.docx(
        more={"customXml/item1.txt": "<!DOCTYPE x []><x/>"}
    ),
}
BROKEN = {
    "cut off": lambda: make.docx()[:-30],
    "cut off by half": lambda: make.xlsx()[:2000],
    "path upwards": lambda: make.docx(more={"../../etc/cron.d/a": "x"}),
    "path from the root": lambda: make.docx(more={"/etc/passwd": "x"}),
    "path with a drive": lambda: make.docx(more={"C:/a": "x"}),
    "backslashes": lambda: _renamed(make.docx(more={"word/abc.bin": "x"}), b"word/abc.bin", b"word\\abc.bin"),
    "zero byte in a name": lambda: _renamed(
        make.docx(more={"word/abc.bin": "x"}), b"word/abc.bin", b"word/a\0c.bin"
    ),
    "two parts of one name": lambda: _renamed(
        make.docx(more={"word/Document.xmL": "<x/>"}), b"word/Document.xmL", b"word/Document.xml"
    ),
    "link instead of a part": lambda: _with_symlink(),
    "unusual compression": lambda: make.archive(make.docx_members(), zipfile.ZIP_LZMA),
    "overlapping parts": lambda: make.docx_with_overlapping_entries(),
    "a size that is a lie": lambda: make.docx_that_lies_about_size(),
    "directory that is none": lambda: _renamed(make.docx(), b"PK\x01\x02", b"PK\x01\x09"),
    "end record of another disk": lambda: make.docx()[:-18] + b"\x01\0" + make.docx()[-16:],
    "broken XML": lambda: make.docx(body="<w:p>"),
    "wrong checksum far inside a picture": lambda: make.archive(
        make.docx_members() | {"word/media/image1.png": b"\x89" * 200_000 + b"akhir"}, zipfile.ZIP_STORED
    ).replace(b"akhir", b"AKHIR"),
    "wrong checksum": lambda: _renamed(
        make.archive(make.docx_members(), zipfile.ZIP_STORED), b"Laporan", b"Laparan"
    ),
}
MIXED = {
    "bytes in front, counted in": make.docx_behind_something,
    "bytes behind": lambda: make.docx() + b"<script>",
    "bytes in front": lambda: make.docx()[:4] + b"\0" * 50 + make.docx(),
    "bytes between": lambda: _with_bytes_before_the_directory(make.docx()),
}
BOMBS = {
    "ratio": lambda: make.docx_with_ratio_bomb(),
    "in a workbook inside": lambda: make.docx(
        more={
            "word/embeddings/a.xlsx": make.changed(make.xlsx(), {"xl/media/a.png": b"\0" * 190 * limits.MB})
        }
    ),
    "entries": lambda: make.docx_with_many_entries(2_001),
}
OFFICE = {
    "FILE-MACRO": MACROS,
    "FILE-SCRIPT": SCRIPTS,
    "FILE-LINK": LINKS,
    "FILE-EMBED": EMBEDDED,
    "FILE-XML": DECLARED,
    "FILE-BROKEN": BROKEN,
    "FILE-MIXED": MIXED,
    "FILE-BOMB": BOMBS,
}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(content, code, id=name)
        for code, cases in OFFICE.items()
        for name, content in cases.items()
    ],
)
def test_harmful_office_files_are_refused(verdict: Verdict, content: Made, code: str) -> None:
    assert verdict(content) == code


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            make.OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500, id="workbook behind a password"
        ),
        pytest.param(_with_flag(make.docx()), id="zip encryption"),
    ],
)
def test_locked_office_files_are_refused(verdict: Verdict, content: bytes) -> None:
    assert verdict(content) == "FILE-LOCKED"


def test_a_hundred_thousand_entries_are_refused_without_reading_them(refusal: Refusal) -> None:
    assert refusal(make.docx_with_many_entries(100_000), name="laporan.docx").code == "FILE-BOMB"


def test_the_count_in_the_end_record_is_not_believed(verdict: Verdict) -> None:
    package = bytearray(make.docx_with_many_entries(5_000))
    end = package.rfind(b"PK\x05\x06")
    package[end + 8 : end + 12] = struct.pack("<HH", 3, 3)
    assert verdict(bytes(package)) == "FILE-BOMB"


def test_many_honest_parts_together_are_bounded(verdict: Verdict) -> None:
    noise = os.urandom(limits.MB)  # does not compress: no single part looks like a bomb
    parts = {f"word/media/{number}.png": noise * 6 + b"\0" * 80 * limits.MB for number in range(4)}
    assert verdict(make.docx(more=parts)) == "FILE-BOMB"
