"""The page of one window for the city: what is missing, who is seated, what is frozen, what came late."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from evaluations import rules
from evaluations.forms.windows import ExtendForm
from evaluations.models import (
    EvaluationWindow,
    LateEntry,
    ProposalStatus,
    Seat,
    SnapshotItem,
    Status,
    SubmissionProposal,
)
from evaluations.presentation import (
    badge,
    deadline,
    history,
    late_rows,
    receipt,
    short_digest,
    times,
    window_row,
)
from evaluations.stages import next_step, stage_rows
from evaluations.structure import asked_of, structure_of
from evaluations.workflow import WINDOW, needed_to_open
from opd.models import QuickWin, User
from smartcity.lib import clock, dates
from smartcity.templatetags.portal import words


def window_page(user: User, window: EvaluationWindow) -> dict[str, Any]:
    """Return the context of evaluations/window_detail.html."""
    now = clock.now()
    zone = window.city.timezone
    seats = seats_of(window)
    may_extend = rules.may_extend(user, window, now)
    proposal = window.proposal_or_none() or SubmissionProposal(window=window)
    return {
        "window": window,
        "year": str(window.year),
        "status": badge(window, now),
        "heading": heading_of(window, seats, now),
        "window_deadline": deadline(window, now),
        "times": times(window),
        "stages": stage_rows(window, proposal, now),
        "next": next_step(user, window, proposal, now),
        "submission": _submission(window, proposal),
        "conditions": conditions(window) if window.status == Status.DRAFT else [],
        "preparation": _preparation(window) if window.status == Status.DRAFT else None,
        "seats": seat_rows_of(window, seats),
        "uncovered": window.uncovered_areas(),
        "frozen": frozen_facts(window),
        "receipts": [receipt(seat.hand_in, zone) for seat in seats if seat.handed_in_at],
        "late": late_rows(
            LateEntry.objects.visible_to(user).filter(window=window).select_related("question", "user"), zone
        ),
        "history": history(window.events.all(), zone),
        "offers": WINDOW.offered_to(user, window),
        "may_take_along": rules.may_take_along(user, window, seated=False),
        "may_prepare": rules.may_prepare(user, window),
        "may_edit": rules.may_prepare(user, window) and window.is_prepared(),
        "rehearsals": rehearsal_rows(window, now),
        "may_rehearse": may_begin_rehearsal(user, window),
        "may_answer": rules.may_answer(user, window),
        "extend_form": ExtendForm(window=window, initial={"until": window.closes_at}) if may_extend else None,
        "published": window.is_published(),
    }


def seat_rows(window: EvaluationWindow) -> list[dict[str, Any]]:
    """Every seat of a window as plain text, for the window's page and the page of the panel."""
    return seat_rows_of(window, seats_of(window))


def seat_rows_of(window: EvaluationWindow, seats: list[Seat]) -> list[dict[str, Any]]:
    """The same of seats that were read already."""
    return [_seat_row(window, seat) for seat in seats]


def seats_of(window: EvaluationWindow) -> list[Seat]:
    """The seats of a window with what a list shows of them."""
    return list(window.seats.for_list().with_progress())


def heading_of(window: EvaluationWindow, seats: list[Seat], now: Any) -> str:
    """What waits, in a sentence."""
    if window.status == Status.DRAFT:
        problems = len(needed_to_open(window, ""))
        if not problems:
            return _("Ready to open")
        text = ngettext(
            "%(count)s thing is missing before it can open",
            "%(count)s things are missing before it can open",
            problems,
        )
        return text % {"count": _in_words(problems)}
    if window.status == Status.CLOSED:
        return (
            _("Closed, the comparison can be read")
            if window.is_rehearsal
            else _("Closed, the result is published")
        )
    if window.is_due(now):
        return _("Time is over, the result is not computed yet")
    done = sum(seat.handed_in_at is not None for seat in seats)
    text = _("%(done)s of %(all)s assessors have handed in")
    if window.is_rehearsal:
        text = _("%(done)s of %(all)s persons have handed in")
    return text % {"done": _in_words(done) if done else pgettext("assessors", "None"), "all": len(seats)}


def may_begin_rehearsal(user: User, window: EvaluationWindow) -> bool:
    """Whether a new rehearsal is offered: by right, and while no other one of the window is under way."""
    held = EvaluationWindow.with_rehearsals.rehearsing(window).running_or_prepared()
    return rules.may_rehearse(user, window) and not held.exists()


def rehearsal_rows(window: EvaluationWindow, now: Any) -> list[dict[str, Any]]:
    """The rehearsals of a window, the newest first."""
    rows = EvaluationWindow.with_rehearsals.rehearsing(window).for_page().newest_first()
    return [window_row(row, now) for row in rows]


def _in_words(count: int) -> str:
    """A count at the beginning of a heading: "Tiga"."""
    return words(count).capitalize()


def conditions(window: EvaluationWindow) -> list[dict[str, Any]]:
    """What opening needs, met or not, as rows of missing.html."""
    problems = {problem.anchor: str(problem.text) for problem in needed_to_open(window, "")}
    edit = reverse(f"evaluations:{'rehearsal' if window.is_rehearsal else 'window'}_edit", args=[window.pk])
    addresses = {
        "#times": edit,
        "#instrument": edit,
        "#seats": reverse("evaluations:seats", args=[window.pk]),
        "#snapshot": reverse("opd:quick_wins"),
    }
    labels = {
        "#times": _("Times that make sense"),
        "#instrument": _("An instrument with questions"),
        "#seats": _("An assessor for every area"),
        "#snapshot": _("Quick wins of the instrument's dimensions"),
    }
    if window.is_rehearsal:
        labels["#snapshot"] = _("Answers or quick wins to score")
        labels["#seats"] = _("A colleague for every area")
        addresses["#snapshot"] = reverse("evaluations:answers", args=[window.answered_in_id])
    return [
        {
            "label": label,
            "text": problems.get(anchor, ""),
            "url": addresses[anchor],
            "done": anchor not in problems,
        }
        for anchor, label in labels.items()
    ]


def _preparation(window: EvaluationWindow) -> dict[str, str]:
    """What would be frozen now: not a condition, but worth knowing before pressing."""
    questions = len(structure_of(window.instrument).questions)
    rows = QuickWin.objects.of_city(window.city_id).in_year(window.year)
    return {
        "verified": str(rows.verified().count()),
        "quick_wins": str(rows.count()),
        "answered": str(window.answers.given().count()),
        "questions": str(questions),
    }


def _submission(window: EvaluationWindow, proposal: SubmissionProposal) -> dict[str, Any]:
    """Where the submission stands, its newest receipt, and whether the window was opened without one."""
    last = window.last_submission()
    told = None
    if last is not None:
        told = {
            "number": last.number,
            "url": last.get_absolute_url(),
            "version": str(last.version),
            "at": dates.wib(last.at, window.city.timezone),
        }
    return {
        "url": reverse("evaluations:submission", args=[window.pk]),
        "state": str(ProposalStatus(proposal.status).label),
        "receipt": told,
        "missing": last is None and window.status != Status.DRAFT,
    }


def _seat_row(window: EvaluationWindow, seat: Seat) -> dict[str, Any]:
    """A seat without a single score: how far it is, never what was given."""
    areas = list(seat.areas.all())
    asked = len(asked_of(seat, {area.code for area in areas}))
    if seat.conflict is not None:
        state = {"css": "terlambat", "icon": "late", "label": _("Conflict declared")}
    elif seat.handed_in_at:
        state = {"css": "terkunci", "icon": "lock", "label": _("Handed in")}
    elif seat.declared_at:
        state = {"css": "diajukan", "icon": "pencil", "label": _("Declared, scoring")}
    else:
        state = {"css": "draf", "icon": "clock", "label": _("Not declared yet")}
    return {
        "pk": seat.pk,
        "who": str(seat.user),
        "areas": ", ".join(area.name for area in areas),
        "state": state,
        "conflict": seat.conflict or "",
        "scored": str(seat.scored),
        "asked": str(asked),
        "until": dates.short_date(seat.until, window.city.timezone),
        "free": seat.conflict is None and not seat.handed_in_at and not seat.scored,
        "editable": seat.conflict is None and not seat.handed_in_at,
    }


def frozen_facts(window: EvaluationWindow) -> dict[str, str] | None:
    """What is judged, once it is frozen: version, time, digest, how much of what."""
    snapshot = window.snapshot()
    if snapshot is None:
        return None
    kinds = [kind for kind, _key, _digest in snapshot.payload["items"]]
    return {
        "version": str(snapshot.version),
        "at": dates.wib(snapshot.taken_at, window.city.timezone),
        "digest": short_digest(snapshot.digest),
        "quick_wins": str(kinds.count(SnapshotItem.Kind.QUICK_WIN)),
        "answers": str(kinds.count(SnapshotItem.Kind.ANSWER)),
        "url": reverse("evaluations:material", args=[window.pk]),
    }
