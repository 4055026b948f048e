"""What can be derived again must agree: snapshots, receipts, scores, replies, results, letters; faults are named."""

from collections.abc import Iterator

from evaluations import consensus, freezing, results
from evaluations.models import (
    CitySubmission,
    Clarification,
    ClarificationReceipt,
    EvaluationWindow,
    HandIn,
    OfficialResult,
    Recommendation,
    Score,
    Seat,
    SubmissionProposal,
)
from opd.models import AuditEvent
from smartcity.lib.models import digest_of


def contradictions() -> Iterator[str]:
    """Re-derive every digest and every result of this app and name what does not fit."""
    yield from freezing.contradictions()
    yield from _submissions()
    yield from _hand_ins()
    yield from _replies()
    yield from results.contradictions()
    yield from _letters()
    yield from _recommendations()
    yield from consensus.contradictions()
    yield from _rehearsals()


def _submissions() -> Iterator[str]:
    """A receipt says what its snapshot is, of its own window and version; an opened window has no later version."""
    for receipt in CitySubmission.objects.select_related("snapshot", "window").order_by("window", "version"):
        if digest_of(receipt.payload) != receipt.digest:
            yield f"receipt {receipt.number}: content and digest differ"
        said, frozen = receipt.payload, receipt.snapshot
        if (said["number"], said["version"], said["snapshot"]) != (
            receipt.number,
            frozen.version,
            frozen.digest,
        ) or (receipt.version, receipt.window_id) != (frozen.version, frozen.window_id):
            yield f"receipt {receipt.number}: snapshot and receipt differ"
        opened = receipt.window.opened_at
        if opened is not None and receipt.at > opened:
            yield f"receipt {receipt.number}: submitted after its window was opened"
    for window, versions in _versions().items():
        if sorted(versions) != list(range(1, len(versions) + 1)):
            yield f"window {window}: the versions of its submissions have gaps"
    for proposal in SubmissionProposal.objects.filter(status="approved", window__submissions__isnull=True):
        yield f"proposal {proposal.pk}: approved without a receipt"


def _versions() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for window, version in CitySubmission.objects.values_list("window", "version"):
        found.setdefault(window, []).append(version)
    return found


def _rehearsals() -> Iterator[str]:
    """A rehearsal is of a real window of the same city and year, and nothing that counts hangs on it."""
    rows = EvaluationWindow.with_rehearsals.rehearsals().select_related("rehearsal_of")
    for row in rows:
        real = row.rehearsal_of
        assert real is not None
        if real.is_rehearsal or (real.city_id, real.year) != (row.city_id, row.year):
            yield f"rehearsal {row.pk}: it rehearses no window of its city and year"
        counting = row.answers, row.submissions, row.clarifications, row.reconciliations, row.officials
        if any(held.exists() for held in counting):
            yield f"rehearsal {row.pk}: something that counts hangs on it"


def _hand_ins() -> Iterator[str]:
    for receipt in HandIn.objects.select_related("seat"):
        if digest_of(receipt.payload) != receipt.digest:
            yield f"receipt {receipt.number}: content and digest differ"
        rows = Score.objects.of_seat(receipt.seat).select_related("question")
        if {score.question.code: score.facts() for score in rows} != receipt.payload["scores"]:
            yield f"receipt {receipt.number}: scores and receipt differ"
    for seat in Seat.objects.filter(handed_in_at__isnull=False, hand_in__isnull=True):
        yield f"seat {seat.pk}: handed in without a receipt"


def _replies() -> Iterator[str]:
    """An answered clarification has a receipt in time that says what its row says, and no other one has."""
    for receipt in ClarificationReceipt.objects.select_related("clarification"):
        item = receipt.clarification
        if digest_of(receipt.payload) != receipt.digest:
            yield f"receipt {receipt.number}: content and digest differ"
        if (item.status, item.answer) != ("answered", receipt.payload["text"]) or receipt.at >= item.due_at:
            yield f"receipt {receipt.number}: clarification and receipt differ"
    for item in Clarification.objects.filter(status="answered", receipt__isnull=True):
        yield f"clarification {item.pk}: answered without a receipt"
    for item in Clarification.objects.select_related("window"):
        if item.due_at > item.window.closes_at:
            yield f"clarification {item.pk}: due after its window closes"


def _letters() -> Iterator[str]:
    """A letter that was ever published says what its publication recorded, by somebody who did not write it."""
    told = AuditEvent.objects.filter(action="official.publish").values_list("object_id", "after")
    recorded = dict(told)
    for row in OfficialResult.objects.filter(published_at__isnull=False).select_related("instrument"):
        if recorded.get(str(row.pk)) != digest_of(row.facts()):
            yield f"letter {row.pk}: content and publication differ"
        if row.published_by and row.was_written_by(row.published_by):
            yield f"letter {row.pk}: published by who wrote it"


def _recommendations() -> Iterator[str]:
    """A carried one goes on in one later year under the same number; a status is that of the last move."""
    rows = Recommendation.objects.select_related("origin", "carried_to").prefetch_related("events")
    for row in rows:
        place = f"recommendation {row.code} for {row.for_year}"
        if (row.status == "carried") != hasattr(row, "carried_to"):
            yield f"{place}: carried, and not found in a later year, or the other way round"
        if (old := row.origin) and (
            (old.city_id, old.year, old.number) != (row.city_id, row.year, row.number)
            or old.for_year >= row.for_year
        ):
            yield f"{place}: it does not follow on what it was carried from"
        last = next(iter(row.events.all()), None)
        if last is None or last.target != row.status:
            yield f"{place}: status and history differ"
