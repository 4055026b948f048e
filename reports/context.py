"""From rows to the frozen inputs of a report (`reports.schema`): the last place that sees the database.

Once the window was opened, quick wins, evidence and answers come from its snapshot and, once it is closed,
both series from its result: what was judged is what is printed. Before that they are the live rows of the
year, submitted or verified; drafts are counted in the tally and never told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from dimensions.models import DimensionSet, SmartDimension
from evaluations.freezing import MASTERPLAN
from evaluations.models import EvaluationWindow, Snapshot, SnapshotItem
from evaluations.results import card_payload, frozen_answers, self_card
from evaluations.scoring import SMART_DIMENSION, SUB_DIMENSION
from evaluations.structure import structure_of
from opd import completeness, trend
from opd.models import (
    City,
    CityBudget,
    Document,
    EvidenceKind,
    MasterPlan,
    Membership,
    Opd,
    ProgramYear,
    QuickWin,
    Role,
    Status,
    StoredFile,
    User,
)
from opd.models import Evidence as EvidenceRow
from opd.models import Tally as TallyRow
from opd.payload import masterplan_payload, program_year_payload, quick_win_payload
from reports import told
from reports.schema import (
    COUNTED,
    SCHEMA,
    Asked,
    Card,
    Data,
    Dimension,
    Evidence,
    Inputs,
    Instrument,
    Office,
    Plan,
    Section,
    Signature,
    Survey,
    Tally,
    Window,
)
from reports.schema import QuickWin as QuickWinFacts


def freeze(
    *,
    city: City,
    year: int,
    window: EvaluationWindow | None,
    number: str,
    version: int,
    by: User,
    role: str,
    at: datetime,
) -> Inputs:
    """Return everything one report will say. Runs inside the transaction that creates the report."""
    snapshot = window.snapshot() if window else None
    if snapshot:
        quick_wins = [_from_payload(row, Status.VERIFIED, year) for row in _frozen_quick_wins(snapshot)]
        tally = _counted(quick_wins)
    else:
        quick_wins = [_from_payload(quick_win_payload(row), row.status, year) for row in _live(city, year)]
        tally = [_tally(row) for row in _tallies(city, year)]
    inputs: Any = _series(window) | {
        "schema": SCHEMA,
        "language": "id",
        "number": number,
        "version": version,
        "year": year,
        "city": {"code": city.code, "name": city.name, "timezone": city.timezone},
        "asked": _asked(by, role, city, at),
        "window": _window(window) if window else None,
        "instrument": _instrument(window) if window else None,
        "data": _data(snapshot, at),
        "dimensions": _dimensions(window.instrument.dimension_set if window else city.dimension_set),
        "sections": _sections(window) if window else [],
        "opds": [_office(row) for row in Opd.objects.of_city(city).in_force(at.date())],
        "tally": [row for row in tally if any(row[status] for status in COUNTED)],
        "quick_wins": quick_wins,
        "plan": _plan(*(_frozen_plan(snapshot) if snapshot else _live_plan(city, year))),
        "signatures": _signatures(city),
        **told.about(window, snapshot, city, year, at),
    }
    return cast(Inputs, inputs)


def _live(city: City, year: int) -> list[QuickWin]:
    """What the city stands by today: submitted or verified."""
    rows = QuickWin.objects.of_city(city.pk).in_year(year)
    decided = rows.verified() | rows.waiting()
    return list(decided.order_by("number").select_related("opd", "dimension", "sub_dimension"))


def _tallies(city: City, year: int) -> Iterable[TallyRow]:
    rows = TallyRow.objects.of_year(city.pk, year).select_related("opd", "dimension")
    return rows.order_by("opd__short", "dimension__order")


def _frozen_quick_wins(snapshot: Snapshot) -> list[dict[str, Any]]:
    payloads = snapshot.items.of_kind(SnapshotItem.Kind.QUICK_WIN).payloads()
    return [payload for _code, payload in sorted(payloads.items())]


# --- The masterplan -------------------------------------------------------------------------------

PROGRAM_NUMBERS = ("target", "actual", "achievement", "budget", "absorbed")
PROGRAM_TEXTS = (
    "code", "name", "opd", "dimension", "sub_dimension", "category", "sub_activity_code", "indicator", "unit",
    "state", "state_reason", "fund_source", "sample",
)  # fmt: skip


def _frozen_plan(snapshot: Snapshot) -> tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """The plan as it was when the window opened; a snapshot of before the plan was kept here has none."""
    header = snapshot.items.of_kind(SnapshotItem.Kind.PLAN).payloads().get(MASTERPLAN)
    programs = snapshot.items.of_kind(SnapshotItem.Kind.PROGRAM).payloads()
    return header, [payload for _code, payload in sorted(programs.items())]


def _live_plan(city: City, year: int) -> tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    plan = MasterPlan.objects.told_in(city.pk, year)
    if plan is None:
        return None, []
    budget = CityBudget.objects.of_year(city.pk, year)
    rows: list[Mapping[str, Any]] = [
        program_year_payload(row) for row in ProgramYear.objects.told_of(plan, year)
    ]
    return masterplan_payload(plan, budget, trend.told(city.pk, until=year)), rows


def _plan(header: Mapping[str, Any] | None, programs: Iterable[Mapping[str, Any]]) -> Plan | None:
    """Read the payloads of opd.payload (schema 1)."""
    if header is None:
        return None
    names = ("title", "regulation", "year_from", "year_to", "vision", "apbd_sample")
    rows = [
        {name: row[name] for name in PROGRAM_TEXTS} | {name: row[name] or None for name in PROGRAM_NUMBERS}
        for row in programs
    ]
    plan: Any = {name: header[name] for name in names} | {
        "apbd": header["apbd"] or None,
        "programs": rows,
        "years": header.get("years", []),  # snapshots of before the years were kept have none
    }
    return cast(Plan, plan)


# --- Quick wins -----------------------------------------------------------------------------------

TEXTS = (
    "problem", "description", "beneficiaries", "partners", "sustainability", "schedule",
    "indicator", "unit", "fund_source", "legal_basis", "link",
)  # fmt: skip
NUMBERS = ("baseline", "target", "realisation", "budget")


def _from_payload(payload: Mapping[str, Any], status: str, year: int) -> QuickWinFacts:
    """Read a quick win payload (opd.payload, schema 1)."""
    values, opd, evidence = payload["values"], payload["opd"], payload["evidence"]
    filled, total = completeness.counted({**values, "evidence": len(evidence)})
    typed: Any = {name: values[name] for name in TEXTS} | {name: values[name] or None for name in NUMBERS}
    return cast(
        QuickWinFacts,
        typed
        | {
            "code": payload["code"],
            "title": payload["title"],
            "name": values["name"],
            "opd": {"short": opd["short"], "name": opd["name"]},
            "owner_confirmed": opd["confirmed"],
            "dimension": payload["dimension"]["code"],
            "sub_dimension": payload["dimension"]["sub_code"] or None,
            "kind": values["status_kind"],
            "status": str(status),
            "filled": filled,
            "total": total,
            "sample_fields": list(payload["sample_fields"]),
            "evidence": [_evidence(row, year) for row in evidence],
        },
    )


def _evidence(row: Mapping[str, Any], year: int) -> Evidence:
    printable = row["kind"] == EvidenceKind.PHOTO and row["has_preview"]
    return {
        "kind": row["kind"],
        "title": row["title"],
        "url": row["url"],
        "document_date": row["document_date"] or None,
        "page": row["page"],
        "valid_until": row["valid_until"] or None,
        "photo": row["sha256"] if printable else None,
        "sample": row["sample"],
        "doubtful": bool(_row(row).flags(year)),
    }


def _row(row: Mapping[str, Any]) -> EvidenceRow:
    """The frozen evidence as an unsaved row, so that a doubt is a doubt by the same rule as on the page."""
    days = {
        name: date.fromisoformat(row[name]) if row[name] else None
        for name in ("document_date", "valid_until")
    }
    stored = (
        StoredFile(sha256=row["sha256"], pages=row["pages"], doubts=row.get("doubts"))
        if row["sha256"]
        else None
    )
    said = row.get("still_valid")  # what was frozen before it was asked has none
    document = (
        Document(confirmed_for=said["year"] if said["holds"] else None, ended=not said["holds"])
        if said
        else None
    )
    return EvidenceRow(kind=row["kind"], page=row["page"], stored_file=stored, document=document, **days)


def _tally(row: TallyRow) -> Tally:
    counts = {status: getattr(row, status) for status in (*COUNTED, "filled", "total")}
    return {"opd": _office(row.opd), "dimension": row.dimension.code, **counts}  # type: ignore[typeddict-item]


def _counted(quick_wins: Iterable[QuickWinFacts]) -> list[Tally]:
    """The tally of a snapshot: it holds verified quick wins only."""
    cells: dict[tuple[str, str], list[QuickWinFacts]] = defaultdict(list)
    for row in quick_wins:
        cells[row["opd"]["short"], row["dimension"]].append(row)
    return [
        {
            "opd": rows[0]["opd"],
            "dimension": dimension,
            "draft": 0,
            "proposed": 0,
            "submitted": 0,
            "returned": 0,
            "verified": len(rows),
            "filled": sum(row["filled"] for row in rows),
            "total": sum(row["total"] for row in rows),
        }
        for (_short, dimension), rows in sorted(cells.items())
    ]


# --- Values ---------------------------------------------------------------------------------------


def _series(window: EvaluationWindow | None) -> dict[str, Any]:
    """Both series and the survey. Assessed values exist for the city only once the window is closed."""
    if window is None:
        empty: dict[str, Any] = {"self_assessed": None, "assessed": None, "outcome_section": "", "survey": []}
        return empty | {"survey_expected": 0}
    answers = frozen_answers(window)
    sample = window.sample or any(row["sample"] for row in answers.values())
    result = window.result.payload if window.is_published() else None
    own = result["self"] if result else card_payload(self_card(window))
    outcome = next((code for code, groups in own["groups"].items() if SUB_DIMENSION in groups), "")
    names = {row.code: row.name.id for row in structure_of(window.instrument).sections}
    return {
        "self_assessed": _card(own, outcome, sample),
        "assessed": _card(result["assessed"], outcome, window.sample) if result else None,
        "outcome_section": names.get(outcome, ""),
        "survey": _survey(window, answers),
        "survey_expected": window.instrument.respondents,
    }


def _card(payload: Mapping[str, Any], outcome: str, sample: bool) -> Card:
    """Read a report card of evaluations.results; `outcome` is the section climbed by sub-dimension."""
    groups = payload["groups"].get(outcome, {})
    return {
        "index": payload["index"],
        "provisional": payload["provisional"],
        "given": payload["given"],
        "expected": payload["expected"],
        "sections": payload["sections"],
        "dimensions": payload["dimensions"],
        "outcome": groups.get(SMART_DIMENSION, {}),
        "sub_dimensions": groups.get(SUB_DIMENSION, {}),
        "sample": sample,
    }


def _survey(window: EvaluationWindow, answers: Mapping[str, Mapping[str, Any]]) -> list[Survey]:
    return [
        {
            "dimension": row.dimension,
            "sub_dimension": row.sub_dimension,
            "respondents": answers[code]["respondents"] if code in answers else None,
            "mean": answers[code]["self_score"] if code in answers else None,
        }
        for code, row in structure_of(window.instrument).questions.items()
        if not row.scored
    ]


# --- Frame ----------------------------------------------------------------------------------------


def _window(window: EvaluationWindow) -> Window:
    return {
        "stage": window.stage,
        "status": str(window.status),  # type: ignore[typeddict-item]
        "inputs_due_at": window.inputs_due_at.isoformat(),
        "opens_at": window.opens_at.isoformat(),
        "closes_at": window.closes_at.isoformat(),
        "sample": window.sample,
    }


def _instrument(window: EvaluationWindow) -> Instrument:
    row = window.instrument
    return {
        "code": row.code,
        "version": row.version,
        "year": row.year,
        "title": row.title,
        "official": row.official,
    }


def _data(snapshot: Snapshot | None, at: datetime) -> Data:
    if snapshot is None:
        return {"source": "live", "at": at.isoformat(), "version": None, "digest": None}
    return {
        "source": "snapshot",
        "at": snapshot.taken_at.isoformat(),
        "version": snapshot.version,
        "digest": snapshot.digest,
    }


def _dimensions(dimension_set: DimensionSet) -> list[Dimension]:
    return [
        {
            "code": row.code,
            "name": row.name,
            "gloss": row.gloss,
            "hue": row.hue,
            "letter": row.letter,
            "sub_dimensions": [{"code": sub.code, "name": sub.name} for sub in row.sub_dimensions.all()],
        }
        for row in SmartDimension.objects.of_set(dimension_set).with_sub_dimensions()
    ]


def _sections(window: EvaluationWindow) -> list[Section]:
    return [
        {"code": row.code, "name": row.name.id, "weight": _plain(row.weight)}
        for row in structure_of(window.instrument).sections
    ]


def _asked(by: User, role: str, city: City, at: datetime) -> Asked:
    """Role and office of who asked: the agency of that role's membership, when it has one."""
    held = (row for row in by.memberships_now() if row.city_id == city.pk and row.role == role)
    office = next((row.opd.official_name for row in held if row.opd), "")
    return {"at": at.isoformat(), "role": str(role), "office": office}


def _signatures(city: City) -> list[Signature]:
    """The planner's agency (Bappelitbang) chairs the team, the reviewer's (Kominfo) is its secretariat."""
    held = (
        Membership.objects.valid_now()
        .of_roles([Role.PLANNER, Role.REVIEWER])
        .filter(city=city, opd__isnull=False)
    )
    offices = {row.role: _office(row.opd) for row in held.select_related("opd").order_by("-pk") if row.opd}
    return [
        {"capacity": "chair", "office": offices.get(Role.PLANNER)},
        {"capacity": "secretariat", "office": offices.get(Role.REVIEWER)},
    ]


def _office(row: Opd) -> Office:
    return {"short": row.short, "name": row.official_name}


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
