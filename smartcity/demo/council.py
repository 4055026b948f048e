"""Meetings of the demonstration. The preparation meeting of 16 September 2022 is documented; the rest is invented."""

from datetime import datetime, timedelta

from opd.actions import meetings
from opd.models import City, Decision, Meeting, Opd, Program, Role
from smartcity.demo.cast import of_opd, person
from smartcity.demo.plan import WIB
from smartcity.lib import clock

TITLE = "Rapat koordinasi Dewan Smart City (contoh)"
#: Agency, what it is to do, days from the meeting until it is due.
TASKS = (
    ("DISHUB", "Sampaikan laporan triwulan yang belum masuk.", 14),
    ("DISBUDPAR", "Lengkapi bukti dukung quick win yang dikembalikan.", 30),
    ("DLH", "Sepakati jadwal tinjauan lapangan Kampung Iklim.", 7),
)
DONE = "Jadwal disepakati bersama kelurahan dan sudah dikirim ke sekretariat."


def meet(city: City) -> None:
    """The meeting of 2022, and one of last month with a task that is done, one that is late and one that is open."""
    with clock.at(datetime(2022, 9, 16, 13, 0, tzinfo=WIB)) as held:
        _meeting(
            city,
            "Rapat persiapan evaluasi Smart City 2022",
            held,
            "Persiapan jendela evaluasi 3–8 Oktober 2022.",
        )
    held = (clock.now().astimezone(WIB) - timedelta(days=20)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    with clock.at(held + timedelta(hours=2)):
        meeting = _meeting(
            city, TITLE, held, "Laporan triwulan, bukti dukung, dan kesiapan jendela evaluasi."
        )
        for short, text, days in TASKS:
            _decide(meeting, short, text, days)
    with clock.at(held + timedelta(days=5)):
        operator = of_opd("DLH", Role.OPD_OPERATOR)
        assert operator is not None
        task = Decision.objects.get(meeting=meeting, opd__short="DLH")
        meetings.move_decision(pk=task.pk, name="finish", note=DONE, by=operator)


def _meeting(city: City, title: str, held: datetime, agenda: str) -> Meeting:
    values = {"title": title, "held_at": held, "place": "Ruang rapat Setda", "agenda": agenda}
    return meetings.create_meeting(city=city, values=values, by=person("pemeriksa"), key=None)


def _decide(meeting: Meeting, short: str, text: str, days: int) -> None:
    opd = Opd.objects.get(city=meeting.city, short=short)
    program = Program.objects.filter(opd=opd).order_by("code").first()
    due = (meeting.held_at + timedelta(days=days)).date()
    values = {"text": text, "opd": opd, "due_on": due, "program": program}
    meetings.decide(meeting=meeting, values=values, by=person("pemeriksa"), key=None)
