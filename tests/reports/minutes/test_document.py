"""The minutes as a document: what they say, whom they do not name, and that the same payload gives the same bytes."""

import io
import json
import logging
from typing import Any

import pikepdf
import pytest
from django.utils import translation

from reports import document as report
from reports import pdf
from reports.chapters import UnknownSchema
from reports.chapters.approval import grouped
from reports.minutes import document
from tests.reports.minutes.sample import DIGEST, card, first_schema, line, payload
from tests.reports.reading import Read, outline, read


def printed(frozen: dict[str, Any]) -> Read:
    """Render in this process, so that a test sees what the document asked for."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    composed = document.compose(frozen, DIGEST)
    assets = {report.FONT_ADDRESS: pdf.Asset(report.font().read_bytes(), "font/woff2")}
    done = pdf.write(pdf.Document(composed.html, composed.css, assets, composed.identifier))
    return read(done.content, done.refused)


@pytest.fixture(scope="module")
def minutes() -> Read:
    return printed(payload())


# --- What it says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Kota Tanjungpinang, Evaluasi 2022, Tahap II",
        "Nomor KP-2022-0007-1, versi 1",
        "Jumat, 7 Oktober 2022, 17.04 WIB",
        "Dilaksanakan Rabu, 5 Oktober 2022, 09.05 WIB sampai 10.35 WIB, selama 1 jam 30 menit.",
        "Ruang rapat",
        "09.05 – 09.17 WIB",
        "Ditandai: selisih antarasesor 2. Bukti dibuka bersama.",
        "Ditandai: 1 dari 3 pertanyaan.",
        "disepakati pada 1 pertanyaan: B-1.",
        "Matriks diperlihatkan.",
        "Terlambat dijawab",
        "Tetapkan peta jalan.",
        "Beri tanggal pada bukti.",
        "hasil resmi adalah surat Kementerian",
        "Seluruh isi berita acara ini contoh",
        "Kepala Dinas Kominfo",
    ],
)
def test_it_says(minutes: Read, words: str) -> None:
    assert words in minutes.words()


def test_a_line_has_every_score_and_a_star_where_the_panel_changed_it(minutes: Read) -> None:
    found = [row.split() for row in minutes.text.splitlines() if row.strip()[:2] in ("B-", "I-")]
    rows = {row[0]: row for row in reversed(found)}  # the first of each: later parts name them again
    assert rows["B-1"][-6:] == ["3", "1", "3", "2,00", "2", "2,50*"]
    assert rows["B-2"][-6:] == ["3", "–", "2", "2,00", "0", "2,00"]
    assert rows["I-1"][-5:] == ["–", "2", "2,00", "0", "2,00"], "not the area of the second seat"


def test_three_series_stand_side_by_side(minutes: Read) -> None:
    row = next(row for row in minutes.text.splitlines() if row.strip().startswith("Dasar") and "40" in row)
    assert row.split() == ["Dasar", "40", "3,00", "2,00", "2,25", "-0,75"]
    total = next(row for row in minutes.text.splitlines() if row.strip().startswith("Indeks"))
    assert total.split() == ["Indeks", "3,10", "2,00", "2,15", "-0,95"]


def test_a_conflict_is_a_number_only(minutes: Read) -> None:
    assert "1 benturan kepentingan dinyatakan" in minutes.words()
    assert "Asesor 3" not in minutes.words()
    assert "Living" not in minutes.words()


def test_who_signs(minutes: Read) -> None:
    """The lead first, then the members who handed in, then the city; nobody by name."""
    last = minutes.flowing[-1]
    places = [
        last.index(words) for words in ("Asesor 2", "Asesor 1", "Kepala Bappelitbang", "Kepala Dinas Kominfo")
    ]
    assert places == sorted(places)
    assert last.count("Nama") == 4
    assert last.count("NIP") == 2
    assert grouped(DIGEST) in " ".join(last.split())


def test_every_page_says_what_it_is(minutes: Read) -> None:
    for number, page in enumerate(minutes.pages, 1):
        assert "Berita Acara Panel, Kota Tanjungpinang 2022 (contoh)" in page
        assert f"Halaman {number} dari {len(minutes.pages)}" in page
        assert "KP-2022-0007-1 versi 1" in page


def test_what_is_real_carries_no_label() -> None:
    assert "contoh" not in printed(payload(sample=False)).words()


def test_language_title_and_bookmarks(minutes: Read) -> None:
    with pikepdf.open(io.BytesIO(minutes.content)) as opened:
        assert str(opened.Root.Lang) == "id"
        assert str(opened.docinfo["/Title"]) == "Berita Acara Panel, Kota Tanjungpinang 2022, KP-2022-0007-1"
    titles = [title for title, _page in outline(minutes.content)]
    for title in ("Para pihak", "Wawancara", "Yang disepakati panel", "Dasar 2 pertanyaan", "Tanda tangan"):
        assert title in titles


# --- Other payloads ----------------------------------------------------------------------------------------


def test_a_correction_names_what_it_takes_the_place_of() -> None:
    words = printed(payload(revision=2, number="KP-2022-0007-2", reason="Salah ketik pada B-1.")).words()
    assert "Versi ini menggantikan versi 1" in words
    assert "Salah ketik pada B-1." in words


def test_the_first_schema_prints_what_it_has() -> None:
    read_back = printed(first_schema())
    row = next(row for row in read_back.text.splitlines() if row.strip().startswith("Dasar") and "40" in row)
    assert row.split() == ["Dasar", "40", "–", "2,00", "2,25", "–"]
    assert "Belum ada rekomendasi panel yang dicatat" in read_back.words()


def test_a_newer_schema_is_refused() -> None:
    with pytest.raises(UnknownSchema):
        document.compose(payload(schema=3), DIGEST)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (None, "Tidak ada wawancara yang dicatat di portal."),
        ({"started_at": None, "ended_at": None, "notes": []}, "pelaksanaannya tidak dicatat di portal"),
    ],
)
def test_without_an_interview(held: dict[str, Any] | None, said: str) -> None:
    talk = None if held is None else payload()["interview"] | held
    words = printed(payload(interview=talk, clarifications=[])).words()
    assert said in words
    assert "Tidak ada catatan di portal." in words
    assert "Panel tidak meminta klarifikasi." in words


def test_an_index_that_is_not_whole_is_provisional() -> None:
    assert "Kesepakatan panel, sementara" in printed(payload(consensus=card(None, "2", "2", "2"))).words()


def test_a_large_panel_stands_in_one_cell() -> None:
    many = line("B-1", "BASE", {number: number % 5 for number in range(1, 10)})
    words = printed(payload(lines=[many])).words()
    assert "1: 1, 2: 2, 3: 3, 4: 4, 5: 0, 6: 1, 7: 2, 8: 3, 9: 4" in words


def test_what_people_typed_is_text() -> None:
    typed = '<img src="https://jahat.example/x"><script>alert(1)</script>' + "x" * 5000
    frozen = payload(reason=typed, revision=2)
    frozen["lines"][0] |= {"reason": typed, "text": typed}
    frozen["interview"] |= {"place": typed, "notes": [{"code": "", "text": typed}]}
    found = printed(frozen)
    assert found.refused == []
    assert "<script>alert(1)" in found.words()


# --- The same bytes ----------------------------------------------------------------------------------------


def test_the_same_payload_gives_the_same_bytes(minutes: Read) -> None:
    """Whatever the worker speaks, and in whatever order the database gives the keys back."""
    shuffled = json.loads(json.dumps(payload(), sort_keys=True))
    with translation.override("en"):
        assert printed(shuffled).content == minutes.content


def test_another_digest_is_another_document(minutes: Read) -> None:
    one, other = (document.compose(payload(), digest).identifier for digest in (DIGEST, "0" * 64))
    assert one != other
