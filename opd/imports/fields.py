"""What an action plan and a quick win hold, and how offices head the columns: data, read from above to below.

Headings and labels of values are Indonesian whatever the page's language: they are read from sheets, not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Kind(StrEnum):
    """Which list a file is."""

    ACTION_PLAN = "action_plan"
    QUICK_WIN = "quick_win"


class Type(StrEnum):
    """How a cell is read."""

    LINE = "line"
    TEXT = "text"
    DIMENSION = "dimension"
    SUB_DIMENSION = "sub_dimension"
    OPD = "opd"
    LIST = "list"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    YEAR = "year"
    CHOICE = "choice"
    BUDGET_CODE = "budget_code"
    CODE = "code"
    LINK = "link"


#: In these a formula's stored result counts; in every other a formula is refused.
CALCULATED = frozenset({Type.NUMBER, Type.PERCENT, Type.MONEY, Type.DATE, Type.YEAR})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row says. `needed` to save it; `expected` or it stays a draft; `per_year`: a column for each year."""

    name: str
    header: str  # what exports write, and the first of the headings below
    label: Promise
    type: Type = Type.LINE
    longest: int = 300
    needed: bool = False
    expected: bool = False
    per_year: bool = False
    may_be_negative: bool = False
    headings: tuple[str, ...] = ()


def _headings(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


_DIMENSION = Field(
    "dimension", "Dimensi", gettext_lazy("dimension"), Type.DIMENSION, needed=True,
    headings=_headings("Dimensi Smart City | Dimensi Kota Cerdas | Pilar | Pilar Smart City | Dimensi / Pilar | Smart"),
)  # fmt: skip
_SUB_WORDS = _headings(
    "Sub Dimensi Smart City | Sub Pilar | Subpilar | Aspek | Elemen | Sub Dimensi / Elemen"
)
_OPD_WORDS = _headings(
    "OPD | OPD Pengampu | OPD Penanggung Jawab | Penanggung Jawab | PJ | Perangkat Daerah | Perangkat Daerah Pengampu | "
    "Perangkat Daerah Penanggung Jawab | Pengampu | SKPD | SKPD Pengampu | SKPD Penanggung Jawab | OPD Pelaksana | "
    "Pelaksana | OPD Pemilik | Pemilik | OPD Utama | Leading Sector | Unit Kerja | Organisasi Perangkat Daerah | "
    "Dinas / Badan | Nama OPD | Instansi Penanggung Jawab | OPD PJ | Penanggung Jawab OPD | Koordinator"
)
_UNIT = Field(
    "unit", "Satuan", gettext_lazy("unit"), longest=60, expected=True,
    headings=_headings("Satuan Indikator | Satuan Target | Satuan Ukur | Satuan Kinerja"),
)  # fmt: skip
_INDICATOR = Field(
    "indicator", "Indikator", gettext_lazy("indicator"), expected=True,
    headings=_headings("Indikator Kinerja | Indikator Program | Indikator Keberhasilan | Indikator Capaian | Indikator Kegiatan | "
                       "Tolok Ukur | Indikator Output | Ukuran Keberhasilan | Indikator Kinerja Program"),
)  # fmt: skip
_BASELINE_WORDS = _headings(
    "Baseline | Data Awal | Nilai Awal | Kondisi Eksisting | Kondisi Saat Ini | Angka Awal | Data Dasar | Base line"
)
_TARGET_WORDS = _headings(
    "Target Kinerja | Target Capaian | Target Indikator | Sasaran Target | Rencana Target | Target Program"
)
_ACTUAL_WORDS = _headings(
    "Realisasi Kinerja | Realisasi Target | Realisasi Indikator | Realisasi Program | Hasil"
)
_BUDGET_WORDS = _headings(
    "Anggaran | Pagu Anggaran | Pagu Dana | Pagu Indikatif | Jumlah Anggaran | Anggaran Pagu | Alokasi Anggaran | Biaya | "
    "Kebutuhan Anggaran | Kebutuhan Dana | Pendanaan Pagu | Alokasi Dana | Rencana Anggaran | Nilai Anggaran | Besaran Anggaran"
)
_FUND = Field(
    "fund_source", "Sumber Dana", gettext_lazy("source of funds"), Type.CHOICE, expected=True,
    headings=_headings("Sumber Pendanaan | Sumber Anggaran | Sumber Pembiayaan | Anggaran Sumber | Anggaran Sumber Dana | "
                       "Pendanaan Sumber | Asal Dana | Sumber Biaya | Pagu Sumber Dana"),
)  # fmt: skip
_BUDGET_CODE = Field(
    "sub_activity_code", "Kode Sub Kegiatan", gettext_lazy("sub-activity code"), Type.BUDGET_CODE, longest=24,
    headings=_headings("Kode Subkegiatan | Kode Rekening | Kode Rekening Sub Kegiatan | Kode Sub Keg | Sub Kegiatan Kode | "
                       "Kode Nomenklatur | No Rekening"),
)  # fmt: skip
_NOTE = Field(
    "note", "Keterangan", gettext_lazy("note"), Type.TEXT, longest=2000,
    headings=_headings("Ket | Catatan | Keterangan Lain | Keterangan Tambahan | Keterangan / Catatan | Catatan Tambahan"),
)  # fmt: skip

ACTION_PLAN: tuple[Field, ...] = (
    _DIMENSION,
    Field("sub_dimension", "Subdimensi", gettext_lazy("sub-dimension"), Type.SUB_DIMENSION, needed=True, headings=_SUB_WORDS),
    Field("strategy", "Strategi", gettext_lazy("strategy or objective"),
          headings=_headings("Strategi / Sasaran | Sasaran | Sasaran Strategis | Strategi Pembangunan | Sasaran / Strategi | Tujuan Strategis | Strategi dan Sasaran")),
    Field("code", "Kode Program", gettext_lazy("programme code"), Type.CODE, longest=40, needed=True,
          headings=_headings("Kode | Kode Program Kerja | Kode Rencana Aksi | Kode Aksi | ID Program | Nomor Program | Program Kode | No Program | Kode Kegiatan Masterplan")),
    Field("name", "Program Kerja", gettext_lazy("work programme"), needed=True,
          headings=_headings("Nama Program | Program | Nama Program Kerja | Rencana Aksi | Nama Rencana Aksi | Program / Rencana Aksi | Program Smart City | Inisiatif | "
                             "Nama Inisiatif | Aksi | Judul Program | Program Inovasi | Uraian Program | Program Nama | Program / Inisiatif")),
    Field("activity", "Kegiatan", gettext_lazy("activity"), headings=_headings("Nama Kegiatan | Uraian Kegiatan | Kegiatan DPA | Kegiatan Renja")),
    Field("sub_activity", "Sub Kegiatan", gettext_lazy("sub-activity"), headings=_headings("Nama Sub Kegiatan | Uraian Sub Kegiatan | Sub Keg | Sub Kegiatan Nama")),
    _BUDGET_CODE,
    Field("lead_opd", "OPD Penanggung Jawab", gettext_lazy("lead agency"), Type.OPD, needed=True, headings=_OPD_WORDS),
    Field("supporting_opds", "OPD Pendukung / Mitra", gettext_lazy("supporting agencies and partners"), Type.LIST, longest=1000,
          headings=_headings("OPD Pendukung | Perangkat Daerah Pendukung | Pendukung | Mitra | SKPD Pendukung | OPD Terkait | OPD Terlibat | Pihak Terkait | "
                             "OPD Pendamping | Mitra Kerja | Kolaborasi | OPD Mitra | Instansi Pendukung | Instansi Terkait | Kolaborator | Stakeholder | Mitra / OPD Pendukung")),
    _INDICATOR,
    _UNIT,
    Field("baseline_value", "Kondisi Awal", gettext_lazy("baseline"), Type.NUMBER, may_be_negative=True, headings=_BASELINE_WORDS),
    Field("target", "Target", gettext_lazy("target"), Type.NUMBER, expected=True, per_year=True, headings=_TARGET_WORDS),
    Field("actual", "Realisasi", gettext_lazy("realisation"), Type.NUMBER, per_year=True, headings=_ACTUAL_WORDS),
    Field("achievement", "Capaian", gettext_lazy("achievement (%)"), Type.PERCENT, per_year=True,
          headings=_headings("Persentase Capaian | Capaian Kinerja | Persen Capaian | Tingkat Capaian | Capaian Persen | Prosentase Capaian | Persentase | Capaian Program | Capaian Target")),
    Field("budget", "Pagu", gettext_lazy("budget ceiling"), Type.MONEY, expected=True, per_year=True, headings=_BUDGET_WORDS),
    replace(_FUND, expected=False),
    Field("horizon", "Jangka Waktu", gettext_lazy("horizon"), Type.CHOICE, headings=_headings("Jangka | Periode | Jangka Pelaksanaan | Kerangka Waktu | Tahapan | Jangka Program")),
    Field("category", "Kategori", gettext_lazy("category"), Type.CHOICE, headings=_headings("Kategori Program | Jenis Program | Jenis | Kelompok Program | Bidang Program | Klasifikasi")),
    Field("status", "Status Pelaksanaan", gettext_lazy("state of implementation"), Type.CHOICE, expected=True,
          headings=_headings("Status | Status Program | Progres | Status Kegiatan | Progres Pelaksanaan | Status Progres | Perkembangan | Keterlaksanaan")),
    Field("start_date", "Tanggal Mulai", gettext_lazy("start"), Type.DATE,
          headings=_headings("Mulai | Tgl Mulai | Awal Pelaksanaan | Tanggal Awal | Waktu Mulai | Mulai Pelaksanaan | Pelaksanaan Mulai | Waktu Pelaksanaan Mulai")),
    Field("end_date", "Tanggal Selesai", gettext_lazy("end"), Type.DATE,
          headings=_headings("Selesai | Tgl Selesai | Akhir Pelaksanaan | Tanggal Akhir | Waktu Selesai | Berakhir | Tanggal Berakhir | Pelaksanaan Selesai | Waktu Pelaksanaan Selesai")),
    Field("updated_on", "Tanggal Pembaruan", gettext_lazy("updated on"), Type.DATE,
          headings=_headings("Tgl Pembaruan | Tanggal Update | Diperbarui | Pembaruan | Per Tanggal | Tanggal Pemutakhiran | Terakhir Diperbarui | Tgl Update | Update Terakhir | Tanggal Data")),
    _NOTE,
)  # fmt: skip

_TEXT = Type.TEXT
QUICK_WIN: tuple[Field, ...] = (
    Field("year", "Tahun", gettext_lazy("year"), Type.YEAR, needed=True,
          headings=_headings("Tahun Anggaran | Tahun Pelaksanaan | Tahun Quick Win | TA | Thn | Tahun Program")),
    _DIMENSION,
    Field("sub_dimension", "Subdimensi", gettext_lazy("sub-dimension"), Type.SUB_DIMENSION, expected=True, headings=_SUB_WORDS),
    Field("name", "Nama Program", gettext_lazy("programme name"), longest=200, needed=True,
          headings=_headings("Program | Nama Quick Win | Quick Win | Program Quick Win | Nama Inovasi | Inovasi | Judul | Judul Quick Win | Nama Program Quick Win | "
                             "Nama Aplikasi / Inovasi | Program Unggulan | Nama Kegiatan | Judul Program | Program Kerja | Nama Program / Inovasi")),
    Field("acronym", "Akronim", gettext_lazy("acronym"), longest=60, headings=_headings("Singkatan | Nama Singkat | Sebutan | Akronim Program | Nama Pendek")),
    Field("owner_opd", "OPD Pengampu", gettext_lazy("lead agency"), Type.OPD, needed=True, headings=_OPD_WORDS),
    Field("status_kind", "Jenis", gettext_lazy("new or continued"), Type.CHOICE, expected=True,
          headings=_headings("Baru / Lanjutan | Status | Jenis Program | Sifat | Kategori | Status Program | Jenis Quick Win | Program Baru / Lanjutan")),
    Field("problem", "Latar Belakang / Masalah", gettext_lazy("problem"), _TEXT, longest=4000, expected=True,
          headings=_headings("Latar Belakang | Masalah | Permasalahan | Latar Belakang Masalah | Isu | Isu / Masalah | Rumusan Masalah | Latar Belakang / Permasalahan | Isu Strategis")),
    Field("description", "Deskripsi Solusi / Inovasi", gettext_lazy("description of the solution"), _TEXT, longest=4000, expected=True,
          headings=_headings("Deskripsi | Deskripsi Solusi | Solusi | Deskripsi Program | Uraian | Deskripsi Inovasi | Deskripsi Quick Win | Penjelasan | Solusi / Inovasi | Uraian Program | Gambaran Umum | Deskripsi Singkat")),
    Field("beneficiaries", "Penerima Manfaat", gettext_lazy("beneficiaries"), _TEXT, longest=1000, expected=True,
          headings=_headings("Sasaran | Pemanfaat | Kelompok Sasaran | Sasaran Penerima Manfaat | Pengguna | Target Pengguna | Sasaran Program | Penerima")),
    Field("partners", "Kolaborasi", gettext_lazy("collaboration"), Type.LIST, longest=1000,
          headings=_headings("Mitra | Kolaborator | Mitra Kolaborasi | OPD Pendukung | Pihak Terlibat | Mitra Kerja | OPD Terkait | Kerja Sama | OPD Pendukung / Mitra | Kolaborasi / Mitra | Stakeholder | Pihak Terkait")),
    _INDICATOR,
    _UNIT,
    Field("baseline", "Kondisi Awal", gettext_lazy("baseline"), Type.NUMBER, expected=True, may_be_negative=True, headings=_BASELINE_WORDS),
    Field("target", "Target", gettext_lazy("target"), Type.NUMBER, expected=True, headings=_TARGET_WORDS),
    Field("realisation", "Realisasi", gettext_lazy("realisation"), Type.NUMBER, expected=True, headings=(*_ACTUAL_WORDS, "Capaian", "Hasil Capaian", "Realisasi Capaian")),
    Field("schedule", "Rencana Waktu", gettext_lazy("schedule"), _TEXT, longest=2000, expected=True,
          headings=_headings("Jadwal | Jadwal Pelaksanaan | Waktu Pelaksanaan | Rencana Waktu Pelaksanaan | Tahapan | Rencana Pelaksanaan | Tahapan Pelaksanaan | Timeline | Rencana Jadwal | Rencana Aksi | Waktu | Rencana Kerja | Tata Waktu")),
    *(Field(f"schedule_q{number}", f"Rencana Waktu TW {roman}", gettext_lazy("schedule, quarter %(number)d"), _TEXT, longest=500)
      for number, roman in enumerate(("I", "II", "III", "IV"), 1)),
    Field("budget", "Pagu", gettext_lazy("budget ceiling"), Type.MONEY, expected=True, headings=_BUDGET_WORDS),
    _FUND,
    _BUDGET_CODE,
    Field("legal_basis", "Dasar Hukum", gettext_lazy("legal basis"), headings=_headings("Regulasi | Landasan Hukum | Dasar Regulasi | Payung Hukum | Peraturan | SK")),
    Field("link", "Tautan", gettext_lazy("link"), Type.LINK, longest=500, headings=_headings("Link | URL | Alamat Web | Laman | Tautan Aplikasi | Link Aplikasi | Website | Link / URL | Tautan / Link | Alamat Situs | Situs")),
    Field("sustainability", "Rencana Keberlanjutan", gettext_lazy("sustainability"), _TEXT, longest=4000,
          headings=_headings("Keberlanjutan | Rencana Tindak Lanjut | Tindak Lanjut | Rencana Lanjutan | Keberlanjutan Program | Rencana Pengembangan")),
    Field("linked_program", "Program Masterplan Terkait", gettext_lazy("programme of the masterplan"), longest=200,
          headings=_headings("Program Masterplan | Program Terkait | Masterplan | Kode Program Masterplan | Keterkaitan Masterplan | Kode Program | Program Rencana Aksi | Program Master Plan")),
    _NOTE,
)  # fmt: skip

_FUNDS = {"APBD": "APBD", "APBN": "APBN", "DAK": "DAK", "CSR": "CSR", "OTHER": "Lainnya"}

#: By field: code -> label as it stands in a sheet.
CHOICES: dict[str, dict[str, str]] = {
    "status": {
        "NOT_STARTED": "Belum dilaksanakan",
        "IN_DISCUSSION": "Dalam pembahasan",
        "RUNNING": "Sudah berjalan",
        "DONE": "Selesai",
        "STOPPED": "Dihentikan",
    },
    "category": {
        "POLICY": "Kebijakan",
        "INSTITUTION": "Kelembagaan",
        "INFRASTRUCTURE": "Infrastruktur",
        "APPLICATION": "Aplikasi",
        "LITERACY": "Literasi",
        "SERVICE": "Layanan",
    },
    "horizon": {"SHORT": "Jangka pendek", "MEDIUM": "Jangka menengah", "LONG": "Jangka panjang"},
    "fund_source": _FUNDS,
    "status_kind": {"NEW": "Baru", "CONTINUED": "Lanjutan"},
}

#: Columns every office has and no portal needs: running numbers.
RUNNING_NUMBERS = frozenset({"no", "nomor", "nomorurut", "nourut", "nr", "num"})

QUARTERS = tuple(f"schedule_q{number}" for number in range(1, 5))


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """Return the fields of a list in the order of its columns."""
    return ACTION_PLAN if kind == Kind.ACTION_PLAN else QUICK_WIN


@cache
def _by_name(kind: Kind) -> dict[str, Field]:
    return {field.name: field for field in fields_of(kind)}


def field_of(kind: Kind, name: str) -> tuple[Field, int | None]:
    """Return the field behind a name such as "unit" or "target_2022", with its year. Raises KeyError."""
    fields = _by_name(kind)
    if name in fields and not fields[name].per_year:
        return fields[name], None
    base, _, year = name.rpartition("_")
    if base in fields and fields[base].per_year and len(year) == 4 and year.isascii() and year.isdecimal():
        return fields[base], int(year)
    raise KeyError(name)


def name_in(field: Field, year: int) -> str:
    """Return the name of a field's column, "target_2022" where there is one for each year."""
    return f"{field.name}_{year}" if field.per_year else field.name


def label_of(kind: Kind, name: str) -> str:
    """Return what people call a field, in the language of the page."""
    field, year = field_of(kind, name)
    label = str(field.label) % {"number": int(name[-1])} if name in QUARTERS else str(field.label)
    return label if year is None else _("%(label)s %(year)d") % {"label": label, "year": year}


def header_of(kind: Kind, name: str) -> str:
    """Return the heading of a field's column as exports write it and imports know it."""
    field, year = field_of(kind, name)
    return field.header if year is None else f"{field.header} {year}"


def choices_of(kind: Kind, years: Sequence[int]) -> list[tuple[str, str]]:
    """Return (name, label) of everything a column may be mapped to."""
    names = [
        name for field in fields_of(kind)
        for name in ([f"{field.name}_{year}" for year in years] if field.per_year else [field.name])
    ]  # fmt: skip
    return [(name, label_of(kind, name)) for name in names]
