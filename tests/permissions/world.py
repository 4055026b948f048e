"""The objects of the permission matrix: one quick win in each state, one window in each, two reports, all actors.

Every object carries a canary word in what only some may read. Everything is built through the door.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dimensions.models import SmartDimension
from evaluations.loading import load
from evaluations.models import (
    Answer,
    Clarification,
    EvaluationWindow,
    Exhibit,
    InstrumentDraft,
    OfficialResult,
    Recommendation,
    Reconciliation,
    Seat,
)
from opd import actions, documents, storage
from opd.actions import import_work, imports, meetings
from opd.exchange.found import table_of
from opd.imports import Kind, propose
from opd.models import (
    City,
    Decision,
    Document,
    Evidence,
    ImportJob,
    MasterPlan,
    Membership,
    Note,
    Opd,
    Program,
    Progress,
    QuickWin,
    Submission,
    User,
)
from reports import store
from reports.actions import request_report
from reports.dossier.actions import request_dossier
from reports.models import Report
from reports.tasks import build_dossier
from smartcity.demo import material, writing
from smartcity.lib import clock, files
from surveys.models import Round
from tests.opd.progress import reports
from tests.permissions import officials, recommendations, rehearsals, surveys, windows
from tests.permissions.actors import ACTORS, DAY, LONG_AGO, NOW, fresh
from tests.scenarios import House

INSTRUMENT = Path(__file__).resolve().parents[2] / "evaluations" / "data" / "instrument-sample-2022.yaml"

STATES = ("draft", "proposed", "submitted", "returned", "verified")
SECTIONS: dict[str, dict[str, str]] = {
    "problem": {"problem": "KANARI", "description": "Solusi", "beneficiaries": "Warga"},
    "target": {"indicator": "Jumlah", "unit": "buah", "baseline": "1", "target": "10", "realisation": "8"},
    "time": {"schedule": "Triwulan I", "budget": "1.000.000", "fund_source": "APBD"},
    "continuation": {"sustainability": "Berlanjut."},
}


@dataclass
class World:
    """What a route's object builder may point at."""

    city: City
    users: dict[str, User] = field(default_factory=dict)
    quick_wins: dict[str, QuickWin] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    windows: dict[str, EvaluationWindow] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    #: revisions of one window's consensus: closed with minutes, closed without, open
    consensus: dict[str, Reconciliation] = field(default_factory=dict)
    imports: dict[str, ImportJob] = field(default_factory=dict)
    items: dict[str, Clarification] = field(default_factory=dict)
    decision: Decision | None = None
    instrument_draft: InstrumentDraft | None = None
    #: the answers asked of DISBUDPAR in the window in preparation, by their status
    answers: dict[str, Answer] = field(default_factory=dict)
    surveys: dict[str, Round] = field(default_factory=dict)
    officials: dict[str, OfficialResult] = field(default_factory=dict)
    recommendations: dict[str, Recommendation] = field(default_factory=dict)
    baseline_answer: Answer | None = None
    newer: Document | None = None
    paper: Document | None = None

    def evidence(self, state: str) -> Evidence:
        return self.quick_wins[state].evidence.get(original_name=f"foto-{state}.jpg")

    def item_file(self, state: str) -> Exhibit:
        return self.items[state].exhibits.get()

    def note(self, state: str) -> Note:
        return self.quick_wins[state].notes.sent().get(field="target")

    def receipt(self, state: str) -> Submission:
        return self.quick_wins[state].submissions.get(sequence=1)


def build() -> World:
    """Build everything at the times it could have happened; the tests then ask at NOW."""
    with clock.at(NOW - 40 * DAY):
        world = World(_city())
        _people(world)
        for state in STATES:
            world.quick_wins[state] = _quick_win(world, state)
            world.progress[state] = _progress(world, state)
        for state in ("draft", "submitted", "returned", "approved"):
            world.programs[state] = _program(world, state)
        world.imports["checked"] = _import(world)
        world.decision = _decision(world)
        world.newer = _newer_document(world)
        world.paper = _paper(world)
    recommendations.build(world, NOW)
    windows.build(world)
    rehearsals.build(world)
    windows.build_answers(world)
    world.baseline_answer = recommendations.baseline_answer(world, NOW)
    world.surveys = surveys.build(world.city, NOW, fresh(world, "reviewer"), fresh(world, "head"))
    officials.build(world)
    windows.build_desk(world)
    _reports(world)
    _dossier(world)
    world.instrument_draft = windows.instrument_draft(world)
    return world


def _city() -> City:
    dimension_set = load(INSTRUMENT.read_bytes()).dimension_set
    city = City.objects.create(
        code="21.72", name="Kota Uji", evaluation_year=2022, dimension_set=dimension_set
    )
    for short in ("DISBUDPAR", "DLH", "DISKOMINFO", "BAPPELITBANG"):
        Opd.objects.create(city=city, short=short, official_name=f"Dinas {short}", kind="dinas")
    return city


def _people(world: World) -> None:
    opds = {opd.short: opd for opd in Opd.objects.of_city(world.city)}
    for actor, (role, short) in ACTORS.items():
        user = User.objects.create(username=actor, title=actor, is_staff=actor == "administrator")
        Membership.objects.create(
            user=user, role=role, city=world.city, opd=opds.get(short), valid_from=LONG_AGO
        )
        world.users[actor] = user


def _newer_document(world: World) -> Document:
    """A document nothing shows yet, to take the place of the photo that everything shows."""
    values = {"kind": "link", "title": "Versi baru", "url": "https://contoh.example/versi-baru"}
    opd = world.quick_wins["draft"].opd_id
    return documents.document_of(city_id=world.city.pk, opd_id=opd, stored=None, values=values)


def _paper(world: World) -> Document:
    """A file nothing shows yet: the clarification desk takes files, no links."""
    opd = world.quick_wins["draft"].opd_id
    with TemporaryDirectory() as folder:
        path = material.document("Laporan", 1, Path(folder), "laporan-bank")
        with files.inspect_upload(path, path.name, kind="document") as accepted:
            stored = storage.keep(accepted)
    values = {"kind": "report", "title": "Laporan bank"}
    return documents.document_of(city_id=world.city.pk, opd_id=opd, stored=stored, values=values)


def _quick_win(world: World, state: str) -> QuickWin:
    operator, head, reviewer = (fresh(world, name) for name in ("operator", "head", "reviewer"))
    dimension = SmartDimension.objects.get(dimension_set=world.city.dimension_set, code="BRD")
    opd = Opd.objects.get(short="DISBUDPAR")
    quick_win = writing.begin(opd, 2022, operator, name=f"Program {state}", dimension=dimension)
    writing.choose_sub_dimension(quick_win, "BRD-TOU", "NEW", operator)
    for section, typed in SECTIONS.items():
        writing.fill(
            quick_win,
            section,
            {k: v.replace("KANARI", f"KANARI-ISI-{state}") for k, v in typed.items()},
            operator,
        )
    photo = {"type": "photo", "scene": "kantor", "name": f"foto-{state}", "title": f"KANARI-BUKTI-{state}"}
    writing.attach(quick_win, [photo], operator)
    steps: list[tuple[str, User]] = []
    if state != "draft":
        steps.append(("propose", operator))
    if state in ("submitted", "returned", "verified"):
        steps.append(("submit", head))
    if state == "returned":
        steps.append(("return", reviewer))
    if state == "verified":
        steps.append(("verify", reviewer))
    for name, by in steps:
        if name == "return":
            actions.write_note(owner=quick_win, field="target", text="KANARI-CATATAN", by=by)
        actions.move(pk=quick_win.pk, name=name, by=by)
    return QuickWin.objects.get(pk=quick_win.pk)


def _decision(world: World) -> Decision:
    """A meeting with a task for DISBUDPAR; its minutes are for the city's people."""
    by = world.users["reviewer"]
    values = {"title": "Rapat", "held_at": NOW - 34 * DAY, "minutes": "KANARI-NOTULEN"}
    meeting = meetings.create_meeting(city=world.city, values=values, by=by, key=None)
    task = {"text": "Lengkapi bukti", "opd": world.quick_wins["draft"].opd, "due_on": date(2022, 9, 30)}
    return meetings.decide(meeting=meeting, values=task, by=by, key=None)


def _import(world: World) -> ImportJob:
    """A list of the operator that waits for consent."""
    operator = fresh(world, "operator")
    content = b"Tahun;Dimensi;Nama Program;OPD Pengampu\n2022;BRD;KANARI-IMPOR;DISBUDPAR\n"
    job = imports.start_import(
        by=operator,
        city=world.city,
        kind="quick_win",
        year=2022,
        name="KANARI.csv",
        content=content,
        key=None,
    )
    import_work.work(job.pk)
    job.refresh_from_db()
    proposal = propose(table_of(job.found[0]), Kind.QUICK_WIN, 2022)
    imports.map_columns(pk=job.pk, by=operator, sheet=job.sheet, year=2022, proposal=proposal)
    import_work.work(job.pk)
    return ImportJob.objects.get(pk=job.pk)


def _progress(world: World, state: str) -> Progress:
    """A quarter's report of an approved programme, brought to a state by its people."""
    operator, head, reviewer = (fresh(world, name) for name in ("operator", "head", "reviewer"))
    house = House(Opd.objects.get(short="DISBUDPAR"), operator, head, reviewer)
    values = {"obstacles": f"KANARI-ISI-{state}"}
    report = reports.begun(house, code=f"TW-{state}", dimension="BRD")
    report = reports.fill(report, house, **(reports.VALUES | values))
    reports.link(report, house, f"KANARI-BUKTI-{state}")
    if state != "draft":
        reports.move(report, "propose", operator)
    if state in ("submitted", "returned", "verified"):
        reports.move(report, "submit", head)
    if state == "returned":
        actions.write_note(owner=report, field="value", text="KANARI-CATATAN", by=reviewer)
        reports.move(report, "return", reviewer)
    if state == "verified":
        reports.move(report, "verify", reviewer)
    return reports.again(report)


def _program(world: World, state: str) -> Program:
    """A programme of the masterplan, brought to a state by its people; its name is what only some may read."""
    operator, head, planner = (fresh(world, name) for name in ("operator", "head", "planner"))
    dimension = SmartDimension.objects.get(dimension_set=world.city.dimension_set, code="BRD")
    values = {
        "dimension": dimension,
        "sub_dimension": dimension.sub_dimensions.get(code="BRD-TOU"),
        "code": f"PRG-{state}",
        "name": f"KANARI-ISI-{state}",
        "horizon": "SHORT",
        "category": "SERVICE",
        "indicator": "Kunjungan",
        "unit": "orang",
    }
    plan, opd = MasterPlan.objects.get(), Opd.objects.get(short="DISBUDPAR")
    program = actions.create_program(by=operator, plan=plan, opd=opd, values=values, key=None)
    figures = {"target": 100, "budget": 5_000_000}
    actions.save_program_year(pk=program.pk, year=2022, values=figures, by=operator, version=None)
    steps = [] if state == "draft" else [("submit", head)]
    steps += {"returned": [("return", planner)], "approved": [("approve", planner)]}.get(state, [])
    for name, by in steps:
        actions.move_program(
            pk=program.pk, name=name, by=by, note="KANARI-CATATAN" if name == "return" else ""
        )
    return Program.objects.get(pk=program.pk)


def _reports(world: World) -> None:
    """A ready one with a stand-in file (building it is tested elsewhere), and a failed one."""
    for name, changes in (
        ("ready", {"status": "ready", "percent": 100}),
        ("failed", {"status": "failed", "cause": "crashed"}),
    ):
        with clock.at(NOW - DAY):
            report = request_report(
                by=fresh(world, "reviewer"),
                city=world.city,
                year=2022,
                window=world.windows["closed"],
                key=f"kunci-{name}",
            )
        facts: dict[str, Any] = dict(changes) | {"finished_at": NOW - DAY, "lease_until": None}
        if name == "ready":
            content = b"%PDF-1.7 KANARI-LAPORAN"
            facts |= {"sha256": store.keep(content), "size": len(content), "pages": 1, "stage": "check"}
        Report.objects.filter(pk=report.pk).update(**facts)
        world.reports[name] = Report.objects.get(pk=report.pk)


def _dossier(world: World) -> None:
    """The closed window's material as an archive: built as the worker does, so that its words are real."""
    snapshot = world.windows["closed"].snapshot()
    assert snapshot is not None
    with clock.at(NOW - DAY):
        dossier, _created = request_dossier(by=fresh(world, "reviewer"), snapshot=snapshot, seated=False)
        build_dossier(dossier.pk)
