"""A realistic report: Tanjungpinang 2022 with its real agencies and quick wins, and invented figures marked
as such.

The names and the figures quoted in the texts are from public reports; every value listed in `sample_fields`
and every score is invented. Size and dimension set can be changed, so that the layout is tried with three
dimensions and eight.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from evaluations import scoring
from reports.schema import SCHEMA, Card, Dimension, Evidence, Inputs, Level, Office, QuickWin, Tally

AT = datetime(2022, 9, 26, 1, 2, tzinfo=UTC)

OFFICES: dict[str, Office] = {
    short: {"short": short, "name": name}
    for short, name in (
        ("BAPPELITBANG", "Badan Perencanaan Pembangunan, Penelitian dan Pengembangan"),
        ("BKPSDM", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"),
        ("BPPRD", "Badan Pengelolaan Pajak dan Retribusi Daerah"),
        ("DISBUDPAR", "Dinas Kebudayaan dan Pariwisata"),
        ("DISDAGIN", "Dinas Perdagangan dan Perindustrian"),
        ("DISHUB", "Dinas Perhubungan"),
        ("DISKOMINFO", "Dinas Komunikasi dan Informatika"),
        ("DISPUSIP", "Dinas Perpustakaan dan Kearsipan"),
        ("DKPPKB", "Dinas Kesehatan, Pengendalian Penduduk, dan Keluarga Berencana"),
        ("DLH", "Dinas Lingkungan Hidup"),
        ("PKM-BATU10", "Puskesmas Batu 10"),
        ("RSUD", "Rumah Sakit Umum Daerah Kota Tanjungpinang"),
    )
}

BRANDING = (
    (
        "GOV",
        "Smart Governance",
        "tata kelola birokrasi",
        1,
        "G",
        "Pelayanan publik|Tata kelola birokrasi|Kebijakan publik",
    ),
    ("BRD", "Smart Branding", "pemasaran daerah", 2, "B", "Branding pariwisata|Branding bisnis|Wajah kota"),
    (
        "ECO",
        "Smart Economy",
        "perekonomian",
        3,
        "E",
        "Ekosistem industri|Kesejahteraan rakyat|Transaksi keuangan",
    ),
    ("LIV", "Smart Living", "ekosistem permukiman", 4, "L", "Harmonisasi tata ruang|Kesehatan|Transportasi"),
    ("SOC", "Smart Society", "lingkungan masyarakat", 5, "S", "Komunitas warga|Ekosistem belajar|Keamanan"),
    (
        "ENV",
        "Smart Environment",
        "pemulihan lingkungan",
        6,
        "N",
        "Proteksi lingkungan|Tata kelola sampah dan limbah|Tata kelola energi",
    ),
)
MOBILITY = (
    BRANDING[0],
    BRANDING[2],
    ("LIV", "Kehidupan", "ekosistem permukiman", 4, "L", "Harmonisasi tata ruang|Kesehatan"),
    BRANDING[4],
    BRANDING[5],
    (
        "MOB",
        "Mobilitas",
        "pergerakan orang dan barang",
        7,
        "M",
        "Angkutan umum|Manajemen lalu lintas|Aksesibilitas dan pejalan kaki|Konektivitas antarpulau",
    ),
)
EIGHT = (
    *BRANDING,
    MOBILITY[5],
    ("DIG", "Smart Digital", "contoh dimensi kedelapan", 8, "D", "Jaringan|Data"),
)

# (acronym or name, name, agency, owner confirmed, dimension, sub-dimension number, kind, status)
QUICK_WINS: tuple[tuple[str, str, str, bool, str, int, str, str], ...] = (
    ("SIAP", "Sistem Informasi Aktivitas Presensi", "BKPSDM", True, "GOV", 2, "NEW", "verified"),
    (
        "Income Point",
        "Pembayaran pajak daerah secara elektronik",
        "BPPRD",
        False,
        "ECO",
        3,
        "NEW",
        "submitted",
    ),
    (
        "Teh Tarek",
        "Layanan Terpadu Hak Cipta dan Merek",
        "DISBUDPAR",
        True,
        "BRD",
        2,
        "CONTINUED",
        "verified",
    ),
    ("TOSSA", "Triage, One Stop Service and Acceleration", "PKM-BATU10", True, "LIV", 2, "NEW", "submitted"),
    ("Proklim", "Kampung Iklim", "DLH", False, "ENV", 1, "CONTINUED", "verified"),
)


def inputs(
    dimensions: tuple[tuple[Any, ...], ...] = BRANDING, *, assessed: bool = False, live: bool = False
) -> Inputs:
    """Return a whole report. `assessed`: the window has a result. `live`: the window was not opened yet."""
    rows = [_dimension(row) for row in dimensions]
    quick_wins = [_quick_win(number, row) for number, row in enumerate(QUICK_WINS, 11)]
    codes = {row["code"] for row in rows}
    # A snapshot holds verified quick wins only.
    quick_wins = [
        row for row in quick_wins if row["dimension"] in codes and (live or row["status"] == "verified")
    ]
    tally = [row for row in _tally() if row["dimension"] in codes and (live or row["verified"])]
    return {
        "schema": SCHEMA,
        "language": "id",
        "number": "LK-2022-2172",
        "version": 2,
        "year": 2022,
        "city": {"code": "21.72", "name": "Kota Tanjungpinang", "timezone": "Asia/Jakarta"},
        "asked": {"at": AT.isoformat(), "role": "reviewer", "office": OFFICES["DISKOMINFO"]["name"]},
        "window": {
            "stage": "Tahap II",
            "status": "closed" if assessed else "draft" if live else "open",
            "inputs_due_at": "2022-09-29T09:00:00+00:00",
            "opens_at": "2022-10-03T01:00:00+00:00",
            "closes_at": "2022-10-08T09:00:00+00:00",
            "sample": True,
        },
        "instrument": {
            "code": "SMARTCITY-2022-CONTOH",
            "version": 1,
            "year": 2022,
            "title": "Instrumen contoh 2022",
            "official": False,
        },
        "data": {
            "source": "live" if live else "snapshot",
            "at": AT.isoformat(),
            "version": None,
            "digest": None,
        }
        if live
        else {"source": "snapshot", "at": AT.isoformat(), "version": 1, "digest": "7c419e02" * 8},
        "dimensions": rows,
        "sections": [
            {"code": code, "name": name, "weight": weight}
            for code, name, weight in (
                ("BASELINE", "Baseline", "10"),
                ("OUTPUT", "Output", "20"),
                ("OUTCOME", "Outcome", "30"),
                ("IMPACT", "Impact", "20"),
                ("QUICK_WIN", "Program percepatan (quick win)", "20"),
            )
        ],
        "self_assessed": card(rows, answered=0.9),
        "assessed": card(rows, answered=1.0, shift=-1) if assessed else None,
        "outcome_section": "Outcome",
        "survey": [
            {
                "dimension": row["code"],
                "sub_dimension": sub["code"],
                "respondents": (50, 34, 12, None)[(place + index) % 4],
                "mean": ("3.1", "2.75", "2.9", None)[(place + index) % 4],
            }
            for place, row in enumerate(rows)
            for index, sub in enumerate(row["sub_dimensions"])
        ],
        "survey_expected": 50,
        "opds": list(OFFICES.values()),
        "tally": tally,
        "quick_wins": quick_wins,
        "signatures": [
            {"capacity": "chair", "office": OFFICES["BAPPELITBANG"]},
            {"capacity": "secretariat", "office": OFFICES["DISKOMINFO"]},
        ],
    }


def card(dimensions: list[Dimension], *, answered: float, shift: int = 0) -> Card:
    """Work out a series over invented scores: `answered` is the share of the questions that have one."""
    parts, given = _questions(dimensions), {}
    codes = [item.code for part in parts for item in part.items]
    for place, code in enumerate(codes):
        if place < len(codes) * answered:
            given[code] = [
                Decimal(max(0, (3, 2, 4, 3, 3, 2, 4)[place % 7] + (shift if place % 5 == 0 else 0)))
            ]
    worked = scoring.grade(parts, given, {})
    outcome = worked.sections["OUTCOME"].groups
    return {
        "index": _text(worked.index),
        "provisional": _text(worked.provisional),
        "given": sum(level.given for level in worked.questions.values()),
        "expected": len(codes),
        "sections": {code: _level(graded.section) for code, graded in worked.sections.items()},
        "dimensions": {code: _level(level) for code, level in worked.dimensions.items()},
        "outcome": {code: _level(level) for code, level in outcome[scoring.SMART_DIMENSION].items()},
        "sub_dimensions": {code: _level(level) for code, level in outcome[scoring.SUB_DIMENSION].items()},
        "sample": True,
    }


def many(count: int) -> Inputs:
    """Return a report with `count` quick wins, for measurements."""
    whole = inputs(assessed=True)
    whole["quick_wins"] = [
        _quick_win(number, QUICK_WINS[number % len(QUICK_WINS)]) for number in range(1, count + 1)
    ]
    return whole


def photo(
    path: Path, colour: tuple[int, int, int] = (47, 111, 115), size: tuple[int, int] = (1000, 750)
) -> Path:
    """Draw a placeholder picture as JPEG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", size, (228, 233, 228))
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, height * 0.7, width, height), fill=(185, 199, 192))
    for place in range(3):
        left = width * (0.18 + 0.25 * place)
        draw.ellipse((left, height * 0.3, left + width * 0.12, height * 0.46), fill=(169, 132, 103))
        draw.pieslice(
            (left - width * 0.04, height * 0.46, left + width * 0.16, height * 0.86), 180, 360, fill=colour
        )
    image.save(path, "JPEG", quality=82)
    return path


def _dimension(row: tuple[Any, ...]) -> Dimension:
    code, name, gloss, hue, letter, subs = row
    return {
        "code": code,
        "name": name,
        "gloss": gloss,
        "hue": hue,
        "letter": letter,
        "sub_dimensions": [
            {"code": f"{code}-{number}", "name": sub} for number, sub in enumerate(subs.split("|"), 1)
        ],
    }


def _questions(dimensions: list[Dimension]) -> list[scoring.Part]:
    """The sections of the sample instrument over any set of dimensions."""
    item = scoring.Item
    pairs = [(row["code"], sub["code"]) for row in dimensions for sub in row["sub_dimensions"]]
    return [
        scoring.Part(
            "BASELINE", Decimal(10), "mean_of_questions", tuple(item(f"BL-{n}") for n in range(1, 4))
        ),
        scoring.Part(
            "OUTPUT", Decimal(20), "mean_of_questions", tuple(item(f"OP-{n}") for n in range(1, 10))
        ),
        scoring.Part(
            "OUTCOME",
            Decimal(30),
            "mean_of_smart_dimensions",
            tuple(item(f"OC-{sub}", code, sub) for code, sub in pairs),
            (scoring.QUESTION, scoring.SUB_DIMENSION, scoring.SMART_DIMENSION),
        ),
        scoring.Part(
            "IMPACT",
            Decimal(20),
            "mean_of_smart_dimensions",
            tuple(item(f"IM-{sub}", code, sub) for code, sub in pairs),
        ),
        scoring.Part(
            "QUICK_WIN",
            Decimal(20),
            "mean_of_quick_wins",
            tuple(item(f"QW-{row['code']}-{n}", row["code"]) for row in dimensions for n in range(1, 6)),
        ),
    ]


def _level(level: scoring.Level) -> Level:
    return {"value": _text(level.value), "given": level.given, "expected": level.expected}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _tally() -> list[Tally]:
    empty = {"draft": 0, "proposed": 0, "submitted": 0, "returned": 0, "verified": 0}
    rows = (
        ("BKPSDM", "GOV", {"verified": 1}, 21, 21),
        ("BPPRD", "ECO", {"submitted": 1}, 16, 21),
        ("DISBUDPAR", "BRD", {"verified": 1}, 20, 21),
        ("DISDAGIN", "ECO", {"draft": 1}, 4, 21),
        ("DISHUB", "LIV", {"draft": 1}, 0, 21),
        ("PKM-BATU10", "LIV", {"submitted": 1}, 19, 21),
        ("DLH", "ENV", {"verified": 1}, 21, 21),
        ("BAPPELITBANG", "SOC", {"returned": 1}, 7, 21),
    )
    return [
        {"opd": OFFICES[opd], "dimension": code, **(empty | counts), "filled": filled, "total": total}  # type: ignore[typeddict-item]
        for opd, code, counts, filled, total in rows
    ]


def _quick_win(number: int, row: tuple[str, str, str, bool, str, int, str, str]) -> QuickWin:
    title, name, opd, confirmed, dimension, sub, kind, status = row
    return {
        "code": f"QW-2022-{number:04d}",
        "title": title,
        "name": name,
        "opd": OFFICES[opd],
        "owner_confirmed": confirmed,
        "dimension": dimension,
        "sub_dimension": f"{dimension}-{sub}",
        "kind": kind,
        "status": status,
        "problem": "Pelaku usaha belum mendaftarkan merek dan hak cipta karena prosesnya dianggap rumit dan"
        " minat masih rendah.",
        "description": "Pendampingan terpadu, dari pemeriksaan berkas sampai sertifikat terbit, di satu meja.",
        "beneficiaries": "Pelaku usaha mikro, kecil, dan menengah serta pelaku ekonomi kreatif.",
        "partners": "Kantor wilayah kementerian yang membidangi hukum, perguruan tinggi di Tanjungpinang.",
        "sustainability": "Pendampingan dibuka di empat kecamatan pada 2023.",
        "schedule": "Triwulan I sosialisasi, triwulan II dan III pendampingan, triwulan IV evaluasi.",
        "indicator": "Permohonan yang difasilitasi",
        "unit": "permohonan",
        "baseline": "41.0000",
        "target": "120.0000",
        "realisation": "98.0000" if status == "verified" else None,
        "budget": "185000000.00",
        "fund_source": "APBD",
        "legal_basis": "Perwako 84/2020",
        "link": "",
        "filled": 20,
        "total": 21,
        "sample_fields": ["problem", "sustainability", "baseline", "target", "realisation", "budget"],
        "evidence": _evidence(number),
    }


def _evidence(number: int) -> list[Evidence]:
    day = (AT - timedelta(days=26)).date().isoformat()
    empty: Evidence = {
        "kind": "report",
        "title": "",
        "url": "",
        "document_date": day,
        "page": "",
        "valid_until": None,
        "photo": None,
        "sample": True,
        "doubtful": False,
    }
    return [
        empty | {"title": "Rekap permohonan 2022", "kind": "data", "page": "3 sampai 7"},
        empty
        | {"title": "Pendampingan pemohon di kantor dinas", "kind": "photo", "photo": f"{number:02x}" * 32},
        empty
        | {"title": "Produk yang mereknya didaftarkan", "kind": "photo", "photo": f"{number + 100:02x}" * 32},
        empty
        | {
            "title": "Perjanjian kerja sama fasilitasi kekayaan intelektual",
            "kind": "agreement",
            "document_date": "2020-03-02",
            "page": "2",
            "valid_until": "2025-03-01",
        },
        empty
        | {
            "title": "Berita pendampingan",
            "kind": "link",
            "url": "https://tanjungpinangkota.go.id/",
            "document_date": None,
        },
    ]
