"""The rows of the page of a submission and of its receipt; templates query nothing and decide nothing."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import checks
from evaluations.checking import Check, Looked
from evaluations.freezing import Changes, Content, compare, contents, listed, mark_of
from evaluations.models import (
    CitySubmission,
    EvaluationWindow,
    ProposalStatus,
    SnapshotItem,
    SubmissionProposal,
)
from evaluations.presentation import badge, deadline, short_digest, timeline
from evaluations.scoring import as_decimal
from evaluations.stages import next_step, stage_rows
from evaluations.workflow import SUBMISSION
from opd.models import Role, User
from smartcity.lib import clock, dates, decimals

SHOWN = 12
EVENT_CSS = {"propose": "is-sent", "return": "is-returned", "approve": "is-ok"}


def submission_page(user: User, window: EvaluationWindow) -> dict[str, Any]:
    """Return the context of evaluations/submission.html."""
    now, zone = clock.now(), window.city.timezone
    proposal = window.proposal_or_none() or SubmissionProposal(window=window)
    last, draft = window.last_submission(), window.accepts_answers()
    looked = checks.look(window, user) if draft else None
    found = contents(window) if draft else []
    events = proposal.events.all() if proposal.pk else ()
    return {
        "window": window,
        "status": badge(window, now),
        "window_deadline": deadline(window, now),
        "stages": stage_rows(window, proposal, now),
        "next": next_step(user, window, proposal, now),
        "heading": _heading(window, proposal, last, looked),
        "draft": draft,
        "checks": [_check(check) for check in looked.checks if check.findings] if looked else [],
        "passed": [check.title for check in looked.checks if not check.findings] if looked else [],
        "empty_sections": ", ".join(looked.empty_sections) if looked else "",
        "cost": _shown(looked.cost) if looked else "",
        "counts": _counts_of(found),
        "proposal": _proposal(proposal, zone),
        "since": _since(proposal, last, found) if draft else None,
        "receipts": [_receipt(row, zone) for row in window.submissions.for_page().newest_first()],
        "unapproved": not draft and last is None,
        "history": timeline(events, SUBMISSION, {}, EVENT_CSS, zone),
        "offers": SUBMISSION.offered_to(user, proposal),
        "version": proposal.version,
        "seen": mark_of(found) if draft else "",
        "key": uuid.uuid4().hex,
        "note_label": _("What must be corrected")
        if proposal.status == ProposalStatus.PROPOSED
        else _("To Bappelitbang: what is ready, and which gaps remain"),
        "reason": _reason(proposal, last, found) if draft else "",
    }


def _heading(
    window: EvaluationWindow,
    proposal: SubmissionProposal,
    last: CitySubmission | None,
    looked: Looked | None,
) -> str:
    """What waits, in a sentence."""
    if looked is None:
        if last is None:
            return _("Opened without a submission")
        return _("Version %(version)s is what is judged") % {"version": last.version}
    if proposal.status == ProposalStatus.PROPOSED:
        return _("The submission waits for Bappelitbang")
    if proposal.status == ProposalStatus.APPROVED and last is not None:
        return _("Version %(version)s is submitted") % {"version": last.version}
    if stops := sum(check.count for check in looked.stopping):
        text = ngettext("%(count)s thing stops the submission", "%(count)s things stop the submission", stops)
        return text % {"count": stops}
    return _("Nothing stops the submission")


def _check(check: Check) -> dict[str, Any]:
    """One check with its first places, those that cost most on top."""
    findings = sorted(check.findings, key=lambda finding: -finding.cost)
    return {
        "code": check.code,
        "stops": check.stops,
        "title": check.title,
        "help": check.help,
        "who": check.who,
        "url": check.url,
        "count": str(check.count),
        "cost": _shown(check.cost) if check.cost else "",
        "at_most": check.at_most,
        "findings": [
            {
                "label": finding.label,
                "text": finding.text,
                "url": finding.url,
                "who": finding.who,
                "cost": _shown(finding.cost) if finding.cost else "",
            }
            for finding in findings[:SHOWN]
        ],
        "more": max(0, check.count - SHOWN),
    }


def _shown(cost: Fraction) -> str:
    return decimals.display(as_decimal(cost))


def _counts_of(found: Sequence[Content]) -> list[dict[str, str]]:
    kinds = [row.kind for row in found]
    return _counts({str(kind): kinds.count(str(kind)) for kind in SnapshotItem.Kind})


def _counts(counted: Mapping[str, int]) -> list[dict[str, str]]:
    labels = {
        "quick_win": _("Quick wins verified"),
        "answer": _("Answers the city stands for"),
        "plan": _("Masterplan"),
        "program": _("Programmes"),
    }
    return [{"label": label, "count": str(counted.get(kind, 0))} for kind, label in labels.items()]


def _proposal(proposal: SubmissionProposal, zone: str) -> dict[str, str] | None:
    if proposal.proposed_at is None or proposal.status == ProposalStatus.DRAFT:
        return None
    return {
        "by": str(proposal.proposed_by),
        "role": str(Role(proposal.proposed_role).label),
        "at": dates.wib(proposal.proposed_at, zone),
        "iso": proposal.proposed_at.isoformat(),
        "note": proposal.note,
    }


def _since(
    proposal: SubmissionProposal, last: CitySubmission | None, found: Sequence[Content]
) -> dict[str, Any] | None:
    """What is otherwise now than when it was proposed, or than what was submitted last."""
    if proposal.status == ProposalStatus.PROPOSED:
        title, before = _("Changed since the proposal"), proposal.contents
    elif last is not None:
        title = _("Not in version %(version)s") % {"version": last.version}
        before = last.snapshot.payload["items"]
    else:
        return None
    changes = compare(before, listed(found))
    return {"title": title, "groups": _groups(changes), "any": bool(changes)}


def _groups(changes: Changes) -> list[dict[str, Any]]:
    rows = (
        (_("Added"), changes.added),
        (_("Changed"), changes.changed),
        (_("Withdrawn"), changes.withdrawn),
    )
    return [
        {"label": label, "count": str(len(places)), "items": _named(places)}
        for label, places in rows
        if places
    ]


def _named(places: Iterable[Sequence[str]]) -> str:
    """Items by kind and key: "Answer OP-1, OP-2; Quick win QW-2022-0001"."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in places:
        by_kind.setdefault(kind, []).append(key)
    return "; ".join(
        f"{SnapshotItem.Kind(kind).label} {', '.join(keys)}"
        if kind != "plan"
        else str(SnapshotItem.Kind.PLAN.label)
        for kind, keys in by_kind.items()
    )


def _reason(proposal: SubmissionProposal, last: CitySubmission | None, found: Sequence[Content]) -> str:
    """What the button would do, beside it."""
    version = (last.version if last else 0) + 1
    if proposal.status == ProposalStatus.PROPOSED:
        text = ngettext(
            "Approving freezes %(count)s item as version %(version)s.",
            "Approving freezes %(count)s items as version %(version)s.",
            len(found),
        )
        return text % {"count": len(found), "version": version}
    return ""


def _receipt(row: CitySubmission, zone: str) -> dict[str, str]:
    return {
        "number": row.number,
        "url": row.get_absolute_url(),
        "version": str(row.version),
        "at": dates.wib(row.at, zone),
        "digest": short_digest(row.digest),
    }


def receipt_page(row: CitySubmission) -> dict[str, Any]:
    """Return the context of evaluations/submission_receipt.html: what was written then, never live rows."""
    said, zone = row.payload, row.window.city.timezone
    changes = Changes(
        **{
            name: tuple((kind, key) for kind, key in said["changes"][name])
            for name in ("added", "changed", "withdrawn")
        }
    )
    return {
        "row": row,
        "window": row.window,
        "said": said,
        "receipt": {
            "number": row.number,
            "at": dates.wib(row.at, zone),
            "iso": row.at.isoformat(),
            "by": f"{said['approved']['who']} ({Role(said['approved']['role']).label})",
            "digest": short_digest(row.digest),
            "sample": said["window"]["sample"],
        },
        "proposed": {
            "by": f"{said['proposed']['who']} ({Role(said['proposed']['role']).label})",
            "at": dates.wib(datetime.fromisoformat(said["proposed"]["at"]), zone),
            "note": said["proposed"]["note"],
        },
        "instrument": said["instrument"],
        "counts": _counts(said["counts"]),
        "checks": [
            {
                "title": check["title"],
                "count": str(check["count"]),
                "cost": decimals.display(Decimal(check["cost"])) if Decimal(check["cost"]) else "",
                "at_most": check["at_most"],
            }
            for check in said["checks"]
        ],
        "empty_sections": ", ".join(said["empty_sections"]),
        "groups": _groups(changes),
        "items": [
            {"kind": str(SnapshotItem.Kind(kind).label), "key": key, "digest": digest}
            for kind, key, digest in row.snapshot.payload["items"]
        ],
    }
