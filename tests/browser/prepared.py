"""What the seeded city has none of and the sweeps want to see, made through the actions."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evaluations import actions as evaluation
from evaluations.models import Area, EvaluationWindow, Reconciliation, Seat
from opd import actions
from opd.actions import import_work
from opd.actions import imports as importing
from opd.exchange.found import table_of
from opd.imports import Kind, propose
from opd.models import (
    City,
    Membership,
    Opd,
    Program,
    Role,
    User,
)
from reports import actions as reporting
from reports import store
from reports.minutes import actions as minutes
from reports.models import Cause, Minutes, Report
from smartcity.demo import judging

NEWCOMER, WITHOUT_ROLE = "operator.baru", "tanpa.peran"
SINCE = datetime(2020, 1, 1, tzinfo=ZoneInfo("Asia/Jakarta"))


def prepare() -> None:
    """Add what the seeded city has none of: an agency that begins, an account without a role, reports."""
    city = City.objects.get()
    newcomer = User.objects.create(username=NEWCOMER, title="Operator baru")
    opd = Opd.objects.filter(city=city, quick_wins__isnull=True).order_by("pk")[0]
    Membership.objects.create(user=newcomer, role=Role.OPD_OPERATOR, city=city, opd=opd, valid_from=SINCE)
    User.objects.create(username=WITHOUT_ROLE, title="Pegawai baru")
    _open_again()
    _hand_in()
    _rehearse()
    _reports(city)
    _minutes()
    _lists(city)
    _instruments(city)


def _open_again() -> None:
    """One programme is with its agency again, so that its form can be seen."""
    program = Program.objects.filter(opd__short="DISBUDPAR").order_by("code")[0]
    planner = User.objects.get(username="perencana")
    actions.move_program(pk=program.pk, name="reopen", by=planner, note="Target belum sesuai Renja.")


def _hand_in() -> None:
    """Two assessors have handed in, so that each sees the other's scores; a third has just declared."""
    for seat in Seat.objects.filter(
        window__status="open", user__username__in=("asesor2", "asesor4", "asesor5")
    ):
        if seat.declared_at is None:
            evaluation.declare(seat, by=seat.user)
        if seat.user.username == "asesor5":
            continue
        if not seat.scores.exists():
            judging.score_seat(Seat.objects.get(pk=seat.pk))
        evaluation.hand_in(seat=Seat.objects.get(pk=seat.pk), by=seat.user)


def _rehearse() -> None:
    """A rehearsal of the window ahead is being prepared, with one colleague seated."""
    ahead = EvaluationWindow.objects.for_page().get(status="draft")
    by = User.objects.get(username="pemeriksa")
    rehearsal = EvaluationWindow(
        rehearsal_of=ahead,
        city=ahead.city,
        opens_at=ahead.opens_at - timedelta(days=7),
        closes_at=ahead.opens_at - timedelta(days=5),
    )
    evaluation.save_rehearsal(rehearsal=rehearsal, by=by)
    evaluation.seat_assessor(
        window=rehearsal,
        user=User.objects.get(username="perencana"),
        areas=list(Area.objects.filter(instrument=ahead.instrument)[:2]),
        until=ahead.opens_at,
        by=by,
    )


def _reports(city: City) -> None:
    """One that is ready, one that failed, one under way."""
    by = User.objects.get(username="pemeriksa")
    windows = {window.year: window for window in EvaluationWindow.objects.exclude(status="draft")}
    for key, year in (("jadi", 2022), ("gagal", 2022), ("sedang", city.evaluation_year)):
        asked = reporting.request_report(
            by=by, city=city, year=year, window=windows[year], key=f"sapuan-{key}"
        )
        report = Report.objects.claim(asked.pk)
        assert report is not None
        if key == "jadi":
            report.finish(sha256="5e" * 32, size=1_480_000, pages=34)
        elif key == "gagal":
            report.fail(Cause.PAGES)


def _minutes() -> None:
    """The consensus of 2022 has its document; building one is a story of its own."""
    by = User.objects.get(username="pemeriksa")
    row = Reconciliation.objects.visible_to(by).closed().get()
    made = Minutes.objects.claim(minutes.request_minutes(by=by, reconciliation=row)[0].pk)
    assert made is not None
    content = b"%PDF-1.7 berita acara"
    made.finish(sha256=store.keep(content), size=len(content), pages=12)


def _instruments(city: City) -> None:
    """A new version somebody prepares, with a change to look at, and a file that cannot be read."""
    by = User.objects.get(username="pemeriksa")
    instrument = EvaluationWindow.objects.filter(status="closed")[0].instrument
    draft = evaluation.copy_draft(by=by, instrument=instrument, city=city, key=None)
    changes = {"text_id": "Kebijakan turunan masterplan tersedia dan berlaku.", "required": False}
    evaluation.mend_draft(pk=draft.pk, by=by, version=1, changes=changes, question="OP-2")
    evaluation.start_draft(by=by, city=city, name="rusak.yaml", source=b"instrument: {code: X}", key=None)


def _lists(city: City) -> None:
    """A list whose columns are to be confirmed, one whose rows are, one without a table, one that cannot be read."""
    by = User.objects.get(username="operator.disbudpar")
    rows = (
        "Tahun;Dimensi;Nama Program;OPD Pengampu;Sasaran kita\n"
        "2025;BRD;Peta kuliner;Dinas Kebudayaan dan Pariwisata;Warga\n2025;BRD;Peta angkutan;DISHUB;Warga\n"
    )
    odd = "Daftar kita\nPilar;Sebutan\nMerek;Peta kuliner\n"
    for key, content in (("kolom", rows), ("baris", rows), ("asing", odd), ("rusak", "\n")):
        job = importing.start_import(
            by=by, city=city, kind="quick_win", year=2025, name=f"{key}.csv", content=content.encode(),
            key=f"sapuan-{key}",
        )  # fmt: skip
        import_work.work(job.pk)
        job.refresh_from_db()
        if key == "baris":
            proposal = propose(table_of(job.found[0]), Kind.QUICK_WIN, 2025)
            importing.map_columns(pk=job.pk, by=by, sheet=job.sheet, year=2025, proposal=proposal)
            import_work.work(job.pk)
