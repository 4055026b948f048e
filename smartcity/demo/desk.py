"""Questions of assessors in the demonstration: one answered in time, one too late, one not at all, one still open.

Everything is invented and marked as an example; it goes through the very functions the pages use.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluations.actions import asking, clarifications
from evaluations.models import Clarification, EvaluationWindow, Seat
from opd.models import Role
from smartcity.demo import material
from smartcity.demo.cast import of_opd, person
from smartcity.lib import clock, files

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def live_through(window: EvaluationWindow, day: datetime) -> None:
    """The desk of a window: questions on `day` (a midnight of the city) and the day after."""
    in_time = ask(
        window,
        "asesor2",
        "QW-BRD-3",
        "Rekap permohonan menyebut 24 halaman. Halaman mana yang menunjukkan merek yang terdaftar pada 2022?",
        day + 14 * HOUR + 5 * MINUTE,
    )
    late = ask(
        window,
        "asesor3",
        "QW-LIV-3",
        "Pengukuran waktu tunggu dilakukan berapa hari, dan pada jam berapa?",
        day + 39 * HOUR + 10 * MINUTE,
    )
    silent = ask(
        window,
        "asesor4",
        "QW-SOC-3",
        "Adakah notula forum CSR setelah bulan Juni 2022?",
        day + 34 * HOUR,
    )
    answer = "Halaman 3 sampai 7. Halaman yang sama terlampir sebagai berkas tersendiri."
    reply(in_time, answer, day + 33 * HOUR + 20 * MINUTE, with_file="Rekap merek terdaftar 2022")
    lapse(silent, silent.due_at + MINUTE)
    lapse(late, late.due_at + MINUTE)
    reply(late, "Lima hari kerja, pukul 08.00 sampai 12.00.", late.due_at + 90 * MINUTE)


def leave_open(window: EvaluationWindow, now: datetime) -> Clarification:
    """One question that waits for its answer in the practice year."""
    text = "Rekap transaksi memuat semester pertama saja. Adakah angka sampai bulan ini?"
    return ask(window, "asesor2", "QW-ECO-3", text, now - 3 * HOUR)


def ask(window: EvaluationWindow, username: str, code: str, text: str, at: datetime) -> Clarification:
    """An assessor asks about a question of the sheet."""
    seat = Seat.objects.select_related("window", "user").get(window=window, user__username=username)
    with clock.at(at):
        return asking.ask(seat=seat, question_code=code, text=text, by=person(username), sample=True)


def reply(item: Clarification, text: str, at: datetime, *, with_file: str = "") -> None:
    """An operator of the agency sends the answer; what comes too late is kept."""
    operator = of_opd(item.opd.short, Role.OPD_OPERATOR)
    assert operator is not None
    with clock.at(at):
        if with_file:
            _attach(item, with_file)
        version = Clarification.objects.get(pk=item.pk).version
        with suppress(clarifications.ReplyTooLate):  # one of them comes too late: that is the story
            clarifications.send_reply(pk=item.pk, text=text, version=version, by=person(operator.username))


def lapse(item: Clarification, at: datetime) -> None:
    """The clock writes down that nothing came."""
    with clock.at(at):
        clarifications.lapse(Clarification.objects.get(pk=item.pk))


def _attach(item: Clarification, title: str) -> None:
    operator = of_opd(item.opd.short, Role.OPD_OPERATOR)
    assert operator is not None
    with TemporaryDirectory() as folder:
        path = material.document(title, 5, Path(folder), "-".join(title.lower().split()))
        with files.inspect_upload(path, path.name, kind="document") as accepted:
            clarifications.add_file(pk=item.pk, accepted=accepted, by=person(operator.username), sample=True)
