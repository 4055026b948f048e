"""What is written around WeasyPrint: the file's name in its trailer, and shortcuts that change no byte of a page."""

import gc
import io
import os
import subprocess
from pathlib import Path

import pikepdf
import pydyf
import pytest

from reports import pdf

PAGE = '<html lang="id"><head><title>Laporan</title></head><body><h1>Bab</h1><p>Isi</p></body></html>'
TWO = PAGE.replace("<p>", '<p style="break-before: page">')


def written(html: str = PAGE, identifier: str = "ab" * 16) -> pdf.Pdf:
    return pdf.write(pdf.Document(html, "", {}, identifier))


@pytest.mark.parametrize("identifier", ["ab" * 16, "(", ")]>>", "\\", "a b", "é"])
def test_the_file_carries_its_identifier(identifier: str, tmp_path: Path) -> None:
    made = written(identifier=identifier)
    with pikepdf.open(io.BytesIO(made.content)) as opened:
        assert [bytes(part) for part in opened.trailer.ID] == [identifier.encode()] * 2
    file = tmp_path / "report.pdf"
    file.write_bytes(made.content)
    checked = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_file_without_its_list_of_objects_is_broken() -> None:
    with pytest.raises(pdf.BrokenPdf):
        pdf._identified(b"%PDF-1.7\n%%EOF", "ab")


def test_another_files_name_is_noticed() -> None:
    made = written()
    with pytest.raises(pdf.BrokenPdf, match="name"):
        pdf._check(made.content, made.pages, "another")


def test_references_of_pages_are_those_pydyf_gives() -> None:
    """Kept until a page is added; the bytes are those of a WeasyPrint left alone."""
    whole = written(TWO)
    before, counted = pydyf.PDF.page_references, []
    try:
        pydyf.PDF.page_references = property(
            lambda self: counted.append(1) or tuple(f"{n} 0 R".encode() for n in self.pages["Kids"][::3])
        )
        original, pdf._remember_page_references = pdf._remember_page_references, lambda: None
        assert written(TWO).content == whole.content
        assert len(counted) > whole.pages  # once for each element, so worth keeping
    finally:
        pydyf.PDF.page_references, pdf._remember_page_references = before, original
    document = pydyf.PDF()
    for number in (1, 2, 3):
        document.add_page(pydyf.Dictionary({"Type": "/Page"}))
        assert len(document.page_references) == number
    assert document.page_references is document.page_references


def test_the_collector_rests_only_in_the_process_of_the_render() -> None:
    child = os.fork()
    if child == 0:
        pdf.tune_collector()
        os._exit(0 if not gc.isenabled() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert gc.isenabled()
