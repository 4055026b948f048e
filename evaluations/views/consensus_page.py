"""What the pages of the consensus show: the table of all questions, and one question with the remarks on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import consensus, rules, run_sheet
from evaluations.consensus import GAP, SPREAD, Line
from evaluations.models import (
    EvaluationWindow,
    InterviewNote,
    Reconciliation,
    ReconciliationStatus,
    Seat,
    lead_of,
)
from evaluations.presentation import badge, short_digest, timeline
from evaluations.results import frozen_answers
from evaluations.scoring import as_decimal
from evaluations.structure import structure_of
from evaluations.workflow import RECONCILIATION, RECONCILIATION_EVENTS
from opd.models import User
from smartcity.lib import clock, dates, decimals

BADGES = {
    ReconciliationStatus.OPEN: ("diajukan", "pencil"),
    ReconciliationStatus.CLOSED: ("terkunci", "lock"),
}
FLAGS = (SPREAD, GAP)


@dataclass
class Board:
    """The consensus of a window as one person sees it; `row` is None while there is none this person may see."""

    user: User
    window: EvaluationWindow
    seat: Seat | None
    revision: str = ""

    def __post_init__(self) -> None:
        seen = Reconciliation.objects.visible_to(self.user).of_window(self.window)
        self.revisions = list(seen)
        wanted = [row for row in self.revisions if str(row.revision) == self.revision]
        self.row: Reconciliation | None = next(iter(wanted or self.revisions), None)
        if self.row is not None:
            self.row.window = self.window
        self.lead = lead_of(self.window)
        self.structure = structure_of(self.window.instrument)
        self.zone = self.window.city.timezone
        self.lines = consensus.lines(self.window, self.row) if self.row else []

    @property
    def leads(self) -> bool:
        """Whether this person begins, proposes and closes."""
        return rules.may_lead(self.user, self.window, self.lead, clock.now())

    @property
    def editable(self) -> bool:
        return self.leads and self.row is not None and self.row.status == ReconciliationStatus.OPEN

    def link(self, code: str) -> str:
        return reverse("evaluations:consensus_question", args=[self.window.pk, code])


def wait_page(board: Board) -> dict[str, Any]:
    """Return the context of evaluations/consensus_wait.html: who is waited for, and whether it may begin."""
    judging = list(board.window.seats.judging())
    done = sum(seat.handed_in_at is not None for seat in judging)
    handed = board.seat is not None and board.seat.handed_in_at is not None
    return _shared(board) | {
        "done": str(done),
        "all": str(len(judging)),
        "handed": handed,
        "problems": [str(problem.text) for problem in consensus.to_begin(board.window)] if handed else [],
    }


def table_page(board: Board, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of evaluations/consensus.html; `asked` holds the filters."""
    assert board.row is not None
    sections = {row.code: str(row.name) for row in board.structure.sections}
    section = asked.get("section", "") if asked.get("section", "") in sections else ""
    flagged = asked.get("show", "all") == "flagged"
    shown = [
        line
        for line in board.lines
        if (not flagged or line.flags or line.changed) and (not section or line.question.section == section)
    ]
    seats = sorted({seat for line in board.lines for seat in line.scores})
    own, mean, agreed = _cards(board)
    return (
        _shared(board)
        | _closing(board)
        | {
            "rows": [_row(board, line, seats) for line in shown],
            "seats": [str(seat) for seat in seats],
            "sections": [
                {"code": code, "name": name, "on": code == section} for code, name in sections.items()
            ],
            "section": section,
            "flagged": flagged,
            "filters": {"in_force": bool(section) + flagged},
            "count": _counted(len(shown)),
            "flags_count": str(sum(bool(line.flags) for line in board.lines)),
            "own_index": own,
            "mean_index": mean,
            "agreed_index": agreed,
            "history": timeline(
                board.row.events.all(), RECONCILIATION, RECONCILIATION_EVENTS, {}, board.zone
            ),
            "revisions": [
                {"number": str(row.revision), "label": str(row), "on": row.pk == board.row.pk}
                for row in board.revisions
            ]
            if len(board.revisions) > 1
            else [],
        }
    )


def question_page(
    board: Board,
    line: Line,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the context of evaluations/consensus_question.html; `typed` and `errors` after a refusal."""
    question, proposal = line.question, line.proposal
    notes = InterviewNote.objects.visible_to(board.user).of_window(board.window).about(question.code)
    note = notes.first()
    value = proposal.value if proposal else None
    return (
        _shared(board)
        | _closing(board)
        | {
            "question": question,
            "dimension": board.structure.dimensions.get(question.dimension),
            "line": _row(board, line, sorted(line.scores)),
            "remarks": [
                {
                    "who": _("Assessor %(number)s") % {"number": seat},
                    "value": "–" if row["value"] is None else str(row["value"]),
                    "text": row["remark"] or row["reason"],
                }
                for seat, row in sorted(line.scores.items())
            ],
            "note": note.text if note else "",
            "talk_url": reverse(
                "evaluations:interview_slot", args=[board.window.pk, run_sheet.key_of(question)]
            )
            + f"#q-{question.code}",
            "form_id": f"consensus-{board.row.pk if board.row else 0}-{question.code}",
            "value": typed["value"] if typed else "" if value is None else decimals.exact(value),
            "reason": typed["reason"] if typed else line.reason,
            "errors": errors or {},
            "version": str(proposal.version if proposal else 0),
            "saved_at": dates.clock_time(proposal.updated_at, board.zone) if proposal else "",
            "low": str(min(board.structure.allowed_scores(question), default=0)),
            "high": str(max(board.structure.allowed_scores(question), default=4)),
            **_around(board, line),
        }
    )


def _around(board: Board, line: Line) -> dict[str, str]:
    """The flagged question before and after, so that the panel goes through them one by one."""
    codes = [row.question.code for row in board.lines]
    place = codes.index(line.question.code)
    flagged = [codes.index(row.question.code) for row in board.lines if row.flags]
    before = [at for at in flagged if at < place]
    after = [at for at in flagged if at > place]
    return {
        "previous": board.link(codes[before[-1]]) if before else "",
        "next": board.link(codes[after[0]]) if after else "",
    }


def _shared(board: Board) -> dict[str, Any]:
    row = board.row
    css, icon = BADGES[ReconciliationStatus(row.status)] if row else ("draf", "clock")
    label = row.get_status_display() if row else _("Not begun yet")
    return {
        "window": board.window,
        "window_status": badge(board.window, clock.now()),
        "status": {"css": css, "icon": icon, "label": label},
        "seat": board.seat,
        "leads": board.leads,
        "editable": board.editable,
        "is_open": row is not None and row.status == ReconciliationStatus.OPEN,
        "sample": bool(row and row.sample),
    }


def _closing(board: Board) -> dict[str, Any]:
    """What the lead still has to give, the receipt once it is closed, and the token of what was read."""
    row = board.row
    assert row is not None
    problems = consensus.to_close(board.window, row) if board.editable else []
    closed = row.status == ReconciliationStatus.CLOSED
    return {
        "missing": [
            {"label": str(one.text), "url": board.link(one.anchor) if one.anchor else ""} for one in problems
        ],
        "read": str(row.version),
        "receipt": {
            "number": row.number,
            "at": dates.wib(row.closed_at, board.zone),
            "iso": row.closed_at.isoformat() if row.closed_at else "",
            "digest": short_digest(row.digest),
            "sample": row.sample,
        }
        if closed
        else None,
        "closed_pk": row.pk,
        "correction": row.reason,
        "may_correct": closed and board.leads and row.pk == board.revisions[0].pk,
    }


def _row(board: Board, line: Line, seats: list[int]) -> dict[str, Any]:
    """A line of the table as texts."""
    names = {
        SPREAD: _("assessors %(spread)s apart") % {"spread": line.spread},
        GAP: _("far from the self-score"),
    }
    gap = line.gap
    return {
        "code": line.question.code,
        "text": str(line.question.text),
        "url": board.link(line.question.code),
        "own": "–" if line.own is None else decimals.exact(line.own),
        "scores": [
            {
                "seat": str(seat),
                "value": _score(line.scores.get(seat)),
                "who": _("Assessor %(number)s") % {"number": seat},
            }
            for seat in seats
        ],
        "mean": "–" if line.mean is None else decimals.display(as_decimal(line.mean)),
        "spread": "–" if line.spread is None else str(line.spread),
        "gap": "–" if gap is None else decimals.signed(as_decimal(gap)),
        "agreed": "–" if line.agreed is None else decimals.display(as_decimal(line.agreed)),
        "changed": line.changed,
        "flags": [names[flag] for flag in line.flags],
        "reason": line.reason,
        "missing": line.needs_reason and not line.reason,
    }


def _score(row: Mapping[str, Any] | None) -> str:
    return "" if row is None else "–" if row["value"] is None else str(row["value"])


def _cards(board: Board) -> tuple[str, str, str]:
    """Three indices, each with its own name on the page: self, mean of the scores, consensus."""
    answers = frozen_answers(board.window)
    own = consensus.self_card(board.structure, answers).index
    mean = consensus.mean_card(board.structure, board.lines, answers).index
    agreed = consensus.card(board.structure, board.lines, answers).index
    return tuple(decimals.display(value) for value in (own, mean, agreed))  # type: ignore[return-value]


def _counted(number: int) -> str:
    text = ngettext("%(count)s question", "%(count)s questions", number)
    return text % {"count": number}


def index_for_result(user: User, window: EvaluationWindow) -> dict[str, str] | None:
    """The closed consensus beside a result, labelled as its own series; None before this person may see it."""
    row = Reconciliation.objects.visible_to(user).of_window(window).closed().first()
    if row is None or row.payload is None:
        return None
    values = row.payload["consensus"]
    index = values["index"] or values["provisional"]
    return {
        "index": decimals.display(None if index is None else Decimal(index)),
        "provisional": "" if values["index"] else _("provisional"),
        "number": row.number,
        "revision": str(row.revision),
        "at": dates.wib(row.closed_at, window.city.timezone),
        "changed": str(sum(line["changed"] for line in row.payload["lines"])),
        "url": reverse("evaluations:consensus", args=[window.pk]),
    }
