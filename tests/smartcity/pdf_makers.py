"""Good and hostile PDF, made in code."""

import io
import struct
import zlib
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.smartcity.file_makers import EXE

A4 = (595, 842)


def new_pdf(pages: int = 2) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    return pdf


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def pdf(pages: int = 2) -> bytes:
    return saved(new_pdf(pages))


def pages_pdf(*pages: str) -> bytes:
    """A PDF of pages: "text", "empty", "drawing", "scan" (200 dpi), "coarse" (60 dpi) or "stamped"."""
    file = new_pdf(0)
    for kind in pages:
        page = file.add_blank_page(page_size=A4)
        if kind == "text":
            font = file.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
            page.Resources = Dictionary(Font=Dictionary(F1=font))
            page.Contents = file.make_stream(b"BT /F1 12 Tf 72 720 Td (Laporan) Tj ET")
        elif kind == "drawing":
            page.Contents = file.make_stream(b"0 0 m 100 100 l S")
        elif kind == "stamped":
            note = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[0, 0, 9, 9])
            page.Annots = Array([file.make_indirect(note)])
        elif kind in ("scan", "coarse"):
            _picture(file, page, dpi=200 if kind == "scan" else 60)
    return saved(file)


def _picture(file: pikepdf.Pdf, page: pikepdf.Page, dpi: int) -> None:
    size = (A4[0] * dpi // 72, A4[1] * dpi // 72)
    out = io.BytesIO()
    Image.new("L", size, 200).save(out, "JPEG")
    image = file.make_stream(
        out.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1],
        ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    page.Resources = Dictionary(XObject=Dictionary(Im0=image))
    page.Contents = file.make_stream(f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im0 Do Q".encode())


def pdf_of_one_date() -> bytes:
    """The same bytes at every call."""
    return saved(new_pdf(1), static_id=True)


def shifted_pdf() -> bytes:
    """A PDF whose table of objects is off by some bytes, as office scanners write them."""
    content = saved(new_pdf(1), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return content.replace(b"%PDF-1.3\n", b"%PDF-1.3\n\n\n\n")


def signed_like_pdf() -> bytes:
    """As a government's electronic signature leaves it: a signature field, a widget, a link to check it."""
    file = new_pdf(1)
    value = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("\0" * 64), ByteRange=[0, 9, 9, 9]
    )
    field = file.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String("ttd"),
            Rect=[0, 0, 9, 9],
            F=132,
            V=value,
        )
    )
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=[0, 0, 9, 9],
        A=Dictionary(S=Name.URI, URI=String("https://tte.kominfo.go.id/verifyPDF")),
    )
    file.pages[0].Annots = Array([field, file.make_indirect(link)])
    file.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    file.Root.OpenAction = Array([file.pages[0].obj, Name.Fit])
    return saved(file)


def script() -> Dictionary:
    """An action that runs JavaScript."""
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _names_tree(file: pikepdf.Pdf) -> None:
    file.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), file.make_indirect(script())]))
    )


def _open_action(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = script()


def _open_launch(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = Dictionary(S=Name.Launch, F=String("cmd.exe"))


def _open_web_page(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = Dictionary(S=Name.URI, URI=String("https://contoh.id/"))


def _catalog_aa(file: pikepdf.Pdf) -> None:
    file.Root.AA = Dictionary(WC=script())


def _annotation_aa(file: pikepdf.Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], AA=Dictionary(Fo=script()))
    file.pages[0].Annots = Array([file.make_indirect(link)])


def _page_aa(file: pikepdf.Pdf) -> None:
    file.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.GoTo))


def _link_script(file: pikepdf.Pdf) -> None:
    _link(file, Dictionary(S=Name.URI, URI=String("javascript:alert(1)")))


def _link_chain(file: pikepdf.Pdf) -> None:
    _link(file, Dictionary(S=Name.URI, URI=String("https://contoh.id/"), Next=Array([script()])))


def _link_launch(file: pikepdf.Pdf) -> None:
    _link(file, Dictionary(S=Name.Launch, F=String("\\\\server\\share\\a.exe")))


def _link_remote(file: pikepdf.Pdf) -> None:
    _link(file, Dictionary(S=Name.GoToR, F=String("\\\\10.0.0.1\\a.pdf"), D=Array([0, Name.Fit])))


def _link_submit(file: pikepdf.Pdf) -> None:
    _link(file, Dictionary(S=Name.SubmitForm, F=String("https://contoh.id/")))


def _link(file: pikepdf.Pdf, action: Dictionary) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    file.pages[0].Annots = Array([file.make_indirect(link)])


def _xfa(file: pikepdf.Pdf) -> None:
    file.Root.AcroForm = Dictionary(Fields=Array([]), XFA=file.make_stream(b"<xdp/>"))


def _unreachable(file: pikepdf.Pdf) -> None:
    """Hung where no page tree leads, deep in arrays."""
    file.Root.Simpanan = Array([Array([Dictionary(Isi=Array([script()]))])])


#: Where JavaScript and other acting things hide in a PDF.
PDF_SCRIPTS = {
    made.__name__.strip("_"): made
    for made in (
        _names_tree,
        _open_action,
        _open_launch,
        _open_web_page,
        _catalog_aa,
        _annotation_aa,
        _page_aa,
        _link_script,
        _link_chain,
        _link_launch,
        _link_remote,
        _link_submit,
        _xfa,
        _unreachable,
    )
}


def pdf_with_script(place: str, **options: Any) -> bytes:
    file = new_pdf(1)
    PDF_SCRIPTS[place](file)
    return saved(file, **options)


def pdf_with_disguised_name() -> bytes:
    """`/JavaScript` and `/JS` written with #-escapes, as the format allows."""
    content = pdf_with_script("open_action", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"/JavaScript" in content
    # The same length, so that no offset moves: a shorter name is padded by dropping a blank elsewhere.
    raw = content.replace(b"/S /JavaScript", b"/S/J#61vaScrip#74")
    return rebuilt(raw.replace(b"/JS ", b"/J#53 "))


def rebuilt(content: bytes) -> bytes:
    """Write the table of objects anew for a PDF whose offsets have moved."""
    body = content[: content.rfind(b"xref\n", 0, content.rfind(b"trailer"))]
    trailer = content[content.rfind(b"trailer") : content.rfind(b"startxref")]
    offsets: dict[int, int] = {}
    position = 0
    for line in body.splitlines(keepends=True):
        if line.strip().endswith(b" 0 obj"):
            offsets[int(line.split()[0])] = position
        position += len(line)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (max(offsets) + 1)
    table += b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(offsets))
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)


def pdf_with_hidden_revision() -> bytes:
    """A script in the first revision, gone from the second: in the bytes, not in the table of objects."""
    first = pdf_with_script("open_action", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    start = first[first.rfind(b"startxref") + 10 :].split()[0]
    root = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    offset = len(first)
    table = b"xref\n1 1\n%010d 00000 n \n" % offset
    size = first[first.rfind(b"/Size ") + 6 :].split()[0]
    trailer = b"trailer\n<< /Size %s /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        start,
        offset + len(root),
    )
    return first + root + table + trailer


def pdf_with_attachment() -> bytes:
    file = new_pdf(1)
    file.attachments["a.exe"] = pikepdf.AttachedFileSpec(file, EXE, filename="a.exe")
    return saved(file)


def pdf_with_attachment_annotation() -> bytes:
    file = new_pdf(1)
    spec = pikepdf.AttachedFileSpec(file, EXE, filename="a.exe").obj
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
    file.pages[0].Annots = Array([file.make_indirect(note)])
    return saved(file)


def portfolio() -> bytes:
    """A PDF that is a cover for other files."""
    file = new_pdf(1)
    file.Root.Collection = Dictionary(Type=Name.Collection)
    return saved(file)


def cut_off_web_pdf() -> bytes:
    """A PDF made for viewing while it loads, whose loading stopped: it has an early end mark."""
    file = new_pdf(40)
    for page in file.pages:
        page.obj.Contents = file.make_stream(b"q Q " * 200)
    content = saved(file, linearize=True, compress_streams=False)
    return content[: content.find(b"%%EOF") + 4000]


def pdf_with_double_key() -> bytes:
    """An action whose kind is written twice: each reader may believe another one."""
    content = saved(new_pdf(1), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return rebuilt(content.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /GoTo /S /Named >>"))


def pdf_with_external_stream() -> bytes:
    """A page whose content lies in another file."""
    file = new_pdf(1)
    stream = file.make_stream(b"q Q")
    stream.stream_dict["/F"] = String("\\\\10.0.0.1\\isi")
    file.pages[0].Contents = stream
    return saved(file)


def encrypted_pdf(*, user: str = "rahasia") -> bytes:
    return saved(new_pdf(1), encryption=pikepdf.Encryption(owner="pemilik", user=user))


def pdf_with_endless_pages() -> bytes:
    """A page tree in which each of nine levels names the next ten times: a thousand million pages."""
    parts = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for level in range(2, 11):
        parts[level] = b"<< /Type /Pages /Count 1000000000 /Kids [%s] >>" % (b"%d 0 R " % (level + 1) * 10)
    parts[11] = b"<< /Type /Page /Parent 10 0 R /MediaBox [0 0 9 9] >>"
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % item for item in parts.items())
    return rebuilt(body + b"xref\ntrailer\n<< /Size 12 /Root 1 0 R >>\nstartxref\n0\n")


def pdf_with_object_stream_bomb(megabytes: int) -> bytes:
    """One and a half megabytes whose object table, opened, unpacks to gigabytes."""
    packer = zlib.compressobj(9)
    blank = b" " * 1024 * 1024
    packed = packer.compress(b"10 0 (") + b"".join(packer.compress(blank) for _ in range(megabytes))
    packed += packer.compress(b")") + packer.flush()
    out = b"%PDF-1.5\n"
    offsets = {}
    for number, content in (
        (1, b"<< /Type /Catalog /Pages 2 0 R /Isi 10 0 R >>"),
        (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"),
        (
            4,
            b"<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
            % (len(packed), packed),
        ),
    ):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = [(0, 0, 0)] + [(1, offsets[number], 0) for number in range(1, 5)] + [(1, len(out), 0)]
    rows += [(0, 0, 0)] * 4 + [(2, 4, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    head = b"<< /Type /XRef /Size 11 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    start = len(out)
    return out + b"5 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        head,
        table,
        start,
    )
