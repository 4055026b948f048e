"""Good and hostile pictures and Office files, made in code. PDF: pdf_makers.py."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image, ImageCms, PngImagePlugin

# --- pictures -------------------------------------------------------------------------------------


def picture(size: tuple[int, int] = (320, 200), mode: str = "RGB") -> Image.Image:
    """A picture with a red corner at the upper left, so that turning it can be seen."""
    coloured = mode in ("RGB", "RGBA")
    image = Image.new(mode, size, (40, 90, 160, 255)[: len(mode)] if coloured else 200)
    if coloured:
        image.paste((220, 20, 20, 255)[: len(mode)], (0, 0, size[0] // 4, size[1] // 4))
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpeg(**options: Any) -> bytes:
    return encoded(picture(), "JPEG", **options)


def png(**options: Any) -> bytes:
    return encoded(picture(), "PNG", **options)


def webp(**options: Any) -> bytes:
    return encoded(picture(), "WEBP", **options)


def profile_with_red_and_blue_exchanged() -> bytes:
    """An sRGB profile in which the two tags that define red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert profile.count(b"rXYZ") == profile.count(b"bXYZ") == 1
    return profile.replace(b"rXYZ", b"?").replace(b"bXYZ", b"rXYZ").replace(b"?", b"bXYZ", 1)


def gps_exif(orientation: int = 1) -> Image.Exif:
    """EXIF as a phone writes it: where (Tanjungpinang), with what, which way up."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Kamera", "Nomor Seri 123456"
    exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (0.0, 55.0, 7.0), 3: "E", 4: (104.0, 26.0, 45.0)}
    return exif


def talkative_jpeg(orientation: int = 1) -> bytes:
    """A JPEG with everything a camera or program may hang on to it."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>RAHASIA-XMP</x:xmpmeta>"
    return jpeg(
        exif=gps_exif(orientation), comment=b"RAHASIA-KOMENTAR", icc_profile=srgb, xmp=xmp, quality=90
    )


def talkative_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "RAHASIA-PENULIS")
    texts.add_itxt("Comment", "RAHASIA-KOMENTAR")
    return png(pnginfo=texts, exif=gps_exif())


def phone_jpeg_with_second_picture() -> bytes:
    """An MPO: what phones write for depth or HDR, a JPEG behind a JPEG."""
    second = Image.new("RGB", (320, 200), (0, 255, 0))
    return encoded(picture(), "MPO", save_all=True, append_images=[second], exif=gps_exif())


def moving(form: str) -> bytes:
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (0, 90, 180)]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A few hundred kilobytes that decode to gigabytes: black, row after row."""
    packer = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 1)
    rows = b"".join(packer.compress(row) for _ in range(min(height, 2_000))) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    )


def png_with_text_bomb() -> bytes:
    """A PNG whose compressed comment unpacks to 100 MB."""
    bomb = b"Comment\0\0" + zlib.compress(b"A" * 100 * 1024 * 1024, 9)
    good = png()
    return good[:33] + png_chunk(b"zTXt", bomb) + good[33:]


def png_polyglot() -> bytes:
    """A picture that is a ZIP archive at the same time."""
    return png() + archive({"evil.html": b"<script>alert('RAHASIA-ZIP')</script>"})


def jpeg_polyglot() -> bytes:
    """A picture that is a web page at the same time, in its comment and behind its end."""
    script = b"<html><script>alert('RAHASIA-HTML')</script></html>"
    return jpeg(comment=script) + script


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\nshowpage\n%%EOF\n"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200
EXE = b"MZ\x90\0" + b"\0" * 56 + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0" + b"\0" * 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


# --- archives and Office files ----------------------------------------------------------------------

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
TEXT = "<w:p><w:r><w:t>Laporan</w:t></w:r></w:p>"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def archive(members: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def relationships(*links: tuple[str, str, str]) -> str:
    """A .rels part from (purpose, target, mode)."""
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{_REL}/{purpose}" Target="{target}" TargetMode="{mode}"/>'
        for number, (purpose, target, mode) in enumerate(links)
    )
    return (
        f"{_DECLARATION}<Relationships xmlns="
        f'"http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'
    )


def docx_members(body: str = TEXT, main: str = WORD) -> dict[str, bytes | str]:
    """The parts of a small Word document; tests change them before they are packed."""
    document = f'{_DECLARATION}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return {
        "[Content_Types].xml": content_types(("/word/document.xml", main)),
        "_rels/.rels": relationships(("officeDocument", "word/document.xml", "Internal")),
        "word/document.xml": document,
    }


def content_types(*named: tuple[str, str]) -> str:
    """The table of types: XML by default, further parts by (name, type)."""
    rows = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in named)
    return (
        f'{_DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def docx(body: str = TEXT, main: str = WORD, more: Mapping[str, bytes | str] | None = None) -> bytes:
    """A Word document, with further or other parts by name."""
    return archive(docx_members(body, main) | dict(more or {}))


def docx_with_link(purpose: str, target: str, mode: str = "External") -> bytes:
    members = docx_members()
    members["word/_rels/document.xml.rels"] = relationships((purpose, target, mode))
    return archive(members)


def xlsx(rows: int = 20) -> bytes:
    book = openpyxl.Workbook()
    for number in range(rows):
        book.active.append([number, f"baris {number}", number * 1.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(package: bytes, members: Mapping[str, bytes | str | None]) -> bytes:
    """The same archive with parts replaced, added, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        parts: dict[str, bytes | str] = {name: file.read(name) for name in file.namelist()}
    for name, content in members.items():
        parts.pop(name, None)
        if content is not None:
            parts[name] = content
    return archive(parts)


def xlsx_with_xxe() -> bytes:
    """A workbook whose strings would read a file of the server."""
    strings = (
        b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY rahasia SYSTEM "file:///etc/passwd">]>'
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&rahasia;</t></si></sst>'
    )
    return changed(xlsx(), {"xl/sharedStrings.xml": strings})


def xlsx_with_billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet>&e9;</worksheet>'
    return changed(xlsx(), {"xl/worksheets/sheet1.xml": sheet})


def docx_with_chart() -> bytes:
    """A report with a chart: the numbers behind it are a workbook inside the document."""
    return docx(
        more={
            "word/embeddings/Microsoft_Excel_Sheet1.xlsx": xlsx(),
            "word/charts/_rels/chart1.xml.rels": relationships(
                ("package", "../embeddings/Microsoft_Excel_Sheet1.xlsx", "Internal")
            ),
        }
    )


def field(*runs: str) -> str:
    """A paragraph with a Word field whose code is cut into runs."""
    code = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f"<w:p>{begin}{code}{end}</w:p>"


def docx_with_ratio_bomb(megabytes: int = 190) -> bytes:
    """A few hundred kilobytes that unpack to `megabytes`."""
    return archive(docx_members() | {"word/media/image1.png": b"\0" * megabytes * 1024 * 1024})


def docx_with_many_entries(count: int) -> bytes:
    return archive(
        docx_members() | {f"word/media/{number}.png": b"" for number in range(count)}, zipfile.ZIP_STORED
    )


def docx_with_overlapping_entries() -> bytes:
    """The better zip bomb: the directory names one compressed stream many times."""
    package = bytearray(archive(docx_members() | {"word/media/a.png": b"\0" * 1024 * 1024}))
    end = package.rfind(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HLL", package, end + 10)
    last = package.rfind(b"PK\x01\x02")
    record = bytes(package[last:end])
    copies = b"".join(
        record.replace(b"word/media/a.png", b"word/media/%c.png" % letter) for letter in b"bcdefgh"
    )
    package[end + 8 : end + 20] = struct.pack("<HHLL", count + 7, count + 7, size + len(copies), offset)
    package[end:end] = copies
    return bytes(package)


def docx_behind_something() -> bytes:
    """A document hung behind other bytes, with a directory that takes them into account."""
    out = io.BytesIO(b"PK\x03\x04 muatan lain di depan")
    with zipfile.ZipFile(out, "a") as file:
        for name, content in docx_members().items():
            file.writestr(name, content)
    return out.getvalue()


def docx_that_lies_about_size() -> bytes:
    """Its directory says one byte where 150 MB are packed."""
    package = bytearray(docx_with_ratio_bomb(150))
    record = package.rfind(b"PK\x01\x02")
    package[record + 24 : record + 28] = struct.pack("<L", 1)
    return bytes(package)


def write(folder: Path, content: bytes, name: str = "berkas") -> Path:
    """Put bytes where an upload would lie."""
    path = folder / name
    path.write_bytes(content)
    return path
