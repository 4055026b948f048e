"""Taking the snapshot: verified quick wins, answers, the plan's year, the follow-up, as plain JSON with digests."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evaluations import follow_up
from evaluations.answering import answer_payload
from evaluations.models import EvaluationWindow, Snapshot, SnapshotItem
from opd import trend
from opd.models import CityBudget, MasterPlan, ProgramYear, QuickWin, User
from opd.payload import masterplan_payload, program_year_payload, quick_win_payload
from smartcity.lib import clock
from smartcity.lib.models import digest_of

SCHEMA = 1
Kind = SnapshotItem.Kind
MASTERPLAN = "MASTERPLAN"


type Services = Callable[[EvaluationWindow], Iterable[dict[str, Any]]]

_services: list[Services] = []


def register_services(source: Services) -> Services:
    """Add what tells the services of the impact survey, once: the surveys stand above and are not known here."""
    if source not in _services:
        _services.append(source)
    return source


def services(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    """The services the public is asked about, each under its sub-dimension once."""
    told: set[str] = set()
    for payload in (row for source in _services for row in source(window)):
        if payload["sub_dimension"] not in told:
            told.add(payload["sub_dimension"])
            yield payload


class Content(NamedTuple):
    """One thing to freeze, and the digest of its content."""

    kind: str
    key: str
    payload: dict[str, Any]
    digest: str


#: Kind, key and digest of everything in a snapshot, as snapshots and proposals list it.
type Listed = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What one state holds otherwise than another: (kind, key) of each item, in order."""

    added: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str], ...]
    withdrawn: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)

    def __len__(self) -> int:
        return len(self.added) + len(self.changed) + len(self.withdrawn)


def contents(window: EvaluationWindow) -> list[Content]:
    """Everything a snapshot would hold now. The number of queries does not depend on how much there is."""
    found = [
        *((Kind.QUICK_WIN, payload["code"], payload) for payload in _quick_wins(window)),
        *((Kind.ANSWER, payload["question"], payload) for payload in _answers(window)),
        *((Kind.PLAN, MASTERPLAN, payload) for payload in _masterplan(window)),
        *((Kind.PROGRAM, payload["code"], payload) for payload in _programs(window)),
        *((Kind.RECOMMENDATION, payload["code"], payload) for payload in follow_up.to_freeze(window)),
        *((Kind.SERVICE, payload["sub_dimension"], payload) for payload in services(window)),
    ]
    return [Content(str(kind), str(key), payload, digest_of(payload)) for kind, key, payload in found]


def listed(found: Sequence[Content]) -> list[list[str]]:
    """The list of a state: kind, key and digest of each item."""
    return [[row.kind, row.key, row.digest] for row in found]


def mark_of(found: Sequence[Content]) -> str:
    """One digest for a whole state, so that a form can carry what its reader saw."""
    return digest_of({"items": listed(found)})


def compare(before: Listed, after: Listed) -> Changes:
    """Return what `after` holds otherwise than `before`."""
    old = {(kind, key): digest for kind, key, digest in before}
    new = {(kind, key): digest for kind, key, digest in after}
    return Changes(
        added=tuple(place for place in new if place not in old),
        changed=tuple(place for place in new if place in old and old[place] != new[place]),
        withdrawn=tuple(place for place in old if place not in new),
    )


def freeze(window: EvaluationWindow, *, by: User | None, found: Sequence[Content] | None = None) -> Snapshot:
    """Write the window's next snapshot and its items: `found`, or everything as it is now.

    Runs inside the transaction that approves the submission or opens the window.
    """
    found = contents(window) if found is None else found
    payload = _summary(window, listed(found))
    snapshot = Snapshot.objects.create(
        window=window,
        version=window.snapshots.count() + 1,
        taken_at=clock.now(),
        taken_by=by,
        payload=payload,
        digest=digest_of(payload),
    )
    SnapshotItem.objects.bulk_create(
        SnapshotItem(snapshot=snapshot, kind=row.kind, key=row.key, payload=row.payload, digest=row.digest)
        for row in found
    )
    return snapshot


def contradictions() -> Iterator[str]:
    """Re-derive the digest of every snapshot and item and name what does not fit."""
    for item in SnapshotItem.objects.iterator():
        if digest_of(item.payload) != item.digest:
            yield f"snapshot item {item.pk}: content and digest differ"
    for snapshot in Snapshot.objects.prefetch_related("items"):
        names = {(kind, key, digest) for kind, key, digest in snapshot.payload["items"]}
        if digest_of(snapshot.payload) != snapshot.digest:
            yield f"snapshot {snapshot.pk}: content and digest differ"
        if names != {(item.kind, item.key, item.digest) for item in snapshot.items.all()}:
            yield f"snapshot {snapshot.pk}: items and list differ"


def rehearsal_mark(window: EvaluationWindow) -> dict[str, int]:
    """What a frozen payload says of a rehearsal, and of nothing else: which window it rehearses."""
    return {"rehearsal_of": window.answered_in_id} if window.is_rehearsal else {}


def _quick_wins(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    for quick_win in QuickWin.objects.of_city(window.city_id).in_year(window.year).to_freeze():
        yield quick_win_payload(quick_win)


def _answers(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    for answer in window.judged_answers().to_freeze():
        yield answer_payload(answer)


def _masterplan(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    """The plan in force in the year, or the newest before it; none when the city has no plan."""
    plan = MasterPlan.objects.told_in(window.city_id, window.year)
    if plan is not None:
        budget = CityBudget.objects.of_year(window.city_id, window.year)
        yield masterplan_payload(plan, budget, trend.told(window.city_id, until=window.year))


def _programs(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    plan = MasterPlan.objects.told_in(window.city_id, window.year)
    if plan is not None:
        for row in ProgramYear.objects.told_of(plan, window.year):
            yield program_year_payload(row)


def _summary(window: EvaluationWindow, items: list[list[str]]) -> dict[str, Any]:
    instrument = window.instrument
    return {
        "schema": SCHEMA,
        "city": {"code": window.city.code, "name": window.city.name},
        "window": {
            "id": window.pk,
            "year": window.year,
            "stage": window.stage,
            "sample": window.sample,
            **rehearsal_mark(window),
        },
        "opens_at": window.opens_at.isoformat(),
        "instrument": {
            "code": instrument.code,
            "version": instrument.version,
            "title": instrument.title,
            "digest": instrument.digest,
        },
        "items": items,
    }
