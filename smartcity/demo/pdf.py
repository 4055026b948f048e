"""The smallest honest PDF: a title and a page number on each page, nothing else."""

from io import BytesIO

import pikepdf


def plain_pdf(title: str, pages: int) -> bytes:
    """Return a PDF (A4, Helvetica) whose pages say the title, "Dokumen contoh" and their number."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(_content(title, number, pages))
        buffer = BytesIO()
        pdf.save(buffer, deterministic_id=True)
        return buffer.getvalue()


def _content(title: str, number: int, pages: int) -> bytes:
    safe = (
        title.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    rules = b"".join(b"72 %d m 523 %d l S " % (y, y) for y in range(620, 180, -28))
    return (
        b"BT /F1 20 Tf 72 740 Td (" + safe + b") Tj ET "
        b"BT /F1 11 Tf 72 710 Td (Dokumen contoh, dibuat untuk peragaan. Isinya bukan data kota.) Tj ET "
        b"0.8 G " + rules + b"BT /F1 10 Tf 72 60 Td (Halaman %d dari %d) Tj ET" % (number, pages)
    )
