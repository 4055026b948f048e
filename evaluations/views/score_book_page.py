"""What the pages of the score workbook show, as plain texts."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from evaluations.models import Seat, Snapshot
from evaluations.presentation import short_digest
from evaluations.score_book.comparing import SAVABLE, Entry, Outcome
from evaluations.structure import structure_of
from smartcity.lib import clock, dates

_ORDER = (Outcome.REFUSED, Outcome.CONFLICT, Outcome.CHANGED, Outcome.NEW)
_BADGES = {
    Outcome.NEW: ("terverifikasi", "plus"),
    Outcome.CHANGED: ("diajukan", "pencil"),
    Outcome.CONFLICT: ("dikembalikan", "warn"),
    Outcome.REFUSED: ("terlambat", "late"),
}


def book_page(seat: Seat, snapshot: Snapshot | None) -> dict[str, Any]:
    """Return the context of evaluations/score_book.html."""
    window, now = seat.window, clock.now()
    zone = window.city.timezone
    return {
        "window": window,
        "areas": ", ".join(seat.areas.order_by("order").values_list("name", flat=True)),
        "frozen": {
            "version": str(snapshot.version),
            "at": dates.wib(snapshot.taken_at, zone),
            "digest": short_digest(snapshot.digest),
        }
        if snapshot
        else None,
        "handed_in": seat.handed_in_at is not None,
        "open": window.accepts_scores(now),
        "over": now >= window.closes_at or window.is_published(),
        "closes": dates.wib(window.closes_at, zone),
        "sample": window.sample,
        "error": "",
    }


def preview_page(seat: Seat, entries: list[Entry]) -> dict[str, Any]:
    """Return the context of evaluations/score_book_check.html: what needs eyes first, the same only counted."""
    window, now = seat.window, clock.now()
    counts = Counter(entry.outcome for entry in entries)
    texts = {code: str(row.text) for code, row in structure_of(window.instrument).questions.items()}
    shown = sorted(
        (entry for entry in entries if entry.outcome in _ORDER), key=lambda entry: _ORDER.index(entry.outcome)
    )
    savable = sum(counts[outcome] for outcome in SAVABLE)
    return {
        "window": window,
        "heading": _heading(counts),
        "rows": [_row(entry, texts.get(entry.code, "")) for entry in shown],
        "same": counts[Outcome.SAME],
        "conflicts": counts[Outcome.CONFLICT],
        "savable": savable,
        "over": now >= window.closes_at or window.is_published(),
        "closes": dates.wib(window.closes_at, window.city.timezone),
    }


def _heading(counts: Counter[Outcome]) -> str:
    parts = [
        (counts[Outcome.NEW], _("%(count)s new")),
        (counts[Outcome.CHANGED], _("%(count)s changed")),
        (counts[Outcome.CONFLICT], _("%(count)s in conflict")),
        (counts[Outcome.REFUSED], _("%(count)s refused")),
    ]
    said = [text % {"count": count} for count, text in parts if count]
    return ", ".join(said) if said else _("Nothing differs from the portal")


def _row(entry: Entry, question: str) -> dict[str, Any]:
    css, icon = _BADGES[entry.outcome]
    return {
        "number": str(entry.number),
        "code": entry.code or _("without a code"),
        "question": question,
        "outcome": {"css": css, "icon": icon, "label": _label(entry.outcome)},
        "why": entry.why,
        "conflict": entry.outcome == Outcome.CONFLICT,
        "savable": entry.outcome in SAVABLE,
        "chosen": entry.outcome in (Outcome.NEW, Outcome.CHANGED),
        "values": _values(entry),
    }


def _label(outcome: Outcome) -> str:
    return {
        Outcome.NEW: _("New"),
        Outcome.CHANGED: _("Changed"),
        Outcome.CONFLICT: _("Changed on both sides"),
        Outcome.REFUSED: _("Refused"),
    }[outcome]


def _values(entry: Entry) -> list[dict[str, str]]:
    """Score, remark and reason: what the workbook says, and what stands in the portal where that differs."""
    old = entry.old
    before = (
        ("" if old is None or old.value is None else str(old.value)),
        old.remark if old else "",
        old.reason if old else "",
    )
    after = ("" if entry.value is None else str(entry.value), entry.remark, entry.reason)
    labels = (_("Score"), _("Remark"), _("Why it is not scored"))
    return [
        {
            "label": label,
            "new": new,
            "old": told if told != new else "",
            "differs": "1" if told != new else "",
        }
        for label, new, told in zip(labels, after, before, strict=True)
        if new or told
    ]
