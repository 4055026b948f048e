"""What is in a dossier, and that the same snapshot gives the same bytes: everywhere, every time."""

import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings

from evaluations.models import Snapshot
from evaluations.structure import structure_of
from reports.dossier import archive
from reports.dossier.contents import contents_of, numbered, plain_name
from reports.dossier.material import Material, material_of
from smartcity.lib import clock, files
from tests.reports.dossier.conftest import FORMULA, PDF, PHOTO, freeze

#: SHA-256 of the archive of conftest's snapshot. Both databases must give it; it changes only with the words of the
#: portal or the writer of the workbooks, and then this line is the place where somebody looks at the difference.
SAME = "f010f513bea61c7380cf9aa3bc7218ffdbe3d2ff6aa58a190734428d87e33c2c"


def packed(snapshot: Snapshot) -> bytes:
    out = io.BytesIO()
    archive.pack(out, contents_of(material_of(snapshot)), files.open_stored, lambda copied: None)
    return out.getvalue()


@pytest.fixture
def content(snapshot: Snapshot, stored: Path) -> bytes:
    return packed(snapshot)


@pytest.fixture
def zipped(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def sheet(zipped: zipfile.ZipFile, name: str, title: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(zipped.read(name)))
    return [[cell.value for cell in row] for row in book[title].iter_rows()]


def test_files_lie_in_numbered_folders_in_the_order_of_the_instrument(zipped: zipfile.ZipFile) -> None:
    assert zipped.namelist() == [
        "00-BACA-DAHULU.txt",
        "00-INDEKS.xlsx",
        "00-JAWABAN.xlsx",
        "01-BASE/01-B-1/01-Matriks-tindak-lanjut.pdf",
        "01-BASE/01-B-1/02-cmd-C-calc-A0.jpg",
        "01-BASE/01-B-1/TAUTAN.txt",
        "03-QW/00-PROGRAM/01-QW-2022-1/01-Rekap-rujukan.xlsx",
        "manifest.json",
        "SHA256SUMS",
    ]
    assert zipped.read("01-BASE/01-B-1/01-Matriks-tindak-lanjut.pdf") == PDF
    assert zipped.read("01-BASE/01-B-1/02-cmd-C-calc-A0.jpg") == PHOTO
    assert b"https://jdih.example/12" in zipped.read("01-BASE/01-B-1/TAUTAN.txt")


def test_sha256sum_agrees(zipped: zipfile.ZipFile, tmp_path: Path) -> None:
    zipped.extractall(tmp_path / "buka")
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path / "buka", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == len(zipped.namelist()) - 1
    (tmp_path / "buka" / "00-INDEKS.xlsx").write_bytes(b"lain")
    done = subprocess.run(command, cwd=tmp_path / "buka", capture_output=True, text=True, check=False)
    assert done.returncode == 1


def test_the_manifest_says_what_each_file_is(zipped: zipfile.ZipFile, snapshot: Snapshot) -> None:
    said = json.loads(zipped.read("manifest.json"))
    assert said["snapshot"] == {
        "version": 1,
        "digest": snapshot.digest,
        "frozen_at": "2022-10-03T08:00:05+07:00",
    }
    found = {row["path"]: row for row in said["files"]}
    first = found["01-BASE/01-B-1/01-Matriks-tindak-lanjut.pdf"]
    assert first["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (first["of"], first["page"], first["original_name"]) == ("B-1", "2", "../../matriks é.pdf")
    assert said["links"] == [{"of": "B-1", "title": "Halaman JDIH", "url": "https://jdih.example/12"}]
    assert set(found) == set(zipped.namelist()) - {"manifest.json", "SHA256SUMS"}


def test_the_index_leads_to_every_file(zipped: zipfile.ZipFile) -> None:
    book = openpyxl.load_workbook(io.BytesIO(zipped.read("00-INDEKS.xlsx")))
    page = book.worksheets[0]
    links = {cell.hyperlink.target for row in page.iter_rows() for cell in row if cell.hyperlink}
    evidence = {name for name in zipped.namelist() if name.count("/") and not name.endswith("TAUTAN.txt")}
    assert links == evidence
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    assert [row[0] for row in rows] == ["B-1", "B-1", "B-1", "QW-2022-1"]
    assert rows[0][5] == datetime(2022, 8, 31)  # noqa: DTZ001 (a cell has no zone)
    assert rows[3][2] == "Q-LIV-1"
    assert "https://jdih.example/12" in [row[7] for row in rows]


def test_nothing_typed_becomes_a_formula(zipped: zipfile.ZipFile) -> None:
    seen = []
    for name in ("00-INDEKS.xlsx", "00-JAWABAN.xlsx"):
        with zipfile.ZipFile(io.BytesIO(zipped.read(name))) as parts:
            for part in parts.namelist():
                assert b"<f>" not in parts.read(part)
                assert b"<f " not in parts.read(part)
        for page in openpyxl.load_workbook(io.BytesIO(zipped.read(name))).worksheets:
            cells = [cell for row in page.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f" or cell.data_type == "e"]
            seen += [cell.value for cell in cells if str(cell.value).startswith("=")]
    assert FORMULA in seen


def test_answers_come_with_question_and_rubric(zipped: zipfile.ZipFile) -> None:
    rows = sheet(zipped, "00-JAWABAN.xlsx", "Jawaban")
    by_code = {row[1]: row for row in rows[1:]}
    assert list(by_code) == ["B-1", "B-2", "I-GOV-1", "I-GOV-2", "I-LIV-1", "Q-GOV-1", "Q-LIV-1"]
    assert by_code["B-1"][2] == "Pertanyaan B-1."
    assert by_code["B-1"][3].startswith("0 Tingkat 0: Arti 0.\n1 Tingkat 1")
    assert (by_code["B-1"][4], by_code["B-1"][5]) == (3, "Tingkat 3")
    assert by_code["I-GOV-1"][4] == pytest.approx(3.27)
    assert by_code["I-GOV-1"][6] == 50
    assert by_code["B-2"][4] is None  # nothing given is not zero
    wins = sheet(zipped, "00-JAWABAN.xlsx", "Quick win")
    assert next(row for row in wins if "Antrean rujukan." in row)[7] == "contoh, pengampu belum dikonfirmasi"


def test_the_same_snapshot_gives_the_same_bytes_a_year_later(snapshot: Snapshot, stored: Path) -> None:
    first = packed(snapshot)
    with clock.at(clock.now() + timedelta(days=366)):
        assert packed(Snapshot.objects.get(pk=snapshot.pk)) == first


def test_both_databases_give_the_same_bytes(content: bytes) -> None:
    assert hashlib.sha256(content).hexdigest() == SAME


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_another_process_gives_the_same_bytes(
    snapshot: Snapshot, content: bytes, stored: Path, tmp_path: Path, seed: str
) -> None:
    """Another process with another order of sets and another zone, without a database."""
    source = tmp_path / "bahan.pickle"
    source.write_bytes(pickle.dumps(material_of(snapshot)))
    env = {
        "PATH": os.defpath, "PYTHONHASHSEED": seed, "TZ": "America/New_York", "PORTAL_DEBUG": "1",
        "PORTAL_VAR": str(tmp_path / "var"), "PORTAL_EVIDENCE_ROOT": str(settings.PORTAL_EVIDENCE_ROOT),
    }  # fmt: skip
    script = (
        "import django, hashlib, io, pickle, sys; django.setup()\n"
        "from django.utils import translation\n"
        "from reports.dossier import archive, contents\n"
        "from smartcity.lib import files\n"
        "material = pickle.load(open(sys.argv[1], 'rb'))\n"
        "out = io.BytesIO()\n"
        "with translation.override('id'):\n"
        "    archive.pack(out, contents.contents_of(material), files.open_stored, lambda copied: None)\n"
        "print(hashlib.sha256(out.getvalue()).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(source)],
        env=env | {"DJANGO_SETTINGS_MODULE": "smartcity.settings"},
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == hashlib.sha256(content).hexdigest()


def test_another_answer_gives_other_bytes(snapshot: Snapshot, content: bytes, stored: Path) -> None:
    changed = [dict(row) for row in snapshot.items.of_kind("answer").payloads().values()]
    changed[0]["text"] = "Lain."
    assert packed(freeze(snapshot.window, 2, changed)) != content


def test_a_missing_or_changed_file_is_named(snapshot: Snapshot, stored: Path) -> None:
    path = files.path_for(hashlib.sha256(PHOTO).hexdigest())
    for damage in (lambda: path.write_bytes(b"lain"), path.unlink):
        damage()
        with pytest.raises(archive.Missing) as missing:
            packed(snapshot)
        assert missing.value.piece.owner == "B-1"


def test_memory_stays_bounded(snapshot: Snapshot, stored: Path) -> None:
    """A file larger than a chunk is copied in pieces, never asked for as a whole."""
    asked: list[int] = []

    class Reader(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    known = {hashlib.sha256(row).hexdigest(): row for row in (PDF, PHOTO)}

    def opener(sha256: str) -> Any:
        return Reader(known[sha256]) if sha256 in known else files.open_stored(sha256)

    contents = contents_of(material_of(snapshot))
    archive.pack(io.BytesIO(), contents, opener, lambda copied: None)
    assert set(asked) == {archive.CHUNK}


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("SK Wali Kota No. 12/2022 – Déwan", "SK-Wali-Kota-No.12-2022-Dewan"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("文件", "berkas"),
        ("a" * 300, "a" * 60),
        ("nama\x00\n\u202egpj.exe", "nama-gpj.exe"),
        (" .", "berkas"),
    ],
)
def test_no_typed_name_becomes_a_path(typed: str, plain: str) -> None:
    assert plain_name(typed) == plain


def test_numbers_sort_as_they_are_counted() -> None:
    assert [numbered(n, 120, "a") for n in (1, 20, 100)] == ["001-a", "020-a", "100-a"]


def test_many_pieces_of_one_name_keep_apart(snapshot: Snapshot, stored: Path) -> None:
    material = material_of(snapshot)
    row = dict(material.answers["B-1"])
    same = [piece for piece in row["evidence"] if piece["sha256"]][:1] * 12
    many = Material(
        summary=material.summary, version=1, digest=material.digest, taken_at=datetime(2022, 10, 3, tzinfo=UTC),
        answers={"B-1": row | {"evidence": same}}, quick_wins={},
        structure=structure_of(snapshot.window.instrument),
    )  # fmt: skip
    paths = [piece.path for piece in contents_of(many).files]
    assert len(set(paths)) == 12
    assert paths[11] == "01-BASE/01-B-1/12-Matriks-tindak-lanjut.pdf"
