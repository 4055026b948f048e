"""Taking the snapshot: the city's verified quick wins, answers and the plan's year, as plain JSON with digests."""

from collections.abc import Iterator
from typing import Any

from evaluations.answering import answer_payload
from evaluations.models import EvaluationWindow, Snapshot, SnapshotItem
from opd.models import CityBudget, MasterPlan, ProgramYear, QuickWin, User
from opd.payload import masterplan_payload, program_year_payload, quick_win_payload
from smartcity.lib import clock
from smartcity.lib.models import digest_of

SCHEMA = 1
Kind = SnapshotItem.Kind
MASTERPLAN = "MASTERPLAN"


def freeze(window: EvaluationWindow, *, by: User | None) -> Snapshot:
    """Write the window's next snapshot and its items. Runs inside the transaction that opens the window."""
    contents = [
        *((Kind.QUICK_WIN, payload["code"], payload) for payload in _quick_wins(window)),
        *((Kind.ANSWER, payload["question"], payload) for payload in _answers(window)),
        *((Kind.PLAN, MASTERPLAN, payload) for payload in _masterplan(window)),
        *((Kind.PROGRAM, payload["code"], payload) for payload in _programs(window)),
    ]
    digests = [(str(kind), str(key), digest_of(payload)) for kind, key, payload in contents]
    payload = _summary(window, digests)
    snapshot = Snapshot.objects.create(
        window=window,
        version=window.snapshots.count() + 1,
        taken_at=clock.now(),
        taken_by=by,
        payload=payload,
        digest=digest_of(payload),
    )
    SnapshotItem.objects.bulk_create(
        SnapshotItem(snapshot=snapshot, kind=kind, key=key, payload=content, digest=digest)
        for (kind, key, content), (_kind, _key, digest) in zip(contents, digests, strict=True)
    )
    return snapshot


def contradictions() -> Iterator[str]:
    """Re-derive the digest of every snapshot and item and name what does not fit."""
    for item in SnapshotItem.objects.iterator():
        if digest_of(item.payload) != item.digest:
            yield f"snapshot item {item.pk}: content and digest differ"
    for snapshot in Snapshot.objects.prefetch_related("items"):
        listed = {(kind, key, digest) for kind, key, digest in snapshot.payload["items"]}
        if digest_of(snapshot.payload) != snapshot.digest:
            yield f"snapshot {snapshot.pk}: content and digest differ"
        if listed != {(item.kind, item.key, item.digest) for item in snapshot.items.all()}:
            yield f"snapshot {snapshot.pk}: items and list differ"


def _quick_wins(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    rows = QuickWin.objects.of_city(window.city_id).in_year(window.year).verified()
    for quick_win in rows.select_related("opd", "dimension", "sub_dimension").order_by("number"):
        yield quick_win_payload(quick_win)


def _answers(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    rows = window.answers.counting().given().select_related("question", "opd")
    for answer in rows.order_by("question__code"):
        yield answer_payload(answer)


def _masterplan(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    """The plan in force in the year, or the newest before it; none when the city has no plan."""
    plan = MasterPlan.objects.told_in(window.city_id, window.year)
    if plan is not None:
        yield masterplan_payload(plan, CityBudget.objects.of_year(window.city_id, window.year))


def _programs(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    plan = MasterPlan.objects.told_in(window.city_id, window.year)
    if plan is not None:
        for row in ProgramYear.objects.told_of(plan, window.year):
            yield program_year_payload(row)


def _summary(window: EvaluationWindow, digests: list[tuple[str, str, str]]) -> dict[str, Any]:
    instrument = window.instrument
    return {
        "schema": SCHEMA,
        "city": {"code": window.city.code, "name": window.city.name},
        "window": {"id": window.pk, "year": window.year, "stage": window.stage, "sample": window.sample},
        "opens_at": window.opens_at.isoformat(),
        "instrument": {
            "code": instrument.code,
            "version": instrument.version,
            "title": instrument.title,
            "digest": instrument.digest,
        },
        "items": [list(row) for row in digests],
    }
