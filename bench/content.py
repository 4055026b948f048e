"""Words, names and photos of an invented city: the same for every run, plausible in length and letters."""

import io
import random
from collections.abc import Sequence
from pathlib import Path

SEED = 2172

_WORDS = str.split("""
layanan data integrasi perizinan daring warga portal pelayanan indikator target triwulan bukti
verifikasi anggaran realisasi pelaksanaan peta jalan prasarana dasbor angkutan sampah air energi
koordinasi peraturan tim kesiapan dimensi struktur sumber daya keuangan kebijakan dokumen persetujuan
laporan kecamatan kelurahan terbuka jaringan sensor aplikasi pengaduan kesehatan pendidikan pariwisata
usaha mikro pelatihan pendampingan masyarakat kota wilayah yang dan di ke dari untuk dengan oleh pada
belum sudah akan dapat setiap melalui
""")
_OFFICES = str.split("""
Komunikasi Perencanaan Kesehatan Pendidikan Perhubungan Pariwisata Perdagangan Perindustrian
Kependudukan Sosial Kebersihan Pertanian Perikanan Kearsipan Perpustakaan Kepegawaian Pendapatan
Keuangan Ketenagakerjaan Permukiman
""")


class Words:
    """Indonesian-looking text from a fixed seed."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = random.Random(seed)

    def sentence(self, words: int) -> str:
        text = " ".join(self.random.choice(_WORDS) for _ in range(words))
        return f"{text[0].upper()}{text[1:]}."

    def paragraph(self, words: int) -> str:
        return " ".join(self.sentence(count) for count in _split(words, 14))

    def name(self, words: int = 4) -> str:
        return " ".join(self.random.choice(_WORDS[:48]) for _ in range(words)).title()

    def pick[T](self, options: Sequence[T]) -> T:
        return self.random.choice(options)


def office(number: int) -> tuple[str, str]:
    """Return the short and the official name of an agency."""
    first, second = _OFFICES[number % len(_OFFICES)], _OFFICES[(number * 7 + 3) % len(_OFFICES)]
    return f"OPD{number + 1:02d}", f"Dinas {first} dan {second} {number + 1:02d}"


def photo(path: Path, number: int) -> Path:
    """Write a camera-sized photo (2400 x 1800, compressible like one: fields of colour, and grain."""
    from PIL import Image

    drawn = random.Random(SEED + number)
    fields = Image.frombytes("RGB", (32, 24), drawn.randbytes(32 * 24 * 3)).resize(
        (2400, 1800), Image.Resampling.BICUBIC
    )
    grain = Image.frombytes("L", (2400, 1800), drawn.randbytes(2400 * 1800)).point(lambda value: value // 9)
    picture = Image.blend(fields, Image.merge("RGB", (grain, grain, grain)), 0.1)
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=88)
    path.write_bytes(output.getvalue())
    return path


def _split(words: int, length: int) -> list[int]:
    full, rest = divmod(words, length)
    return [length] * full + ([rest] if rest else [])
