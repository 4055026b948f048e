"""Plain rows for pages: what a template shows of windows, seats, questions and values.

Templates query nothing and decide nothing; every text here is ready to print.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import figures
from evaluations.models import (
    AnswerEvent,
    AnswerStatus,
    EvaluationWindow,
    HandIn,
    LateEntry,
    Status,
    WindowEvent,
)
from evaluations.structure import Dimension, QuestionFacts, Structure
from evaluations.workflow import ANSWER, ANSWER_EVENTS, OTHER_EVENTS, WINDOW
from opd.models import Role
from opd.models.evidence import pages_of
from opd.presentation.quick_wins import meta_line, validity_line
from smartcity.lib import charts, dates, decimals
from smartcity.lib.files import PDF
from smartcity.lib.models import Event
from smartcity.lib.workflow import Workflow

SOON_DAYS, TRACK_DAYS = 3, 14
EVENT_CSS = {"open": "is-sent", "close": "is-ok", "extend": "is-returned"}
TYPES = {"application/pdf": "PDF", "text/csv": "CSV"}


def badge(window: EvaluationWindow, now: datetime) -> dict[str, str]:
    """Status of a window as css, icon and label: by the clock, so that a late scheduler fools nobody."""
    if window.status == Status.DRAFT:
        return {"css": "draf", "icon": "pencil", "label": _("In preparation")}
    if window.status == Status.CLOSED:
        return {"css": "terkunci", "icon": "lock", "label": _("Closed")}
    if window.is_due(now):
        return {"css": "terlambat", "icon": "clock", "label": _("Time is over")}
    if not window.accepts_scores(now):
        return {"css": "diajukan", "icon": "clock", "label": _("Frozen, opens later")}
    return {"css": "diajukan", "icon": "eye", "label": _("Open for scoring")}


ANSWER_BADGES = {
    AnswerStatus.DRAFT: ("draf", "pencil"),
    AnswerStatus.SUBMITTED: ("diajukan", "send"),
    AnswerStatus.RETURNED: ("dikembalikan", "back"),
    AnswerStatus.ACCEPTED: ("terverifikasi", "ok"),
}
ANSWER_CSS = {"submit": "is-sent", "return": "is-returned", "reopen": "is-returned", "accept": "is-ok"}


def answer_badge(status: str) -> dict[str, str]:
    """Status of an agency's answer as css, icon and label."""
    css, icon = ANSWER_BADGES[AnswerStatus(status)]
    return {"css": css, "icon": icon, "label": str(AnswerStatus(status).label)}


def answer_history(events: Iterable[AnswerEvent], zone: str) -> list[dict[str, Any]]:
    """The timeline of an answer, newest first."""
    return timeline(events, ANSWER, ANSWER_EVENTS, ANSWER_CSS, zone)


def timeline(
    events: Iterable[Event], workflow: Workflow, others: Mapping[str, Any], css: Mapping[str, str], zone: str
) -> list[dict[str, Any]]:
    """Events as rows of timeline.html; `others` names those that move no status, `css` marks some of them."""
    return [
        {
            "css": css.get(event.move, ""),
            "verb": str(
                workflow.moves[event.move].past if event.move in workflow.moves else others[event.move]
            ),
            "text": str(Role(event.role).label) if event.role else "",
            "iso": event.at.isoformat(),
            "at": dates.wib(event.at, zone),
            "note": event.note,
        }
        for event in events
    ]


def deadline(window: EvaluationWindow, now: datetime) -> dict[str, Any] | None:
    """The next date of this window, for deadline.html; None when it is closed."""
    if window.status == Status.CLOSED:
        return None
    moments = [
        (window.inputs_due_at, _("OPD inputs due")),
        (window.opens_at, _("Review window opens")),
        (window.closes_at, _("Review window closes")),
    ]
    if window.is_rehearsal:
        moments = [(window.opens_at, _("Rehearsal opens")), (window.closes_at, _("Rehearsal closes"))]
    ahead = [row for row in moments if row[0] > now]
    until, label = ahead[0] if ahead else moments[-1]
    days = (until - now).days
    left = _("%(time)s left") % {"time": dates.left(until, now)} if until > now else _("time is up")
    tone = "late" if until <= now else "soon" if days < SOON_DAYS else ""
    return {
        "label": label,
        "left": left,
        "iso": until.isoformat(),
        "at": dates.wib(until, window.city.timezone),
        "tone": tone,
        "track": charts.days_track(TRACK_DAYS, max(0, min(days, TRACK_DAYS)), left),
        "sample": window.sample,
        "countdown": until > now and days < SOON_DAYS,
    }


def window_row(window: EvaluationWindow, now: datetime) -> dict[str, Any]:
    """One row of the list of windows."""
    zone = window.city.timezone
    return {
        "url": window.get_absolute_url(),
        "title": str(window),
        "city": window.city.name,
        "instrument": str(window.instrument.label),
        "opens": dates.short_date(window.opens_at, zone),
        "closes": f"{dates.short_date(window.closes_at, zone)}, {dates.clock_time(window.closes_at, zone)}",
        "status": badge(window, now),
        "sample": window.sample,
    }


def times(window: EvaluationWindow) -> list[dict[str, str]]:
    """The three times of a window as label, text and ISO; a rehearsal asks nothing of agencies."""
    zone = window.city.timezone
    rows = [(_("Opens"), window.opens_at), (_("Closes"), window.closes_at)]
    if not window.is_rehearsal:
        rows.insert(0, (_("OPD inputs due"), window.inputs_due_at))
    return [{"label": label, "at": dates.wib(at, zone), "iso": at.isoformat()} for label, at in rows]


def history(events: Iterable[WindowEvent], zone: str) -> list[dict[str, Any]]:
    """The timeline of a window, newest first; an extension says until when."""
    events = list(events)
    rows = timeline(events, WINDOW, OTHER_EVENTS, EVENT_CSS, zone)
    for row, event in zip(rows, events, strict=True):
        if event.until:
            row["text"] = _("until %(time)s") % {"time": dates.wib(event.until, zone)}
        row["text"] = row["text"] or _("by the clock")
    return rows


def receipt(hand_in: HandIn, zone: str) -> dict[str, Any]:
    """The receipt of a hand-in for receipt.html."""
    return {
        "number": hand_in.number,
        "at": dates.wib(hand_in.at, zone),
        "iso": hand_in.at.isoformat(),
        "by": str(Role.ASSESSOR.label),
        "digest": short_digest(hand_in.digest),
    }


def short_digest(digest: str) -> str:
    """The beginning of a digest in groups of four, as printed on receipts."""
    return " ".join(digest[start : start + 4] for start in range(0, 12, 4))


def late_rows(entries: Iterable[LateEntry], zone: str) -> list[dict[str, str]]:
    """What came too late, word for word."""
    return [
        {
            "code": entry.question.code,
            "by": str(entry.user),
            "at": dates.wib(entry.at, zone),
            "value": "–" if entry.value is None else decimals.exact(entry.value),
            "text": entry.remark,
            "reason": entry.reason,
        }
        for entry in entries
    ]


def answer_facts(
    payload: Mapping[str, Any] | None, question: QuestionFacts, structure: Structure
) -> dict[str, Any]:
    """The city's frozen (or live) answer as texts: score with its label, respondents, words."""
    if not payload:
        empty = dict.fromkeys(("score", "label", "respondents", "text", "figures"), "")
        return empty | {"sample": False, "given": False}
    score = payload["self_score"]
    labels = {str(step.score): str(step.label) for step in structure.rubrics.get(question.rubric, ())}
    people = payload["respondents"]
    return {
        "score": "" if score is None else decimals.exact(Decimal(score)),
        "label": labels.get(score or "", ""),
        "respondents": ngettext("%(count)s respondent", "%(count)s respondents", people) % {"count": people}
        if people
        else "",
        "text": payload["text"],
        "figures": figures.sentence(
            payload.get("figures")
        ),  # snapshots taken before they were asked have none
        "sample": payload["sample"],
        "given": score is not None or bool(payload["text"]),
    }


def frozen_files(window_id: int, payloads: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The evidence of frozen answers and quick wins: addresses of the frozen copies, not of the live rows."""
    files = []
    for payload in payloads:
        for piece in payload.get("evidence", ()):
            address = [window_id, piece["sha256"]]
            has_file = bool(piece["sha256"])
            day = piece["document_date"]
            files.append(
                {
                    "name": piece["title"],
                    "type": TYPES.get(piece["media_type"], piece["media_type"].rpartition("/")[2].upper()[:4])
                    or "URL",
                    "meta": meta_line(
                        kind=piece["kind"],
                        document_date=date.fromisoformat(day) if day else None,
                        page=piece["page"],
                        size=piece["size"],
                        pages=piece["pages"],
                    ),
                    "thumb_url": reverse("evaluations:snapshot_preview", args=address)
                    if piece["has_preview"]
                    else "",
                    "open_url": reverse("evaluations:snapshot_file", args=address)
                    if has_file
                    else piece["url"],
                    "page": piece["page"],
                    "read_url": _read_url(window_id, piece),
                    **said_of(piece),
                    "sample": piece["sample"],
                    "of": payload.get("title") or payload["question"],
                }
            )
    return files


def said_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered to "still valid?" until the piece was frozen, for evidence.html: a yes, or a no as a doubt.

    What was frozen before it was asked has neither.
    """
    answer = facts.get("still_valid") or {}
    line = validity_line(answer)
    return {
        "said": line if answer.get("holds") else "",
        "flags": [line] if line and not answer["holds"] else [],
    }


def _read_url(window_id: int, piece: Mapping[str, Any]) -> str:
    """Where a frozen PDF opens in the browser, at the page the city named; "" for what is no PDF."""
    if piece["media_type"] != PDF:
        return ""
    address = reverse("evaluations:snapshot_read", args=[window_id, piece["sha256"]])
    named = pages_of(piece["page"])
    return f"{address}#page={named[0]}" if named else address


def level(data: Mapping[str, Any]) -> dict[str, Any]:
    """A level of a result as texts: value, "n of m" when it is provisional, and whether it is there."""
    value = None if data["value"] is None else Decimal(data["value"])
    partly = value is not None and data["given"] < data["expected"]
    of = _("%(given)s of %(expected)s") % {"given": data["given"], "expected": data["expected"]}
    return {
        "value": decimals.display(value),
        "exact": value,
        "partly": of if partly else "",
        "known": value is not None,
    }


def gap(own: Mapping[str, Any], assessed: Mapping[str, Any]) -> str:
    """Assessed minus self-assessed, with its sign; a dash when one of them is unknown."""
    if own["value"] is None or assessed["value"] is None:
        return decimals.UNKNOWN
    return decimals.signed(Decimal(assessed["value"]) - Decimal(own["value"]))


def label_of(question: QuestionFacts, structure: Structure) -> str:
    """A few words for a list: the sub-dimension, or what the question says of its dimension."""
    dimension = structure.dimensions.get(question.dimension)
    if dimension and question.sub_dimension:
        return str(dimension.sub_dimensions[question.sub_dimension])
    text = str(question.text)
    if dimension and str(dimension.name) in text:
        text = text.partition(str(dimension.name))[2] or text
    short = Truncator(text.strip(" .")).words(4, truncate="…")
    return short[:1].upper() + short[1:]


def short_name(dimension: Dimension | Mapping[str, Any]) -> str:
    """ "Branding" for "Smart Branding"."""
    name = dimension["name"] if isinstance(dimension, Mapping) else dimension.name
    return str(name).removeprefix("Smart ")
