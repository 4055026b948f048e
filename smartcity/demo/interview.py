"""The interview of the demonstration: arranged, held part by part, and noted. All of it is invented and marked."""

from datetime import datetime, timedelta

from evaluations import run_sheet
from evaluations.actions import interview as actions
from evaluations.models import EvaluationWindow, Interview, Seat, Way
from evaluations.structure import structure_of
from smartcity.demo.cast import person
from smartcity.lib import clock

MINUTE = timedelta(minutes=1)
PLACE = "Ruang rapat Dinas Kominfo, dan tautan rapat dari sekretariat"

#: Question ("": the talk as a whole) -> who wrote it, and what was said. No scores: colleagues read it before scoring.
NOTES = {
    "": (
        "asesor1",
        "Sekretaris Daerah membuka; Ketua Tim Pelaksana memaparkan capaian tahun 2022. "
        "Kepala perangkat daerah pengampu hadir, satu diwakili sekretarisnya.",
    ),
    "BL-1": ("asesor1", "Matriks tindak lanjut diperlihatkan; dua rekomendasi masih berjalan."),
    "OP-1": ("asesor1", "Perwako 84/2020 masih berlaku sampai 2023. Peninjauan direncanakan tahun depan."),
    "OP-6": ("asesor3", "Pagu tiap program belum dipisahkan dari pagu kegiatan; BPKAD akan merapikan."),
    "QW-GOV-3": ("asesor2", "Layanan diperagakan langsung; waktu tunggu dicatat petugas setiap hari."),
    "QW-BRD-3": ("asesor2", "Rekap merek diperlihatkan. Halaman yang memuat merek tahun 2022 ditanyakan."),
    "QW-ECO-2": ("asesor3", "Pelaku usaha menjelaskan cara memakai layanan; peserta baru 41 orang."),
    "QW-LIV-3": ("asesor3", "Pengukuran waktu tunggu dijelaskan lisan; jumlah hari akan dituliskan."),
    "QW-SOC-3": ("asesor4", "Forum CSR rutin sampai Juni; setelah itu tidak ada notula yang dibawa."),
    "QW-ENV-5": ("asesor4", "Rencana tahun depan disebut, sumber dananya belum ada dalam Renja."),
}
#: Minutes by which the talk ran longer (or shorter) than planned, by place in the run sheet.
DRIFT = (2, 0, -1, 1, 0, 1, -2, 0, 1, 1)


def hold(window: EvaluationWindow, begins: datetime) -> Interview:
    """Live through the interview: arranged by the reviewer the day before, led by the first seat."""
    interview = arrange(window, begins, begins - timedelta(days=1))
    lead = "asesor1"
    with clock.at(begins):
        actions.move(window=window, name="start", by=person(lead))
    moment = begins
    for place, slot in enumerate(interview.slots.order_by("order", "pk")):
        with clock.at(moment):
            actions.start_slot(window=window, key=slot.key, by=person(lead))
        length = slot.minutes + DRIFT[place % len(DRIFT)]
        _note(window, slot.key, moment + length * MINUTE / 2)
        moment += length * MINUTE
    with clock.at(moment):
        actions.move(window=window, name="finish", by=person(lead))
    return interview


def arrange(window: EvaluationWindow, begins: datetime, at: datetime) -> Interview:
    """The reviewer says when and where, names the first seat as lead and leaves the minutes as proposed."""
    structure = structure_of(window.instrument)
    minutes = run_sheet.default_minutes(structure, 90)
    plan = actions.Plan(
        planned_at=begins,
        way=Way.ONLINE,
        place=PLACE,
        minutes=minutes,
        order={key: place for place, key in enumerate(minutes, 1)},
        lead=window.seats.order_by("pk")[0],
        names_lead=True,
    )
    with clock.at(at):
        interview = actions.save_plan(window=window, plan=plan, version=0, by=person("pemeriksa"))
    Interview.objects.filter(pk=interview.pk).update(sample=True)
    return interview


def _note(window: EvaluationWindow, key: str, at: datetime) -> None:
    """What is written during one part."""
    questions = {row.code for row in run_sheet.parts(structure_of(window.instrument))[key]}
    codes = {""} if key == run_sheet.CLOSING else questions
    for code, (username, text) in NOTES.items():
        if code in codes:
            seat = Seat.objects.select_related("window", "user").get(window=window, user__username=username)
            with clock.at(at):
                actions.save_note(seat=seat, code=code, text=text, version=0, by=person(username))
