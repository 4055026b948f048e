"""Recommendations of the demonstration, all marked as examples: what became of 2021's, and those now worked on.

The kinds of remark are those officials report (domain guide, section 11); words, owners and days are invented.
"""

import copy
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaluations.actions import recommendations as actions
from evaluations.models import Recommendation
from opd.models import City, Opd, Role, User
from smartcity.demo import material
from smartcity.demo.cast import of_opd, person
from smartcity.demo.plan import WIB
from smartcity.lib import clock, files

#: Owner, words, section, dimension, how far it comes, and what was done.
OF_2021: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("DISBUDPAR", "Sertakan tanggal dan halaman pada setiap bukti dukung dimensi Branding.", "QUICK_WIN", "BRD",
     "closed", "Semua bukti diberi tanggal dan halaman, lalu diperiksa ulang oleh sekretariat."),
    ("DLH", "Ukur manfaat Kampung Iklim dengan data sebelum dan sesudah.", "IMPACT", "ENV",
     "closed", "Data timbulan sampah empat kelurahan dikumpulkan dua kali dan dibandingkan."),
    ("BPPRD", "Naikkan porsi anggaran program smart city dalam APBD.", "OUTPUT", "",
     "proposed", "Usulan tambahan pagu masuk ke Renja perubahan."),
    ("BAPPELITBANG", "Pastikan masterplan tetap berjalan setelah masa jabatan berakhir.", "OUTPUT", "",
     "running", ""),
    ("BKPSDM", "Gunakan indikator SNI ISO 37122 untuk tata kelola.", "OUTCOME", "GOV",
     "dropped", "Penerapan SNI menunggu pedoman baru kementerian."),
)  # fmt: skip
#: The same of the year before the one now worked on; the first is of a year earlier and was carried over.
NOW: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("DISBUDPAR", "Hubungkan Kalender Wisata dengan data kunjungan harian.", "OUTCOME", "BRD", "running", ""),
    ("DLH", "Buka data pengangkutan sampah per kelurahan.", "OUTPUT", "ENV", "open", ""),
    ("BPPRD", "Lengkapi rencana keberlanjutan kanal pembayaran pajak.", "QUICK_WIN", "ECO",
     "proposed", "Rencana tiga tahun ditandatangani bersama bank daerah."),
    ("BKPSDM", "Perbarui SOP presensi di kecamatan pulau.", "QUICK_WIN", "GOV",
     "closed", "SOP baru berlaku di dua kecamatan."),
)  # fmt: skip
CARRIED = (
    "DISBUDPAR",
    "Sediakan peta wisata yang ringan untuk sambungan lambat.",
    "OUTPUT",
    "BRD",
    "running",
    "",
)


def of_2021(city: City) -> None:
    """Given with the letter of January 2022, followed up until the window of 2022 froze them."""
    then = copy.copy(city)
    then.evaluation_year = 2022
    at = datetime(2022, 2, 14, 9, tzinfo=WIB)
    for number, told in enumerate(OF_2021):
        _live(then, 2021, told, at + timedelta(minutes=10 * number), days=200, reference="CONTOH-021/2022")


def of_today(city: City) -> None:
    """Those of last year's letter, and one of the year before that nobody closed and that was carried over."""
    year = city.evaluation_year
    begun = clock.now() - timedelta(days=60)
    before = copy.copy(city)
    before.evaluation_year = year - 1
    _live(
        before, year - 2, CARRIED, begun - timedelta(days=200), days=120, reference=f"CONTOH-044/{year - 1}"
    )
    with clock.at(begun):
        actions.carry_over(city=city, by=person("pemeriksa"))
    for number, told in enumerate(NOW):
        at = begun + timedelta(minutes=10 * number)
        _live(city, year - 1, told, at, days=40 + 25 * number, reference=f"CONTOH-031/{year}")


def _live(
    city: City,
    year: int,
    told: tuple[str, str, str, str, str, str],
    at: datetime,
    *,
    days: int,
    reference: str,
) -> None:
    short, text, section, dimension, until, note = told
    operator, judge = of_opd(short, Role.OPD_OPERATOR), _judge(short)
    assert operator is not None
    due = (at + timedelta(days=days)).date()
    values: dict[str, Any] = {
        "year": year, "source": "letter", "reference": reference, "text": text, "section": section,
        "dimension": city.dimension_set.dimensions.filter(code=dimension).first(),
        "opd": Opd.objects.get(city=city, short=short, valid_to=None), "due_on": due,
    }  # fmt: skip
    with clock.at(at):
        row = actions.give(city=city, values=values, by=person("pemeriksa"), sample=True)
    if until == "dropped":
        with clock.at(at + timedelta(days=30)):
            actions.move(pk=row.pk, name="drop", by=judge, note=note)
    elif until != "open":
        _follow_up(row, operator, judge, at, due, until, note)


def _follow_up(
    row: Recommendation, operator: User, judge: User, at: datetime, due: date, until: str, note: str
) -> None:
    with clock.at(at + timedelta(days=3)):
        first = actions.plan_step(
            pk=row.pk,
            text="Sepakati cara kerja dengan bidang terkait.",
            due_on=due - timedelta(days=30),
            by=operator,
        )
        actions.plan_step(pk=row.pk, text="Laporkan hasilnya ke sekretariat.", due_on=due, by=operator)
    with clock.at(at + timedelta(days=20)):
        actions.mark_step(pk=row.pk, step_pk=first.pk, done=True, by=operator)
        if until == "running":
            return
        _prove(row, operator)
        for step in row.steps.filter(done_on=None):
            actions.mark_step(pk=row.pk, step_pk=step.pk, done=True, by=operator)
        actions.move(pk=row.pk, name="propose", by=operator, note=note)
    if until == "closed":
        with clock.at(at + timedelta(days=26)):
            actions.move(pk=row.pk, name="close", by=judge)


def _prove(row: Recommendation, operator: User) -> None:
    values: dict[str, Any] = {
        "kind": "report",
        "title": f"Laporan tindak lanjut {row.code}",
        "document_date": row.due_on - timedelta(days=40),
        "page": "1",
        "sample": True,
    }
    with TemporaryDirectory() as folder:
        path = material.document(
            f"Laporan tindak lanjut {row.code}", 1, Path(folder), f"tindak-lanjut-{row.pk}"
        )
        with files.inspect_upload(path, path.name, kind="document") as accepted:
            values["original_name"] = path.name
            actions.add_evidence(row=row, by=operator, accepted=accepted, values=values)


def _judge(short: str) -> User:
    """The reviewer; for the reviewers' own house the planner; for the planners' the reviewer."""
    return person("perencana" if short == "DISKOMINFO" else "pemeriksa")
