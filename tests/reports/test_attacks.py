"""Text and pictures by other people: printed as they are, nothing fetched, nothing lost.

Two witnesses watch: a server on this machine that counts every connection, and the fetcher's own list.
"""

import io
import re
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from PIL import Image

from reports import pdf
from reports.chapters.words import LONGEST_TEXT
from tests.reports import sample
from tests.reports.reading import Read, rendered

TEXTS = (
    "problem",
    "description",
    "beneficiaries",
    "partners",
    "sustainability",
    "schedule",
    "legal_basis",
    "link",
)
PHOTO = f"{11:02x}" * 32  # the first photo of the sample's first quick win


class Listener:
    """A server that never answers and remembers who came."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.socket.close()


def _attacks(port: int, secret: str) -> list[str]:
    """Addresses in every form that HTML, CSS and SVG know, as a person could type them."""
    found = []
    for address in (
        f"http://127.0.0.1:{port}/x",
        f"file://{secret}",
        "http://169.254.169.254/latest/meta-data/",
    ):
        found += [
            f'<img src="{address}">',
            f'<link rel=stylesheet href="{address}">',
            f'<link rel=attachment href="{address}">',
            f"<style>@import url({address});</style>",
            f"<style>@font-face {{ font-family: x; src: url({address}) }}</style>",
            f'<svg><image href="{address}"/><use href="{address}#a"/></svg>',
            f'<object data="{address}"></object><embed src="{address}"><iframe src="{address}"></iframe>',
            f'<a href="{address}" rel=attachment>berkas</a>',
            f'</style><body style="background: url({address})">',
            f'"><img src={address}>',
            f"{{% include '{address}' %}}{{{{ settings.SECRET_KEY }}}}",
        ]
    return found


def _with(text: str) -> Any:
    """A report whose every text field holds this text."""
    inputs = sample.inputs(sample.BRANDING[:3], assessed=True)
    inputs["city"]["name"] = f"Kota {text[:60]}"
    inputs["dimensions"][0]["name"] = inputs["dimensions"][0]["gloss"] = text[:150]
    inputs["quick_wins"] = inputs["quick_wins"][:1]
    quick_win = inputs["quick_wins"][0]
    for field in TEXTS:
        quick_win[field] = text  # type: ignore[literal-required]
    quick_win |= {"title": text[:100], "name": text[:150], "indicator": text[:150], "unit": text[:50]}
    for piece in quick_win["evidence"]:
        piece |= {"title": text[:150], "url": text[:150], "page": text[:40]}
    return inputs


@pytest.fixture(scope="module")
def attacked(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Read]:
    secret = tmp_path_factory.mktemp("secret") / "kunci.txt"
    secret.write_text("RAHASIA-DI-DISK")
    attacks = _attacks(listener.port, str(secret))
    inputs = _with("\n".join(attacks))
    return attacks, rendered(inputs)


def test_nothing_is_fetched(attacked, listener) -> None:
    _attacks_made, report = attacked
    assert listener.visits == 0
    assert [address for address in report.refused if not address.startswith("portal:photo/")] == []
    with pikepdf.open(io.BytesIO(report.content)) as opened:
        assert "/EmbeddedFiles" not in opened.Root.get("/Names", {})
        assert "/AF" not in opened.Root
        assert "/JavaScript" not in opened.Root.get("/Names", {})
        streams = b"".join(item.read_bytes() for item in opened.objects if isinstance(item, pikepdf.Stream))
    assert b"RAHASIA-DI-DISK" not in streams


def test_every_attack_is_printed_as_text(attacked) -> None:
    attacks, report = attacked
    shown = re.sub(r"\s", "", report.text)
    for attack in attacks:
        assert re.sub(r"\s", "", attack) in shown


def test_the_fetcher_would_refuse_what_escaping_let_through(listener) -> None:
    """The second lock: a document that does hold such addresses gets none of them."""
    html = (
        f"<html lang=id><head><title>t</title><link rel=stylesheet href='http://127.0.0.1:{listener.port}/a.css'>"
        f"<link rel=attachment href='file:///etc/passwd'></head><body><img src='http://127.0.0.1:{listener.port}/b'>"
        f"<img src='file:///etc/hostname'><img src='data:image/png;base64,AAAA'><img src='b.png'>"
        f"<svg width=9 height=9><image href='http://127.0.0.1:{listener.port}/c'/></svg><p>isi</p></body></html>"
    )
    css = (
        f"@import url(http://127.0.0.1:{listener.port}/d.css);"
        "@font-face { font-family: x; src: url(file:///etc/hosts) }"
    )
    done = pdf.write(pdf.Document(html, css, {}, "x"))
    assert listener.visits == 0
    assert len(done.refused) >= 6
    with pikepdf.open(io.BytesIO(done.content)) as opened:
        assert "/EmbeddedFiles" not in opened.Root.get("/Names", {})


# --- Size -----------------------------------------------------------------------------------------


def test_a_word_of_5000_letters_stays_on_the_paper() -> None:
    report = rendered(_with("A" * 5000))
    shown = re.sub(r"\s", "", report.text)
    assert shown.count("A") >= 5000 * len(TEXTS)
    with pikepdf.open(io.BytesIO(report.content)) as opened:
        assert {tuple(map(round, page.MediaBox)) for page in opened.pages} == {(0, 0, 595, 842)}


def test_a_text_beyond_the_cap_is_cut_and_says_so() -> None:
    inputs = _with("Teks biasa")
    inputs["quick_wins"][0]["problem"] = "kata " * (LONGEST_TEXT // 5 + 100)
    words = rendered(inputs).words()
    assert words.count("kata ") < LONGEST_TEXT // 5 + 50
    assert "dipendekkan menjadi 20.000 karakter" in words


def test_a_table_of_10000_rows_ends_at_the_page_limit() -> None:
    rows = "<tr><td>baris</td></tr>" * 10_000
    html = f"<html lang=id><head><title>t</title></head><body><table>{rows}</table></body></html>"
    with pytest.raises(pdf.TooManyPages):
        pdf.write(pdf.Document(html, "td { height: 10mm }", {}, "x"), page_limit=30)


def test_markup_of_10000_rows_is_one_capped_text() -> None:
    report = rendered(_with("<table>" + "<tr><td>1</td></tr>" * 10_000))
    assert "<tr><td>1</td></tr>" in report.text
    assert len(report.pages) < 120


# --- Alphabets ------------------------------------------------------------------------------------


ALPHABETS = (
    "Ελληνικά", "Кириллица", "العربية", "עברית", "Tiếng Việt", "50 % ≥ 45 %, naïve “kutip” … – —", "kiri → kanan ✓",
)  # fmt: skip
WITHOUT_TYPEFACE = ("漢字", "ภาษาไทย", "हिन्दी", "🎉")


def test_other_alphabets_are_kept() -> None:
    inputs = _with("Teks biasa")
    for field, text in zip(TEXTS, ALPHABETS, strict=False):
        inputs["quick_wins"][0][field] = text
    shown = rendered(inputs).words()
    for text in ALPHABETS:
        for word in text.split():
            assert word in shown or word[::-1] in shown, word


def test_letters_without_a_typeface_break_nothing() -> None:
    shown = rendered(_with(" ".join(WITHOUT_TYPEFACE))).words()
    assert "Pengesahan" in shown


# --- Pictures -------------------------------------------------------------------------------------


def _jpeg(size: tuple[int, int] = (800, 600)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(stream, "JPEG")
    return stream.getvalue()


def _bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n(/etc/passwd) (r) file\nshowpage\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    "content",
    [EPS, SVG, b"", b"%PDF-1.7", b"GIF89a" + b"\0" * 40, _jpeg()[:500], _bomb()],
    ids=["eps", "svg", "empty", "pdf", "gif", "cut", "bomb"],
)
def test_what_is_no_photo_is_not_handed_on(content: bytes) -> None:
    assert pdf.picture(content) is None


def test_a_photo_that_is_none_is_named_and_stops_nothing() -> None:
    report = rendered(_with("Teks biasa"), {PHOTO: EPS})
    assert f"portal:photo/{PHOTO}" in report.refused
    assert "Foto yang tidak dapat dicetak: Teks biasa" in report.words()


def test_a_photo_is_printed_with_its_name_for_who_cannot_see_it() -> None:
    inputs = _with("Teks biasa")
    quick_win = inputs["quick_wins"][0]
    quick_win["evidence"] = [
        piece | {"title": 'Papan "selamat"'} for piece in quick_win["evidence"] if piece["photo"] == PHOTO
    ]
    report = rendered(inputs, {PHOTO: _jpeg()})
    assert "tidak dapat dicetak" not in report.words()
    with pikepdf.open(io.BytesIO(report.content)) as opened:
        widths = {int(image.Width) for page in opened.pages for image in page.get_images().values()}
        names = [
            str(item.Alt)
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
        ]
    assert widths == {800}
    assert 'Foto: Papan "selamat"' in names
