"""Plain rows for the pages of the clarification desk. Every text here is ready to print; templates decide nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaluations.models import (
    Clarification,
    ClarificationEvent,
    ClarificationReceipt,
    ClarificationStatus,
    KeptReply,
)
from evaluations.models.clarification import LAST_CALL, file_facts
from evaluations.presentation import TYPES, said_of, short_digest
from evaluations.structure import QuestionFacts, structure_of
from evaluations.workflow import CLARIFICATION, FIRST_EVENTS
from opd.models import Role, User
from opd.payload import validity_payload
from opd.presentation.quick_wins import meta_line
from smartcity.lib import dates

Status = ClarificationStatus
BADGES = {
    Status.ASKED: ("diajukan", "clock"),
    Status.ANSWERED: ("terverifikasi", "ok"),
    Status.LATE: ("dikembalikan", "late"),
    Status.UNANSWERED: ("terlambat", "warn"),
    Status.WITHDRAWN: ("terkunci", "close"),
}
EVENT_CSS = {
    "reply": "is-ok",
    "lapse": "is-returned",
    "arrive": "is-returned",
    "ask": "is-sent",
    "extend": "is-sent",
}
TITLE_WORDS = 24


def badge(item: Clarification, now: datetime) -> dict[str, str]:
    """Status by the clock as css, icon and label: a late scheduler fools nobody."""
    state = item.state_at(now)
    css, icon = BADGES[state]
    return {"css": css, "icon": icon, "label": str(state.label)}


def question_of(item: Clarification) -> QuestionFacts:
    """The question of the instrument the doubt is about."""
    return structure_of(item.window.instrument).questions[item.question.code]


def row(item: Clarification, now: datetime) -> dict[str, Any]:
    """One line of the board: what, who, and until when in words that are right without a script."""
    zone, is_open = item.window.city.timezone, item.is_open(now)
    return {
        "number": item.number,
        "url": item.get_absolute_url(),
        "code": item.question.code,
        "text": Truncator(item.text).words(TITLE_WORDS, truncate=" …"),
        "opd": item.opd.short,
        "opd_name": item.opd.official_name,
        "status": badge(item, now),
        "open": is_open,
        "left": _("%(time)s left") % {"time": dates.left(item.due_at, now)} if is_open else "",
        "due": dates.wib(item.due_at, zone),
        "iso": item.due_at.isoformat(),
        "soon": is_open and item.due_at - now <= LAST_CALL,
        "answered": dates.wib(item.answered_at, zone) if item.answered_at else "",
        "sample": item.sample,
    }


def deadline(item: Clarification, now: datetime) -> dict[str, Any] | None:
    """Until when, for deadline.html; None once the item is over."""
    if not item.is_open(now):
        return None
    soon = item.due_at - now <= LAST_CALL
    return {
        "label": _("Answer due"),
        "left": _("%(time)s left") % {"time": dates.left(item.due_at, now)},
        "iso": item.due_at.isoformat(),
        "at": dates.wib(item.due_at, item.window.city.timezone),
        "tone": "late" if soon else "soon",
        "track": "",
        "sample": item.sample,
        "countdown": True,
    }


def file_row(facts: Mapping[str, Any], item: Clarification, *, delete_url: str = "") -> dict[str, Any]:
    """A file of an answer for evidence.html, from plain facts (of a receipt, a kept reply, or the answer in work)."""
    address = [item.pk, facts["sha256"]]
    media = facts["media_type"]
    return {
        "name": facts["title"],
        "type": TYPES.get(media, media.rpartition("/")[2].upper()[:4]),
        "meta": meta_line(
            kind="photo" if media.startswith("image/") else "document",
            document_date=None,
            page="",
            size=facts["size"],
            pages=facts["pages"],
        ),
        "thumb_url": reverse("evaluations:clarification_preview", args=address)
        if facts["has_preview"]
        else "",
        "open_url": reverse("evaluations:clarification_file", args=address),
        "delete_url": delete_url,
        **said_of(facts),
        "sample": facts["sample"],
    }


def draft_files(item: Clarification) -> list[dict[str, Any]]:
    """The files of the answer in work, with the way to take one off."""
    return [
        file_row(
            file_facts(
                piece.stored_file,
                title=piece.title,
                name=piece.original_name,
                sample=piece.sample,
                still_valid=validity_payload(piece.document),
            ),
            item,
            delete_url=reverse("evaluations:clarification_file_remove", args=[item.pk, piece.pk]),
        )
        for piece in item.exhibits.for_list()
        if piece.stored_file
    ]


def answer_of(item: Clarification) -> dict[str, Any] | None:
    """The answer as it was sent in time; None before, and for what came late."""
    receipt: ClarificationReceipt | None = getattr(item, "receipt", None)
    if receipt is None:
        return None
    zone = item.window.city.timezone
    return {
        "text": receipt.payload["text"],
        "files": [file_row(facts, item) for facts in receipt.payload["files"]],
        "opd": receipt.payload["opd"]["short"],
        "at": dates.wib(receipt.at, zone),
        "receipt": {
            "number": receipt.number,
            "at": dates.wib(receipt.at, zone),
            "iso": receipt.at.isoformat(),
            "by": f"{Role(receipt.role).label} {receipt.payload['opd']['short']}" if receipt.role else "",
            "digest": short_digest(receipt.digest),
            "sample": item.sample,
        },
    }


def kept_rows(rows: Iterable[KeptReply], item: Clarification) -> list[dict[str, Any]]:
    """What became no answer, word for word, for its author and the reviewer."""
    zone = item.window.city.timezone
    return [
        {
            "why": str(KeptReply.Why(kept.why).label),
            "by": str(kept.user),
            "at": dates.wib(kept.at, zone),
            "iso": kept.at.isoformat(),
            "text": kept.text,
            "files": [file_row(facts, item) for facts in kept.files],
        }
        for kept in rows
    ]


def taken_off(rows: Iterable[KeptReply]) -> list[dict[str, Any]]:
    """What a person wrote about items that are another agency's now: the words, and the names of the files."""
    return [
        {
            "number": kept.clarification.number,
            "text": kept.text,
            "files": ", ".join(facts["name"] for facts in kept.files),
            "why": str(KeptReply.Why(kept.why).label),
            "at": dates.wib(kept.at, kept.clarification.window.city.timezone),
            "iso": kept.at.isoformat(),
        }
        for kept in rows
    ]


def history(events: Iterable[ClarificationEvent], zone: str) -> list[dict[str, Any]]:
    """The timeline of an item, newest first: by office, nobody by name."""
    rows = []
    for event in events:
        verb = (
            CLARIFICATION.moves[event.move].past
            if event.move in CLARIFICATION.moves
            else FIRST_EVENTS[event.move]
        )
        text = str(Role(event.role).label) if event.role else _("by the clock")
        if event.until:
            text = _("until %(time)s") % {"time": dates.wib(event.until, zone)}
        elif event.opd:
            text = _("to %(opd)s") % {"opd": event.opd.short}
        rows.append(
            {
                "css": EVENT_CSS.get(event.move, ""),
                "verb": str(verb),
                "text": text,
                "iso": event.at.isoformat(),
                "at": dates.wib(event.at, zone),
                "note": event.note,
            }
        )
    return rows


def on_sheet(items: Iterable[Clarification], now: datetime) -> list[dict[str, Any]]:
    """What an assessor asked about one question, each with its answer beside it."""
    return [row(item, now) | {"asked": item.text, "answer": answer_of(item)} for item in items]


def waiting_for(user: User, now: datetime) -> list[dict[str, Any]]:
    """What the person's agencies have to answer, the most urgent first: for the workspace."""
    items = Clarification.objects.of_own_opds(user).open(now).by_time_left().for_page()
    return [row(item, now) for item in items]
