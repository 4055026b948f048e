"""The submission of the self-assessment: proposed by one person, approved by another, frozen with a receipt."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import checks, rules
from evaluations.actions import submission_lines
from evaluations.actions.steps import audit, locked_window
from evaluations.checking import Looked
from evaluations.freezing import compare, contents, freeze, listed, mark_of
from evaluations.models import CitySubmission, EvaluationWindow, Snapshot, SnapshotItem, SubmissionProposal
from evaluations.workflow import SUBMISSION
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus, acting_role

SCHEMA = 1
#: The moves of the table that only go back and forth; approving freezes and has its own door.
BY_BUTTON = ("propose", "recall", "return")


class ContentChanged(Exception):
    """What would be frozen is no longer what the planner read."""


@transaction.atomic
def move_submission(
    *, window: EvaluationWindow, name: str, by: User, version: int, note: str = ""
) -> SubmissionProposal:
    """Propose, take back or return what was read at `version` (1 when nothing was proposed yet).

    The same press twice is one move. Raises PermissionDenied, WrongStatus, StaleVersion, NotReady.
    """
    proposal = _proposal(locked_window(window))
    last = proposal.events.first()
    if (
        last
        and (last.move, last.actor_id, last.note) == (name, by.pk, note)
        and last.target == proposal.status
    ):
        return proposal
    move = SUBMISSION.moves[name]
    if not move.who(by, proposal):
        raise PermissionDenied
    if proposal.version != version:
        raise StaleVersion(proposal)
    changes = _proposed(proposal, by, note) if name == "propose" else {}
    SUBMISSION.make(proposal, name, by=by, note=note, changes=changes)
    audit(proposal.window, f"submission.{name}", by, proposal, after=digest_of(_words(proposal)), reason=note)
    submission_lines.told_moved(proposal, name, by)
    return proposal


@transaction.atomic
def approve_submission(
    *, window: EvaluationWindow, by: User, version: int, seen: str, note: str = "", key: str | None = None
) -> CitySubmission:
    """Approve what was read at `version`: freeze the next snapshot and give the receipt, both or neither.

    `seen` is the mark of the content the planner read (`freezing.mark_of`). Pressing twice gives the first receipt.
    Raises PermissionDenied, WrongStatus, StaleVersion, NotReady, ContentChanged.
    """
    window = locked_window(window)
    proposal, last = _proposal(window), window.last_submission()
    if last is not None and last.by_id == by.pk and (proposal.status == "approved" or _same_press(last, key)):
        return last
    if not rules.may_approve_submission(by, proposal):
        raise PermissionDenied
    if proposal.status not in SUBMISSION.moves["approve"].sources:
        raise WrongStatus
    if proposal.version != version:
        raise StaleVersion(proposal)
    found = contents(window)
    if mark_of(found) != seen:
        raise ContentChanged
    looked = checks.look(window, by)
    SUBMISSION.make(proposal, "approve", by=by, note=note)
    snapshot = freeze(window, by=by, found=found)
    receipt = _receipt(proposal, snapshot, last, looked, by=by, note=note, key=key)
    audit(window, "submission.approve", by, receipt, after=receipt.digest, reason=note)
    submission_lines.told_moved(proposal, "approve", by)
    return receipt


def _proposal(window: EvaluationWindow) -> SubmissionProposal:
    """The one proposal of a window; the lock on the window keeps a second one from being made."""
    proposal, _created = SubmissionProposal.objects.get_or_create(window=window)
    proposal.window = window
    return proposal


def _proposed(proposal: SubmissionProposal, by: User, note: str) -> dict[str, Any]:
    """What a proposal says; nothing is proposed anew that is submitted already."""
    found, last = listed(contents(proposal.window)), proposal.window.last_submission()
    if last is not None and last.fits(proposal.window) and not compare(last.snapshot.payload["items"], found):
        text = _("Nothing has changed since version %(version)s was submitted.")
        raise NotReady([Problem(text % {"version": last.version}, "#checks")])
    return {
        "note": note.strip(),
        "contents": found,
        "proposed_at": clock.now(),
        "proposed_by": by,
        "proposed_role": acting_role(by, proposal),
    }


def _same_press(last: CitySubmission, key: str | None) -> bool:
    return key is not None and last.idempotency_key == key


def _words(proposal: SubmissionProposal) -> dict[str, Any]:
    return {"note": proposal.note, "contents": proposal.contents, "status": proposal.status}


def _receipt(
    proposal: SubmissionProposal,
    snapshot: Snapshot,
    last: CitySubmission | None,
    looked: Looked,
    *,
    by: User,
    note: str,
    key: str | None,
) -> CitySubmission:
    window, now, proposer = proposal.window, clock.now(), proposal.proposed_by
    assert proposer is not None  # the constraint proposal_moved_was_proposed
    assert proposal.proposed_at is not None
    number = f"PK-{window.year}-{window.pk:04d}-{snapshot.version}"
    payload = {
        "schema": SCHEMA,
        "number": number,
        "version": snapshot.version,
        "at": now.isoformat(),
        "city": {"code": window.city.code, "name": window.city.name},
        "window": {"id": window.pk, "year": window.year, "stage": window.stage, "sample": window.sample},
        "instrument": dict(snapshot.payload["instrument"]),
        "proposed": {
            "at": proposal.proposed_at.isoformat(),
            "who": str(proposer),
            "role": proposal.proposed_role,
            "note": proposal.note,
        },
        "approved": {"who": str(by), "role": acting_role(by, proposal), "note": note.strip()},
        "snapshot": snapshot.digest,
        "counts": _counts(snapshot),
        "checks": [check.facts() for check in looked.checks if check.findings],
        "empty_sections": looked.empty_sections,
        "previous": last.number if last else "",
        "changes": _changes(last, snapshot),
    }
    return CitySubmission.objects.create(
        window=window,
        snapshot=snapshot,
        version=snapshot.version,
        number=number,
        at=now,
        by=by,
        proposed_by=proposer,
        payload=payload,
        digest=digest_of(payload),
        idempotency_key=key,
    )


def _counts(snapshot: Snapshot) -> dict[str, int]:
    kinds = [kind for kind, _key, _digest in snapshot.payload["items"]]
    return {str(kind): kinds.count(kind) for kind in SnapshotItem.Kind}


def _changes(last: CitySubmission | None, snapshot: Snapshot) -> dict[str, list[list[str]]]:
    """What this version holds otherwise than the one before, as (kind, key); empty for the first."""
    if last is None:
        return {"added": [], "changed": [], "withdrawn": []}
    found = compare(last.snapshot.payload["items"], snapshot.payload["items"])
    return {
        name: [list(place) for place in getattr(found, name)] for name in ("added", "changed", "withdrawn")
    }
