"""The quarters of the demonstration: verified reports of the past in bulk, and work in every state for today."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction

from opd import actions, audit
from opd.models import (
    City,
    Evidence,
    EvidenceKind,
    MasterPlan,
    Program,
    ProgramYear,
    Progress,
    ProgressEvent,
    ProgressSubmission,
    Role,
    State,
    StateChange,
    Status,
    StoredFile,
    User,
)
from opd.payload import progress_payload
from opd.storage import keep
from opd.tallies import rebuild
from smartcity.demo import material
from smartcity.demo.cast import of_opd, person
from smartcity.demo.course import Course
from smartcity.demo.plan import WIB, dice_of, due_of, rounded
from smartcity.lib import clock, files
from smartcity.lib.models import digest_of

#: The agency that reports late, or not at all.
LATE = "DISHUB"
SAMPLES = ["value", "absorbed", "state", "obstacles", "next_step"]
OBSTACLES = (
    "Petugas terbatas; pendampingan lapangan dijadwalkan bergiliran.",
    "Pengadaan perangkat mundur karena revisi anggaran.",
    "Data dari kelurahan belum seragam.",
    "",
)
NEXT_STEPS = {
    State.NOT_STARTED: "Menyusun kerangka acuan dan mengusulkan anggaran.",
    State.IN_DISCUSSION: "Menyepakati pembagian tugas dengan OPD pendukung.",
    State.RUNNING: "Melanjutkan kegiatan sesuai jadwal dan memperbarui data setiap bulan.",
    State.DONE: "Memelihara hasil dan mengukur manfaatnya.",
    State.STOPPED: "Melaporkan penghentian kepada Bappelitbang.",
}
ASKS = {
    "value": "Nilai turun dibanding triwulan lalu. Apakah satuannya sama?",
    "evidence": "Lampirkan rekap bulanan dengan tanggal dan halaman yang harus dilihat.",
}


@transaction.atomic
def verify_in_bulk(
    city: City, year: int, quarters: Iterable[int], *, without: Iterable[tuple[str, int]] = ()
) -> None:
    """Verified reports of some quarters for every programme of the year, as if they had been lived through.

    `without` names (agency, quarter) that never reported. DISHUB reports its first quarter late.
    """
    missing = set(without)
    people = _people(city)
    rows = list(
        ProgramYear.objects.filter(year=year, program__city=city).select_related(
            "program__opd", "program__dimension", "program__city"
        )
    )
    course = Course(rows)
    for quarter in quarters:
        told = [row for row in rows if (row.program.opd.short, quarter) not in missing]
        made = [_report(row, quarter, people, course) for row in told]
        Progress.objects.bulk_create(made)
        stored = _quarter_paper(year, quarter)
        Evidence.objects.bulk_create(
            _piece(report, stored) for report in made if report.state != State.NOT_STARTED
        )
        ProgressEvent.objects.bulk_create(event for report in made for event in _story(report, people))
        ProgressSubmission.objects.bulk_create(_receipt(report, people) for report in made)
        StateChange.objects.bulk_create(course.changes(made, people))
    _roll_up(rows)
    rebuild(city.pk)
    plan = MasterPlan.objects.filter(city=city).earliest("pk")
    audit.record(
        by=person("pemeriksa"),
        action="progress.loaded",
        obj=plan,
        city_id=city.pk,
        year=year,
        reason=f"{year}",
    )


def prepare(city: City) -> None:
    """The year now worked on: earlier quarters verified, the last one in every state, DISHUB silent."""
    today, year = clock.now().astimezone(WIB), city.evaluation_year
    past = [quarter for quarter in (1, 2, 3, 4) if due_of(year, quarter) <= today]
    if not past:
        return
    last = past[-1]
    busy = ("DISBUDPAR", "DISKOMINFO", "BKPSDM", "DLH", "PERKIM", "DISDIK", LATE)
    verify_in_bulk(city, year, past[:-1])
    verify_in_bulk(city, year, [last], without=[(short, last) for short in busy])
    for short in busy:
        if short != LATE:
            _work(city, short, year, last, today)


def _work(city: City, short: str, year: int, quarter: int, today: datetime) -> None:
    """One agency's last quarter, through the very functions the pages use."""
    operator, head = of_opd(short, Role.OPD_OPERATOR), of_opd(short, Role.OPD_HEAD)
    assert operator is not None
    paper = _quarter_paper(year, quarter)
    found = ProgramYear.objects.filter(program__city=city, program__opd__short=short, year=year)
    rows = list(found.select_related("program__opd").order_by("program__code"))
    course = Course(rows)
    for place, row in enumerate(rows):
        step = place % 6
        if step == 5:
            continue  # nothing yet
        with clock.at(today - timedelta(days=20, hours=3 - place % 3)):
            report = actions.start_progress(program=row.program, year=year, quarter=quarter, by=operator)
            if step == 4:
                continue  # begun, not filled in
            values = _values(row, quarter, course)
            actions.save_progress(
                pk=report.pk, values=values, unreadable={}, version=report.version, by=operator
            )
            if values["state"] != State.NOT_STARTED:
                actions.add_evidence(owner=report, by=operator, stored=paper, values=_claim(report))
            Progress.objects.filter(pk=report.pk).update(sample_fields=SAMPLES)
        if step == 3 and head:
            with clock.at(today - timedelta(days=2)):
                actions.move_progress(pk=report.pk, name="propose", by=operator)
            continue
        with clock.at(today - timedelta(days=12 - place % 4, hours=2)):
            actions.move_progress(pk=report.pk, name="submit", by=head or operator)
        if step == 1:
            _return(report, short, today)


def _return(report: Progress, short: str, today: datetime) -> None:
    reviewer = person("perencana" if short == "DISKOMINFO" else "pemeriksa")
    with clock.at(today - timedelta(days=4)):
        for field, text in ASKS.items():
            actions.write_note(owner=report, field=field, text=text, by=reviewer)
        actions.move_progress(pk=report.pk, name="return", by=reviewer)


def _people(city: City) -> dict[str, User]:
    """Who writes and who verifies, by agency: looked up once."""
    people = {"": person("pemeriksa"), "DISKOMINFO!": person("perencana")}
    for short in Program.objects.filter(city=city).values_list("opd__short", flat=True).distinct():
        operator = of_opd(short, Role.OPD_OPERATOR)
        assert operator is not None, short
        people[short] = operator
    return people


def _values(row: ProgramYear, quarter: int, course: Course) -> dict[str, Any]:
    """What an agency would report: values that grow with the quarters, by chance over or under the target."""
    program = row.program
    dice = dice_of(program.code, row.year, "pace")
    pace = Decimal(dice.randrange(45, 118)) / 100
    base, target = program.baseline or Decimal(0), row.target or Decimal(0)
    state = course.at(row, quarter)
    idle = state in (State.NOT_STARTED, State.IN_DISCUSSION, State.STOPPED)
    share = Decimal(0) if idle else pace * quarter / 4
    if program.measure == Program.Measure.PER_PERIOD:
        value = Decimal(0) if idle else target / 4 * pace
    elif program.better == Program.Better.DOWN:
        value = base - (base - target) * share
    else:
        value = base + (target - base) * share if share else base
    spent = Decimal(0) if idle else (row.budget or Decimal(0)) * min(share, Decimal(1))
    return {
        "value": rounded(max(value, Decimal(0)), target),
        "absorbed": spent.quantize(Decimal("1")),
        "state": state,
        "state_reason": course.reason(row, quarter),
        "obstacles": dice_of(program.code, row.year, quarter).choice(OBSTACLES),
        "next_step": NEXT_STEPS[State(state)],
    }


def _report(row: ProgramYear, quarter: int, people: dict[str, User], course: Course) -> Progress:
    program, due = row.program, due_of(row.year, quarter)
    late = program.opd.short == LATE and quarter == 1
    sent = due + timedelta(days=9, hours=-5) if late else due - timedelta(days=3, hours=row.pk % 7)
    report = Progress(
        city_id=program.city_id,
        program=program,
        opd=program.opd,
        dimension=program.dimension,
        year=row.year,
        quarter=quarter,
        created_by=people[program.opd.short],
        created_at=sent - timedelta(days=2),
        updated_at=sent - timedelta(days=1),
        submitted_at=sent,
        verified_at=sent + timedelta(days=2),
        late=late,
        version=4,
        sample_fields=SAMPLES,
        **_values(row, quarter, course),
    )
    report.status = Status.VERIFIED
    asked = 4 + (report.state != State.NOT_STARTED) + (report.state == State.STOPPED)
    report.filled = report.total = asked
    return report


def _quarter_paper(year: int, quarter: int) -> StoredFile:
    """One invented document for a quarter, kept once."""
    title = f"Laporan pelaksanaan triwulan {quarter} tahun {year}"
    with TemporaryDirectory() as folder:
        path = material.document(title, 6, Path(folder), f"laporan-tw{quarter}-{year}")
        with files.inspect_upload(path, path.name, kind="report") as accepted:
            return keep(accepted)


def _claim(report: Progress) -> dict[str, Any]:
    return {
        "kind": EvidenceKind.REPORT,
        "title": f"Laporan triwulan {report.quarter} {report.year}",
        "original_name": f"laporan-tw{report.quarter}-{report.year}.pdf",
        "document_date": (due_of(report.year, report.quarter) - timedelta(days=6)).date(),
        "page": "2",
        "sample": True,
    }


def _piece(report: Progress, stored: StoredFile) -> Evidence:
    return Evidence(
        progress=report,
        stored_file=stored,
        uploaded_by=report.created_by,
        created_at=report.updated_at,
        **_claim(report),
    )


def _story(report: Progress, people: dict[str, User]) -> list[ProgressEvent]:
    assert report.submitted_at is not None
    assert report.verified_at is not None
    verifier = people["DISKOMINFO!"] if report.opd.short == "DISKOMINFO" else people[""]
    role = Role.PLANNER if report.opd.short == "DISKOMINFO" else Role.REVIEWER
    told = (
        ("create", "", "draft", report.created_by, Role.OPD_OPERATOR, report.created_at),
        ("submit", "draft", "submitted", report.created_by, Role.OPD_OPERATOR, report.submitted_at),
        ("verify", "submitted", "verified", verifier, role, report.verified_at),
    )
    return [
        ProgressEvent(
            progress=report,
            move=move,
            source=source,
            target=target,
            actor=actor,
            role=role,
            at=at,
            notified_at=at,
        )
        for move, source, target, actor, role, at in told
    ]


def _receipt(report: Progress, people: dict[str, User]) -> ProgressSubmission:
    assert report.submitted_at is not None
    payload = progress_payload(report)
    return ProgressSubmission(
        progress=report,
        sequence=1,
        number=f"{report.code}-1",
        at=report.submitted_at,
        by=people[report.opd.short],
        role=Role.OPD_OPERATOR,
        payload=payload,
        digest=digest_of(payload),
    )


def _roll_up(rows: list[ProgramYear]) -> None:
    """The year's figures follow the verified reports, as after each verification."""
    last: dict[int, Progress] = {}
    found = Progress.objects.verified().filter(
        program__in=[row.program_id for row in rows], year=rows[0].year
    )
    for report in found.order_by("quarter").select_related("program"):
        last[report.program_id] = report
    for report in last.values():
        report.roll_up()
