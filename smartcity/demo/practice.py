"""A practice year at the present time: a window open for scoring, and another one being prepared.

Everything in it is invented, so each role finds something to do. The dates are counted from today.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from dimensions.models import SmartDimension
from evaluations import actions as evaluation
from evaluations.models import EvaluationWindow, Instrument, Seat
from opd import actions
from opd.models import City, Opd, QuickWin, Role
from smartcity.demo import asking, bank, desk, interview, judging, writing
from smartcity.demo.cast import of_opd, person
from smartcity.demo.year_2022 import return_with_notes, submit
from smartcity.lib import clock

HERE = Path(__file__).parent
NOTES = {
    "target": "Target 400 paket untuk setahun atau untuk semua paket sejak 2024? Tulis angka tahun ini saja.",
    "evidence": "Tambahkan rekap penjualan dengan tanggal dan halaman yang harus dilihat.",
    "sustainability": "Sebutkan kegiatan tahun depan dan sumber dananya.",
}


def prepare(city: City) -> None:
    """Fill the city's evaluation year with work in every state."""
    today = clock.now().astimezone(ZoneInfo(city.timezone)).replace(minute=0, second=0, microsecond=0)
    year = city.evaluation_year
    rows = yaml.safe_load((HERE / "practice.yaml").read_text(encoding="utf-8"))
    for row in rows:
        _enter(city, year, row, today)
    _open_first_stage(city, year, today)
    _prepare_second_stage(city, year, today)


def _enter(city: City, year: int, row: dict[str, Any], today: datetime) -> None:
    """Bring one quick win to the state the file names, at times that lead up to today."""
    state, days_ago = row["state"], row.get("days_ago", 6)
    opd = Opd.objects.get(city=city, short=row["opd"])
    operator = of_opd(opd.short, Role.OPD_OPERATOR)
    assert operator is not None
    start = today - timedelta(days=days_ago + 14)
    dimension = SmartDimension.objects.get(dimension_set=city.dimension_set, code=row["dimension"])
    with clock.at(start):
        quick_win = writing.begin(
            opd, year, operator, name=row["name"], dimension=dimension, acronym=row["acronym"]
        )
        writing.choose_sub_dimension(quick_win, row["sub"], row["kind"], operator)
        _fill(quick_win, row, year, operator)
        if state != "draft":
            writing.attach(quick_win, _evidence(row, start), operator)
        if state == "verified":
            bank.carry_over(quick_win, operator)
        writing.mark_samples(quick_win)
    if state in ("submitted", "returned", "verified"):
        submit(quick_win, today - timedelta(days=days_ago, hours=3))
    if state == "returned":
        return_with_notes(quick_win, NOTES, today - timedelta(days=1, hours=5))
    if state == "verified":
        with clock.at(today - timedelta(days=5, hours=2)):
            verifier = "perencana" if row["opd"] == "DISKOMINFO" else "pemeriksa"
            actions.move(pk=quick_win.pk, name="verify", by=person(verifier))
    if state == "proposed":
        with clock.at(today - timedelta(hours=20)):
            actions.move(pk=quick_win.pk, name="propose", by=operator)


def _fill(quick_win: QuickWin, row: dict[str, Any], year: int, operator: Any) -> None:
    problem = {
        "problem": "Layanan belum merata dan datanya belum dipakai untuk mengambil keputusan.",
        "description": f"{row['name']}: langkah kerja, petugas, dan ukuran hasil ditetapkan sejak awal tahun.",
        "beneficiaries": "Warga kota dan petugas layanan.",
        "partners": "Kelurahan, komunitas, dan mitra usaha.",
    }
    writing.fill(quick_win, "problem", problem, operator)
    target = {name: row[name] for name in ("indicator", "unit", "baseline", "target", "realisation")}
    writing.fill(quick_win, "target", target, operator)
    if row["state"] == "draft" and not row["target"]:
        return
    schedule = "Triwulan I: persiapan.\nTriwulan II dan III: pelaksanaan.\nTriwulan IV: evaluasi."
    writing.fill(
        quick_win, "time", {"schedule": schedule, "budget": "75.000.000", "fund_source": "APBD"}, operator
    )
    plan = f"Pada {year + 1} program dilanjutkan dengan dana APBD dan mitra, dikelola {quick_win.opd.short}."
    writing.fill(quick_win, "continuation", {"sustainability": plan}, operator)


def _evidence(row: dict[str, Any], start: datetime) -> list[dict[str, Any]]:
    word = row["opd"].lower()
    day = start.date()
    return [
        {
            "type": "photo",
            "scene": row["scene"],
            "name": f"foto-{word}",
            "date": day,
            "title": "Foto kegiatan",
        },
        {
            "type": "document",
            "kind": "report",
            "name": f"laporan-{word}",
            "pages": 4,
            "date": day,
            "page": "2",
            "title": "Laporan pelaksanaan",
        },
    ]


def _open_first_stage(city: City, year: int, today: datetime) -> None:
    """Tahap I: open since two days, five assessors seated, some at work."""
    morning = today.replace(hour=8)
    window = _window(
        city, year, "Tahap I", due=morning - timedelta(days=4), opens=morning - timedelta(days=2)
    )
    window.closes_at = morning.replace(hour=16) + timedelta(days=3)
    reviewer = person("pemeriksa")
    with clock.at(morning - timedelta(days=5)):
        evaluation.save_window(window=window, by=reviewer)
        judging.seat_panel(window, reviewer)
        judging.answer_all(window, reviewer, leave=("OP-7",))
    with clock.at(morning - timedelta(days=2)):
        evaluation.open_window(window, by=person("pemeriksa"))
    with clock.at(morning - timedelta(days=1)):
        seats = Seat.objects.filter(window=window).select_related("user", "window").order_by("pk")
        for seat, share in zip(seats, (40, 100, 0, 0, 0), strict=True):
            if share:
                evaluation.declare(seat, by=person(seat.user.username))
                judging.score_seat(Seat.objects.select_related("user", "window").get(pk=seat.pk), share=share)
    desk.leave_open(window, today)
    interview.arrange(window, morning.replace(hour=9) + timedelta(days=1), morning - timedelta(days=3))


def _prepare_second_stage(city: City, year: int, today: datetime) -> None:
    """Tahap II: in preparation, the agencies' inputs are due in six days."""
    evening = today.replace(hour=16)
    window = _window(
        city,
        year,
        "Tahap II",
        due=evening + timedelta(days=6),
        opens=today.replace(hour=8) + timedelta(days=10),
    )
    window.closes_at = evening + timedelta(days=15)
    evaluation.save_window(window=window, by=person("pemeriksa"))
    with clock.at(today - timedelta(days=4)):
        asking.ask(window, person("pemeriksa"))
    asking.answer_some(window, today - timedelta(days=2, hours=12))


def _window(city: City, year: int, stage: str, *, due: datetime, opens: datetime) -> EvaluationWindow:
    return EvaluationWindow(
        city=city,
        year=year,
        stage=stage,
        instrument=Instrument.objects.get(code="SMARTCITY-2022-CONTOH"),
        inputs_due_at=due,
        opens_at=opens,
        sample=True,
    )
